//! The search for the best optimum: rounds of restarts, then split and merge moves from the best,
//! then smoother means.

use super::policy::Policy;
use super::race::Race;
use super::smoothing::smoothed;
use super::split_merge::moves::moves;
use crate::em::init::Streams;
use crate::em::report::{SAME_OPTIMUM, StartReport};
use crate::em::{
    e_step::EStep, observe::Observe, params::FitParams, prior::Prior, rows::Rows, run::EmRun,
};
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::record::StopReason;
use std::cmp::Reverse;
use std::sync::Arc;

/// Rounds that must end in the best optimum before `n_init = auto` believes in it. Runs of one
/// round do not confirm each other: those that are continued are alike.
const ROUNDS_TO_CONFIRM: usize = 2;

/// The least work before the best optimum counts as confirmed, in units of [`Search::work`]. Among
/// few starts two that agree are no surprise, and more cost next to nothing.
const MIN_WORK: usize = 5_000_000;

/// Rounds after which no other one is expected to help, whatever is left of the budget.
const MAX_ROUNDS: usize = 200;

/// Ends within so many times the tolerance may differ in few rows alone.
const CLOSE: f64 = 10.0;

/// Fixed cost of one E-step, as a number of rows.
const E_STEP_OVERHEAD_ROWS: usize = 300;

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
    let mut search = Search {
        rows,
        prior,
        params,
        policy,
        observe,
        tolerance: SAME_OPTIMUM * rows.total_weight(),
        starts: Vec::new(),
        round_ends: Vec::new(),
        best: None,
        runner_up: None,
    };
    let best = search.run(e_step)?;
    // A start that was interrupted may have been on its way to the best optimum.
    let runner_up = search.runner_up.take().filter(|_| !search.is_interrupted());
    Ok(Found { best, runner_up, starts: search.starts })
}

struct Search<'a> {
    rows: &'a Rows<'a>,
    prior: &'a Arc<Prior>,
    params: &'a FitParams,
    policy: &'a Policy,
    observe: &'a mut dyn Observe,
    /// Ends closer than this are the same optimum, in total nats.
    tolerance: f64,
    starts: Vec<StartReport>,
    /// The best objective of every round, in total nats.
    round_ends: Vec<f64>,
    best: Option<EmRun>,
    /// The best run that ended in another, lower optimum.
    runner_up: Option<EmRun>,
}

/// The best end of a round, where moves begin.
struct RoundBest {
    start: usize,
    /// Total nats.
    objective: f64,
    mixture: Arc<BernoulliMixture>,
    /// Whether smoother means lead nowhere else from here.
    is_smoothed: bool,
}

