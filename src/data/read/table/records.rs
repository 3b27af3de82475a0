//! The rows of a text, cell by cell. A row is a line, or more where a quoted cell holds line ends.
//! What is held of it is bounded, and known before it is taken.

use crate::data::read::stream::Stop;
use crate::error::TableProblem;
use std::borrow::Cow;
use std::io::{BufRead, Read};

/// The longest row, in bytes.
pub(super) const LONGEST: usize = 16 << 20;
/// The most cells of a row.
const MOST_CELLS: usize = 1 << 20;

/// What spreadsheets write where a formula has no value: in English, German, French and Spanish.
const SPREADSHEET_ERRORS: [&str; 20] = [
    "#N/A", "#NA", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#NV", "#WERT!",
    "#BEZUG!", "#ZAHL!", "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!", "#N/D", "#VALOR!", "#\u{a1}",
    "#\u{bf}",
];
/// The longest comment above the first row that may name the columns, in bytes.
const LONGEST_COMMENT: usize = 1 << 20;

pub(super) fn is_utf8(cell: &[u8]) -> bool {
    std::str::from_utf8(cell).is_ok()
}

/// A cell as text. What is not UTF-8 is read byte by byte, as Latin-1: no two cells become one.
pub(super) fn decoded(cell: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => text.into(),
        Err(_) => cell.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// A row: its text, and where its cells are in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    text: Vec<u8>,
    cells: Vec<(u32, u32)>,
    /// The line that it begins in, from 1.
    pub(super) line: u64,
}

impl Record {
    /// The cells, without blanks around them and without quotes.
    pub(super) fn cells(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.cells.iter().map(|range| self.at(range))
    }

