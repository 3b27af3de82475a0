//! Matrix Market files (`.mtx`): a heading, comments, the shape, then an entry a line.
//!
//! ```text
//! %%MatrixMarket matrix coordinate pattern general
//! % rows, columns, entries; then row and column of each one, from 1, and unless pattern its value
//! 2 3 2
//! 1 1
//! 2 3
//! ```
//!
//! In an `array`, all values come column by column. Source: Boisvert, Pozo and Remington 1996, *The
//! Matrix Market exchange formats*, NISTIR 5935.

use super::sparse::Ones;
use super::stream::{Stop, Stream, each_line};
use crate::error::{DataProblem, Result};

#[derive(Clone, Copy)]
enum Layout {
    /// Places, with a value each unless it is a pattern.
    Coordinate { has_values: bool },
    /// All values, column by column.
    Array,
}

/// What has been read so far.
#[derive(Default)]
struct Matrix {
    n_lines: u64,
    layout: Option<Layout>,
    n_rows: u64,
    ones: Option<Ones>,
    /// Entries that the shape promises, and those that came.
    n_promised: u64,
    n: u64,
}

/// The ones of a general matrix of 0 and 1. Errors: [`DataProblem::MatrixMarket`] with the line,
/// [`DataProblem::NotBinary`] for another value, those of [`Ones`].
pub(crate) fn read(mut input: Stream) -> Result<Ones> {
    let mut matrix = Matrix::default();
    each_line(input.reader(), |line| matrix.line(line))
        .and_then(|()| matrix.finish().map_err(Stop::Problem))
        .map_err(|stop| input.stopped(stop))
}

impl Matrix {
    fn line(&mut self, bytes: &[u8]) -> Result<(), DataProblem> {
        self.n_lines += 1;
        if bytes == b"\n" && self.layout.is_some() {
            return Ok(());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| self.wrong("is not text"))?;
        let Some(layout) = self.layout else { return self.heading(text) };
        let mut words = text.split_ascii_whitespace();
        match (words.next(), words.next(), words.next(), words.next()) {
            (None, ..) => Ok(()),
            (Some(word), ..) if word.starts_with('%') => Ok(()),
            (Some(first), second, third, None) => {
                let words = [Some(first), second, third];
                if self.ones.is_none() {
                    self.shape(words, layout)
                } else {
                    self.entry(words, layout)
                }
            }
            _ => Err(self.wrong("has more than three numbers")),
        }
    }

    fn heading(&mut self, text: &str) -> Result<(), DataProblem> {
        let text = text.to_ascii_lowercase();
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let [_, "matrix", layout, values, symmetry] = words[..] else {
            return Err(self.wrong("is no heading of a matrix"));
        };
        self.layout = match (layout, values, symmetry) {
            (_, _, "symmetric" | "skew-symmetric" | "hermitian") => {
                return Err(self.wrong("says that half of the matrix is left out (symmetric)"));
            }
            ("coordinate", "pattern", "general") => Some(Layout::Coordinate { has_values: false }),
            ("coordinate", "integer" | "real", "general") => {
                Some(Layout::Coordinate { has_values: true })
            }
            ("array", "integer" | "real", "general") => Some(Layout::Array),
            _ => return Err(self.wrong("names a kind of matrix that is not read")),
        };
        Ok(())
    }

    fn shape(&mut self, words: [Option<&str>; 3], layout: Layout) -> Result<(), DataProblem> {
        let sizes = words.map(|word| word.map(str::parse::<u64>));
        let (n_rows, n_columns, n) = match (layout, sizes) {
            (Layout::Coordinate { .. }, [Some(Ok(n)), Some(Ok(d)), Some(Ok(entries))]) => {
                (n, d, entries)
            }
            (Layout::Array, [Some(Ok(n)), Some(Ok(d)), None]) => (n, d, n.saturating_mul(d)),
            _ => return Err(self.wrong("does not give the shape")),
        };
        (self.n_rows, self.n_promised) = (n_rows, n);
        self.ones = Some(Ones::new(n_rows, n_columns)?);
        Ok(())
    }

