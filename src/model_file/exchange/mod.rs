//! The open way out and in: a model as safetensors, npy, CSV or JSON, for every other program.
//!
//! All four carry weights and means exactly: export, then import, gives the same bits.
//!
//! | format | layout | also carries |
//! |---|---|---|
//! | safetensors | tensors `weights`, shape (K), and `means`, shape (K, D), both F64 | `height`, `width`, `binarize`, `inverted`, `scaled`, `unseen`, `items` as metadata |
//! | npy | one `<f8` array of shape (K, D + 1): column 0 the weights, the other columns the means | |
//! | CSV | header `weight` and the names of the items, else `p0,p1,...`; then one line per component | the names |
//! | JSON | `{"weights": [K numbers], "means": [K rows of D numbers], ...}` | `height`, `width`, `binarize`, `inverted`, `scaled`, `unseen`, `items`, `labels`, `provenance`; `report` is written for people but not read back |
//!
//! A row is one component everywhere. What a format does not carry is dropped. No import has a fit
//! report: nothing ties an open file to the fit that it once came from. The provenance of a JSON
//! file is kept as what the file claims, above all whether its data was synthetic.

mod csv;
mod json;
mod npy;
mod safetensors;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::model::mixture_from;
use super::{LabelTable, Model, Provenance};
use crate::error::{Error, ModelProblem, Result};
use crate::file_kind::has_ending;
use crate::mixture::WEIGHT_SUM_TOLERANCE;
use crate::record::{Binarize, Item};

/// An exchange format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Named tensors, `.safetensors`.
    Safetensors,
    /// A NumPy array, `.npy`.
    Npy,
    /// Comma-separated values, `.csv`.
    Csv,
    /// `.json`.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Safetensors, Self::Npy, Self::Csv, Self::Json];

    /// The ending of its files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Npy => "npy",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    fn refused(self, what: &Foreign) -> ModelProblem {
        let format = match self {
            Self::Safetensors => "safetensors",
            Self::Npy => "npy",
            Self::Csv => "CSV",
            Self::Json => "JSON",
        };
        ModelProblem::Foreign { format, what: what.to_string() }
    }

    /// The format that the ending of `path` stands for, upper or lower case. Errors:
    /// [`ModelProblem::UnknownFormat`], which lists the four endings.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self> {
        let fits = |format: &Self| has_ending(&path, format.extension());
        let format = Self::ALL.into_iter().find(fits);
        format.ok_or_else(|| Error::model(path, ModelProblem::UnknownFormat))
    }
}

/// The bytes of `model` in `format`; the same model gives the same bytes. Errors:
/// [`ModelProblem::Invalid`] if the parts of the model do not fit together (see `Model::check`),
/// or [`ModelProblem::Foreign`] should the writer of the format refuse.
pub fn export(model: &Model, format: Format) -> Result<Vec<u8>, ModelProblem> {
    model.check()?;
    let bytes = match format {
        Format::Safetensors => Ok(safetensors::export(model)),
        Format::Npy => Ok(npy::export(model)),
        Format::Csv => csv::export(model),
        Format::Json => json::export(model),
    };
    bytes.map_err(|what| format.refused(&what))
}

/// The model in `bytes`, which are a whole file of `format`. `shape` is height and width in pixels.
/// Without it they are those of the file. Where that has none, named items are those of a table.
/// Else a D that is a square is taken for a square image, and any other D for 1 x D. A model of
/// images has no items, whatever the names in the file. A file without a binarisation rule gets the
/// default one, `threshold:128`.
///
/// # Errors
/// [`ModelProblem::Foreign`] if the file is not of that format and layout.
/// [`ModelProblem::Invalid`] if the shapes differ, or height x width is not D. Also if a weight or
/// mean lies outside [0, 1], or the weights do not sum to 1 as [`import_with_sum`] says.
pub fn import(
    bytes: &[u8],
    format: Format,
    shape: Option<(u32, u32)>,
) -> Result<Model, ModelProblem> {
    import_with_sum(bytes, format, shape).map(|(model, _)| model)
}

