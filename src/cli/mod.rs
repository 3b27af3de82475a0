//! The command line: the only place that knows `clap`, prints, and joins the parts of the library.

mod commands;
mod input;
mod results;
mod run_folder;
mod terminal;

use crate::error::Error;
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};
#[cfg(feature = "fetch")]
use commands::fetch;
use commands::{
    assign, bench, compare, complete, completions, eval, export, import, info, man, pack, sample,
    sweep, train, view,
};
use std::process::ExitCode;
use terminal::console::{ColorChoice, Console};
use terminal::failure::{self, Failure, Outcome};
use terminal::memory;

/// Clusters binary images with a Bernoulli mixture fitted by EM.
#[derive(Debug, Parser)]
#[command(name = "bmm", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  bmm train --k 10                    cluster MNIST, or built-in digits where it is missing
  bmm assign digit.png                put an image into a cluster of the newest model";

/// Options of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Options of every command")]
struct Options {
    /// Print results and errors only [default: off]
    #[arg(long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more about what is done [default: off]
    #[arg(long, global = true)]
    verbose: bool,
    /// Print one JSON document instead of text [default: off]
    #[arg(long, global = true)]
    json: bool,
    /// Colour in the output; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    color: ColorChoice,
    /// Threads to use; 0: one for each core. The result is the same for any number
    #[arg(long, global = true, default_value_t = 0, value_name = "N", value_parser = threads)]
    threads: usize,
}

#[derive(Debug, Subcommand)]
enum Command {
    Train(Box<train::Args>),
    Sweep(Box<sweep::Args>),
    Assign(assign::Args),
    View(view::Args),
    Eval(eval::Args),
    Compare(compare::Args),
    Sample(sample::Args),
    Complete(complete::Args),
    Info(info::Args),
    Export(export::Args),
    Import(import::Args),
    Pack(pack::Args),
    Bench(bench::Args),
    #[cfg(feature = "fetch")]
    Fetch(fetch::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs the program; failures are printed as one `error:` and one `hint:` line.
pub fn main() -> ExitCode {
    memory::return_what_is_freed();
    match parse() {
        Ok(cli) => failure::exit_code(run(cli)),
        Err(error) => failure::wrong_usage(&error),
    }
}

/// The command line; `--k -1` is a flag with a wrong value, not two flags.
fn parse() -> Result<Cli, clap::Error> {
    let signed = |argument: Arg| match argument.get_action().takes_values() {
        true => argument.allow_negative_numbers(true),
        false => argument,
    };
    let command = Cli::command().mut_args(signed);
    let command = command.mut_subcommands(|command| command.mut_args(signed));
    Cli::from_arg_matches(&command.try_get_matches()?)
}

/// More threads than any machine has would only take memory, and long to start.
const MOST_THREADS: usize = 1024;

fn threads(text: &str) -> Result<usize, Error> {
    text.parse().ok().filter(|n| *n <= MOST_THREADS).ok_or_else(|| Error::Parameter {
        name: "threads",
        value: text.into(),
        allowed: format!("a whole number from 0 to {MOST_THREADS}"),
    })
}

fn run(cli: Cli) -> Result<Outcome, Failure> {
    let console = Console::new(&cli.options);
    crate::em::use_threads(cli.options.threads)?;
    match run_command(cli.command, &console)? {
        Outcome::Done if console.is_partial() => Ok(Outcome::Partial),
        outcome => Ok(outcome),
    }
}

fn run_command(command: Command, console: &Console) -> Result<Outcome, Failure> {
    match command {
        Command::Train(args) => train::run(&args, console),
        Command::Sweep(args) => sweep::run(&args, console),
        Command::Assign(args) => assign::run(&args, console),
        Command::View(args) => view::run(&args, console),
        Command::Eval(args) => eval::run(&args, console),
        Command::Compare(args) => compare::run(&args, console),
        Command::Sample(args) => sample::run(&args, console),
        Command::Complete(args) => complete::run(&args, console),
        Command::Info(args) => info::run(&args, console),
        Command::Export(args) => export::run(&args, console),
        Command::Import(args) => import::run(&args, console),
        Command::Pack(args) => pack::run(&args, console),
        Command::Bench(args) => bench::run(&args, console),
        #[cfg(feature = "fetch")]
        Command::Fetch(args) => fetch::run(&args, console),
        Command::Completions(args) => completions::run(&args, console),
        Command::Man(args) => man::run(&args, console),
    }
}
