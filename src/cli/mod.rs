//! The command line: the only place that knows `clap`, prints, and joins the parts of the library.

mod commands;
mod input;
mod results;
mod run_folder;
mod terminal;

use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};
#[cfg(feature = "fetch")]
use commands::fetch;
use commands::{
    assign, bench, compare, complete, completions, eval, export, import, info, man, pack, sample,
    sweep, train, view,
};
use input::names;
use std::process::ExitCode;
use terminal::failure::exit_code;
use terminal::options::Options;
use terminal::{Console, Failure, Outcome, memory, usage};

/// Clusters binary data with a Bernoulli mixture fitted by EM.
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

/// Runs the program. Failures are printed as one `error:` and one `hint:` line.
pub fn main() -> ExitCode {
    memory::return_what_is_freed();
    let program = definition();
    let help = usage::see_help(&program);
    match program.try_get_matches().and_then(|typed| Cli::from_arg_matches(&typed)) {
        Ok(cli) => exit_code(run(cli), |error| names::lines(error).or_hint(help)),
        Err(error) if error.use_stderr() => {
            usage::lines(&error, help).print();
            ExitCode::from(2)
        }
        Err(help_or_version) => {
            let printed = help_or_version.print().map(|()| Outcome::Done);
            exit_code(printed.map_err(Failure::stdout), names::lines)
        }
    }
}

/// The command line. `--k -1` is a flag with a wrong value, not two flags.
fn definition() -> clap::Command {
    let signed = |argument: Arg| {
        let takes_values = argument.get_action().takes_values();
        if takes_values { argument.allow_negative_numbers(true) } else { argument }
    };
    Cli::command().mut_args(signed).mut_subcommands(|command| command.mut_args(signed))
}

fn run(cli: Cli) -> Result<Outcome, Failure> {
    crate::em::use_threads(cli.options.threads)?;
    let console = Console::new(cli.options);
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
        Command::Completions(args) => completions::run(&args, Cli::command(), console),
        Command::Man(args) => man::run(&args, Cli::command(), console),
    }
}
