//! Random samples of the rows, on which a search begins.
//!
//! A search needs to know which optimum is better, and rarely how good it is. On a sample an E-step
//! takes a fraction of the time. A sample is drawn at random: rows of a file often come in an order
//! that every second or tenth row would be caught by.

use super::ends::{Ends, variance};
use super::policy::Policy;
use super::round::{Round, RoundBest};
use super::task::Task;
use crate::em::init::{Stream, Streams, distinct};
use crate::em::observe::Observe;
use crate::em::report::StartReport;
use crate::em::{e_step::EStep, params::FitParams, prior::Prior, rows::Rows, run::EmRun};
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::record::StopReason;
use std::sync::Arc;

/// The fewest rows in a sample for starts, and rows for each component.
const FOR_STARTS: [usize; 2] = [4000, 40];

/// The same for moves. Starts are told apart by much, optima by little.
const FOR_MOVES: [usize; 2] = [15_000, 400];

/// Samples are taken of so many times as many rows.
const LEAST_RATIO: usize = 4;

/// The fewest average rows in a component on a sample. Without a prior, what no row of a sample has
/// would be impossible for good.
const LEAST_ALPHA: f64 = 1.0;

/// Two ends on a sample are in doubt if they lie closer than this many standard errors of the mean
/// log-likelihood. Most rows score the same under both, so their difference is told far better.
const DOUBT: f64 = 0.25;

/// The most rows that the standard error is estimated from.
const ROWS_FOR_DOUBT: usize = 2000;

/// Moves on a sample take up to such a part of the budget.
const PART_FOR_MOVES: usize = 8;

/// Draws samples of the rows, and searches on them.
pub(super) struct Sampler<'a> {
    rows: &'a Rows<'a>,
    streams: Streams,
    prior: Arc<Prior>,
    params: &'a FitParams,
}

/// What a search on samples ended in.
pub(super) struct SampledEnd {
    pub(super) starts: Vec<StartReport>,
    /// Ends of which one is the best on all rows: first the one that the sample prefers.
    pub(super) ends: Vec<RoundBest>,
}

impl SampledEnd {
    /// Lists the starts after those of `ends`. Returns the ends of the round.
    pub(super) fn listed_in(self, ends: &mut Ends) -> Vec<RoundBest> {
        let n_before = ends.starts.len();
        ends.list(self.starts);
        let later = |end: RoundBest| RoundBest { start: n_before + end.start, ..end };
        self.ends.into_iter().map(later).collect()
    }
}

impl<'a> Sampler<'a> {
    /// `None` if the rows are too few for samples to save much. Nor are there samples of rows with
    /// labels or weights: one may lack a label, and a few heavy rows may be most of the data.
    pub(super) fn new(rows: &'a Rows<'a>, prior: &Prior, params: &'a FitParams) -> Option<Self> {
        let are_alike = rows.label_of.is_empty() && rows.weights.is_none();
        if !are_alike || !are_many(rows, FOR_STARTS, params) {
            return None;
        }
        let prior = Prior::centred(prior.alpha().max(LEAST_ALPHA), prior.base_rates().to_vec());
        let streams = Streams::for_samples(params.seed);
        Some(Self { rows, streams, prior: Arc::new(prior), params })
    }

    /// Whether the rows are so many that moves begin on a sample too.
    pub(super) fn has_moves(&self) -> bool {
        are_many(self.rows, FOR_MOVES, self.params)
    }

    /// What the next sample is drawn from.
    pub(super) fn next_stream(&mut self) -> Stream {
        self.streams.next_stream()
    }

