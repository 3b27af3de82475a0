//! Packed files (`.bits`), written by `bmm pack`: binary rows, one bit a feature, with labels,
//! weights and names. They load at the speed of the disk; large files are mapped.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `\x89BIT\r\n\x1a\n` |
//! | 8 | 4 | format version, 1 (u32; all numbers are little-endian) |
//! | 12 | 4 | H, the length of the header (u32); 16 + H is a multiple of 64 |
//! | 16 | H | the header: one JSON object (below), and blanks |
//! | 16 + H | N x R | the rows, of R = ceil(`height` x `width` / 8) bytes each |
//! | | N x R | if `missing`: a mask of missing entries, whose bits in the rows are 0 |
//! | | N x 4 | if `labels` is not null: the index in it of each row (u32); 2^32 - 1 is unknown |
//! | | N x 8 | if `weights`: how much each row counts (f64) |
//! | end - 32 | 32 | SHA-256 of everything before |
//!
//! In a row, feature d is bit d mod 8, lowest first, of byte d / 8; spare bits are 0.
//!
//! The header holds `n_samples` (N), `height`, `width` and `binarize`, the rule that made the bits
//! ([`Binarize`] as text). `inverted`, if true, says that it cut inverted grey values; `scaled`, if
//! true, that pictures of any size were scaled as a whole. `missing` and `weights` are true or
//! false. `labels` holds their names, or null; `names` those of the features, or none. `values`, if
//! any item has some, holds a list for each: the value read as 0 and the one read as 1, or nothing
//! for an item of zeros and ones. `synthetic`: a program drew the rows.

use super::stream::Stream;
use crate::bits::{BitMatrix, SharedBytes};
use crate::data::dataset::{Dataset, Part, SourceKind};
use crate::data::{labels::Labels, photo::Made, pixels::Pixels};
use crate::error::{DataProblem, Error, Result};
use crate::record::{Binarize, Item};
use crate::{digest::Hasher, file_kind::PACKED};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};

/// The format version this program writes, and the only one it reads.
const VERSION: u32 = 1;
/// The bytes before the header.
const PREFIX: usize = 16;
/// The longest header that is read, 256 MiB: names of features are all that can be long.
const MAX_HEADER: u32 = 256 << 20;
/// The longest one in a gzip file, 16 MiB: names of nothing pack well and take much memory.
const MAX_PACKED_HEADER: u32 = 16 << 20;
/// The rows begin at a multiple of this.
const ALIGNMENT: usize = 64;
/// The length of the SHA-256 at the end.
const CHECKSUM: usize = 32;
/// What stands for a label that is not known.
const UNKNOWN: u32 = u32::MAX;

/// Rows with labels, weights and names, as a packed file holds them.
#[derive(Debug, Clone, Copy)]
pub struct Packed<'a> {
    /// The rows (N x D).
    pub bits: &'a BitMatrix,
    /// The height of each image; 1 for rows of a table.
    pub height: usize,
    /// The width of each image; D = `height` x `width`.
    pub width: usize,
    /// The rule that made the bits.
    pub rule: Binarize,
    /// Whether it cut inverted grey values.
    pub inverted: bool,
    /// Whether pictures of any size were scaled as a whole to make the images.
    pub scaled: bool,
    /// A class for each row, where known.
    pub labels: Option<&'a Labels>,
    /// How much each row counts; `None`: 1 each.
    pub weights: Option<&'a [f64]>,
    /// The items (D), where they have names or values of their own; or none.
    pub items: &'a [Item],
    /// Whether a program drew the rows, so that they are no observations.
    pub synthetic: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    n_samples: u64,
    height: u64,
    width: u64,
    binarize: Binarize,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    inverted: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    scaled: bool,
    missing: bool,
    labels: Option<Vec<String>>,
    weights: bool,
    names: Vec<String>,
    /// For each item the values read as 0 and as 1, or none; empty if no item has some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<Vec<String>>,
    synthetic: bool,
}

/// A packed file to be written.
pub struct PackedFile<'a> {
    packed: Packed<'a>,
    /// Everything before the rows.
    start: Vec<u8>,
    len: u64,
}

