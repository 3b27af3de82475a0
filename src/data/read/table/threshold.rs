//! Items whose numbers are compared with a threshold, as they are: a row means the same in any
//! file.

use super::Table;
use super::rows::{Bit, Problem, for_each_number, matrix};
use super::value::Value;
use crate::bits::BitMatrix;
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

/// What is to be said of the numbers in `columns`. Errors: [`TableProblem::Shares`] for a fit.
pub(super) fn said(
    table: &Table,
    columns: &[usize],
    found: &Compared,
    has_model: bool,
) -> Result<Vec<Remark>, DataProblem> {
    let threshold = found.threshold;
    let are_shares = found.ranges.iter().all(|(least, most)| *least >= 0.0 && *most <= 1.0);
    let most = found.ranges.iter().fold(0.0, |most, range| f64::max(most, range.1));
    let mut remarks = Vec::new();
    if has_model && are_shares && most > 0.0 && most < f64::from(threshold) {
        remarks.push(Remark::BelowThreshold(threshold));
    }
    if !has_model && are_shares && found.has_fractions {
        return Err(TableProblem::Shares.into());
    }
    if !has_model {
        let items = found.cut_away().map(|d| table.name(columns[d])).collect::<Vec<_>>();
        remarks.extend((!items.is_empty()).then_some(Remark::CutAway { threshold, items }));
    }
    remarks.extend(Remark::of_codes(&found.suspects, |d| table.name(columns[d])));
    Ok(remarks)
}

impl Compared {
    /// The items that are the same in all rows by the threshold alone: their numbers differ, or
    /// some are missing.
    fn cut_away(&self) -> impl Iterator<Item = usize> {
        let (sums, observed) = (self.bits.column_sums(), self.bits.observed_counts());
        let n = self.bits.n_samples() as u64;
        (0..self.ranges.len()).filter(move |&d| {
            let (least, most) = self.ranges[d];
            let is_constant = [0, observed[d]].contains(&sums[d]);
            is_constant && observed[d] > 0 && (least < most || observed[d] < n && most > 0.0)
        })
    }
}
