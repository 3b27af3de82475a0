//! A loaded data set: images, labels where known, and where each image came from.

mod ground;
mod matching;
mod numbers;
mod unseen;
mod weights;

use super::{labels::Labels, photo::Made, pixels::Pixels, remark::Remark, texts::Texts};
use crate::bits::BitMatrix;
use crate::error::{DataProblem, Error, Result};
use crate::record::{Binarize, Item};
use crate::wording::counted;
use std::fmt;
use std::path::{Path, PathBuf};

/// How a data set was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// IDX files, the format of MNIST.
    Idx,
    /// Picture files.
    Pictures,
    /// A NumPy array.
    Npy,
    /// A sparse matrix, of SciPy or in the Matrix Market format.
    Sparse,
    /// Text, a row a line.
    Table,
    /// Packed rows, `.bits`.
    Packed,
    /// Drawn by a program: no observations.
    Synthetic,
    /// Several sources of different kinds.
    Mixed,
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idx => "IDX",
            Self::Pictures => "pictures",
            Self::Npy => "NumPy array",
            Self::Sparse => "sparse matrix",
            Self::Table => "table",
            Self::Packed => "packed bits",
            Self::Synthetic => "synthetic",
            Self::Mixed => "several kinds",
        })
    }
}

/// Consecutive images that came from one file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The path as given, with `:train` or `:test` where a split was read.
    pub source: String,
    /// How many images came from it.
    pub n_images: usize,
    /// The index of the first of them in the data set.
    pub first: usize,
    /// What was made of it, if it is a picture ([`super::Source::with_size`]).
    pub made: Made,
    /// Whether it is a picture of one colour on nothing: bright is ink, whatever the colour.
    pub is_shape: bool,
    /// The rule that made their bits, if they come from a packed file.
    pub packed_by: Option<Binarize>,
    /// Whether their bits were made of inverted grey values, if they come from a packed file.
    pub is_inverted: bool,
}

impl Part {
    /// `n_images` images of `source` as they are, of which `first` is the index of the first.
    pub(super) fn new(source: String, first: usize, n_images: usize) -> Self {
        let (made, is_shape, packed_by, is_inverted) = (Made::AsItWas, false, None, false);
        Self { source, n_images, first, made, is_shape, packed_by, is_inverted }
    }

    /// The source among `parts` that image `i` came from, and its index within that source; empty
    /// and `i` itself if there is none.
    #[doc(hidden)]
    pub fn origin(parts: &[Self], i: usize) -> (&str, usize) {
        Self::part_of_image(parts, i).map_or(("", i), |part| (&part.source, i - part.first))
    }

    /// The file name of image `i`, without folders; `None` if the file holds other images too.
    pub fn file_name(parts: &[Self], i: usize) -> Option<&str> {
        let part = Self::part_of_image(parts, i).filter(|part| part.n_images == 1)?;
        Path::new(&part.source).file_name()?.to_str()
    }

    fn part_of_image(parts: &[Self], i: usize) -> Option<&Self> {
        let after = parts.partition_point(|part| part.first <= i);
        after.checked_sub(1).and_then(|index| parts.get(index))
    }
}

/// Images with what is known of them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Dataset {
    /// The images.
    pub pixels: Pixels,
    /// A class for each image, where known.
    pub labels: Option<Labels>,
    /// The weight of each image: finite, none negative, at least one positive. `None`: 1 each.
    pub weights: Option<Vec<f64>>,
    /// The items (D), where they have names or values of their own; or none.
    pub items: Vec<Item>,
    /// The names of the rows (N), where they have some.
    pub ids: Option<Texts>,
    /// What is to be said of how a table was read.
    pub remarks: Vec<Remark>,
    /// Where the images came from, in their order; the parts cover all images.
    pub(crate) parts: Vec<Part>,
    /// How they were read.
    pub(crate) kind: SourceKind,
    /// Pictures, sub-folders and sources that cannot be read and were left out, with the problem.
    pub unreadable: Vec<(PathBuf, DataProblem)>,
    /// Folders that were not searched for pictures: folders inside sub-folders, and those of runs.
    pub passed_over: Vec<PathBuf>,
    /// Whether its values are grey even if all are 0 and 1: so are those of the training split.
    pub(crate) is_grey: bool,
    /// Whether its values were fractions, which are scaled to 255.
    pub(crate) has_fractions: bool,
}

