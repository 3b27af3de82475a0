//! How usual a sample is for its cluster, by what the training samples of the cluster were like.
//!
//! With many features, responsibilities are almost always 0 and 1, for noise no less than for
//! digits. They say which cluster is the best, not whether it is a good one. So a model keeps
//! quantiles of the training samples of each cluster: of `log p(x)`, and of the number of ones. A
//! sample is held against both: a blank image is more probable than most digits, and has fewer
//! ones than any.

use crate::{error::ModelProblem, mixture::Assignment};
use serde::{Deserialize, Serialize};

/// The shares that quantiles are kept at, the same from both ends. They are closest near one in a
/// hundred, where samples are called unusual.
pub const LEVELS: [f64; 27] = [
    0.0, 0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6,
    0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 0.9925, 0.995, 0.9975, 0.999, 0.9995, 1.0,
];

/// Quantiles of the training samples of every cluster at 27 shares from 0 to 1, closest near 0 and
/// 1. They are infinite for a cluster without samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Typicality {
    /// Of `log p(x)`, in nats: K x 27, one cluster after another, each ascending.
    pub log_prob: Vec<f64>,
    /// Of the number of ones, in the same order.
    pub ones: Vec<f64>,
}

/// What is compared of one training sample.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its cluster and its `log p(x)`.
    pub assignment: Assignment,
    /// Its number of ones.
    pub n_ones: usize,
    /// How much it counts, above 0.
    pub weight: f64,
}

impl Typicality {
    /// The quantiles of `n_components` clusters with these `members`. Leave out samples with a
    /// missing feature: their `log p(x)` is one of fewer features.
    pub fn from_members(
        n_components: usize,
        members: impl Iterator<Item = Member> + Clone,
    ) -> Self {
        let mut sizes = vec![0; n_components];
        members.clone().for_each(|member| sizes[member.assignment.component] += 1);
        // One list after the other: each takes much memory where samples are many.
        let all = |value: &dyn Fn(&Member) -> f64| {
            let mut by_cluster: Vec<_> = sizes.iter().map(|&n| Vec::with_capacity(n)).collect();
            for member in members.clone() {
                by_cluster[member.assignment.component].push((value(&member), member.weight));
            }
            by_cluster.into_iter().flat_map(quantiles).collect()
        };
        Self {
            log_prob: all(&|member| member.assignment.log_prob),
            ones: all(&|member| member.n_ones as f64),
        }
    }

    /// The typicality, in [0, 1], of a sample of cluster `k` with this `log p(x)` and `n_ones`.
    ///
    /// About a share `t` of the training samples of the cluster, or less, have typicality `t` or
    /// less. It is the p-value of two tests by Bonferroni: `log p(x)` may be too low, and the
    /// number of ones too low or too high. Beyond all training samples it is 0, in a small cluster
    /// too. `None` for a cluster without training samples.
    pub fn of_sample(&self, k: usize, log_prob: f64, n_ones: usize) -> Option<f64> {
        let log_probs = self.log_prob.chunks(LEVELS.len()).nth(k)?;
        let ones = self.ones.chunks(LEVELS.len()).nth(k)?;
        if ones[0].is_infinite() {
            return None;
        }
        let n_ones = n_ones as f64;
        let mirrored: Vec<f64> = ones.iter().rev().map(|quantile| -quantile).collect();
        let odd_ink = 2.0 * share_up_to(ones, n_ones).min(share_up_to(&mirrored, -n_ones));
        Some((2.0 * share_up_to(log_probs, log_prob).min(odd_ink)).min(1.0))
    }

    pub(super) fn check(&self, n_components: usize) -> Result<(), ModelProblem> {
        let is_sound = |values: &[f64]| {
            n_components.checked_mul(LEVELS.len()) == Some(values.len())
                && values.chunks(LEVELS.len()).all(<[f64]>::is_sorted)
        };
        ModelProblem::ensure(is_sound(&self.log_prob) && is_sound(&self.ones), || {
            "its quantiles do not ascend".into()
        })
    }
}

/// The quantiles at [`LEVELS`] of `values` with their weights. Each is the least value that a share
/// of this size does not exceed.
fn quantiles(mut values: Vec<(f64, f64)>) -> Vec<f64> {
    if values.is_empty() {
        return vec![f64::INFINITY; LEVELS.len()];
    }
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    let (mut place, mut weight_below) = (0, 0.0);
    let mut quantile = |level: f64| {
        while place + 1 < values.len() && weight_below + values[place].1 < level * total {
            weight_below += values[place].1;
            place += 1;
        }
        values[place].0
    };
    LEVELS.iter().map(|&level| quantile(level)).collect()
}

