//! NumPy arrays (`.npy`) of rows (n, d) or images (n, height, width), and of labels (n).

use super::grey::{GreyValues, NotGrey};
use super::stream::Stream;
use crate::data::dataset::{Dataset, SourceKind};
use crate::data::labels::{LabelBuilder, Labels, class_of};
use crate::data::pixels::Pixels;
use crate::error::{DataProblem, Result};
use crate::npy::Header;

const CHUNK: u64 = 1 << 14;

struct Array {
    header: Header,
    n: usize,
    height: usize,
    width: usize,
    count: u64,
}

/// The array of `source` as images, rows as images of height 1. Further axes are left out if their
/// length is 1. Values: see [`super::grey`]; NaN is missing, and so are the numbers in `missing`.
///
/// # Errors
/// [`DataProblem`]: a header, element type or shape that is not read, a value out of range, another
/// length than the header promises.
pub(crate) fn read(source: String, mut input: Stream, missing: &[String]) -> Result<Dataset> {
    let array = Array::from_header(&input)?;
    let codes: Vec<f64> = missing.iter().filter_map(|code| code.trim().parse().ok()).collect();
    let (values, missing, has_fractions) = elements(&mut input, &array, &codes)?;
    let values = array.header.last_index_fastest(values);
    let missing: Vec<usize> = missing.into_iter().map(|index| array.header.place(index)).collect();
    let pixels = Pixels::new(array.n, array.height, array.width, values)?.without(&missing)?;
    Ok(Dataset { has_fractions, ..Dataset::new(source, SourceKind::Npy, pixels, None)? })
}

/// The labels in an array of whole numbers, (n) or with an axis of length 1; NaN is not known.
///
/// # Errors
/// [`DataProblem`]: a header, element type or shape that is not read, a number that is not whole,
/// no label, another length than the header promises.
pub(crate) fn read_labels(mut input: Stream) -> Result<Labels> {
    let header = header(&input)?;
    let n = match *header.shape {
        [0] => return Err(input.wrong(DataProblem::NoLabels)),
        [n] | [n, 1] | [1, n] => n,
        [_, _] | [_, _, _] => return Err(input.wrong(DataProblem::ImagesNotLabels)),
        _ => return Err(input.wrong(wrong_shape(&header.shape))),
    };
    let mut labels = LabelBuilder::default();
    for_each_number(&mut input, &header, n, |row, value| {
        match class_of(value) {
            Some(class) => labels.push(&class.to_string()),
            None if value.is_nan() => labels.push(""),
            None => {
                let place = format!("row {row} (counted from 0)");
                return Err(DataProblem::NoLabel { place, value });
            }
        }
        Ok(())
    })?;
    let labels = labels.finish();
    if labels.names().is_empty() {
        return Err(input.wrong(DataProblem::NoLabels));
    }
    Ok(labels)
}

/// Hands on index and value of all numbers in an array of one dimension, and says how many came.
///
/// # Errors
/// [`DataProblem`]: a header, element type or shape that is not read, another length than the
/// header promises; what `take` says.
pub(super) fn for_each(
    mut input: Stream,
    take: impl FnMut(u64, f64) -> Result<(), DataProblem>,
) -> Result<u64> {
    let header = header(&input)?;
    let [n] = header.shape[..] else { return Err(input.wrong(wrong_shape(&header.shape))) };
    for_each_number(&mut input, &header, n, take)?;
    Ok(n)
}

/// The characters of an array of bytes or text, if they are those of ASCII.
///
/// # Errors
/// [`DataProblem::NpyHeader`]; [`DataProblem::NpyType`] for numbers.
pub(super) fn read_text(input: Stream) -> Result<String> {
    let header = Header::read(input.head());
    let header = header.map_err(|reason| input.wrong(DataProblem::NpyHeader(reason)))?;
    if !header.dtype.contains(['S', 'U']) {
        return Err(input.wrong(DataProblem::NpyType(header.dtype)));
    }
    let text = input.head().get(header.len..).unwrap_or_default();
    Ok(text.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect())
}