    /// A round: starts on a sample, then moves from the best of them on a larger one.
    pub(super) fn round(
        &self,
        mut rng: Stream,
        streams: &[Stream],
        policy: &Policy,
        observe: &mut dyn Observe,
    ) -> Result<SampledEnd> {
        let (mut starts, best) =
            self.on_sample(FOR_STARTS, rng.clone(), policy, observe, |round| {
                Ok(round.short_runs(streams)?.first().map(RoundBest::of))
            })?;
        let best = match best {
            Some(best) if self.has_moves() => best,
            ends => return Ok(SampledEnd { starts, ends: ends.into_iter().collect() }),
        };
        rng.jump();
        let n_before = starts.len();
        let mut moved = self.moves(&best.mixture, rng, policy, observe)?;
        starts.extend(moved.starts.into_iter().map(|start| StartReport {
            moved_from: Some(start.moved_from.map_or(best.start, |from| n_before + from)),
            ..start
        }));
        moved.ends.iter_mut().for_each(|end| end.start += n_before);
        Ok(SampledEnd { starts, ends: moved.ends })
    }

    /// Goes on from `mixture` on a sample, then by moves as long as they gain.
    pub(super) fn moves(
        &self,
        mixture: &BernoulliMixture,
        rng: Stream,
        policy: &Policy,
        observe: &mut dyn Observe,
    ) -> Result<SampledEnd> {
        let work = |round: &mut Round| {
            round.doubt = doubt(mixture, round.task.rows)?;
            let best = round.search_from(mixture, None)?;
            let is_close = |run: &EmRun| run.objective() >= best.objective - round.doubt;
            let mut doubtful = std::mem::take(&mut round.doubtful);
            doubtful.retain(is_close);
            doubtful.sort_by(|a, b| b.objective().total_cmp(&a.objective()));
            let others = doubtful.iter().map(RoundBest::of);
            Ok(std::iter::once(best).chain(others).collect())
        };
        let (starts, ends) = self.on_sample(FOR_MOVES, rng, policy, observe, work)?;
        Ok(SampledEnd { starts, ends })
    }

    /// Does `work` on a sample. Returns the starts there beside its result.
    fn on_sample<T>(
        &self,
        size: [usize; 2],
        mut rng: Stream,
        policy: &Policy,
        observe: &mut dyn Observe,
        work: impl FnOnce(&mut Round) -> Result<T>,
    ) -> Result<(Vec<StartReport>, T)> {
        let Self { prior, params, .. } = self;
        let chosen = distinct(self.rows.data.n_samples(), n_rows(size, params), &mut rng);
        let rows = &self.rows.select(&chosen.into_iter().collect::<Vec<_>>());
        let task = Task { rows, prior, params, policy };
        let mut e_step = EStep::for_fit(rows.borrowed(), params);
        let budget = policy.budget / PART_FOR_MOVES;
        let mut round = Round { budget, ..Round::new(task, &mut e_step, observe) };
        let result = work(&mut round)?;
        let scale = self.rows.total_weight() / rows.total_weight();
        let starts = round.ends.starts.into_iter().map(|start| StartReport {
            n_sampled: Some(rows.data.n_samples()),
            objective: scale * start.objective,
            // An end on a sample is none on all rows.
            stop: match start.stop {
                StopReason::Interrupted => StopReason::Interrupted,
                _ => StopReason::Abandoned,
            },
            ..start
        });
        Ok((starts.collect(), result))
    }
}

/// Whether a sample of this `size` saves much.
fn are_many(rows: &Rows, size: [usize; 2], params: &FitParams) -> bool {
    rows.data.n_samples() >= LEAST_RATIO * n_rows(size, params)
}

/// Rows in a sample of this `size`.
fn n_rows([least, per_component]: [usize; 2], params: &FitParams) -> usize {
    least.max(per_component * params.n_components)
}

/// How far ends on the sample `rows` may lie apart while their order is in doubt, in total nats.
fn doubt(mixture: &BernoulliMixture, rows: &Rows) -> Result<f64> {
    let n = rows.data.n_samples();
    let some: Vec<usize> = (0..n).step_by(n.div_ceil(ROWS_FOR_DOUBT)).collect();
    let scores = mixture.score_samples(&rows.data.select(&some))?;
    Ok(DOUBT * (variance(&scores) / n as f64).sqrt() * rows.total_weight())
}