/// The share of samples up to `value`, linear between the `quantiles`; 0 below, 1 from the last.
fn share_up_to(quantiles: &[f64], value: f64) -> f64 {
    let n_below = quantiles.partition_point(|quantile| *quantile <= value);
    if n_below == 0 || n_below == quantiles.len() {
        return if n_below == 0 { 0.0 } else { 1.0 };
    }
    let (low, high) = (quantiles[n_below - 1], quantiles[n_below]);
    let part = if low.is_finite() { (value - low) / (high - low) } else { 0.0 };
    LEVELS[n_below - 1] + part * (LEVELS[n_below] - LEVELS[n_below - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cluster 0 has a hundred samples with `log p` -100 to -1 and 100 to 199 ones, cluster 1 none.
    fn typicality() -> Typicality {
        let member = |i: usize| Member {
            assignment: Assignment { component: 0, log_prob: -1.0 - i as f64, entropy: 0.0 },
            n_ones: 100 + i,
            weight: 1.0,
        };
        Typicality::from_members(2, (0..100).map(member))
    }

    #[test]
    fn the_middle_is_typical_and_every_end_but_a_high_probability_is_not() {
        let score = |log_prob, n_ones| typicality().of_sample(0, log_prob, n_ones).unwrap();
        assert!(score(-50.0, 150) > 0.9);
        assert!(score(-0.5, 150) > 0.9, "more probable than any");
        for (log_prob, n_ones) in [(-100.5, 150), (-50.0, 99), (-50.0, 200), (f64::NEG_INFINITY, 0)]
        {
            assert_eq!(score(log_prob, n_ones), 0.0);
        }
        assert!((score(-96.0, 150) - 0.1).abs() < 0.03, "a twentieth is less probable");
        assert!((score(-50.0, 102) - 0.1).abs() < 0.03, "a fortieth has fewer ones");
    }

    /// Of the values 1 to n, a share p is not above n p, rounded up. Shares are counted in
    /// whole ten-thousandths here.
    #[test]
    fn quantiles_are_the_least_values_that_a_share_does_not_exceed() {
        let ten_thousandths: [usize; 27] = [
            0, 5, 10, 25, 50, 75, 100, 250, 500, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000,
            9000, 9500, 9750, 9900, 9925, 9950, 9975, 9990, 9995, 10_000,
        ];
        for n in [1, 7, 100, 400, 10_000] {
            let descending: Vec<(f64, f64)> = (1..=n).rev().map(|i| (i as f64, 1.0)).collect();
            let place = |share: usize| (n * share).div_ceil(10_000).max(1) as f64;
            assert_eq!(quantiles(descending), ten_thousandths.map(place), "n = {n}");
        }
    }

    /// Quantiles of -100 to -1: the fifth value is the quantile of a twentieth, and half way to the
    /// tenth lies the middle of the two shares.
    #[test]
    fn shares_are_linear_between_quantiles() {
        let typicality = typicality();
        for (value, share) in
            [(-100.01, 0.0), (-96.0, 0.05), (-93.5, 0.075), (-91.0, 0.1), (-51.0, 0.5), (-1.0, 1.0)]
        {
            let found = share_up_to(&typicality.log_prob[..LEVELS.len()], value);
            assert!((found - share).abs() < 1e-12, "{value}: {found}");
        }
    }

    #[test]
    fn no_more_than_a_share_of_the_members_is_below_that_share() {
        let typicality = typicality();
        for limit in [0.02, 0.05, 0.2, 0.5] {
            let of_member = |i: usize| typicality.of_sample(0, -1.0 - i as f64, 100 + i).unwrap();
            let is_below = |i: &usize| of_member(*i) <= limit;
            let below = (0..100).filter(is_below).count() as f64 / 100.0;
            assert!(below <= limit + 0.02, "{below} below {limit}");
        }
    }

    #[test]
    fn a_weight_counts_as_repetition() {
        let member = |(log_prob, weight): (f64, f64)| Member {
            assignment: Assignment { component: 0, log_prob, entropy: 0.0 },
            n_ones: 3,
            weight,
        };
        let weighted = [(-5.0, 3.0), (-1.0, 1.0), (-2.0, 2.0)].into_iter().map(member);
        let repeated = [-5.0, -5.0, -5.0, -1.0, -2.0, -2.0].map(|log_prob| member((log_prob, 1.0)));
        assert_eq!(
            Typicality::from_members(1, weighted),
            Typicality::from_members(1, repeated.into_iter())
        );
    }

    #[test]
    fn a_cluster_without_samples_says_nothing() {
        assert!([1, 2].iter().all(|&k| typicality().of_sample(k, -50.0, 150).is_none()));
        assert!(typicality().check(2).is_ok());
    }

    #[test]
    fn quantiles_that_fall_or_are_too_few_are_refused() {
        let mut bent = typicality();
        bent.log_prob.swap(0, 20);
        assert!(bent.check(2).is_err());
        assert!(typicality().check(3).is_err());
    }
}
