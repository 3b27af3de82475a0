//! `bmm completions`: what a shell needs to complete commands and flags.

use crate::cli::terminal::{Console, Failure, Outcome, output};
use clap::Command;
use clap_complete::Shell;
use serde_json::json;
use std::path::PathBuf;

/// Print the completions of a shell: commands, flags and their values
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm completions bash --output ~/.local/share/bash-completion/completions/bmm
  bmm completions fish --output ~/.config/fish/completions/bmm.fish")]
pub(crate) struct Args {
    /// Which shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
    /// Write to this file [default: standard output]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Replace the file if it exists [default: off]
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(
    args: &Args,
    mut program: Command,
    console: &Console,
) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "bmm", &mut script);
    let text = String::from_utf8_lossy(&script);
    let Some(file) = &args.output else {
        return console.result(&json!({ "script": text }), || text.to_string());
    };
    output::deliver(Some(file), text.as_bytes(), args.force, console)?;
    console.document(|| json!({ "output": file.display().to_string() }))
}
