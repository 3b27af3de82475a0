//! Moves that leave a poor optimum: two components that are close become one, and one that is two becomes two.
//!
//! After Ueda, Nakano, Ghahramani & Hinton, *SMEM algorithm for mixture models* (Neural Computation 12, 2000), with other
//! criteria. Per sample, in nats, with `H` the entropy of a Bernoulli variable:
//!
//! ```text
//! merging j and k costs    sum_d [ (pi_j + pi_k) H(m_d) - pi_j H(mu_jd) - pi_k H(mu_kd) ],   m = the mean of both
//! splitting i gains        what two components, fitted to its rows for a few iterations, score above one
//! ```
//!
//! The cost is what the rows lose if each belongs to one component (a Jensen-Shannon divergence); the gain is measured, on a sample.
//! What a move is worth in the end only EM from there can tell: that it is kept only if the objective rises is for the search (`starts.rs`) to see to.

use super::neighbours::{self, entropy};
use crate::em::e_step::EStep;
use crate::em::init::{Init, Streams};
use crate::em::observe::Silent;
use crate::em::params::FitParams;
use crate::em::rows::{Rows, weighted_counts};
use crate::em::run::climb::Climb;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::parallel;

/// Iterations of the two components that show what a split gains.
const SPLIT_ITERATIONS: usize = 10;

/// Rows of the sample, for each component and in all: at most so many.
const ROWS_OF_COMPONENT: usize = 200;
const ROWS_OF_SAMPLE: usize = 20_000;

/// The halves go so far back to the mean of the whole: few rows have seen them, and without smoothing what none of these has
/// inked would be impossible for good.
const BACK: f64 = 0.1;

/// Merges and splits that are combined: the best ones of each.
const COMBINED: usize = 8;

/// A move: what is merged, what is split, and the two halves of that.
pub(crate) struct Move {
    merged: [usize; 2],
    split: usize,
    /// What it is expected to gain, in nats per sample.
    gain: f64,
    halves: BernoulliMixture,
}

struct Split {
    component: usize,
    gain: f64,
    halves: BernoulliMixture,
}

/// The moves from `mixture`, the most promising one first; none from fewer than three components.
pub(crate) fn moves(
    rows: &Rows,
    mixture: &BernoulliMixture,
    params: &FitParams,
) -> Result<Vec<Move>> {
    if mixture.n_components() < 3 {
        return Ok(Vec::new());
    }
    let splits = splits(rows, mixture, params)?;
    let mut moves = Vec::new();
    for (merged, cost) in merges(mixture) {
        for Split { component, gain, halves } in &splits {
            if !merged.contains(component) {
                let (split, halves) = (*component, halves.clone());
                moves.push(Move { merged, split, gain: gain - cost, halves });
            }
        }
    }
    moves.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    Ok(moves)
}

impl Move {
    /// The mixture after this move.
    pub(crate) fn applied(&self, mixture: &BernoulliMixture) -> Result<BernoulliMixture> {
        let (mut weights, mut means) = mixture.clone().into_parts();
        let mut parts: Vec<_> = means.chunks_exact_mut(mixture.n_features()).collect();
        let ([j, k], i) = (self.merged, self.split);
        let (weight, mean) = merged(mixture, j, k);
        weights[j] = weight;
        parts[j].copy_from_slice(&mean);
        let of_split = mixture.weights()[i];
        for (place, half) in [(k, 0), (i, 1)] {
            weights[place] = of_split * self.halves.weights()[half];
            let means = self.halves.mean(half).iter().zip(mixture.mean(i));
            for (mean, (half, whole)) in parts[place].iter_mut().zip(means) {
                *mean = half * (1.0 - BACK) + whole * BACK;
            }
        }
        BernoulliMixture::normalised(weights, means)
    }
}

/// Weight and mean of two components as one.
fn merged(mixture: &BernoulliMixture, j: usize, k: usize) -> (f64, Vec<f64>) {
    let of = |k: usize| (mixture.weights()[k], mixture.mean(k));
    neighbours::merged(of(j), of(k))
}

/// The pairs that are cheapest to merge, with their costs.
fn merges(mixture: &BernoulliMixture) -> Vec<([usize; 2], f64)> {
    let k = mixture.n_components();
    let alone: Vec<f64> =
        (0..k).map(|k| mixture.weights()[k] * entropy(mixture.mean(k).to_vec())).collect();
    let of_pair = |j: usize, k: usize| {
        let (weight, mean) = merged(mixture, j, k);
        ([j, k], weight * entropy(mean) - alone[j] - alone[k])
    };
    let with_later = |j: usize| (j + 1..k).map(|k| of_pair(j, k)).collect::<Vec<_>>();
    let mut pairs = parallel::map(0..k, with_later).concat();
    pairs.sort_by(|a, b| a.1.total_cmp(&b.1));
    pairs.truncate(COMBINED);
    pairs
}

/// The splits that gain most.
fn splits(rows: &Rows, mixture: &BernoulliMixture, params: &FitParams) -> Result<Vec<Split>> {
    let (n, k) = (rows.data.n_samples(), mixture.n_components());
    let n_rows = ROWS_OF_SAMPLE.min(ROWS_OF_COMPONENT * k);
    let step = n.div_ceil(n_rows);
    let sample = rows.select(&(0..n).step_by(step).collect::<Vec<_>>());
    let mut rows = vec![Vec::new(); k];
    for (i, component) in mixture.predict(&sample.data)?.into_iter().enumerate() {
        rows[component].push(i);
    }
    let (mut splits, mut streams) = (Vec::new(), Streams::new(params.seed));
    for (component, rows) in rows.iter().enumerate().filter(|(_, rows)| rows.len() > 1) {
        let rows = sample.select(rows);
        let (gain, halves) = split(&rows, params, &mut streams)?;
        splits.push(Split { component, gain: gain / sample.total_weight(), halves });
    }
    splits.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    splits.truncate(COMBINED);
    Ok(splits)
}

