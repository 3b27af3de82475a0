//! The options of every command.

use super::usage::whole_number;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Options {
    /// Print results and errors only [default: off]
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more about what is done [default: off]
    #[arg(long, global = true)]
    pub(crate) verbose: bool,
    /// Print one JSON document instead of text [default: off]
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Colour in the output; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: ColorChoice,
    /// Threads to use; 0: one for each core. The result is the same for any number
    #[arg(long, global = true, default_value_t = 0, value_name = "N")]
    #[arg(value_parser = whole_number(0..=MAX_THREADS))]
    pub(crate) threads: usize,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// More threads only take memory and are slow to start.
const MAX_THREADS: usize = 1024;
