//! Plain values that say how rows were made and how a fit went. `data` and `em` fill them,
//! `model_file` keeps them, `cli` words them.
//!
//! In every format a setting is the text that the program takes, such as `threshold:128` or
//! `random-rows`. It is parsed once, on reading.

mod binarize;
mod criteria;
mod diagnosis;
mod init_kind;
mod item;
mod settings;
mod stop_reason;

pub use crate::digest::Digest;
pub use binarize::Binarize;
pub(crate) use binarize::refused as refused_rule;
pub use criteria::Criteria;
pub use diagnosis::{Diagnosis, Excess};
pub use init_kind::InitKind;
pub use item::Item;
pub use settings::{FitSettings, NInit};
pub use stop_reason::StopReason;

/// Serialises types as the text that `Display` writes and `FromStr` reads.
macro_rules! serde_as_text {
    ($($type:ty),+) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

serde_as_text!(Binarize, Digest, InitKind, NInit);