impl<'a> PackedFile<'a> {
    /// The file that is to hold `packed`. Errors: [`Error::Parameter`] if `height` x `width` is not
    /// the number of features, or labels, weights or names are of another number, or the names take
    /// more than 256 MiB.
    pub fn new(packed: Packed<'a>) -> Result<Self> {
        check(&packed)?;
        let header = Header::new(&packed);
        let start = header.bytes()?;
        let len = start.len() as u64 + header.sizes().into_iter().flatten().sum::<u64>();
        Ok(Self { packed, start, len })
    }

    /// Its length in bytes.
    #[expect(clippy::len_without_is_empty, reason = "none is empty")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Writes all of it. Errors: those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Packed { bits, labels, weights, .. } = self.packed;
        let mut out = Hashing { out: BufWriter::new(out), hash: Hasher::default() };
        out.write_all(&self.start)?;
        let missing = bits.missing().into_iter().flat_map(BitMatrix::pieces);
        for piece in bits.pieces().chain(missing) {
            piece.chunks(PIECE).try_for_each(|bytes| out.write_all(bytes))?;
        }
        for label in labels.into_iter().flat_map(Labels::of_row) {
            out.write_all(&label.unwrap_or(UNKNOWN).to_le_bytes())?;
        }
        for weight in weights.into_iter().flatten() {
            out.write_all(&weight.to_le_bytes())?;
        }
        let Hashing { mut out, hash } = out;
        out.write_all(hash.finish().bytes())?;
        out.flush()
    }
}

/// Bytes that are hashed and written together, while they are in the cache.
const PIECE: usize = 1 << 16;

struct Hashing<W> {
    out: W,
    hash: Hasher,
}

impl<W: Write> Hashing<W> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes)
    }
}

fn check(packed: &Packed) -> Result<()> {
    let (n, d) = (packed.bits.n_samples(), packed.bits.n_features());
    let same = |name, found: usize, expected: usize| {
        if found == expected {
            return Ok(());
        }
        Err(Error::parameter(name, found, format!("{expected}, as the rows have")))
    };
    same("height x width", packed.height.saturating_mul(packed.width), d)?;
    same("number of labels", packed.labels.map_or(n, Labels::len), n)?;
    same("number of weights", packed.weights.map_or(n, <[f64]>::len), n)?;
    let features: usize = packed.items.iter().map(Item::n_features).sum();
    same("number of items", if packed.items.is_empty() { d } else { features }, d)
}

/// The data set in a packed file. The rows of a raw file of at least 256 MiB are memory-mapped.
/// Errors: [`DataProblem::Packed`] for damage, [`DataProblem::NewerPacked`] for a later format,
/// [`DataProblem::Truncated`] and [`DataProblem::TooLong`].
pub(crate) fn read(source: String, input: Stream) -> Result<Dataset> {
    let is_large = input.len() >= Some(MAPPED_FROM);
    read_or_map(source, input, is_large)
}

/// Files of at least so many bytes are memory-mapped; later changes to shorter ones do no harm.
const MAPPED_FROM: u64 = 256 << 20;

fn read_or_map(source: String, mut input: Stream, maps: bool) -> Result<Dataset> {
    let start = start(&mut input)?;
    let json = start.get(PREFIX..).unwrap_or_default();
    let header: Header = serde_json::from_slice(json)
        .map_err(|e| damaged(&input, &format!("its header cannot be read: {e}")))?;
    if [header.n_samples, header.height, header.width].contains(&0) {
        return Err(input.wrong(DataProblem::Empty));
    }
    let Some(sizes) = header.sizes() else {
        return Err(input.too_large("its header promises more bytes than can be counted".into()));
    };
    let body = Body::read(&mut input, start.len(), sizes.iter().sum(), maps)?;
    let (bytes, checksum) = body.bytes().split_at(body.bytes().len() - CHECKSUM);
    let mut hash = Hasher::default();
    hash.update(&start);
    bytes.chunks(PIECE).for_each(|bytes| hash.update(bytes));
    if checksum != hash.finish().bytes() {
        return Err(damaged(&input, "its checksum does not match"));
    }
    header.dataset(source, body, sizes).map_err(|reason| damaged(&input, &reason))
}

