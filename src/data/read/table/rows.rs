//! From the cells of items to bits, or to grey values.

use super::coding::Coded;
use super::value::Value;
use super::{
    super::grey::{GreyValues, NotGrey},
    Table,
};
use crate::bits::{BitMatrix, row_bytes};
use crate::data::pixels::Pixels;
use crate::error::{DataProblem, Error, Result, TableProblem};
use crate::parallel;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the cells of an item say, as far as bits go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bit {
    Zero,
    One,
    Missing,
}

/// The bits of items by their values (N x D).
pub(super) fn bits(table: &Table, items: &[Coded]) -> Result<BitMatrix> {
    let codes = 0..table.cells.n_codes();
    let is_missing: Vec<bool> =
        codes.map(|code| table.value(code as u16) == Value::Missing).collect();
    let keys: Vec<String> = items.iter().map(|item| table.reading.key(&item.values[1])).collect();
    let is_one = |text: &str, d: usize| table.reading.key(text) == keys[d];
    let ones: Vec<Vec<u16>> = items
        .iter()
        .enumerate()
        .map(|(d, item)| {
            let codes = table.cells.distinct(item.column).into_iter();
            codes.filter(|code| is_one(table.cells.text_of(*code), d)).collect()
        })
        .collect();
    let of_code = |(d, code): (usize, u16)| match is_missing[usize::from(code)] {
        true => Bit::Missing,
        false if ones[d].contains(&code) => Bit::One,
        false => Bit::Zero,
    };
    let of_text = |d: usize, text: &str| match table.reading.value(text) {
        Value::Missing => Bit::Missing,
        _ if is_one(text, d) => Bit::One,
        _ => Bit::Zero,
    };
    let columns: Vec<usize> = items.iter().map(|item| item.column).collect();
    matrix(table, &columns, of_code, of_text)
}

/// Rows of one piece of work.
const ROWS: usize = 1 << 14;
/// The most bits of items and texts that are looked up beforehand.
const MOST_PREPARED: usize = 1 << 20;

/// A matrix of the cells in `columns`, by number or, in columns that keep their texts, by text.
pub(super) fn matrix(
    table: &Table,
    columns: &[usize],
    of_code: impl Fn((usize, u16)) -> Bit + Sync,
    of_text: impl Fn(usize, &str) -> Bit + Sync,
) -> Result<BitMatrix> {
    let (n, d, stride) = (table.cells.n_rows(), columns.len(), row_bytes(columns.len()));
    let [mut ones, mut missing] = [0, 1].map(|_| vec![0u8; n * stride]);
    let is_text: Vec<bool> = columns.iter().map(|&column| table.cells.is_text(column)).collect();
    let n_codes = table.cells.n_codes();
    let prepared: Vec<Bit> = if d * n_codes <= MOST_PREPARED {
        (0..d).flat_map(|d| (0..n_codes).map(move |code| (d, code as u16))).map(&of_code).collect()
    } else {
        Vec::new()
    };
    let of_code = |d: usize, code: u16| match prepared.get(d * n_codes + usize::from(code)) {
        Some(bit) => *bit,
        None => of_code((d, code)),
    };
    let has_missing = AtomicBool::new(false);
    let blocks = ones.chunks_mut(stride * ROWS).zip(missing.chunks_mut(stride * ROWS)).enumerate();
    parallel::for_each(blocks, |(block, (ones, missing))| {
        let rows = ones.chunks_exact_mut(stride).zip(missing.chunks_exact_mut(stride));
        let mut is_any_missing = false;
        for (row, (ones, missing)) in (block * ROWS..).zip(rows) {
            let codes = table.cells.codes(row);
            for (feature, &column) in columns.iter().enumerate() {
                let bit = match is_text[feature] {
                    true => of_text(feature, table.cells.text(row, column)),
                    false => of_code(feature, codes[column]),
                };
                ones[feature / 8] |= u8::from(bit == Bit::One) << (feature % 8);
                missing[feature / 8] |= u8::from(bit == Bit::Missing) << (feature % 8);
                is_any_missing |= bit == Bit::Missing;
            }
        }
        has_missing.fetch_or(is_any_missing, Ordering::Relaxed);
    });
    let ones = BitMatrix::from_packed(n, d, ones)?;
    if !has_missing.into_inner() {
        return Ok(ones);
    }
    ones.with_missing(&BitMatrix::from_packed(n, d, missing)?)
}

/// What can go wrong on the way.
pub(super) enum Problem {
    Data(DataProblem),
    Other(Error),
}

impl From<DataProblem> for Problem {
    fn from(problem: DataProblem) -> Self {
        Self::Data(problem)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Hands on every number of the columns with its place among them; of most columns each once.
pub(super) fn for_each_number(
    table: &Table,
    columns: &[usize],
    mut take: impl FnMut(usize, f64),
) -> Result<(), DataProblem> {
    for (d, &column) in columns.iter().enumerate() {
        let mut meet = |text: &str| match table.reading.value(text) {
            Value::Missing => Ok(()),
            Value::Number(number) => {
                take(d, number);
                Ok(())
            }
            Value::Word(word) => {
                let key = table.reading.key(word);
                Err(table.not_a_number(column, columns, &key, word))
            }
        };
        if table.cells.is_text(column) {
            table.cells.column(column).try_for_each(meet)?;
        } else {
            let mut codes = table.cells.distinct(column).into_iter();
            codes.try_for_each(|code| meet(table.cells.text_of(code)))?;
        }
    }
    Ok(())
}

/// The cells in `columns` as grey values. Errors: [`DataProblem::NotANumber`],
/// [`DataProblem::OutOfRange`].
pub(super) fn grey(table: &Table, columns: &[usize]) -> Result<Pixels, Problem> {
    for_each_number(table, columns, |_, _| {})?;
    let number = |value: Value| if let Value::Number(number) = value { number } else { f64::NAN };
    let codes = 0..table.cells.n_codes();
    let of_code: Vec<f64> = codes.map(|code| number(table.value(code as u16))).collect();
    let mut values = GreyValues::default();
    for row in 0..table.cells.n_rows() {
        let codes = table.cells.codes(row);
        for &column in columns {
            let value = match table.cells.is_text(column) {
                true => number(table.reading.value(table.cells.text(row, column))),
                false => of_code[usize::from(codes[column])],
            };
            values.push(value).map_err(|wrong| out_of_range(table, columns, wrong))?;
        }
    }
    let (values, missing) = values.into_parts();
    let pixels = Pixels::new(table.cells.n_rows(), 1, columns.len(), values)?;
    Ok(pixels.without(&missing)?)
}

/// The cells in `columns` as whole numbers from 0 to 255. Errors: [`TableProblem::Shares`], and
/// those of [`grey`].
pub(super) fn whole(table: &Table, columns: &[usize]) -> Result<Pixels, Problem> {
    let (mut are_shares, mut has_fractions) = (true, false);
    for_each_number(table, columns, |_, number| {
        are_shares &= (0.0..=1.0).contains(&number);
        has_fractions |= number.fract() != 0.0;
    })?;
    if are_shares && has_fractions {
        return Err(DataProblem::from(TableProblem::Shares).into());
    }
    grey(table, columns)
}

fn out_of_range(
    table: &Table,
    columns: &[usize],
    NotGrey { index, value }: NotGrey,
) -> DataProblem {
    let (row, column) = (index / columns.len(), columns[index % columns.len()]);
    let place = format!("line {}, column {}", table.cells.line(row), column + 1);
    DataProblem::OutOfRange { place, value }
}
