//! Reads a data set: one file of this folder for each format. Contents, not names, tell formats.

#[cfg(feature = "cli")]
mod alpha;
pub(crate) mod grey;
pub(crate) mod idx;
pub(crate) mod idx_folder;
pub(crate) mod label_file;
pub(crate) mod listing;
pub(crate) mod mapped;
pub(crate) mod matrix_market;
pub(crate) mod npy;
pub(crate) mod npz;
pub(crate) mod packed;
pub(crate) mod picture_folder;
#[cfg(feature = "cli")]
pub(crate) mod pictures;
pub(crate) mod raw_mnist;
pub(crate) mod sparse;
pub(crate) mod stream;
pub(crate) mod table;

use super::dataset::{Dataset, Part, SourceKind};
use super::photo::{Picture, PictureSize};
use super::pixels::Pixels;
use super::source::{Source, Split};
use crate::error::{DataProblem, Error, Result};
use crate::file_kind::FileKind;
use idx_folder::IdxSet;
use std::path::Path;
use stream::Stream;

/// Loads one source: a folder with IDX files or pictures, or a file of any kind, raw or gzip.
///
/// # Errors
/// [`Error::Io`] if something cannot be read, [`Error::Data`] if it does not hold what it should.
pub fn load(source: &Source) -> Result<Dataset> {
    let mut set = load_as_it_is(source)?;
    check_features(source.path(), &set.pixels)?;
    if let Some(model) = &source.columns().model {
        let remark = set.match_items(&model.items)?;
        set.remarks.extend(remark);
    }
    Ok(set)
}

/// The most features of a row, 2^24: every step of a fit takes several numbers for each.
const MAX_FEATURES: usize = 1 << 24;

/// Refuses rows that are too long for a fit.
fn check_features(path: &Path, pixels: &Pixels) -> Result<()> {
    let (height, width) = (pixels.height(), pixels.width());
    if pixels.n_features() <= MAX_FEATURES {
        return Ok(());
    }
    let what = format!("a row of it has {height} x {width} features");
    Err(Error::data(path, DataProblem::TooLarge { what, limit: "16,777,216 features" }))
}

fn load_as_it_is(source: &Source) -> Result<Dataset> {
    if source.is_stdin() {
        return load_file(source, Stream::stdin()?);
    }
    let path = source.path();
    if !path.metadata().map_err(Error::io(path))?.is_dir() {
        refuse_split(source)?;
        return load_file(source, Stream::open(path)?);
    }
    let listing = listing::list(path)?;
    let sets = idx_folder::find(&listing);
    if sets.is_empty() {
        refuse_split(source)?;
        return picture_folder::load(path, &listing, source.pictures());
    }
    idx_folder::load(source, &sets)
}

/// Loads several sources and joins them in their order. Labels are kept only if all sources have
/// them. Unreadable sources are left out, unless there is no other.
///
/// # Errors
/// Those of [`load`]; [`DataProblem::MixedSizes`] if the images differ in size;
/// [`Error::Parameter`] for no source.
pub fn load_all(sources: &[Source]) -> Result<Dataset> {
    let (mut sets, mut errors) = (Vec::new(), Vec::new());
    for source in sources {
        match load(source) {
            Ok(set) => sets.push(set),
            // A table that does not suit a model is no picture to be left out.
            Err(error) if is_of_rows(&error) => return Err(error),
            Err(error) => errors.push(error),
        }
    }
    if sets.is_empty() && !errors.is_empty() {
        return Err(errors.swap_remove(0));
    }
    let mut set = Dataset::concat(sets)?;
    set.unreadable.extend(errors.into_iter().map(picture_folder::path_and_problem));
    Ok(set)
}

fn is_of_rows(error: &Error) -> bool {
    use DataProblem::{NotANumber, OutOfRange, Ragged, Table, Weight};
    let Error::Data { problem, .. } = error else { return matches!(error, Error::Size { .. }) };
    matches!(
        problem,
        Table(_) | NotANumber { .. } | OutOfRange { .. } | Ragged { .. } | Weight { .. }
    )
}

