//! One round of a search: short starts, of which the best ones go on, then split and merge moves
//! from the best end.

use super::ends::Ends;
use super::smoothing::smoothed;
use super::split_merge::moves::{Move, moves};
use super::task::{Goal, Task};
use crate::em::init::Stream;
use crate::em::observe::Shared;
use crate::em::report::StartReport;
use crate::em::{e_step::EStep, observe::Observe, params::FitParams, run::EmRun};
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use std::cmp::Reverse;
use std::sync::Arc;

/// Ends within so many times the tolerance may differ in few rows alone.
pub(super) const CLOSE: f64 = 10.0;

/// Moves that are tried at the same time.
pub(super) const MOVES_SIDE_BY_SIDE: usize = 2;

/// A round that is under way.
pub(super) struct Round<'a, 'e> {
    pub(super) task: Task<'a>,
    /// Made for the rows of the task.
    pub(super) e_step: &'a mut EStep<'e>,
    pub(super) observe: &'a mut dyn Observe,
    /// The objectives from which all moves were tried on the same rows, in total nats.
    pub(super) explored: Vec<f64>,
    /// Work after which no other move begins.
    pub(super) budget: usize,
    pub(super) ends: Ends,
    /// How far an end may lie below another one that is perhaps worse, in total nats: 0 unless the
    /// rows are a sample of those that count.
    pub(super) doubt: f64,
    /// Ends that are so close to the best one.
    pub(super) doubtful: Vec<EmRun>,
    /// The end of a move in the same optimum as where it began, but with better last digits.
    pub(super) higher: Option<RoundBest>,
    /// For a move that is tried at the same time as another one.
    pub(super) spare: Option<EStep<'a>>,
}

