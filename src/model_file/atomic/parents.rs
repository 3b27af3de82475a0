//! The folders above a new file: made on the way, and removed or synced as the file is.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

pub(super) fn parent_of(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the names in `folder` durable. Some systems cannot, which is no failure of the run.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

/// Parent folders made for a new file; removed again unless they are kept.
pub(super) struct Parents {
    made: Vec<PathBuf>,
}

impl Parents {
    /// Makes what is missing of `folder`.
    pub(super) fn make(folder: &Path) -> Result<Self> {
        let mut parents = Self { made: Vec::new() };
        let missing = |part: &&Path| !part.as_os_str().is_empty() && !part.exists();
        let missing: Vec<_> = folder.ancestors().take_while(missing).collect();
        for part in missing.into_iter().rev() {
            match fs::create_dir(part) {
                Ok(()) => parents.made.push(part.to_path_buf()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::io(part)(error)),
            }
        }
        Ok(parents)
    }

    /// Keeps the folders, and makes their names and that of `target` durable. The file is in place
    /// already, so a system that refuses is no reason to call it missing.
    pub(super) fn keep(mut self, target: &Path) {
        let made = std::mem::take(&mut self.made);
        for name in made.iter().map(PathBuf::as_path).chain([target]) {
            let _ = sync_folder(parent_of(name));
        }
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        for part in self.made.iter().rev() {
            let _ = fs::remove_dir(part); // refuses, rightly, if someone has put something in
        }
    }
}
