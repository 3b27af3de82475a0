//! `bmm man`: the manual pages.

use crate::cli::terminal::{Console, Failure, Outcome};
use crate::error::{Error, Result};
use crate::model_file::atomic;
use clap::Command;
use clap_mangen::Man;
use serde_json::json;
use std::path::PathBuf;

/// Print the manual page, or write those of all commands
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm man | man -l -
  bmm man --out ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// Write bmm.1, bmm-train.1 and so on into this folder [default: bmm.1 to standard output]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Replace pages that exist [default: off]
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(
    args: &Args,
    mut program: Command,
    console: &Console,
) -> Result<Outcome, Failure> {
    // Adds the help command, and names such as `bmm train` in the synopses.
    program.build();
    let Some(folder) = &args.out else {
        let page = page(program)?;
        return console.result(&json!({ "page": page }), || page.clone());
    };
    let commands: Vec<Command> = program.get_subcommands().cloned().collect();
    let mut pages = vec![("bmm.1".to_string(), page(program)?)];
    for command in commands.into_iter().filter(|command| command.get_name() != "help") {
        let name = format!("bmm-{}", command.get_name());
        let file = format!("{name}.1");
        pages.push((file, page(command.name(name))?));
    }
    // Check all targets before the first page is written.
    pages
        .iter()
        .try_for_each(|(file, _)| atomic::check_file_target(folder.join(file), args.force))?;
    for (file, text) in &pages {
        atomic::write_file(folder.join(file), text.as_bytes(), args.force)?;
    }
    console.note(format_args!("written   {} pages in {}", pages.len(), folder.display()));
    let names: Vec<&String> = pages.iter().map(|(file, _)| file).collect();
    console.document(|| json!({ "folder": folder.display().to_string(), "files": names }))
}

fn page(command: Command) -> Result<String> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page).map_err(Error::io("the manual page"))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
