//! What to do about a table that cannot be used as it is.

use crate::data::Remark;
use crate::data::missing_codes::is_code;
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
        Values { column, values, odd, may_name_rows, among_pairs, cut, .. } => {
            let (may_name_rows, among_pairs, cut) = (*may_name_rows, *among_pairs, *cut);
            values_hint(column, &About { values, odd, may_name_rows, among_pairs, cut })
        }
        RowNumbers { column } => format!(
            "say --id {0} if it names the rows, --drop {0} if it is no item, or name all items by \
             --columns",
            word(column)
        ),
        OneWord { .. } => "write the values alike, or as 0 and 1 if they are two".into(),
        Words { columns, words: [zero, one] } => {
            let no_item = no_item(&list(columns));
            format!(
                "{no_item}; if it is an item, write 0 for {zero} and 1 for {one}, or name all \
                 items by --columns"
            )
        }
        OneValueAndBlanks { columns, .. } => format!(
            "if a blank means no, write 1 and 0, in pandas df[columns].notna().astype(int); \
             if it is missing, say so with --missing ''; if it is no item, --drop {}",
            list(columns)
        ),
        Shares => {
            "make them 0 and 1 first, in pandas (df >= 0.5).astype(int), or write them as 0 to 100"
                .into()
        }
        LateHeader { line } => format!("delete the lines above line {line}"),
        MixedDecimals { column, .. } => {
            format!("write a comma alone in numbers, or leave it out with --drop {}", word(column))
        }
        Nameless { column } => format!(
            "give it one, say --id {column} if it names the rows, or leave it out with --drop \
             {column}"
        ),
        SecondHeader { line, above } => format!("delete line {line}, or line {above}"),
        RepeatedHeader { line, .. } => format!("delete line {line}"),
        BareTotals { .. } => "the last line may sum up the others: delete it".into(),
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
        UnknownValue { codes, zero, one, .. } if are_answers(codes) => format!(
            "the model knows {zero} and {one}: train another on such values, with --binarize, or \
             correct them"
        ),
        UnknownValue { codes, .. } => format!(
            "correct the value, or give --missing {} if {} for a missing one",
            list(codes),
            if codes.len() > 1 { "these stand" } else { "it stands" }
        ),
        OtherValues { .. } => "make both from a table with the same values".into(),
    }
}

fn values_hint(column: &str, about: &About) -> String {
    let name = word(column);
    let threshold = about.cut.filter(|_| !about.among_pairs);
    let drop = format!("leave it out with --drop {name}");
    if about.may_name_rows {
        return format!("say --id {name} if it names the rows, or {drop}");
    }
    if !about.odd.is_empty() {
        let missing = missing(about.odd);
        return match threshold {
            Some(threshold) => format!(
                "{missing}; else say by --binarize threshold:{threshold} what a one is, or {drop}"
            ),
            None => format!("{missing}; else {drop}"),
        };
    }
    let no_item = no_item(&name);
    if about.among_pairs && are_fractions(about.values) {
        return format!("give --weights {name} if it says how much each row counts, or {drop}");
    }
    if are_shares(about.values) {
        return format!(
            "make 0 and 1 of them first, in pandas (df[[{column:?}]] >= 0.5).astype(int), \
             or leave the column out with --drop {name}"
        );
    }
    match threshold {
        Some(threshold) => format!(
            "say what a one is, as by --binarize threshold:{threshold}, leave the column out with \
             --drop {name}, or name codes for missing, as by --missing 9,99"
        ),
        None if about.among_pairs && are_numbers(about.values) => format!(
            "if it is no item, as the others hold two values, {no_item}, \
             or --weights {name} if it counts rows"
        ),
        None if are_numbers(about.values) => format!(
            "{no_item}, or --weights {name} if it counts rows: a threshold between its numbers \
             parts few other columns"
        ),
        None => format!(
            "write every answer in one way, {no_item}, or --missing WORD if a word stands for a \
             missing value"
        ),
    }
}

