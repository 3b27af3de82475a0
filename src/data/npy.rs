//! NumPy arrays (`.npy`) of rows (n, d) or images (n, height, width): the home of the `npyz` crate for reading data.
//!
//! That crate multiplies the shape unchecked and parses a header of nested brackets in exponential time, so a header is
//! only handed to it after a plain look has shown it to be one pair of braces with one small tuple in it.

use super::grey::{GreyValues, NotGrey};
use super::input::Input;
use super::pixels::Pixels;
use crate::error::{DataProblem, Error, Result};
use npyz::{DType, Deserialize, NpyFile, NpyHeader, Order, TypeChar};
use std::io::{ErrorKind, Read};

/// What the header says of the elements.
struct Array {
    header: NpyHeader,
    n: usize,
    height: usize,
    width: usize,
    fortran: bool,
    /// Bytes before the first element.
    offset: u64,
    count: u64,
}

/// Why reading elements stopped.
enum Stop {
    Io(std::io::Error),
    NotGrey(NotGrey),
}

/// The array as images, rows as images of height 1. Values: see [`super::grey`]; NaN is a missing one.
///
/// # Errors
/// [`DataProblem`]: a header, element type or shape that is not read, a value out of range, another length than the
/// header promises.
pub(super) fn read(mut input: Input) -> Result<Pixels> {
    let array = open(&mut input)?;
    let (values, missing) = elements(&mut input, &array)?;
    let values = if array.fortran { array.in_c_order(&values) } else { values };
    let n_features = array.height * array.width;
    let place = |&index: &usize| {
        let (image, feature) = array.place(index);
        image * n_features + feature
    };
    let missing: Vec<usize> = missing.iter().map(place).collect();
    Pixels::new(array.n, array.height, array.width, values)?.without(&missing)
}

fn open(input: &mut Input) -> Result<Array> {
    let bad = |reason: String| DataProblem::NpyHeader { reason };
    let (offset, shape) = preview(input.head()).map_err(|reason| input.wrong(bad(reason)))?;
    let ([n, height, width], count) = sizes(&shape).map_err(|problem| input.wrong(problem))?;
    let header = NpyHeader::from_reader(input.reader());
    let header = header.map_err(|e| input.wrong(bad(e.to_string())))?;
    let fortran = header.order() == Order::Fortran;
    Ok(Array { header, n, height, width, fortran, offset, count })
}

/// Images, height and width, none of them 0, and their product.
fn sizes(shape: &[u64]) -> Result<([usize; 3], u64), DataProblem> {
    let sizes = match *shape {
        [0, ..] => return Err(DataProblem::Empty),
        [n, width] => Some([n, 1, width]),
        [n, height, width] => Some([n, height, width]),
        _ => None,
    };
    let count = sizes.and_then(|sizes| sizes.iter().try_fold(1u64, |all, &s| all.checked_mul(s)));
    // A product that fits has factors that fit.
    match (sizes, count) {
        (Some(sizes), Some(count)) if count > 0 && usize::try_from(count).is_ok() => {
            Ok((sizes.map(|size| size as usize), count))
        }
        _ => {
            let shape: Vec<String> = shape.iter().map(u64::to_string).collect();
            Err(DataProblem::NpyShape { shape: shape.join(", ") })
        }
    }
}

/// The length of the whole header and the shape in it, from the first bytes of the file.
fn preview(head: &[u8]) -> Result<(u64, Vec<u64>), String> {
    let (len, start) = match *head {
        [_, _, _, _, _, _, 1, _, a, b, ..] => (usize::from(u16::from_le_bytes([a, b])), 10),
        [_, _, _, _, _, _, 2 | 3, _, a, b, c, d, ..] => {
            (u32::from_le_bytes([a, b, c, d]) as usize, 12)
        }
        _ => return Err("it is cut short or of an unknown version".into()),
    };
    let end = start + len;
    let text =
        head.get(start..end).ok_or(format!("it is cut short, or {len} bytes are too many"))?;
    Ok((end as u64, plain_shape(text)?))
}

/// The shape of a header `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
fn plain_shape(text: &[u8]) -> Result<Vec<u64>, String> {
    let text = std::str::from_utf8(text).map_err(|_| "it is not text")?;
    let once = |c: char| text.matches(c).count() == 1;
    if text.contains('[') || !['{', '}', '(', ')'].into_iter().all(once) {
        return Err("it is no plain array; arrays of records are not read".into());
    }
    let tuple = text.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    let (tuple, _) = tuple.ok_or("it has no shape")?;
    let dims = tuple.split(',').map(str::trim).filter(|dim| !dim.is_empty());
    dims.map(|dim| dim.parse().map_err(|_| format!("its shape holds {dim:?}"))).collect()
}

