//! Tables as text, one row a line, read with the `csv` crate. The first line tells separator and
//! header. A first or last column headed `label` or `class` gives the labels, a column headed
//! `weight` the weights.

use super::grey::{GreyValues, NotGrey};
use super::stream::Stream;
use crate::data::{labels::Labels, pixels::Pixels};
use crate::error::{DataProblem, Result};
use std::io::{BufRead, Read};

/// The byte order mark that some programs put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

enum Stop {
    Io(std::io::Error),
    Problem(DataProblem),
}

impl From<DataProblem> for Stop {
    fn from(problem: DataProblem) -> Self {
        Self::Problem(problem)
    }
}

pub(crate) struct Content {
    /// The rows as images of height 1.
    pub(crate) pixels: Pixels,
    pub(crate) labels: Option<Labels>,
    pub(crate) weights: Option<Vec<f64>>,
    /// The headings of the feature columns; empty without a header.
    pub(crate) names: Vec<String>,
}

/// Reads a table. Values: see [`super::grey`]; `true` and `false` count as 1 and 0, a blank cell,
/// `NA` and `NaN` as missing. Blank lines and lines that begin with `#` are passed over. Errors:
/// [`DataProblem`], with line and column: a row of another length, a cell that is no number or out
/// of range, a weight that is not finite and at least 0; no rows, or none with a weight.
pub(crate) fn read(mut input: Stream) -> Result<Content> {
    let separator = separator(input.head());
    let mut table = Table::default();
    if input.head().starts_with(BOM) {
        input.skip(BOM.len() as u64)?;
    }
    let read = match separator {
        Some(separator) => table.read_separated(input.reader(), separator),
        None => table.read_spaced(input.reader()),
    };
    read.map_err(|stop| match stop {
        Stop::Io(e) => input.failed(e),
        Stop::Problem(problem) => input.wrong(problem),
    })?;
    let n_images = table.lines.len();
    if n_images == 0 {
        return Err(input.wrong(DataProblem::Empty));
    }
    let weights = table.weight_column.map(|_| std::mem::take(&mut table.weights));
    if weights.as_ref().is_some_and(|weights| weights.iter().all(|weight| *weight == 0.0)) {
        return Err(input.wrong(DataProblem::NoWeight));
    }
    let labels = table.label_column.map(|_| Labels::from_names(&table.labels));
    let n_features = table.n_features();
    let (values, missing) = table.values.into_parts();
    let pixels = Pixels::new(n_images, 1, n_features, values)?.without(&missing)?;
    Ok(Content { pixels, labels, weights, names: table.names })
}

/// The separator that the first line uses; `None` for spaces, however many.
fn separator(head: &[u8]) -> Option<u8> {
    let head = head.strip_prefix(BOM).unwrap_or(head);
    let mut lines = head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#")).unwrap_or_default();
    let mut quoted = false;
    let bare = |b: &&u8| {
        quoted ^= **b == b'"';
        !quoted
    };
    let bare: Vec<u8> = first.iter().filter(bare).copied().collect();
    let found = [b';', b'\t', b','].into_iter().find(|separator| bare.contains(separator));
    found.or(if bare.contains(&b' ') { None } else { Some(b',') })
}

/// What has been read so far.
#[derive(Default)]
struct Table {
    /// Cells of the first line, labels and weights included.
    n_columns: Option<usize>,
    label_column: Option<usize>,
    weight_column: Option<usize>,
    names: Vec<String>,
    values: GreyValues,
    labels: Vec<String>,
    weights: Vec<f64>,
    /// The line of each row, from 1.
    lines: Vec<u64>,
}

impl Table {
    fn n_features(&self) -> usize {
        let others = [self.label_column, self.weight_column].iter().flatten().count();
        self.n_columns.unwrap_or(0) - others
    }

    fn read_separated(&mut self, reader: impl Read, separator: u8) -> Result<(), Stop> {
        let mut options = csv::ReaderBuilder::new();
        options.has_headers(false).flexible(true).delimiter(separator).comment(Some(b'#'));
        // With `\n` as the only end of a line, and one at the very end, the crate's line number
        // after a record is always one more than the record's own; the `\r` of `\r\n` is trimmed
        // from the last cell.
        options.terminator(csv::Terminator::Any(b'\n'));
        let mut reader = options.from_reader(reader.chain(&b"\n"[..]));
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(|e| Stop::Io(e.into()))? {
            let line = reader.position().line().saturating_sub(1);
            self.line(line, record.iter())?;
        }
        Ok(())
    }

    fn read_spaced(&mut self, mut reader: impl BufRead) -> Result<(), Stop> {
        let mut text = Vec::new();
        for line in 1.. {
            text.clear();
            if reader.read_until(b'\n', &mut text).map_err(Stop::Io)? == 0 {
                break;
            }
            let cells = text.split(u8::is_ascii_whitespace).filter(|cell| !cell.is_empty());
            if !text.trim_ascii_start().starts_with(b"#") {
                self.line(line, cells.map(unquoted))?;
            }
        }
        Ok(())
    }

