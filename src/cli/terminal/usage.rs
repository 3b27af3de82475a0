//! Wrong usage in words: what `clap` found, as one line that names the flag and the value, and one that says what to do.

use crate::cli::Cli;
use crate::error::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory};
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};

/// The two lines of an error or of wrong usage.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    pub(crate) error: String,
    pub(crate) hint: String,
}

/// The lines for a failed parse of the command line.
pub(crate) fn lines(error: &clap::Error) -> Lines {
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            let hint = "begin with `bmm train --k 10`; `bmm --help` lists all commands".into();
            Lines { error: "no command was given".into(), hint }
        }
        _ => wrong_value(error).unwrap_or_else(|| in_words_of_clap(error)),
    }
}

/// The lines for a value that is out of range, under the name by which the user gave it.
pub(crate) fn parameter(name: &str, value: &str, allowed: &str) -> Lines {
    let argument = argument(name);
    let name = argument.as_ref().map_or(name.into(), as_typed);
    // What was left out, or comes from a file, cannot be left out.
    let is_typed = is_typed(&words(), &name, value.trim_matches('\''));
    let default = argument.filter(|_| is_typed).as_ref().and_then(default_of);
    let hint = way_out(&name, allowed, default);
    Lines { error: format!("{name} is {value}, but must be {allowed}"), hint }
}

/// What to do about a value that cannot be, where `default` is what a flag is that can be left out.
fn way_out(name: &str, allowed: &str, default: Option<String>) -> String {
    if allowed.starts_with("left out") {
        return format!("leave {name} out");
    }
    match default {
        Some(default) => format!("give another value, or leave {name} out (default: {default})"),
        None => format!("choose {name}: {allowed}"),
    }
}

/// Whether `words` give the flag this value, alone or in a list: after a blank, after `=`, or right after its one letter.
fn is_typed(words: &[String], flag: &str, value: &str) -> bool {
    let separator = if flag.starts_with("--") { "=" } else { "" };
    let joined = format!("{flag}{separator}");
    let after = words.windows(2).filter(|pair| pair[0] == flag).map(|pair| pair[1].as_str());
    let within = words.iter().filter_map(|word| word.strip_prefix(&joined));
    let elements = |typed: &str| {
        typed.split(',').flat_map(|part| part.split("..")).any(|one| is_same(one, value))
    };
    after.chain(within).any(|typed| typed == value || elements(typed))
}

/// Whether what was typed is printed as `value`: `1e7` is as 10000000, `nan` as NaN.
fn is_same(typed: &str, value: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    typed.eq_ignore_ascii_case(value) || number(typed).is_some_and(|n| Some(n) == number(value))
}

/// What a flag that is left out is: as `clap` knows it, or as its help says it.
fn default_of(argument: &Arg) -> Option<String> {
    if let Some(value) = argument.get_default_values().first() {
        return Some(value.to_string_lossy().into_owned());
    }
    let help = argument.get_help()?.to_string();
    let (_, default) = help.rsplit_once("[default: ")?;
    Some(default.trim_end_matches(']').into())
}

/// The flag of this name, with or without its dashes, of the command that was typed; of any if none was.
fn argument(name: &str) -> Option<Arg> {
    let program = Cli::command();
    let typed = command_typed(&program);
    let is_meant =
        |command: &&Command| typed.as_ref().is_none_or(|typed| command.get_name() == typed);
    let commands = program.get_subcommands().filter(is_meant).chain([&program]);
    let bare = name.trim_start_matches('-');
    let is_called = |argument: &&Arg| match argument.get_long() {
        Some(long) => long == bare,
        None => argument.get_short().is_some_and(|short| bare == short.to_string()),
    };
    commands.flat_map(|command| command.get_arguments()).find(is_called).cloned()
}

fn as_typed(argument: &Arg) -> String {
    match (argument.get_long(), argument.get_short()) {
        (Some(long), _) => format!("--{long}"),
        (None, short) => short.map_or(String::new(), |short| format!("-{short}")),
    }
}

/// A flag with a value that cannot be, and what can.
fn wrong_value(error: &clap::Error) -> Option<Lines> {
    let (argument, value) =
        (text(error, ContextKind::InvalidArg)?, text(error, ContextKind::InvalidValue)?);
    let flag = argument.split(' ').next()?;
    let listed = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => Some(format!("one of {}", values.join(", "))),
        _ => None,
    };
    let allowed = listed.or_else(|| std::error::Error::source(error).map(allowed))?;
    // Without a reader's complaint an empty value is a missing one, which clap says well.
    if value.is_empty() && std::error::Error::source(error).is_none() {
        return None;
    }
    let mut lines = parameter(flag, &format!("'{value}'"), &allowed);
    if let Some(similar) = text(error, ContextKind::SuggestedValue) {
        lines.hint = format!("did you mean {similar}?");
    }
    Some(lines)
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

