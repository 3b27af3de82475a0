//! How far scores can have moved from one mixture to another, for rows of each shape: bounds in the way of Elkan (2003) and
//! Hamerly (2010) for k-means, for rows whose scores need not be computed anew.

use super::Constants;
use crate::kernels::{REGIONS, SHAPES};

/// Bounds on the change of scores between two mixtures of the same K and D, in nats.
#[derive(Debug, Clone)]
pub struct Drift {
    /// For each shape of a row (see [`RowBlock::shapes`](crate::kernels::RowBlock::shapes)), or a single one for all rows: no
    /// score rises by more, under any component. Empty if no bound holds.
    pub rises: Vec<f64>,
    /// For each component and shape, no row's score falls by more. May be negative: then all rise.
    pub falls: Vec<f64>,
}

/// Added to every bound: far above the rounding of the sums, far below what decides.
const ROUNDING: f64 = 1e-6;

/// With more components than this, shapes are not told apart: hardly any row keeps its component unseen while mixtures move.
const COMPONENTS: usize = 64;

/// The shapes that are told apart for so many components.
pub fn n_shapes(n_components: usize) -> usize {
    if n_components <= COMPONENTS { SHAPES } else { 1 }
}

impl Drift {
    /// Of K components, by [`rises_and_falls`] of each.
    pub(super) fn of(components: &[Option<Vec<[f64; 2]>>]) -> Self {
        let n_shapes = n_shapes(components.len());
        let (mut rises, mut falls) = (vec![f64::NEG_INFINITY; n_shapes], Vec::new());
        for shapes in components {
            let Some(shapes) = shapes else { return Self::unbounded() };
            for (largest, [rise, fall]) in rises.iter_mut().zip(shapes) {
                *largest = largest.max(*rise);
                falls.push(*fall);
            }
        }
        Self { rises, falls }
    }

    /// That no bound holds.
    pub fn unbounded() -> Self {
        Self { rises: Vec::new(), falls: Vec::new() }
    }

    /// Whether no bound holds.
    pub fn is_unbounded(&self) -> bool {
        self.rises.is_empty()
    }
}