/// How to say that values are missing ones.
pub(super) fn missing(codes: &[String]) -> String {
    let (text, verb) = (list(codes), if codes.len() > 1 { "stand" } else { "stands" });
    format!("if {text} {verb} for missing, give --missing {text}")
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
    /// Whether they are whole numbers that nearly all differ.
    may_name_rows: bool,
    among_pairs: bool,
    cut: Option<u8>,
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
        Remark::RowNumbers(_) => Some(
            "if they are, leave it out, as by numpy.delete(a, COLUMN, axis=1); images take --shape"
                .into(),
        ),
        Remark::OneValueAndBlanks(_) => Some("write 0 in blank cells that mean it".into()),
        _ => None,
    }
}

fn numbers(values: &[String]) -> Option<Vec<f64>> {
    values.iter().map(|value| value.parse().ok()).collect()
}

/// Whether several numbers are no codes for missing ones.
fn are_answers(values: &[String]) -> bool {
    numbers(values).is_some_and(|all| all.len() > 1 && !all.into_iter().all(is_code))
}

fn are_numbers(values: &[String]) -> bool {
    numbers(values).is_some()
}

/// Whether all values are numbers between 0 and 1.
fn are_shares(values: &[String]) -> bool {
    numbers(values).is_some_and(|all| all.iter().all(|n| (0.0..=1.0).contains(n)))
}

/// Whether values may be weights of rows: none below 0, and some of them fractions.
fn are_fractions(values: &[String]) -> bool {
    let may_be =
        |all: Vec<f64>| all.iter().all(|n| *n >= 0.0) && all.iter().any(|n| n.fract() > 0.0);
    numbers(values).is_some_and(may_be)
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

/// Names or values as a flag takes them: those with commas in quotes.
pub(super) fn list(names: &[String]) -> String {
    let part = |name: &String| {
        if name.contains(',') { format!("\"{name}\"") } else { name.clone() }
    };
    word(&names.iter().map(part).collect::<Vec<_>>().join(","))
}

/// The most names that a hint lists.
const MAX_LISTED: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_out_suit_the_values() {
        let with = |values: &[&str], odd: &[&str], may_name_rows, among_pairs, cut| {
            let [values, odd] =
                [values, odd].map(|texts| texts.iter().map(|text| text.to_string()).collect());
            let column = "my item".into();
            hint(&TableProblem::Values {
                column,
                values,
                n_values: 9,
                odd,
                may_name_rows,
                among_pairs,
                cut,
            })
        };
        let said = |values: &[&str], odd: &[&str], ids, pairs| with(values, odd, ids, pairs, None);
        let of = |values: &[&str]| said(values, &[], false, false);
        assert!(said(&["0", "1", "99"], &["99"], false, false).contains("--missing 99;"));
        let words = said(&["maybe", "no", "yes"], &["maybe"], false, true);
        assert!(words.contains("--missing maybe;") && !words.contains("threshold"), "{words}");
        let grades = ["1", "2", "3", "4", "5"];
        assert!(with(&grades, &[], false, false, Some(3)).contains("threshold:3,"));
        let few = of(&grades);
        assert!(few.contains("--weights 'my item'") && !few.contains("--binarize"), "{few}");
        assert!(of(&["1", "2", "3"]).contains("--drop 'my item'"));
        assert!(of(&["a", "b", "c"]).contains("--id 'my item'"));
        let shares = of(&["0.1", "0.25", "0.7"]);
        assert!(shares.contains(">= 0.5") && !shares.contains("threshold"), "{shares}");
        let coded = with(&["1", "2", "8", "9"], &["8", "9"], false, false, Some(2));
        assert!(coded.contains("--missing 8,9;") && coded.contains("threshold:2 "), "{coded}");
        let bits = said(&["0", "1", "8", "9"], &["8", "9"], false, false);
        assert!(bits.contains("if 8,9 stand") && !bits.contains("threshold"), "{bits}");
        assert!(said(&["0.2", "1.7"], &[], false, true).starts_with("give --weights 'my item'"));
        // One column of numbers among zeros and ones is seldom an item.
        let among = said(&["18", "20", "80"], &[], false, true);
        assert!(among.contains("--weights 'my item'") && !among.contains("threshold"), "{among}");
        assert!(said(&["1001", "1002"], &[], true, true).starts_with("say --id 'my item'"));
        let counts = TableProblem::RowsOrWeights { column: "n".into(), largest: 7.0 };
        assert!(hint(&counts).contains("--weights n") && hint(&counts).contains("--drop n"));
    }
}
