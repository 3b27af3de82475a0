//! A fitted mixture as a file: the model file itself, open formats to leave by, and writing without half-written files.
//!
//! # The model file, byte by byte
//!
//! All numbers are little-endian; `f64` is IEEE 754. The first 52 bytes keep this layout in every format version.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | magic `89 42 4D 4D 0D 0A 1A 0A`: not text, `BMM`, and line ends that a text-mode transfer would change |
//! | 8 | 4 | format version, `u32`; this page describes 2 |
//! | 12 | 8 | length of the payload, `u64`; the file ends where the payload ends |
//! | 20 | 32 | SHA-256 of bytes 0..20 followed by the payload |
//! | 52 | .. | the payload |
//!
//! The payload is a sequence of these, without padding. A *list* is a `u64` length followed by its elements, a *text* a
//! list of UTF-8 bytes, an *option* one byte, 0 for absent or 1 followed by the value, a *flag* one byte, 0 or 1.
//!
//! | type | what |
//! |---|---|
//! | `u64` | K, the number of components |
//! | `u64` | D, the number of features; height x width |
//! | `u32` | height in pixels |
//! | `u32` | width in pixels |
//! | list of `f64` | the K weights: payload byte 24 holds the length, 32 the first weight |
//! | list of `f64` | the K x D means, one component after another, each image row by row |
//! | text | the binarisation rule, such as `threshold:128` |
//! | option | [`LabelTable`]: list of texts (L names), list of `u64` (K x L counts, one component after another), list of options of `u32` (K, the label that each component was fitted to, or 0 long) |
//! | option | [`FitRecord`]: `f64` log-likelihood, `u64` iterations, text stop, list of `f64` history, list of starts (each `u64` seed index, `u64` iterations, `f64` objective, text stop), `u64` best start |
//! | option | [`Provenance`]: text version, text SHA-256 of the data, `u64` samples, flag synthetic, `u64` seed, text n_init, text init, `f64` alpha, `f64` tol, `u64` max_iter, flag accelerate |
//! | option | [`Trust`]: text line, `f64` gradient residual, list of findings (each text code, list of `u64` components, text message, text advice) |
//! | option | [`Typicality`]: list of `f64` (K x 27 quantiles of log p(x) at [`LEVELS`], one component after another), list of `f64` (the same of the number of ones) |
//!
//! A reader of the numbers in Python, whole:
//!
//! ```text
//! import hashlib, struct
//! b = open("model.bmm", "rb").read()
//! version, length = struct.unpack_from("<IQ", b, 8)
//! assert b[:8] == b"\x89BMM\r\n\x1a\n" and version == 2 and len(b) == 52 + length
//! assert hashlib.sha256(b[:20] + b[52:]).digest() == b[20:52]
//! k, d, height, width = struct.unpack_from("<QQII", b, 52)
//! weights = struct.unpack_from(f"<{k}d", b, 52 + 32)
//! flat = struct.unpack_from(f"<{k * d}d", b, 52 + 32 + 8 * k + 8)
//! means = [flat[i * d : (i + 1) * d] for i in range(k)]
//! ```
//!
//! The file holds neither time nor path: the same fit gives the same bytes.

pub mod atomic;
mod envelope;
pub mod exchange;
mod payload;
mod record;
#[cfg(test)]
mod tests;
mod typicality;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, ModelProblem, Result};

pub use crate::digest::sha256_hex;
pub use envelope::{FORMAT_VERSION, MAX_FILE_LEN};
pub use record::{Finding, FitRecord, LabelTable, Model, Provenance, StartRecord, Trust};
pub use typicality::{LEVELS, Member, Typicality};

/// The bytes of the model file of `model`; the same model gives the same bytes.
///
/// # Errors
/// [`ModelProblem::Invalid`] if the parts do not fit together (see [`Model::check`]), so that whatever is written can
/// be read; [`ModelProblem::TooLarge`] above [`MAX_FILE_LEN`].
pub fn encode(model: &Model) -> Result<Vec<u8>, ModelProblem> {
    model.check()?;
    envelope::seal(&payload::encode(model)?)
}

/// The model in `bytes`, which must be one whole model file and nothing else.
///
/// # Errors
/// A [`ModelProblem`] that tells a foreign file, a cut one, a damaged one, one of a newer format and one with invalid
/// contents apart. Any flipped bit, any truncation and any byte too many is refused.
pub fn decode(bytes: &[u8]) -> Result<Model, ModelProblem> {
    payload::decode(envelope::open(bytes)?)
}

/// The model in the file at `path`.
///
/// The size is checked against the header and [`MAX_FILE_LEN`] before memory is taken for it.
///
/// # Errors
/// [`Error::Io`] if it cannot be read, [`Error::Model`] for everything [`decode`] refuses.
pub fn read(path: impl AsRef<Path>) -> Result<Model> {
    let path = path.as_ref();
    let file = File::open(path).map_err(Error::io(path))?;
    decode(&read_file(path, file)?).map_err(|problem| Error::model(path, problem))
}

/// The bytes of a model file, at most one more than its header asks for.
fn read_file(path: &Path, mut file: File) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_some(path, &mut file, envelope::HEADER_LEN, &mut bytes)?;
    let needs = envelope::file_len(&bytes).map_err(|problem| Error::model(path, problem))?;
    let about = file.metadata().map_err(Error::io(path))?;
    if about.is_file() && about.len() < needs {
        return Err(Error::model(path, ModelProblem::Truncated { has: about.len(), needs }));
    }
    read_some(path, &mut file, (needs - envelope::HEADER_LEN).saturating_add(1), &mut bytes)?;
    Ok(bytes)
}

/// Appends up to `count` bytes of `file` to `bytes`, which grows with what arrives, not with what is announced.
fn read_some(path: &Path, file: &mut File, count: u64, bytes: &mut Vec<u8>) -> Result<()> {
    file.take(count).read_to_end(bytes).map_err(Error::io(path)).map(drop)
}
