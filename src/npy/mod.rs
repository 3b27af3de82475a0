//! The header of NumPy's `.npy` format, versions 1 to 3, read and written, and its elements as
//! numbers.
//!
//! ```text
//! 6 bytes  \x93NUMPY
//! 2 bytes  version, major and minor
//! 2 bytes  length of the text, little-endian; 4 bytes from version 2 on
//! text     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
//! ```
//!
//! Source: the documentation of `numpy.lib.format`. Only the literals of a plain array are read;
//! the parser has no recursion.

use crate::file_kind::NPY;

/// The elements begin at a multiple of this many bytes.
const ALIGNMENT: usize = 64;
/// The most dimensions that NumPy knows, in its second version.
pub(crate) const MAX_DIMENSIONS: usize = 64;

/// The header of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Header {
    /// Their type as NumPy writes it: `<f8`, `|u1`.
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
        let (mut dtype, is_fortran, shape) = Literal(text).array()?;
        if let Some(single @ ("b1" | "u1" | "i1")) = dtype.get(1..) {
            // A single byte has no order, but some writers give it one.
            dtype = format!("|{single}");
        }
        Ok(Self { dtype, is_fortran, shape, len: end })
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

/// The unread rest of a Python literal.
struct Literal<'a>(&'a str);

impl<'a> Literal<'a> {
    /// The dictionary of a plain array: type, order, shape.
    fn array(&mut self) -> Result<(String, bool, Vec<u64>), String> {
        let (mut dtype, mut is_fortran, mut shape) = (None, None, None);
        self.demand("{", "an opening brace")?;
        while !self.eat("}") {
            let key = self.string()?;
            self.demand(":", "a colon")?;
            match key {
                "descr" if self.sees("[") => {
                    return Err("it is no plain array; arrays of records are not read".into());
                }
                "descr" => dtype = Some(beginning(self.string()?)),
                "fortran_order" => is_fortran = Some(self.boolean()?),
                "shape" => shape = Some(self.tuple()?),
                _ => return Err(format!("it has an unknown entry {:?}", beginning(key))),
            }
            if !self.eat(",") && !self.sees("}") {
                return Err(self.unexpected("a comma"));
            }
        }
        if !self.0.trim().is_empty() {
            return Err(self.unexpected("its end"));
        }
        let missing = |key: &str| format!("it has no entry '{key}'");
        let dtype = dtype.ok_or_else(|| missing("descr"))?;
        let is_fortran = is_fortran.ok_or_else(|| missing("fortran_order"))?;
        Ok((dtype, is_fortran, shape.ok_or_else(|| missing("shape"))?))
    }

    /// Text in either kind of quotes, without escapes.
    fn string(&mut self) -> Result<&'a str, String> {
        for quote in ["'", "\""] {
            if self.eat(quote) {
                let (text, rest) =
                    self.0.split_once(quote).ok_or("a quotation in it has no end")?;
                self.0 = rest;
                return Ok(text);
            }
        }
        Err(self.unexpected("a quotation"))
    }

    fn boolean(&mut self) -> Result<bool, String> {
        let is_true = self.eat("True");
        if is_true || self.eat("False") {
            Ok(is_true)
        } else {
            Err(self.unexpected("True or False"))
        }
    }

    /// `(3, 4)`, `(3,)`, `()`; Python 2 wrote `(3L, 4L)`.
    fn tuple(&mut self) -> Result<Vec<u64>, String> {
        self.demand("(", "an opening bracket")?;
        let (dims, rest) = self.0.split_once(')').ok_or("its shape has no end")?;
        self.0 = rest;
        let dims = dims.split(',').map(str::trim).filter(|dim| !dim.is_empty());
        let number = |dim: &str| dim.strip_suffix('L').unwrap_or(dim).parse();
        let length = |dim| number(dim).map_err(|_| format!("its shape holds {:?}", beginning(dim)));
        let dims = dims.take(MAX_DIMENSIONS + 1).map(length).collect::<Result<Vec<u64>, _>>()?;
        if dims.len() > MAX_DIMENSIONS {
            return Err(format!("it has more than {MAX_DIMENSIONS} dimensions"));
        }
        Ok(dims)
    }

    fn sees(&mut self, token: &str) -> bool {
        self.0 = self.0.trim_start();
        self.0.starts_with(token)
    }

    fn eat(&mut self, token: &str) -> bool {
        let sees = self.sees(token);
        if sees {
            self.0 = self.0.get(token.len()..).unwrap_or_default();
        }
        sees
    }

    fn demand(&mut self, token: &str, name: &str) -> Result<(), String> {
        if self.eat(token) { Ok(()) } else { Err(self.unexpected(name)) }
    }

    fn unexpected(&self, wanted: &str) -> String {
        format!("{wanted} is wanted where {:?} stands", beginning(self.0))
    }
}

/// The first 16 characters of a text, for an error message.
fn beginning(text: &str) -> String {
    text.chars().take(16).collect()
}

#[cfg(test)]
mod tests;
