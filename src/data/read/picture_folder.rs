//! Folders of pictures: first the folder itself, then its sub-folders, whose names are the labels.

use super::listing::{self, Listing};
use super::{idx_folder, pictures, stream::Stream};
use crate::data::dataset::{Dataset, Part, SourceKind};
use crate::data::photo::{Fitting, Made, Picture, PictureSize};
use crate::data::{labels::Labels, pixels::Pixels};
use crate::error::{DataProblem, Error, Result};
use crate::file_kind::{self, FileKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is suggested where no two pictures are of one size: that of MNIST.
const USUAL_SIZE: (usize, usize) = (28, 28);
/// The most folders that are looked into for the pictures that a user may mean.
const MAX_FOLDERS: usize = 1000;

/// The pictures read so far, all of one size.
#[derive(Default)]
struct Album {
    pixels: Option<Pixels>,
    parts: Vec<Part>,
    /// What pictures are made into.
    size: Option<PictureSize>,
    /// For each of them the name of its sub-folder; blank for one beside the sub-folders.
    labels: Vec<String>,
    /// Folders inside of sub-folders, and those of runs.
    passed_over: Vec<PathBuf>,
    idx_folders: Vec<PathBuf>,
    /// Files that are no pictures, for the message if nothing else is there.
    others: Vec<PathBuf>,
    /// Pictures that cannot be read, each with its problem.
    unreadable: Vec<(PathBuf, DataProblem)>,
    /// The first picture of another size, and its size.
    odd: Option<(PathBuf, (usize, usize))>,
    /// From it on, how many pictures have which size, height first.
    sizes: BTreeMap<(usize, usize), usize>,
}

/// Every picture of a folder and of its sub-folders, sorted by name. Files that are no pictures are
/// passed over. Unreadable ones go to [`Dataset::unreadable`], folders further below to
/// [`Dataset::passed_over`].
///
/// Pictures of another `size` are made into images of it. If some are cut out, all are, also those
/// of that size: else the clusters would tell pictures that were cut out from the others.
///
/// # Errors
/// [`DataProblem`]: no picture at all, none that can be read, two that differ in size.
pub(crate) fn load(folder: &Path, listing: &Listing, size: Option<PictureSize>) -> Result<Dataset> {
    if listing.is_run() {
        return Err(Error::data(folder, DataProblem::RunFolder));
    }
    let set = Album::of(listing, size)?.into_dataset(folder)?;
    match size.filter(|size| size.fitting == Fitting::OthersCutOut && has_photos(&set)) {
        Some(size) => {
            let size = PictureSize { fitting: Fitting::AllCutOut, ..size };
            Album::of(listing, Some(size))?.into_dataset(folder)
        }
        None => Ok(set),
    }
}

/// Whether some pictures were cut out, or show paper inside of a frame.
fn has_photos(set: &Dataset) -> bool {
    let is_cut_out = |part: &Part| matches!(part.made, Made::CutOut(_));
    set.parts.iter().any(is_cut_out) || !set.framed().is_empty()
}

impl Album {
    fn of(listing: &Listing, size: Option<PictureSize>) -> Result<Self> {
        let mut album = Self { size, ..Self::default() };
        listing.files.iter().try_for_each(|path| album.add(path, ""))?;
        listing.folders.iter().try_for_each(|folder| album.add_folder(folder))?;
        Ok(album)
    }

    fn add_folder(&mut self, folder: &Path) -> Result<()> {
        let listing = match listing::list(folder) {
            Ok(listing) => listing,
            Err(error) => {
                self.unreadable.push(path_and_problem(error));
                return Ok(());
            }
        };
        if listing.is_run() {
            self.passed_over.push(folder.to_path_buf());
            return Ok(());
        }
        if !idx_folder::find(&listing).is_empty() {
            self.idx_folders.push(folder.to_path_buf());
        }
        let label = listing::name(folder);
        self.passed_over.extend(listing.folders);
        listing.files.iter().try_for_each(|path| self.add(path, &label))
    }

    fn add(&mut self, path: &Path, label: &str) -> Result<()> {
        if self.odd.is_some() {
            let size = Stream::open(path).and_then(pictures::size);
            size.into_iter().for_each(|size| self.count(size, 1));
            return Ok(());
        }
        match picture(path) {
            Ok(Some(picture)) => return self.push(path, picture, label),
            Ok(None) => self.others.push(path.to_path_buf()),
            Err(problem) => self.unreadable.push((path.to_path_buf(), problem)),
        }
        Ok(())
    }

    fn push(&mut self, path: &Path, picture: Picture, label: &str) -> Result<()> {
        let Picture { pixels: picture, is_shape, made } = picture.fitted(self.size)?;
        super::check_features(path, &picture)?;
        let size = (picture.height(), picture.width());
        let n_before = self.parts.len();
        let own = match &mut self.pixels {
            Some(pixels) => {
                let own = (pixels.height(), pixels.width());
                if pixels.append(&picture) { size } else { own }
            }
            pixels => {
                *pixels = Some(picture);
                size
            }
        };
        if own != size {
            self.count(own, n_before);
            self.count(size, 1);
            self.odd = Some((path.to_path_buf(), size));
            return Ok(());
        }
        let part = Part::new(path.display().to_string(), self.parts.len(), 1);
        self.parts.push(Part { is_shape, made, ..part });
        self.labels.push(label.to_owned());
        Ok(())
    }

    fn count(&mut self, size: (usize, usize), n: usize) {
        *self.sizes.entry(size).or_default() += n;
    }

    /// Refuses pictures of several sizes, and says which is the most frequent.
    fn check_sizes(&self) -> Result<()> {
        let (Some((path, size)), Some(pixels)) = (&self.odd, &self.pixels) else { return Ok(()) };
        let most = self.sizes.iter().max_by_key(|(_, n)| **n).filter(|(_, n)| **n > 1);
        let problem = DataProblem::PictureSizes {
            size: *size,
            other: self.parts.first().map(|part| part.source.clone()).unwrap_or_default(),
            other_size: (pixels.height(), pixels.width()),
            common: most.map_or(USUAL_SIZE, |(size, _)| *size),
        };
        Err(Error::data(path, problem))
    }

    fn into_dataset(self, folder: &Path) -> Result<Dataset> {
        self.check_sizes()?;
        let Some(pixels) = self.pixels else {
            let (path, problem) = self.unreadable.into_iter().next().unwrap_or_else(|| {
                let problem = nothing(&self.others, &self.passed_over, &self.idx_folders);
                (folder.to_path_buf(), problem)
            });
            return Err(Error::data(path, problem));
        };
        let any_labelled = self.labels.iter().any(|label| !label.is_empty());
        let labels = any_labelled.then(|| Labels::from_names(&self.labels));
        let set = Dataset::from_parts(self.parts, SourceKind::Pictures, pixels, labels)?;
        Ok(Dataset { unreadable: self.unreadable, passed_over: self.passed_over, ..set })
    }
}

pub(crate) fn path_and_problem(error: Error) -> (PathBuf, DataProblem) {
    match error {
        Error::Data { path, problem } => (path, problem),
        Error::Io { path, source } => (path, DataProblem::Unreadable(source.to_string())),
        other => (PathBuf::new(), DataProblem::Unreadable(other.to_string())),
    }
}

/// The picture at `path`, or `None` if the file is none and not named like one.
fn picture(path: &Path) -> Result<Option<Picture>, DataProblem> {
    let read = || {
        let input = Stream::open(path)?;
        match input.kind() {
            FileKind::Picture(_) => pictures::read(input).map(Some),
            FileKind::Foreign(name) if name.ends_with(" picture") => Err(input.unusable()),
            _ if is_named_like_a_picture(path) => Err(input.unusable()),
            _ => Ok(None),
        }
    };
    read().map_err(|error| path_and_problem(error).1)
}

fn nothing(others: &[PathBuf], passed_over: &[PathBuf], idx_folders: &[PathBuf]) -> DataProblem {
    if let ([], Some(folder)) = (idx_folders, with_pictures(passed_over)) {
        return DataProblem::PicturesBelow(folder.display().to_string());
    }
    let seen = match (idx_folders, others) {
        ([first, ..], _) => format!("the IDX files are in {}", first.display()),
        ([], []) => "the folder has no files".into(),
        ([], [first, ..]) => {
            let (n, first) = (others.len(), listing::name(first));
            format!("no file is a picture or named like IDX ({n} in all, such as {first})")
        }
    };
    DataProblem::NothingUsable(seen)
}

/// The first of `folders`, and of those in them, that holds a file named like a picture. If there
/// are others beside it, their names may be labels: then it is the folder around them.
fn with_pictures(folders: &[PathBuf]) -> Option<PathBuf> {
    let mut waiting: Vec<PathBuf> = folders.iter().rev().cloned().collect();
    for _ in 0..MAX_FOLDERS {
        let folder = waiting.pop()?;
        let Ok(listing) = listing::list(&folder) else { continue };
        if listing.files.iter().any(|path| is_named_like_a_picture(path)) {
            let around = folder.parent().map(Path::to_path_buf);
            let has_others = |around: &PathBuf| {
                listing::list(around).is_ok_and(|listing| listing.folders.len() > 1)
            };
            return around.filter(has_others).or(Some(folder));
        }
        waiting.extend(listing.folders.into_iter().rev());
    }
    None
}

/// Whether the name promises a picture. Then other content is a problem worth reporting.
fn is_named_like_a_picture(path: &Path) -> bool {
    const ENDINGS: [&str; 11] =
        ["png", "jpg", "jpeg", "bmp", "pnm", "pbm", "pgm", "ppm", "pam", "gif", "webp"];
    ENDINGS.iter().any(|ending| file_kind::has_ending(path, ending))
}
