//! Wrong usage as one `error:` and one `hint:` line, mostly in the words of `clap`.

use super::failure::Lines;
use crate::error::Error;
use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ops::RangeInclusive;

/// The flags of the fields that the library names in its errors.
const FLAGS: [(&str, &str); 11] = [
    ("alpha", "--alpha"),
    ("binarize", "--binarize"),
    ("max_iter", "--max-iter"),
    ("n_components", "--k"),
    ("n_folds", "--folds"),
    ("n_init", "--n-init"),
    ("n_refits", "--bootstrap"),
    ("n_threads", "--threads"),
    ("shape", "--shape"),
    ("share", "--holdout"),
    ("tol", "--tol"),
];

/// What is wrong, with flags in the place of fields.
pub(crate) fn message(error: &Error) -> String {
    let Error::Parameter { name, value, allowed } = error else { return error.to_string() };
    format!("{} is {value}, but must be {allowed}", flag(name))
}

/// The flag of a field; a flag stays what it is.
pub(crate) fn flag(name: &str) -> &str {
    FLAGS.iter().find(|(field, _)| *field == name).map_or(name, |(_, flag)| flag)
}

/// Where to read about the command that was typed.
pub(crate) fn see_help(program: &Command) -> String {
    let command = std::env::args_os().skip(1).find_map(|word| program.find_subcommand(word));
    let name = command.map_or(String::new(), |command| format!(" {}", command.get_name()));
    format!("see `bmm{name} --help`")
}

/// The first paragraph that `clap` would print, and its tip on the spelling, if any; else `help`.
pub(crate) fn lines(error: &clap::Error, help: String) -> Lines {
    if [ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, ErrorKind::MissingSubcommand]
        .contains(&error.kind())
    {
        let hint = "begin with `bmm train --k 10`; `bmm --help` lists all commands";
        return Lines { error: "no command was given".into(), hint: Some(hint.into()) };
    }
    let rendered = error.render().to_string();
    let first = rendered.split("\n\n").next().unwrap_or_default();
    // The words of the standard library for `-1` and `much`.
    let mut first = first
        .replace("invalid digit found in string", "must be a whole number from 0")
        .replace("number too large to fit in target type", "the number is too large")
        .replace("invalid float literal", "must be a number");
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Error>());
    if let Some(source @ Error::Parameter { allowed, .. }) = source {
        // `clap` has named the flag and the value already.
        first = first.replace(&source.to_string(), &format!("must be {allowed}"));
    }
    let words: Vec<&str> = first.trim_start_matches("error: ").split_whitespace().collect();
    let mut tips = rendered.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    let hint = match tips.find(|tip| tip.contains("similar")) {
        Some(similar) => similar.to_owned(),
        None if is_of_one_dash(error) => format!("long flags have two dashes; {help}"),
        None => help,
    };
    Lines { error: words.join(" "), hint: Some(hint) }
}

/// Whether a flag such as `-k` or `-seed` is unknown.
fn is_of_one_dash(error: &clap::Error) -> bool {
    let flag = error.get(ContextKind::InvalidArg);
    error.kind() == ErrorKind::UnknownArgument
        && matches!(flag, Some(ContextValue::String(flag))
            if flag.starts_with('-') && !flag.starts_with("--"))
}

pub(crate) fn whole_number(
    range: RangeInclusive<usize>,
) -> impl Fn(&str) -> Result<usize, String> + Clone {
    let end = match *range.end() {
        usize::MAX => String::new(),
        end => format!(" to {end}"),
    };
    let allowed = format!("must be a whole number from {}{end}", range.start());
    move |text| {
        let number = text.trim().parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| allowed.clone())
    }
}

pub(crate) fn number(
    text: &str,
    is_allowed: impl Fn(f64) -> bool,
    allowed: &str,
) -> Result<f64, String> {
    let number = text.trim().parse().ok().filter(|number| is_allowed(*number));
    number.ok_or_else(|| format!("must be {allowed}"))
}
