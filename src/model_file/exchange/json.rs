//! JSON: weights and means as arrays of numbers, and by name what a model file holds of size, rule,
//! items, labels, fit and origin.

use serde::{Deserialize, Serialize};

use super::{Foreign, Parts};
use crate::model_file::{FitRecord, LabelTable, Model, Provenance};
use crate::record::{Binarize, Item};

/// The document. Weights and means are needed; other names may be missing, and unknown ones are
/// passed over. The feature `float_roundtrip` of serde_json brings numbers back bit for bit.
#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(skip_deserializing)]
    format: &'static str,
    height: Option<u32>,
    width: Option<u32>,
    binarize: Option<Binarize>,
    #[serde(default)]
    inverted: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    scaled: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unseen: Vec<u32>,
    weights: Vec<f64>,
    means: Vec<Vec<f64>>,
    items: Option<Vec<Item>>,
    labels: Option<LabelTable>,
    #[serde(skip_deserializing)]
    report: Option<FitRecord>,
    provenance: Option<Provenance>,
}

pub(super) fn export(model: &Model) -> Result<Vec<u8>, Foreign> {
    let mixture = &model.mixture;
    let document = Document {
        format: "bmm",
        height: Some(model.height),
        width: Some(model.width),
        binarize: Some(model.binarize),
        inverted: model.inverted,
        scaled: model.scaled,
        unseen: model.unseen.clone(),
        weights: mixture.weights().to_vec(),
        means: (0..mixture.n_components()).map(|k| mixture.mean(k).to_vec()).collect(),
        items: Some(model.items.clone()).filter(|items| !items.is_empty()),
        labels: model.labels.clone(),
        report: model.report.clone(),
        provenance: model.provenance.clone(),
    };
    let mut text = serde_json::to_vec(&document)?;
    text.push(b'\n');
    Ok(text)
}

/// The numbers, image size, rule, items, labels and provenance in JSON `bytes`.
pub(super) fn import(bytes: &[u8]) -> Result<Parts, Foreign> {
    let text = std::str::from_utf8(bytes)?.trim_start_matches('\u{feff}');
    let document: Document = serde_json::from_str(text)?;
    let (shape, weights, means) =
        (document.height.zip(document.width), document.weights, document.means);
    let n_features = means.first().map_or(0, Vec::len);
    if let Some(odd) = means.iter().find(|row| row.len() != n_features) {
        let lengths = format!("{n_features} and {}", odd.len());
        return Err(format!("its rows of means differ in length: {lengths}").into());
    }
    Ok(Parts {
        weights,
        means: means.concat(),
        n_features,
        shape,
        binarize: document.binarize,
        inverted: document.inverted,
        scaled: document.scaled,
        unseen: document.unseen,
        items: document.items.unwrap_or_default(),
        labels: document.labels,
        provenance: document.provenance,
    })
}
