//! What a folder holds, in an order that does not depend on the file system.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// The entries of a folder, sorted by name.
#[derive(Default)]
pub(crate) struct Listing {
    /// Plain files and links to them. Links that lead nowhere too: opening one gives the error.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) folders: Vec<PathBuf>,
}

impl Listing {
    /// Whether it is the folder of a run: its pictures are those of a model.
    pub(crate) fn is_run(&self) -> bool {
        self.files.iter().any(|path| name(path) == "model.bmm")
    }
}

/// The entries of `folder`; hidden ones, and those that are neither file nor folder, are left out.
pub(crate) fn list(folder: &Path) -> Result<Listing> {
    let mut listing = Listing::default();
    for entry in folder.read_dir().map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        if name(&path).starts_with('.') {
            continue;
        }
        match path.metadata() {
            Ok(meta) if meta.is_dir() => listing.folders.push(path),
            Ok(meta) if !meta.is_file() => {}
            Ok(_) | Err(_) => listing.files.push(path),
        }
    }
    listing.files.sort_unstable();
    listing.folders.sort_unstable();
    Ok(listing)
}

pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
