//! From a mixture to its neighbours with more or fewer components: pure functions, from which a fit can start.
//!
//! Split and merge as in Ueda, Nakano, Ghahramani & Hinton, *SMEM Algorithm for Mixture Models* (2000); but which component to split
//! and which two to merge is told by the mixture alone, so that no pass over the data is needed.

use crate::error::Result;
use crate::kernels;
use crate::mixture::BernoulliMixture;

/// How far the halves of a component are put apart: their means are `mu +- SHIFT mu (1 - mu)`, log-odds some 2 `SHIFT` apart.
/// Far enough for EM to see a direction in which to go on; near enough for the halves to stand for the whole meanwhile.
const SHIFT: f64 = 0.5;

/// `mixture` with components split in halves until there are `n_components`.
///
/// The first one to be split is number `rank`, from 0, by descending weight times entropy, the nats that the component leaves
/// unexplained; the others, if more are needed, come first in that order. Halves have half the weight each, and means shifted to
/// opposite sides, feature by feature in a direction that hangs on numbers alone. Means of 0 and 1 stay.
///
/// # Errors
/// None that a checked mixture can cause.
///
/// # Panics
/// If `rank` is not below the K of `mixture`.
pub fn split(
    mixture: &BernoulliMixture,
    n_components: usize,
    rank: usize,
) -> Result<BernoulliMixture> {
    let mut parts = Parts::of(mixture);
    let mut rank = rank;
    while parts.0.len() < n_components {
        parts.split(rank);
        rank = 0;
    }
    parts.joined()
}

/// `mixture` with two components merged into one until there are `n_components`, each time the two that lose least.
///
/// What merging a and b into their mean loses is the expected log-likelihood of a row that is known to come from them,
/// `(w_a + w_b) H(mu_ab) - w_a H(mu_a) - w_b H(mu_b)` nats per sample, H being the entropy: the weighted Jensen-Shannon
/// divergence of the two.
///
/// # Errors
/// None that a checked mixture can cause.
pub fn merge(mixture: &BernoulliMixture, n_components: usize) -> Result<BernoulliMixture> {
    let mut parts = Parts::of(mixture);
    let mut losses: Vec<Vec<f64>> = (0..parts.0.len()).map(|b| parts.losses(b, 0..b)).collect();
    while parts.0.len() > n_components.max(1) {
        let (a, b) = least(&losses);
        parts.merge(a, b);
        losses.remove(b);
        for row in losses.iter_mut().skip(b) {
            row.remove(b);
        }
        losses[a] = parts.losses(a, 0..a);
        let with_later = parts.losses(a, a + 1..parts.0.len());
        losses.iter_mut().skip(a + 1).zip(with_later).for_each(|(row, loss)| row[a] = loss);
    }
    parts.joined()
}

/// The place of the smallest value in a triangle, as (column, row).
fn least(losses: &[Vec<f64>]) -> (usize, usize) {
    let places = losses
        .iter()
        .enumerate()
        .flat_map(|(b, row)| row.iter().zip(0..).map(move |(l, a)| (l, a, b)));
    places.min_by(|x, y| x.0.total_cmp(y.0)).map_or((0, 1), |(_, a, b)| (a, b))
}

/// A component on its own.
struct Part {
    weight: f64,
    mean: Vec<f64>,
    /// In nats.
    entropy: f64,
}

impl Part {
    fn new(weight: f64, mean: Vec<f64>) -> Self {
        Self { weight, entropy: entropy(mean.clone()), mean }
    }

    /// One component in place of two.
    fn of_both(a: &Self, b: &Self) -> Self {
        let (weight, mean) = merged((a.weight, &a.mean), (b.weight, &b.mean));
        Self::new(weight, mean)
    }
}

struct Parts(Vec<Part>);

impl Parts {
    fn of(mixture: &BernoulliMixture) -> Self {
        let weights = mixture.weights().iter().enumerate();
        Self(weights.map(|(k, w)| Part::new(*w, mixture.mean(k).to_vec())).collect())
    }

    fn joined(self) -> Result<BernoulliMixture> {
        let weights = self.0.iter().map(|part| part.weight).collect();
        let means = self.0.into_iter().flat_map(|part| part.mean).collect();
        BernoulliMixture::normalised(weights, means)
    }

    fn split(&mut self, rank: usize) {
        let unexplained = |k: &usize| self.0[*k].weight * self.0[*k].entropy;
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        order.sort_by(|a, b| unexplained(b).total_cmp(&unexplained(a)));
        let (k, number) = (order[rank], self.0.len());
        let half = self.0[k].weight / 2.0;
        let shifted = |sign: f64| {
            let means = self.0[k].mean.iter().enumerate();
            means.map(|(d, m)| m + sign * side(d, number) * SHIFT * m * (1.0 - m)).collect()
        };
        let halves = [shifted(1.0), shifted(-1.0)].map(|mean| Part::new(half, mean));
        let [one, other] = halves;
        self.0[k] = one;
        self.0.push(other);
    }

