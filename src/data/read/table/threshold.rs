//! Items whose numbers are compared with a threshold, as they are: a row means the same in any
//! file.

use super::rows::{self, Bit, Problem, for_each_number, matrix};
use super::value::Value;
use super::{Table, found};
use crate::bits::BitMatrix;
use crate::data::binarize::threshold_by_otsu;
use crate::data::cut::Cut;
use crate::data::missing_codes::{self, MANY, Spread};
use crate::data::remark::Remark;
use crate::error::{DataProblem, Result, TableProblem};
use std::collections::BTreeSet;

/// Bits by a threshold, and what was found out about the numbers.
pub(super) struct Compared {
    threshold: u8,
    pub(super) bits: BitMatrix,
    /// The least and the largest number of each item.
    ranges: Vec<(f64, f64)>,
    has_fractions: bool,
    /// For each item the numbers that may stand for missing answers.
    suspects: Vec<Vec<i32>>,
}

/// The numbers in `columns` as bits: 1 from `threshold` on. Errors: [`DataProblem::NotANumber`].
pub(super) fn compared(
    table: &Table,
    columns: &[usize],
    threshold: u8,
) -> Result<Compared, Problem> {
    let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); columns.len()];
    let mut spreads = vec![Spread::default(); columns.len()];
    let (mut has_fractions, mut numbers) = (false, BTreeSet::new());
    for_each_number(table, columns, |d, number| {
        has_fractions |= number.fract() != 0.0;
        ranges[d] = (ranges[d].0.min(number), ranges[d].1.max(number));
        spreads[d].meet(number);
        if numbers.len() < MANY {
            numbers.insert(number.to_bits());
        }
    })?;
    let suspects = missing_codes::suspects(&spreads, numbers.len() == MANY);
    let bit = |value: Value| match value {
        Value::Number(number) if number >= f64::from(threshold) => Bit::One,
        Value::Missing => Bit::Missing,
        _ => Bit::Zero,
    };
    let codes = 0..table.cells.n_codes();
    let of_code: Vec<Bit> = codes.map(|code| bit(table.value(code as u16))).collect();
    let of_text = |_, text: &str| bit(table.reading.value(text));
    let bits = matrix(table, columns, |(_, code)| of_code[usize::from(code)], of_text)?;
    Ok(Compared { threshold, bits, ranges, has_fractions, suspects })
}

/// The threshold that Otsu's method finds in the whole numbers in `columns`. Errors: as
/// [`rows::whole`] has.
pub(super) fn otsu(table: &Table, columns: &[usize]) -> Result<u8, Problem> {
    Ok(threshold_by_otsu(&rows::whole(table, columns)?))
}

/// Refuses a column whose whole numbers nearly all differ: they may name the rows. Errors:
/// [`TableProblem::RowNumbers`].
pub(super) fn check_row_numbers(table: &Table, columns: &[usize]) -> Result<(), DataProblem> {
    match found::row_numbers(table, columns) {
        Some(column) => Err(TableProblem::RowNumbers { column: table.name(column) }.into()),
        None => Ok(()),
    }
}

/// What is to be said of the numbers in `columns`. Errors: [`TableProblem::Shares`] for a fit.
pub(super) fn said(
    table: &Table,
    columns: &[usize],
    found: &Compared,
    has_model: bool,
) -> Result<Vec<Remark>, DataProblem> {
    let n_rows = found.bits.n_samples();
    let cut = Cut { threshold: found.threshold, ranges: &found.ranges, n_rows };
    if !has_model && cut.are_shares() && found.has_fractions {
        return Err(TableProblem::Shares.into());
    }
    let observed = found.bits.observed_counts();
    let has_missing = |d: usize| observed[d] < n_rows as u64;
    let name = |d: usize| table.name(columns[d]);
    let remark = if has_model { cut.by_model() } else { cut.cut_away(has_missing, name) };
    Ok(remark.into_iter().chain(Remark::of_codes(&found.suspects, name)).collect())
}
