//! Wrong usage in words: what is wrong with which flag, and what to do about it.

use super::failure::Lines;
use crate::error::{Error, Result};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use std::fmt::Display;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// What the program takes, and what was typed.
pub(crate) struct Usage {
    program: Command,
    typed: ArgMatches,
}

impl Usage {
    pub(crate) fn new(program: Command, typed: ArgMatches) -> Self {
        Self { program, typed }
    }

    /// What can be made out of a command line with an error in it.
    pub(crate) fn in_spite_of_errors(program: Command) -> Self {
        let typed = program.clone().ignore_errors(true).try_get_matches().unwrap_or_default();
        Self { program, typed }
    }

    /// The lines about a command line that `clap` refused.
    pub(crate) fn refused(&self, error: &clap::Error) -> Lines {
        match error.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
                let hint = "begin with `bmm train --k 10`; `bmm --help` lists all commands".into();
                Lines { error: "no command was given".into(), hint }
            }
            _ => self.wrong_value(error).unwrap_or_else(|| self.in_words_of_clap(error)),
        }
    }

    pub(crate) fn parameter(&self, name: &str, value: &str, allowed: &str) -> Lines {
        let argument = self.argument(name);
        // Only what was typed can be left out.
        let default = argument.filter(|a| self.is_typed(a, value)).and_then(default_of);
        lines(argument, name, value, allowed, default)
    }

    fn command(&self) -> Option<&Command> {
        self.program.find_subcommand(self.typed.subcommand_name()?)
    }

    /// The flag of this name, with or without its dashes.
    fn argument(&self, name: &str) -> Option<&Arg> {
        let bare = name.trim_start_matches('-');
        let is_called = |argument: &&Arg| match argument.get_long() {
            Some(long) => long == bare,
            None => argument.get_short().is_some_and(|short| bare == short.to_string()),
        };
        let commands = self.command().into_iter().chain([&self.program]);
        commands.flat_map(Command::get_arguments).find(is_called)
    }

    /// Whether `value` was typed for `argument`, alone or in a list.
    fn is_typed(&self, argument: &Arg, value: &str) -> bool {
        let typed = self.typed.subcommand().map_or(&self.typed, |(_, typed)| typed);
        let id = argument.get_id().as_str();
        let Ok(Some(mut values)) = typed.try_get_raw(id) else { return false };
        typed.value_source(id) == Some(ValueSource::CommandLine)
            && values.any(|typed| holds(&typed.to_string_lossy(), value))
    }

    /// A flag with a value that cannot be, and what can.
    fn wrong_value(&self, error: &clap::Error) -> Option<Lines> {
        let name = text(error, ContextKind::InvalidArg)?.split(' ').next()?;
        let value = text(error, ContextKind::InvalidValue)?;
        let source = std::error::Error::source(error);
        // Without a reader's complaint an empty value is a missing one, which clap says well.
        if value.is_empty() && source.is_none() {
            return None;
        }
        let allowed = match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(values)) => format!("one of {}", values.join(", ")),
            _ => allowed(source?),
        };
        let argument = self.argument(name);
        let default = argument.and_then(default_of);
        let mut lines = lines(argument, name, &format!("'{value}'"), &allowed, default);
        if let Some(similar) = text(error, ContextKind::SuggestedValue) {
            lines.hint = format!("did you mean {similar}?");
        }
        Some(lines)
    }

    /// The first paragraph that clap would print, and its tip if that is about the spelling.
    fn in_words_of_clap(&self, error: &clap::Error) -> Lines {
        let rendered = error.render().to_string();
        let first = rendered.split("\n\n").next().unwrap_or_default();
        let first = first.trim_start_matches("error: ").split_whitespace();
        let mut tips = rendered.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
        let similar = tips.find(|tip| tip.contains("similar")).map(str::to_owned);
        let hint = similar.or_else(|| self.long_flags(text(error, ContextKind::InvalidArg)?));
        let command = self.command().map_or(String::new(), |c| format!(" {}", c.get_name()));
        Lines {
            error: first.collect::<Vec<_>>().join(" "),
            hint: hint.unwrap_or_else(|| format!("see `bmm{command} --help`")),
        }
    }

    /// The long flags that may be meant by a short one that is not there. `-k` and `-k10` mean
    /// `--k`. Of `-seed` clap says `-s`: any flag that begins with an s.
    fn long_flags(&self, flag: &str) -> Option<String> {
        let letter = flag.strip_prefix('-').filter(|name| name.chars().count() == 1)?;
        let flags = self.command()?.get_arguments().filter_map(Arg::get_long);
        let flags: Vec<&str> = flags.filter(|name| name.starts_with(letter)).collect();
        match flags[..] {
            [] => None,
            _ if flags.contains(&letter) => Some(format!("did you mean --{letter}?")),
            [flag] => Some(format!("did you mean --{flag}?")),
            [ref first @ .., last] => {
                Some(format!("did you mean --{} or --{last}?", first.join(", --")))
            }
        }
    }
}

/// The lines about `value`; `default` is what a flag is that can be left out.
fn lines(
    argument: Option<&Arg>,
    name: &str,
    value: &str,
    allowed: &str,
    default: Option<String>,
) -> Lines {
    let name = argument.map_or(name.into(), as_typed);
    let hint = way_out(&name, allowed, default);
    Lines { error: format!("{name} is {value}, but must be {allowed}"), hint }
}