enum Body {
    Read(Vec<u8>),
    /// A memory-mapped file, from this offset on.
    Mapped(SharedBytes, usize),
}

impl Body {
    /// The rest of the file, `len` bytes behind the first `start` ones.
    fn read(input: &mut Stream, start: usize, len: u64, maps: bool) -> Result<Self> {
        let all = (start as u64).saturating_add(len);
        match maps.then(|| input.mapped(all)).flatten() {
            Some(bytes) => Ok(Self::Mapped(bytes?, start)),
            None => input.body(start as u64, len).map(Self::Read),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Mapped(bytes, start) => &(**bytes).as_ref()[*start..],
        }
    }

    /// `n` rows of `d` bits from the first `len` bytes, and if `has_missing` a mask from the next.
    fn rows(self, n: usize, d: usize, len: usize, has_missing: bool) -> Result<BitMatrix> {
        match self {
            Self::Read(mut rows) => {
                let mut missing = rows.split_off(len);
                let rows = BitMatrix::from_packed(n, d, rows)?;
                if !has_missing {
                    return Ok(rows);
                }
                missing.truncate(len);
                rows.with_missing(&BitMatrix::from_packed(n, d, missing)?)
            }
            Self::Mapped(bytes, start) => {
                let rows = BitMatrix::mapped(n, d, bytes.clone(), start)?;
                if !has_missing {
                    return Ok(rows);
                }
                rows.with_mapped_missing(BitMatrix::mapped(n, d, bytes, start + len)?)
            }
        }
    }
}

fn damaged(input: &Stream, reason: &str) -> Error {
    input.wrong(DataProblem::Packed(reason.into()))
}

