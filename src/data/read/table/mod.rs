//! Tables as text. First the text becomes cells ([`records`], [`cells`]), with the names of the
//! columns ([`header`]). Then columns get their roles ([`roles`]), and the values of items become
//! bits ([`coding`], [`rows`]). The same way leads from a table to a fit and to a model.

mod cells;
mod coding;
mod found;
mod header;
mod odd_rows;
mod records;
mod roles;
mod rows;
mod text;
mod threshold;
mod value;

use super::stream::{Stop, Stream};
use crate::data::columns::{Columns, ModelRows, Values};
use crate::data::remark::Remark;
use crate::data::{labels::Labels, pixels::Pixels, texts::Texts};
use crate::error::{DataProblem, Error, Result, TableProblem};
use crate::record::{Binarize, Item};
use cells::Cells;
use coding::Coded;
use header::Header;
use records::{Record, Records};
use roles::Roles;
use rows::Problem;
use std::collections::BTreeSet;
use std::io::BufRead;
use text::Text;
pub(crate) use text::is_utf16;
use value::{Comma, Reading, Value, is_missing};

/// What a table holds.
#[derive(Debug)]
pub(crate) struct Content {
    /// The rows as images of height 1: bits, or grey values if that was asked for.
    pub(crate) pixels: Pixels,
    /// The rule that made the bits, where they were not zeros and ones before.
    pub(crate) rule: Option<Binarize>,
    pub(crate) labels: Option<Labels>,
    pub(crate) weights: Option<Vec<f64>>,
    /// The names of the rows.
    pub(crate) ids: Option<Texts>,
    /// The items; empty if they have neither names nor values of their own.
    pub(crate) items: Vec<Item>,
    pub(crate) remarks: Vec<Remark>,
}

/// Reads a table as `asked`. Errors: [`DataProblem`], with line and column; [`Error::Size`] for
/// rows of another length than a model's.
pub(crate) fn read(mut input: Stream, asked: &Columns) -> Result<Content> {
    let table = parse(&mut input, &asked.missing).map_err(|stop| input.stopped(stop))?;
    if table.cells.n_rows() == 0 {
        return Err(input.wrong(DataProblem::Empty));
    }
    table.interpret(&input, asked)
}

/// The rows below a header that are looked at to tell whether it is one, and their bytes.
const SAMPLE: (usize, usize) = (1000, 1 << 20);

fn parse(input: &mut Stream, missing: &[String]) -> Result<Table, Stop> {
    let text = Text::of(input)?;
    let comma = match text.separator {
        Some(b',') => Comma::Separator,
        Some(b';') => Comma::Decimal,
        _ => Comma::Unclear,
    };
    let reading = Reading::new(comma, missing);
    let records = Records::new(text.reader, text.separator, text.line_end).behind(text.n_before);
    Table::parse(records, reading, text.is_only_first_quoted)
}

/// A table, before anybody says what its columns mean.
struct Table {
    /// The headings; `None` without a header. Blank for a column without one.
    names: Option<Vec<String>>,
    /// Whether the first column has no heading and names the rows, as R writes it.
    has_row_names: bool,
    /// The line of the first row of the text.
    header_line: u64,
    cells: Cells,
    reading: Reading,
    remarks: Vec<Remark>,
}

impl Table {
    fn parse<R: BufRead>(
        mut records: Records<R>,
        reading: Reading,
        is_only_first_quoted: bool,
    ) -> Result<Self, Stop> {
        let (mut first, mut below) = (Record::default(), Vec::new());
        records.read(&mut first)?;
        let (mut record, mut size) = (Record::default(), 0);
        let mut is_read = false;
        while below.len() < SAMPLE.0 && size < SAMPLE.1 {
            is_read = records.read(&mut record)?;
            if !is_read {
                break;
            }
            size += record.size();
            below.push(std::mem::take(&mut record));
        }
        let header = header::judge(&first, &below, &reading, is_only_first_quoted);
        let Header { mut names, has_row_names, is_numeric, is_unclear } = header;
        let mut cells = Cells::new(names.as_ref().map_or(first.len(), Vec::len));
        let mut remarks = Vec::new();
        if names.is_none() && first.len() > 0 {
            cells.push(&first)?;
            names = header::of_comment(&records.comment()?, &first, &reading);
            remarks.extend(names.clone().map(Remark::CommentHeader));
            if is_unclear && names.is_none() {
                let numbers = first.cells().map(|cell| records::decoded(cell).into_owned());
                remarks.push(Remark::NumericRow(numbers.collect()));
            }
        }
        below.iter().try_for_each(|record| cells.push(record))?;
        drop(below);
        while is_read && records.read(&mut record)? {
            cells.push(&record)?;
        }
        if is_numeric {
            remarks.push(Remark::NumericHeader(names.clone().unwrap_or_default()));
        }
        if !cells.is_utf8() || !first.cells().all(records::is_utf8) {
            remarks.push(Remark::NotUtf8);
        }
        if records.n_comments > 0 {
            remarks.push(Remark::Comments(records.n_comments));
        }
        match cells.drop_blank_end() {
            0 => {}
            n => remarks.push(Remark::BlankRows(n)),
        }
        Ok(Self { names, has_row_names, header_line: first.line, cells, reading, remarks })
    }

