//! Whether the first row of a table names its columns, and how many columns there are.

use super::records::{Record, decoded};
use super::value::{Reading, is_missing};
use std::collections::BTreeSet;

/// The head of a table.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Header {
    /// A name for each column; `None` without a header. Blank for a column without one.
    pub(super) names: Option<Vec<String>>,
    /// Whether the header is one cell short, as R writes it: the first column names the rows.
    pub(super) has_row_names: bool,
    /// Whether the names are numbers.
    pub(super) is_numeric: bool,
    /// Whether it is none and might be one: numbers in sequence, or larger than all below.
    pub(super) is_unclear: bool,
}

/// The fewest numbers that are taken for names unless they are quoted.
const LEAST_NAMES: usize = 3;
/// The fewest rows that show what is no value.
const LEAST_ROWS: usize = 3;
/// So many show it also if they hold any numbers.
const MANY_ROWS: usize = 10;

/// The names in a comment above the first row, if it has as many cells as the row.
pub(super) fn of_comment(
    comment: &Record,
    first: &Record,
    reading: &Reading,
) -> Option<Vec<String>> {
    let name = |cell: &[u8]| decoded(cell).into_owned();
    let names: Vec<String> = comment.cells().map(name).collect();
    let are_words = names.iter().all(|name| !is_missing(name) && reading.number(name).is_none());
    let distinct: BTreeSet<&String> = names.iter().collect();
    let suits = names.len() > 1 && names.len() == first.len() && distinct.len() == names.len();
    (suits && are_words).then_some(names)
}

/// Judges the first row by those below it. `is_only_first_quoted`: as far as it is known.
pub(super) fn judge(
    first: &Record,
    below: &[Record],
    reading: &Reading,
    is_only_first_quoted: bool,
) -> Header {
    let shift = shift(first, below);
    let sample = Sample { first, below, reading, shift: usize::from(shift == Shift::RowNames) };
    let is_words = sample.is_words();
    let numbers = sample.distinct_numbers().unwrap_or_default();
    let is_numeric = sample.is_numeric(&numbers, is_only_first_quoted);
    if !is_words && !is_numeric {
        let is_unclear =
            numbers.len() > 1 && (counts_up(&numbers) || sample.is_above_all(&numbers));
        return Header { is_unclear, ..Header::default() };
    }
    let name = |cell: &[u8]| decoded(cell).into_owned();
    let mut names: Vec<String> = first.cells().map(name).collect();
    match shift {
        Shift::RowNames => names.insert(0, String::new()),
        Shift::TrailingBelow => names.push(String::new()),
        Shift::TrailingAbove => drop(names.pop()),
        Shift::None => {}
    }
    Header {
        names: Some(names),
        has_row_names: shift == Shift::RowNames,
        is_numeric: is_numeric && !is_words,
        is_unclear: false,
    }
}

/// Why the first row may have another number of cells than the others.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shift {
    None,
    /// The others begin with the name of the row.
    RowNames,
    /// The others end with a separator.
    TrailingBelow,
    /// The first one ends with a separator.
    TrailingAbove,
}

fn shift(first: &Record, below: &[Record]) -> Shift {
    let n = first.len();
    let Some(next) = below.first() else { return Shift::None };
    let is_blank_at_end = |record: &Record| record.cell(n).is_empty();
    if next.len() == n + 1 && below.iter().all(is_blank_at_end) {
        Shift::TrailingBelow
    } else if next.len() == n + 1 {
        Shift::RowNames
    } else if next.len() + 1 == n && first.cell(n - 1).is_empty() {
        Shift::TrailingAbove
    } else {
        Shift::None
    }
}

/// Whether each number is one more than that before it.
fn counts_up(numbers: &[f64]) -> bool {
    numbers.windows(2).all(|pair| pair[1] == pair[0] + 1.0)
}

/// The first row, and some of those below it.
struct Sample<'a> {
    first: &'a Record,
    below: &'a [Record],
    reading: &'a Reading,
    /// The place below of the first cell of the first row.
    shift: usize,
}

