//! Files and run folders that appear whole or not at all. Everything is written under a temporary
//! name beside the target, synced and renamed. A failure leaves nothing behind, folders made on the
//! way included. Only a killed process can leave a `.bmm-*.tmp` sibling.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

use crate::error::{Error, Result};
use crate::parallel;

mod parents;
#[cfg(test)]
mod tests;

use parents::{Parents, parent_of, sync_folder};

/// Everything that stands in a run folder. A folder that holds anything else is never replaced.
pub const RUN_ENTRIES: [&str; 9] = [
    "model.bmm",
    "means",
    "means.png",
    "history.csv",
    "run.json",
    "report.html",
    "sweep.csv",
    "sweep.png",
    "sweep.svg",
];

/// What a desktop leaves in folders it shows; no reason to keep a run folder.
const DESKTOP_ENTRIES: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

type Contents<'a> = &'a dyn Fn(&mut dyn Write) -> io::Result<()>;

/// Writes `bytes` to `path`, whole or not at all; missing parent folders are made. A device, a pipe
/// or a standard stream of the process is written to as it is, `force` or not. Errors:
/// [`Error::Exists`] if there is something at `path` and no `force`, even if it appeared a moment
/// ago; [`Error::Io`] for what the operating system refuses. What was there stays.
pub fn write_file(path: impl AsRef<Path>, bytes: &[u8], force: bool) -> Result<()> {
    write_file_by(path, force, &|out| out.write_all(bytes))
}

/// Writes to `path` what `write` gives, piece by piece, as [`write_file`] does. Errors: as
/// [`write_file`], and those of `write`.
pub fn write_file_by(path: impl AsRef<Path>, force: bool, write: Contents) -> Result<()> {
    let path = path.as_ref();
    if is_stream(path) {
        return write_stream(path, write).map_err(Error::io(path));
    }
    admit_file(path, force)?;
    let target = followed(path);
    let parents = Parents::make(parent_of(&target))?;
    let temporary = temporary_file(&target, write).map_err(Error::io(path))?;
    let placed =
        if force { temporary.persist(&target) } else { temporary.persist_noclobber(&target) };
    placed.map_err(|refused| match refused.error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => Error::io(path)(refused.error),
    })?;
    parents.keep(&target);
    Ok(())
}

/// Writes the folder `path` with `files`, whole or not at all; missing parent folders are made. A
/// file is a relative name (slashes make sub-folders) and its bytes. An empty folder at `path`
/// counts as none. A run folder ([`RUN_ENTRIES`], `model.bmm` among them) is swapped for the new
/// one in one step, where the system can, and then removed. Errors: [`Error::Exists`] and
/// [`Error::Irreplaceable`] as [`check_folder_target`] says; [`Error::Io`] for what the operating
/// system refuses, and for a name that leads out of the folder. What was there is as it was.
pub fn write_folder(
    path: impl AsRef<Path>,
    files: &[(String, Vec<u8>)],
    force: bool,
) -> Result<()> {
    write_kind(Kind::Run, path.as_ref(), files, force)
}

/// Writes the folder `path` with `pictures` (PNG), named drawn-000.png, drawn-001.png and so on. It
/// does so as [`write_folder`]. With `force` it replaces a folder that holds such pictures and
/// nothing else. Errors: as [`write_folder`].
pub fn write_pictures(path: impl AsRef<Path>, pictures: Vec<Vec<u8>>, force: bool) -> Result<()> {
    let files: Vec<_> = picture_names(pictures.len()).zip(pictures).collect();
    write_kind(Kind::Pictures, path.as_ref(), &files, force)
}

/// In order, and sorted by name: all of one length, three digits at least.
fn picture_names(n: usize) -> impl Iterator<Item = String> {
    let digits = n.saturating_sub(1).to_string().len().max(3);
    (0..n).map(move |i| format!("drawn-{i:0digits$}.png"))
}