/// Everything before the rows.
fn start(input: &mut Stream) -> Result<Vec<u8>> {
    let mut start = Vec::new();
    input.append_exactly(&mut start, PREFIX as u64)?;
    let word = |at: usize| start[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let (version, len) = (word(8), word(12));
    if version > VERSION {
        return Err(input.wrong(DataProblem::NewerPacked { theirs: version, ours: VERSION }));
    }
    let most = if input.is_gzip() { MAX_PACKED_HEADER } else { MAX_HEADER };
    if version == 0 || len > most {
        return Err(damaged(input, "its first 16 bytes make no sense"));
    }
    let expected = PREFIX as u64 + u64::from(len);
    if let Some(found) = input.len().filter(|found| *found < expected) {
        return Err(input.wrong(DataProblem::Truncated { expected, found }));
    }
    input.append_exactly(&mut start, len.into())?;
    Ok(start)
}

impl Header {
    fn new(packed: &Packed) -> Self {
        let values = packed.items.iter().map(|item| &item.categories);
        let are_bits = values.clone().all(Vec::is_empty);
        Self {
            n_samples: packed.bits.n_samples() as u64,
            height: packed.height as u64,
            width: packed.width as u64,
            binarize: packed.rule,
            inverted: packed.inverted,
            scaled: packed.scaled,
            missing: packed.bits.missing().is_some(),
            labels: packed.labels.map(|labels| labels.names().to_vec()),
            weights: packed.weights.is_some(),
            names: packed.items.iter().map(|item| item.name.clone()).collect(),
            values: if are_bits { Vec::new() } else { values.cloned().collect() },
            synthetic: packed.synthetic,
        }
    }

    /// Everything before the rows.
    fn bytes(&self) -> Result<Vec<u8>> {
        let mut json = serde_json::to_vec(self).map_err(|e| Error::io("header")(e.into()))?;
        json.resize((PREFIX + json.len()).next_multiple_of(ALIGNMENT) - PREFIX, b' ');
        let len = u32::try_from(json.len()).ok().filter(|&len| len <= MAX_HEADER);
        let value = || format!("{} bytes long in all", json.len());
        let len = len.ok_or_else(|| Error::parameter("names", value(), "at most 256 MiB"))?;
        Ok([&PACKED[..], &VERSION.to_le_bytes(), &len.to_le_bytes(), &json].concat())
    }

    /// The bytes of rows, missing entries, labels, weights and checksum; `None` if u64 overflows.
    fn sizes(&self) -> Option<[u64; 5]> {
        let row = self.height.checked_mul(self.width)?.div_ceil(8);
        let of_rows = |bytes: u64, is_there: bool| {
            if is_there { self.n_samples.checked_mul(bytes) } else { Some(0) }
        };
        let sizes = [
            of_rows(row, true)?,
            of_rows(row, self.missing)?,
            of_rows(4, self.labels.is_some())?,
            of_rows(8, self.weights)?,
            CHECKSUM as u64,
        ];
        sizes.iter().try_fold(0, |sum: u64, &size| sum.checked_add(size)).map(|_| sizes)
    }

    /// The data set in `body`, or what is wrong with it.
    fn dataset(self, source: String, body: Body, sizes: [u64; 5]) -> Result<Dataset, String> {
        let (n, height, width) =
            (self.n_samples as usize, self.height as usize, self.width as usize);
        let said = |error: Error| error.to_string();
        let [rows, missing, codes, weights] = [0, 1, 2, 3].map(|i| sizes[i] as usize);
        let (codes, behind) = body.bytes()[rows + missing..].split_at(codes);
        let labels = self.labels.map(|names| labels(names, codes)).transpose()?;
        let weights = self.weights.then(|| numbers(&behind[..weights])).transpose()?;
        let bits = body.rows(n, height * width, rows, self.missing).map_err(said)?;
        let items = items(self.names, self.values, height * width)?;
        let pixels = Pixels::packed(bits, height, width).map_err(said)?;
        let kind = if self.synthetic { SourceKind::Synthetic } else { SourceKind::Packed };
        let (packed_by, is_inverted) = (Some(self.binarize), self.inverted);
        let made = if self.scaled { Made::Scaled } else { Made::AsItWas };
        let part = Part { packed_by, is_inverted, made, ..Part::new(source, 0, n) };
        let set = Dataset::from_parts(vec![part], kind, pixels, labels).map_err(said)?;
        Ok(Dataset { weights, items, ..set })
    }
}

/// The items of `d` features; none if they have neither names nor values.
fn items(names: Vec<String>, mut values: Vec<Vec<String>>, d: usize) -> Result<Vec<Item>, String> {
    if !names.is_empty() && names.len() != d {
        return Err("it has another number of names than of features".into());
    }
    values.resize(if values.is_empty() { names.len() } else { values.len() }, Vec::new());
    if values.len() != names.len() || !values.iter().all(|values| [0, 2].contains(&values.len())) {
        return Err("its items have other values than two each".into());
    }
    let items = names.into_iter().zip(values);
    Ok(items.map(|(name, categories)| Item { name, categories }).collect())
}

fn labels(names: Vec<String>, codes: &[u8]) -> Result<Labels, String> {
    let distinct: BTreeSet<&String> = names.iter().collect();
    if distinct.len() < names.len() || names.iter().any(String::is_empty) {
        return Err("the names of its labels are not distinct".into());
    }
    let (codes, _) = codes.as_chunks::<4>();
    let codes = codes.iter().map(|code| u32::from_le_bytes(*code));
    let of_row = codes.map(|code| (code != UNKNOWN).then_some(code)).collect();
    Labels::new(names, of_row).ok_or_else(|| "a row has a label that it does not name".into())
}

/// Weights as a table may have them.
fn numbers(bytes: &[u8]) -> Result<Vec<f64>, String> {
    let (weights, _) = bytes.as_chunks::<8>();
    let weights: Vec<f64> = weights.iter().map(|weight| f64::from_le_bytes(*weight)).collect();
    let is_sound = |weight: &f64| weight.is_finite() && *weight >= 0.0;
    if weights.iter().all(is_sound) && weights.iter().any(|weight| *weight > 0.0) {
        return Ok(weights);
    }
    Err("its weights are not finite, not negative and not all 0".into())
}

#[cfg(test)]
mod tests;
