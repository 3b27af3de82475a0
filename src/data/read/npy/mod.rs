//! NumPy arrays (`.npy`) of rows (n, d) or images (n, height, width).

use super::grey::{GreyValues, NotGrey};
use super::stream::Stream;
use crate::data::pixels::Pixels;
use crate::error::{DataProblem, Error, Result};
use crate::npy::Header;

const CHUNK: u64 = 1 << 14;

struct Array {
    header: Header,
    n: usize,
    height: usize,
    width: usize,
    count: u64,
}

/// The array as images, rows as images of height 1. Values: see [`super::grey`]; NaN is missing.
///
/// # Errors
/// [`DataProblem`]: a header, element type or shape that is not read, a value out of range, another
/// length than the header promises.
pub(crate) fn read(mut input: Stream) -> Result<Pixels> {
    let array = Array::from_header(&input)?;
    let (values, missing) = elements(&mut input, &array)?;
    let values = array.header.last_index_fastest(values);
    let missing: Vec<usize> = missing.iter().map(|&index| array.header.place(index)).collect();
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
            Err(DataProblem::NpyShape(shape.join(", ")))
        }
    }
}

/// The grey values in the order of the file, and the places of those that are missing.
fn elements(input: &mut Stream, array: &Array) -> Result<(Vec<u8>, Vec<usize>)> {
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
    let Some(kind) = array.header.elements() else {
        return Err(input.wrong(DataProblem::NpyType(dtype.clone())));
    };
    let size = kind.size as u64;
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
        let pushed = kind.numbers(&chunk).try_for_each(|number| values.push(number));
        pushed.map_err(|e| array.not_grey(input, e))?;
        if (chunk.len() as u64) < wanted {
            let found = offset + before * size + chunk.len() as u64;
            return Err(input.wrong(DataProblem::Truncated { expected, found }));
        }
    }
    input.expect_end(expected)?;
    Ok(values.into_parts())
}

impl Array {
    fn from_header(input: &Stream) -> Result<Self> {
        let header = Header::read(input.head());
        let header = header.map_err(|reason| input.wrong(DataProblem::NpyHeader(reason)))?;
        let ([n, height, width], count) =
            sizes(&header.shape).map_err(|problem| input.wrong(problem))?;
        Ok(Self { header, n, height, width, count })
    }

    fn not_grey(&self, input: &Stream, NotGrey { index, value }: NotGrey) -> Error {
        let place = self.header.place(index);
        let n_features = self.height * self.width;
        let (row, column) = (place / n_features, place % n_features);
        let place = format!("row {row}, column {column} (counted from 0)");
        input.wrong(DataProblem::OutOfRange { place, value })
    }
}

#[cfg(test)]
mod tests;
