//! What a mixture is fitted to: rows, and what is known of each.

mod counts;
mod distinct;
mod kinds;

pub(crate) use counts::Margins;
pub use distinct::condensed;
pub(crate) use kinds::{Kinds, gathered, standing_for};

use crate::bits::BitMatrix;
use crate::error::{Error, Result};
use crate::metrics::Contingency;
use crate::scorer::KnownLabels;
use std::borrow::Cow;

/// Binary rows (N x D), each with a weight and a label where it has them.
///
/// A row of weight w counts as w rows; weights need not be whole. The likelihood leaves out what is
/// missing in a row.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rows<'a> {
    /// The rows themselves.
    pub data: Cow<'a, BitMatrix>,
    /// A weight for each row (N): finite, none negative, one at least positive. `None`: 1 each.
    pub weights: Option<Cow<'a, [f64]>>,
    /// Labels that are known beforehand; see [`KnownLabels`].
    pub labels: Cow<'a, [Option<u32>]>,
    /// The label of each component (K), if labels are known.
    pub label_of: Cow<'a, [Option<u32>]>,
}

impl<'a> From<&'a BitMatrix> for Rows<'a> {
    fn from(data: &'a BitMatrix) -> Self {
        Self::new(data)
    }
}

impl<'a> Rows<'a> {
    /// Rows that all count the same, and of which no label is known.
    pub fn new(data: &'a BitMatrix) -> Self {
        let none = || Cow::Borrowed(&[][..]);
        Self { data: Cow::Borrowed(data), weights: None, labels: none(), label_of: none() }
    }

    /// These rows with a weight for each (N).
    pub fn weighted(self, weights: &'a [f64]) -> Self {
        Self { weights: Some(Cow::Borrowed(weights)), ..self }
    }

    /// These rows with labels that are known beforehand.
    pub fn labelled(self, known: KnownLabels<'a>) -> Self {
        let KnownLabels { of_row, of_component } = known;
        Self { labels: Cow::Borrowed(of_row), label_of: Cow::Borrowed(of_component), ..self }
    }

