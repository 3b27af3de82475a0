//! How a command ends: outcomes, failures, exit codes, and the two lines that a user reads.

use super::usage::{self, Lines};
use crate::cli::input::similar::similar;
use crate::error::{DataProblem, Error};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// A command that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Exit code 0.
    Done,
    /// Done, but for what was left out and told of; exit code 1.
    Partial,
    /// Done, but not converged although `--strict` asked for it; exit code 3.
    NotConverged,
    /// Stopped by the user, the best so far saved; exit code 130.
    Interrupted,
}

/// A command that did not.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something to tell the user; exit code 1.
    Error(Error),
    /// The reader of standard output went away, which is no failure; exit code 0.
    Closed,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Failure {
    /// A failure to write to standard output.
    pub(crate) fn stdout(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Error(Error::io("standard output")(source)),
        }
    }
}

/// Reports a failure and gives the exit code.
pub(crate) fn exit_code(result: Result<Outcome, Failure>) -> ExitCode {
    match result {
        Ok(Outcome::Done) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Ok(Outcome::Partial) => ExitCode::FAILURE,
        Ok(Outcome::NotConverged) => ExitCode::from(3),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(Failure::Error(error)) => {
            tell(&lines(&error));
            ExitCode::FAILURE
        }
    }
}

/// Prints help and version as they are, and wrong usage as our two lines; gives the exit code.
pub(crate) fn wrong_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return match error.print().map_err(Failure::stdout) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => exit_code(Err(failure)),
        };
    }
    tell(&usage::lines(error));
    ExitCode::from(2)
}

pub(crate) fn lines(error: &Error) -> Lines {
    match error {
        Error::Parameter { name, value, allowed } => usage::parameter(name, value, allowed),
        _ => {
            let meant = not_there(error).and_then(meant);
            Lines { error: error.to_string(), hint: meant.unwrap_or_else(|| error.hint()) }
        }
    }
}

/// What was named and is not there: alone, or as one of several sources.
fn not_there(error: &Error) -> Option<&Path> {
    let path = match error {
        Error::Io { path, source } if source.kind() == io::ErrorKind::NotFound => path,
        Error::Data { path, problem: DataProblem::Unreadable { .. } } => path,
        _ => return None,
    };
    // A link that leads nowhere is there.
    let found = path.symlink_metadata();
    found.is_err_and(|e| e.kind() == io::ErrorKind::NotFound).then_some(path)
}

/// What the name of something that is not there may stand for.
fn meant(path: &Path) -> Option<String> {
    let written = path.to_string_lossy();
    if ["http://", "https://"].iter().any(|scheme| written.starts_with(scheme)) {
        return Some(format!(
            "download it first, such as by `curl -LO '{written}'`, and give the file"
        ));
    }
    #[cfg(feature = "fetch")]
    if let Some(offer) = crate::cli::commands::fetch::offer(path) {
        return Some(offer);
    }
    similar(path).map(|name| format!("did you mean {name}?"))
}

pub(crate) fn tell(Lines { error, hint }: &Lines) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "error: {}\nhint: {}", one_line(error), one_line(hint));
}

/// A file's name may hold line breaks and the codes that steer a terminal: they become blanks.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
