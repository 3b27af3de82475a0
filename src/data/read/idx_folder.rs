//! Folders with the IDX files of MNIST and its relatives, told apart by their names: a data set
//! (`emnist-letters`), a split (`train`, `t10k` or `test`), and `images` or `labels`.

use super::listing::{self, Listing};
use super::{idx, raw_mnist, stream::Stream};
use crate::data::dataset::{Dataset, SourceKind};
use crate::data::source::{Source, Split};
use crate::data::{labels::Labels, pixels::Pixels};
use crate::error::{DataProblem, Error, Result};
use crate::{file_kind::FileKind, parallel};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

    /// Training images and labels, test images and labels, if all are there.
    fn four(&self) -> Option<[&Path; 4]> {
        let Self { train, test } = self;
        let paths = [&train.images, &train.labels, &test.images, &test.labels];
        let [a, b, c, d] = paths.map(|path| path.as_deref());
        Some([a?, b?, c?, d?])
    }

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
        // Of a raw and a packed file of one name, the raw one loads faster.
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
    let Some(set) = sets.values().next().filter(|_| sets.len() == 1) else {
        let name = |name: &String| if name.is_empty() { "mnist".into() } else { name.clone() };
        let names: Vec<String> = sets.keys().map(name).collect();
        let problem = DataProblem::SeveralDataSets(names.join(", "));
        return Err(Error::data(folder, problem));
    };
    load_split(folder, set, source.split().unwrap_or(Split::Train))
}

/// Both splits of a set that has both, the training images first. They load side by side, because a
/// packed file keeps no more than one thread busy; raw MNIST is loaded by the `mnist` crate.
pub(crate) fn load_both(folder: &Path, set: &IdxSet) -> Result<(Dataset, Dataset)> {
    let raw = set.four().and_then(|paths| raw_mnist::load(folder, paths));
    if let Some([train, test]) = raw {
        let data_set = |split, (images, labels): (Vec<u8>, Vec<u8>)| {
            let side = raw_mnist::SIDE;
            let pixels = Pixels::new(labels.len(), side, side, images)?;
            data_set(folder, split, pixels, Some(Labels::from_codes(&labels)))
        };
        return Ok((data_set(Split::Train, train)?, data_set(Split::Test, test)?));
    }
    let load = |split| move || load_split(folder, set, split);
    let (train, test) = parallel::both(load(Split::Train), load(Split::Test));
    Ok((train?, test?))
}

fn data_set(
    folder: &Path,
    split: Split,
    pixels: Pixels,
    labels: Option<Labels>,
) -> Result<Dataset> {
    let part = Source::new(folder).with_split(split).to_string();
    Dataset::new(part, SourceKind::Idx, pixels, labels)
}

fn load_split(folder: &Path, set: &IdxSet, split: Split) -> Result<Dataset> {
    let files = set.split(split);
    let Some(images) = &files.images else {
        let why = if files.labels.is_some() {
            "its labels are there, its images are not"
        } else {
            "no file of it is there"
        };
        let problem = DataProblem::NoSplit { split: split.name(), why };
        return Err(Error::data(folder, problem));
    };
    // Labels are small: damage in them shows before the images are read.
    let labels = files.labels.as_deref().map(|path| idx::read_labels(open(path)?)).transpose()?;
    let pixels = idx::read_images(open(images)?)?;
    if let (Some(labels), Some(path)) = (&labels, &files.labels) {
        let (labels, images) = (labels.len(), pixels.n_images());
        if labels != images {
            return Err(Error::data(path, DataProblem::LabelCount { labels, images }));
        }
    }
    let is_grey = split == Split::Test && pixels.is_binary() && has_grey(&set.train)?;
    Ok(Dataset { is_grey, ..data_set(folder, split, pixels, labels)? })
}

/// Whether there are images, and not all of their values are 0 and 1.
fn has_grey(files: &Files) -> Result<bool> {
    let images = files.images.as_deref().map(|path| idx::read_images(open(path)?)).transpose()?;
    Ok(images.is_some_and(|pixels| !pixels.is_binary()))
}

/// Opens a file that is named like IDX; an error if it is something else.
fn open(path: &Path) -> Result<Stream> {
    let input = Stream::open(path)?;
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
