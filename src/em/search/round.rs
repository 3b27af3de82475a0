//! One round of a search: short starts, the best of which are run to their end, then split and
//! merge moves from the best end, then smoother means.

use super::ends::Ends;
use super::policy::Policy;
use super::race::Race;
use super::smoothing::smoothed;
use super::split_merge::moves::{Move, moves};
use crate::em::init::Stream;
use crate::em::observe::Shared;
use crate::em::report::{SAME_OPTIMUM, StartReport};
use crate::em::{
    e_step::EStep, observe::Observe, params::FitParams, prior::Prior, rows::Rows, run::EmRun,
};
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use crate::record::StopReason;
use std::cmp::Reverse;
use std::sync::Arc;

/// Ends within so many times the tolerance may differ in few rows alone.
pub(super) const CLOSE: f64 = 10.0;

/// Moves that are tried at the same time.
pub(super) const MOVES_SIDE_BY_SIDE: usize = 2;

/// Fixed cost of one E-step, as a number of rows.
const E_STEP_OVERHEAD_ROWS: usize = 300;

/// Rows, and how mixtures are fitted to them.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) rows: &'a Rows<'a>,
    pub(super) prior: &'a Arc<Prior>,
    pub(super) params: &'a FitParams,
    pub(super) policy: &'a Policy,
}

impl Task<'_> {
    /// How close two ends in the same optimum are, in total nats.
    pub(super) fn tolerance(&self) -> f64 {
        SAME_OPTIMUM * self.rows.total_weight()
    }

    /// The work of some E-steps, in rows scored by eight components over up to a thousand features.
    ///
    /// Unlike seconds it is the same on every machine.
    pub(super) fn work(&self, n_e_steps: usize, n_rows: usize) -> usize {
        let per_row =
            self.params.n_components.div_ceil(8) * self.rows.data.n_features().div_ceil(1000);
        let of_one = (n_rows + E_STEP_OVERHEAD_ROWS).saturating_mul(per_row);
        n_e_steps.saturating_mul(of_one)
    }

    /// The work of some starts.
    pub(super) fn work_of(&self, starts: &[StartReport]) -> usize {
        let n_rows = |start: &StartReport| start.n_sampled.unwrap_or(self.rows.data.n_samples());
        let n_e_steps = |start: &StartReport| 1 + start.n_iter + start.n_rejected;
        let of_start = |start| self.work(n_e_steps(start), n_rows(start));
        starts.iter().map(of_start).fold(0, usize::saturating_add)
    }

    /// Start number `start`, from `mixture`, for as long as it may end above `objective`, in total
    /// nats, or is near it.
    fn raced(
        &self,
        start: usize,
        mixture: BernoulliMixture,
        objective: f64,
        near: f64,
        e_step: &mut EStep,
        observe: &mut dyn Observe,
    ) -> Result<(EmRun, StartReport)> {
        let Self { rows, prior, params, policy } = self;
        let mut run = EmRun::new(start, mixture, e_step, prior, params)?;
        let gap = (objective - run.objective()) / rows.total_weight();
        let mut race = Race::new(observe, gap, near, policy.least_iter);
        run.iterate(params.max_iter, e_step, params, &mut race)?;
        let is_abandoned = !race.was_interrupted && run.objective() <= objective;
        let mut report = self.report(&run);
        if is_abandoned && !(near > 0.0 && run.is_finished()) {
            report.stop = StopReason::Abandoned;
        }
        Ok((run, report))
    }

    /// Start number `start`, by a move from `best`, for as long as it may end above `to_beat`.
    fn try_move(
        &self,
        a_move: &Move,
        best: &RoundBest,
        to_beat: f64,
        start: usize,
        e_step: &mut EStep,
        observe: &mut dyn Observe,
    ) -> Result<(EmRun, StartReport)> {
        let from = a_move.applied(&best.mixture)?;
        self.raced(start, from, to_beat, 0.0, e_step, observe)
    }

    pub(super) fn report(&self, run: &EmRun) -> StartReport {
        let is_exhausted = run.n_e_steps() >= self.params.max_iter;
        run.report(if is_exhausted { StopReason::MaxIter } else { StopReason::Abandoned })
    }
}

/// A round that is under way.
pub(super) struct Round<'a, 'e> {
    pub(super) task: Task<'a>,
    /// Made for the rows of the task.
    pub(super) e_step: &'a mut EStep<'e>,
    pub(super) observe: &'a mut dyn Observe,
    /// The best objective of every earlier round on the same rows, in total nats.
    pub(super) earlier: &'a [f64],
    /// Work after which no other move begins.
    pub(super) budget: usize,
    pub(super) ends: Ends,
    /// How far an end may lie below another one that is perhaps worse, in total nats: 0 unless the
    /// rows are a sample of those that count.
    pub(super) doubt: f64,
    /// Ends that are so close to the best one.
    pub(super) doubtful: Vec<EmRun>,
    /// For a move that is tried at the same time as another one.
    pub(super) spare: Option<EStep<'a>>,
}

