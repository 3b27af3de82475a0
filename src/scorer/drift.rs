//! How far scores can have moved from one mixture to another, whatever the row: bounds in the way of Elkan (2003) and
//! Hamerly (2010) for k-means, for rows whose scores need not be computed anew.

use super::Constants;

/// Bounds on the change of scores between two mixtures of the same K and D, in nats.
#[derive(Debug, Clone)]
pub struct Drift {
    /// No score of any row rises by more, under any component.
    pub rise: f64,
    /// For each component, no row's score falls by more. May be negative: then all rise.
    pub falls: Vec<f64>,
}

/// Added to every bound: far above the rounding of the sums, far below what decides.
const ROUNDING: f64 = 1e-6;

impl Drift {
    /// Of all components, by [`rise_and_fall`] of each.
    pub(super) fn of(components: &[[f64; 2]]) -> Self {
        Self {
            rise: components.iter().map(|[rise, _]| *rise).fold(f64::NEG_INFINITY, f64::max),
            falls: components.iter().map(|[_, fall]| *fall).collect(),
        }
    }
}

/// By how much scores of one component rise and fall at most, with its constants before and after and the sums of its log-odds' changes
/// upwards and downwards; infinite where means have come to or left the boundary.
///
/// The score is the bias plus log-odds of the row's ones, so its change is largest for the row whose ones are just the
/// features with rising log-odds, and smallest for the opposite row.
pub(super) fn rise_and_fall(old: Constants, new: Constants, [up, down]: [f64; 2]) -> [f64; 2] {
    match [old.bias, new.bias].map(|bias| bias == f64::NEG_INFINITY) {
        // Without weight before and after, it is nobody's component, nor will it be.
        [true, true] => return [f64::NEG_INFINITY, 0.0],
        [true, false] => return [f64::INFINITY; 2],
        _ => {}
    }
    if old.boundary != new.boundary {
        return [f64::INFINITY; 2];
    }
    let bias = new.bias - old.bias;
    [bias + up + ROUNDING, ROUNDING - (bias + down)]
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Scorer};
    use super::*;
    use crate::bits::BitMatrix;

    /// From one mixture to another.
    fn drift(weights: [&[f64]; 2], means: [&[f64]; 2]) -> Drift {
        let d = means[0].len() / weights[0].len();
        let mut scorer = Scorer::new(weights[0], means[0], Layout::plain(d));
        scorer.refill(weights[1], means[1])
    }

    /// A mixture of three components over 83 features; `shift` moves it.
    fn mixture(shift: f64) -> ([f64; 3], Vec<f64>) {
        let mean = |i: usize| {
            0.05 + 0.9 * ((i * 37 % 101) as f64 / 101.0 + shift * (i % 5) as f64).fract()
        };
        ([0.5, 0.3 + shift, 0.2 - shift], (0..3 * 83).map(mean).collect())
    }

    /// The scores themselves: [`Scorer::score_pairs`] rounds to single precision, which is more than these bounds are off.
    fn scores(scorer: &Scorer, data: &BitMatrix) -> Vec<f64> {
        let rows = (0..data.n_samples()).flat_map(|i| (0..3).map(move |k| (i, k)));
        let score = |(i, k)| {
            let log_odds = data.ones(i).map(|d| scorer.log_odds(k)[d / 8].0[d % 8]);
            scorer.bias(k) + log_odds.sum::<f64>()
        };
        rows.map(score).collect()
    }

    #[test]
    fn no_row_moves_farther_and_the_extreme_rows_move_as_far() {
        for shift in [1e-4, 0.01, 0.1] {
            let [old, new] = [mixture(0.0), mixture(shift)];
            let drift = drift([&old.0, &new.0], [&old.1, &new.1]);
            let [old, new] =
                [old, new].map(|(weights, means)| Scorer::new(&weights, &means, Layout::plain(83)));
            // Random rows, and for each component the rows that rise and fall most.
            let extreme = |i: usize, d: usize| {
                let change =
                    |k: usize| new.log_odds(k)[d / 8].0[d % 8] - old.log_odds(k)[d / 8].0[d % 8];
                (change(i / 2 % 3) > 0.0) == i.is_multiple_of(2)
            };
            let data = BitMatrix::from_fn(60, 83, |i, d| {
                if i < 6 { extreme(i, d) } else { (i * 31 + d * 17) % 7 < i % 7 }
            });
            let (before, after) = (scores(&old, &data), scores(&new, &data));
            let (mut most, mut falls) = (f64::NEG_INFINITY, [f64::NEG_INFINITY; 3]);
            for (i, (before, after)) in before.iter().zip(&after).enumerate() {
                most = most.max(after - before);
                falls[i % 3] = falls[i % 3].max(before - after);
            }
            assert!(most <= drift.rise && most > drift.rise - 3.0 * ROUNDING);
            for (fall, bound) in falls.iter().zip(&drift.falls) {
                assert!(fall <= bound && *fall > bound - 3.0 * ROUNDING);
            }
        }
    }

    #[test]
    fn a_component_without_weight_moves_nobody_until_it_gets_some() {
        let means = [0.5, 0.25, 0.75, 0.5];
        let [none, some] = [[1.0, 0.0], [0.5, 0.5]];
        let rise = |from: &[f64], to: &[f64]| drift([from, to], [&means; 2]).rise;
        assert!(rise(&none, &none) < 1e-5);
        assert_eq!(rise(&none, &some), f64::INFINITY);
        assert!(rise(&some, &none) < 1.0);
    }

    #[test]
    fn a_mean_that_comes_to_the_boundary_moves_without_bound() {
        let [inside, boundary] = [[0.5, 0.25], [0.5, 0.0]];
        let rise = |from: &[f64], to: &[f64]| drift([&[1.0]; 2], [from, to]).rise;
        assert_eq!(rise(&inside, &boundary), f64::INFINITY);
        assert_eq!(rise(&boundary, &inside), f64::INFINITY);
        assert!(rise(&boundary, &boundary) < 1e-5);
    }
}
