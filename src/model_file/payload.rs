//! The inner layer of a model file: the records as bincode, and back through every check.
//!
//! The only file that knows bincode. That crate is no longer maintained; the layout it writes is fixed in the module
//! docs above and by a test, so that it can be replaced here without a new format version.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use serde::{Deserialize, Serialize};

use super::record::{FitRecord, LabelTable, Model, Provenance, Trust, mixture_from};
use super::typicality::Typicality;
use crate::error::ModelProblem;

/// The most memory one payload may claim, in bytes; as large as the largest file.
const LIMIT: usize = 1 << 30;

const CONFIG: Configuration<LittleEndian, Fixint, Limit<LIMIT>> =
    bincode::config::standard().with_fixed_int_encoding().with_limit::<LIMIT>();

/// The payload, its fields in the order of the file: first the plain numbers, for the sake of other readers.
#[derive(Serialize, Deserialize)]
struct Payload {
    n_components: u64,
    n_features: u64,
    height: u32,
    width: u32,
    weights: Vec<f64>,
    means: Vec<f64>,
    binarize: String,
    labels: Option<LabelTable>,
    report: Option<FitRecord>,
    provenance: Option<Provenance>,
    trust: Option<Trust>,
    typicality: Option<Typicality>,
}

/// The payload bytes of `model`.
pub(super) fn encode(model: &Model) -> Result<Vec<u8>, ModelProblem> {
    let mixture = &model.mixture;
    let payload = Payload {
        n_components: mixture.n_components() as u64,
        n_features: mixture.n_features() as u64,
        height: model.height,
        width: model.width,
        weights: mixture.weights().to_vec(),
        means: mixture.means().to_vec(),
        binarize: model.binarize.clone(),
        labels: model.labels.clone(),
        report: model.report.clone(),
        provenance: model.provenance.clone(),
        trust: model.trust.clone(),
        typicality: model.typicality.clone(),
    };
    bincode::serde::encode_to_vec(payload, CONFIG)
        .map_err(|error| ModelProblem::Invalid(error.to_string()))
}

/// The checked model in payload `bytes`, which must be used up.
pub(super) fn decode(bytes: &[u8]) -> Result<Model, ModelProblem> {
    let (payload, used): (Payload, usize) = bincode::serde::decode_from_slice(bytes, CONFIG)
        .map_err(|error| ModelProblem::Invalid(format!("its payload cannot be read ({error})")))?;
    if used != bytes.len() {
        let extra = bytes.len() - used;
        return Err(ModelProblem::Invalid(format!("{extra} bytes follow its payload")));
    }
    into_model(payload)
}

fn into_model(payload: Payload) -> Result<Model, ModelProblem> {
    if payload.n_components != payload.weights.len() as u64 {
        let (n, k) = (payload.weights.len(), payload.n_components);
        return Err(ModelProblem::Invalid(format!("it has {n} weights for {k} components")));
    }
    // A length that no machine could hold cannot match the number of means either.
    let n_features = usize::try_from(payload.n_features).unwrap_or(usize::MAX);
    let model = Model {
        mixture: mixture_from(payload.weights, payload.means, n_features)?,
        height: payload.height,
        width: payload.width,
        binarize: payload.binarize,
        provenance: payload.provenance,
        report: payload.report,
        labels: payload.labels,
        trust: payload.trust,
        typicality: payload.typicality,
    };
    model.check()?;
    Ok(model)
}

#[cfg(test)]
mod tests {
    use super::super::tests::small_model;
    use super::*;

    #[test]
    fn a_payload_with_a_byte_too_many_or_too_few_is_refused() {
        let mut bytes = encode(&small_model()).unwrap();
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
        bytes.push(0);
        assert!(matches!(decode(&bytes), Err(ModelProblem::Invalid(_))));
    }

    #[test]
    fn a_list_that_claims_more_than_there_is_does_not_take_memory_for_it() {
        let mut bytes = encode(&small_model()).unwrap();
        bytes[24..32].copy_from_slice(&(u64::MAX / 8).to_le_bytes());
        assert!(matches!(decode(&bytes), Err(ModelProblem::Invalid(_))));
    }

    #[test]
    fn counts_that_contradict_the_lists_are_refused() {
        for at in [0, 8, 16, 20] {
            let mut bytes = encode(&small_model()).unwrap();
            bytes[at] += 1;
            assert!(matches!(decode(&bytes), Err(ModelProblem::Invalid(_))), "at {at}");
        }
    }
}
