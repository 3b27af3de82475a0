//! Where a command's result goes: a file that the user names, or standard output.

use super::console::{Console, Contents, buffered};
use super::failure::Failure;
use crate::error::{Error, Result};
use crate::file_kind::has_ending;
use crate::model_file::atomic;
use crate::parallel;
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
    write: Contents,
    force: bool,
    console: &Console,
) -> Result<(), Failure> {
    let Some(path) = file else { return console.print_by(write) };
    atomic::write_file_by(path, force, &|out| buffered(out, write))?;
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

/// Writes what `text` makes of the rows of `parts`, in their order. It gets the place of the first
/// of some rows and these. Threads share the rows of a part, so a part should be large, and a row
/// must be told by itself.
pub(crate) fn write_parts<R: Sync>(
    out: &mut dyn Write,
    parts: impl Iterator<Item = Vec<R>>,
    text: impl Fn(usize, &[R]) -> io::Result<Vec<u8>> + Sync,
) -> io::Result<()> {
    /// Of a part for each thread: rows do not take the same time.
    const SHARES: usize = 4;
    /// Rows of a share: what is needed on the way to the text, such as a table, takes memory.
    const MOST: usize = 512;
    let mut n_before = 0;
    for part in parts {
        let size = part.len().div_ceil(SHARES * parallel::n_threads()).clamp(1, MOST);
        let shares = part.chunks(size).zip((n_before..).step_by(size));
        let texts = parallel::try_map(shares, |(rows, first)| text(first, rows))?;
        texts.iter().try_for_each(|text| out.write_all(text))?;
        n_before += part.len();
    }
    Ok(())
}

/// Lines of comma-separated values, quoted where needed.
pub(crate) fn csv(
    rows: impl IntoIterator<Item = impl IntoIterator<Item = impl AsRef<str>>>,
) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        row.into_iter().try_for_each(|cell| writer.write_field(cell.as_ref()))?;
        writer.write_record(None::<&[u8]>)?;
    }
    writer.into_inner().map_err(|unfinished| unfinished.into_error())
}
