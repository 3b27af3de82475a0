//! Text line by line, each of them bounded.

use super::{Bounded, Stream};
use crate::error::{DataProblem, Error, TableProblem};
use std::io::{self, BufRead};

/// The most bytes of a line that holds a few numbers.
const MAX_LINE: u64 = 64 << 10;

/// Why reading stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Io(io::Error),
    Problem(DataProblem),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<DataProblem> for Stop {
    fn from(problem: DataProblem) -> Self {
        Self::Problem(problem)
    }
}

impl From<TableProblem> for Stop {
    fn from(problem: TableProblem) -> Self {
        Self::Problem(problem.into())
    }
}

/// Hands on each line with its end. Lines of more than 64 KiB are a problem.
pub(crate) fn each_line(
    reader: impl BufRead,
    mut line: impl FnMut(&[u8]) -> Result<(), DataProblem>,
) -> Result<(), Stop> {
    let mut reader = Bounded::new(reader, MAX_LINE, ("64 KiB a line", "a line of"));
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        line(&bytes)?;
        bytes.clear();
        reader.reset();
    }
    Ok(())
}

impl Stream {
    /// The error for reading that stopped.
    pub(crate) fn stopped(&self, stop: Stop) -> Error {
        match stop {
            Stop::Io(error) => self.failed(error),
            Stop::Problem(problem) => self.wrong(problem),
        }
    }
}
