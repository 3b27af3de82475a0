//! A fitted mixture as a file: the model file, open formats to leave by, and whole writes.
//!
//! # The model file, byte by byte
//!
//! Numbers are little-endian; `f64` is IEEE 754. Every format version keeps the first 52 bytes.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | magic `89 42 4D 4D 0D 0A 1A 0A`: not text, `BMM`, and line ends that a transfer as text would change |
//! | 8 | 4 | format version, `u32`; this page describes 4 |
//! | 12 | 8 | length of the payload, `u64`; the file ends where the payload ends |
//! | 20 | 32 | SHA-256 of bytes 0..20 followed by the payload |
//! | 52 | .. | the payload: the fields of a [`Model`], one after another |
//!
//! There is no padding. The last field, `scaled`, is there only if it is true. These are the forms
//! of a field:
//!
//! | form | bytes |
//! |---|---|
//! | list | a `u64` length, then the elements |
//! | text | a list of UTF-8 bytes |
//! | option | one byte: 0, or 1 and then the value |
//! | flag | one byte, 0 or 1 |
//! | code | `u32`, the place in a list of names, from 0 |
//!
//! A setting is the text that the program takes, such as `threshold:128`. What was found out about
//! a fit is numbers and codes; the program words them when it shows them. `docs/model-format.md`
//! lists all fields and has a reader in NumPy. It holds neither time nor path, so that one fit has
//! one file.

pub mod atomic;
mod envelope;
pub mod exchange;
mod label_table;
mod model;
mod payload;
mod record;
#[cfg(test)]
mod tests;
mod typicality;

use crate::error::ModelProblem;

pub use crate::digest::Digest;
pub use crate::record::Item;
pub use envelope::{FORMAT_VERSION, MAX_FILE_LEN};
pub use label_table::LabelTable;
pub use model::Model;
pub use record::{Confirmation, FitRecord, NextOptimum, Provenance, StartRecord, Trust};
pub use typicality::{LEVELS, Member, Typicality};

/// The bytes of the model file of `model`; the same model gives the same bytes.
///
/// # Errors
/// [`ModelProblem::Invalid`] if the parts do not fit together (see `Model::check`), so that
/// whatever is written can be read; [`ModelProblem::TooLarge`] above [`MAX_FILE_LEN`].
pub fn encode(model: &Model) -> Result<Vec<u8>, ModelProblem> {
    model.check()?;
    envelope::seal(&payload::encode(model)?)
}

/// The model in `bytes`, which must be one whole model file and nothing else.
///
/// # Errors
/// A [`ModelProblem`] that tells apart: a foreign file, a cut one, a damaged one, one of another
/// format version, and one with invalid contents. Any flipped bit, truncation or extra byte is
/// refused.
pub fn decode(bytes: &[u8]) -> Result<Model, ModelProblem> {
    payload::decode(envelope::open(bytes)?)
}
