//! The cells of a table in little memory: a number for each, which stands for its text. What the
//! text means is decided later. Texts beyond the most that get a number are kept by their column.

use super::records::{Record, decoded, is_utf8};
use crate::data::texts::Texts;
use crate::error::DataProblem;
use std::collections::{BTreeSet, HashMap};

/// The most texts that get a number.
const MOST_TEXTS: usize = u16::MAX as usize;
/// As many texts have one byte or none.
const MOST_SHORT: usize = 257;
/// Stands for a text that its column keeps.
const OWN: u16 = u16::MAX;
/// The most rows.
const MOST_ROWS: usize = u32::MAX as usize;
/// The longest text that gets a number, in bytes.
const LONGEST_TEXT: usize = 64;
/// A column that brings more new texts than this keeps them itself.
const MOST_NEW: u16 = 1024;
/// As many of its texts a column remembers; most have fewer.
const REMEMBERED: usize = 8;

/// The cells below the header.
pub(super) struct Cells {
    /// A number for each cell, row after row; [`OWN`] for a text that its column keeps.
    codes: Vec<u16>,
    dictionary: Dictionary,
    columns: Vec<Column>,
    /// Whether the texts that columns keep are UTF-8.
    is_utf8: bool,
    lines: Lines,
}

#[derive(Clone, Default)]
struct Column {
    /// The texts met so far; all of them unless there are more.
    seen: [u16; REMEMBERED],
    n_seen: u8,
    /// The bytes that were met as cells, one bit for each.
    seen_bytes: [u64; 4],
    has_more: bool,
    n_new: u16,
    own: Option<Box<Own>>,
}

/// Texts without a number, and their rows.
#[derive(Clone, Default)]
struct Own {
    rows: Vec<u32>,
    texts: Texts,
}

impl Own {
    fn push(&mut self, row: usize, text: &str) {
        self.rows.push(row as u32);
        self.texts.push(text);
    }

    fn get(&self, row: usize) -> &str {
        let is_there = |at: &usize| self.rows.get(*at) == Some(&(row as u32));
        // Where all cells of a column differ, the place is the row.
        let at = Some(row).filter(is_there).or_else(|| self.rows.binary_search(&(row as u32)).ok());
        at.map_or("", |at| self.texts.get(at))
    }

    /// Keeps those of the first `n` rows.
    fn truncate(&mut self, n: usize) {
        self.rows.truncate(self.rows.partition_point(|row| (*row as usize) < n));
        self.texts.truncate(self.rows.len());
    }
}

impl Cells {
    pub(super) fn new(n_columns: usize) -> Self {
        Self {
            codes: Vec::new(),
            dictionary: Dictionary::new(),
            columns: vec![Column::default(); n_columns],
            lines: Lines::default(),
            is_utf8: true,
        }
    }

