//! NumPy arrays (`.npy`) of rows (n, d) or images (n, height, width).

use super::grey::{GreyValues, NotGrey};
use super::input::Input;
use crate::data::pixels::Pixels;
use crate::error::{DataProblem, Error, Result};
use crate::npy::{Decode, Header};

/// How many elements are decoded at a time.
const CHUNK: u64 = 1 << 14;

/// What the header says of the elements.
struct Array {
    header: Header,
    n: usize,
    height: usize,
    width: usize,
    count: u64,
}

/// The array as images, rows as images of height 1. Values: see [`super::grey`]; NaN is a missing one.
///
/// # Errors
/// [`DataProblem`]: a header, element type or shape that is not read, a value out of range, another length than the
/// header promises.
pub(crate) fn read(mut input: Input) -> Result<Pixels> {
    let array = Array::of(&input)?;
    let (values, missing) = elements(&mut input, &array)?;
    let values = if array.header.is_fortran { array.in_c_order(&values) } else { values };
    let n_features = array.height * array.width;
    let place = |&index: &usize| {
        let (image, feature) = array.place(index);
        image * n_features + feature
    };
    let missing: Vec<usize> = missing.iter().map(place).collect();
    Pixels::new(array.n, array.height, array.width, values)?.without(&missing)
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

/// The grey values in the order of the file, and the places of those that are missing.
fn elements(input: &mut Input, array: &Array) -> Result<(Vec<u8>, Vec<usize>)> {
    let dtype = &array.header.dtype;
    let offset = array.header.len as u64;
    if matches!(dtype.as_str(), "|u1" | "|b1") {
        input.skip(offset)?;
        let mut values = input.body(offset, array.count)?;
        if dtype == "|b1" {
            values.iter_mut().for_each(|value| *value = u8::from(*value != 0));
        }
        return Ok((values, Vec::new()));
    }
    let Some((decode, size)) = array.header.decode() else {
        return Err(input.wrong(DataProblem::NpyType { dtype: dtype.clone() }));
    };
    let size = size as u64;
    let expected = array.count.checked_mul(size).and_then(|body| body.checked_add(offset));
    let expected = expected.unwrap_or(u64::MAX);
    input.check_len(expected)?;
    input.skip(offset)?;
    let mut values = GreyValues::default();
    let mut chunk = Vec::new();
    while (values.len() as u64) < array.count {
        let before = values.len() as u64;
        let wanted = CHUNK.min(array.count - before) * size;
        chunk.clear();
        input.append(&mut chunk, wanted)?;
        push(&mut values, &chunk, size as usize, decode).map_err(|e| array.not_grey(input, e))?;
        if (chunk.len() as u64) < wanted {
            let found = offset + before * size + chunk.len() as u64;
            return Err(input.wrong(DataProblem::Truncated { expected, found }));
        }
    }
    input.expect_end(expected)?;
    Ok(values.into_parts())
}

fn push(values: &mut GreyValues, bytes: &[u8], size: usize, decode: Decode) -> Result<(), NotGrey> {
    bytes.chunks_exact(size).try_for_each(|element| values.push(decode(element)))
}

impl Array {
    fn of(input: &Input) -> Result<Self> {
        let header = Header::read(input.head());
        let header = header.map_err(|reason| input.wrong(DataProblem::NpyHeader { reason }))?;
        let ([n, height, width], count) =
            sizes(&header.shape).map_err(|problem| input.wrong(problem))?;
        Ok(Self { header, n, height, width, count })
    }

    /// The image and the feature of the element that is `index`th in the file.
    fn place(&self, index: usize) -> (usize, usize) {
        let n_features = self.height * self.width;
        if !self.header.is_fortran {
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

    fn not_grey(&self, input: &Input, NotGrey { index, value }: NotGrey) -> Error {
        let (row, column) = self.place(index);
        input.wrong(DataProblem::Value { row, column, value })
    }
}

#[cfg(test)]
mod tests;
