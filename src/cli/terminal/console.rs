//! What may be printed, and where: results to standard output, everything else to standard error.

use super::failure::{Failure, Lines, Outcome};
use super::options::{ColorChoice, Options};
use crate::render::Colours;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

const DEFAULT_WIDTH: usize = 80;

/// The user's wishes about output.
#[derive(Debug)]
pub(crate) struct Console {
    options: Options,
    is_partial: AtomicBool,
    /// What was warned of so far.
    warnings: Mutex<Vec<String>>,
    /// What was said of the data so far, and is no warning.
    remarks: Mutex<Vec<String>>,
}

impl Console {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            is_partial: AtomicBool::new(false),
            warnings: Mutex::default(),
            remarks: Mutex::default(),
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.options.json
    }

    /// A remark on standard error; `--quiet` silences it.
    pub(crate) fn note(&self, text: impl std::fmt::Display) {
        if !self.options.quiet {
            // A remark that nobody can read is no failure.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// What may make a result wrong: said with `--quiet` too, and kept for documents.
    pub(crate) fn warn(&self, text: impl std::fmt::Display) {
        let text = text.to_string();
        let _ = writeln!(io::stderr(), "warning   {text}");
        // A thread that panicked while it held the list is no reason to lose it.
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    /// How data were read, where they did not say it: a note, kept for documents.
    pub(crate) fn remark(&self, text: impl std::fmt::Display) {
        let text = text.to_string();
        self.note(format_args!("note      {text}"));
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    /// What was warned of so far.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was remarked so far.
    pub(crate) fn remarks(&self) -> Vec<String> {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `document` as text, with the warnings and remarks so far.
    pub(crate) fn json_text<T: Serialize>(&self, document: &T) -> Result<String, Failure> {
        let mut value = serde_json::to_value(document).map_err(|e| Failure::stdout(e.into()))?;
        if let Value::Object(keys) = &mut value {
            keys.insert("warnings".into(), self.warnings().into());
            keys.insert("notes".into(), self.remarks().into());
        }
        json_text(&value)
    }

    /// Says what is wrong with something that is left out. The exit code becomes 1.
    pub(crate) fn leave_out(&self, lines: &Lines) {
        lines.print();
        self.is_partial.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_partial(&self) -> bool {
        self.is_partial.load(Ordering::Relaxed)
    }

    pub(crate) fn detail(&self, text: impl std::fmt::Display) {
        if self.options.verbose {
            self.note(text);
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        !self.options.quiet && io::stderr().is_terminal()
    }

    pub(crate) fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    pub(crate) fn result<T: Serialize>(
        &self,
        document: &T,
        text: impl FnOnce() -> String,
    ) -> Result<Outcome, Failure> {
        let text = if self.options.json { self.json_text(document)? } else { text() };
        self.print(&text).map(|()| Outcome::Done)
    }

    /// Prints a document with `--json`. Without it, what a command writes is its result.
    pub(crate) fn document(&self, document: impl FnOnce() -> Value) -> Result<Outcome, Failure> {
        if self.options.json {
            self.print(&self.json_text(&document())?)?;
        }
        Ok(Outcome::Done)
    }

    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        self.print_by(&|out| out.write_all(text.as_bytes()))
    }

    /// Writes to standard output what `write` writes, piece by piece.
    pub(crate) fn print_by(
        &self,
        write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        write(&mut out).and_then(|()| out.flush()).map_err(Failure::stdout)
    }

    /// Whether the user said that there must be no colour, wherever the output goes.
    pub(crate) fn refuses_colour(&self) -> bool {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        self.options.color == ColorChoice::Never
            || (self.options.color == ColorChoice::Auto && no_color)
    }

    pub(crate) fn colours(&self) -> Option<Colours> {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let wanted = match self.options.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => io::stdout().is_terminal() && !self.refuses_colour() && !dumb,
        };
        let rgb = std::env::var("COLORTERM").is_ok_and(|v| v == "truecolor" || v == "24bit");
        wanted.then_some(if rgb { Colours::Rgb } else { Colours::Ansi256 })
    }

    /// Characters in a line of standard output.
    pub(crate) fn width(&self) -> usize {
        terminal_size::terminal_size().map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
    }
}

/// `document` as indented JSON with a final line feed.
fn json_text<T: Serialize>(document: &T) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|e| Failure::stdout(e.into()))?;
    Ok(text + "\n")
}
