//! Which value of an item is read as 0 and which as 1.
//!
//! Zeros and ones are what they are. Of two other numbers the larger is read as 1, of two words the
//! affirmative one, else the later in the alphabet. A column with one value takes the pair of the
//! other columns, if only one holds it. A model's items keep the values that they were made of.

use super::Table;
use super::found::Found;
use crate::data::{missing_codes, remark::Remark};
use crate::error::{DataProblem, TableProblem};
use crate::record::Item;
use std::collections::{BTreeMap, BTreeSet};

/// An item: its column, and the values that are read as 0 and as 1, each as one text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Coded {
    pub(super) column: usize,
    pub(super) values: [String; 2],
}

impl Coded {
    /// The values as an item keeps them: none for zeros and ones.
    pub(super) fn categories(&self) -> Vec<String> {
        if self.values == BITS { Vec::new() } else { self.values.to_vec() }
    }
}

const BITS: [&str; 2] = ["0", "1"];

/// The values of the items in `columns`. Columns of one value that tells nothing are left out.
/// `are_chosen` says that the user named the columns. Errors: [`TableProblem`] for values that need
/// a decision, [`DataProblem::NotANumber`].
pub(super) fn find(
    table: &Table,
    columns: &[usize],
    are_chosen: bool,
) -> Result<(Vec<Coded>, Vec<Remark>), DataProblem> {
    // One after the other: of a column that is refused, values may be many.
    let (mut found, mut pairs) = (Vec::new(), Vec::new());
    for &column in columns {
        let of_column = Found::new(table, column);
        pairs.push(of_column.pair(table, columns)?);
        found.push(of_column);
    }
    if !are_chosen {
        check_words(table, &found, &pairs)?;
    }
    let shared: BTreeSet<&[String; 2]> = pairs.iter().flatten().collect();
    for (found, pair) in found.iter().zip(&pairs) {
        if pair.as_ref().is_some_and(|pair| is_code_for_missing(pair, &shared)) {
            return Err(found.refused(table, columns));
        }
    }
    let mut remarks: Vec<Remark> = blanks(table, &found)?.into_iter().collect();
    let (mut coded, mut constant) = (Vec::new(), Vec::new());
    for (found, pair) in found.iter().zip(&pairs) {
        match (pair, found.only()) {
            (Some(values), _) => coded.push(Coded { column: found.column, values: values.clone() }),
            (None, Some(value)) => match alone(table, &value, &shared) {
                Some(values) => coded.push(Coded { column: found.column, values }),
                None => constant.push([table.name(found.column), value]),
            },
            (None, None) => {
                coded.push(Coded { column: found.column, values: BITS.map(String::from) })
            }
        }
    }
    if !constant.is_empty() {
        remarks.push(Remark::OneValue(constant));
    }
    if coded.is_empty() {
        return Err(TableProblem::NoItems.into());
    }
    remarks.extend(same_words(table, &found));
    remarks.extend(said(table, &coded));
    Ok((coded, remarks))
}

/// Two words other than yes and no, in a few columns of a table, say something else than items do,
/// such as the sex of people. Errors: [`TableProblem::Words`].
fn check_words(
    table: &Table,
    found: &[Found],
    pairs: &[Option<[String; 2]>],
) -> Result<(), DataProblem> {
    let odd = |(found, pair): (&Found, &Option<[String; 2]>)| {
        let words = pair.clone().filter(|_| found.holds_other_words())?;
        Some((table.name(found.column), words))
    };
    let (columns, mut words): (Vec<_>, Vec<_>) = found.iter().zip(pairs).filter_map(odd).unzip();
    if columns.is_empty() || 2 * columns.len() >= found.len() {
        return Ok(());
    }
    Err(TableProblem::Words { columns, words: words.swap_remove(0) }.into())
}

/// The values of a model's `items` in `columns`. Errors: [`TableProblem::UnknownValue`],
/// [`TableProblem::OtherCoding`].
pub(super) fn of_model(
    table: &Table,
    columns: &[usize],
    items: &[Item],
) -> Result<(Vec<Coded>, Vec<Remark>), DataProblem> {
    let (mut coded, mut all) = (Vec::new(), Vec::new());
    for (place, &column) in columns.iter().enumerate() {
        let values = items.get(place).map_or(BITS, Item::values).map(String::from);
        let known = values.each_ref().map(|value| table.reading.key(value));
        let found = Found::new(table, column);
        if let Some((key, value)) = found.values.iter().find(|(key, _)| !known.contains(key)) {
            let (line, name) = (table.line_of(column, key), table.name(column));
            if let Some(found) = other_coding(table, columns, &found, &known) {
                return Err(TableProblem::OtherCoding { column: name, found, model: values }.into());
            }
            let ([zero, one], value) = (values, value.text());
            let codes = unknown(table, columns, items, &value).into();
            let column = name;
            return Err(TableProblem::UnknownValue { line, column, value, zero, one, codes }.into());
        }
        coded.push(Coded { column, values });
        all.push(found);
    }
    Ok((coded, same_words(table, &all).into_iter().collect()))
}