/// By how much scores of one component rise and fall at most, for rows of each of `n_shapes`: with its constants before and after
/// and the sums of its log-odds' changes upwards and downwards, region by region. Without bound where means have come to or left the
/// boundary.
///
/// The score is the bias plus log-odds of the row's ones, so its change is largest for the row whose ones are just the
/// features with rising log-odds, in the regions where it has any, and smallest for the opposite row.
pub(super) fn rises_and_falls(
    old: Constants,
    new: Constants,
    changes: &[[f64; 2]; REGIONS],
    n_shapes: usize,
) -> Option<Vec<[f64; 2]>> {
    match [old.bias, new.bias].map(|bias| bias == f64::NEG_INFINITY) {
        // Without weight before and after, it is nobody's component, nor will it be.
        [true, true] => return Some(vec![[f64::NEG_INFINITY, 0.0]; n_shapes]),
        [true, false] => return None,
        _ => {}
    }
    if old.boundary != new.boundary {
        return None;
    }
    let bias = new.bias - old.bias;
    let with = |[rise, fall]: [f64; 2], [up, down]: [f64; 2]| [rise + up, fall - down];
    let mut found = vec![[bias + ROUNDING, ROUNDING - bias]; n_shapes];
    if n_shapes == 1 {
        // Ones anywhere.
        found[0] = changes.iter().fold(found[0], |sums, changes| with(sums, *changes));
    }
    for shape in 1..n_shapes {
        let region = shape.trailing_zeros() as usize;
        found[shape] = with(found[shape & (shape - 1)], changes[region]);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Scorer};
    use super::*;
    use crate::bits::BitMatrix;
    use crate::kernels::{RowBlock, regions, row_words};

    /// From one mixture to another.
    fn drift(weights: [&[f64]; 2], means: [&[f64]; 2]) -> Drift {
        let d = means[0].len() / weights[0].len();
        let mut scorer = Scorer::new(weights[0], means[0], Layout::plain(d));
        scorer.set_mixture(weights[1], means[1])
    }

    /// A mixture of three components over 83 features; `shift` moves it.
    fn mixture(shift: f64) -> ([f64; 3], Vec<f64>) {
        let mean = |i: usize| {
            0.05 + 0.9 * ((i * 37 % 101) as f64 / 101.0 + shift * (i % 5) as f64).fract()
        };
        ([0.5, 0.3 + shift, 0.2 - shift], (0..3 * 83).map(mean).collect())
    }

    /// The scores themselves: [`Scorer::score_multi_way`] rounds to single precision, which is more than these bounds are off.
    fn scores(scorer: &Scorer, data: &BitMatrix) -> Vec<f64> {
        let rows = (0..data.n_samples()).flat_map(|i| (0..3).map(move |k| (i, k)));
        let score = |(i, k)| {
            let log_odds = data.ones(i).map(|d| scorer.log_odds(k)[d / 8].0[d % 8]);
            scorer.bias(k) + log_odds.sum::<f64>()
        };
        rows.map(score).collect()
    }

    /// The number of the shape of rows that have ones in all regions.
    const FULL: usize = SHAPES - 1;

    #[test]
    fn no_row_moves_farther_and_the_extreme_rows_move_as_far() {
        for shift in [1e-4, 0.01, 0.1] {
            let [old, new] = [mixture(0.0), mixture(shift)];
            let drift = drift([&old.0, &new.0], [&old.1, &new.1]);
            let [old, new] =
                [old, new].map(|(weights, means)| Scorer::new(&weights, &means, Layout::plain(83)));
            // Random rows, some with ones in some regions only; and for each component and shape the rows that rise and fall most.
            let change = |k: usize, d: usize| {
                new.log_odds(k)[d / 8].0[d % 8] - old.log_odds(k)[d / 8].0[d % 8]
            };
            let regions = regions(row_words(83));
            let is_in = |shape: usize, d: usize| {
                regions
                    .iter()
                    .enumerate()
                    .any(|(r, words)| shape >> r & 1 == 1 && words.contains(&(d / 16)))
            };
            let extreme = |i: usize, d: usize| {
                (change(i / 2 % 3, d) > 0.0) == i.is_multiple_of(2) && is_in(i / 6, d)
            };
            let data = BitMatrix::from_fn(6 * SHAPES + 200, 83, |i, d| {
                if i < 6 * SHAPES {
                    extreme(i, d)
                } else {
                    (i * 31 + d * 17) % 7 < i % 7 && is_in(i * 37 % SHAPES, d)
                }
            });
            let block = RowBlock::new(&data, 0);
            let (before, after) = (scores(&old, &data), scores(&new, &data));
            let mut most = [f64::NEG_INFINITY; 2];
            for (i, (before, after)) in before.iter().zip(&after).enumerate() {
                let (k, shape) = (i % 3, usize::from(block.shapes()[i / 3]));
                let (rise, fall) = (drift.rises[shape], drift.falls[k * SHAPES + shape]);
                assert!(after - before <= rise && before - after <= fall, "shape {shape:b}");
                if i / 3 >= FULL * 6 && i / 3 < SHAPES * 6 {
                    most[0] = most[0].max(after - before);
                    most[1] = most[1].max(before - after);
                }
            }
            let largest_fall = (0..3).map(|k| drift.falls[k * SHAPES + FULL]).fold(0.0, f64::max);
            assert!(most[0] > drift.rises[FULL] - 3.0 * ROUNDING);
            assert!(most[1] > largest_fall - 3.0 * ROUNDING);
        }
    }

    /// Shapes tell apart what moves only in some columns, and more components are not told apart by shape.
    #[test]
    fn what_moves_in_one_region_moves_only_rows_with_ones_there() {
        let d = 160;
        let last = regions(row_words(d))[REGIONS - 1].start * 16;
        for (k, n) in [(2, SHAPES), (65, 1)] {
            let weights = vec![1.0 / k as f64; k];
            let means = |edge: f64| -> Vec<f64> {
                (0..k * d).map(|i| if i % d >= last { edge } else { 0.3 }).collect()
            };
            let (old, new) = (means(0.1), means(0.2));
            let drift = drift([&weights, &weights], [&old, &new]);
            assert_eq!((drift.rises.len(), drift.falls.len()), (n, k * n));
            // The bias falls with what is more often one.
            let rises = |shape: usize| drift.rises[shape] > 0.0;
            assert!(drift.rises[n - 1] > 1.0);
            assert!((0..n - 1).all(|shape| rises(shape) == (shape >> (REGIONS - 1) & 1 == 1)));
        }
    }

    #[test]
    fn a_component_without_weight_moves_nobody_until_it_gets_some() {
        let means = [0.5, 0.25, 0.75, 0.5];
        let [none, some] = [[1.0, 0.0], [0.5, 0.5]];
        let drift = |from: &[f64], to: &[f64]| drift([from, to], [&means; 2]);
        assert!(drift(&none, &none).rises[FULL] < 1e-5);
        assert!(drift(&none, &some).is_unbounded());
        assert!(drift(&some, &none).rises[FULL] < 1.0);
    }

    #[test]
    fn a_mean_that_comes_to_the_boundary_moves_without_bound() {
        let [inside, boundary] = [[0.5, 0.25], [0.5, 0.0]];
        let drift = |from: &[f64], to: &[f64]| drift([&[1.0]; 2], [from, to]);
        assert!(drift(&inside, &boundary).is_unbounded());
        assert!(drift(&boundary, &inside).is_unbounded());
        assert!(drift(&boundary, &boundary).rises[FULL] < 1e-5);
    }
}