pub(super) fn way_out(name: &str, allowed: &str, default: Option<String>) -> String {
    if allowed.starts_with("left out") {
        return format!("leave {name} out");
    }
    match default {
        Some(default) => format!("give another value, or leave {name} out (default: {default})"),
        None => format!("choose {name}: {allowed}"),
    }
}

/// Whether a list that was typed, such as `2..7` or `5,10`, holds `value`.
fn holds(typed: &str, value: &str) -> bool {
    let elements = || typed.split(',').flat_map(|part| part.split(".."));
    typed == value || elements().any(|one| is_same(one, value.trim_matches('\'')))
}

/// Whether what was typed is printed as `value`: `1e7` as 10000000, `nan` as NaN.
fn is_same(typed: &str, value: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    typed.eq_ignore_ascii_case(value) || number(typed).is_some_and(|n| Some(n) == number(value))
}

/// The number that a user gave as the parameter `name`. Fails with [`Error::Parameter`] if `text`
/// is no number or `is_allowed` refuses it; `allowed` says why.
pub(crate) fn number<T: FromStr>(
    name: &'static str,
    text: &str,
    is_allowed: impl Fn(&T) -> bool,
    allowed: impl Fn() -> String,
) -> Result<T> {
    let number = text.trim().parse().ok().filter(is_allowed);
    number.ok_or_else(|| Error::parameter(name, text, allowed()))
}

/// The whole number in `range` that a user gave as the parameter `name`.
pub(crate) fn whole_number<T: FromStr + PartialOrd + Display>(
    name: &'static str,
    text: &str,
    range: RangeInclusive<T>,
) -> Result<T> {
    let allowed = || format!("a whole number from {} to {}", range.start(), range.end());
    number(name, text, |n| range.contains(n), allowed)
}

/// What a flag that is left out is: as `clap` knows it, or as its help says it.
pub(crate) fn default_of(argument: &Arg) -> Option<String> {
    if let Some(value) = argument.get_default_values().first() {
        return Some(value.to_string_lossy().into_owned());
    }
    let help = argument.get_help()?.to_string();
    let (_, default) = help.rsplit_once("[default: ")?;
    Some(default.trim_end_matches(']').into())
}

/// `--seed` or `-n`.
fn as_typed(argument: &Arg) -> String {
    match (argument.get_long(), argument.get_short()) {
        (Some(long), _) => format!("--{long}"),
        (None, short) => short.map_or(String::new(), |short| format!("-{short}")),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(line: &str) -> Usage {
        let list = |name: &'static str| Arg::new(name).long(name).value_delimiter(',');
        let fit = Command::new("fit")
            .arg(Arg::new("k").long("k"))
            .arg(list("sizes").default_value("5"))
            .arg(Arg::new("n").short('n').help("Images to draw [default: all]"))
            .args(["seed", "shape"].map(|name| Arg::new(name).long(name)));
        let program = Command::new("bmm").subcommand(fit);
        let words = ["bmm"].into_iter().chain(line.split(' '));
        let typed = program.clone().ignore_errors(true).try_get_matches_from(words);
        Usage::new(program, typed.unwrap())
    }

    #[test]
    fn a_parameter_is_named_as_it_is_typed() {
        let lines = usage("fit").parameter("seed", "x", "a whole number");
        assert_eq!(lines.error, "--seed is x, but must be a whole number");
        assert_eq!(usage("fit").parameter("n", "0", "more").error, "-n is 0, but must be more");
        let elsewhere = usage("fit").parameter("picture", "x", "smaller");
        assert_eq!(elsewhere.error, "picture is x, but must be smaller");
    }

    #[test]
    fn only_what_was_typed_can_be_left_out() {
        let hint = |line: &str, name, value| usage(line).parameter(name, value, "less").hint;
        let all = "give another value, or leave -n out (default: all)";
        assert_eq!(hint("fit -n7", "n", "7"), all);
        assert_eq!(hint("fit -n 500", "n", "500 images"), "choose -n: less");
        assert_eq!(hint("fit -n 8", "n", "7"), "choose -n: less");
        assert_eq!(hint("fit", "n", "7"), "choose -n: less");
        assert_eq!(hint("fit", "sizes", "5"), "choose --sizes: less");
        let list = "give another value, or leave --sizes out (default: 5)";
        assert_eq!(hint("fit --sizes=5,61", "sizes", "61"), list);
        let left_out = usage("fit").parameter("shape", "2x2", "left out: these are images");
        assert_eq!(left_out.hint, "leave --shape out");
    }

    #[test]
    fn values_are_found_in_lists_and_as_they_are_printed() {
        for (typed, value) in
            [("7", "7"), ("2..14", "14"), ("5,61", "61"), ("nan", "NaN"), ("1e7", "10000000")]
        {
            assert!(holds(typed, value), "{typed}");
        }
        assert!(!holds("500", "500 images") && !holds("8", "7"));
    }

    #[test]
    fn flags_with_one_dash_are_recognised() {
        let meant = |flag| usage("fit").long_flags(flag);
        assert_eq!(meant("-k").as_deref(), Some("did you mean --k?"));
        assert_eq!(meant("-s").as_deref(), Some("did you mean --sizes, --seed or --shape?"));
        assert_eq!((meant("-x"), meant("--k")), (None, None));
    }
}