    /// Whether all texts are UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        self.is_utf8 && self.dictionary.codes.keys().all(|text| is_utf8(text))
    }

    pub(super) fn n_columns(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn n_rows(&self) -> usize {
        self.lines.n_rows
    }

    /// The line of row `i`, from 1.
    pub(super) fn line(&self, i: usize) -> u64 {
        self.lines.of(i)
    }

    /// Appends a row. Errors: [`DataProblem::Ragged`], [`DataProblem::TooLarge`].
    pub(super) fn push(&mut self, record: &Record) -> Result<(), DataProblem> {
        let (found, expected) = (record.len(), self.columns.len());
        // A blank cell is a missing value, but a row of one blank cell is a blank line.
        if found == 1 && record.cell(0).is_empty() {
            return Ok(());
        }
        if found != expected {
            return Err(DataProblem::Ragged { line: record.line, found, expected });
        }
        let row = self.n_rows();
        if row == MOST_ROWS {
            let what = format!("line {} begins one row more", record.line);
            return Err(DataProblem::TooLarge { what, limit: "4,294,967,295 rows" });
        }
        let Self { codes, dictionary, columns, is_utf8: are_utf8, .. } = self;
        codes.reserve(expected);
        for (cell, column) in record.cells().zip(columns) {
            // Most cells are one digit, and most digits were met in their column before.
            if let [byte] = *cell
                && column.has_seen(byte)
            {
                codes.push(dictionary.of_byte[usize::from(byte)]);
                continue;
            }
            let may_be_new = column.own.is_none() && column.n_new < MOST_NEW;
            if let Some((code, is_new)) = dictionary.code(cell, may_be_new) {
                column.n_new += u16::from(is_new);
                column.meet(code);
                if let [byte] = *cell {
                    column.seen_bytes[usize::from(byte / 64)] |= 1 << (byte % 64);
                    dictionary.of_byte[usize::from(byte)] = code;
                }
                codes.push(code);
                continue;
            }
            column.own.get_or_insert_default().push(row, &decoded(cell));
            *are_utf8 &= is_utf8(cell);
            codes.push(OWN);
        }
        self.lines.push(record.line);
        Ok(())
    }

    /// The text of a cell.
    pub(super) fn text(&self, row: usize, column: usize) -> &str {
        match (self.codes[row * self.columns.len() + column], &self.columns[column].own) {
            (OWN, Some(own)) => own.get(row),
            (code, _) => self.dictionary.text(code),
        }
    }

    /// The texts of a column, row by row.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        (0..self.n_rows()).map(move |row| self.text(row, column))
    }

    /// Whether a column has more distinct texts than can be told by numbers.
    pub(super) fn is_text(&self, column: usize) -> bool {
        self.columns[column].own.is_some()
    }

    /// The numbers of a row's cells.
    pub(super) fn codes(&self, row: usize) -> &[u16] {
        &self.codes[row * self.columns.len()..(row + 1) * self.columns.len()]
    }

    /// What number `code` stands for.
    pub(super) fn text_of(&self, code: u16) -> &str {
        self.dictionary.text(code)
    }

    pub(super) fn n_codes(&self) -> usize {
        self.dictionary.texts.len()
    }

    /// The distinct texts of a column, by number; of a column that keeps texts none.
    pub(super) fn distinct(&self, column: usize) -> Vec<u16> {
        let about = &self.columns[column];
        if about.own.is_some() {
            return Vec::new();
        }
        if !about.has_more {
            return about.seen[..usize::from(about.n_seen)].to_vec();
        }
        let codes = self.codes.iter().skip(column).step_by(self.columns.len());
        let distinct: BTreeSet<u16> = codes.copied().collect();
        distinct.into_iter().collect()
    }

    /// Drops the last rows in which every cell is blank, and says how many they were.
    pub(super) fn drop_blank_end(&mut self) -> usize {
        let before = self.n_rows();
        let is_blank = |row: usize| (0..self.n_columns()).all(|d| self.text(row, d).is_empty());
        let n = (0..before).rev().find(|row| !is_blank(*row)).map_or(0, |last| last + 1);
        if n > 0 && n < before {
            self.codes.truncate(n * self.columns.len());
            self.lines.n_rows = n;
            for column in &mut self.columns {
                // What was met in the rows that are gone must not be remembered.
                column.has_more = true;
                column.own.iter_mut().for_each(|own| own.truncate(n));
            }
            return before - n;
        }
        0
    }
}

impl Column {
    #[inline]
    fn has_seen(&self, byte: u8) -> bool {
        self.seen_bytes[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    #[inline]
    fn meet(&mut self, code: u16) {
        let n_seen = usize::from(self.n_seen);
        if self.has_more || self.seen[..n_seen].contains(&code) {
            return;
        }
        match self.seen.get_mut(n_seen) {
            Some(place) => {
                *place = code;
                self.n_seen += 1;
            }
            None => self.has_more = true,
        }
    }
}

/// The distinct texts of all columns, numbered in the order in which they came.
struct Dictionary {
    texts: Vec<Box<str>>,
    codes: HashMap<Box<[u8]>, u16>,
    /// Short texts met lately, at the place that a hash of them gives.
    recent: Vec<(u64, u16)>,
    /// The numbers of those texts of one byte that were met.
    of_byte: [u16; 256],
}

/// Places for texts met lately: 2 to this power.
const RECENT_BITS: u32 = 10;

impl Dictionary {
    fn new() -> Self {
        let recent = vec![(u64::MAX, 0); 1 << RECENT_BITS];
        Self { texts: Vec::new(), codes: HashMap::new(), recent, of_byte: [0; 256] }
    }

    fn text(&self, code: u16) -> &str {
        self.texts.get(usize::from(code)).map_or("", |text| text)
    }

    /// The number of a text and whether it is new; `None` for one that gets none.
    #[inline]
    fn code(&mut self, cell: &[u8], may_be_new: bool) -> Option<(u16, bool)> {
        let Some(key) = short_key(cell) else { return self.look_up(cell, may_be_new) };
        let place = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - RECENT_BITS)) as usize;
        if let Some(&(known, code)) = self.recent.get(place)
            && known == key
        {
            return Some((code, false));
        }
        let (code, is_new) = self.look_up(cell, may_be_new)?;
        self.recent[place] = (key, code);
        Some((code, is_new))
    }

    fn look_up(&mut self, cell: &[u8], may_be_new: bool) -> Option<(u16, bool)> {
        if let Some(code) = self.codes.get(cell) {
            return Some((*code, false));
        }
        // Blank cells and those of one character get a number in any case: they cost most.
        let is_short = cell.len() <= 1;
        let most = if is_short { MOST_TEXTS } else { MOST_TEXTS - MOST_SHORT };
        if !(may_be_new || is_short) || self.texts.len() >= most || cell.len() > LONGEST_TEXT {
            return None;
        }
        let code = self.texts.len() as u16;
        self.texts.push(decoded(cell).into());
        self.codes.insert(cell.into(), code);
        Some((code, true))
    }
}

