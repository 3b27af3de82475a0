//! Readers that fail before a hostile file costs much: their errors say which limit was met.

use crate::error::DataProblem;
use std::io::{self, BufRead, Read};

/// A limit that a reader met, as an [`io::Error`] carries it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Beyond(DataProblem);

impl Beyond {
    pub(super) fn error(what: String, limit: &'static str) -> io::Error {
        io::Error::other(Self(DataProblem::TooLarge { what, limit }))
    }

    /// The problem that `error` carries, also inside of errors of other crates.
    pub(super) fn problem(error: &io::Error) -> Option<DataProblem> {
        let mut error: &(dyn std::error::Error + 'static) = error;
        loop {
            if let Some(Self(problem)) = error.downcast_ref() {
                return Some(problem.clone());
            }
            let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            error = match inner {
                Some(inner) => inner,
                None => error.source()?,
            };
        }
    }
}

/// A reader of pieces, lines or records, none of which may have more than a number of bytes. It
/// fails once more than that were read since the last [`Bounded::reset`].
///
/// A reader on top that reads ahead may have read the beginning of the next piece at a reset. Then
/// that piece may be longer by what was read ahead.
pub(crate) struct Bounded<R> {
    inner: R,
    limit: u64,
    left: u64,
    /// The limit in words, and what a piece is called.
    words: (&'static str, &'static str),
}

impl<R> Bounded<R> {
    /// Pieces of at most `limit` bytes. `words` are for the error: the limit and a piece, such as
    /// "16 MiB a line" and "a line of".
    pub(crate) fn new(inner: R, limit: u64, words: (&'static str, &'static str)) -> Self {
        Self { inner, limit, left: limit, words }
    }

    /// Begins the next piece.
    pub(crate) fn reset(&mut self) {
        self.left = self.limit;
    }

    fn take(&mut self, n: usize) -> io::Result<()> {
        let Some(left) = self.left.checked_sub(n as u64) else {
            let (limit, piece) = self.words;
            return Err(Beyond::error(format!("{piece} it goes on and on"), limit));
        };
        self.left = left;
        Ok(())
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.take(n)?;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    /// Fails here, since [`BufRead::consume`] cannot.
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 && !self.inner.fill_buf()?.is_empty() {
            self.take(1)?;
        }
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let bytes = self.inner.fill_buf()?;
        Ok(bytes.get(..left).unwrap_or(bytes))
    }

    fn consume(&mut self, n: usize) {
        self.left = self.left.saturating_sub(n as u64);
        self.inner.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> (&'static str, &'static str) {
        ("4 bytes a line", "a line of")
    }

    #[test]
    fn a_piece_of_the_limit_is_read_and_one_byte_more_is_not() {
        let mut reader = Bounded::new(&b"123\n456\n7890\n"[..], 4, words());
        for line in ["123\n", "456\n"] {
            let mut text = String::new();
            reader.reset();
            reader.read_line(&mut text).unwrap();
            assert_eq!(text, line);
        }
        reader.reset();
        let error = reader.read_line(&mut String::new()).unwrap_err();
        let problem = Beyond::problem(&error).unwrap().to_string();
        assert!(problem.contains("at most 4 bytes a line"), "{problem}");
    }

    #[test]
    fn the_end_is_no_piece_and_plain_reads_count_too() {
        let mut reader = Bounded::new(&b"1234"[..], 4, words());
        assert_eq!(reader.read_to_end(&mut Vec::new()).unwrap(), 4);
        let mut reader = Bounded::new(&b"1234"[..], 4, words());
        assert_eq!(reader.read_line(&mut String::new()).unwrap(), 4);
        assert_eq!(reader.read_line(&mut String::new()).unwrap(), 0);
        let mut reader = Bounded::new(&b"12345"[..], 4, words());
        assert!(reader.read_to_end(&mut Vec::new()).is_err());
    }

    #[test]
    fn the_problem_is_found_inside_of_other_errors() {
        let mut bounded = Bounded::new(&b"1,2,3,4\n"[..], 4, words());
        let error = bounded.read_line(&mut String::new()).unwrap_err();
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, error));
        assert!(Beyond::problem(&wrapped).is_some());
        assert!(Beyond::problem(&io::Error::other("another")).is_none());
    }
}
