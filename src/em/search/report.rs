//! The report of a search.

use super::restarts::Found;
use crate::em::report::{FitReport, RunnerUp};
use crate::em::{diagnose::Findings, rows::Rows, run::EmRun, view::View};
use crate::error::Result;
use crate::mixture::Assignment;
use crate::record::StopReason;

impl Found {
    /// Why the search ended: as its best run did, unless it was interrupted, in whichever run.
    pub(super) fn stop(&self) -> StopReason {
        let was_interrupted = self.starts.iter().any(|s| s.stop == StopReason::Interrupted);
        if was_interrupted { StopReason::Interrupted } else { self.starts[self.best.start].stop }
    }

    /// The report of a fit to the rows of `view`, to each of which its best mixture gives one of
    /// `assignments`.
    pub(super) fn report(
        self,
        view: &View,
        assignments: &[Assignment],
        findings: Findings,
    ) -> Result<FitReport> {
        let runner_up = self.runner_up.as_ref();
        let runner_up = runner_up.map(|run| compared(run, assignments, &view.rows));
        let (runner_up, stop) = (runner_up.transpose()?, self.stop());
        let Self { starts, best, .. } = self;
        let (best_start, k) = (best.start, best.mixture.n_components());
        let report = report_without_starts(stop, best.history, k, view, assignments, findings);
        Ok(FitReport { best_start, starts, runner_up, ..report })
    }
}

pub(super) fn report_without_starts(
    stop: StopReason,
    history: Vec<f64>,
    n_components: usize,
    view: &View,
    assignments: &[Assignment],
    findings: Findings,
) -> FitReport {
    let rows = &view.rows;
    let answered = rows.answered();
    let entropies = assignments.iter().map(|row| row.entropy);
    FitReport {
        n_iter: history.len() - 1,
        stop,
        objective_history: history,
        log_likelihood: rows.weighted_sum(assignments.iter().map(|row| row.log_prob)),
        entropy: rows.sum_of_answered(&answered, entropies),
        total_weight: rows.total_weight(),
        answered_weight: rows.sum_of_answered(&answered, std::iter::repeat(1.0)),
        n_parameters: n_components * (view.n_varying() + 1) - 1,
        best_start: 0,
        starts: Vec::new(),
        runner_up: None,
        by_label: Vec::new(),
        diagnoses: findings.diagnoses,
        gradient_residual: findings.gradient_residual,
    }
}

/// The run that ended in the next optimum, compared with the `best` assignments of the rows.
fn compared(run: &EmRun, best: &[Assignment], rows: &Rows) -> Result<RunnerUp> {
    let components = run.mixture.predict_known(&rows.data, rows.known())?;
    let best = best.iter().map(|assignment| assignment.component);
    let ari = rows.agreement(run.mixture.n_components(), best.zip(components));
    Ok(RunnerUp { start: run.start, objective: run.objective(), ari })
}