    /// Puts `a` and `b` together, in the place of `a`.
    fn merge(&mut self, a: usize, b: usize) {
        self.0[a] = Part::of_both(&self.0[a], &self.0[b]);
        self.0.remove(b);
    }

    /// What merging `a` with each of `others` loses, in nats per sample.
    fn losses(&self, a: usize, others: std::ops::Range<usize>) -> Vec<f64> {
        let nats = |part: &Part| part.weight * part.entropy;
        let a = &self.0[a];
        self.0[others].iter().map(|b| nats(&Part::of_both(a, b)) - nats(a) - nats(b)).collect()
    }
}

/// 1 or -1, as if by chance, for feature `d` of split number `n`.
fn side(d: usize, n: usize) -> f64 {
    // The upper half of a product with the golden ratio is well mixed (Knuth, TAOCP 3, section 6.4), that of two of them more so.
    let mix = |z: u64| (z ^ z >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = mix(mix((d as u64) << 32 | n as u64));
    if mixed >> 63 == 0 { 1.0 } else { -1.0 }
}

/// Weight and mean of two components, given by theirs, as one.
pub(crate) fn merged((a, of_a): (f64, &[f64]), (b, of_b): (f64, &[f64])) -> (f64, Vec<f64>) {
    let share = if a + b > 0.0 { a / (a + b) } else { 0.5 };
    (a + b, of_a.iter().zip(of_b).map(|(a, b)| share * a + (1.0 - share) * b).collect())
}

/// The entropy of a row of independent Bernoulli variables, in nats.
pub(crate) fn entropy(mut means: Vec<f64>) -> f64 {
    let mut logs = means.clone();
    kernels::ln_all(&mut logs);
    let term = |(p, log): (&f64, &f64)| if *p > 0.0 { -p * log } else { 0.0 };
    let of_ones: f64 = means.iter().zip(&logs).map(term).sum();
    means.iter_mut().for_each(|mean| *mean = 1.0 - *mean);
    logs.copy_from_slice(&means);
    kernels::ln_all(&mut logs);
    of_ones + means.iter().zip(&logs).map(term).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixture(weights: &[f64], means: &[&[f64]]) -> BernoulliMixture {
        BernoulliMixture::new(weights, means.concat()).unwrap()
    }

    #[test]
    fn entropy_is_that_of_coins() {
        assert!((entropy(vec![0.5, 0.5, 1.0]) - 2.0 * std::f64::consts::LN_2).abs() < 1e-12);
        assert_eq!(entropy(vec![0.0, 1.0]), 0.0);
    }

    #[test]
    fn the_component_that_explains_least_is_split_and_the_whole_keeps_its_mean() {
        let before = mixture(&[0.4, 0.6], &[&[0.5, 0.4, 0.6], &[0.01, 0.99, 1.0]]);
        let after = split(&before, 3, 0).unwrap();
        assert_eq!(after.weights(), [0.2, 0.6, 0.2]);
        assert_eq!(after.mean(1), before.mean(1));
        for d in 0..3 {
            let halves = [after.mean(0)[d], after.mean(2)[d]];
            assert!((halves[0] + halves[1] - 2.0 * before.mean(0)[d]).abs() < 1e-12);
            assert!(halves[0] != halves[1]);
        }
        // By rank, the other one; its certain bit stays certain.
        let other = split(&before, 3, 1).unwrap();
        assert_eq!(other.mean(0), before.mean(0));
        assert_eq!((other.mean(1)[2], other.mean(2)[2]), (1.0, 1.0));
    }

    #[test]
    fn the_two_that_are_alike_are_merged() {
        let means: [&[f64]; 4] = [&[0.9, 0.1], &[0.2, 0.8], &[0.8, 0.2], &[0.1, 0.1]];
        let after = merge(&mixture(&[0.2, 0.3, 0.2, 0.3], &means), 3).unwrap();
        let close = |a: &[f64], b: [f64; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close(after.mean(0), [0.85, 0.15]) && (after.weights()[0] - 0.4).abs() < 1e-12);
        assert!(close(after.mean(1), [0.2, 0.8]) && close(after.mean(2), [0.1, 0.1]));
        // All the way down: the overall mean.
        let one = merge(&after, 1).unwrap();
        assert!(close(one.mean(0), [0.43, 0.33]));
    }

    #[test]
    fn merging_step_by_step_is_merging_at_once() {
        let mean = |k: usize| (0..9).map(|d| ((d * 7 + k * 5) % 11) as f64 / 10.0).collect();
        let means: Vec<Vec<f64>> = (0..8).map(mean).collect();
        let means: Vec<&[f64]> = means.iter().map(Vec::as_slice).collect();
        let all = mixture(&[0.125; 8], &means);
        let mut by_steps = all.clone();
        for k in (1..8).rev() {
            by_steps = merge(&by_steps, k).unwrap();
            let at_once = merge(&all, k).unwrap();
            let mut pairs = at_once.means().iter().zip(by_steps.means());
            assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-12));
        }
    }
}
