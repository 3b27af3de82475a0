//! JSON: weights and means as arrays of numbers, and by name what a model file holds of size, rule,
//! labels, fit and origin.

use serde::{Deserialize, Serialize};

use super::{Foreign, Parts};
use crate::model_file::{FitRecord, LabelTable, Model, Provenance};
use crate::record::Binarize;

/// The document as written.
#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    height: u32,
    width: u32,
    binarize: Binarize,
    weights: &'a [f64],
    means: Vec<&'a [f64]>,
    labels: &'a Option<LabelTable>,
    report: &'a Option<FitRecord>,
    provenance: &'a Option<Provenance>,
}

/// The document as read: weights and means are needed, other names are passed over. The feature
/// `float_roundtrip` of serde_json brings numbers back bit for bit.
#[derive(Deserialize)]
struct Read {
    weights: Vec<f64>,
    means: Vec<Vec<f64>>,
    height: Option<u32>,
    width: Option<u32>,
    binarize: Option<Binarize>,
    labels: Option<LabelTable>,
    provenance: Option<Provenance>,
}

pub(super) fn export(model: &Model) -> Result<Vec<u8>, Foreign> {
    let Model { mixture, height, width, binarize, labels, report, provenance, .. } = model;
    let document = Written {
        format: "bmm",
        height: *height,
        width: *width,
        binarize: *binarize,
        weights: mixture.weights(),
        means: (0..mixture.n_components()).map(|k| mixture.mean(k)).collect(),
        labels,
        report,
        provenance,
    };
    let mut text = serde_json::to_vec(&document)?;
    text.push(b'\n');
    Ok(text)
}

/// The numbers, image size, rule, labels and provenance in JSON `bytes`.
pub(super) fn import(bytes: &[u8]) -> Result<Parts, Foreign> {
    let text = std::str::from_utf8(bytes)?.trim_start_matches('\u{feff}');
    let Read { weights, means, height, width, binarize, labels, provenance } =
        serde_json::from_str(text)?;
    let n_features = means.first().map_or(0, Vec::len);
    if let Some(odd) = means.iter().find(|row| row.len() != n_features) {
        let lengths = format!("{n_features} and {}", odd.len());
        return Err(format!("its rows of means differ in length: {lengths}").into());
    }
    let (means, shape) = (means.concat(), height.zip(width));
    Ok(Parts { weights, means, n_features, shape, binarize, labels, provenance })
}