impl Dataset {
    /// A data set that came from one source.
    ///
    /// # Errors
    /// [`DataProblem::LabelCount`] if there are labels, but not one for each image.
    pub(crate) fn new(
        source: String,
        kind: SourceKind,
        pixels: Pixels,
        labels: Option<Labels>,
    ) -> Result<Self> {
        let part = Part::new(source, 0, pixels.n_images());
        Self::from_parts(vec![part], kind, pixels, labels)
    }

    /// [`Self::new`] from several `parts`, which cover all images in their order.
    pub(super) fn from_parts(
        parts: Vec<Part>,
        kind: SourceKind,
        pixels: Pixels,
        labels: Option<Labels>,
    ) -> Result<Self> {
        let mut dataset = Self {
            pixels,
            labels: None,
            weights: None,
            items: Vec::new(),
            ids: None,
            remarks: Vec::new(),
            parts,
            kind,
            unreadable: Vec::new(),
            passed_over: Vec::new(),
            is_grey: false,
            has_fractions: false,
        };
        if let Some(labels) = labels {
            let source = dataset.origin(0).0.to_owned();
            dataset.set_labels(labels, source)?;
        }
        Ok(dataset)
    }

    /// Replaces the labels by those that were read from `source`.
    ///
    /// # Errors
    /// [`Error::Data`] about `source` if there is not exactly one label for each image.
    pub(crate) fn set_labels(&mut self, labels: Labels, source: impl AsRef<Path>) -> Result<()> {
        let (n_labels, images) = (labels.len(), self.pixels.n_images());
        // Blank lines at the end of a file are no labels.
        let labels = labels.without_trailing_blanks(images);
        if labels.len() != images {
            return Err(Error::data(source, DataProblem::LabelCount { labels: n_labels, images }));
        }
        self.labels = Some(labels);
        Ok(())
    }

    /// Marks pixels as missing where `mask` is 128 or more, or 1 if no value of it is above 1. It
    /// holds one image for all, or one for each.
    ///
    /// # Errors
    /// [`DataProblem::MaskSize`] about `source` if the mask has another size or number of images.
    pub(crate) fn hide(&mut self, mask: &Pixels, source: impl AsRef<Path>) -> Result<()> {
        let (n, d) = (self.pixels.n_images(), self.pixels.n_features());
        let size = |pixels: &Pixels| (pixels.height(), pixels.width());
        if size(mask) != size(&self.pixels) || ![1, n].contains(&mask.n_images()) {
            let text = |pixels: &Pixels| {
                format!("{} of {}", counted(pixels.n_images(), "image"), pixels.size_text())
            };
            let (found, expected) = (text(mask), text(&self.pixels));
            return Err(Error::data(source, DataProblem::MaskSize { found, expected }));
        }
        let least = if mask.is_binary() { 1 } else { 128 };
        let of_image = |i: usize| mask.image(if mask.n_images() == 1 { 0 } else { i });
        let missing = BitMatrix::from_fn(n, d, |i, feature| of_image(i)[feature] >= least);
        self.set_missing(&missing)
    }

    fn column_name(&self, d: usize) -> String {
        Item::column_name(&self.items, d)
    }

    fn set_missing(&mut self, missing: &BitMatrix) -> Result<()> {
        let none = Pixels::new(0, 1, 1, Vec::new())?;
        self.pixels = std::mem::replace(&mut self.pixels, none).with_missing(missing)?;
        Ok(())
    }

    /// Checks that all values are 0 and 1.
    ///
    /// # Errors
    /// [`DataProblem::GreyForBinary`] about the source of the first image of which one is not.
    pub(crate) fn check_binary(&self) -> Result<()> {
        // In joined sets the ones of binary rows were made 255.
        let is_grey =
            |i: &usize| self.pixels.image(*i).iter().any(|value| ![0, 1, 255].contains(value));
        if self.pixels.is_binary() {
            return Ok(());
        }
        let first = (0..self.pixels.n_images()).find(is_grey).unwrap_or(0);
        Err(Error::data(self.origin(first).0, DataProblem::GreyForBinary))
    }

    /// The source that image `i` came from, and its index within that source; empty and `i` itself
    /// if there is none.
    pub fn origin(&self, i: usize) -> (&str, usize) {
        Part::origin(&self.parts, i)
    }

