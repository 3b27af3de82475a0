//! The command line: the only place that knows `clap`, prints, and joins the parts of the library.

mod commands;
mod input;
mod results;
mod run_folder;
mod terminal;

use crate::error::Error;
use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
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
use terminal::usage::Usage;
use terminal::{Console, Failure, Lines, Outcome, memory};

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
    let typed = definition().try_get_matches();
    match typed.and_then(|typed| Ok((Cli::from_arg_matches(&typed)?, typed))) {
        Ok((cli, typed)) => exit_code(run(cli), |error| lines(error, typed)),
        Err(error) => refused(&error),
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

/// Prints help and version as they are, and wrong usage as two lines.
fn refused(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        Usage::in_spite_of_errors(definition()).refused(error).print();
        return ExitCode::from(2);
    }
    let printed = error.print().map(|()| Outcome::Done).map_err(Failure::stdout);
    exit_code(printed, names::lines)
}

/// The lines about an error of a command: a parameter goes by the name of its flag.
fn lines(error: &Error, typed: ArgMatches) -> Lines {
    match error {
        Error::Parameter { name, value, allowed } => {
            Usage::new(definition(), typed).parameter(name, value, allowed)
        }
        _ => names::lines(error),
    }
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
        Command::Completions(args) => completions::run(&args, Cli::command(), console),
        Command::Man(args) => man::run(&args, Cli::command(), console),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terminal::usage::default_of;

    #[test]
    fn every_flag_that_can_be_left_out_says_what_it_is_then() {
        let program = Cli::command();
        for command in program.get_subcommands().chain([&program]) {
            let flags = command.get_arguments().filter(|a| a.get_long().is_some());
            for flag in flags.filter(|a| a.get_action().takes_values() && !a.is_required_set()) {
                assert!(default_of(flag).is_some(), "{} {flag}", command.get_name());
            }
        }
    }
}