impl Sample<'_> {
    fn number(&self, cell: &[u8]) -> Option<f64> {
        std::str::from_utf8(cell).ok().and_then(|text| self.reading.number(text))
    }

    /// The cells of the first row, each with its column below, without what is blank or missing.
    fn said(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let is_said = |(_, cell): &(usize, &[u8])| !std::str::from_utf8(cell).is_ok_and(is_missing);
        (self.shift..).zip(self.first.cells()).filter(is_said)
    }

    /// Whether the first row holds words, and not those of the rows below: two words may be values.
    fn is_words(&self) -> bool {
        let mut n_words = 0;
        let mut are_values = !self.below.is_empty();
        for (_, cell) in self.said() {
            if self.number(cell).is_some() {
                return false;
            }
            n_words += 1;
            are_values = are_values && self.occurs(cell);
        }
        // One blank cell alone is the name of a column without a name.
        (n_words > 0 && !are_values) || self.first.len() == 1 && n_words == 0
    }

    /// Whether a row below holds this text, in any column: a rare answer may be met there alone.
    fn occurs(&self, cell: &[u8]) -> bool {
        self.below.iter().any(|row| row.cells().any(|other| other == cell))
    }

    /// The numbers of the first row if they are distinct and whole, one for each column: a blank
    /// cell may stand above the names of the rows.
    fn distinct_numbers(&self) -> Option<Vec<f64>> {
        let numbers: Vec<f64> =
            self.said().map(|(_, cell)| self.number(cell)).collect::<Option<_>>()?;
        let distinct: BTreeSet<u64> = numbers.iter().map(|number| number.to_bits()).collect();
        let may_be_names = numbers.iter().all(|number| number.fract() == 0.0)
            && distinct.len() == numbers.len()
            && numbers.len() + 1 >= self.first.len()
            && !self.below.is_empty();
        may_be_names.then_some(numbers)
    }

    /// Whether distinct numbers in the first row name columns. They are quoted where those below
    /// are not, or they count from 0, or stand beside a blank cell above names of rows. Or enough
    /// rows below show that they are no values: most of them never occur there, or none of them
    /// beside two values, or all of them are larger than what stands there.
    fn is_numeric(&self, numbers: &[f64], is_only_first_quoted: bool) -> bool {
        if numbers.is_empty() {
            return false;
        }
        if is_only_first_quoted || self.is_beside_row_names() {
            return true;
        }
        if numbers.len() < LEAST_NAMES {
            return false;
        }
        let counts_up = counts_up(numbers);
        let (n, n_new) = (numbers.len(), self.n_new());
        let last = numbers[numbers.len() - 1];
        counts_up && numbers[0] == 0.0
            || self.below.len() >= MANY_ROWS && self.is_above_all(numbers)
            || self.below.len() >= LEAST_ROWS
                && (counts_up && numbers[0] == 1.0 && (2 * n_new >= n || last > self.most_below())
                    || n_new > 0 && (counts_up || n_new == n) && self.is_binary_below())
    }

    /// Whether numbers are larger than all below the first row.
    fn is_above_all(&self, numbers: &[f64]) -> bool {
        numbers.iter().copied().fold(f64::INFINITY, f64::min) > self.most_below()
    }

    /// Whether the first row begins with a blank cell alone, and the others with cells that differ.
    fn is_beside_row_names(&self) -> bool {
        let mut names = BTreeSet::new();
        self.shift == 0
            && self.first.cell(0).is_empty()
            && self.said().count() + 1 == self.first.len()
            && self.below.len() >= LEAST_ROWS
            && self.below.iter().all(|row| !row.cell(0).is_empty() && names.insert(row.cell(0)))
    }

    /// The largest number below the first row.
    fn most_below(&self) -> f64 {
        let columns = || self.said().map(|(column, _)| column);
        let cells = self.below.iter().flat_map(|row| columns().map(|column| row.cell(column)));
        cells.filter_map(|cell| self.number(cell)).fold(f64::NEG_INFINITY, f64::max)
    }

    /// How many numbers of the first row do not occur below them.
    fn n_new(&self) -> usize {
        let is_new = |(column, cell): &(usize, &[u8])| {
            let number = self.number(cell);
            !self.below.iter().any(|row| self.number(row.cell(*column)) == number)
        };
        self.said().filter(is_new).count()
    }

    /// Whether all columns below hold the same two values at most.
    fn is_binary_below(&self) -> bool {
        let mut values: Vec<&[u8]> = Vec::new();
        let columns = || self.said().map(|(column, _)| column);
        for cell in self.below.iter().flat_map(|row| columns().map(|column| row.cell(column))) {
            let is_missing = std::str::from_utf8(cell).is_ok_and(is_missing);
            if !is_missing && !values.contains(&cell) {
                values.push(cell);
            }
            if values.len() > 2 {
                return false;
            }
        }
        true
    }
}
