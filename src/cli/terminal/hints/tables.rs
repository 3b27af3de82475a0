//! What to do about a table that cannot be used as it is.

use crate::error::TableProblem;
use crate::wording::some;

pub(super) fn hint(problem: &TableProblem) -> String {
    use TableProblem::*;
    match problem {
        LongRow { .. } | ManyCells { .. } => {
            "check that the file is a table with a line for each row".into()
        }
        OpenQuote { .. } => "close the quote, or leave it out".into(),
        NoColumn { columns, .. } => format!("its columns are {}", some(columns, MAX_LISTED)),
        Repeated { .. } => "give each column a name of its own".into(),
        RepeatedItem { .. } => "give the very columns of the model, in their order".into(),
        TwoRoles { .. } => "name each column once".into(),
        NoItems => "leave fewer columns out: at least one must be an item".into(),
        Values { column, values, .. } => values_hint(column, values),
        RowsOrWeights { column, .. } => format!(
            "if it says how many rows each line stands for, give --weights {0}; \
             if not, leave it out with --drop {0}",
            word(column)
        ),
        MissingItems { columns, .. } => {
            format!(
                "give a table with the model's columns; its own are {}",
                some(columns, MAX_LISTED)
            )
        }
        UnknownValue { value, .. } => format!(
            "correct the value, or give --missing {} if it stands for a missing one",
            word(value)
        ),
        OtherValues { .. } => "make both from a table with the same values".into(),
    }
}

/// Values that stand for a missing one in many tables.
const MISSING_CODES: [&str; 13] =
    ["9", "99", "999", "9999", "-1", "-9", "-99", "-999", "-9999", "77", "88", "255", "."];

fn values_hint(column: &str, values: &[String]) -> String {
    let column = word(column);
    let codes: Vec<&str> = values
        .iter()
        .map(String::as_str)
        .filter(|value| MISSING_CODES.contains(value) && values.len() < 5)
        .collect();
    if !codes.is_empty() {
        let codes = codes.join(",");
        return format!(
            "if {codes} stands for missing, give --missing {codes}; else say by --binarize \
             threshold:T what a one is, or leave it out with --drop {column}"
        );
    }
    if let Some(threshold) = threshold(values) {
        return format!(
            "say what a one is, as by --binarize threshold:{threshold}, leave the column out with \
             --drop {column}, or name codes for missing with --missing 9,99"
        );
    }
    format!(
        "leave the column out with --drop {column}, say --id {column} if it names the rows, \
         or --labels-column {column} if it holds labels"
    )
}

/// A threshold that parts numbers, of which some are known: half of 1 on the grey scale for
/// fractions, anything at all for counts, else the middle. `None` if one is no number.
fn threshold(values: &[String]) -> Option<u8> {
    let mut numbers: Vec<f64> =
        values.iter().map(|value| value.parse()).collect::<Result<_, _>>().ok()?;
    numbers.sort_by(f64::total_cmp);
    let (least, most) = (numbers.first()?, numbers.last()?);
    Some(match () {
        () if *least >= 0.0 && *most <= 1.0 => 128,
        () if *least < 1.0 => 1,
        () => numbers[numbers.len() / 2] as u8,
    })
}

/// A name as it has to be written in a shell.
fn word(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-.:/+%@".contains(c);
    if !name.is_empty() && name.chars().all(is_plain) {
        name.into()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

/// The most names that a hint lists.
const MAX_LISTED: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_out_suit_the_values() {
        let of = |values: &[&str]| {
            let values = values.iter().map(|value| value.to_string()).collect();
            hint(&TableProblem::Values { column: "my item".into(), values, n_values: 9 })
        };
        assert!(of(&["0", "1", "99"]).contains("--missing 99;"));
        assert!(of(&["0", "2", "3"]).contains("threshold:1,"));
        assert!(of(&["1", "2", "3", "4", "5"]).contains("threshold:3,"));
        assert!(of(&["0.1", "0.25", "0.7"]).contains("threshold:128,"));
        assert!(of(&["40", "300", "900", "1000"]).contains("threshold:255,"));
        assert!(of(&["1", "2", "3"]).contains("--drop 'my item'"));
        assert!(of(&["a", "b", "c"]).contains("--id 'my item'"));
        let counts = TableProblem::RowsOrWeights { column: "n".into(), largest: 7.0 };
        assert!(hint(&counts).contains("--weights n") && hint(&counts).contains("--drop n"));
    }
}