/// Loads a source and, if it is the training images of a folder that also has test images, those
/// too. The four raw files of MNIST are loaded by the `mnist` crate, everything else by this one.
///
/// # Errors
/// Those of [`load`], of the source first.
pub fn load_with_test(source: &Source) -> Result<(Dataset, Option<Dataset>)> {
    let Some(set) = set_with_test(source) else { return Ok((load(source)?, None)) };
    let (train, test) = idx_folder::load_both(source.path(), &set)?;
    check_features(source.path(), &train.pixels)?;
    Ok((train, Some(test)))
}

/// Whether a source is the training images of a folder that also has test images.
pub fn has_test_split(source: &Source) -> bool {
    set_with_test(source).is_some()
}

/// The one data set of a folder whose training images are named, if it has test images.
fn set_with_test(source: &Source) -> Option<IdxSet> {
    if source.split() == Some(Split::Test) || !source.path().is_dir() {
        return None;
    }
    let mut sets = idx_folder::find(&listing::list(source.path()).ok()?);
    let (_, set) = sets.pop_first()?;
    (sets.is_empty() && set.has_test_images()).then_some(set)
}

/// Stands in for the reader of pictures in a build without the crate that decodes them.
#[cfg(not(feature = "cli"))]
mod pictures {
    use super::stream::Stream;
    use crate::data::photo::Picture;
    use crate::error::{DataProblem, Result};

    pub(crate) fn read(input: Stream) -> Result<Picture> {
        Err(input.wrong(DataProblem::NoPictureReader))
    }

    pub(crate) fn size(input: Stream) -> Result<(usize, usize)> {
        Err(input.wrong(DataProblem::NoPictureReader))
    }
}

fn load_file(source: &Source, input: Stream) -> Result<Dataset> {
    let name = source.path().display().to_string();
    if table::is_utf16(input.head()) {
        return load_table(source, input);
    }
    let missing = &source.columns().missing;
    let (kind, pixels) = match input.kind() {
        FileKind::Idx => (SourceKind::Idx, idx::read_images(input)?),
        FileKind::Picture(_) => return load_picture(name, input, source.pictures()),
        FileKind::Npy => return npy::read(name, input, missing),
        FileKind::Npz => return npz::read(name, input, missing),
        FileKind::MatrixMarket => return matrix_market::read(input)?.into_dataset(&name),
        FileKind::Packed => return packed::read(name, input),
        FileKind::Text => return load_table(source, input),
        _ => return Err(input.unusable()),
    };
    Dataset::new(name, kind, pixels, None)
}

fn load_table(source: &Source, input: Stream) -> Result<Dataset> {
    let name = source.path().display().to_string();
    let content = table::read(input, source.columns())?;
    let n_rows = content.pixels.n_images();
    let part = Part { packed_by: content.rule, ..Part::new(name, 0, n_rows) };
    let kind = SourceKind::Table;
    let set = Dataset::from_parts(vec![part], kind, content.pixels, content.labels)?;
    let (weights, items, ids) = (content.weights, content.items, content.ids);
    Ok(Dataset { weights, items, ids, remarks: content.remarks, ..set })
}

fn load_picture(name: String, input: Stream, size: Option<PictureSize>) -> Result<Dataset> {
    let Picture { pixels, is_shape, made } = pictures::read(input)?.fitted(size)?;
    let part = Part { is_shape, made, ..Part::new(name, 0, 1) };
    Dataset::from_parts(vec![part], SourceKind::Pictures, pixels, None)
}

fn refuse_split(source: &Source) -> Result<()> {
    source.split().map_or(Ok(()), |split| {
        Err(Error::data(source.path(), DataProblem::NotSplit { split: split.name() }))
    })
}

#[cfg(all(test, feature = "cli"))]
mod tests;
