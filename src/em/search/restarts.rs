//! The search for the best optimum: round after round of starts and moves.
//!
//! Where rows are many, a round begins on a random sample of its own, and its end goes on to all
//! rows. Short rounds run side by side, in a number that does not hang on that of the threads.

use super::ends::{Ends, variance};
use super::policy::Policy;
use super::round::{CLOSE, MOVES_SIDE_BY_SIDE, Round, RoundBest, Task};
use super::sample::{SampledEnd, Sampler};
use crate::em::init::{Stream, Streams};
use crate::em::observe::{Observe, Shared};
use crate::em::report::StartReport;
use crate::em::{e_step::EStep, params::FitParams, prior::Prior, rows::Rows, run::EmRun};
use crate::error::{Error, Result};
use crate::parallel;
use std::sync::Arc;

/// Rounds that must end in the best optimum before `n_init = auto` believes in it. Runs of one
/// round do not confirm each other: those that are continued are alike.
const ROUNDS_TO_CONFIRM: usize = 2;

/// The least work before the best optimum counts as confirmed, in units of [`Task::work`]. Among
/// few starts two that agree are no surprise, and more cost next to nothing.
const MIN_WORK: usize = 5_000_000;

/// Rounds after which the search may end unconfirmed, whatever is left of the budget. An optimum
/// that one round in 16 finds is missed by all of them with a chance of 5 in 100.
const MIN_ROUNDS: usize = 46;

/// It goes on up to so many rounds where their ends lie far apart.
const MAX_ROUNDS: usize = 200;

/// Ends lie far apart if their standard deviation is above this, in nats per sample. As many rounds
/// again are expected to gain a quarter of it, if ends are normal.
const FAR_APART: f64 = 1.0;

/// Rounds that run side by side, if the short runs of one take less than a small part of the
/// budget.
const SIDE_BY_SIDE: usize = 2;
const SHORT_PART: usize = 32;

/// Rounds on samples that run side by side. All of them go on to all rows: a sample may prefer a
/// lesser optimum, so two that agree are not enough.
const SAMPLED_SIDE_BY_SIDE: usize = 4;

/// What a search found.
pub(super) struct Found {
    pub(super) starts: Vec<StartReport>,
    pub(super) best: EmRun,
    /// The best run that ended in another, lower optimum.
    pub(super) runner_up: Option<EmRun>,
}

/// Searches as `policy` says. `e_step` is made for `rows`.
pub(super) fn search(
    policy: &Policy,
    rows: &Rows,
    params: &FitParams,
    prior: &Arc<Prior>,
    e_step: &mut EStep,
    observe: &mut dyn Observe,
) -> Result<Found> {
    let sampler = if policy.may_sample { Sampler::new(rows, prior, params) } else { None };
    let policy = &if sampler.is_some() { policy.of_many_rows() } else { *policy };
    let task = Task { rows, prior, params, policy };
    let (ends, streams) = (Ends::none(task.tolerance()), Streams::new(params.seed));
    let mut search = Search { task, streams, ends, round_ends: Vec::new() };
    match sampler {
        Some(sampler) => search.run_on_samples(sampler, e_step, observe)?,
        None => search.run(e_step, observe)?,
    }
    // A start that was interrupted may have been on its way to the best optimum.
    let runner_up = search.ends.runner_up.take().filter(|_| !search.ends.is_interrupted());
    let best = search.ends.best.expect("a search runs one start at least");
    Ok(Found { best, runner_up, starts: search.ends.starts })
}

struct Search<'a> {
    task: Task<'a>,
    streams: Streams,
    ends: Ends,
    /// The best objective of every round, in total nats.
    round_ends: Vec<f64>,
}