    /// Keeps the first `n` images only, with their labels and parts.
    #[doc(hidden)]
    pub fn truncate(&mut self, n: usize) {
        self.pixels.truncate(n);
        self.labels.iter_mut().for_each(|labels| labels.truncate(n));
        self.weights.iter_mut().for_each(|weights| weights.truncate(n));
        self.ids.iter_mut().for_each(|ids| ids.truncate(n));
        self.parts.retain(|part| part.first < n);
        if let Some(last) = self.parts.last_mut() {
            last.n_images = last.n_images.min(n - last.first);
        }
    }

    /// Joins `sets` in their order. Labels stay only if every set has them. Where binary rows meet
    /// grey ones, a one becomes 255. Errors: [`DataProblem::MixedSizes`] if the images differ in
    /// size, [`Error::Parameter`] if `sets` is empty.
    pub(super) fn concat(mut sets: Vec<Dataset>) -> Result<Self> {
        let labels: Option<Vec<Labels>> = sets.iter().map(|set| set.labels.clone()).collect();
        if !sets.iter().all(Self::is_binary) {
            let binary = sets.iter_mut().filter(|set| set.is_binary());
            binary.for_each(|set| set.pixels.fill_ink());
        }
        let mut sets = sets.into_iter();
        let Some(mut all) = sets.next() else {
            return Err(Error::parameter("data", "nothing", "at least one source"));
        };
        for set in sets {
            all.append(set)?;
        }
        all.labels = labels.map(|labels| Labels::concat(&labels));
        Ok(all)
    }

    /// Whether these are binary rows. Pictures that happen to hold only 0 and 1 are not.
    pub(crate) fn is_binary(&self) -> bool {
        use SourceKind::{Idx, Mixed, Npy, Table};
        let may_be = matches!(self.kind, Idx | Npy | Table | Mixed) && !self.is_grey;
        self.pixels.bits().is_some() || may_be && self.pixels.is_binary()
    }

    /// Whether these are rows of an array that happen to hold zeros and ones, and no images.
    pub(crate) fn is_array_of_bits(&self) -> bool {
        self.kind == SourceKind::Npy && self.pixels.height() == 1 && self.pixels.is_binary()
    }

    /// The rule that made the bits, if all are packed; that of the first source.
    pub(crate) fn packed_by(&self) -> Option<Binarize> {
        self.pixels.bits().and_then(|_| self.parts.first()?.packed_by)
    }

    /// Appends images, weights and parts; labels are left to the caller.
    fn append(&mut self, more: Dataset) -> Result<()> {
        let n_before = self.pixels.n_images();
        if !self.pixels.append(&more.pixels) {
            let problem = DataProblem::MixedSizes {
                size: more.pixels.size_text(),
                other: self.origin(0).0.to_owned(),
                other_size: self.pixels.size_text(),
            };
            return Err(Error::data(more.origin(0).0, problem));
        }
        if self.weights.is_some() || more.weights.is_some() {
            let all = |weights: Option<Vec<f64>>, n: usize| weights.unwrap_or_else(|| vec![1.0; n]);
            let n_more = self.pixels.n_images() - n_before;
            let mut weights = all(self.weights.take(), n_before);
            weights.extend(all(more.weights, n_more));
            self.weights = Some(weights);
        }
        self.append_ids(more.ids, n_before);
        let moved =
            more.parts.into_iter().map(|part| Part { first: part.first + n_before, ..part });
        self.parts.extend(moved);
        if self.kind != more.kind {
            self.kind = SourceKind::Mixed;
        }
        self.remarks.extend(more.remarks);
        self.unreadable.extend(more.unreadable);
        self.passed_over.extend(more.passed_over);
        self.is_grey |= more.is_grey;
        self.has_fractions |= more.has_fractions;
        Ok(())
    }

    /// Appends names of rows; rows without names get blank ones, if others have some.
    fn append_ids(&mut self, more: Option<Texts>, n_before: usize) {
        if self.ids.is_none() && more.is_none() {
            return;
        }
        let n_more = self.pixels.n_images() - n_before;
        let blank = |n: usize| std::iter::repeat_n("", n).collect::<Texts>();
        let mut ids = self.ids.take().unwrap_or_else(|| blank(n_before));
        more.unwrap_or_else(|| blank(n_more)).iter().for_each(|id| ids.push(id));
        self.ids = Some(ids);
    }
}

#[cfg(test)]
mod tests;