impl Search<'_> {
    /// Searches, and returns the best run.
    fn run(&mut self, e_step: &mut EStep) -> Result<EmRun> {
        let mut streams = Streams::new(self.params.seed);
        loop {
            let mut best = None;
            for mut run in self.short_runs(&mut streams, e_step)? {
                if !self.is_interrupted() {
                    run.iterate(self.params.max_iter, e_step, self.params, self.observe)?;
                    self.starts[run.start] = self.report(&run);
                }
                best = RoundBest::better(best, &run);
                self.keep(run);
            }
            self.explore(best, e_step)?;
            if self.is_done()
                && let Some(best) = self.best.take()
            {
                return Ok(best);
            }
        }
    }

    /// Begins the starts of a round; the best ones are to be continued.
    ///
    /// They come by descending objective, earlier starts first among equals.
    fn short_runs(&mut self, streams: &mut Streams, e_step: &mut EStep) -> Result<Vec<EmRun>> {
        let FitParams { init, n_components, .. } = self.params;
        let mut best: Vec<EmRun> = Vec::new();
        for _ in 0..self.policy.n_starts {
            let mixture = init.mixture(self.rows, *n_components, streams.next_stream())?;
            let mut run = EmRun::new(self.starts.len(), mixture, e_step, self.prior, self.params)?;
            let short_iter = self.policy.short_iter.min(self.params.max_iter);
            run.iterate(short_iter, e_step, self.params, self.observe)?;
            self.starts.push(self.report(&run));
            let rank = |run: &EmRun| (run.objective(), Reverse(run.start));
            let place = best.partition_point(|other| rank(other) > rank(&run));
            best.insert(place, run);
            best.truncate(self.policy.n_continued);
            if self.is_interrupted() {
                break;
            }
        }
        Ok(best)
    }

    /// Goes on from the best end of a round by split and merge moves, as long as they gain, and at
    /// the end from smoother means. Close to where an earlier round ended these come first: they
    /// may lead to that end, from which all moves were tried.
    fn explore(&mut self, mut best: Option<RoundBest>, e_step: &mut EStep) -> Result<()> {
        loop {
            if best.as_ref().is_some_and(|best| self.has_ended_within(CLOSE, best)) {
                best = self.try_smoother_means(best, e_step)?;
            }
            let Some(from) = &best else { break };
            let Some(run) = self.improved(from, e_step)? else { break };
            best = RoundBest::better(best, &run);
            self.keep(run);
        }
        let best = self.try_smoother_means(best, e_step)?;
        self.round_ends.extend(best.map(|best| best.objective));
        Ok(())
    }

    /// `best`, or the end of a run from smoother means if that is higher.
    fn try_smoother_means(
        &mut self,
        best: Option<RoundBest>,
        e_step: &mut EStep,
    ) -> Result<Option<RoundBest>> {
        // Whatever is left of the budget: it is one run in a round, and may gain at any K.
        let may_gain = |best: &&RoundBest| !best.is_smoothed && self.may_move_from(best);
        let Some(from) = best.as_ref().filter(may_gain) else { return Ok(best) };
        let Some(start) = smoothed(&from.mixture, self.rows.total_weight(), self.prior)? else {
            return Ok(best);
        };
        let run = self.try_move(start, from, e_step)?;
        let from = from.objective;
        let best = RoundBest::better(best, &run);
        // One that was given up has found no optimum.
        if run.objective() > from {
            self.keep(run);
        }
        Ok(best.map(|best| RoundBest { is_smoothed: true, ..best }))
    }

    /// Whether an earlier round ended within so many tolerances of `best`.
    fn has_ended_within(&self, n_tolerances: f64, best: &RoundBest) -> bool {
        let distance = |end: &f64| (end - best.objective).abs();
        self.round_ends.iter().any(|end| distance(end) <= n_tolerances * self.tolerance)
    }

    /// Whether something else is to be tried from `best`: all was where an earlier round ended.
    fn may_move_from(&self, best: &RoundBest) -> bool {
        self.policy.n_tries > 0 && !self.has_ended_within(1.0, best) && !self.is_interrupted()
    }

    /// The first run, begun by a move from `best`, that ends in a better optimum or is interrupted.
    fn improved(&mut self, best: &RoundBest, e_step: &mut EStep) -> Result<Option<EmRun>> {
        // A move does not know which components may take which rows.
        let has_labels = !self.rows.label_of.is_empty();
        if has_labels || !self.may_move_from(best) {
            return Ok(None);
        }
        let moves = moves(self.rows, &best.mixture, self.prior, self.params)?;
        for a_move in moves.iter().take(self.policy.n_tries) {
            if self.work() >= self.policy.budget {
                break;
            }
            let run = self.try_move(a_move.applied(&best.mixture)?, best, e_step)?;
            if self.is_interrupted() || self.is_better(&run, best) {
                return Ok(Some(run));
            }
            if run.objective() > best.objective {
                // The same optimum, but its last digits are better.
                self.keep(run);
            }
        }
        Ok(None)
    }

    /// Runs from the parameters after a move for as long as the run may end above `best`.
    fn try_move(
        &mut self,
        mixture: BernoulliMixture,
        best: &RoundBest,
        e_step: &mut EStep,
    ) -> Result<EmRun> {
        let mut run = EmRun::new(self.starts.len(), mixture, e_step, self.prior, self.params)?;
        let gap = (best.objective - run.objective()) / self.rows.total_weight();
        let mut race = Race::new(self.observe, gap);
        run.iterate(self.params.max_iter, e_step, self.params, &mut race)?;
        let is_abandoned = !race.was_interrupted && run.objective() <= best.objective;
        let mut report = self.report(&run);
        if is_abandoned {
            report.stop = StopReason::Abandoned;
        }
        self.starts.push(StartReport { moved_from: Some(best.start), ..report });
        Ok(run)
    }

    fn is_better(&self, run: &EmRun, best: &RoundBest) -> bool {
        run.objective() > best.objective + self.tolerance
    }

    /// Keeps `run` if it is the best one or the best one of another optimum.
    fn keep(&mut self, run: EmRun) {
        let Some(best) = &mut self.best else {
            self.best = Some(run);
            return;
        };
        let mut other = run;
        if other.objective() > best.objective() {
            std::mem::swap(&mut other, best);
        }
        let is_another = other.objective() < best.objective() - self.tolerance;
        let is_next = |run: &EmRun| other.objective() > run.objective();
        if is_another && self.runner_up.as_ref().is_none_or(is_next) {
            self.runner_up = Some(other);
        }
    }

    fn is_interrupted(&self) -> bool {
        self.starts.iter().any(|start| start.stop == StopReason::Interrupted)
    }

    fn is_done(&self) -> bool {
        if self.is_interrupted() {
            return true;
        }
        if let Some(n_rounds) = self.policy.n_rounds {
            return self.round_ends.len() == n_rounds;
        }
        let work = self.work();
        let best = self.round_ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let n_best = self.round_ends.iter().filter(|end| **end >= best - self.tolerance).count();
        let is_confirmed = n_best >= ROUNDS_TO_CONFIRM && work >= MIN_WORK;
        is_confirmed || work >= self.policy.budget || self.round_ends.len() >= MAX_ROUNDS
    }

    /// The work of all starts, in rows scored by eight components over up to a thousand features.
    ///
    /// Unlike seconds it is the same on every machine.
    fn work(&self) -> usize {
        let n_e_steps: usize =
            self.starts.iter().map(|start| 1 + start.n_iter + start.n_rejected).sum();
        let n_rows = self.rows.data.n_samples() + E_STEP_OVERHEAD_ROWS;
        let per_row =
            self.params.n_components.div_ceil(8) * self.rows.data.n_features().div_ceil(1000);
        n_e_steps.saturating_mul(n_rows.saturating_mul(per_row))
    }

    fn report(&self, run: &EmRun) -> StartReport {
        let is_exhausted = run.n_e_steps() >= self.params.max_iter;
        run.report(if is_exhausted { StopReason::MaxIter } else { StopReason::Abandoned })
    }
}

impl RoundBest {
    fn better(best: Option<Self>, run: &EmRun) -> Option<Self> {
        if best.as_ref().is_some_and(|best| run.objective() <= best.objective) {
            return best;
        }
        let (start, objective) = (run.start, run.objective());
        Some(Self { start, objective, mixture: run.mixture.clone(), is_smoothed: false })
    }
}