    /// These rows, not copied.
    pub(crate) fn borrowed(&self) -> Rows<'_> {
        Rows {
            data: Cow::Borrowed(&self.data),
            weights: self.weights.as_deref().map(Cow::Borrowed),
            labels: Cow::Borrowed(&self.labels),
            label_of: Cow::Borrowed(&self.label_of),
        }
    }

    /// The labels that are known, of rows and components.
    pub(crate) fn known(&self) -> KnownLabels<'_> {
        KnownLabels { of_row: &self.labels, of_component: &self.label_of }
    }

    /// The weight of row `i`: 1 without weights. Panics if there are no more than `i` rows.
    pub fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[i])
    }

    /// The sum of the weights: N if there are none.
    pub fn total_weight(&self) -> f64 {
        match &self.weights {
            Some(weights) => weights.iter().sum(),
            None => self.data.n_samples() as f64,
        }
    }

    /// Weights as whole numbers (N), for counting. Whole weights stay as they are. Others are
    /// rounded to units of which a million make the mean weight.
    pub(crate) fn counts(&self) -> impl Iterator<Item = u64> + '_ {
        let unit = self.count_unit();
        (0..self.data.n_samples()).map(move |i| (self.weight(i) / unit).round() as u64)
    }

    /// Whether weights say how many rows there are: they are whole numbers.
    pub(crate) fn are_counts(&self) -> bool {
        let mut weights = self.weights.iter().flat_map(|weights| weights.iter());
        weights.all(|weight| weight.fract() == 0.0)
    }

    pub(crate) fn count_unit(&self) -> f64 {
        match &self.weights {
            Some(weights) if !self.are_counts() => {
                self.total_weight() / (1e6 * weights.len() as f64)
            }
            _ => 1.0,
        }
    }

    /// The adjusted Rand index of two partitions of the rows into `n_components` parts each.
    ///
    /// `components` holds the part of each row in the one and in the other. `None` if so many parts
    /// are too many for a table.
    pub(super) fn agreement(
        &self,
        n_components: usize,
        components: impl Iterator<Item = (usize, usize)>,
    ) -> Option<f64> {
        let counted = components.zip(self.counts()).map(|((a, b), count)| (a, b, count));
        let table = Contingency::weighted(n_components, n_components, counted);
        table.ok().map(|table| table.ari())
    }

    /// The sum of `values`, one for each row, each times its row's weight. Values of rows that
    /// weigh nothing are left out, even infinite ones.
    pub(crate) fn weighted_sum(&self, values: impl Iterator<Item = f64>) -> f64 {
        let weighted = values.enumerate().map(|(i, value)| (self.weight(i), value));
        weighted.filter(|(weight, _)| *weight > 0.0).map(|(weight, value)| weight * value).sum()
    }

    /// The size of a sample that stands for these rows: the total weight, rounded.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the total weight is more than 2^27 or less than 2: such weights are
    /// no numbers of rows.
    pub(super) fn n_drawn(&self) -> Result<usize> {
        let n = self.total_weight().round();
        if (2.0..=f64::from(1 << 27)).contains(&n) {
            return Ok(n as usize);
        }
        let allowed = "from 2 to 2^27 rows in all, for samples of so many are drawn";
        Err(Error::parameter("weights", format!("{n} in all"), allowed))
    }

    /// The number of features in which rows that weigh something differ, at most D.
    pub fn n_varying(&self) -> usize {
        Margins::new(self).varying().len()
    }

    /// The value of each feature (D) that is the same in all rows that weigh something and observe
    /// it; `None` for those that vary.
    pub(crate) fn constants(&self) -> Vec<Option<bool>> {
        let margins = Margins::new(self);
        (0..self.data.n_features()).map(|d| margins.constant(d)).collect()
    }

    /// Whether each row (N) observes a feature in which rows differ: of others nothing is known.
    pub(crate) fn answered(&self) -> Vec<bool> {
        let n = self.data.n_samples();
        let Some(missing) = self.data.missing() else { return vec![true; n] };
        let varying = Margins::new(self).varying();
        (0..n).map(|i| varying.iter().any(|&d| !missing.get(i, d))).collect()
    }

    /// The sum of `values`, as [`Self::weighted_sum`], of the rows that are `answered` (N).
    pub(crate) fn sum_of_answered(
        &self,
        answered: &[bool],
        values: impl Iterator<Item = f64>,
    ) -> f64 {
        let known = values.zip(answered);
        self.weighted_sum(known.map(|(value, is_known)| if *is_known { value } else { 0.0 }))
    }

    /// The weighted mean over rows of the number of features that are observed, from 0 to D.
    pub(crate) fn mean_observed(&self) -> f64 {
        let d = self.data.n_features() as f64;
        let Some(missing) = self.data.missing() else { return d };
        let n_missing = (0..missing.n_samples()).map(|i| missing.ones(i).count() as f64);
        d - self.weighted_sum(n_missing) / self.total_weight()
    }

    pub(super) fn select(&self, rows: &[usize]) -> Rows<'static> {
        let weights = self.weights.as_ref().map(|w| rows.iter().map(|&i| w[i]).collect());
        let labels = rows.iter().filter_map(|&i| self.labels.get(i).copied()).collect();
        Rows {
            data: Cow::Owned(self.data.select(rows)),
            weights,
            labels,
            label_of: Cow::Owned(self.label_of.to_vec()),
        }
    }

    /// Checks weights and labels against the rows and `n_components`.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the first one that does not fit.
    pub(super) fn check(&self, n_components: usize) -> Result<()> {
        self.check_weights()?;
        let n = self.data.n_samples();
        let lengths =
            [("labels", &self.labels, n), ("labels of components", &self.label_of, n_components)];
        for (name, values, needed) in lengths {
            if ![0, needed].contains(&values.len()) {
                let value = format!("{} values", values.len());
                return Err(Error::parameter(name, value, format!("{needed} or none")));
            }
        }
        let without =
            self.labels.iter().flatten().find(|label| !self.label_of.contains(&Some(**label)));
        let Some(label) = without else { return Ok(()) };
        let (value, allowed) =
            (format!("none for label {label}"), "at least one for every label of a row");
        Err(Error::parameter("labels of components", value, allowed))
    }

    fn check_weights(&self) -> Result<()> {
        let Some(weights) = &self.weights else { return Ok(()) };
        let wrong = |value: String, allowed| Err(Error::parameter("weights", value, allowed));
        if weights.len() != self.data.n_samples() {
            let value = format!("{} for {} rows", weights.len(), self.data.n_samples());
            return wrong(value, "one for each row");
        }
        if let Some(i) = weights.iter().position(|w| !(*w >= 0.0 && w.is_finite())) {
            return wrong(format!("{} in row {}", weights[i], i + 1), "finite and not negative");
        }
        if !self.total_weight().is_finite() {
            return wrong("of an infinite sum".into(), "of a finite one");
        }
        if weights.iter().all(|w| *w == 0.0) {
            return wrong("all 0".into(), "at least one that is positive");
        }
        Ok(())
    }
}
