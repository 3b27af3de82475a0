//! Moves that leave a poor optimum: two close components become one, and one that is two is split.
//!
//! A split's gain is measured on a sample of rows: what two components, fitted to the rows of one
//! for a few iterations, score above one. EM from there decides whether a move is kept.

use super::{Component, mixture_of};
use crate::em::init::{Init, Stream, Streams, distinct};
use crate::em::rows::{Margins, Rows};
use crate::em::{e_step::EStep, observe::Silent, params::FitParams, prior::Prior, run::EmRun};
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;
use crate::parallel;
use std::sync::Arc;

/// Iterations of the two components that show what a split gains.
const SPLIT_ITERATIONS: usize = 10;

/// Rows in the sample for each component.
const SAMPLE_ROWS_PER_COMPONENT: usize = 200;

/// Rows in the sample at most.
const MAX_SAMPLE_ROWS: usize = 20_000;

/// The share of the whole in the mean of each half.
///
/// Few rows have been seen by a half. Without smoothing, a feature that none of them has would be
/// impossible for good.
const SHRINKAGE: f64 = 0.1;

/// The best merges and the best splits: so many of each are combined.
const N_COMBINED: usize = 8;

/// Random moves from the best optimum to the next start. One leads back too often, three lead too
/// far (docs/performance.md).
const N_PERTURBATIONS: usize = 2;

/// Two components are merged into the first of them. A third one is split in halves, the first of
/// which takes the place that is free.
pub(crate) struct Move {
    merged: [usize; 2],
    split: Split,
    /// What it is expected to gain, in nats per sample.
    gain: f64,
}

#[derive(Clone)]
struct Split {
    component: usize,
    /// A mixture of two components.
    halves: BernoulliMixture,
    /// In nats per sample.
    gain: f64,
}

/// The moves from `mixture`, the most promising one first; none from fewer than three components.
pub(crate) fn moves(
    rows: &Rows,
    mixture: &BernoulliMixture,
    prior: &Arc<Prior>,
    params: &FitParams,
) -> Result<Vec<Move>> {
    if mixture.n_components() < 3 {
        return Ok(Vec::new());
    }
    let splits = splits(rows, mixture, prior, params)?;
    let mut moves = Vec::new();
    for (merged, cost) in merges(mixture) {
        for split in splits.iter().filter(|split| !merged.contains(&split.component)) {
            moves.push(Move { merged, gain: split.gain - cost, split: split.clone() });
        }
    }
    moves.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    Ok(moves)
}

impl Move {
    /// The mixture after this move.
    pub(crate) fn applied(&self, mixture: &BernoulliMixture) -> Result<BernoulliMixture> {
        let mut components = Component::all_of(mixture);
        let ([j, k], Split { component: i, halves, .. }) = (self.merged, &self.split);
        components[j] = components[j].merged(&components[k]);
        let half = |half: usize| {
            let means = halves.mean(half).iter().zip(mixture.mean(*i));
            let shrunk = means.map(|(half, whole)| half * (1.0 - SHRINKAGE) + whole * SHRINKAGE);
            Component::new(mixture.weights()[*i] * halves.weights()[half], shrunk.collect())
        };
        (components[k], components[*i]) = (half(0), half(1));
        mixture_of(components)
    }
}

/// `mixture` after two moves drawn at random from [`moves`], each from where the last one led;
/// `None` if there is none.
///
/// Starts of an iterated local search: Lourenço, Martin & Stützle (2003).
pub(crate) fn perturbed(
    rows: &Rows,
    mixture: &BernoulliMixture,
    prior: &Arc<Prior>,
    params: &FitParams,
    rng: &mut Stream,
) -> Result<Option<BernoulliMixture>> {
    let mut perturbed = mixture.clone();
    for _ in 0..N_PERTURBATIONS {
        let moves = moves(rows, &perturbed, prior, params)?;
        if moves.is_empty() {
            return Ok(None);
        }
        for place in distinct(moves.len(), 1, rng) {
            perturbed = moves[place].applied(&perturbed)?;
        }
    }
    Ok(Some(perturbed))
}

/// The pairs that are cheapest to merge, with their costs in nats per sample.
fn merges(mixture: &BernoulliMixture) -> Vec<([usize; 2], f64)> {
    let components = Component::all_of(mixture);
    let pairs_of = |j: usize| {
        let later = components.iter().enumerate().skip(j + 1);
        later.map(|(k, other)| ([j, k], components[j].merge_cost(other))).collect::<Vec<_>>()
    };
    let mut pairs = parallel::map(0..components.len(), pairs_of).concat();
    pairs.sort_by(|a, b| a.1.total_cmp(&b.1));
    pairs.truncate(N_COMBINED);
    pairs
}