/// The best end of a round, where moves begin.
pub(super) struct RoundBest {
    pub(super) start: usize,
    /// Total nats.
    pub(super) objective: f64,
    pub(super) mixture: Arc<BernoulliMixture>,
    /// Whether smoother means lead nowhere else from here.
    is_smoothed: bool,
}

impl<'a, 'e> Round<'a, 'e> {
    /// A round on rows of which nothing is known yet.
    pub(super) fn new(
        task: Task<'a>,
        e_step: &'a mut EStep<'e>,
        observe: &'a mut dyn Observe,
    ) -> Self {
        let (ends, budget) = (Ends::none(task.tolerance()), usize::MAX);
        Self {
            task,
            e_step,
            observe,
            earlier: &[],
            budget,
            ends,
            doubt: 0.0,
            doubtful: Vec::new(),
            spare: None,
        }
    }

    /// Runs the round. Every start is drawn from a stream of its own.
    pub(super) fn run(&mut self, streams: &[Stream]) -> Result<Option<RoundBest>> {
        let best = self.run_starts(streams)?;
        self.explore(best)
    }

    /// Goes on from `best` by split and merge moves, as long as they gain.
    pub(super) fn move_on(&mut self, mut best: RoundBest) -> Result<RoundBest> {
        while let Some(run) = self.improved(&best)? {
            // One that was interrupted may be lower.
            if run.objective() <= best.objective {
                break;
            }
            best = RoundBest::of(&run);
        }
        Ok(best)
    }

    /// Runs starts, and the best ones of them to their end.
    fn run_starts(&mut self, streams: &[Stream]) -> Result<Option<RoundBest>> {
        let mut best = None;
        for mut run in self.short_runs(streams)? {
            if !self.ends.is_interrupted() {
                let params = self.task.params;
                run.iterate(params.max_iter, self.e_step, params, self.observe)?;
                self.ends.starts[run.start] = self.task.report(&run);
            }
            best = RoundBest::better(best, &run);
            self.ends.keep(run);
        }
        Ok(best)
    }

    /// Begins the starts of the round; the best ones are to be continued.
    ///
    /// They come by descending objective, earlier starts first among equals.
    pub(super) fn short_runs(&mut self, streams: &[Stream]) -> Result<Vec<EmRun>> {
        let Task { rows, prior, params, policy } = self.task;
        let mut best: Vec<EmRun> = Vec::new();
        for stream in streams {
            let mixture = params.init.mixture(rows, params.n_components, stream.clone())?;
            let start = self.ends.starts.len();
            let mut run = EmRun::new(start, mixture, self.e_step, prior, params)?;
            let short_iter = policy.short_iter.min(params.max_iter);
            run.iterate(short_iter, self.e_step, params, self.observe)?;
            self.ends.starts.push(self.task.report(&run));
            let rank = |run: &EmRun| (run.objective(), Reverse(run.start));
            let place = best.partition_point(|other| rank(other) > rank(&run));
            best.insert(place, run);
            best.truncate(policy.n_continued);
            if self.ends.is_interrupted() {
                break;
            }
        }
        Ok(best)
    }

    /// Goes on from the best end by split and merge moves, as long as they gain, and at the end
    /// from smoother means. Close to where an earlier round ended these come first: they may lead
    /// to that end, from which all moves were tried.
    pub(super) fn explore(&mut self, mut best: Option<RoundBest>) -> Result<Option<RoundBest>> {
        loop {
            if best.as_ref().is_some_and(|best| self.has_ended_within(CLOSE, best)) {
                best = self.try_smoother_means(best)?;
            }
            let Some(from) = &best else { break };
            let Some(run) = self.improved(from)? else { break };
            best = RoundBest::better(best, &run);
            self.ends.keep(run);
        }
        self.try_smoother_means(best)
    }

    /// `best`, or the end of a run from smoother means if that is higher.
    pub(super) fn try_smoother_means(
        &mut self,
        best: Option<RoundBest>,
    ) -> Result<Option<RoundBest>> {
        // Whatever is left of the budget: it is one run in a round, and may gain at any K.
        let may_gain = |best: &&RoundBest| !best.is_smoothed && self.may_move_from(best);
        let Some(from) = best.as_ref().filter(may_gain) else { return Ok(best) };
        let Task { rows, prior, .. } = self.task;
        let Some(start) = smoothed(&from.mixture, rows.total_weight(), prior)? else {
            return Ok(best);
        };
        let run = self.try_from(start, from)?;
        let from = from.objective;
        let best = RoundBest::better(best, &run);
        // One that was given up has found no optimum.
        if run.objective() > from {
            self.ends.keep(run);
        }
        Ok(best.map(|best| RoundBest { is_smoothed: true, ..best }))
    }

