//! Data turned so that a one is the rarer value of every feature.
//!
//! Which value is called one makes no difference to a Bernoulli mixture: swapping the values of a
//! feature turns its means `mu` into `1 - mu`. It makes a difference to arithmetic. Scores are sums
//! over ones, so few ones are fast and exact, and a mean close to 0 keeps digits that a mean close
//! to 1 has lost. So the fit works on turned data.

use super::{Rows, weighted_counts};
use crate::bits::BitMatrix;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use std::borrow::Cow;

/// The last number below 1.
pub(crate) const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;

/// The features whose values are swapped.
pub(crate) struct Orientation {
    swapped: Vec<bool>,
}

impl Orientation {
    /// Swaps the features that are one in more than half of the rows that observe them, by weight.
    pub(crate) fn new(rows: &Rows) -> Self {
        let (ones, observed) = weighted_counts(rows);
        let sums = ones.into_iter().zip(observed);
        Self { swapped: sums.map(|(ones, observed)| 2.0 * ones > observed).collect() }
    }

    /// The rows turned; as they are if no feature is swapped.
    pub(crate) fn turned<'a>(&self, rows: &'a Rows) -> Rows<'a> {
        Rows { data: self.turned_data(&rows.data), ..rows.borrowed() }
    }

    fn turned_data<'a>(&self, data: &'a BitMatrix) -> Cow<'a, BitMatrix> {
        if self.swapped.contains(&true) {
            Cow::Owned(data.with_swapped(&self.swapped))
        } else {
            Cow::Borrowed(data)
        }
    }

    pub(crate) fn turn(&self, mixture: &BernoulliMixture) -> Result<BernoulliMixture> {
        let (weights, mut means) = mixture.clone().into_parts();
        for mean in means.chunks_exact_mut(self.swapped.len()) {
            let swapped = mean.iter_mut().zip(&self.swapped).filter(|(_, swapped)| **swapped);
            swapped.for_each(|(m, _)| *m = complement(*m));
        }
        BernoulliMixture::new(weights, means)
    }
}

/// `1 - mean`, but below 1 unless `mean` is 0.
///
/// A mean of exactly 1 makes every zero impossible. Rounding of `1 - mean` must not do that.
fn complement(mean: f64) -> f64 {
    if mean == 0.0 { 1.0 } else { (1.0 - mean).min(BELOW_ONE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turned_data_has_at_most_half_ones_in_every_feature() {
        let data = BitMatrix::from_fn(9, 21, |i, d| (i * 7 + d * 5) % 23 < d);
        let turned = Orientation::new(&Rows::new(&data)).turned_data(&data);
        assert!(turned.column_sums().iter().all(|&sum| sum <= 4));
        assert!(matches!(
            Orientation::new(&Rows::new(&turned)).turned_data(&turned),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn a_rare_one_does_not_become_impossible() {
        assert_eq!(complement(1e-300), BELOW_ONE);
        assert_eq!((complement(0.0), complement(1.0)), (1.0, 0.0));
    }
}
