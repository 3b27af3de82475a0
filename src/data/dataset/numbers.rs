//! Whether the numbers of an array or table are what they were taken for.

use super::{Dataset, SourceKind};
use crate::data::cut::{self, Cut};
use crate::data::missing_codes::{self, MANY, Spread};
use crate::data::remark::Remark;
use crate::error::{DataProblem, Error, Result};
use crate::wording;
use std::collections::BTreeSet;

impl Dataset {
    /// Checks that all values are on one scale. A binary table with ages is not.
    ///
    /// # Errors
    /// [`DataProblem::MixedScales`] if most columns that are not blank hold zeros and ones, but not
    /// all: about the source of the largest value in the first such column.
    pub(crate) fn check_scale(&self) -> Result<()> {
        if !matches!(self.kind, SourceKind::Npy | SourceKind::Table) {
            return Ok(());
        }
        let mut most = vec![0; self.pixels.n_features()];
        for row in self.pixels.values().chunks_exact(most.len()) {
            most.iter_mut().zip(row).for_each(|(most, value)| *most = (*value).max(*most));
        }
        let n_binary = most.iter().filter(|most| **most == 1).count();
        let n_other = most.iter().filter(|most| **most > 1).count();
        match most.iter().zip(0..).find(|(most, _)| **most > 1) {
            Some((&value, d)) if n_binary > n_other => {
                let name = self.column_name(d);
                let is_told = |i: &usize| self.pixels.image(*i)[d] == value;
                let row = (0..self.pixels.n_images()).find(is_told).unwrap_or(0);
                Err(Error::data(self.origin(row).0, DataProblem::MixedScales { name, value }))
            }
            _ => Ok(()),
        }
    }

    /// Checks that an array of numbers holds images, or zeros and ones.
    ///
    /// # Errors
    /// [`DataProblem::ArrayValues`] with some values of rows that need a rule, or
    /// [`DataProblem::Fractions`].
    pub(crate) fn check_array(&self) -> Result<()> {
        if self.kind != SourceKind::Npy || self.pixels.height() > 1 || self.pixels.is_binary() {
            return Ok(());
        }
        if self.has_fractions {
            return Err(Error::data(self.origin(0).0, DataProblem::Fractions));
        }
        let values: BTreeSet<u8> = self.pixels.values().iter().copied().collect();
        let odd = missing_codes::among(values.iter().copied().map(f64::from));
        let odd = odd.iter().map(i32::to_string).collect();
        let mut values: Vec<String> = values.iter().map(u8::to_string).collect();
        wording::shorten(&mut values);
        let missing = self.pixels.missing();
        let d = self.pixels.n_features();
        let is_known = |at: usize| !missing.is_some_and(|missing| missing.get(at / d, at % d));
        let mut counts = [0; 256];
        for (at, value) in self.pixels.values().iter().enumerate() {
            counts[usize::from(*value)] += usize::from(is_known(at));
        }
        let met = (0_u8..).zip(counts).filter(|(_, n)| *n > 0);
        let cut = cut::parting(met.map(|(value, n)| (value.into(), n)).collect());
        Err(Error::data(self.origin(0).0, DataProblem::ArrayValues { values, odd, cut }))
    }

    /// What is to be said of rows of an array that `threshold` cuts, for a fit or for a model.
    pub(crate) fn said_of_cut(&self, threshold: u8, has_model: bool) -> Vec<Remark> {
        let (n_rows, d) = (self.pixels.n_images(), self.pixels.n_features());
        if self.kind != SourceKind::Npy || self.pixels.height() > 1 || self.pixels.is_binary() {
            return Vec::new();
        }
        let missing = self.pixels.missing();
        let is_missing = |i, d| missing.is_some_and(|missing| missing.get(i, d));
        let (mut spreads, mut met) = (vec![Spread::default(); d], vec![[0; 2]; d]);
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); d];
        for (i, row) in self.pixels.values().chunks_exact(d).enumerate() {
            for (d, value) in row.iter().enumerate().filter(|(d, _)| !is_missing(i, *d)) {
                let number = f64::from(*value);
                ranges[d] = (ranges[d].0.min(number), ranges[d].1.max(number));
                spreads[d].meet(number);
                met[d][usize::from(value / 128)] |= 1 << (value % 128);
            }
        }
        let all = met.iter().fold([0; 2], |all, met| [all[0] | met[0], all[1] | met[1]]);
        let suspects = missing_codes::suspects(&spreads, count(&all) >= MANY);
        let cut = Cut { threshold, ranges: &ranges, n_rows };
        let has_missing = |d| (0..n_rows).any(|i| is_missing(i, d));
        let name = |d| self.column_name(d);
        let by_threshold = if has_model { cut.by_model() } else { cut.cut_away(has_missing, name) };
        let row_numbers = row_numbers(&met, n_rows).filter(|_| !has_model);
        let row_numbers = row_numbers.map(|d| Remark::RowNumbers(name(d)));
        let codes = Remark::of_codes(&suspects, name);
        [by_threshold, row_numbers, codes].into_iter().flatten().collect()
    }

    /// Checks codes for missing values of an array. Its reader hides them.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a code that is no number.
    pub(crate) fn check_codes(&self, codes: &[String]) -> Result<()> {
        let is_word = |code: &&String| code.trim().parse::<f64>().is_err();
        match codes.iter().find(is_word).filter(|_| self.kind == SourceKind::Npy) {
            Some(code) => Err(Error::parameter("missing", code, "numbers, for an array")),
            None => Ok(()),
        }
    }
}

/// Fewer rows do not show that values differ by more than chance.
const LEAST_ROWS: usize = 10;

/// How many of the values 0 to 255 were met, a bit for each.
fn count(met: &[u128; 2]) -> usize {
    met.iter().map(|met| met.count_ones() as usize).sum()
}

/// The only column whose values nearly all differ, if there is one among several. Row numbers
/// above 255 begin anew in bytes.
fn row_numbers(met: &[[u128; 2]], n_rows: usize) -> Option<usize> {
    let differ = |d: &usize| 10 * count(&met[*d]) >= 9 * n_rows.min(256);
    let mut found = (0..met.len()).filter(differ);
    let only = found.next().filter(|_| n_rows >= LEAST_ROWS && met.len() > 1)?;
    found.next().is_none().then_some(only)
}