/// What two components score above one on `rows`, total nats, and the two.
fn split(
    rows: &Rows,
    params: &FitParams,
    streams: &mut Streams,
) -> Result<(f64, BernoulliMixture)> {
    let mut e_step = EStep::new(rows.borrowed(), 2);
    // From two rows that are alike, as two random ones may be, so few iterations lead nowhere.
    let first = Init::KMeansPlusPlus.mixture(rows, 2, streams.next_stream())?;
    let mut two = Climb::new(0, first, &mut e_step, params)?;
    two.run(SPLIT_ITERATIONS, &mut e_step, params, &mut Silent)?;
    let gain = two.objective() - objective_of_one(rows, params.alpha);
    Ok((gain, BernoulliMixture::clone(&two.mixture)))
}

/// The objective of the one component that fits `rows` best, total nats: of each feature `(s + alpha) log m + (n - s + alpha)
/// log(1 - m)` at `m = (s + alpha) / (n + 2 alpha)`, with `s` ones in the `n` rows in which it is observed.
fn objective_of_one(rows: &Rows, alpha: f64) -> f64 {
    let (ones, observed) = weighted_counts(rows);
    let of_feature = |(ones, observed): (f64, f64)| match observed + 2.0 * alpha {
        total if total > 0.0 => -total * entropy(vec![(ones + alpha) / total]),
        _ => 0.0,
    };
    ones.into_iter().zip(observed).map(of_feature).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    /// Three kinds of rows: ones in the first, the second or the last ten features, and some in other places.
    fn three_kinds() -> BitMatrix {
        BitMatrix::from_fn(600, 30, |i, d| (d / 10 == i % 3) != ((i * 7 + d * 13) % 19 == 0))
    }

    /// Two components for the first kind, one for the other two: an optimum that EM does not leave.
    fn poor() -> BernoulliMixture {
        let mean = |d: usize, k: usize| match (k, d / 10) {
            (0, 0) => 0.94,
            (1, 0) => 0.95,
            (0 | 1, _) | (2, 0) => 0.05,
            _ => 0.5,
        };
        let means: Vec<f64> = (0..90).map(|i| mean(i % 30, i / 30)).collect();
        BernoulliMixture::new([0.2, 0.8 / 6.0, 2.0 / 3.0], means).unwrap()
    }

    #[test]
    fn the_best_move_merges_what_is_one_and_splits_what_is_two_and_em_rises_from_there() {
        let (data, poor) = (three_kinds(), poor());
        let params = FitParams { n_components: 3, ..FitParams::default() };
        let moves = moves(&Rows::new(&data), &poor, &params).unwrap();
        assert_eq!((moves[0].merged, moves[0].split), ([0, 1], 2));
        assert!(moves[0].gain > 1.0);
        assert!(moves.windows(2).all(|pair| pair[0].gain >= pair[1].gain));
        let mut e_step = EStep::new(&data, 3);
        let mut end_from = |mixture| {
            let mut climb = Climb::new(0, mixture, &mut e_step, &params).unwrap();
            climb.run(200, &mut e_step, &params, &mut Silent).unwrap();
            climb.objective()
        };
        let moved = moves[0].applied(&poor).unwrap();
        assert!((moved.weights()[0] - 1.0 / 3.0).abs() < 1e-12);
        assert!(end_from(moved) > end_from(poor) + 600.0);
    }

    #[test]
    fn fewer_than_three_components_have_no_move() {
        let poor = poor();
        let two =
            BernoulliMixture::normalised(poor.weights()[..2].into(), poor.means()[..60].into());
        let params = FitParams { n_components: 2, ..FitParams::default() };
        assert!(moves(&Rows::new(&three_kinds()), &two.unwrap(), &params).unwrap().is_empty());
    }

    #[test]
    fn entropy_is_that_of_bernoulli_variables_and_0_where_all_is_certain() {
        assert_eq!(entropy(vec![0.0, 1.0, 1.0]), 0.0);
        assert!((entropy(vec![0.5, 0.5]) - 2.0 * 2.0_f64.ln()).abs() < 1e-15);
        let of_quarter = -(0.25 * 0.25_f64.ln() + 0.75 * 0.75_f64.ln());
        assert!((entropy(vec![0.25, 0.75]) - 2.0 * of_quarter).abs() < 1e-15);
    }

    #[test]
    fn one_component_scores_what_a_fit_of_one_scores() {
        let data = three_kinds();
        for alpha in [0.0, 0.1, 2.0] {
            let params = FitParams { n_components: 1, alpha, ..FitParams::default() };
            let one = BernoulliMixture::new([1.0], [0.5; 30]);
            let mut e_step = EStep::new(&data, 1);
            let mut climb = Climb::new(0, one.unwrap(), &mut e_step, &params).unwrap();
            climb.run(1, &mut e_step, &params, &mut Silent).unwrap();
            let ours = objective_of_one(&Rows::new(&data), alpha);
            assert!((ours - climb.objective()).abs() <= 1e-10 * ours.abs(), "{alpha}");
        }
    }
}
