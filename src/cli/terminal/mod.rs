//! How the program speaks: console, tables, progress, failures.

mod clock;
mod console;
pub(crate) mod failure;
pub(crate) mod hints;
pub(crate) mod memory;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod progress;
pub(crate) mod tables;
mod text;
pub(crate) mod usage;

pub(crate) use crate::wording::{brief, counted, fixed, trimmed};
pub(crate) use clock::Clock;
pub(crate) use console::Console;
pub(crate) use failure::{Failure, Lines, Outcome};
pub(crate) use progress::{Count, Progress};
pub(crate) use text::amount;
pub(crate) use usage::{number, whole_number};