    /// Takes one line. The first may be a header; blank ones are passed over.
    fn line<'a>(
        &mut self,
        line: u64,
        cells: impl Iterator<Item = &'a [u8]>,
    ) -> Result<(), DataProblem> {
        let Some(expected) = self.n_columns else {
            return self.first_line(line, &cells.collect::<Vec<_>>());
        };
        let mut cells = cells.map(<[u8]>::trim_ascii);
        let (before, first, second) = (self.values.len(), cells.next(), cells.next());
        // A blank cell is a missing value, but a line of one blank cell is a blank line.
        if second.is_none() && first.is_none_or(<[u8]>::is_empty) {
            return Ok(());
        }
        let mut found = 0;
        for (column, cell) in first.into_iter().chain(second).chain(cells).enumerate() {
            if column < expected {
                self.cell(line, column, cell)?;
            }
            found += 1;
        }
        if found != expected {
            return Err(DataProblem::Ragged { line, found, expected });
        }
        debug_assert_eq!(self.values.len() - before, self.n_features());
        self.lines.push(line);
        Ok(())
    }

    fn first_line(&mut self, line: u64, cells: &[&[u8]]) -> Result<(), DataProblem> {
        if cells.len() < 2 && cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return Ok(());
        }
        self.n_columns = Some(cells.len());
        let is_number = |cell: &&[u8]| number(cell.trim_ascii()).is_some();
        let all_missing = cells.len() > 1 && cells.iter().all(|cell| is_missing(cell.trim_ascii()));
        if all_missing || cells.iter().any(is_number) && !counts_columns(cells) {
            return self.line(line, cells.iter().copied());
        }
        let name = |cell: &&[u8]| String::from_utf8_lossy(cell.trim_ascii()).into_owned();
        let names: Vec<String> = cells.iter().map(name).collect();
        self.find_roles(&names);
        let columns = (0..).zip(names).filter(|(column, _)| self.is_feature(*column));
        self.names = columns.map(|(_, name)| name).collect();
        Ok(())
    }

    fn is_feature(&self, column: usize) -> bool {
        ![self.label_column, self.weight_column].contains(&Some(column))
    }

    /// Labels stand first or last, weights anywhere.
    fn find_roles(&mut self, names: &[String]) {
        let named = |column: usize, known: &[&str]| {
            names.get(column).is_some_and(|name| known.contains(&&*name.to_ascii_lowercase()))
        };
        let last = names.len() - 1;
        if last > 0 {
            let mut ends = [0, last].into_iter();
            self.label_column = ends.find(|&at| named(at, &["label", "labels", "class"]));
            let mut others = (0..names.len()).filter(|&at| Some(at) != self.label_column);
            self.weight_column = others.find(|&at| named(at, &["weight", "weights"]));
            // At least one feature must be left.
            if self.n_features() == 0 {
                self.weight_column = None;
            }
        }
    }

    fn cell(&mut self, line: u64, column: usize, cell: &[u8]) -> Result<(), DataProblem> {
        if self.label_column == Some(column) {
            let name = String::from_utf8_lossy(if is_missing(cell) { b"" } else { cell });
            self.labels.push(name.into_owned());
            return Ok(());
        }
        if self.weight_column == Some(column) {
            self.weights.push(weight(cell, line)?);
            return Ok(());
        }
        let number = number(cell).or(is_missing(cell).then_some(f64::NAN));
        let Some(number) = number else {
            let cell = String::from_utf8_lossy(cell).chars().take(30).collect();
            return Err(DataProblem::NotANumber { line, column: column + 1, cell });
        };
        self.values.push(number).map_err(|bad| self.out_of_range(bad, line))
    }

    /// The error for a value, perhaps before the `current` line: a 0.5 makes an earlier 7 wrong.
    fn out_of_range(&self, NotGrey { index, value }: NotGrey, current: u64) -> DataProblem {
        let line = self.lines.get(index / self.n_features()).copied().unwrap_or(current);
        let feature = index % self.n_features();
        let column = (0..).filter(|&column| self.is_feature(column)).nth(feature);
        let column = column.unwrap_or(feature);
        let place = format!("line {line}, column {}", column + 1);
        DataProblem::OutOfRange { place, value }
    }
}

fn is_missing(cell: &[u8]) -> bool {
    cell.is_empty() || cell.eq_ignore_ascii_case(b"na")
}

fn weight(cell: &[u8], line: u64) -> Result<f64, DataProblem> {
    let weight = std::str::from_utf8(cell).ok().and_then(|text| text.parse::<f64>().ok());
    weight.filter(|weight| *weight >= 0.0 && weight.is_finite()).ok_or_else(|| {
        let cell = String::from_utf8_lossy(cell).chars().take(30).collect();
        DataProblem::Weight { line, cell }
    })
}

/// Whether the cells are 0, 1, 2, ..: the header that pandas gives an array. Two may be data.
fn counts_columns(cells: &[&[u8]]) -> bool {
    let is_its_number =
        |(column, cell): (usize, &&[u8])| cell.trim_ascii() == column.to_string().as_bytes();
    cells.len() > 2 && cells.iter().enumerate().all(is_its_number)
}

/// The number in a cell. Most are small and whole; those take a faster path.
fn number(cell: &[u8]) -> Option<f64> {
    if let [digit] = *cell {
        return digit.is_ascii_digit().then(|| f64::from(digit - b'0'));
    }
    let text = std::str::from_utf8(cell).ok()?;
    match text.parse::<u8>() {
        Ok(small) => Some(small.into()),
        Err(_) if text.eq_ignore_ascii_case("true") => Some(1.0),
        Err(_) if text.eq_ignore_ascii_case("false") => Some(0.0),
        Err(_) => text.parse().ok(),
    }
}

fn unquoted(cell: &[u8]) -> &[u8] {
    match cell {
        [b'"', inner @ .., b'"'] => inner,
        _ => cell,
    }
}

#[cfg(test)]
mod tests;
