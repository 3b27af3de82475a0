//! Folders with the IDX files of MNIST and its relatives, told apart by their names: a data set (`emnist-letters`), a
//! split (`train`, `t10k` or `test`), and `images` or `labels`.

use super::idx;
use super::input::Input;
use super::listing::{self, Listing};
use crate::data::dataset::{Dataset, SourceKind};
use crate::data::labels::Labels;
use crate::data::pixels::Pixels;
use crate::data::source::{Source, Split};
use crate::error::{DataProblem, Error, Result};
use crate::file_kind::FileKind;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of one split.
#[derive(Default)]
struct Files {
    images: Option<PathBuf>,
    labels: Option<PathBuf>,
}

/// The files of one data set.
#[derive(Default)]
pub(crate) struct IdxSet {
    train: Files,
    test: Files,
}

impl IdxSet {
    fn split(&self, split: Split) -> &Files {
        match split {
            Split::Train => &self.train,
            Split::Test => &self.test,
        }
    }

    /// Whether there are images held out.
    pub(crate) fn has_test_images(&self) -> bool {
        self.test.images.is_some()
    }
}

/// The data sets among the files of a folder, by name; the name of MNIST's own files is empty.
pub(crate) fn find(listing: &Listing) -> BTreeMap<String, IdxSet> {
    let mut sets = BTreeMap::<String, IdxSet>::new();
    for path in &listing.files {
        let name = listing::name(path).to_lowercase();
        let raw_name = name.strip_suffix(".gz").unwrap_or(&name);
        let Some((set, split, is_images)) = roles(raw_name) else { continue };
        let set = sets.entry(set.to_owned()).or_default();
        let files = if split == Split::Test { &mut set.test } else { &mut set.train };
        let slot = if is_images { &mut files.images } else { &mut files.labels };
        // Where a file is there both raw and packed, raw loads faster.
        if slot.is_none() || raw_name == name {
            *slot = Some(path.clone());
        }
    }
    sets
}

/// Data set, split and whether it holds images, from the lower-case name of an IDX file.
fn roles(name: &str) -> Option<(&str, Split, bool)> {
    let idx = name.rfind("idx")?;
    let name = name.get(..idx)?;
    let images = name.rfind("images");
    let kind = images.or_else(|| name.rfind("labels"))?;
    let splits = [("train", Split::Train), ("t10k", Split::Test), ("test", Split::Test)];
    let found = splits.iter().filter_map(|&(word, split)| Some((name.rfind(word)?, split)));
    let (at, split) = found.max_by_key(|&(at, _)| at)?;
    let set = name.get(..at.min(kind))?.trim_end_matches(['-', '_', '.', ' ']);
    Some((set, split, images.is_some()))
}

/// The split asked for of the one data set in `sets`, or its training images.
pub(crate) fn load(source: &Source, sets: &BTreeMap<String, IdxSet>) -> Result<Dataset> {
    let folder = source.path();
    let split = source.split().unwrap_or(Split::Train);
    let Some(set) = sets.values().next().filter(|_| sets.len() == 1) else {
        let name = |name: &String| if name.is_empty() { "mnist".into() } else { name.clone() };
        let names: Vec<String> = sets.keys().map(name).collect();
        let problem = DataProblem::SeveralDataSets { names: names.join(", ") };
        return Err(Error::data(folder, problem));
    };
    let part = Source::new(folder).with_split(split).to_string();
    let (pixels, labels) = read(folder, set.split(split), split)?;
    Dataset::new(part, SourceKind::Idx, pixels, labels)
}

fn read(folder: &Path, files: &Files, split: Split) -> Result<(Pixels, Option<Labels>)> {
    let Some(images) = &files.images else {
        let why = if files.labels.is_some() {
            "its labels are there, its images are not"
        } else {
            "no file of it is there"
        };
        let problem = DataProblem::NoSplit { split: split.name(), why: why.into() };
        return Err(Error::data(folder, problem));
    };
    // Labels are small and their damage should show before minutes go into the images.
    let codes = files.labels.as_deref().map(|path| idx::read_labels(open(path)?)).transpose()?;
    let pixels = idx::read_images(open(images)?)?;
    let labels = codes.map(|codes| Labels::from_codes(&codes));
    if let (Some(labels), Some(path)) = (&labels, &files.labels) {
        let (labels, images) = (labels.len(), pixels.n_images());
        if labels != images {
            return Err(Error::data(path, DataProblem::LabelCount { labels, images }));
        }
    }
    Ok((pixels, labels))
}

/// Opens a file that is named like IDX and says what it is if it is not.
fn open(path: &Path) -> Result<Input> {
    let input = Input::open(path)?;
    match input.kind() {
        FileKind::Idx => Ok(input),
        _ => Err(input.unusable()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_mnist_and_its_relatives_are_understood() {
        for (name, set, split, is_images) in [
            ("train-images-idx3-ubyte", "", Split::Train, true),
            ("t10k-labels-idx1-ubyte", "", Split::Test, false),
            ("train-images.idx3-ubyte", "", Split::Train, true),
            ("emnist-letters-test-images-idx3-ubyte", "emnist-letters", Split::Test, true),
            ("kmnist-train-labels-idx1-ubyte", "kmnist", Split::Train, false),
        ] {
            assert_eq!(roles(name), Some((set, split, is_images)), "{name}");
        }
    }

    #[test]
    fn other_names_are_passed_over() {
        for name in
            ["readme.txt", "images-idx3-ubyte", "train-idx1-ubyte", "train-images.png", "idx"]
        {
            assert_eq!(roles(name), None, "{name}");
        }
    }
}