/// The best end of a round, where moves begin.
pub(super) struct RoundBest {
    pub(super) start: usize,
    /// Total nats.
    pub(super) objective: f64,
    pub(super) mixture: Arc<BernoulliMixture>,
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
            explored: Vec::new(),
            budget,
            ends,
            doubt: 0.0,
            doubtful: Vec::new(),
            higher: None,
            spare: None,
        }
    }

    /// Runs the round. Every start is drawn from a stream of its own.
    ///
    /// Returns the best end. At a coarse tolerance it is not kept: [`Self::climb`] has to follow.
    pub(super) fn run(&mut self, streams: &[Stream]) -> Result<Option<RoundBest>> {
        let Some(best) = self.run_starts(streams)? else { return Ok(None) };
        let mut best = self.move_on(best)?;
        if !self.task.is_coarse() {
            best = self.try_smoother_means(best)?;
        }
        self.explored.push(best.objective);
        Ok(Some(best))
    }

    /// Goes on from `mixture`, which start `moved_from` ended in, and from there by moves.
    pub(super) fn search_from(
        &mut self,
        mixture: &BernoulliMixture,
        moved_from: Option<usize>,
    ) -> Result<RoundBest> {
        let goal = Goal { objective: f64::NEG_INFINITY, near: 0.0, tol: self.task.tol() };
        let (run, report) = self.raced(mixture.clone(), goal)?;
        self.ends.starts.push(StartReport { moved_from, ..report });
        let best = self.move_on(RoundBest::of(&run))?;
        self.explored.push(best.objective);
        Ok(best)
    }

    /// Goes on from `best` by split and merge moves, as long as they gain.
    fn move_on(&mut self, mut best: RoundBest) -> Result<RoundBest> {
        while let Some(run) = self.improved(&best)? {
            // One that was interrupted may be lower.
            if run.objective() <= best.objective {
                break;
            }
            best = RoundBest::of(&run);
            self.keep(run);
        }
        let higher = self.higher.take().filter(|higher| higher.objective > best.objective);
        Ok(higher.unwrap_or(best))
    }

    /// Keeps the end of a run that may be in an optimum.
    fn keep(&mut self, run: EmRun) {
        if !self.task.is_coarse() {
            self.ends.keep(run);
        }
    }

    /// Runs starts, and the best ones of them to their end.
    fn run_starts(&mut self, streams: &[Stream]) -> Result<Option<RoundBest>> {
        let (mut best, params) = (None, self.task.params);
        let params = &FitParams { tol: self.task.tol(), ..params.clone() };
        for mut run in self.short_runs(streams)? {
            if !self.ends.is_interrupted() {
                run.iterate(params.max_iter, self.e_step, params, self.observe)?;
                self.ends.starts[run.start] = self.task.report(&run, params.tol);
            }
            best = RoundBest::better(best, &run);
            self.keep(run);
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
            self.ends.starts.push(self.task.report(&run, params.tol));
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

    /// `best`, or the end of a run from smoother means if that is higher.
    pub(super) fn try_smoother_means(&mut self, best: RoundBest) -> Result<RoundBest> {
        let Task { rows, prior, params, .. } = self.task;
        // Whatever is left of the budget: it is one run in a round, and may gain at any K.
        let may_move = self.may_move_from(&best);
        let start = smoothed(&best.mixture, rows.total_weight(), prior)?;
        let Some(start) = start.filter(|_| may_move) else { return Ok(best) };
        let goal = Goal { objective: best.objective, near: 0.0, tol: params.tol };
        let (run, report) = self.raced(start, goal)?;
        self.ends.starts.push(StartReport { moved_from: Some(best.start), ..report });
        // One that was given up has found no optimum.
        if run.objective() <= best.objective {
            return Ok(best);
        }
        let best = RoundBest::of(&run);
        self.ends.keep(run);
        Ok(best)
    }

    /// Whether all moves from `best` were tried before: from where it is, or so close that it may
    /// be the same optimum.
    fn is_explored(&self, best: &RoundBest) -> bool {
        let n_tolerances = if self.task.is_coarse() { CLOSE } else { 1.0 };
        let distance = |end: &f64| (end - best.objective).abs();
        self.explored.iter().any(|end| distance(end) <= n_tolerances * self.ends.tolerance)
    }

    /// Whether something else is to be tried from `best`.
    pub(super) fn may_move_from(&self, best: &RoundBest) -> bool {
        let may_move = self.task.policy.n_tries > 0 && !self.ends.is_interrupted();
        may_move && !self.is_explored(best)
    }

    /// The first run, begun by a move from `best`, that ends in a better optimum or is interrupted.
    pub(super) fn improved(&mut self, best: &RoundBest) -> Result<Option<EmRun>> {
        let Task { rows, prior, params, policy } = self.task;
        if !self.task.has_moves() || !self.may_move_from(best) {
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
                    self.higher = RoundBest::better(self.higher.take(), &run);
                    self.keep(run);
                }
            }
        }
        Ok(None)
    }

    /// Tries one move from `best`, or two at the same time.
    fn try_moves(&mut self, moves: &[Move], best: &RoundBest) -> Result<Vec<EmRun>> {
        let task = self.task;
        let goal = Goal { objective: best.objective - self.doubt, near: 0.0, tol: task.tol() };
        let (first, shared) = (self.ends.starts.len(), Shared::new(self.observe));
        let tried = match moves {
            [one, other] => {
                let list = || EStep::for_fit(task.rows.borrowed(), task.params);
                let spare = self.spare.get_or_insert_with(list);
                let (a, b) = (&mut shared.observer(0, 0), &mut shared.observer(1, 0));
                let (one, other) = parallel::both(
                    || task.try_move(one, &best.mixture, goal, first, self.e_step, a),
                    || task.try_move(other, &best.mixture, goal, first + 1, spare, b),
                );
                vec![one?, other?]
            }
            _ => {
                let observe = &mut shared.observer(0, 0);
                let one = |a_move| {
                    task.try_move(a_move, &best.mixture, goal, first, self.e_step, observe)
                };
                moves.iter().map(one).collect::<Result<_>>()?
            }
        };
        let (runs, reports): (Vec<EmRun>, Vec<StartReport>) = tried.into_iter().unzip();
        let moved_from = Some(best.start);
        let reports = reports.into_iter().map(|report| StartReport { moved_from, ..report });
        self.ends.starts.extend(reports);
        Ok(runs)
    }

    /// Runs from `mixture` for as long as it may reach its goal.
    pub(super) fn raced(
        &mut self,
        mixture: BernoulliMixture,
        goal: Goal,
    ) -> Result<(EmRun, StartReport)> {
        let start = self.ends.starts.len();
        self.task.raced(start, mixture, goal, self.e_step, self.observe)
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
        Self { start, objective, mixture: run.mixture.clone() }
    }

    pub(super) fn better(best: Option<Self>, run: &EmRun) -> Option<Self> {
        if best.as_ref().is_some_and(|best| run.objective() <= best.objective) {
            return best;
        }
        Some(Self::of(run))
    }
}