/// As [`import`], with the sum of the weights in the file. Weights rounded to three digits sum to 1
/// within 0.001 for each of them, and within 0.02 in all. They are divided by their sum. Weights
/// further off are refused: to rescale them would hide a mistake.
pub fn import_with_sum(
    bytes: &[u8],
    format: Format,
    shape: Option<(u32, u32)>,
) -> Result<(Model, f64), ModelProblem> {
    let parts = match format {
        Format::Safetensors => safetensors::import(bytes),
        Format::Npy => npy::import(bytes),
        Format::Csv => csv::import(bytes),
        Format::Json => json::import(bytes),
    };
    let mut parts = parts.map_err(|what| format.refused(&what))?;
    let sum = parts.divide_by_sum();
    Ok((parts.into_model(shape)?, sum))
}

/// How far rounding to three digits may move the sum, for each weight and in all.
const ROUNDING: f64 = 1e-3;
const MAX_ROUNDING: f64 = 0.02;

/// Why a file is not of the format it should be.
type Foreign = Box<dyn std::error::Error>;

/// What an exchange file says, unchecked.
#[derive(Default)]
struct Parts {
    weights: Vec<f64>,
    /// One component after another.
    means: Vec<f64>,
    /// The length of one component, D.
    n_features: usize,
    shape: Option<(u32, u32)>,
    binarize: Option<Binarize>,
    inverted: bool,
    scaled: bool,
    /// The features that the model never saw, or none.
    unseen: Vec<u32>,
    /// The items of a table, or none.
    items: Vec<Item>,
    labels: Option<LabelTable>,
    provenance: Option<Provenance>,
}

impl Parts {
    /// Makes rounded weights sum to 1; their sum as it was.
    fn divide_by_sum(&mut self) -> f64 {
        let sum: f64 = self.weights.iter().sum();
        let rounding = (ROUNDING * self.weights.len() as f64).min(MAX_ROUNDING);
        let off = (sum - 1.0).abs();
        if off > WEIGHT_SUM_TOLERANCE && off <= rounding {
            self.weights.iter_mut().for_each(|weight| *weight /= sum);
        }
        sum
    }

    fn into_model(self, shape: Option<(u32, u32)>) -> Result<Model, ModelProblem> {
        let row = || u32::try_from(self.n_features).ok().map(|width| (1, width));
        let of_items = || if self.items.is_empty() { None } else { row() };
        let shape = shape.or(self.shape).or_else(of_items);
        let shape = shape.or_else(|| likely_shape(self.n_features));
        let mixture = mixture_from(self.weights, self.means, self.n_features)?;
        let size = shape.unwrap_or_default();
        let usual = Model::unchecked(mixture, size, Binarize::default());
        let binarize = self.binarize.unwrap_or(usual_rule(&usual));
        let model = Model { binarize, ..usual };
        let items = if size.0 == 1 { self.items } else { Vec::new() };
        let Self { inverted, scaled, unseen, labels, provenance, .. } = self;
        let model = Model { inverted, scaled, unseen, items, labels, provenance, ..model };
        model.check()?;
        Ok(model)
    }
}

/// The rule of a model whose file names none. Zeros and ones are all that is known of a table.
pub(crate) fn usual_rule(model: &Model) -> Binarize {
    if model.height == 1 { Binarize::None } else { Binarize::default() }
}

/// Height and width where nobody said: a square if it is one, else a single row.
fn likely_shape(n_features: usize) -> Option<(u32, u32)> {
    let n_features = u32::try_from(n_features).ok()?;
    let side = n_features.isqrt();
    Some(if side * side == n_features { (side, side) } else { (1, n_features) })
}

/// The rows of a table, weight first, one component after another: what npy and CSV hold.
fn weighted_rows(model: &Model) -> impl Iterator<Item = impl Iterator<Item = f64>> {
    let mixture = &model.mixture;
    let weights = mixture.weights().iter().copied().enumerate();
    weights.map(|(k, weight)| std::iter::once(weight).chain(mixture.mean(k).iter().copied()))
}
