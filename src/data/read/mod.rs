//! From what the user names to a data set: a file for each format. What a file is, its content tells, not its name.

pub(crate) mod grey;
pub(crate) mod idx;
pub(crate) mod idx_folder;
pub(crate) mod input;
pub(crate) mod label_file;
pub(crate) mod listing;
pub(crate) mod mapped;
pub(crate) mod npy;
pub(crate) mod packed;
pub(crate) mod picture_folder;
#[cfg(feature = "cli")]
pub(crate) mod pictures;
pub(crate) mod positioned;
pub(crate) mod table;

use super::dataset::{Dataset, SourceKind};
use super::photo;
use super::source::{Source, Split};
use crate::error::{DataProblem, Error, Result};
use crate::file_kind::FileKind;
use crate::parallel;
use input::Input;

/// Loads one source: a folder with IDX files or pictures, or a file of any kind that is read, raw or gzip.
///
/// # Errors
/// [`Error::Io`] if something cannot be opened or read, [`Error::Data`] if it does not hold what it should.
pub fn load(source: &Source) -> Result<Dataset> {
    if source.is_stdin() {
        return load_file(source, Input::stdin()?);
    }
    let path = source.path();
    if !path.metadata().map_err(Error::io(path))?.is_dir() {
        refuse_split(source)?;
        return load_file(source, Input::open(path)?);
    }
    let listing = listing::list(path)?;
    let sets = idx_folder::find(&listing);
    if sets.is_empty() {
        refuse_split(source)?;
        return picture_folder::load(path, &listing, source.size());
    }
    idx_folder::load(source, &sets)
}

/// Loads several sources and joins them, in their order. Labels are kept only if all sources have them. What cannot be read is left out
/// as long as there is anything else, as a picture in a folder is.
///
/// # Errors
/// As for [`load`]; [`DataProblem::MixedSizes`] if the images differ in size; [`Error::Parameter`] for no source.
pub fn load_all(sources: &[Source]) -> Result<Dataset> {
    let (mut sets, mut errors) = (Vec::new(), Vec::new());
    for source in sources {
        match load(source) {
            Ok(set) => sets.push(set),
            Err(error) => errors.push(error),
        }
    }
    if sets.is_empty() && !errors.is_empty() {
        return Err(errors.swap_remove(0));
    }
    let mut set = Dataset::concat(sets)?;
    set.unreadable.extend(errors.into_iter().map(picture_folder::own_problem));
    Ok(set)
}

/// Loads a source and, if it is the training images of a folder that also has test images, those too. Both at once:
/// a packed file keeps no more than one thread busy.
///
/// # Errors
/// As for [`load`], of the source first.
pub fn load_with_test(source: &Source) -> Result<(Dataset, Option<Dataset>)> {
    if !has_test_split(source) {
        return Ok((load(source)?, None));
    }
    let test = source.clone().with_split(Split::Test);
    let (set, test) = parallel::both(|| load(source), || load(&test));
    Ok((set?, Some(test?)))
}

/// Whether a source is the training images of a folder that also has test images, to score on what was held out.
pub fn has_test_split(source: &Source) -> bool {
    if source.split() == Some(Split::Test) || !source.path().is_dir() {
        return false;
    }
    let sets = listing::list(source.path()).map(|listing| idx_folder::find(&listing));
    sets.is_ok_and(|sets| sets.len() == 1 && sets.values().all(idx_folder::IdxSet::has_test_images))
}

/// Stands in for the reader of pictures in a build without the crate that decodes them.
#[cfg(not(feature = "cli"))]
mod pictures {
    use super::input::Input;
    use crate::data::pixels::Pixels;
    use crate::error::{DataProblem, Result};

    pub(crate) fn read(input: Input) -> Result<Pixels> {
        Err(input.wrong(DataProblem::NoPictureReader))
    }
}

fn load_file(source: &Source, input: Input) -> Result<Dataset> {
    let name = source.path().display().to_string();
    let (kind, pixels) = match input.kind() {
        FileKind::Idx => (SourceKind::Idx, idx::read_images(input)?),
        FileKind::Picture(_) => return load_picture(name, input, source.size()),
        FileKind::Npy => (SourceKind::Npy, npy::read(input)?),
        FileKind::Packed => return packed::read(name, input),
        FileKind::Text => {
            let table::Content { pixels, labels, weights, names } = table::read(input)?;
            let set = Dataset::new(name, SourceKind::Table, pixels, labels)?;
            return Ok(Dataset { weights, names, ..set });
        }
        _ => return Err(input.unusable()),
    };
    Dataset::new(name, kind, pixels, None)
}

fn load_picture(name: String, input: Input, size: Option<(usize, usize)>) -> Result<Dataset> {
    let (picture, is_prepared) = photo::fitted(pictures::read(input)?, size)?;
    let mut set = Dataset::new(name, SourceKind::Pictures, picture, None)?;
    set.parts.iter_mut().for_each(|part| part.is_prepared = is_prepared);
    Ok(set)
}

fn refuse_split(source: &Source) -> Result<()> {
    match source.split() {
        Some(split) => {
            Err(Error::data(source.path(), DataProblem::NotSplit { split: split.name() }))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
