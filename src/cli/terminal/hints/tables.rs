//! What to do about a table that cannot be used as it is.

use crate::data::Remark;
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
        Values { column, values, odd, all_differ, among_pairs, .. } => {
            let (all_differ, among_pairs) = (*all_differ, *among_pairs);
            values_hint(column, &About { values, odd, all_differ, among_pairs })
        }
        OneWord { .. } => "write the values alike, or as 0 and 1 if they are two".into(),
        Words { columns, words: [zero, one] } => {
            let no_item = no_item(&word(&columns.join(",")));
            format!(
                "{no_item}; if it is an item, write 0 for {zero} and 1 for {one}, or name all \
                 items by --columns"
            )
        }
        OneValueAndBlanks { .. } => {
            "if a blank means no, write 1 and 0, in pandas df[columns].notna().astype(int); \
             if it is missing, say so with --missing ''"
                .into()
        }
        Shares => {
            "make them 0 and 1 first, in pandas (df >= 0.5).astype(int), or write them as 0 to 100"
                .into()
        }
        SecondHeader { line } => format!("delete line {line}, or the one above it"),
        Totals { .. } => "delete the line if it sums up the others, or name it otherwise".into(),
        OtherCoding { found, model, .. } => {
            let pairs = found.iter().zip(model).filter(|(ours, theirs)| ours != theirs);
            let pairs: Vec<_> = pairs.map(|(a, b)| format!("{a} as {b}")).collect();
            let pairs = pairs.join(" and ");
            format!("write {pairs} if they mean the same, or train a model on such values")
        }
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

fn values_hint(column: &str, about: &About) -> String {
    let name = word(column);
    let threshold = threshold(about.values);
    if !about.odd.is_empty() {
        let codes = word(&about.odd.join(","));
        let else_ = match threshold {
            Some(_) if about.among_pairs => format!("else leave it out with --drop {name}"),
            Some(threshold) => format!(
                "else say by --binarize threshold:{threshold} what a one is, or leave it out with \
                 --drop {name}"
            ),
            None => format!("else leave it out with --drop {name}"),
        };
        return format!("if {codes} stands for missing, give --missing {codes}; {else_}");
    }
    let no_item = no_item(&name);
    if are_shares(about.values) {
        return format!(
            "make 0 and 1 of them first, in pandas (df[[{column:?}]] >= 0.5).astype(int), \
             or leave the column out with --drop {name}"
        );
    }
    match threshold {
        Some(_) if about.all_differ && about.among_pairs => {
            format!("say --id {name} if it names the rows, or leave it out with --drop {name}")
        }
        Some(_) if about.among_pairs => format!(
            "if it is no item, as the others hold two values, {no_item}, \
             or --weights {name} if it counts rows"
        ),
        Some(threshold) => format!(
            "say what a one is, as by --binarize threshold:{threshold}, leave the column out with \
             --drop {name}, or name codes for missing with --missing 9,99"
        ),
        None => format!("{no_item}, or --missing WORD if a word stands for a missing value"),
    }
}

fn no_item(name: &str) -> String {
    format!(
        "leave the column out with --drop {name}, say --id {name} if it names the rows, \
         --labels-column {name} if it holds labels"
    )
}

/// What is known of the values of a column.
struct About<'a> {
    values: &'a [String],
    odd: &'a [String],
    all_differ: bool,
    among_pairs: bool,
}

/// What to do if a remark is not what was meant.
pub(crate) fn way_out(remark: &Remark) -> Option<String> {
    let codes = |codes: &[(i32, Vec<String>)]| {
        codes.iter().map(|(code, _)| code.to_string()).collect::<Vec<_>>().join(",")
    };
    match remark {
        Remark::MayBeMissing(found) => {
            Some(format!("if they are, give --missing {}", codes(found)))
        }
        Remark::OneValueAndBlanks(_) => Some("write 0 in blank cells that mean it".into()),
        _ => None,
    }
}

/// Whether all values are numbers between 0 and 1.
fn are_shares(values: &[String]) -> bool {
    let is_share = |value: &String| value.parse().is_ok_and(|n: f64| (0.0..=1.0).contains(&n));
    values.iter().all(is_share)
}

/// A threshold that parts numbers, of which some are known: anything at all for counts, else the
/// middle. `None` if one is no number, or if none parts them.
fn threshold(values: &[String]) -> Option<u8> {
    let mut numbers: Vec<f64> =
        values.iter().map(|value| value.parse()).collect::<Result<_, _>>().ok()?;
    numbers.sort_by(f64::total_cmp);
    let least = numbers.first()?;
    let middle = if *least < 1.0 { 1 } else { numbers[numbers.len() / 2] as u8 };
    (!are_shares(values)).then_some(middle)
}

/// A name as it has to be written in a shell.
pub(super) fn word(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-.:/+%@,".contains(c);
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
        let said = |values: &[&str], odd: &[&str], all_differ, among_pairs| {
            let [values, odd] =
                [values, odd].map(|texts| texts.iter().map(|text| text.to_string()).collect());
            let column = "my item".into();
            hint(&TableProblem::Values {
                column,
                values,
                n_values: 9,
                odd,
                all_differ,
                among_pairs,
            })
        };
        let of = |values: &[&str]| said(values, &[], false, false);
        assert!(said(&["0", "1", "99"], &["99"], false, false).contains("--missing 99;"));
        let words = said(&["maybe", "no", "yes"], &["maybe"], false, true);
        assert!(words.contains("--missing maybe;") && !words.contains("threshold"), "{words}");
        assert!(of(&["0", "2", "3"]).contains("threshold:1,"));
        assert!(of(&["1", "2", "3", "4", "5"]).contains("threshold:3,"));
        assert!(of(&["40", "300", "900", "1000"]).contains("threshold:255,"));
        assert!(of(&["1", "2", "3"]).contains("--drop 'my item'"));
        assert!(of(&["a", "b", "c"]).contains("--id 'my item'"));
        let shares = of(&["0.1", "0.25", "0.7"]);
        assert!(shares.contains(">= 0.5") && !shares.contains("threshold"), "{shares}");
        // One column of numbers among zeros and ones is seldom an item.
        let among = said(&["18", "20", "80"], &[], false, true);
        assert!(among.contains("--weights 'my item'") && !among.contains("threshold"), "{among}");
        assert!(said(&["1001", "1002"], &[], true, true).starts_with("say --id 'my item'"));
        let counts = TableProblem::RowsOrWeights { column: "n".into(), largest: 7.0 };
        assert!(hint(&counts).contains("--weights n") && hint(&counts).contains("--drop n"));
    }
}
