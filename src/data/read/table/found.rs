//! The values that a column holds: whether two of them can be read as 0 and 1, and what may be
//! meant if they cannot.

use super::Table;
use super::value::Value;
use crate::data::{cut, missing_codes};
use crate::error::{DataProblem, TableProblem};
use crate::wording::{plain, shorten};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Words of which the first is read as 0 and the second as 1, in upper or lower case.
const WORDS: [[&str; 2]; 21] = [
    ["no", "yes"],
    ["n", "y"],
    ["false", "true"],
    ["f", "t"],
    ["negative", "positive"],
    ["neg", "pos"],
    ["absent", "present"],
    ["off", "on"],
    ["unchecked", "checked"],
    ["not selected", "selected"],
    ["disagree", "agree"],
    ["incorrect", "correct"],
    ["failed", "passed"],
    ["nein", "ja"],
    ["nej", "ja"],
    ["nee", "ja"],
    ["non", "oui"],
    ["no", "si"],
    ["ne", "da"],
    ["n", "j"],
    ["-", "+"],
];

/// The distinct values of a column, each by its key.
pub(super) struct Found {
    pub(super) column: usize,
    pub(super) values: BTreeMap<String, Written>,
    /// Whether a cell is blank.
    pub(super) has_blank: bool,
}

/// How a value is written.
pub(super) enum Written {
    Number(f64),
    /// A word, in the spellings that occur.
    Word(BTreeSet<String>),
}

impl Written {
    /// One spelling.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Word(spellings) => spellings.first().cloned().unwrap_or_default(),
        }
    }

    /// All spellings.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::Number(number) => vec![number.to_string()],
            Self::Word(spellings) => spellings.iter().cloned().collect(),
        }
    }

    fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

impl Found {
    pub(super) fn new(table: &Table, column: usize) -> Self {
        let mut found = Self { column, values: BTreeMap::new(), has_blank: false };
        if table.cells.is_text(column) {
            // Most texts of a long column come again. To read one takes longer than to find it.
            let distinct: HashSet<&str> = table.cells.column(column).collect();
            distinct.into_iter().for_each(|cell| found.meet(table, cell));
        } else {
            let codes = table.cells.distinct(column).into_iter();
            codes.for_each(|code| found.meet(table, table.cells.text_of(code)));
        }
        found
    }

    fn meet(&mut self, table: &Table, cell: &str) {
        match table.reading.value(cell) {
            Value::Missing => self.has_blank |= cell.trim().is_empty(),
            Value::Number(number) => {
                self.values.insert(number.to_string(), Written::Number(number));
            }
            Value::Word(word) => {
                let new = || Written::Word(BTreeSet::new());
                let written = self.values.entry(table.reading.key(word)).or_insert_with(new);
                if let Written::Word(spellings) = written {
                    spellings.insert(word.to_owned());
                }
            }
        }
    }

    /// The spellings of a word that has several.
    pub(super) fn spellings(&self) -> Option<Vec<String>> {
        self.values.values().find_map(|written| match written {
            Written::Word(spellings) if spellings.len() > 1 => {
                Some(spellings.iter().cloned().collect())
            }
            _ => None,
        })
    }

    /// The value of a column that holds one.
    pub(super) fn only(&self) -> Option<String> {
        let is_one = self.values.len() == 1;
        self.values.values().next().filter(|_| is_one).map(Written::text)
    }

    /// The two values of the column, the one that is read as 0 first; `None` if it holds one alone,
    /// or none. Errors: what [`Self::refused`] says, with the items in `columns`.
    pub(super) fn pair(
        &self,
        table: &Table,
        columns: &[usize],
    ) -> Result<Option<[String; 2]>, DataProblem> {
        if let (1, Some(words)) = (self.values.len(), self.spellings()) {
            let column = table.name(self.column);
            return Err(TableProblem::OneWord { column, words }.into());
        }
        if self.values.len() < 2 {
            return Ok(None);
        }
        let refused = || self.refused(table, columns);
        self.ordered().map(Some).ok_or_else(refused)
    }

    /// Two values that can be told apart as 0 and 1, in this order.
    pub(super) fn ordered(&self) -> Option<[String; 2]> {
        let mut values = self.values.values();
        let [a, b] = [values.next()?, values.next()?];
        if values.next().is_some() {
            return None;
        }
        let is_turned = match (a, b) {
            (Written::Number(a), Written::Number(b)) if a.is_finite() && b.is_finite() => a > b,
            (Written::Word(_), Written::Word(_)) => is_negation(&b.text(), &a.text()),
            _ => return None,
        };
        Some(if is_turned { [b, a] } else { [a, b] }.map(Written::text))
    }

    /// Whether the values are words, and not yes and no in some form.
    pub(super) fn holds_other_words(&self) -> bool {
        let are_words = self.values.values().all(|written| written.number().is_none());
        are_words && !self.values.keys().any(|a| self.values.keys().any(|b| is_pair(a, b)))
    }