/// The grey values in the order of the file, and the places of those that are missing.
fn elements(input: &mut Input, array: &Array) -> Result<(Vec<u8>, Vec<usize>)> {
    let DType::Plain(kind) = array.header.dtype() else {
        return Err(input.wrong(DataProblem::NpyType { dtype: "record".into() }));
    };
    match (kind.type_char(), kind.size_field()) {
        (TypeChar::Uint, 1) => Ok((input.body(array.offset, array.count)?, Vec::new())),
        (TypeChar::Bool, 1) => {
            let values = input.body(array.offset, array.count)?;
            Ok((values.into_iter().map(|value| u8::from(value != 0)).collect(), Vec::new()))
        }
        (TypeChar::Int, 1) => numbers(input, array, 1, f64::from as fn(i8) -> f64),
        (TypeChar::Uint, 2) => numbers(input, array, 2, f64::from as fn(u16) -> f64),
        (TypeChar::Int, 2) => numbers(input, array, 2, f64::from as fn(i16) -> f64),
        (TypeChar::Uint, 4) => numbers(input, array, 4, f64::from as fn(u32) -> f64),
        (TypeChar::Int, 4) => numbers(input, array, 4, f64::from as fn(i32) -> f64),
        (TypeChar::Uint, 8) => numbers(input, array, 8, |v: u64| v as f64),
        (TypeChar::Int, 8) => numbers(input, array, 8, |v: i64| v as f64),
        (TypeChar::Float, 4) => numbers(input, array, 4, f64::from as fn(f32) -> f64),
        (TypeChar::Float, 8) => numbers(input, array, 8, |v: f64| v),
        _ => Err(input.wrong(DataProblem::NpyType { dtype: kind.to_string() })),
    }
}

/// Elements of `size` bytes, read one after the other and kept as one byte each.
fn numbers<T: Deserialize>(
    input: &mut Input,
    array: &Array,
    size: u64,
    number: impl Fn(T) -> f64,
) -> Result<(Vec<u8>, Vec<usize>)> {
    let expected = array.count.checked_mul(size).and_then(|body| body.checked_add(array.offset));
    let expected = expected.unwrap_or(u64::MAX);
    input.check_len(expected)?;
    let mut values = GreyValues::default();
    let read = fill(&mut values, array.header.clone(), input.reader(), number);
    let found = array.offset + values.len() as u64 * size;
    read.map_err(|stop| array.error(input, stop, expected, found))?;
    input.expect_end(expected)?;
    Ok(values.into_parts())
}

fn fill<T: Deserialize>(
    values: &mut GreyValues,
    header: NpyHeader,
    reader: impl Read,
    number: impl Fn(T) -> f64,
) -> Result<(), Stop> {
    let wrong_type = |e| Stop::Io(std::io::Error::new(ErrorKind::Unsupported, e));
    let elements = NpyFile::with_header(header, reader).data::<T>().map_err(wrong_type)?;
    for element in elements {
        values.push(number(element.map_err(Stop::Io)?)).map_err(Stop::NotGrey)?;
    }
    Ok(())
}

impl Array {
    /// The image and the feature of the element that is `index`th in the file.
    fn place(&self, index: usize) -> (usize, usize) {
        let n_features = self.height * self.width;
        if !self.fortran {
            return (index / n_features, index % n_features);
        }
        let (image, rest) = (index % self.n, index / self.n);
        let (row, column) = (rest % self.height, rest / self.height);
        (image, row * self.width + column)
    }

    /// Values stored first index fastest, as images.
    fn in_c_order(&self, values: &[u8]) -> Vec<u8> {
        let n_features = self.height * self.width;
        let mut images = vec![0; values.len()];
        for (index, &value) in values.iter().enumerate() {
            let (image, feature) = self.place(index);
            if let Some(slot) = images.get_mut(image * n_features + feature) {
                *slot = value;
            }
        }
        images
    }

    fn error(&self, input: &Input, stop: Stop, expected: u64, found: u64) -> Error {
        match stop {
            Stop::Io(e) if e.kind() == ErrorKind::UnexpectedEof => {
                input.wrong(DataProblem::Truncated { expected, found })
            }
            Stop::Io(e) => input.failed(e),
            Stop::NotGrey(NotGrey { index, value }) => {
                let (row, column) = self.place(index);
                input.wrong(DataProblem::Value { row, column, value })
            }
        }
    }
}

#[cfg(test)]
mod tests;