/// A text of up to seven bytes as one number: its bytes, and its length in the highest byte.
fn short_key(cell: &[u8]) -> Option<u64> {
    if cell.len() > 7 {
        return None;
    }
    let bytes = cell.iter().rev().fold(0, |key, &byte| key << 8 | u64::from(byte));
    Some(bytes | (cell.len() as u64) << 56)
}

/// The lines of rows. Most rows stand in the line after the one before.
#[derive(Default)]
struct Lines {
    n_rows: usize,
    /// Rows that do not, with their lines.
    jumps: Vec<(usize, u64)>,
}

impl Lines {
    fn push(&mut self, line: u64) {
        if self.n_rows == 0 || self.of(self.n_rows) != line {
            self.jumps.push((self.n_rows, line));
        }
        self.n_rows += 1;
    }

    /// The line of row `i`, or of the one that would follow.
    fn of(&self, i: usize) -> u64 {
        let after = self.jumps.partition_point(|(row, _)| *row <= i);
        let jump = after.checked_sub(1).and_then(|at| self.jumps.get(at));
        jump.map_or(0, |(row, line)| line + (i - row) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::Records;
    use super::*;

    fn cells(text: &str) -> Cells {
        let mut records = Records::new(text.as_bytes(), Some(b','), b'\n');
        let mut record = Record::default();
        let mut cells: Option<Cells> = None;
        while records.read(&mut record).unwrap() {
            cells.get_or_insert_with(|| Cells::new(record.len())).push(&record).unwrap();
        }
        cells.unwrap()
    }

    #[test]
    fn every_text_comes_back_with_its_line() {
        let long = "x".repeat(LONGEST_TEXT + 1);
        let text: String = (0..3000)
            .map(|i| format!("{},{i},{}{}\n", i % 3, if i == 2000 { &long } else { "" }, i % 2))
            .collect();
        let cells = cells(&format!("{text}\n\n# gap\n1,2,3\n"));
        assert_eq!((cells.n_rows(), cells.n_columns()), (3001, 3));
        for i in 0..3000 {
            let expected = [(i % 3).to_string(), i.to_string()];
            assert_eq!([cells.text(i, 0), cells.text(i, 1)], [&*expected[0], &*expected[1]]);
            assert_eq!(cells.line(i), i as u64 + 1);
        }
        assert_eq!((cells.line(3000), cells.text(3000, 1)), (3004, "2"));
        assert_eq!([0, 1, 2].map(|d| cells.is_text(d)), [false, true, true]);
        assert_eq!(cells.distinct(0).len(), 3);
        assert_eq!(cells.column(2).nth(2000), Some(&*format!("{long}0")));
    }

    #[test]
    fn cells_of_one_byte_are_of_their_column_and_have_one_number_in_all() {
        let cells = cells("0,1,x\n1,1,0\n 0,\"1\",\n2,1,x\n0,1,0\n");
        let column = |d| cells.column(d).collect::<Vec<_>>();
        assert_eq!(column(0), ["0", "1", "0", "2", "0"]);
        assert_eq!((column(1), column(2)), (vec!["1"; 5], vec!["x", "0", "", "x", "0"]));
        assert_eq!([0, 1, 2].map(|d| cells.distinct(d).len()), [3, 1, 3]);
        assert_eq!((cells.n_codes(), cells.codes(0)[0]), (5, cells.codes(1)[2]));
    }

    #[test]
    fn texts_without_a_number_are_told_from_those_with_one() {
        let cell = |i: usize| if i.is_multiple_of(3) { "0".into() } else { format!("t{i}") };
        let text: String = (0..5000).map(|i| format!("{},1\n", cell(i))).collect();
        let mut cells = cells(&(text + ",\n,\n"));
        assert_eq!((cells.is_text(0), cells.drop_blank_end(), cells.n_rows()), (true, 2, 5000));
        assert!(cells.column(0).eq((0..5000).map(cell)));
    }

    #[test]
    fn more_texts_than_are_remembered_are_found_again_and_a_blank_end_is_dropped() {
        let text: String = (0..50).map(|i| format!("{},1\n", i % 20)).collect();
        let mut cells = cells(&(text + ",\n,\n"));
        assert_eq!((cells.distinct(0).len(), cells.distinct(1).len()), (21, 2));
        assert_eq!((cells.drop_blank_end(), cells.n_rows()), (2, 50));
        assert_eq!((cells.distinct(0).len(), cells.distinct(1).len()), (20, 1));
        assert_eq!(cells.drop_blank_end(), 0);
    }
}