    fn n_columns(&self) -> usize {
        self.cells.n_columns()
    }

    /// The heading of a column; blank if it has none.
    fn heading(&self, column: usize) -> &str {
        self.names.as_ref().and_then(|names| names.get(column)).map_or("", String::as_str)
    }

    /// The heading of a column, or its number from 1.
    fn name(&self, column: usize) -> String {
        match self.heading(column) {
            "" => (column + 1).to_string(),
            heading => heading.to_owned(),
        }
    }

    fn is_headed(&self, column: usize, headings: &[&str]) -> bool {
        headings.iter().any(|heading| self.heading(column).eq_ignore_ascii_case(heading))
    }

    /// The column of that name. Errors: [`TableProblem::NoColumn`], [`TableProblem::Repeated`].
    fn find(&self, name: &str) -> Result<usize, DataProblem> {
        let mut found = (0..self.n_columns()).filter(|column| self.name(*column) == name);
        let (first, second) = (found.next(), found.next());
        if second.is_some() {
            return Err(TableProblem::Repeated { name: name.into() }.into());
        }
        first.ok_or_else(|| {
            let columns = (0..self.n_columns()).map(|column| self.name(column)).collect();
            TableProblem::NoColumn { name: name.into(), columns }.into()
        })
    }

    /// Names that more than one column has.
    fn repeated(&self) -> Vec<String> {
        let mut met = BTreeSet::new();
        let names = (0..self.n_columns()).map(|column| self.name(column));
        names.filter(|name| !met.insert(name.clone())).collect()
    }

