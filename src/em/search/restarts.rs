//! The search for the best optimum: round after round of starts and moves.
//!
//! Where rows are many, a round begins on a random sample of its own, and its end goes on to all
//! rows. Short rounds run side by side, in a number that does not hang on that of the threads.

use super::ends::{Ends, variance};
use super::policy::Policy;
use super::round::{CLOSE, MOVES_SIDE_BY_SIDE, Round, RoundBest};
use super::sample::{SampledEnd, Sampler};
use super::task::Task;
use crate::bits::WIDE_FROM;
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
/// that one fresh round in 16 finds is missed by 64 of them with a chance of 2 in 100.
const MIN_ROUNDS: usize = 64;

/// The search goes on up to so many rounds where their ends lie far apart.
const MAX_ROUNDS: usize = 200;

/// Ends lie far apart if their standard deviation is above this, in nats per sample. As many rounds
/// again are expected to gain a quarter of it, if ends are normal.
const FAR_APART: f64 = 1.0;

/// So many rounds, and then one in so many, begin with fresh starts. Where rounds are short, the
/// others begin near the best optimum: see [`Task::perturbed`].
const FRESH_ROUNDS: usize = 4;

/// The least number of rounds, if some of them begin near the best optimum: a few of these have to
/// try to leave it. More are needed if the rounds do not agree.
const MIN_LOCAL_ROUNDS: usize = 8;
const MIN_UNCONFIRMED_ROUNDS: usize = 16;

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
    let is_narrow = rows.data.n_features() < WIDE_FROM;
    let policy = if is_narrow { policy.of_narrow_rows() } else { *policy };
    let policy = &match &sampler {
        Some(sampler) if sampler.has_moves() => policy.of_many_rows().of_sampled_moves(),
        Some(_) => policy.of_many_rows(),
        None => policy,
    };
    let task = Task { rows, prior, params, policy };
    let (ends, streams) = (Ends::none(task.tolerance()), Streams::new(params.seed));
    let (round_ends, explored) = (Vec::new(), Vec::new());
    let mut search = Search { task, streams, ends, round_ends, explored, is_local: false };
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
    /// The objectives from which all moves were tried on all rows, in total nats.
    explored: Vec<f64>,
    /// Whether some rounds begin near the best optimum.
    is_local: bool,
}

