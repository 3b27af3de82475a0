//! From a mixture to neighbours with more or fewer components, as starts of a sweep.
//!
//! The mixture alone tells which component to split and which two to merge, without the data.

use super::{Component, mixture_of};
use crate::error::Result;
use crate::mixture::BernoulliMixture;

/// The means of the halves are `mu +- SHIFT mu (1 - mu)`: their log-odds lie about 2 `SHIFT` apart.
///
/// That is far enough for EM to see where to go, and near enough for the halves to stand for the
/// whole meanwhile.
const SHIFT: f64 = 0.5;

/// `mixture` with components split in halves until there are `n_components`.
///
/// Components are ranked by descending weight times entropy, the nats per sample that they leave
/// unexplained. The first one to be split has rank `rank`, from 0; the next ones have rank 0. Both
/// halves have half the weight, and their means are shifted to opposite sides. The direction of
/// each feature's shift is a hash of its number. Means of 0 and 1 stay.
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
    let mut components = Component::all_of(mixture);
    let mut rank = rank;
    while components.len() < n_components {
        split_one(&mut components, rank);
        rank = 0;
    }
    mixture_of(components)
}

/// `mixture` with two components merged into one until there are `n_components`, each time the two
/// that cost least.
///
/// Merging j and k costs `(pi_j + pi_k) H(m) - pi_j H(mu_j) - pi_k H(mu_k)` nats per sample. `H` is
/// the entropy and `m` the mean of both: the weighted Jensen-Shannon divergence of the two.
///
/// # Errors
/// None that a checked mixture can cause.
pub fn merge(mixture: &BernoulliMixture, n_components: usize) -> Result<BernoulliMixture> {
    let mut components = Component::all_of(mixture);
    let costs_before = |b: usize| merge_costs(&components[b], &components[..b]);
    let mut costs: Vec<Vec<f64>> = (0..components.len()).map(costs_before).collect();
    while components.len() > n_components.max(1) {
        let (a, b) = position_of_least(&costs);
        components[a] = components[a].merged(&components[b]);
        components.remove(b);
        costs.remove(b);
        for row in costs.iter_mut().skip(b) {
            row.remove(b);
        }
        costs[a] = merge_costs(&components[a], &components[..a]);
        let later = merge_costs(&components[a], &components[a + 1..]);
        costs.iter_mut().skip(a + 1).zip(later).for_each(|(row, cost)| row[a] = cost);
    }
    mixture_of(components)
}

/// The position of the smallest value in a triangle, as (column, row).
fn position_of_least(costs: &[Vec<f64>]) -> (usize, usize) {
    let row = |(b, row)| (row as &Vec<f64>).iter().zip(0..).map(move |(cost, a)| (cost, a, b));
    let all = costs.iter().enumerate().flat_map(row);
    all.min_by(|x, y| x.0.total_cmp(y.0)).map_or((0, 1), |(_, a, b)| (a, b))
}

/// Splits the component of this rank in two halves, the second of which becomes the last component.
fn split_one(components: &mut Vec<Component>, rank: usize) {
    let n = components.len();
    let mut order: Vec<usize> = (0..n).collect();
    let unexplained = |k: usize| components[k].unexplained();
    order.sort_by(|&a, &b| unexplained(b).total_cmp(&unexplained(a)));
    let whole = &components[order[rank]];
    let half = |sign: f64| {
        let means = whole.mean.iter().enumerate();
        let shifted = means.map(|(d, m)| m + sign * side(d, n) * SHIFT * m * (1.0 - m));
        Component::new(whole.weight / 2.0, shifted.collect())
    };
    let [one, other] = [half(1.0), half(-1.0)];
    components[order[rank]] = one;
    components.push(other);
}

/// What merging `component` with each of `others` costs, in nats per sample.
fn merge_costs(component: &Component, others: &[Component]) -> Vec<f64> {
    others.iter().map(|other| component.merge_cost(other)).collect()
}

/// 1 or -1: a hash of feature `d` and of `n`, the number of components before the split.
///
/// Multiplicative hashing (Knuth, TAOCP 3, section 6.4), applied twice.
fn side(d: usize, n: usize) -> f64 {
    let mix = |z: u64| (z ^ z >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = mix(mix((d as u64) << 32 | n as u64));
    if mixed >> 63 == 0 { 1.0 } else { -1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixture(weights: &[f64], means: &[&[f64]]) -> BernoulliMixture {
        BernoulliMixture::new(weights, means.concat()).unwrap()
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
