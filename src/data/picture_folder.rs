//! Folders of pictures: those in the folder itself, then those in each of its sub-folders, whose names are the labels.

use super::dataset::{Dataset, SourceKind};
use super::input::Input;
use super::labels::Labels;
use super::listing::{self, Listing};
use super::pictures;
use super::pixels::Pixels;
use super::sniff::{self, Content};
use crate::error::{DataProblem, Error, Result};
use std::path::{Path, PathBuf};

/// The pictures read so far, all of one size.
#[derive(Default)]
struct Album {
    pixels: Option<Pixels>,
    files: Vec<PathBuf>,
    labels: Vec<String>,
    /// Files that are no pictures, for the message if nothing else is there.
    others: Vec<PathBuf>,
}

/// Every picture of a folder and of its sub-folders, sorted by name; files that are no pictures are passed over.
///
/// # Errors
/// [`DataProblem`]: no picture at all, one that cannot be read, two that differ in size.
pub(super) fn load(folder: &Path, listing: &Listing) -> Result<Dataset> {
    let mut album = Album::default();
    for path in &listing.files {
        album.add(path, None)?;
    }
    for sub_folder in &listing.folders {
        let label = listing::name(sub_folder);
        for path in listing::list(sub_folder)?.files {
            album.add(&path, Some(&label))?;
        }
    }
    album.into_dataset(folder)
}

impl Album {
    fn add(&mut self, path: &Path, label: Option<&str>) -> Result<()> {
        let input = Input::open(path)?;
        match sniff::content(input.head()) {
            Content::Picture => self.push(path, pictures::read(input)?, label),
            other if is_named_like_a_picture(path) => Err(input.wrong(sniff::problem(other))),
            _ => {
                self.others.push(path.to_path_buf());
                Ok(())
            }
        }
    }

    fn push(&mut self, path: &Path, picture: Pixels, label: Option<&str>) -> Result<()> {
        let size = picture.size_text();
        match (&mut self.pixels, self.files.first()) {
            (Some(pixels), Some(first)) => {
                if !pixels.append(&picture) {
                    let (other, other_size) = (first.display().to_string(), pixels.size_text());
                    return Err(Error::data(
                        path,
                        DataProblem::MixedSizes { size, other, other_size },
                    ));
                }
            }
            (pixels, _) => *pixels = Some(picture),
        }
        self.files.push(path.to_path_buf());
        self.labels.extend(label.map(str::to_owned));
        Ok(())
    }

    fn into_dataset(self, folder: &Path) -> Result<Dataset> {
        let Some(pixels) = self.pixels else {
            return Err(Error::data(folder, nothing(&self.others)));
        };
        // Pictures beside the sub-folders belong to no class, so then there are no labels.
        let all_labelled = self.labels.len() == self.files.len();
        let labels = all_labelled.then(|| Labels::from_names(&self.labels));
        let names = self.files.iter().map(|path| (path.display().to_string(), 1));
        Dataset::of_parts(names, SourceKind::Pictures, pixels, labels)
    }
}

fn nothing(others: &[PathBuf]) -> DataProblem {
    match others {
        [] => DataProblem::NothingUsable { seen: "the folder has no files".into() },
        [first, ..] => {
            let (n, first) = (others.len(), listing::name(first));
            let seen =
                format!("no file is a picture or named like IDX ({n} in all, such as {first})");
            DataProblem::NothingUsable { seen }
        }
    }
}

/// A name that promises a picture: if the content is none, the user should hear of it.
fn is_named_like_a_picture(path: &Path) -> bool {
    const EXTENSIONS: [&str; 9] = ["png", "jpg", "jpeg", "bmp", "pnm", "pbm", "pgm", "ppm", "pam"];
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    EXTENSIONS.contains(&extension.as_str())
}
