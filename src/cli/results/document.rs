//! The parts that JSON documents of several commands share.

use crate::cli::input::Input;
use crate::cli::terminal::Clock;
use crate::data;
use crate::model_file::Model;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::fmt::Display;
use std::path::PathBuf;

pub(crate) struct Written {
    pub(crate) folder: PathBuf,
    pub(crate) model_sha256: String,
    pub(crate) seconds: Clock,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Scores {
    /// Total nats.
    pub(crate) log_likelihood: f64,
    /// Mean log-likelihood, in nats per sample.
    pub(crate) score: f64,
    /// Bits for one pixel that is not missing: the negative score in base 2; never -0.
    pub(crate) bits_per_pixel: f64,
}

/// One document with the keys of all `parts`, in their order.
pub(crate) fn merged<const N: usize>(parts: [Value; N]) -> Value {
    let keys = |part| if let Value::Object(keys) = part { keys } else { Map::new() };
    Value::Object(parts.into_iter().flat_map(keys).collect())
}

pub(crate) fn data_facts(input: &Input) -> Value {
    json!({
        "data": input.summary(),
        "synthetic": input.synthetic,
        "n_samples": input.bits.n_samples(),
        "left_out": input.left_out,
    })
}

/// Whether `model` was trained on the very bits and weights of `input`, if it says so.
pub(crate) fn trained_on(model: &Model, input: &Input) -> Option<bool> {
    let origin = model.provenance.as_ref()?;
    Some(origin.data_sha256 == data::fingerprint(&input.bits, input.weights.as_deref()))
}

/// The total weight is the number of rows if they have no weights.
pub(crate) fn training_data(input: &Input) -> Value {
    let (total_weight, n_features) = (input.rows().total_weight(), input.bits.n_features());
    let size = json!({ "total_weight": total_weight, "n_features": n_features });
    merged([data_facts(input), size])
}

impl Scores {
    /// Over rows that weigh `total_weight` and have `n_observed` features on average.
    pub(crate) fn new(log_likelihood: f64, total_weight: f64, n_observed: f64) -> Self {
        let score = log_likelihood / total_weight;
        let n_bits = std::f64::consts::LN_2 * n_observed;
        // Rows in which nothing was seen need no bits.
        let bits_per_pixel = if n_bits > 0.0 { (0.0 - score) / n_bits } else { 0.0 };
        Self { log_likelihood, score, bits_per_pixel }
    }
}

/// Serializes a value as what it is printed as.
pub(crate) fn as_text<S: Serializer>(
    value: &impl Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