/// Images, height and width, none of them 0, and their product.
fn sizes(shape: &[u64]) -> Result<([usize; 3], u64), DataProblem> {
    let sizes = match shape {
        [0, ..] => return Err(DataProblem::Empty),
        &[n, width] => Some([n, 1, width]),
        &[n, height, width] => Some([n, height, width]),
        [n, axes @ ..] if axes.len() > 2 => without_ones(*n, axes),
        _ => None,
    };
    let count = sizes.and_then(|sizes| sizes.iter().try_fold(1u64, |all, &s| all.checked_mul(s)));
    // A product that fits has factors that fit.
    match (sizes, count) {
        (Some(sizes), Some(count)) if count > 0 && usize::try_from(count).is_ok() => {
            Ok((sizes.map(|size| size as usize), count))
        }
        _ => Err(wrong_shape(shape)),
    }
}

/// The shape without axes of length 1, if at most two are left: grey images often have a channel.
fn without_ones(n: u64, axes: &[u64]) -> Option<[u64; 3]> {
    let longer: Vec<u64> = axes.iter().copied().filter(|&len| len != 1).collect();
    match longer[..] {
        [] => Some([n, 1, 1]),
        [width] => Some([n, 1, width]),
        [height, width] => Some([n, height, width]),
        _ => None,
    }
}

fn wrong_shape(shape: &[u64]) -> DataProblem {
    let shape: Vec<String> = shape.iter().map(u64::to_string).collect();
    DataProblem::NpyShape(shape.join(", "))
}

/// The grey values in the order of the file, the places of those that are missing, and whether they
/// were fractions.
fn elements(
    input: &mut Stream,
    array: &Array,
    codes: &[f64],
) -> Result<(Vec<u8>, Vec<usize>, bool)> {
    let Array { header, count, .. } = array;
    if codes.is_empty() && matches!(header.dtype.as_str(), "|u1" | "|b1") {
        input.skip(header.len as u64)?;
        let mut values = input.body(header.len as u64, *count)?;
        if header.dtype == "|b1" {
            values.iter_mut().for_each(|value| *value = u8::from(*value != 0));
        }
        return Ok((values, Vec::new(), false));
    }
    let mut values = GreyValues::default();
    for_each_number(input, header, *count, |_, number| {
        let number = if codes.contains(&number) { f64::NAN } else { number };
        values.push(number).map_err(|not_grey| array.out_of_range(not_grey))
    })?;
    let has_fractions = values.has_fractions();
    let (values, missing) = values.into_parts();
    Ok((values, missing, has_fractions))
}

/// Hands on the index and value of all `count` elements, in the order of the file.
fn for_each_number(
    input: &mut Stream,
    header: &Header,
    count: u64,
    mut take: impl FnMut(u64, f64) -> Result<(), DataProblem>,
) -> Result<()> {
    let Some(kind) = header.elements() else {
        return Err(input.wrong(DataProblem::NpyType(header.dtype.clone())));
    };
    let (offset, size) = (header.len as u64, kind.size as u64);
    let expected = count.checked_mul(size).and_then(|body| body.checked_add(offset));
    let expected = expected.unwrap_or(u64::MAX);
    input.check_len(expected)?;
    input.skip(offset)?;
    let mut chunk = Vec::new();
    for before in (0..count).step_by(CHUNK as usize) {
        let wanted = CHUNK.min(count - before) * size;
        chunk.clear();
        input.append(&mut chunk, wanted)?;
        let mut numbers = (before..).zip(kind.numbers(&chunk));
        numbers.try_for_each(|(index, number)| take(index, number)).map_err(|p| input.wrong(p))?;
        if (chunk.len() as u64) < wanted {
            let found = offset + before * size + chunk.len() as u64;
            return Err(input.wrong(DataProblem::Truncated { expected, found }));
        }
    }
    input.expect_end(expected)
}

/// The header, of an array of numbers.
fn header(input: &Stream) -> Result<Header> {
    let header = Header::read(input.head());
    let header = header.map_err(|reason| input.wrong(DataProblem::NpyHeader(reason)))?;
    match header.elements() {
        Some(_) => Ok(header),
        None => Err(input.wrong(DataProblem::NpyType(header.dtype))),
    }
}

impl Array {
    fn from_header(input: &Stream) -> Result<Self> {
        let header = header(input)?;
        let ([n, height, width], count) =
            sizes(&header.shape).map_err(|problem| input.wrong(problem))?;
        Ok(Self { header, n, height, width, count })
    }

    fn out_of_range(&self, NotGrey { index, value }: NotGrey) -> DataProblem {
        let place = self.header.place(index);
        let n_features = self.height * self.width;
        let (row, column) = (place / n_features, place % n_features);
        let place = format!("row {row}, column {column} (counted from 0)");
        DataProblem::OutOfRange { place, value }
    }
}

#[cfg(test)]
mod tests;