fn write_kind(kind: Kind, path: &Path, files: &[(String, Vec<u8>)], force: bool) -> Result<()> {
    let occupant = admit(kind, path, force)?;
    let target = followed(path);
    let parents = Parents::make(parent_of(&target))?;
    let temporary = temporary_folder(&target).map_err(Error::io(path))?;
    // Side by side: a disk makes several files durable in little more than the time that one takes.
    parallel::try_map(files, |(name, bytes)| {
        add_file(temporary.path(), name, bytes).map_err(Error::io(path.join(name)))
    })?;
    sync_tree(temporary.path()).map_err(Error::io(path))?;
    install(temporary, &target, occupant).map_err(|error| match error.kind() {
        ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => exists(path),
        _ => Error::io(path)(error),
    })?;
    parents.keep(&target);
    Ok(())
}

/// Whether [`write_folder`] could write `path` now: ask before long work, not after it. Errors:
/// [`Error::Exists`] for a run folder without `force`; [`Error::Irreplaceable`] for a file, a
/// folder that holds anything else, the current folder or a mount point; [`Error::Io`] if no folder
/// can be made beside it.
pub fn check_folder_target(path: impl AsRef<Path>, force: bool) -> Result<()> {
    let path = path.as_ref();
    admit(Kind::Run, path, force)?;
    try_beside(path)
}

/// Whether [`write_file`] could write `path` now: ask before long work. Errors: as [`write_file`];
/// nothing is written, and a folder made to try is gone again.
pub fn check_file_target(path: impl AsRef<Path>, force: bool) -> Result<()> {
    let path = path.as_ref();
    if is_stream(path) {
        return Ok(());
    }
    admit_file(path, force)?;
    try_beside(path)
}

/// Makes an empty temporary folder beside `path`, which is gone again when this returns.
fn try_beside(path: &Path) -> Result<()> {
    let target = followed(path);
    let _parents = Parents::make(parent_of(&target))?;
    temporary_folder(&target).map(drop).map_err(Error::io(path))
}

/// What is there may go only with `force`.
fn admit_file(path: &Path, force: bool) -> Result<()> {
    let is_free = force || path.symlink_metadata().is_err();
    if is_free { Ok(()) } else { Err(exists(path)) }
}

fn exists(path: &Path) -> Error {
    Error::Exists { path: path.to_path_buf() }
}

/// Whether `path` is something to write into rather than to replace. A shell may have pointed a
/// standard stream at a regular file, so these are known by their names.
fn is_stream(path: &Path) -> bool {
    let standard = ["/dev/stdout", "/dev/stderr"].iter().any(|name| path == Path::new(name));
    let special = fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir());
    standard || path.starts_with("/dev/fd") || special
}

/// Appends, because a shell's `>>` must keep what is there; devices and pipes do not care.
fn write_stream(path: &Path, write: Contents) -> io::Result<()> {
    let mut stream = OpenOptions::new().append(true).open(path)?;
    write(&mut stream)?;
    stream.flush()
}

/// Where a link leads, so that it is its target that is replaced.
fn followed(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

fn temporary_name() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".bmm-").suffix(".tmp");
    builder
}

/// A synced file beside `target`, with the permissions of the file that it replaces, if it does.
fn temporary_file(target: &Path, write: Contents) -> io::Result<NamedTempFile> {
    let mut builder = temporary_name();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
    let mut file = builder.tempfile_in(parent_of(target))?;
    write(&mut file)?;
    if let Ok(old) = fs::metadata(target) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

fn temporary_folder(target: &Path) -> io::Result<TempDir> {
    temporary_name().tempdir_in(parent_of(target))
}

fn add_file(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let inside = |part| matches!(part, Component::Normal(_));
    if name.is_empty() || !Path::new(name).components().all(inside) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "the name leads out of the folder"));
    }
    let full = folder.join(name);
    fs::create_dir_all(parent_of(&full))?;
    let mut file = File::create_new(full)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Syncs `folder` and the folders in it; the files in them are synced already.
fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        }
    }
    sync_folder(folder)
}

/// What a folder holds: only one of the same kind may take its place.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Run,
    Pictures,
}