    fn value(&self, code: u16) -> Value<'_> {
        self.reading.value(self.cells.text_of(code))
    }

    /// The line in which a column first holds the value of this key, from 1.
    fn line_of(&self, column: usize, value: &str) -> u64 {
        let is_it = |cell: &str| self.reading.canonical(cell).is_some_and(|key| key == value);
        self.cells.column(column).position(is_it).map_or(0, |row| self.cells.line(row))
    }

    /// That a cell of `columns` holds a word, not a number.
    fn not_a_number(&self, column: usize, columns: &[usize], key: &str, word: &str) -> DataProblem {
        if let Some(problem) = self.second_header() {
            return problem.into();
        }
        let (line, column) = (self.line_of(column, key), column + 1);
        let codes = self.reading.with_given(found::words_among_numbers(self, columns), word);
        DataProblem::NotANumber { line, column, cell: shortened(word), codes }
    }

    fn interpret(mut self, input: &Stream, asked: &Columns) -> Result<Content> {
        let wrong = |problem| input.wrong(problem);
        self.check_rows().map_err(wrong)?;
        let Roles { items, id, weights, labels, remarks } =
            roles::assign(&self, asked).map_err(wrong)?;
        self.check_decimals(items.iter().copied().chain(weights)).map_err(wrong)?;
        let mut all = std::mem::take(&mut self.remarks);
        all.extend(remarks);
        if let Some(model) = &asked.model {
            all.extend(self.check_model(input, &items, model)?);
        }
        let rows = self.rows(&items, asked).map_err(|problem| match problem {
            Problem::Data(problem) => input.wrong(problem),
            Problem::Other(error) => error,
        })?;
        let weights = weights.map(|column| self.weights(column)).transpose().map_err(wrong)?;
        if let Some(weights) = &weights {
            self.check_last_weight(&items, weights).map_err(wrong)?;
        }
        all.extend(rows.remarks);
        Ok(Content {
            pixels: rows.pixels,
            rule: rows.rule,
            labels: labels.map(|column| self.labels(column)),
            weights,
            ids: id.map(|column| self.cells.column(column).collect()),
            items: rows.items,
            remarks: all,
        })
    }

    /// What is to be said if a model's items are matched by their place. Errors: [`Error::Size`].
    fn check_model(
        &self,
        input: &Stream,
        items: &[usize],
        model: &ModelRows,
    ) -> Result<Option<Remark>> {
        if items.len() != model.size.0 * model.size.1 {
            let (found, model) = ((1, items.len()), model.size);
            return Err(Error::Size { path: input.path().into(), found, model });
        }
        let (table_has_names, model_has_names) =
            (self.names.is_some(), Item::are_named(&model.items));
        // Images have no names.
        let is_said = table_has_names != model_has_names && model.size.0 == 1;
        Ok(is_said.then_some(Remark::ByPosition { table_has_names }))
    }

    fn rows(&self, items: &[usize], asked: &Columns) -> Result<Rows, Problem> {
        let mut remarks = Vec::new();
        let binary = |column: &usize| Item::binary(self.name(*column));
        let named = |columns: &[usize]| -> Vec<Item> {
            if self.names.is_none() { Vec::new() } else { columns.iter().map(binary).collect() }
        };
        let (pixels, rule, items) = match asked.values {
            Values::Grey => (rows::grey(self, items)?, None, named(items)),
            Values::Whole | Values::AtLeast(_) => {
                let are_chosen = asked.items.is_some() || asked.model.is_some();
                if !are_chosen {
                    threshold::check_row_numbers(self, items)?;
                }
                let threshold = match asked.values {
                    Values::AtLeast(threshold) => threshold,
                    _ => threshold::otsu(self, items)?,
                };
                let found = threshold::compared(self, items, threshold)?;
                remarks.extend(threshold::said(self, items, &found, asked.model.is_some())?);
                let rule = Some(Binarize::Threshold(threshold));
                (Pixels::packed(found.bits, 1, items.len())?, rule, named(items))
            }
            Values::Pairs => {
                let (coded, said) = match &asked.model {
                    Some(model) => coding::of_model(self, items, &model.items)?,
                    None => coding::find(self, items, asked.items.is_some())?,
                };
                remarks.extend(said);
                let bits = rows::bits(self, &coded)?;
                (Pixels::packed(bits, 1, coded.len())?, None, self.items(&coded))
            }
        };
        Ok(Rows { pixels, rule, items, remarks })
    }

    /// The items with their names and values; none if they have neither.
    fn items(&self, coded: &[Coded]) -> Vec<Item> {
        let is_named = self.names.is_some();
        let item = |coded: &Coded| Item {
            name: if is_named { self.name(coded.column) } else { String::new() },
            categories: coded.categories(),
        };
        let items: Vec<Item> = coded.iter().map(item).collect();
        let says = |item: &Item| !item.name.is_empty() || !item.categories.is_empty();
        if items.iter().any(says) { items } else { Vec::new() }
    }

    fn labels(&self, column: usize) -> Labels {
        let name = |cell| if is_missing(cell) { "" } else { cell };
        let names: Vec<&str> = self.cells.column(column).map(name).collect();
        Labels::from_names(names)
    }

    /// The number in a cell, unless it stands for a missing value.
    fn known_number(&self, cell: &str) -> Option<f64> {
        match self.reading.value(cell) {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The weights in a column. Errors: [`DataProblem::Weight`], [`DataProblem::NoWeight`].
    fn weights(&self, column: usize) -> Result<Vec<f64>, DataProblem> {
        let weight = |(row, cell): (usize, &str)| {
            let weight = self.known_number(cell);
            weight.filter(|weight| *weight >= 0.0 && weight.is_finite()).ok_or_else(|| {
                DataProblem::Weight { line: self.cells.line(row), cell: shortened(cell) }
            })
        };
        let weights: Vec<f64> =
            self.cells.column(column).enumerate().map(weight).collect::<Result<_, _>>()?;
        if weights.iter().all(|weight| *weight == 0.0) {
            return Err(DataProblem::NoWeight);
        }
        Ok(weights)
    }

    /// Refuses a last row without answers that weighs as much as all others: it sums them up.
    /// Errors: [`TableProblem::Totals`].
    fn check_last_weight(&self, items: &[usize], weights: &[f64]) -> Result<(), DataProblem> {
        let Some((last, others)) = weights.split_last().filter(|(_, others)| others.len() > 1)
        else {
            return Ok(());
        };
        let row = others.len();
        let is_missing =
            |item: &usize| self.reading.value(self.cells.text(row, *item)) == Value::Missing;
        if *last != others.iter().sum::<f64>() || !items.iter().all(is_missing) {
            return Ok(());
        }
        Err(TableProblem::Totals { line: self.cells.line(row), cell: last.to_string() }.into())
    }
}

/// The items of a table as rows.
struct Rows {
    pixels: Pixels,
    rule: Option<Binarize>,
    items: Vec<Item>,
    remarks: Vec<Remark>,
}

/// How a cell begins.
fn shortened(cell: &str) -> String {
    cell.chars().take(30).collect()
}

#[cfg(test)]
mod tests;
