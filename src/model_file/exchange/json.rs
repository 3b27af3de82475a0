//! JSON: weights and means as arrays of numbers, and by name what a model file holds of size, rule, labels, fit and origin.

use serde::{Deserialize, Serialize};

use super::Parts;
use crate::error::ModelProblem;
use crate::model_file::{FitRecord, LabelTable, Model, Provenance};

/// The document as written.
#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    height: u32,
    width: u32,
    binarize: &'a str,
    weights: &'a [f64],
    means: Vec<&'a [f64]>,
    labels: &'a Option<LabelTable>,
    report: &'a Option<FitRecord>,
    provenance: &'a Option<Provenance>,
}

/// The document as read: weights and means are needed, other names are passed over. Numbers come back bit for bit by
/// the `float_roundtrip` feature of serde_json.
#[derive(Deserialize)]
struct Read {
    weights: Vec<f64>,
    means: Vec<Vec<f64>>,
    height: Option<u32>,
    width: Option<u32>,
    binarize: Option<String>,
    labels: Option<LabelTable>,
    provenance: Option<Provenance>,
}

/// The JSON text of `model`.
pub(super) fn export(model: &Model) -> Result<Vec<u8>, ModelProblem> {
    let mixture = &model.mixture;
    let document = Written {
        format: "bmm",
        height: model.height,
        width: model.width,
        binarize: &model.binarize,
        weights: mixture.weights(),
        means: (0..mixture.n_components()).map(|k| mixture.mean(k)).collect(),
        labels: &model.labels,
        report: &model.report,
        provenance: &model.provenance,
    };
    let mut text = serde_json::to_vec(&document).map_err(foreign)?;
    text.push(b'\n');
    Ok(text)
}

/// The numbers, picture shape, rule and labels in JSON `bytes`.
pub(super) fn import(bytes: &[u8]) -> Result<Parts, ModelProblem> {
    let text = std::str::from_utf8(bytes).map_err(foreign)?.trim_start_matches('\u{feff}');
    let read: Read = serde_json::from_str(text).map_err(foreign)?;
    let n_features = read.means.first().map_or(0, Vec::len);
    if let Some(odd) = read.means.iter().find(|row| row.len() != n_features) {
        let lengths = format!("{n_features} and {}", odd.len());
        return Err(foreign(format!("its rows of means differ in length: {lengths}")));
    }
    Ok(Parts {
        weights: read.weights,
        means: read.means.concat(),
        n_features,
        shape: read.height.zip(read.width),
        binarize: read.binarize,
        labels: read.labels,
        provenance: read.provenance,
    })
}

fn foreign(what: impl ToString) -> ModelProblem {
    ModelProblem::Foreign { format: "JSON", what: what.to_string() }
}
