//! NumPy archives (`.npz`): one array, or a sparse matrix as SciPy's `save_npz` leaves it.

mod scipy;
mod zip;

use super::npy;
use super::stream::{MAX_BYTES, Stream};
use crate::data::dataset::Dataset;
use crate::error::{DataProblem, Result};
use std::path::{Path, PathBuf};
use zip::Archive;

/// An opened archive, for readers of its arrays.
struct Arrays {
    path: PathBuf,
    archive: Archive,
}

/// The data set in an archive of one array, or of a sparse matrix of 0 and 1. Errors:
/// [`DataProblem::Npz`] for damage, [`DataProblem::NpzArrays`] for several arrays, those of the
/// array or matrix.
pub(crate) fn read(source: String, mut input: Stream, missing: &[String]) -> Result<Dataset> {
    let bytes = input.whole(MAX_BYTES, "16 GiB")?;
    let archive = Archive::new(bytes).map_err(|what| input.wrong(DataProblem::Npz(what)))?;
    let arrays = Arrays { path: PathBuf::from(&source), archive };
    let names = arrays.names();
    match &names[..] {
        [] => Err(input.wrong(DataProblem::Empty)),
        [name] => npy::read(source, arrays.open(name)?, missing),
        names if scipy::is_sparse(names) => scipy::read(&arrays)?.into_dataset(&source),
        names => Err(input.wrong(DataProblem::NpzArrays(names.join(", ")))),
    }
}

impl Arrays {
    /// The names of all arrays, in the order of the file.
    fn names(&self) -> Vec<String> {
        let members = self.archive.members.iter();
        members.filter_map(|member| Some(member.name.strip_suffix(".npy")?.to_owned())).collect()
    }

    /// The file of an array, to be read like any other.
    fn open(&self, name: &str) -> Result<Stream> {
        let file = format!("{name}.npy");
        let wrong = |what: String| {
            crate::error::Error::data(&self.path, DataProblem::Npz(format!("{file}: {what}")))
        };
        let member = self.archive.members.iter().find(|member| member.name == file);
        let member = member.ok_or_else(|| wrong("it is not there".into()))?;
        let content = self.archive.open(member).map_err(wrong)?;
        Stream::inside(Path::new(&self.path), &file, content, member.len)
    }
}

#[cfg(test)]
mod tests;