impl Kind {
    /// Whether a folder with these entries is of this kind.
    fn fits(self, names: &[String]) -> bool {
        match self {
            Self::Run => is_run(names),
            Self::Pictures => are_pictures(names),
        }
    }
}

/// What stands where a folder is to be written, and may go.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Occupant {
    Nothing,
    EmptyFolder,
    SameKind,
}

/// What stands at `path`, if it may be replaced.
fn admit(kind: Kind, path: &Path, force: bool) -> Result<Occupant> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Occupant::Nothing),
        Err(error) => return Err(Error::io(path)(error)),
        Ok(_) => {}
    }
    let irreplaceable = |why| Err(Error::Irreplaceable { path: path.to_path_buf(), why });
    if !path.is_dir() {
        return irreplaceable("is a file, not a folder");
    }
    if is_pinned(path) {
        return irreplaceable("is the current folder or a mount point");
    }
    let names = entry_names(path).map_err(Error::io(path))?;
    match (kind, kind.fits(&names)) {
        _ if names.is_empty() => Ok(Occupant::EmptyFolder),
        (Kind::Run, false) => irreplaceable("holds more than a run of bmm"),
        (Kind::Pictures, false) => irreplaceable("holds more than drawn pictures"),
        _ if force => Ok(Occupant::SameKind),
        _ => Err(exists(path)),
    }
}

/// A mount point cannot give way, and a shell in the current folder would see the old one.
fn is_pinned(path: &Path) -> bool {
    let target = followed(path);
    std::env::current_dir().is_ok_and(|here| followed(&here) == target) || is_mount_point(&target)
}

/// Whether a file system is mounted at `folder`. Where the system does not tell, renaming fails.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_mount_point(folder: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    statx(CWD, folder, AtFlags::empty(), StatxFlags::empty())
        .is_ok_and(|about| about.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_mount_point(_folder: &Path) -> bool {
    false
}

fn entry_names(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder)?.map(|e| Ok(e?.file_name().to_string_lossy().into_owned())).collect()
}

fn is_run(names: &[String]) -> bool {
    let known = |name: &&str| RUN_ENTRIES.contains(name) || DESKTOP_ENTRIES.contains(name);
    names.iter().any(|name| name == "model.bmm") && names.iter().all(|name| known(&name.as_str()))
}

/// Whether these are all of the names that [`write_pictures`] gives to as many pictures.
fn are_pictures(names: &[String]) -> bool {
    let is_own = |name: &&String| !DESKTOP_ENTRIES.contains(&name.as_str());
    let mut names: Vec<_> = names.iter().filter(is_own).cloned().collect();
    names.sort_unstable();
    !names.is_empty() && picture_names(names.len()).eq(names)
}

/// Puts the finished folder in place of `occupant`, and the old one away.
fn install(temporary: TempDir, target: &Path, occupant: Occupant) -> io::Result<()> {
    if let Ok(old) = fs::metadata(target) {
        fs::set_permissions(temporary.path(), old.permissions())?;
    }
    if occupant == Occupant::SameKind {
        exchange(temporary.path(), target)?;
        return temporary.close(); // by now the old one
    }
    if cfg!(not(unix)) && occupant == Occupant::EmptyFolder {
        fs::remove_dir(target)?;
    }
    // Replaces nothing or an empty folder; fails if another process has filled it since.
    fs::rename(temporary.path(), target)?;
    let _renamed_away = temporary.keep();
    Ok(())
}

/// Lets two folders change places, in one step where the system has one.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => exchange_by_turns(new, old),
        exchanged => Ok(exchanged?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    exchange_by_turns(new, old)
}

/// Lets two folders change places in three renames. If the second fails, the first is taken back.
fn exchange_by_turns(new: &Path, old: &Path) -> io::Result<()> {
    let aside = temporary_folder(old)?;
    let free = aside.path().join("old");
    fs::rename(old, &free)?;
    if let Err(error) = fs::rename(new, old) {
        fs::rename(&free, old)?;
        return Err(error);
    }
    fs::rename(&free, new)
}
