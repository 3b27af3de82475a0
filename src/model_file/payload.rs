//! The inner layer of a model file: the fields of a [`Model`] as bincode, and back through every
//! check. This file alone knows bincode, which is no longer maintained. Its layout is written down
//! in the module above and held by a test, so it can be replaced.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use bincode::error::DecodeError;

use super::envelope::MAX_FILE_LEN;
use super::model::Model;
use crate::error::ModelProblem;

/// The forms of the format, and the most bytes that a payload may claim.
type Config<const LIMIT: usize> = Configuration<LittleEndian, Fixint, Limit<LIMIT>>;

/// The most bytes of a payload.
const LARGEST: usize = MAX_FILE_LEN as usize;

const fn config<const LIMIT: usize>() -> Config<LIMIT> {
    bincode::config::standard().with_fixed_int_encoding().with_limit::<LIMIT>()
}

/// What follows the other fields of a model whose pictures are scaled; of others, nothing does.
const SCALED: [u8; 1] = [1];

pub(super) fn encode(model: &Model) -> Result<Vec<u8>, ModelProblem> {
    let mut bytes = bincode::serde::encode_to_vec(model, config::<LARGEST>())
        .map_err(|error| ModelProblem::Invalid(error.to_string()))?;
    bytes.extend(SCALED.iter().filter(|_| model.scaled));
    Ok(bytes)
}

/// The checked model in payload `bytes`, which must be used up.
pub(super) fn decode(bytes: &[u8]) -> Result<Model, ModelProblem> {
    let (mut model, used) = decode_start(bytes).map_err(|error| match error {
        DecodeError::OtherString(what) => ModelProblem::Invalid(what),
        error => ModelProblem::Layout(format!("{error:?}")),
    })?;
    let rest = &bytes[used..];
    model.scaled = rest == SCALED;
    if !rest.is_empty() && !model.scaled {
        return Err(ModelProblem::Layout(format!("{} bytes follow its payload", rest.len())));
    }
    model.check()?;
    Ok(model)
}

/// The unchecked model at the start of `bytes`, and how many of them it takes.
///
/// bincode takes memory for a text before it looks for its bytes, up to its limit. The limit has to
/// be a constant, so the smallest of five that holds the bytes is taken. A text of false length
/// then costs 256 KiB or 8 times the payload at most. A list costs 1 MiB at most, by serde.
fn decode_start(bytes: &[u8]) -> Result<(Model, usize), DecodeError> {
    match bytes.len().next_power_of_two().ilog2() {
        0..=18 => decode_within::<{ 1 << 18 }>(bytes),
        19..=21 => decode_within::<{ 1 << 21 }>(bytes),
        22..=24 => decode_within::<{ 1 << 24 }>(bytes),
        25..=27 => decode_within::<{ 1 << 27 }>(bytes),
        _ => decode_within::<LARGEST>(bytes),
    }
}

fn decode_within<const LIMIT: usize>(bytes: &[u8]) -> Result<(Model, usize), DecodeError> {
    bincode::serde::decode_from_slice(bytes, config::<LIMIT>())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{bare_model, small_model};
    use super::*;
    use crate::{mixture::BernoulliMixture, record::Binarize};

    #[test]
    fn a_payload_with_a_byte_too_many_or_too_few_is_refused() {
        let mut bytes = encode(&bare_model()).unwrap();
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
        bytes.push(0);
        assert!(matches!(decode(&bytes), Err(ModelProblem::Layout(_))));
    }

    #[test]
    fn that_pictures_are_scaled_takes_a_byte_only_where_it_is_so() {
        let scaled = small_model();
        let plain = Model { scaled: false, ..scaled.clone() };
        let [with, without] = [&scaled, &plain].map(|model| encode(model).unwrap());
        assert!(scaled.scaled && with == [&without[..], &[1]].concat());
        assert!(decode(&with).unwrap() == scaled && decode(&without).unwrap() == plain);
        for more in [&[0][..], &[2], &[1, 1]] {
            let found = decode(&[&without[..], more].concat());
            assert!(matches!(found, Err(ModelProblem::Layout(_))), "{more:?}");
        }
    }

    #[test]
    fn a_list_that_claims_more_than_there_is_does_not_take_memory_for_it() {
        let mut bytes = encode(&small_model()).unwrap();
        bytes[..8].copy_from_slice(&(u64::MAX / 8).to_le_bytes());
        assert!(matches!(decode(&bytes), Err(ModelProblem::Layout(_))));
    }

    #[test]
    fn a_text_that_claims_more_than_there_is_does_not_take_memory_for_it() {
        let mut bytes = encode(&small_model()).unwrap();
        let at = bytes.windows(6).position(|text| text == b"colour").unwrap();
        bytes[at - 8..at].copy_from_slice(&(1u64 << 18).to_le_bytes());
        let error = decode(&bytes).unwrap_err().to_string();
        assert!(error.contains("LimitExceeded"), "{error}");
    }

    #[test]
    fn payloads_of_each_limit_but_the_last_can_be_read() {
        // Eight bytes a mean: 128 KiB, 512 KiB, 4 MiB and 32 MiB.
        for n_features in [1u32 << 14, 1 << 16, 1 << 19, 1 << 22] {
            let means = vec![0.5; n_features as usize];
            let mixture = BernoulliMixture::new([1.0], means).unwrap();
            let model = Model::new(mixture, 1, n_features, Binarize::Otsu).unwrap();
            assert!(decode(&encode(&model).unwrap()).unwrap() == model, "{n_features} features");
        }
    }

    #[test]
    fn lists_and_sizes_that_contradict_one_another_are_refused() {
        // The numbers of weights and of means, height and width.
        for at in [0, 24, 64, 68] {
            let mut bytes = encode(&small_model()).unwrap();
            bytes[at] += 1;
            let found = decode(&bytes);
            let is_named = matches!(found, Err(ModelProblem::Invalid(_) | ModelProblem::Layout(_)));
            assert!(is_named, "at {at}");
        }
    }
}
