//! Tables as text, one row a line: the home of the `csv` crate for reading data. Separator and header are told from the first line, and a
//! first or last column headed `label` or `class` gives the labels.

use super::grey::{GreyValues, NotGrey};
use super::input::Input;
use super::labels::Labels;
use super::pixels::Pixels;
use crate::error::{DataProblem, Result};
use std::io::{BufRead, Read};

/// The mark that some programs put before text in UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why reading stopped.
enum Stop {
    Io(std::io::Error),
    Problem(DataProblem),
}

impl From<DataProblem> for Stop {
    fn from(problem: DataProblem) -> Self {
        Self::Problem(problem)
    }
}

/// The rows as images of height 1, and the labels if there is a column of them. Values: see [`super::grey`]; `true`
/// and `false` count as 1 and 0. Blank lines and lines that begin with `#` are passed over.
///
/// # Errors
/// [`DataProblem`], with line and column: a row of another length, a cell that is no number or out of range; no rows.
pub(super) fn read(mut input: Input) -> Result<(Pixels, Option<Labels>)> {
    let separator = separator(input.head());
    let mut table = Table::default();
    let has_bom = input.head().starts_with(BOM);
    let read =
        skip(input.reader(), if has_bom { BOM.len() } else { 0 }).and_then(
            |reader| match separator {
                Some(separator) => table.read_separated(reader, separator),
                None => table.read_spaced(reader),
            },
        );
    read.map_err(|stop| match stop {
        Stop::Io(e) => input.failed(e),
        Stop::Problem(problem) => input.wrong(problem),
    })?;
    let n_images = table.lines.len();
    if n_images == 0 {
        return Err(input.wrong(DataProblem::Empty));
    }
    let labels = table.label_column.map(|_| Labels::from_names(&table.labels));
    let pixels = Pixels::new(n_images, 1, table.n_features(), table.values.into_values())?;
    Ok((pixels, labels))
}

fn skip<R: BufRead>(mut reader: R, n: usize) -> Result<R, Stop> {
    let skipped = reader.by_ref().take(n as u64).read_to_end(&mut Vec::new());
    skipped.map(|_| reader).map_err(Stop::Io)
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
    /// Cells of the first line, its label included.
    n_columns: Option<usize>,
    label_column: Option<usize>,
    values: GreyValues,
    labels: Vec<String>,
    /// The line of each row, from 1.
    lines: Vec<u64>,
}

impl Table {
    fn n_features(&self) -> usize {
        self.n_columns.unwrap_or(0) - usize::from(self.label_column.is_some())
    }

    fn read_separated(&mut self, reader: impl Read, separator: u8) -> Result<(), Stop> {
        let mut options = csv::ReaderBuilder::new();
        options.has_headers(false).flexible(true).delimiter(separator).comment(Some(b'#'));
        // With `\n` as the only end of a line, and one at the very end, the crate's line number after a record is always
        // one more than the record's own; the `\r` of `\r\n` is trimmed from the last cell.
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

    /// Takes one line: the first may be a header, blank ones are nothing, all others are rows.
    fn line<'a>(
        &mut self,
        line: u64,
        cells: impl Iterator<Item = &'a [u8]>,
    ) -> Result<(), DataProblem> {
        let Some(expected) = self.n_columns else {
            return self.first_line(line, &cells.collect::<Vec<_>>());
        };
        let (before, mut found, mut blank) = (self.values.len(), 0, true);
        for (column, cell) in cells.map(<[u8]>::trim_ascii).enumerate() {
            blank &= column == 0 && cell.is_empty();
            if !blank && column < expected {
                self.cell(line, column, cell)?;
            }
            found += 1;
        }
        if blank {
            return Ok(());
        }
        if found != expected {
            return Err(DataProblem::Ragged { line, found, expected });
        }
        debug_assert_eq!(self.values.len() - before, self.n_features());
        self.lines.push(line);
        Ok(())
    }

    fn first_line(&mut self, line: u64, cells: &[&[u8]]) -> Result<(), DataProblem> {
        if cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return Ok(());
        }
        self.n_columns = Some(cells.len());
        let is_number = |cell: &&[u8]| number(cell.trim_ascii()).is_some();
        if cells.iter().any(is_number) && !counts_columns(cells) {
            return self.line(line, cells.iter().copied());
        }
        let is_label = |cell: &&[u8]| {
            let name = cell.trim_ascii().to_ascii_lowercase();
            matches!(&name[..], b"label" | b"labels" | b"class")
        };
        if cells.len() > 1 {
            let last = cells.len() - 1;
            let at = |column: usize| cells.get(column).is_some_and(is_label).then_some(column);
            self.label_column = at(0).or(at(last));
        }
        Ok(())
    }

    fn cell(&mut self, line: u64, column: usize, cell: &[u8]) -> Result<(), DataProblem> {
        if self.label_column == Some(column) {
            self.labels.push(String::from_utf8_lossy(cell).into_owned());
            return Ok(());
        }
        let pushed = match number(cell) {
            Some(Number::Small(value)) => self.values.push_whole(value),
            Some(Number::Other(value)) => self.values.push(value),
            None => {
                let cell = String::from_utf8_lossy(cell).chars().take(30).collect();
                return Err(DataProblem::NotANumber { line, column: column + 1, cell });
            }
        };
        pushed.map_err(|bad| self.out_of_range(bad, line))
    }

    /// The error for a value, whose place may be before the `current` line: a 7 is only wrong once a 0.5 has come.
    fn out_of_range(&self, NotGrey { index, value }: NotGrey, current: u64) -> DataProblem {
        let line = self.lines.get(index / self.n_features()).copied().unwrap_or(current);
        let feature = index % self.n_features();
        let label_before = usize::from(self.label_column == Some(0));
        DataProblem::CellRange { line, column: feature + 1 + label_before, value }
    }
}

/// Whether the cells are 0, 1, 2 and so on: the header that pandas gives to an array. Two columns could as well be data.
fn counts_columns(cells: &[&[u8]]) -> bool {
    let is_its_number =
        |(column, cell): (usize, &&[u8])| cell.trim_ascii() == column.to_string().as_bytes();
    cells.len() > 2 && cells.iter().enumerate().all(is_its_number)
}

/// A number as a cell holds it; most are small and whole, and worth a short way.
enum Number {
    Small(u8),
    Other(f64),
}

fn number(cell: &[u8]) -> Option<Number> {
    let digit = |b: u8| b.is_ascii_digit().then(|| b - b'0');
    if let [one] = *cell {
        return digit(one).map(Number::Small);
    }
    let text = std::str::from_utf8(cell).ok()?;
    match text.parse::<u8>() {
        Ok(small) => Some(Number::Small(small)),
        Err(_) if text.eq_ignore_ascii_case("true") => Some(Number::Small(1)),
        Err(_) if text.eq_ignore_ascii_case("false") => Some(Number::Small(0)),
        Err(_) => text.parse().ok().map(Number::Other),
    }
}

/// A cell without the quotes around it.
fn unquoted(cell: &[u8]) -> &[u8] {
    match cell {
        [b'"', inner @ .., b'"'] => inner,
        _ => cell,
    }
}

#[cfg(test)]
mod tests;
