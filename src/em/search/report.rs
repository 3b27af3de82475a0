//! The report of a search.

use super::restarts::Found;
use crate::em::report::{FitReport, RunnerUp};
use crate::em::{diagnose::Findings, rows::Rows, rows::orient::Orientation, run::EmRun};
use crate::error::Result;
use crate::metrics::Contingency;
use crate::mixture::Assignment;
use crate::record::StopReason;

impl Found {
    /// Why the search ended: as its best run did, unless it was interrupted, in whichever run.
    pub(super) fn stop(&self) -> StopReason {
        let was_interrupted = self.starts.iter().any(|s| s.stop == StopReason::Interrupted);
        if was_interrupted { StopReason::Interrupted } else { self.starts[self.best.start].stop }
    }

    /// The report of a fit to `rows`, to each of which its best mixture gives one of `assignments`.
    pub(super) fn report(
        self,
        rows: &Rows,
        orientation: &Orientation,
        assignments: &[Assignment],
        findings: Findings,
    ) -> Result<FitReport> {
        let runner_up = self.runner_up.as_ref();
        let runner_up = runner_up.map(|run| compared(run, orientation, assignments, rows));
        let (runner_up, stop) = (runner_up.transpose()?, self.stop());
        let Self { starts, best, .. } = self;
        let Findings { diagnoses, gradient_residual } = findings;
        Ok(FitReport {
            n_iter: best.n_iter(),
            stop,
            log_likelihood: rows.weighted_sum(assignments.iter().map(|row| row.log_prob)),
            entropy: rows.weighted_sum(assignments.iter().map(|row| row.entropy)),
            total_weight: rows.total_weight(),
            best_start: best.start,
            objective_history: best.history,
            starts,
            runner_up,
            diagnoses,
            gradient_residual,
            by_label: Vec::new(),
        })
    }
}

/// The second-best optimum, its partition of the rows held against that of the best one.
fn compared(
    run: &EmRun,
    orientation: &Orientation,
    best: &[Assignment],
    rows: &Rows,
) -> Result<RunnerUp> {
    let mixture = orientation.turn(&run.mixture)?;
    let components = mixture.predict_known(&rows.data, rows.known())?;
    let both = best.iter().zip(components).zip(rows.counts());
    let both = both.map(|((best, other), count)| (best.component, other, count));
    let k = mixture.n_components();
    // So many components may be too many for a table.
    let ari = Contingency::weighted(k, k, both).ok().map(|table| table.ari());
    Ok(RunnerUp { start: run.start, objective: run.objective(), ari })
}
