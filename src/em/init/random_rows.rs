//! Means at K distinct random rows (the choice of seeds of Forgy, 1965), each half-way to the overall mean.
//!
//! A bare row would be a mean on the boundary, under which every other row is impossible.

use crate::bits::BitMatrix;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeSet;

pub(super) fn draw(
    data: &BitMatrix,
    n_components: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<BernoulliMixture> {
    around(data, distinct(data.n_samples(), n_components, rng))
}

/// Components of equal weight with means half-way between `rows`, one each, and the overall mean.
pub(super) fn around(
    data: &BitMatrix,
    rows: impl IntoIterator<Item = usize>,
) -> Result<BernoulliMixture> {
    let rows: Vec<usize> = rows.into_iter().collect();
    let overall = overall_means(data);
    let mut means = DMatrix::from_fn(data.n_features(), rows.len(), |d, _| overall[d] / 2.0);
    for (k, i) in rows.iter().enumerate() {
        data.ones(*i).for_each(|d| means[(d, k)] += 0.5);
    }
    BernoulliMixture::new(DVector::from_element(rows.len(), 1.0 / rows.len() as f64), means)
}

/// The mean of every feature over all rows, kept inside (0, 1) by half a pseudo-count of each value.
fn overall_means(data: &BitMatrix) -> Vec<f64> {
    let smoothed = |sum: u64| (sum as f64 + 0.5) / (data.n_samples() as f64 + 1.0);
    data.column_sums().into_iter().map(smoothed).collect()
}

/// `count` distinct numbers below `n`, by the algorithm of Floyd (Bentley & Floyd, CACM 30, 1987).
fn distinct(n: usize, count: usize, rng: &mut Xoshiro256PlusPlus) -> BTreeSet<usize> {
    let mut chosen = BTreeSet::new();
    for last in n - count..n {
        let draw = Uniform::new_inclusive(0, last as u64).map_or(0, |u| u.sample(rng)) as usize;
        if !chosen.insert(draw) {
            chosen.insert(last);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::rand_core::SeedableRng;

    #[test]
    fn rows_are_distinct_and_all_reachable() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let all: BTreeSet<usize> = (0..200).flat_map(|_| distinct(9, 4, &mut rng)).collect();
        assert_eq!(all, (0..9).collect());
        assert!((0..200).all(|_| distinct(9, 4, &mut rng).len() == 4));
        assert_eq!(distinct(5, 5, &mut rng).len(), 5);
    }
}
