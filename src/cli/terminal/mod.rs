//! How the program speaks: console, tables, progress, failures.

pub(crate) mod clock;
pub(crate) mod console;
pub(crate) mod failure;
pub(crate) mod hints;
pub(crate) mod memory;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod progress;
pub(crate) mod tables;
pub(crate) mod text;
pub(crate) mod usage;
