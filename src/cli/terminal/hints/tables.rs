//! What to do about a table that cannot be used as it is.

use crate::error::TableProblem;

pub(super) fn hint(problem: &TableProblem) -> String {
    use TableProblem::*;
    match problem {
        LongRow { .. } | ManyCells { .. } => {
            "check that the file is a table with a line for each row".into()
        }
        OpenQuote { .. } => "close the quote, or leave it out".into(),
        NoColumn { columns, .. } => format!("its columns are {}", some(columns)),
        Repeated { .. } => "give each column a name of its own".into(),
        TwoRoles { .. } => "name each column once".into(),
        NoItems => "leave fewer columns out: at least one must be an item".into(),
        Values { column, values, .. } => values_hint(column, values),
        RowsOrWeights { column, .. } => format!(
            "if it says how many rows each line stands for, give --weights {0}; \
             if not, leave it out with --drop {0}",
            word(column)
        ),
        MissingItems { columns, .. } => {
            format!("give a table with the model's columns; its own are {}", some(columns))
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
    if values.iter().all(|value| value.parse::<f64>().is_ok()) {
        return format!(
            "say what a one is, as by --binarize threshold:1, leave the column out with \
             --drop {column}, or name codes for missing with --missing 9,99"
        );
    }
    format!(
        "leave the column out with --drop {column}, say --id {column} if it names the rows, \
         or --labels-column {column} if it holds labels"
    )
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

fn some(names: &[String]) -> String {
    match names.len().saturating_sub(MAX_LISTED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..MAX_LISTED].join(", ")),
    }
}

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
        assert!(of(&["1", "2", "3"]).contains("threshold:1"));
        assert!(of(&["1", "2", "3"]).contains("--drop 'my item'"));
        assert!(of(&["a", "b", "c"]).contains("--id 'my item'"));
        let counts = TableProblem::RowsOrWeights { column: "n".into(), largest: 7.0 };
        assert!(hint(&counts).contains("--weights n") && hint(&counts).contains("--drop n"));
    }
}
