//! How a command ends: outcomes, failures, exit codes, and the two lines that a user reads.

use super::text::printable;
use crate::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything was done. Exit code 0.
    Done,
    /// Something was left out, and the user was told. Exit code 1.
    Partial,
    /// The fit did not converge although `--strict` asked for it. Exit code 3.
    NotConverged,
    /// The user stopped the fit; the best parameters so far are saved. Exit code 130.
    Interrupted,
}

#[derive(Debug)]
pub(crate) enum Failure {
    /// Something to tell the user. Exit code 1.
    Error(Error),
    /// The reader of standard output went away. That is no failure: exit code 0.
    Closed,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Failure {
    pub(crate) fn stdout(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Error(Error::io("standard output")(source)),
        }
    }
}

/// What a user reads of an error: what is wrong, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    pub(crate) error: String,
    pub(crate) hint: Option<String>,
}

impl Lines {
    /// Gives `hint` to an error without one.
    pub(crate) fn or_hint(self, hint: String) -> Self {
        Self { hint: self.hint.or(Some(hint)), ..self }
    }

    pub(crate) fn print(&self) {
        let error = [("error", &self.error)].into_iter();
        for (name, line) in error.chain(self.hint.iter().map(|hint| ("hint", hint))) {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "{name}: {}", printable(line, ' '));
        }
    }
}

pub(crate) fn exit_code(
    result: Result<Outcome, Failure>,
    worded: impl FnOnce(&Error) -> Lines,
) -> ExitCode {
    match result {
        Ok(Outcome::Done) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Ok(Outcome::Partial) => ExitCode::FAILURE,
        Ok(Outcome::NotConverged) => ExitCode::from(3),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(Failure::Error(error)) => {
            worded(&error).print();
            ExitCode::FAILURE
        }
    }
}
