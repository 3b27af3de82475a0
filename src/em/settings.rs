//! The settings of a fit, as a model file, a run's JSON and a sweep's JSON keep them.

use super::init::InitKind;
use super::params::{FitParams, NInit};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a fit was asked for. With the same rows and K it gives the same mixture again.
///
/// In text formats `n_init` and `init` are the words that the program takes, such as `auto` and `random-rows`. In binary
/// ones they are numbers and codes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitSettings {
    /// [`FitParams::seed`].
    pub seed: u64,
    /// [`FitParams::n_init`]; in binary formats a `u64`, 0 for [`NInit::Auto`].
    pub n_init: NInit,
    /// How the starts were initialised.
    pub init: InitKind,
    /// [`FitParams::alpha`].
    pub alpha: f64,
    /// [`FitParams::tol`], in nats per sample.
    pub tol: f64,
    /// [`FitParams::max_iter`].
    pub max_iter: u64,
    /// [`FitParams::accelerate`].
    #[serde(default = "accelerated")]
    pub accelerate: bool,
}

/// Fits accelerate unless they are told not to.
fn accelerated() -> bool {
    true
}

impl FitParams {
    /// The settings to be kept: all but K and memory.
    pub fn settings(&self) -> FitSettings {
        FitSettings {
            seed: self.seed,
            n_init: self.n_init,
            init: self.init.kind(),
            alpha: self.alpha,
            tol: self.tol,
            max_iter: self.max_iter as u64,
            accelerate: self.accelerate,
        }
    }
}

impl Serialize for NInit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            _ if serializer.is_human_readable() => serializer.collect_str(self),
            Self::Auto => serializer.serialize_u64(0),
            Self::Exactly(n) => serializer.serialize_u64(*n as u64),
        }
    }
}

impl<'de> Deserialize<'de> for NInit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return String::deserialize(deserializer)?.parse().map_err(D::Error::custom);
        }
        match u64::deserialize(deserializer)? {
            0 => Ok(Self::Auto),
            n => usize::try_from(n).map(Self::Exactly).map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_from_json_whose_words_are_those_of_the_program() {
        let digest = std::array::from_fn(|i| 7 * i as u8);
        for init in [InitKind::KMeansPlusPlus, InitKind::From(Some(digest))] {
            for n_init in [NInit::Auto, NInit::Exactly(12)] {
                let settings = FitSettings { n_init, init, ..FitParams::default().settings() };
                let json = serde_json::to_value(&settings).unwrap();
                assert_eq!(json["n_init"], n_init.to_string());
                assert_eq!(json["init"], init.to_string());
                assert_eq!(serde_json::from_value::<FitSettings>(json).unwrap(), settings);
            }
        }
    }

    #[test]
    fn a_binary_file_holds_numbers_and_codes() {
        let config = bincode::config::standard().with_fixed_int_encoding();
        for (init, n_init, codes) in [
            (InitKind::RandomRows, NInit::Auto, [0, 0, 0]),
            (InitKind::KMeansPlusPlus, NInit::Exactly(7), [7, 3, 0]),
            (InitKind::From(Some([9; 32])), NInit::Exactly(1), [1, 4, 1]),
        ] {
            let settings = FitSettings { n_init, init, ..FitParams::default().settings() };
            let bytes = bincode::serde::encode_to_vec(&settings, config).unwrap();
            // After the seed: `n_init` (8 bytes), the kind, and whether there is a digest.
            assert_eq!([bytes[8], bytes[16], bytes[17]], codes);
            let (read, _) = bincode::serde::decode_from_slice(&bytes, config).unwrap();
            assert_eq!(settings, read);
        }
    }
}
