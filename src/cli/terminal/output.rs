//! Where a command's result goes: a file that the user names, or standard output.

use super::console::Console;
use super::failure::Failure;
use crate::error::{Error, Result};
use crate::file_kind::has_ending;
use crate::model_file::atomic;
use std::io::{self, Write};
use std::path::Path;

/// Writes `bytes` to `file`, in one step, or to standard output.
pub(crate) fn deliver(
    file: Option<&Path>,
    bytes: impl AsRef<[u8]>,
    force: bool,
    console: &Console,
) -> Result<(), Failure> {
    deliver_by(file, &|out| out.write_all(bytes.as_ref()), force, console)
}

/// Writes what `write` writes, piece by piece, to `file` or to standard output.
pub(crate) fn deliver_by(
    file: Option<&Path>,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    force: bool,
    console: &Console,
) -> Result<(), Failure> {
    let Some(path) = file else { return console.print_by(write) };
    atomic::write_file_by(path, force, write)?;
    console.note(format_args!("written   {}", path.display()));
    Ok(())
}

/// Refuses, before the work, a `file` of `flag` with none of the `endings`.
pub(crate) fn check_ending(flag: &'static str, file: &Path, endings: &[&str]) -> Result<()> {
    if endings.iter().any(|ending| has_ending(file, ending)) {
        return Ok(());
    }
    let dotted: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
    let allowed = match &dotted[..] {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => dotted.concat(),
    };
    Err(Error::parameter(flag, file.display(), format!("a file that ends in {allowed}")))
}

/// Comma-separated values, quoted where needed, with a head if there is one.
pub(crate) fn csv(
    head: &[impl AsRef<[u8]>],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<String> {
    let wrong = |e: &dyn std::fmt::Display| Error::io("CSV")(std::io::Error::other(e.to_string()));
    let mut writer = csv::Writer::from_writer(Vec::new());
    if !head.is_empty() {
        writer.write_record(head).map_err(|e| wrong(&e))?;
    }
    for row in rows {
        writer.write_record(&row).map_err(|e| wrong(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| wrong(&e))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