    fn at(&self, &(from, to): &(u32, u32)) -> &[u8] {
        match &self.text[from as usize..to as usize] {
            digit @ [byte] if byte.is_ascii_digit() => digit,
            cell => cell.trim_ascii(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Cell `i`; blank if there is none.
    pub(super) fn cell(&self, i: usize) -> &[u8] {
        self.cells.get(i).map_or(&[], |range| self.at(range))
    }

    /// The bytes that it takes in memory, about.
    pub(super) fn size(&self) -> usize {
        self.text.len() + 8 * self.cells.len()
    }
}

/// Reads rows. Blank lines and lines that begin with `#` are passed over.
pub(super) struct Records<R> {
    reader: R,
    /// `None`: spaces and tabs, however many.
    separator: Option<u8>,
    line_end: u8,
    /// Lines read so far.
    n_lines: u64,
    /// Comments among them, behind the first row.
    pub(super) n_comments: usize,
    has_rows: bool,
    /// The last comment above the first row.
    comment: Vec<u8>,
    /// The line that was read last.
    text: Vec<u8>,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(reader: R, separator: Option<u8>, line_end: u8) -> Self {
        Self {
            reader,
            separator,
            line_end,
            n_lines: 0,
            n_comments: 0,
            has_rows: false,
            comment: Vec::new(),
            text: Vec::new(),
        }
    }

    /// With so many lines before the first one.
    pub(super) fn behind(self, n_lines: u64) -> Self {
        Self { n_lines, ..self }
    }

    /// The cells of the last comment above the first row; none if a quote in it stays open.
    pub(super) fn comment(&mut self) -> Result<Record, Stop> {
        let comment = std::mem::take(&mut self.comment);
        let text = comment.trim_ascii_start();
        let n_marks = text.iter().take_while(|byte| **byte == b'#').count();
        let text = without_end(&text[n_marks..], self.line_end).trim_ascii_start();
        let mut record = Record::default();
        let mut splitter = Splitter { separator: self.separator, state: State::Start, from: 0 };
        let is_open = splitter.take(text, &mut record)?;
        Ok(if is_open { Record::default() } else { record })
    }

    /// Replaces `record` by the next row; false at the end.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<bool, Stop> {
        while self.read_line(LONGEST, self.n_lines + 1)? {
            if self.is_passed_over() {
                self.n_comments += usize::from(self.has_rows && self.is_comment());
                if !self.has_rows && self.is_comment() && self.text.len() <= LONGEST_COMMENT {
                    self.comment.clone_from(&self.text);
                }
                continue;
            }
            self.has_rows = true;
            record.line = self.n_lines;
            record.cells.clear();
            if self.text.contains(&b'"') {
                self.split_quoted(record)?;
            } else {
                self.split(record)?;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Reads a line of a row that begins in line `first`, and of which `room` bytes are left.
    fn read_line(&mut self, room: usize, first: u64) -> Result<bool, Stop> {
        self.text.clear();
        let mut bounded = self.reader.by_ref().take(room as u64 + 1);
        bounded.read_until(self.line_end, &mut self.text)?;
        if self.text.len() > room {
            return Err(TableProblem::LongRow { line: first, limit: "16 MiB" }.into());
        }
        self.n_lines += u64::from(!self.text.is_empty());
        Ok(!self.text.is_empty())
    }

    fn is_passed_over(&self) -> bool {
        // Most lines begin with a cell.
        if self.text.first().is_some_and(|byte| *byte > b'#') {
            return false;
        }
        let is_separator = |byte: &u8| Some(*byte) == self.separator;
        self.is_comment()
            || self.text.trim_ascii().is_empty() && !self.text.iter().any(is_separator)
    }

    /// Whether the line begins with `#`, and not with an error that a spreadsheet wrote.
    fn is_comment(&self) -> bool {
        let line = match self.separator {
            Some(_) => &self.text[..],
            None => self.text.trim_ascii_start(),
        };
        line.starts_with(b"#")
            && !SPREADSHEET_ERRORS.iter().any(|error| line.starts_with(error.as_bytes()))
    }

    /// Splits a line without quotes, which becomes the text of the record.
    fn split(&mut self, record: &mut Record) -> Result<(), Stop> {
        std::mem::swap(&mut self.text, &mut record.text);
        let line = without_end(&record.text, self.line_end);
        match self.separator {
            Some(separator) => split_at(line, |byte| byte == separator, true, &mut record.cells),
            None => split_at(line, |byte| byte.is_ascii_whitespace(), false, &mut record.cells),
        }
        check_cells(record)
    }

    /// Splits a line with quotes, and lines after it while a quote is open.
    fn split_quoted(&mut self, record: &mut Record) -> Result<(), Stop> {
        record.text.clear();
        let mut splitter = Splitter { separator: self.separator, state: State::Start, from: 0 };
        let mut length = self.text.len();
        while splitter.take(&self.text, record)? {
            if !self.read_line(LONGEST.saturating_sub(length), record.line)? {
                return Err(TableProblem::OpenQuote { line: record.line }.into());
            }
            length += self.text.len();
        }
        check_cells(record)
    }
}

fn check_cells(record: &Record) -> Result<(), Stop> {
    if record.cells.len() <= MOST_CELLS {
        return Ok(());
    }
    Err(TableProblem::ManyCells { line: record.line, limit: MOST_CELLS }.into())
}

fn without_end(line: &[u8], line_end: u8) -> &[u8] {
    let line = line.strip_suffix(&[line_end]).unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Where the cells of `line` are; no more than one above the most.
fn split_at(
    line: &[u8],
    is_end: impl Fn(u8) -> bool,
    keep_blank: bool,
    cells: &mut Vec<(u32, u32)>,
) {
    let mut from = 0;
    for (at, _) in line.iter().enumerate().filter(|(_, byte)| is_end(**byte)) {
        if keep_blank || at > from {
            cells.push((from as u32, at as u32));
        }
        from = at + 1;
        if cells.len() > MOST_CELLS {
            return;
        }
    }
    if keep_blank || line.len() > from {
        cells.push((from as u32, line.len() as u32));
    }
}

/// Splits text with quotes: a cell that begins with a quote ends with the next single one, and two
/// quotes in it stand for one.
struct Splitter {
    separator: Option<u8>,
    state: State,
    /// Where the cell begins in the text of the record.
    from: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Before the first character of a cell.
    Start,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: its end, or the first of two.
    Quote,
}

impl Splitter {
    /// Takes a line with its end. Whether the row goes on in the next line.
    fn take(&mut self, line: &[u8], record: &mut Record) -> Result<bool, Stop> {
        for &byte in line {
            self.state = match (self.state, byte) {
                (State::Quoted, b'"') => State::Quote,
                (State::Quote, b'"') | (State::Quoted, _) => self.keep(byte, State::Quoted, record),
                (_, byte) if self.is_separator(byte) => self.end(record),
                (State::Start, b'"') => State::Quoted,
                (State::Start, byte) if byte.is_ascii_whitespace() => State::Start,
                (_, byte) => self.keep(byte, State::Plain, record),
            };
            if record.cells.len() > MOST_CELLS {
                check_cells(record)?;
            }
        }
        if self.state == State::Quoted {
            return Ok(true);
        }
        if self.separator.is_some() || self.state != State::Start {
            self.end(record);
        }
        Ok(false)
    }

    fn is_separator(&self, byte: u8) -> bool {
        self.separator.map_or(byte.is_ascii_whitespace(), |separator| byte == separator)
    }

    fn keep(&mut self, byte: u8, state: State, record: &mut Record) -> State {
        record.text.push(byte);
        state
    }

    fn end(&mut self, record: &mut Record) -> State {
        // Several spaces separate two cells, too.
        if self.separator.is_some() || self.state != State::Start {
            record.cells.push((self.from as u32, record.text.len() as u32));
            self.from = record.text.len();
        }
        State::Start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::DataProblem;

    fn rows(text: &str, separator: Option<u8>) -> Result<Vec<Vec<String>>, Stop> {
        let line_end = if text.contains('\n') { b'\n' } else { b'\r' };
        let mut records = Records::new(text.as_bytes(), separator, line_end);
        let (mut record, mut rows) = (Record::default(), Vec::new());
        while records.read(&mut record)? {
            let cells = record.cells().map(|cell| decoded(cell).into_owned());
            rows.push(cells.collect());
        }
        Ok(rows)
    }

    #[test]
    fn cells_are_split_whatever_quotes_and_line_ends() {
        let comma = Some(b',');
        for (text, expected) in [
            ("a,b\n1,2", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("a,b\r\n1,2\r\n", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("a,b\r1,2\r", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("\"a, x\",\"b\"\"c\"\n", vec![vec!["a, x", "b\"c"]]),
            ("\"a\nb\",1\n2,3\n", vec![vec!["a\nb", "1"], vec!["2", "3"]]),
            (" \"a\" , b\n", vec![vec!["a", "b"]]),
            ("5\" tall,x\n", vec![vec!["5\" tall", "x"]]),
            ("a,\n,\n", vec![vec!["a", ""], vec!["", ""]]),
            ("\"a\",\n", vec![vec!["a", ""]]),
            ("# no\na\n\n  \nb\n", vec![vec!["a"], vec!["b"]]),
        ] {
            assert_eq!(rows(text, comma).unwrap(), expected, "{text:?}");
        }
        let spaced = "  a  b\n\"Plot 1\" 0\t1 \n # no\n\"x\"  \"\"\n";
        let expected = [vec!["a", "b"], vec!["Plot 1", "0", "1"], vec!["x", ""]];
        assert_eq!(rows(spaced, None).unwrap(), expected);
    }

    #[test]
    fn rows_that_never_end_are_refused_before_they_are_held() {
        let problem = |text: String, separator| match rows(&text, separator).unwrap_err() {
            Stop::Problem(DataProblem::Table(problem)) => *problem,
            other => panic!("{other:?}"),
        };
        let long = TableProblem::LongRow { line: 2, limit: "16 MiB" };
        for filling in ["1", " ", "\"", "x\n", "1,"] {
            let text = format!("a\n\"{}", filling.repeat((LONGEST + 2) / filling.len()));
            let found = problem(text, Some(b','));
            assert_eq!(found, long);
        }
        let many = problem("1,".repeat(MOST_CELLS + 1), Some(b','));
        assert_eq!(many, TableProblem::ManyCells { line: 1, limit: MOST_CELLS });
        assert_eq!(problem("a\n\"b\n".into(), Some(b',')), TableProblem::OpenQuote { line: 2 });
    }
}
