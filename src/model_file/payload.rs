//! The inner layer of a model file: the fields of a [`Model`] as bincode, and back through every
//! check. This file alone knows bincode, which is no longer maintained. Its layout is written down
//! in the module above and held by a test, so it can be replaced.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use bincode::error::DecodeError;

use super::envelope::MAX_FILE_LEN;
use super::model::Model;
use crate::error::ModelProblem;

/// The largest amount of memory that one payload may claim, in bytes.
const LIMIT: usize = MAX_FILE_LEN as usize;

const CONFIG: Configuration<LittleEndian, Fixint, Limit<LIMIT>> =
    bincode::config::standard().with_fixed_int_encoding().with_limit::<LIMIT>();

pub(super) fn encode(model: &Model) -> Result<Vec<u8>, ModelProblem> {
    bincode::serde::encode_to_vec(model, CONFIG)
        .map_err(|error| ModelProblem::Invalid(error.to_string()))
}

/// The checked model in payload `bytes`, which must be used up.
pub(super) fn decode(bytes: &[u8]) -> Result<Model, ModelProblem> {
    let (model, used): (Model, usize) =
        bincode::serde::decode_from_slice(bytes, CONFIG).map_err(|error| {
            ModelProblem::Invalid(match error {
                DecodeError::OtherString(what) => what,
                error => format!("its payload cannot be read ({error})"),
            })
        })?;
    if used != bytes.len() {
        let extra = bytes.len() - used;
        return Err(ModelProblem::Invalid(format!("{extra} bytes follow its payload")));
    }
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
        bytes[..8].copy_from_slice(&(u64::MAX / 8).to_le_bytes());
        assert!(matches!(decode(&bytes), Err(ModelProblem::Invalid(_))));
    }

    #[test]
    fn lists_and_sizes_that_contradict_one_another_are_refused() {
        // The numbers of weights and of means, height and width.
        for at in [0, 24, 64, 68] {
            let mut bytes = encode(&small_model()).unwrap();
            bytes[at] += 1;
            assert!(matches!(decode(&bytes), Err(ModelProblem::Invalid(_))), "at {at}");
        }
    }
}
