//! Means at K distinct random rows (Forgy's seeds, 1965), each half-way to the overall mean.
//!
//! A bare row would be a mean on the boundary, under which every other row is impossible.

use crate::em::rows::{Margins, Rows};
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeSet;

pub(super) fn draw(
    rows: &Rows,
    n_components: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<BernoulliMixture> {
    let chosen: Vec<usize> = match &rows.weights {
        None => distinct(rows.data.n_samples(), n_components, rng).into_iter().collect(),
        Some(weights) => by_weight(weights, n_components, rng),
    };
    means_near(rows, &chosen)
}

/// Components of equal weight: each mean lies half-way from a `chosen` row to the overall mean.
///
/// The overall mean stands in for what is missing in the row.
pub(super) fn means_near(rows: &Rows, chosen: &[usize]) -> Result<BernoulliMixture> {
    let (data, n_components) = (&rows.data, chosen.len());
    let margins = Margins::new(rows);
    let overall: Vec<f64> = (0..data.n_features()).map(|d| margins.base_rate(d)).collect();
    let half: Vec<f64> = overall.iter().map(|mean| mean / 2.0).collect();
    let mut means = half.repeat(n_components);
    for (mean, &i) in means.chunks_exact_mut(data.n_features()).zip(chosen) {
        data.ones(i).for_each(|d| mean[d] += 0.5);
        if let Some(missing) = data.missing() {
            missing.ones(i).for_each(|d| mean[d] = overall[d]);
        }
    }
    BernoulliMixture::equally_weighted(n_components, means)
}

/// `count` rows, drawn by weight without replacement; once all are drawn, again from all.
pub(super) fn by_weight(weights: &[f64], count: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<usize> {
    let mut left = Vec::new();
    let mut chosen = Vec::with_capacity(count);
    while chosen.len() < count {
        if chosen.len() % weights.len() == 0 {
            left = weights.to_vec();
        }
        let total: f64 = left.iter().sum();
        let mut rest = Uniform::new_inclusive(0.0, total).map_or(0.0, |u| u.sample(rng));
        let is_reached = |(_, weight): &(usize, &f64)| {
            rest -= **weight;
            rest <= 0.0 && **weight > 0.0
        };
        let reached = left.iter().enumerate().find(is_reached).map(|(i, _)| i);
        // Rounding may lead beyond the last row.
        let i = reached.or(left.iter().rposition(|weight| *weight > 0.0)).unwrap_or(0);
        left[i] = 0.0;
        chosen.push(i);
    }
    chosen
}

/// `count` distinct numbers below `n`, by the algorithm of Floyd (Bentley & Floyd, CACM 30, 1987).
pub(in crate::em) fn distinct(
    n: usize,
    count: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> BTreeSet<usize> {
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
    fn rows_with_weights_are_distinct_until_all_are_drawn_and_heavy_ones_come_first() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut n_first = [0_i32; 4];
        for _ in 0..1000 {
            let chosen = by_weight(&[1.0, 4.0, 0.5, 2.5], 6, &mut rng);
            n_first[chosen[0]] += 1;
            let first: BTreeSet<usize> = chosen[..4].iter().copied().collect();
            assert_eq!(first.len(), 4);
            assert_ne!(chosen[4], chosen[5]);
        }
        for (n, expected) in n_first.into_iter().zip([125, 500, 62, 312]) {
            assert!((n - expected).abs() < 60, "{n} of 1000, not {expected}");
        }
    }

    #[test]
    fn rows_are_distinct_and_all_reachable() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let all: BTreeSet<usize> = (0..200).flat_map(|_| distinct(9, 4, &mut rng)).collect();
        assert_eq!(all, (0..9).collect());
        assert!((0..200).all(|_| distinct(9, 4, &mut rng).len() == 4));
        assert_eq!(distinct(5, 5, &mut rng).len(), 5);
    }
}