    fn entry(&mut self, words: [Option<&str>; 3], layout: Layout) -> Result<(), DataProblem> {
        let entry = match (layout, words) {
            (Layout::Coordinate { has_values: false }, [Some(row), Some(column), None]) => {
                place(row, column).map(|(row, column)| (row, column, 1.0))
            }
            (Layout::Coordinate { has_values: true }, [Some(row), Some(column), Some(value)]) => {
                place(row, column).zip(value.parse().ok()).map(|((r, c), value)| (r, c, value))
            }
            (Layout::Array, [Some(value), None, None]) => {
                value.parse().ok().map(|value| (self.n % self.n_rows, self.n / self.n_rows, value))
            }
            _ => None,
        };
        let Some((row, column, value)) = entry else {
            return Err(self.wrong("is no entry of the kind that the heading names"));
        };
        self.n += 1;
        if self.n > self.n_promised {
            return Err(self.wrong("goes beyond the number of entries"));
        }
        self.ones.as_mut().map_or(Ok(()), |ones| ones.push(row, column, value))
    }

    fn finish(self) -> Result<Ones, DataProblem> {
        let (n, n_promised) = (self.n, self.n_promised);
        let ended = |what: String| Err(DataProblem::MatrixMarket(what));
        match self.ones {
            Some(ones) if n == n_promised => Ok(ones),
            Some(_) => ended(format!("it ends after {n} of {n_promised} entries")),
            None => ended("it ends before the shape".into()),
        }
    }

    fn wrong(&self, what: &str) -> DataProblem {
        DataProblem::MatrixMarket(format!("line {} {what}", self.n_lines))
    }
}

/// A place counted from 0, of one counted from 1.
fn place(row: &str, column: &str) -> Option<(u64, u64)> {
    let index = |word: &str| word.parse::<u64>().ok()?.checked_sub(1);
    index(row).zip(index(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use crate::data::read::stream::tests::{gzip, read_bytes};

    fn rows(text: &str) -> Result<Vec<u8>, DataProblem> {
        let values = |set: Dataset| set.pixels.values().to_vec();
        let read = |input| read(input)?.into_dataset("x").map(values);
        let packed = read_bytes(gzip(text.as_bytes()), read);
        assert_eq!(packed, read_bytes(text, read), "{text:?}");
        packed
    }

    const PATTERN: &str = "%%MatrixMarket matrix coordinate pattern general\n% of two\n\n2 3 2\n";

    #[test]
    fn all_layouts_give_the_same_rows() {
        let real = "%%MatrixMarket MATRIX Coordinate Real General\r\n2 3 3\r\n";
        let array = "%%MatrixMarket matrix array integer general\n2 3\n1\n0\n0\n0\n0\n1\n";
        for text in [
            format!("{PATTERN}1 1\n2 3\n"),
            format!("{PATTERN}2 3\n%\n  1\t1"),
            format!("{real}1 1 1.0\r\n2 3 1e0\r\n2 2 0\r\n"),
            array.into(),
        ] {
            assert_eq!(rows(&text).unwrap(), [1, 0, 0, 0, 0, 1], "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let line = |n, what: &str| DataProblem::MatrixMarket(format!("line {n} {what}"));
        let no_entry = "is no entry of the kind that the heading names";
        for (body, problem) in [
            ("1 1\n1 0\n", line(6, no_entry)),
            ("1 1 1\n", line(5, no_entry)),
            ("1 1\n2 3\n2 2\n", line(7, "goes beyond the number of entries")),
            ("1 1\n", DataProblem::MatrixMarket("it ends after 1 of 2 entries".into())),
            ("1 1 1 1\n", line(5, "has more than three numbers")),
        ] {
            assert_eq!(rows(&format!("{PATTERN}{body}")), Err(problem), "{body}");
        }
        for (heading, what) in [
            ("matrix coordinate pattern symmetric", "half of the matrix"),
            ("matrix coordinate complex general", "is not read"),
            ("matrix array pattern general", "is not read"),
            ("vector", "no heading"),
        ] {
            let text = rows(&format!("%%MatrixMarket {heading}\n1 1 1\n1 1\n")).unwrap_err();
            assert!(text.to_string().contains(what), "{text}");
        }
        let count = "%%MatrixMarket matrix coordinate integer general\n2 2 1\n1 2 3\n";
        let place = "row 0, column 1 (counted from 0)".into();
        assert_eq!(rows(count), Err(DataProblem::NotBinary { place, value: 3.0 }));
    }
}