/// The values that the user called missing and those that `items` do not know; `value` alone if
/// they are too many to be codes.
fn unknown(table: &Table, columns: &[usize], items: &[Item], value: &str) -> Vec<String> {
    let mut codes = BTreeSet::new();
    for (place, &column) in columns.iter().enumerate() {
        let known = items.get(place).map_or(BITS, Item::values);
        let known = known.map(|value| table.reading.key(value));
        let values = Found::new(table, column).values.into_iter();
        codes.extend(
            values.filter(|(key, _)| !known.contains(key)).flat_map(|(_, value)| value.texts()),
        );
    }
    table.reading.with_given(codes, value)
}

/// The two values of a column that holds others than those `known` to a model. Unless it holds two
/// of them, all columns tell.
fn other_coding(
    table: &Table,
    columns: &[usize],
    found: &Found,
    known: &[String; 2],
) -> Option<[String; 2]> {
    let mut all = Found { column: found.column, values: BTreeMap::new(), has_blank: false };
    let is_known = found.values.keys().any(|value| known.contains(value));
    let is_told = found.values.len() == 2 && !is_known;
    let columns = if is_told { &[found.column] } else { columns };
    for &column in columns.iter().filter(|column| !table.cells.is_text(**column)) {
        all.values.extend(Found::new(table, column).values);
    }
    let is_new = |value: &&String| !known.contains(value);
    let is_code = |value: &&String| value.parse().is_ok_and(missing_codes::is_code);
    let values = all.ordered()?;
    let new: Vec<&String> = all.values.keys().filter(is_new).collect();
    let are_words = new.iter().any(|value| value.parse::<f64>().is_err());
    match new.len() {
        2 if !new.iter().all(is_code) => Some(values),
        1 if !are_words && !new.iter().any(is_code) => Some(values),
        _ => None,
    }
}

/// The values of a column that holds one: the pair of others that has it, or zeros and ones.
fn alone(table: &Table, value: &str, shared: &BTreeSet<&[String; 2]>) -> Option<[String; 2]> {
    let key = table.reading.key(value);
    let has_it = |pair: &&&[String; 2]| pair.iter().any(|value| table.reading.key(value) == key);
    let mut pairs = shared.iter().filter(has_it);
    match (pairs.next(), pairs.next()) {
        (Some(pair), None) => Some((*pair).clone()),
        _ if BITS.contains(&&*key) => Some(BITS.map(String::from)),
        _ => None,
    }
}

/// Columns of one value and blanks. Where no other column tells that blanks are missing, they may
/// as well be zeros. Errors: [`TableProblem::OneValueAndBlanks`].
fn blanks(table: &Table, found: &[Found]) -> Result<Option<Remark>, DataProblem> {
    // Zeros beside blanks show that blanks are no zeros.
    let is_asked = |found: &&Found| {
        found.has_blank && found.values.len() == 1 && !found.values.contains_key(BITS[0])
    };
    let names: Vec<String> =
        found.iter().filter(is_asked).map(|found| table.name(found.column)).collect();
    let Some(first) = found.iter().find(is_asked) else { return Ok(None) };
    if table.reading.are_blanks_missing() {
        return Ok(None);
    }
    if found.iter().any(|found| found.has_blank && found.values.len() > 1) {
        return Ok(Some(Remark::OneValueAndBlanks(names)));
    }
    let value = first.only().unwrap_or_default();
    Err(TableProblem::OneValueAndBlanks { columns: names, value }.into())
}

/// What is to be said of words in several spellings.
fn same_words(table: &Table, found: &[Found]) -> Option<Remark> {
    let spelled = |found: &Found| Some((found.spellings()?, table.name(found.column)));
    let (mut words, items): (Vec<_>, Vec<_>) = found.iter().filter_map(spelled).unzip();
    (!items.is_empty()).then(|| Remark::SameWords { words: words.swap_remove(0), items })
}

/// Whether one of two values plainly stands for missing answers: the other is an answer in columns
/// that do not hold it.
fn is_code_for_missing(pair: &[String; 2], shared: &BTreeSet<&[String; 2]>) -> bool {
    let codes = missing_codes::among(pair.iter().filter_map(|value| value.parse().ok()));
    let is_so = |[code, answer]: [&String; 2]| {
        let tells = |other: &&[String; 2]| other.contains(answer) && !other.contains(code);
        codes.iter().any(|found| found.to_string() == *code) && shared.iter().any(tells)
    };
    let [a, b] = pair;
    is_so([a, b]) || is_so([b, a])
}

/// Which values were read as which, for items of other values than 0 and 1.
fn said(table: &Table, coded: &[Coded]) -> Vec<Remark> {
    let mut groups: BTreeMap<&[String; 2], Vec<String>> = BTreeMap::new();
    for item in coded.iter().filter(|item| item.values != BITS) {
        groups.entry(&item.values).or_default().push(table.name(item.column));
    }
    let remark = |([zero, one], items): (&[String; 2], Vec<String>)| Remark::Recoded {
        zero: zero.clone(),
        one: one.clone(),
        items,
    };
    groups.into_iter().map(remark).collect()
}
