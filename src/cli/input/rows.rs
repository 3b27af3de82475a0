//! Rows ready for the library, with what is known of them.

use crate::bits::BitMatrix;
use crate::cli::terminal::{amount, counted};
use crate::data::{Binarize, Labels, Part, Texts};
use crate::em::Rows;
use crate::model_file::Item;
use std::path::Path;
use std::sync::OnceLock;

pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) bits: BitMatrix,
    pub(crate) height: usize,
    pub(crate) width: usize,
    /// The rule that made the bits, to be applied to what comes later.
    pub(crate) rule: Binarize,
    /// Whether the rule cuts inverted grey values.
    pub(crate) inverted: bool,
    /// Whether pictures of another size are scaled as a whole, not cut out.
    pub(crate) scaled: bool,
    /// The features that a mask hides in every row, of which a fit learns nothing.
    pub(crate) unseen: Vec<u32>,
    pub(crate) labels: Option<Labels>,
    /// How much each row counts, if they do not count the same.
    pub(crate) weights: Option<Vec<f64>>,
    /// The items (D), where they have names or values of their own; or none.
    pub(crate) items: Vec<Item>,
    /// The names of the rows (N), where they have some.
    pub(crate) ids: Option<Texts>,
    pub(crate) parts: Vec<Part>,
    pub(crate) synthetic: bool,
    /// Files that cannot be read, and folders that are not looked into.
    pub(crate) left_out: Vec<LeftOut>,
    /// Counted once, when first asked for: the rows may lie on a disk.
    pub(super) n_ones: OnceLock<u64>,
}

#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct LeftOut {
    file: String,
    reason: String,
}

impl LeftOut {
    pub(super) fn new(file: &Path, reason: String) -> Self {
        Self { file: file.display().to_string(), reason }
    }
}

/// What a row and a column are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) sample: &'static str,
    pub(crate) feature: &'static str,
}

impl Words {
    /// Rows of a table if the height is 1, else images.
    pub(crate) fn for_height(height: usize) -> Self {
        if height == 1 {
            Self { sample: "row", feature: "item" }
        } else {
            Self { sample: "image", feature: "pixel" }
        }
    }
}

impl Input {
    /// What is the same everywhere, if nothing tells one row from another. A single row is none.
    pub(crate) fn sameness(&self) -> Option<&'static str> {
        let n_bits = (self.bits.n_samples() * self.bits.n_features()) as u64;
        if self.n_ones() == 0 {
            Some("no bit is 1")
        } else if self.n_ones() == n_bits - self.n_missing() {
            Some("every bit is 1")
        } else if self.bits.n_samples() > 1 && self.bits.n_distinct_up_to(2) < 2 {
            Some("all rows are the same")
        } else {
            None
        }
    }

    /// The number of rows of which nothing is known.
    pub(crate) fn n_unanswered(&self) -> usize {
        let Some(missing) = self.bits.missing() else { return 0 };
        let d = self.bits.n_features();
        (0..self.bits.n_samples()).filter(|&i| missing.n_ones(i) == d).count()
    }

    pub(crate) fn n_ones(&self) -> u64 {
        *self.n_ones.get_or_init(|| self.bits.count_ones())
    }

    /// Some of the rows. They no longer know their place in the files.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        let weights = self.weights.as_ref();
        Self {
            name: self.name.clone(),
            kind: self.kind.clone(),
            bits: self.bits.select(rows),
            labels: self.labels.as_ref().map(|labels| labels.select(rows)),
            weights: weights.map(|weights| rows.iter().map(|&i| weights[i]).collect()),
            items: self.items.clone(),
            unseen: self.unseen.clone(),
            ids: self.ids.as_ref().map(|ids| ids.select(rows)),
            parts: Vec::new(),
            left_out: self.left_out.clone(),
            n_ones: OnceLock::new(),
            ..*self
        }
    }

    pub(crate) fn origin(&self, i: usize) -> (&str, usize) {
        Part::origin(&self.parts, i)
    }

    /// The file that the rows come from, or the folder that holds all their files.
    pub(crate) fn place(&self) -> &Path {
        let first = Path::new(self.origin(0).0);
        let holds_all =
            |path: &&Path| self.parts.iter().all(|part| Path::new(&part.source).starts_with(path));
        let place = first.ancestors().find(holds_all);
        place.filter(|path| !path.as_os_str().is_empty()).unwrap_or(first)
    }

    pub(crate) fn rows(&self) -> Rows<'_> {
        let rows = Rows::new(&self.bits);
        match &self.weights {
            Some(weights) => rows.weighted(weights),
            None => rows,
        }
    }

    pub(crate) fn summary(&self) -> String {
        let (n, d) = (self.bits.n_samples(), self.bits.n_features());
        let (n_bits, n_missing) = ((n * d) as u64, self.n_missing());
        let percent = |part: u64, whole: u64| 100.0 * part as f64 / whole.max(1) as f64;
        let samples = counted(n, Words::for_height(self.height).sample);
        let size = match self.height {
            1 => d.to_string(),
            height => format!("{height} x {}", self.width),
        };
        let ink = percent(self.n_ones(), n_bits - n_missing);
        let mut line = format!(
            "{} ({}): {samples} of {size}, {ink:.1} % ones by {}",
            self.name,
            self.kind,
            self.rule.in_words(self.inverted)
        );
        if n_missing > 0 {
            line += &format!(", {:.1} % missing", percent(n_missing, n_bits));
        }
        if let Some(weights) = &self.weights {
            line += &format!(", weighing {} in all", amount(weights.iter().sum()));
        }
        if let Some(labels) = &self.labels {
            line += &format!(", {}", counted(labels.names().len(), "label"));
        }
        if !self.left_out.is_empty() {
            line += &format!(", {} left out", self.left_out.len());
        }
        line
    }

    pub(crate) fn n_missing(&self) -> u64 {
        self.bits.missing().map_or(0, BitMatrix::count_ones)
    }
}
