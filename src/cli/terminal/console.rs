//! What may be printed, and where: results to standard output, everything else to standard error.

use super::failure::{Failure, Lines, Outcome};
use super::options::{ColorChoice, Options};
use crate::render::Colours;
use serde::{Serialize, Serializer};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

const DEFAULT_WIDTH: usize = 80;

/// Bytes that are collected before they are written: rows and fields are small.
const BUFFER: usize = 1 << 16;

/// What writes a result, piece by piece.
pub(crate) type Contents<'a> = &'a dyn Fn(&mut dyn Write) -> io::Result<()>;

/// The user's wishes about output.
#[derive(Debug)]
pub(crate) struct Console {
    options: Options,
    is_partial: AtomicBool,
    /// What was warned of so far.
    warnings: Said,
    /// What was said of the data so far, and is no warning.
    remarks: Said,
}

/// What was said so far; kept for documents.
#[derive(Debug, Default)]
struct Said(Mutex<Vec<String>>);

impl Said {
    fn add(&self, text: String) {
        // A thread that panicked while it held the list is no reason to lose it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    fn so_far(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.so_far().serialize(serializer)
    }
}

/// The fields of a document, and behind them what was said until these are written.
#[derive(Serialize)]
struct Told<'a, T> {
    #[serde(flatten)]
    document: &'a T,
    warnings: &'a Said,
    notes: &'a Said,
}

impl Console {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            is_partial: AtomicBool::new(false),
            warnings: Said::default(),
            remarks: Said::default(),
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
        self.warnings.add(text);
    }

    /// How data were read, where they did not say it: a note, kept for documents.
    pub(crate) fn remark(&self, text: impl std::fmt::Display) {
        let text = text.to_string();
        self.note(format_args!("note      {text}"));
        self.remarks.add(text);
    }

    /// What was warned of so far.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.so_far()
    }

    /// Writes `document`, which has fields, as indented JSON with a final line feed. Warnings and
    /// remarks stand last: those so far, and those that came while it was written.
    pub(crate) fn write_json<T: Serialize>(
        &self,
        document: &T,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let told = Told { document, warnings: &self.warnings, notes: &self.remarks };
        serde_json::to_writer_pretty(&mut *out, &told)?;
        out.write_all(b"\n")
    }

    /// What [`Self::write_json`] writes.
    pub(crate) fn json_text<T: Serialize>(&self, document: &T) -> Result<Vec<u8>, Failure> {
        let mut text = Vec::new();
        self.write_json(document, &mut text).map_err(Failure::stdout)?;
        Ok(text)
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
        if self.options.json {
            return self.document(|| document);
        }
        self.print(&text()).map(|()| Outcome::Done)
    }

    /// Prints a document with `--json`. Without it, what a command writes is its result.
    pub(crate) fn document<T: Serialize>(
        &self,
        document: impl FnOnce() -> T,
    ) -> Result<Outcome, Failure> {
        if self.options.json {
            let document = document();
            self.print_by(&|out| self.write_json(&document, out))?;
        }
        Ok(Outcome::Done)
    }

    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        self.print_by(&|out| out.write_all(text.as_bytes()))
    }

    /// Writes to standard output what `write` writes, piece by piece.
    pub(crate) fn print_by(&self, write: Contents) -> Result<(), Failure> {
        buffered(&mut io::stdout().lock(), write).map_err(Failure::stdout)
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

/// Lets `write` write to `out` in large pieces.
pub(super) fn buffered(out: &mut dyn Write, write: Contents) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, out);
    write(&mut out)?;
    out.flush()
}