impl Search<'_> {
    /// Searches on all rows until the best run is believed in.
    fn run(&mut self, e_step: &mut EStep, observe: &mut dyn Observe) -> Result<()> {
        let are_short = self.are_rounds_short();
        self.is_local = are_short && self.task.is_coarse() && self.task.has_moves();
        while !self.is_done(1.0, MIN_WORK) {
            let ends = if are_short {
                self.rounds_side_by_side(observe)?
            } else {
                let streams = self.streams_of_round();
                vec![self.on_all_rows(e_step, observe, |round| round.run(&streams))?]
            };
            for end in ends.into_iter().flatten() {
                if self.task.is_coarse() {
                    self.climb(&end, end.objective, e_step, observe)?;
                } else {
                    self.round_ends.push(end.objective);
                }
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
                let ends = sampled.listed_in(&mut self.ends);
                let leader = self.on_all_rows(e_step, observe, |round| Ok(round.leader(ends)))?;
                let Some(end) = leader else { continue };
                if has_moves {
                    self.climb(&end, f64::NEG_INFINITY, e_step, observe)?;
                } else {
                    let end = self.on_all_rows(e_step, observe, |round| {
                        round.search_from(&end.mixture, Some(end.start))
                    })?;
                    self.climb(&end, end.objective, e_step, observe)?;
                }
            }
        }
        if has_moves {
            let is_sure = self.n_ends_within(1.0) >= ROUNDS_TO_CONFIRM;
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

    /// Runs the best end of a round to convergence, as [`Round::climb`] does.
    fn climb(
        &mut self,
        end: &RoundBest,
        reached: f64,
        e_step: &mut EStep,
        observe: &mut dyn Observe,
    ) -> Result<()> {
        let climbed = self.on_all_rows(e_step, observe, |round| round.climb(end, reached))?;
        self.round_ends.push(climbed.objective.max(reached));
        Ok(())
    }

    /// Does one round, or a part of one, on all rows.
    fn on_all_rows<T>(
        &mut self,
        e_step: &mut EStep,
        observe: &mut dyn Observe,
        work: impl FnOnce(&mut Round) -> Result<T>,
    ) -> Result<T> {
        let none = Ends::none(self.ends.tolerance);
        let ends = std::mem::replace(&mut self.ends, none);
        let (task, explored) = (self.task, std::mem::take(&mut self.explored));
        let budget = task.policy.budget;
        let mut round = Round { explored, budget, ends, ..Round::new(task, e_step, observe) };
        let result = work(&mut round)?;
        (self.ends, self.explored) = (round.ends, round.explored);
        Ok(result)
    }

    /// Rounds that do not know of each other. Returns their best ends.
    fn rounds_side_by_side(&mut self, observe: &mut dyn Observe) -> Result<Vec<Option<RoundBest>>> {
        let (task, budget) = (self.task, self.task.policy.budget.saturating_sub(self.work()));
        let streams: Vec<_> = (0..SIDE_BY_SIDE).map(|_| self.streams_of_round()).collect();
        let (explored, shared) = (&self.explored, Shared::new(observe));
        let (first, n_rounds) = (self.ends.starts.len(), self.round_ends.len());
        let near = |i| self.ends.best.as_ref().filter(|_| !self.is_fresh(n_rounds + i));
        let rounds = parallel::try_map(streams.into_iter().zip(0..), |(mut streams, i)| {
            let mut e_step = EStep::for_fit(task.rows.borrowed(), task.params);
            let observe = &mut shared.observer(MOVES_SIDE_BY_SIDE * i, first);
            let (budget, explored) = (budget, explored.clone());
            let mut round = Round { explored, budget, ..Round::new(task, &mut e_step, observe) };
            let start = match near(i) {
                Some(best) => task.perturbed(&best.mixture, &mut streams[0])?,
                None => None,
            };
            let end = match &start {
                Some(start) => Some(round.search_from(start, None)?),
                None => round.run(&streams)?,
            };
            let moved_from = start.and(near(i)).map(|best| best.start);
            Ok::<_, Error>((round.ends, end, moved_from))
        })?;
        let mut found = Vec::new();
        for (ends, best, moved_from) in rounds {
            let n_before = self.ends.starts.len();
            self.ends.join(ends);
            self.ends.starts[n_before].moved_from = moved_from;
            self.explored.extend(best.iter().map(|best| best.objective));
            found.push(best.map(|best| RoundBest { start: n_before + best.start, ..best }));
        }
        Ok(found)
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

    /// Whether round `i` begins with fresh starts.
    fn is_fresh(&self, i: usize) -> bool {
        !self.is_local || i < FRESH_ROUNDS || i.is_multiple_of(FRESH_ROUNDS)
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
        let is_local_work_done = self.work() / self.task.width() >= self.task.policy.local_budget;
        let may_end = n_rounds >= enough
            || match self.is_local {
                true if is_confirmed => n_rounds >= MIN_LOCAL_ROUNDS,
                true => n_rounds >= MIN_UNCONFIRMED_ROUNDS && is_local_work_done,
                false => is_confirmed,
            };
        may_end || self.work() >= self.task.policy.budget
    }

    /// Rounds from fresh starts that ended within so many tolerances of the best one. One that
    /// began near the best optimum does not confirm it.
    fn n_ends_within(&self, n_tolerances: f64) -> usize {
        let best = self.round_ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = best - n_tolerances * self.ends.tolerance;
        let ends = self.round_ends.iter().enumerate();
        ends.filter(|(i, end)| **end >= least && self.is_fresh(*i)).count()
    }
}
