//! What a search works on, and single runs on it.

use super::policy::Policy;
use super::race::Race;
use super::split_merge::moves::{Move, perturbed};
use crate::em::init::Stream;
use crate::em::report::{SAME_OPTIMUM, StartReport};
use crate::em::{
    e_step::EStep, observe::Observe, params::FitParams, prior::Prior, rows::Rows, run::EmRun,
};
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::record::StopReason;
use std::sync::Arc;

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

    /// The tolerance at which runs end while the best one is looked for, in nats per sample.
    pub(super) fn tol(&self) -> f64 {
        self.params.tol.max(self.policy.coarse_tol)
    }

    /// Whether there are moves. One does not know which components may take which rows, and it
    /// takes three components.
    pub(super) fn has_moves(&self) -> bool {
        self.policy.n_tries > 0 && self.rows.label_of.is_empty() && self.params.n_components > 2
    }

    pub(super) fn is_coarse(&self) -> bool {
        self.tol() > self.params.tol
    }

    /// The work of some E-steps, in rows scored by eight components over up to a thousand features.
    ///
    /// Unlike seconds it is the same on every machine.
    pub(super) fn work(&self, n_e_steps: usize, n_rows: usize) -> usize {
        let per_row = self.params.n_components.div_ceil(8) * self.width();
        let of_one = (n_rows + E_STEP_OVERHEAD_ROWS).saturating_mul(per_row);
        n_e_steps.saturating_mul(of_one)
    }

    /// The features of a row, in thousands.
    pub(super) fn width(&self) -> usize {
        self.rows.data.n_features().div_ceil(1000)
    }

    /// The work of some starts.
    pub(super) fn work_of(&self, starts: &[StartReport]) -> usize {
        let n_rows = |start: &StartReport| start.n_sampled.unwrap_or(self.rows.data.n_samples());
        let n_e_steps = |start: &StartReport| 1 + start.n_iter + start.n_rejected;
        let of_start = |start| self.work(n_e_steps(start), n_rows(start));
        starts.iter().map(of_start).fold(0, usize::saturating_add)
    }

    /// A start near `mixture`, if there are moves from it.
    pub(super) fn perturbed(
        &self,
        mixture: &BernoulliMixture,
        rng: &mut Stream,
    ) -> Result<Option<BernoulliMixture>> {
        perturbed(self.rows, mixture, self.prior, self.params, rng)
    }

    /// Start number `start`, by a move from the mixture `from`, for as long as it may reach its
    /// goal.
    pub(super) fn try_move(
        &self,
        a_move: &Move,
        from: &BernoulliMixture,
        goal: Goal,
        start: usize,
        e_step: &mut EStep,
        observe: &mut dyn Observe,
    ) -> Result<(EmRun, StartReport)> {
        self.raced(start, a_move.applied(from)?, goal, e_step, observe)
    }

    /// Start number `start`, from `mixture`, for as long as it may reach its goal.
    pub(super) fn raced(
        &self,
        start: usize,
        mixture: BernoulliMixture,
        goal: Goal,
        e_step: &mut EStep,
        observe: &mut dyn Observe,
    ) -> Result<(EmRun, StartReport)> {
        let Self { rows, prior, params, policy } = self;
        let Goal { objective, near, tol } = goal;
        let params = &FitParams { tol, ..FitParams::clone(params) };
        let mut run = EmRun::new(start, mixture, e_step, prior, params)?;
        let gap = (objective - run.objective()) / rows.total_weight();
        let mut race = Race::new(observe, gap, near, policy.least_iter);
        run.iterate(params.max_iter, e_step, params, &mut race)?;
        let is_abandoned = !race.was_interrupted && run.objective() <= objective;
        let mut report = self.report(&run, tol);
        let has_ended = run.is_finished() || run.n_e_steps() >= params.max_iter;
        if is_abandoned && !(near > 0.0 && has_ended) {
            report.stop = StopReason::Abandoned;
        }
        Ok((run, report))
    }

    /// The report of a run to a tolerance. One that ended at a coarse one is in no optimum yet.
    pub(super) fn report(&self, run: &EmRun, tol: f64) -> StartReport {
        let is_exhausted = run.n_e_steps() >= self.params.max_iter;
        let unfinished = if is_exhausted { StopReason::MaxIter } else { StopReason::Abandoned };
        let report = run.report(unfinished);
        match report.stop {
            StopReason::Interrupted => report,
            _ if tol > self.params.tol => StartReport { stop: StopReason::Abandoned, ..report },
            _ => report,
        }
    }
}

/// What a run is to reach. It is given up once it cannot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    /// It may end above this, in total nats.
    pub(super) objective: f64,
    /// Or so near it, in nats per sample.
    pub(super) near: f64,
    /// It ends when an iteration gains less than this, in nats per sample.
    pub(super) tol: f64,
}