    /// Whether an earlier round ended within so many tolerances of `best`.
    pub(super) fn has_ended_within(&self, n_tolerances: f64, best: &RoundBest) -> bool {
        let distance = |end: &f64| (end - best.objective).abs();
        self.earlier.iter().any(|end| distance(end) <= n_tolerances * self.ends.tolerance)
    }

    /// Whether something else is to be tried from `best`: all was where an earlier round ended.
    pub(super) fn may_move_from(&self, best: &RoundBest) -> bool {
        let may_move = self.task.policy.n_tries > 0 && !self.ends.is_interrupted();
        may_move && !self.has_ended_within(1.0, best)
    }

    /// The first run, begun by a move from `best`, that ends in a better optimum or is interrupted.
    pub(super) fn improved(&mut self, best: &RoundBest) -> Result<Option<EmRun>> {
        let Task { rows, prior, params, policy } = self.task;
        // A move does not know which components may take which rows.
        let has_labels = !rows.label_of.is_empty();
        if has_labels || !self.may_move_from(best) {
            return Ok(None);
        }
        let moves = moves(rows, &best.mixture, prior, params)?;
        for moves in moves[..moves.len().min(policy.n_tries)].chunks(MOVES_SIDE_BY_SIDE) {
            if self.budget_left() == 0 {
                break;
            }
            let runs = self.try_moves(moves, best)?;
            let highest = |a: &EmRun, b: &EmRun| a.objective().total_cmp(&b.objective());
            if self.ends.is_interrupted() || runs.iter().any(|run| self.is_better(run, best)) {
                return Ok(runs.into_iter().max_by(highest));
            }
            for run in runs {
                if run.objective() > best.objective - self.doubt && self.doubt > 0.0 {
                    self.doubtful.push(run);
                } else if run.objective() > best.objective {
                    // The same optimum, but its last digits are better.
                    self.ends.keep(run);
                }
            }
        }
        Ok(None)
    }

    /// Tries one move from `best`, or two at the same time.
    fn try_moves(&mut self, moves: &[Move], best: &RoundBest) -> Result<Vec<EmRun>> {
        let (task, to_beat) = (self.task, best.objective - self.doubt);
        let (first, shared) = (self.ends.starts.len(), Shared::new(self.observe));
        let tried = match moves {
            [one, other] => {
                let list = || EStep::for_fit(task.rows.borrowed(), task.params);
                let spare = self.spare.get_or_insert_with(list);
                let (a, b) = (&mut shared.observer(0, 0), &mut shared.observer(1, 0));
                let (one, other) = parallel::both(
                    || task.try_move(one, best, to_beat, first, self.e_step, a),
                    || task.try_move(other, best, to_beat, first + 1, spare, b),
                );
                vec![one?, other?]
            }
            _ => {
                let observe = &mut shared.observer(0, 0);
                let one =
                    |a_move| task.try_move(a_move, best, to_beat, first, self.e_step, observe);
                moves.iter().map(one).collect::<Result<_>>()?
            }
        };
        let (runs, reports): (Vec<EmRun>, Vec<StartReport>) = tried.into_iter().unzip();
        let moved_from = Some(best.start);
        let reports = reports.into_iter().map(|report| StartReport { moved_from, ..report });
        self.ends.starts.extend(reports);
        Ok(runs)
    }

    /// Runs from a mixture that was made of `best`, for as long as that may end above `best`.
    fn try_from(&mut self, mixture: BernoulliMixture, best: &RoundBest) -> Result<EmRun> {
        let (run, report) = self.raced(mixture, best.objective, 0.0)?;
        self.ends.starts.push(StartReport { moved_from: Some(best.start), ..report });
        Ok(run)
    }

    /// Runs from `mixture` for as long as the run may end above `objective`, in total nats, or is
    /// `near` it, in nats per sample.
    pub(super) fn raced(
        &mut self,
        mixture: BernoulliMixture,
        objective: f64,
        near: f64,
    ) -> Result<(EmRun, StartReport)> {
        let start = self.ends.starts.len();
        self.task.raced(start, mixture, objective, near, self.e_step, self.observe)
    }

    fn is_better(&self, run: &EmRun, best: &RoundBest) -> bool {
        run.objective() > best.objective + self.ends.tolerance
    }

    /// What is left of the budget.
    pub(super) fn budget_left(&self) -> usize {
        self.budget.saturating_sub(self.task.work_of(&self.ends.starts))
    }
}

impl RoundBest {
    pub(super) fn of(run: &EmRun) -> Self {
        let (start, objective) = (run.start, run.objective());
        Self { start, objective, mixture: run.mixture.clone(), is_smoothed: false }
    }

    pub(super) fn better(best: Option<Self>, run: &EmRun) -> Option<Self> {
        if best.as_ref().is_some_and(|best| run.objective() <= best.objective) {
            return best;
        }
        Some(Self::of(run))
    }
}
