//! Rows that are none: a second header, the header once more, and totals below the others.

use super::value::{Comma, Value};
use super::{Table, shortened};
use crate::data::missing_codes::is_code;
use crate::error::{DataProblem, TableProblem};
use std::collections::BTreeSet;

/// How a row begins that sums up the others.
const TOTALS: [&str; 20] = [
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sum",
    "sums",
    "mean",
    "average",
    "percent",
    "summe",
    "gesamt",
    "insgesamt",
    "gesamtergebnis",
    "anzahl",
    "mittelwert",
    "durchschnitt",
    "prozent",
    "somme",
    "moyenne",
    "totale",
];

/// The most rows of totals below each other.
const MOST_TOTALS: usize = 4;
/// So many different words are no values that happen to recur together.
const LEAST_WORDS: usize = 3;
/// The most rows above a header: a title, blank ones.
const MOST_ABOVE: usize = 4;

impl Table {
    /// Refuses rows that are none. Errors: [`TableProblem::RepeatedHeader`],
    /// [`TableProblem::Totals`].
    pub(super) fn check_rows(&self) -> Result<(), DataProblem> {
        self.check_header()?;
        self.check_last_row()
    }

    /// Refuses rows that are the same as the header.
    fn check_header(&self) -> Result<(), DataProblem> {
        let (n, is_headless) = (self.cells.n_rows(), self.names.is_none());
        let cell = |d| if is_headless { self.cells.text(0, d) } else { self.heading(d) };
        let said: Vec<(usize, &str)> = (0..self.n_columns())
            .map(|d| (d, cell(d)))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        // Also a word that the user called missing.
        let is_word = |(_, text): &(usize, &str)| self.reading.number(text).is_none();
        if said.is_empty() || !said.iter().all(is_word) {
            return Ok(());
        }
        let has = |row: usize, (d, text): &(usize, &str)| self.cells.text(row, *d) == *text;
        let below = || usize::from(is_headless)..n;
        let repeats: Vec<usize> =
            below().filter(|row| said.iter().all(|cell| has(*row, cell))).collect();
        let Some(&first) = repeats.first() else { return Ok(()) };
        // Without a header, words may be values.
        let is_header = || {
            let words: BTreeSet<&str> = said.iter().map(|(_, text)| *text).collect();
            let is_other = |row: &usize| repeats.binary_search(row).is_err();
            words.len() == said.len()
                && words.len() >= LEAST_WORDS
                && (repeats.len() == 1 || 10 * repeats.len() <= n)
                && repeats.len() + 1 < n
                && !below().filter(is_other).any(|row| said.iter().any(|cell| has(row, cell)))
        };
        if is_headless && !is_header() {
            return Ok(());
        }
        let (line, more) = (self.cells.line(first), repeats.len() - 1);
        Err(TableProblem::RepeatedHeader { line, more }.into())
    }

    /// Refuses decimal commas and points in one of `columns`: a point may part thousands. Errors:
    /// [`TableProblem::MixedDecimals`].
    pub(super) fn check_decimals(
        &self,
        columns: impl IntoIterator<Item = usize>,
    ) -> Result<(), DataProblem> {
        if self.reading.comma != Comma::Decimal {
            return Ok(());
        }
        let holds = |column: usize, sign: char| {
            let is_it = |cell: &&str| cell.contains(sign) && self.reading.number(cell).is_some();
            let mut codes = self.cells.distinct(column).into_iter();
            if self.cells.is_text(column) {
                self.cells.column(column).find(is_it)
            } else {
                codes.find_map(|code| Some(self.cells.text_of(code)).filter(is_it))
            }
        };
        for column in columns {
            if let (Some(comma), Some(point)) = (holds(column, ','), holds(column, '.')) {
                let (column, [comma, point]) = (self.name(column), [comma, point].map(shortened));
                return Err(TableProblem::MixedDecimals { column, comma, point }.into());
            }
        }
        Ok(())
    }

    /// Refuses a last row that sums up the others, as its first word says.
    fn check_last_row(&self) -> Result<(), DataProblem> {
        let n = self.cells.n_rows();
        let mut cells =
            (0..self.n_columns()).map(|column| (column, self.cells.text(n - 1, column)));
        let Some((column, cell)) = cells.find(|(_, cell)| !cell.is_empty()) else { return Ok(()) };
        let is_total =
            |row: &usize| TOTALS.contains(&&*self.reading.key(self.cells.text(*row, column)));
        let n_last = (0..n).rev().take_while(is_total).count();
        if n_last == 0
            || n_last > MOST_TOTALS
            || n < n_last + 2
            || (0..n - n_last).any(|row| is_total(&row))
        {
            return Ok(());
        }
        let (line, cell) = (self.cells.line(n - 1), shortened(cell));
        Err(TableProblem::Totals { line, cell }.into())
    }

    /// A last row of numbers that stand in no other row, in most of `columns`, below two values.
    pub(super) fn bare_totals(&self, columns: &[usize]) -> Option<TableProblem> {
        let last = self.cells.n_rows().checked_sub(1).filter(|last| *last > 2)?;
        let is_new = |column: &&usize| {
            let of_row = |row| self.reading.canonical(self.cells.text(row, **column));
            let is_number = |n: f64| n >= 0.0 && !is_code(n);
            let number = self.reading.number(self.cells.text(last, **column));
            let mut values = BTreeSet::new();
            number.is_some_and(is_number)
                && (0..last).filter_map(of_row).all(|value| {
                    values.insert(value);
                    values.len() <= 2
                })
                && of_row(last).is_some_and(|value| !values.contains(&value))
        };
        let n_new = columns.iter().filter(is_new).count();
        let is_total = n_new > 1 && 2 * n_new > columns.len();
        is_total.then(|| TableProblem::BareTotals { line: self.cells.line(last) })
    }

    /// One of the first rows, if it holds words alone, as a header of two lines does, or one below
    /// a title. What occurs below again, or below a number, is an answer.
    pub(super) fn second_header(&self) -> Option<TableProblem> {
        let values = |row: usize| {
            (0..self.n_columns()).map(move |column| (column, self.cells.text(row, column)))
        };
        let has_no_number = |row: &usize| {
            !values(*row).any(|(_, cell)| matches!(self.reading.value(cell), Value::Number(_)))
        };
        let is_new = |(column, cell): &(usize, &str)| {
            self.cells.column(*column).filter(|other| other == cell).count() == 1
        };
        let is_header = |row: &usize| {
            let is_word =
                |(_, cell): &(usize, &str)| matches!(self.reading.value(cell), Value::Word(_));
            let words: Vec<_> = values(*row).filter(is_word).collect();
            let are_most = words.len() >= LEAST_WORDS && words.len() + 1 == self.n_columns();
            (words.len() == self.n_columns() || are_most) && words.iter().all(is_new)
        };
        let rows = 0..MOST_ABOVE.min(self.cells.n_rows().saturating_sub(1));
        let row = rows.take_while(has_no_number).find(is_header)?;
        let (line, above) = (self.cells.line(row), self.header_line);
        match row {
            0 if self.names.is_none() => None,
            0 => Some(TableProblem::SecondHeader { line, above }),
            _ => Some(TableProblem::LateHeader { line }),
        }
    }
}
