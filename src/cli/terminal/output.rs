//! Where a command's result goes: a file that the user names, or standard output.

use super::console::Console;
use super::failure::Failure;
use crate::error::{Error, Result};
use crate::file_kind::has_ending;
use crate::model_file::atomic;
use std::io::{self, Write};
use std::path::Path;

/// Writes `text` to `file`, in one step, or to standard output.
pub(crate) fn deliver(
    file: Option<&Path>,
    text: &str,
    force: bool,
    console: &Console,
) -> Result<(), Failure> {
    deliver_by(file, &|out| out.write_all(text.as_bytes()), force, console)
}

/// Writes what `write` writes, piece by piece, to `file` or to standard output.
pub(crate) fn deliver_by(
    file: Option<&Path>,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    force: bool,
    console: &Console,
) -> Result<(), Failure> {
    match file {
        None => console.print_by(write),
        Some(path) => {
            atomic::write_file_by(path, force, write)?;
            console.note(format_args!("written   {}", path.display()));
            Ok(())
        }
    }
}

/// Writes `bytes` to `path` in one step and says so.
pub(crate) fn save(
    path: &Path,
    bytes: &[u8],
    force: bool,
    console: &Console,
) -> Result<(), Failure> {
    deliver_by(Some(path), &|out| out.write_all(bytes), force, console)
}

/// Refuses, before the work, a `file` of `flag` that cannot be written as a PNG.
pub(crate) fn check_png(flag: &'static str, file: &Path, force: bool) -> Result<()> {
    if has_ending(file, "png") {
        return atomic::check_file_target(file, force);
    }
    Err(Error::parameter(flag, file.display(), "a file that ends in .png"))
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
