//! Which value of an item is read as 0 and which as 1.
//!
//! Zeros and ones are what they are. Of two other numbers the larger is read as 1, of two words the
//! affirmative one, else the later in the alphabet. A column with one value takes the pair of the
//! other columns, if only one holds it. A model's items keep the values that they were made of.

use super::Table;
use super::value::Value;
use crate::data::remark::Remark;
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

/// Words of which the first is read as 0 and the second as 1, in upper or lower case.
const WORDS: [[&str; 2]; 8] = [
    ["no", "yes"],
    ["n", "y"],
    ["false", "true"],
    ["f", "t"],
    ["negative", "positive"],
    ["neg", "pos"],
    ["absent", "present"],
    ["off", "on"],
];

/// Numbers that often stand for a missing answer, beside answers of 0 and 1.
const MISSING_CODES: [&str; 12] =
    ["9", "99", "999", "9999", "-1", "-9", "-99", "-999", "-9999", "77", "88", "255"];

/// The values of the items in `columns`. Columns of one value that tells nothing are left out.
/// Errors: [`TableProblem::Values`], [`DataProblem::NotANumber`].
pub(super) fn find(
    table: &Table,
    columns: &[usize],
) -> Result<(Vec<Coded>, Vec<Remark>), DataProblem> {
    // One after the other: of a column that is refused, values may be many.
    let (mut found, mut pairs) = (Vec::new(), Vec::new());
    for &column in columns {
        let of_column = Found::new(table, column);
        pairs.push(of_column.pair(table)?);
        found.push(of_column);
    }
    let shared: BTreeSet<&[String; 2]> = pairs.iter().flatten().collect();
    for (found, pair) in found.iter().zip(&pairs) {
        if pair.as_ref().is_some_and(|pair| is_code_for_missing(pair, &shared)) {
            return Err(found.refused(table));
        }
    }
    let (mut coded, mut constant, mut remarks) = (Vec::new(), Vec::new(), Vec::new());
    for (found, pair) in found.iter().zip(&pairs) {
        match pair.clone().or_else(|| found.alone(&shared)) {
            Some(values) => coded.push(Coded { column: found.column, values }),
            None => {
                let value = found.values.keys().next().cloned().unwrap_or_default();
                constant.push([table.name(found.column), value]);
            }
        }
    }
    if !constant.is_empty() {
        remarks.push(Remark::OneValue(constant));
    }
    if coded.is_empty() {
        return Err(TableProblem::NoItems.into());
    }
    remarks.extend(said(table, &coded));
    Ok((coded, remarks))
}

/// The values of a model's `items` in `columns`. Errors: [`TableProblem::UnknownValue`].
pub(super) fn of_model(
    table: &Table,
    columns: &[usize],
    items: &[Item],
) -> Result<Vec<Coded>, DataProblem> {
    let text = |value: &str| match table.reading.number(value) {
        Some(number) => number.to_string(),
        None => value.to_owned(),
    };
    let mut coded = Vec::new();
    for (place, &column) in columns.iter().enumerate() {
        let values = items.get(place).map_or(BITS, Item::values).map(text);
        let found = Found::new(table, column);
        if let Some(value) = found.values.keys().find(|value| !values.contains(value)) {
            let [zero, one] = values;
            return Err(TableProblem::UnknownValue {
                line: table.line_of(column, value),
                column: table.name(column),
                value: value.clone(),
                zero,
                one,
            }
            .into());
        }
        coded.push(Coded { column, values });
    }
    Ok(coded)
}

/// The distinct values of a column, each as one text, and whether it is a number.
struct Found {
    column: usize,
    values: BTreeMap<String, bool>,
}

impl Found {
    fn new(table: &Table, column: usize) -> Self {
        let mut values = BTreeMap::new();
        let mut meet = |cell: &str| match table.reading.value(cell) {
            Value::Missing => {}
            Value::Number(number) => drop(values.insert(number.to_string(), true)),
            Value::Word(word) => drop(values.insert(word.to_owned(), false)),
        };
        if table.cells.is_text(column) {
            table.cells.column(column).for_each(meet);
        } else {
            let codes = table.cells.distinct(column).into_iter();
            codes.for_each(|code| meet(table.cells.text_of(code)));
        }
        Self { column, values }
    }

    /// The two values of the column; `None` if it holds one alone.
    fn pair(&self, table: &Table) -> Result<Option<[String; 2]>, DataProblem> {
        let values: Vec<(&str, bool)> =
            self.values.iter().map(|(value, is_number)| (&**value, *is_number)).collect();
        match &values[..] {
            [] => Ok(Some(BITS.map(String::from))),
            [_] => Ok(None),
            [(a, true), (b, true)] if are_finite(a, b) => {
                Ok(Some(if number(a) < number(b) { [*a, *b] } else { [*b, *a] }.map(String::from)))
            }
            [(a, false), (b, false)] => Ok(Some(words(a, b).map(String::from))),
            _ => Err(self.refused(table)),
        }
    }

    /// The values of a column that holds one: zeros and ones, or the pair of others that has it.
    fn alone(&self, shared: &BTreeSet<&[String; 2]>) -> Option<[String; 2]> {
        let (value, _) = self.values.first_key_value()?;
        let mut pairs = shared.iter().filter(|pair| pair.contains(value));
        match (pairs.next(), pairs.next()) {
            (Some(pair), None) => Some((*pair).clone()),
            _ if BITS.contains(&&**value) => Some(BITS.map(String::from)),
            _ => None,
        }
    }

    /// What is wrong with the values: a word among numbers, or too many.
    fn refused(&self, table: &Table) -> DataProblem {
        let mut numbers: Vec<&String> = self.of(true).collect();
        let words: Vec<&String> = self.of(false).collect();
        if let ([_, ..], Some(word)) = (&numbers[..], words.first()) {
            return table.not_a_number(self.column, word);
        }
        numbers.sort_by(|a, b| number(a).total_cmp(&number(b)));
        let (values, n_values) = (numbers.into_iter().chain(words), self.values.len());
        // The largest tell what the values are, and which may stand for missing ones.
        let mut values: Vec<String> = values.cloned().collect();
        if n_values > MAX_LISTED {
            values.drain(MAX_LISTED - 2..n_values - 2);
        }
        TableProblem::Values { column: table.name(self.column), values, n_values }.into()
    }

    fn of(&self, numbers: bool) -> impl Iterator<Item = &String> {
        self.values.iter().filter(move |(_, is_number)| **is_number == numbers).map(|(v, _)| v)
    }
}

/// The most values that an error names.
const MAX_LISTED: usize = 6;

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

fn are_finite(a: &str, b: &str) -> bool {
    number(a).is_finite() && number(b).is_finite()
}

/// Two words, the one to be read as 0 first.
fn words<'a>(a: &'a str, b: &'a str) -> [&'a str; 2] {
    let is = |pair: &[&str; 2], a: &str, b: &str| {
        a.eq_ignore_ascii_case(pair[0]) && b.eq_ignore_ascii_case(pair[1])
    };
    if WORDS.iter().any(|pair| is(pair, b, a)) { [b, a] } else { [a, b] }
}

/// Whether one of two values plainly stands for missing answers: the other is an answer in columns
/// that do not hold it.
fn is_code_for_missing(pair: &[String; 2], shared: &BTreeSet<&[String; 2]>) -> bool {
    let is_so = |[code, answer]: [&String; 2]| {
        let tells = |other: &&[String; 2]| other.contains(answer) && !other.contains(code);
        MISSING_CODES.contains(&code.as_str()) && shared.iter().any(tells)
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