    /// What is wrong with the values: a word among numbers, or too many.
    pub(super) fn refused(&self, table: &Table, columns: &[usize]) -> DataProblem {
        let words = || self.values.iter().filter(|(_, written)| written.number().is_none());
        let mut numbers: Vec<f64> = self.values.values().filter_map(Written::number).collect();
        if let ([_, ..], Some((key, word))) = (&numbers[..], words().next()) {
            return table.not_a_number(self.column, columns, key, &word.text());
        }
        if let Some(problem) = table.bare_totals(columns) {
            return problem.into();
        }
        numbers.sort_by(f64::total_cmp);
        let texts = words().map(|(_, word)| word.text());
        let written = numbers.iter().copied().map(plain);
        let mut values: Vec<String> = written.chain(texts).collect();
        let n_values = values.len();
        shorten(&mut values);
        let others: Vec<usize> =
            columns.iter().copied().filter(|other| *other != self.column).collect();
        let n_pairs = others.iter().filter(|other| holds_pair(table, **other)).count();
        let odd = self.odd(&numbers);
        TableProblem::Values {
            column: table.name(self.column),
            values,
            n_values,
            cut: self.cut(table, &others, &odd),
            odd,
            may_name_rows: numbers.iter().all(|number| number.fract() == 0.0)
                && numbers.len() == n_values
                && may_name_rows(table, self.column, &others),
            among_pairs: 2 * n_pairs > others.len(),
        }
        .into()
    }

    /// A threshold that parts the numbers without those that are `odd`, and the numbers of most
    /// `others`.
    fn cut(&self, table: &Table, others: &[usize], odd: &[String]) -> Option<u8> {
        let numbers =
            |column| table.cells.column(column).filter_map(|cell| table.known_number(cell));
        let are_words = self.values.values().any(|written| written.number().is_none());
        let own = numbers(self.column).filter(|number| !odd.contains(&number.to_string()));
        let cut = cut::parting(own.map(|number| (number, 1)).collect()).filter(|_| !are_words)?;
        let is_one = |number: f64| number >= f64::from(cut);
        let parts =
            |column: &&usize| numbers(**column).any(is_one) && !numbers(**column).all(is_one);
        (2 * others.iter().filter(parts).count() >= others.len()).then_some(cut)
    }

    /// Values that may stand for missing answers: codes, or a word beside yes and no.
    fn odd(&self, numbers: &[f64]) -> Vec<String> {
        if !numbers.is_empty() {
            let codes = missing_codes::among(numbers.iter().copied());
            return codes.iter().map(i32::to_string).collect();
        }
        let is_answer = |word: &String| self.values.keys().any(|other| is_pair(word, other));
        let (answers, odd): (Vec<_>, Vec<_>) =
            self.values.iter().partition(|(key, _)| is_answer(key));
        // Another word for yes or no is no missing answer.
        let is_known =
            |key: &String| WORDS.concat().iter().any(|word| key.eq_ignore_ascii_case(word));
        let is_told = answers.len() == 2
            && odd.len() <= MAX_LISTED
            && !odd.iter().any(|(key, _)| is_known(key));
        if !is_told {
            return Vec::new();
        }
        odd.into_iter().flat_map(|(_, written)| written.texts()).collect()
    }
}

/// The most values that an error names.
const MAX_LISTED: usize = 6;

/// Whether two words are yes and no, in some form.
fn is_pair(a: &str, b: &str) -> bool {
    is_negation(a, b) || is_negation(b, a)
}

/// Whether words are answers: a few, with yes and no among them.
pub(super) fn is_answered(words: &HashSet<String>) -> bool {
    words.len() <= MAX_LISTED && words.iter().any(|a| words.iter().any(|b| is_pair(a, b)))
}

/// Whether a column holds at most two values that can be told apart.
fn holds_pair(table: &Table, column: usize) -> bool {
    if table.cells.is_text(column) {
        return false;
    }
    let found = Found::new(table, column);
    found.values.len() < 2 || found.ordered().is_some()
}

/// The words in those of `columns` that hold numbers too.
pub(super) fn words_among_numbers(table: &Table, columns: &[usize]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for column in columns {
        let values = Found::new(table, *column).values;
        if values.values().any(|written| written.number().is_some()) {
            let is_word = |written: &&Written| written.number().is_none();
            words.extend(values.values().filter(is_word).flat_map(Written::texts));
        }
    }
    words
}

/// Whether a column is headed like names of rows, or its values nearly all differ, unlike those of
/// most `others`.
fn may_name_rows(table: &Table, column: usize, others: &[usize]) -> bool {
    let n_alike = || others.iter().filter(|other| differ(table, **other)).count();
    table.is_headed(column, &["id"]) || differ(table, column) && 2 * n_alike() <= others.len()
}

/// The first of several columns of whole numbers that may name the rows. Each is looked at once.
pub(super) fn row_numbers(table: &Table, columns: &[usize]) -> Option<usize> {
    let differing: Vec<usize> = columns.iter().copied().filter(|c| differ(table, *c)).collect();
    let are_few = 2 * differing.len().saturating_sub(1) < columns.len();
    let may_be = |column: &usize| {
        (table.is_headed(*column, &["id"]) || are_few && differing.contains(column))
            && are_whole(table, *column)
    };
    columns.iter().copied().find(may_be).filter(|_| columns.len() > 1)
}

/// Whether the values of a column nearly all differ.
fn differ(table: &Table, column: usize) -> bool {
    let n_rows = table.cells.n_rows();
    table.cells.is_text(column)
        || n_rows >= LEAST_ROWS && 10 * table.cells.distinct(column).len() >= 9 * n_rows
}

/// Whether a column holds whole numbers alone, or nothing.
fn are_whole(table: &Table, column: usize) -> bool {
    let values = Found::new(table, column).values;
    values.values().all(|written| written.number().is_some_and(|number| number.fract() == 0.0))
}

/// Fewer rows do not show that values differ by more than chance.
const LEAST_ROWS: usize = 10;

/// Whether two words are a known pair, of which the first is read as 0.
fn is_negation(no: &str, yes: &str) -> bool {
    WORDS.iter().any(|pair| no.eq_ignore_ascii_case(pair[0]) && yes.eq_ignore_ascii_case(pair[1]))
}