impl Search<'_> {
    /// Searches on all rows until the best run is believed in.
    fn run(&mut self, e_step: &mut EStep, observe: &mut dyn Observe) -> Result<()> {
        while !self.is_done(1.0, MIN_WORK) {
            if self.are_rounds_short() {
                self.rounds_side_by_side(observe)?;
            } else {
                let streams = self.streams_of_round();
                self.on_all_rows(e_step, observe, |round| round.run(&streams))?;
            }
        }
        Ok(())
    }

    /// The same where rounds begin on samples.
    fn run_on_samples(
        &mut self,
        mut sampler: Sampler,
        e_step: &mut EStep,
        observe: &mut dyn Observe,
    ) -> Result<()> {
        let has_moves = sampler.has_moves();
        // What comes from a sample is followed no further than to where it is close.
        let (reach, least_work) = if has_moves { (CLOSE, 0) } else { (1.0, MIN_WORK) };
        while !self.is_done(reach, least_work) {
            let n = if has_moves { SAMPLED_SIDE_BY_SIDE } else { 1 };
            for sampled in self.rounds_on_samples(n, &mut sampler, observe)? {
                self.on_all_rows(e_step, observe, |round| round.climb(sampled, has_moves))?;
            }
        }
        if has_moves {
            let is_sure = self.n_ends_within(1.0) >= ROUNDS_TO_CONFIRM;
            // All moves are to be tried where earlier rounds ended as well.
            self.round_ends.clear();
            self.on_all_rows(e_step, observe, |round| round.finish(&mut sampler, is_sure))?;
        }
        Ok(())
    }

    fn are_rounds_short(&self) -> bool {
        let Policy { n_starts, short_iter, budget, n_rounds, .. } = *self.task.policy;
        let n_rows = self.task.rows.data.n_samples();
        let least = self.task.work(n_starts.saturating_mul(short_iter), n_rows);
        n_rounds.is_none() && least < budget / SHORT_PART
    }

    fn streams_of_round(&mut self) -> Vec<Stream> {
        (0..self.task.policy.n_starts).map(|_| self.streams.next_stream()).collect()
    }

    /// Does one round, or a part of one, on all rows.
    fn on_all_rows(
        &mut self,
        e_step: &mut EStep,
        observe: &mut dyn Observe,
        work: impl FnOnce(&mut Round) -> Result<Option<RoundBest>>,
    ) -> Result<()> {
        let none = Ends::none(self.ends.tolerance);
        let ends = std::mem::replace(&mut self.ends, none);
        let (task, earlier, budget) = (self.task, &self.round_ends, self.task.policy.budget);
        let mut round = Round { earlier, budget, ends, ..Round::new(task, e_step, observe) };
        let best = work(&mut round)?;
        self.ends = round.ends;
        self.round_ends.extend(best.map(|best| best.objective));
        Ok(())
    }

    /// Rounds that do not know of each other.
    fn rounds_side_by_side(&mut self, observe: &mut dyn Observe) -> Result<()> {
        let (task, budget) = (self.task, self.task.policy.budget.saturating_sub(self.work()));
        let streams: Vec<_> = (0..SIDE_BY_SIDE).map(|_| self.streams_of_round()).collect();
        let (earlier, shared) = (&self.round_ends, Shared::new(observe));
        let first = self.ends.starts.len();
        let rounds = parallel::try_map(streams.into_iter().zip(0..), |(streams, round)| {
            let mut e_step = EStep::for_fit(task.rows.borrowed(), task.params);
            let observe = &mut shared.observer(MOVES_SIDE_BY_SIDE * round, first);
            let mut round = Round { earlier, budget, ..Round::new(task, &mut e_step, observe) };
            let best = round.run(&streams)?;
            Ok::<_, Error>((round.ends, best))
        })?;
        for (ends, best) in rounds {
            self.ends.join(ends);
            self.round_ends.extend(best.map(|best| best.objective));
        }
        Ok(())
    }

    /// `n` rounds, on samples of their own.
    fn rounds_on_samples(
        &mut self,
        n: usize,
        sampler: &mut Sampler,
        observe: &mut dyn Observe,
    ) -> Result<Vec<SampledEnd>> {
        let draws: Vec<_> =
            (0..n).map(|_| (self.streams_of_round(), sampler.next_stream())).collect();
        let (policy, first) = (self.task.policy, self.ends.starts.len());
        let (sampler, shared) = (&*sampler, Shared::new(observe));
        parallel::try_map(draws.into_iter().zip(0..), |((streams, rng), round)| {
            sampler.round(
                rng,
                &streams,
                policy,
                &mut shared.observer(MOVES_SIDE_BY_SIDE * round, first),
            )
        })
    }

    fn work(&self) -> usize {
        self.task.work_of(&self.ends.starts)
    }

    /// Whether the search has ended. Rounds agree within `n_tolerances`, and count as confirmed
    /// after `least_work`.
    fn is_done(&self, n_tolerances: f64, least_work: usize) -> bool {
        let n_rounds = self.round_ends.len();
        if n_rounds == 0 || self.ends.is_interrupted() {
            return n_rounds > 0;
        }
        if let Some(n) = self.task.policy.n_rounds {
            return n_rounds >= n;
        }
        let n_agreeing = self.n_ends_within(n_tolerances);
        let is_confirmed = n_agreeing >= ROUNDS_TO_CONFIRM && self.work() >= least_work;
        let deviation = variance(&self.round_ends).sqrt() / self.task.rows.total_weight();
        let enough = if deviation > FAR_APART { MAX_ROUNDS } else { MIN_ROUNDS };
        is_confirmed || self.work() >= self.task.policy.budget || n_rounds >= enough
    }

    /// Rounds that ended within so many tolerances of the best one.
    fn n_ends_within(&self, n_tolerances: f64) -> usize {
        let best = self.round_ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = best - n_tolerances * self.ends.tolerance;
        self.round_ends.iter().filter(|end| **end >= least).count()
    }
}