/// What a value must be, from the error of the one who tried to read it.
fn allowed(source: &(dyn std::error::Error + 'static)) -> String {
    if let Some(Error::Parameter { allowed, .. }) = source.downcast_ref() {
        return allowed.clone();
    }
    if let Some(error) = source.downcast_ref::<ParseIntError>() {
        return match error.kind() {
            IntErrorKind::Zero => "a whole number from 1",
            IntErrorKind::PosOverflow => "a smaller number",
            _ => "a whole number and not negative",
        }
        .into();
    }
    match source.downcast_ref::<ParseFloatError>() {
        Some(_) => "a number".into(),
        None => source.to_string(),
    }
}

/// The first paragraph that clap would print, and its tip if that is about the spelling.
fn in_words_of_clap(error: &clap::Error) -> Lines {
    let rendered = error.render().to_string();
    let first = rendered.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    let mut tips = rendered.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    let similar = tips.find(|tip| tip.contains("similar")).map(str::to_owned);
    let hint = similar.or_else(|| with_two_dashes(text(error, ContextKind::InvalidArg)?));
    Lines {
        error: first.split_whitespace().collect::<Vec<_>>().join(" "),
        hint: hint.unwrap_or_else(|| format!("see `{} --help`", command_given())),
    }
}

/// What `-k`, `-k10` and `-seed`, of which `-s` is left, were meant to be, if the command has a flag of that name.
fn with_two_dashes(flag: &str) -> Option<String> {
    let is_short = flag.strip_prefix('-').is_some_and(|name| name.chars().count() == 1);
    let word = words().into_iter().find(|word| is_short && word.starts_with(flag))?;
    let name = word.trim_start_matches('-').trim_end_matches(|c: char| c.is_ascii_digit());
    let name = name.split('=').next()?;
    let program = Cli::command();
    let command = program.find_subcommand(command_typed(&program)?)?;
    let is_there = command.get_arguments().any(|argument| argument.get_long() == Some(name));
    is_there.then(|| format!("did you mean --{name}?"))
}

/// `bmm train`, if that is what was typed, else `bmm`.
fn command_given() -> String {
    let typed = command_typed(&Cli::command());
    typed.map_or("bmm".into(), |command| format!("bmm {command}"))
}

/// The command among the words that were typed.
fn command_typed(program: &clap::Command) -> Option<String> {
    let is_command = |word: &String| program.get_subcommands().any(|c| c.get_name() == word);
    words().into_iter().find(is_command)
}

/// The words after the program's name.
fn words() -> Vec<String> {
    std::env::args_os().skip(1).filter_map(|word| word.into_string().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_named_as_it_is_typed() {
        let lines = parameter("seed", "x", "a whole number");
        assert_eq!(lines.error, "--seed is x, but must be a whole number");
        let typed = |name| argument(name).map(|argument| as_typed(&argument));
        assert_eq!(typed("--shape").as_deref(), Some("--shape"));
        assert_eq!(typed("-n").as_deref(), Some("-n"));
        assert_eq!(typed("picture"), None);
    }

    #[test]
    fn only_what_was_typed_can_be_left_out() {
        let hint = way_out("--seed", "a whole number", Some("0".into()));
        assert_eq!(hint, "give another value, or leave --seed out (default: 0)");
        assert_eq!(way_out("--k", "from 1 to 5", None), "choose --k: from 1 to 5");
        assert_eq!(way_out("--shape", "left out: these are images", None), "leave --shape out");
        let is_typed = |line: &str, flag, value| {
            is_typed(&line.split(' ').map(String::from).collect::<Vec<_>>(), flag, value)
        };
        assert!(is_typed("train --k 7 --data x", "--k", "7"));
        assert!(is_typed("train --data x --k=7", "--k", "7"));
        assert!(is_typed("sample -n7", "-n", "7"));
        assert!(is_typed("sweep --k 2..14", "--k", "14"));
        assert!(is_typed("bench --n=5,61", "--n", "61"));
        assert!(is_typed("train --tol nan", "--tol", "NaN"));
        assert!(is_typed("train --alpha 1e7", "--alpha", "10000000"));
        assert!(!is_typed("complete --limit 500", "--limit", "500 images"));
        assert!(!is_typed("train --seed 7 --k 8", "--k", "7"));
        assert!(!is_typed("train --k7", "--k", "7"));
    }

    #[test]
    fn every_flag_that_can_be_left_out_says_what_it_is_then() {
        let program = Cli::command();
        for command in program.get_subcommands().chain([&program]) {
            let optional = |a: &&Arg| a.get_action().takes_values() && !a.is_required_set();
            for argument in
                command.get_arguments().filter(|a| a.get_long().is_some() && optional(a))
            {
                let flag = as_typed(argument);
                assert!(default_of(argument).is_some(), "{} {flag}", command.get_name());
            }
        }
    }
}