/// The splits that gain most.
fn splits(
    rows: &Rows,
    mixture: &BernoulliMixture,
    prior: &Arc<Prior>,
    params: &FitParams,
) -> Result<Vec<Split>> {
    let (n, k) = (rows.data.n_samples(), mixture.n_components());
    let mut streams = Streams::new(params.seed);
    let n_rows = n.min(MAX_SAMPLE_ROWS).min(SAMPLE_ROWS_PER_COMPONENT * k);
    let sample: Vec<usize> = distinct(n, n_rows, &mut streams.next_stream()).into_iter().collect();
    let sample = rows.select(&sample);
    let mut members = vec![Vec::new(); k];
    for (i, component) in mixture.predict(&sample.data)?.into_iter().enumerate() {
        members[component].push(i);
    }
    let members = members.into_iter().enumerate().filter(|(_, its)| its.len() > 1);
    let members: Vec<_> = members.map(|its| (its, streams.next_stream())).collect();
    let mut splits = parallel::try_map(members, |((component, members), stream)| {
        let (gain, halves) = split(&sample.select(&members), prior, params, stream)?;
        Ok::<_, Error>(Split { component, halves, gain: gain / sample.total_weight() })
    })?;
    splits.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    splits.truncate(N_COMBINED);
    Ok(splits)
}

/// What two components score above one on `rows`, in total nats, and the two.
fn split(
    rows: &Rows,
    prior: &Arc<Prior>,
    params: &FitParams,
    stream: Stream,
) -> Result<(f64, BernoulliMixture)> {
    let mut e_step = EStep::new(rows.borrowed(), 2);
    // k-means++ avoids two rows that are alike, from which so few iterations lead nowhere.
    let first = Init::KMeansPlusPlus.mixture(rows, 2, stream)?;
    let mut two = EmRun::new(0, first, &mut e_step, prior, params)?;
    two.iterate(SPLIT_ITERATIONS, &mut e_step, params, &mut Silent)?;
    let gain = two.objective() - objective_of_one(rows, prior)?;
    Ok((gain, BernoulliMixture::clone(&two.mixture)))
}

/// The objective of the one component that fits `rows` best, in total nats.
fn objective_of_one(rows: &Rows, prior: &Prior) -> Result<f64> {
    let Margins { ones, observed, .. } = Margins::new(rows);
    let counts = || ones.iter().zip(&observed);
    let mean = |((ones, observed), b): ((&f64, &f64), &f64)| {
        if observed + prior.alpha() > 0.0 { prior.mode(*b, *ones, *observed) } else { *b }
    };
    let means: Vec<f64> = counts().zip(prior.base_rates()).map(mean).collect();
    let part = |count: f64, p: f64| if count > 0.0 { count * libm::log(p) } else { 0.0 };
    let both = counts().zip(&means);
    let log_likelihood: f64 =
        both.map(|((ones, all), m)| part(*ones, *m) + part(all - ones, 1.0 - m)).sum();
    Ok(log_likelihood + prior.log_density(&BernoulliMixture::new([1.0], means)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    /// Three kinds of rows: ones in the first, second or last ten features, and some elsewhere.
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
        let prior = Prior::new(&Rows::new(&data), params.alpha).into();
        let moves = moves(&Rows::new(&data), &poor, &prior, &params).unwrap();
        assert_eq!((moves[0].merged, moves[0].split.component), ([0, 1], 2));
        assert!(moves[0].gain > 1.0);
        assert!(moves.windows(2).all(|pair| pair[0].gain >= pair[1].gain));
        let mut e_step = EStep::new(&data, 3);
        let mut end_from = |mixture| {
            let mut run = EmRun::new(0, mixture, &mut e_step, &prior, &params).unwrap();
            run.iterate(200, &mut e_step, &params, &mut Silent).unwrap();
            run.objective()
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
        let data = three_kinds();
        let prior = Prior::new(&Rows::new(&data), params.alpha).into();
        assert!(moves(&Rows::new(&data), &two.unwrap(), &prior, &params).unwrap().is_empty());
    }

    #[test]
    fn one_component_scores_what_a_fit_of_one_scores() {
        let data = three_kinds();
        for alpha in [0.0, 0.1, 2.0] {
            let params = FitParams { n_components: 1, alpha, ..FitParams::default() };
            let one = BernoulliMixture::new([1.0], [0.5; 30]);
            let mut e_step = EStep::new(&data, 1);
            let prior = Prior::new(&Rows::new(&data), alpha).into();
            let mut run = EmRun::new(0, one.unwrap(), &mut e_step, &prior, &params).unwrap();
            run.iterate(1, &mut e_step, &params, &mut Silent).unwrap();
            let ours = objective_of_one(&Rows::new(&data), &prior).unwrap();
            assert!((ours - run.objective()).abs() <= 1e-10 * ours.abs(), "{alpha}");
        }
    }
}
