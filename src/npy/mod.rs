//! The header of NumPy's `.npy` format, versions 1 to 3, and its elements as numbers.
//!
//! ```text
//! 6 bytes  \x93NUMPY
//! 2 bytes  version, major and minor
//! 2 bytes  length of the text, little-endian; 4 bytes from version 2 on
//! text     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
//! ```
//!
//! Source: the documentation of `numpy.lib.format`. Only the literals of a plain array are read.

use crate::file_kind::NPY;
use serde::Deserialize;
use serde_json::Value;

/// The elements begin at a multiple of this many bytes.
const ALIGNMENT: usize = 64;
/// The most dimensions that NumPy knows, in its second version.
pub(crate) const MAX_DIMENSIONS: usize = 64;

/// The type of elements that have several fields.
pub(crate) const RECORD: &str = "record";

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Header {
    /// Their type as NumPy writes it: `<f8`, `|u1`; or [`RECORD`].
    pub(crate) dtype: String,
    /// Whether the first index runs fastest.
    pub(crate) is_fortran: bool,
    /// The lengths of the dimensions.
    pub(crate) shape: Vec<u64>,
    /// Bytes before the first element.
    pub(crate) len: usize,
}

/// How the elements of an array become numbers.
#[derive(Clone, Copy)]
pub(crate) struct Elements {
    decode: fn(&[u8]) -> f64,
    /// Bytes of one element.
    pub(crate) size: usize,
}

impl Elements {
    /// The numbers in `bytes`, in their order; bytes behind the last whole element are passed over.
    pub(crate) fn numbers(self, bytes: &[u8]) -> impl Iterator<Item = f64> {
        bytes.chunks_exact(self.size).map(self.decode)
    }
}

impl Header {
    /// The header at the beginning of `bytes`, or what is wrong as the end of a sentence.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let (len, start) = match *bytes.strip_prefix(NPY).ok_or("it does not begin as one")? {
            [1, _, a, b, ..] => (usize::from(u16::from_le_bytes([a, b])), 10),
            [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([a, b, c, d]) as usize, 12),
            _ => return Err("it is cut short or of an unknown version".into()),
        };
        let end = len.saturating_add(start);
        let text = bytes.get(start..end);
        let text = text.ok_or(format!("it is cut short, or {len} bytes are too many"))?;
        let text = std::str::from_utf8(text).map_err(|_| "it is not text")?;
        let Dictionary { descr, fortran_order, shape } =
            Dictionary::parse(text).map_err(|e| e.to_string())?;
        let Value::String(mut dtype) = descr else {
            let dtype = RECORD.into();
            return Ok(Self { dtype, is_fortran: fortran_order, shape, len: end });
        };
        if shape.len() > MAX_DIMENSIONS {
            return Err(format!("it has more than {MAX_DIMENSIONS} dimensions"));
        }
        if let Some(single @ ("b1" | "u1" | "i1")) = dtype.get(1..) {
            // A single byte has no order, but some writers give it one.
            dtype = format!("|{single}");
        }
        Ok(Self { dtype, is_fortran: fortran_order, shape, len: end })
    }

    /// How its elements become numbers; `None` if they are no real numbers of a type that is read.
    pub(crate) fn elements(&self) -> Option<Elements> {
        let (order, name) = self.dtype.split_at_checked(1)?;
        macro_rules! number {
            ($type:ty) => {
                Elements {
                    decode: if order == ">" {
                        |bytes| <$type>::from_be_bytes(bytes.try_into().unwrap_or_default()) as f64
                    } else {
                        |bytes| <$type>::from_le_bytes(bytes.try_into().unwrap_or_default()) as f64
                    },
                    size: size_of::<$type>(),
                }
            };
        }
        Some(match (order, name) {
            ("|", "b1") => Elements { decode: |bytes| f64::from(u8::from(bytes != [0])), size: 1 },
            ("|", "u1") => number!(u8),
            ("|", "i1") => number!(i8),
            ("<" | ">", "u2") => number!(u16),
            ("<" | ">", "i2") => number!(i16),
            ("<" | ">", "u4") => number!(u32),
            ("<" | ">", "i4") => number!(i32),
            ("<" | ">", "u8") => number!(u64),
            ("<" | ">", "i8") => number!(i64),
            ("<", "f2") => {
                Elements { decode: |bytes| half(u16::from_le_bytes(pair(bytes))), size: 2 }
            }
            (">", "f2") => {
                Elements { decode: |bytes| half(u16::from_be_bytes(pair(bytes))), size: 2 }
            }
            ("<" | ">", "f4") => number!(f32),
            ("<" | ">", "f8") => number!(f64),
            _ => return None,
        })
    }

    /// The place that the `index`th element of the file has when the last index runs fastest. The
    /// product of the shape must fit in memory.
    pub(crate) fn place(&self, index: usize) -> usize {
        if !self.is_fortran {
            return index;
        }
        let mut stride = self.shape.iter().map(|&dim| dim as usize).product::<usize>();
        let (mut place, mut rest) = (0, index);
        for dim in self.shape.iter().map(|&dim| dim as usize) {
            stride /= dim;
            place += rest % dim * stride;
            rest /= dim;
        }
        place
    }

    /// `values`, all elements in the order of the file, with the last index running fastest.
    pub(crate) fn last_index_fastest<T: Copy + Default>(&self, values: Vec<T>) -> Vec<T> {
        if !self.is_fortran {
            return values;
        }
        let mut ordered = vec![T::default(); values.len()];
        for (index, &value) in values.iter().enumerate() {
            ordered[self.place(index)] = value;
        }
        ordered
    }
}

fn pair(bytes: &[u8]) -> [u8; 2] {
    bytes.try_into().unwrap_or_default()
}

/// The number of half precision with these bits. Source: IEEE 754, binary16.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// The header of an array of that type and shape (at most [`MAX_DIMENSIONS`]), last index fastest.
pub(crate) fn header(dtype: &str, shape: &[u64]) -> Vec<u8> {
    let mut dims: String = shape.iter().map(|dim| format!("{dim}, ")).collect();
    if shape.len() > 1 {
        dims.truncate(dims.len() - 2); // a tuple of one keeps its comma
    }
    let dims = dims.trim_end();
    let text = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({dims}), }}");
    // Magic, version and length take ten bytes, the line feed at the end one.
    let len = (text.len() + 11).next_multiple_of(ALIGNMENT) - 10;
    let padded = format!("{text:<width$}\n", width = len - 1);
    [NPY, &[1, 0], &(len as u16).to_le_bytes(), padded.as_bytes()].concat()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dictionary {
    /// A text for plain numbers, a list for records.
    descr: Value,
    fortran_order: bool,
    shape: Vec<u64>,
}

impl Dictionary {
    /// The dictionary in `text`, a Python literal. With other quotes and brackets it is JSON.
    fn parse(text: &str) -> serde_json::Result<Self> {
        let spellings = [
            ("'", "\""),
            ("(", "["),
            (")", "]"),
            ("True", "true"),
            ("False", "false"),
            // Python 2 wrote `3L`; either leaves a comma behind the last entry.
            ("L,", ","),
            ("L]", "]"),
            (",]", "]"),
            (",}", "}"),
        ];
        let text: String = text.split_whitespace().collect();
        let json = spellings.iter().fold(text, |text, (python, json)| text.replace(python, json));
        serde_json::from_str(&json)
    }
}

#[cfg(test)]
mod tests;
