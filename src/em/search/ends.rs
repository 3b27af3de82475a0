//! What the runs of a search ended in.

use crate::em::report::StartReport;
use crate::em::run::EmRun;
use crate::record::StopReason;

/// All starts, the best run, and the best one that ended in another optimum.
pub(super) struct Ends {
    pub(super) starts: Vec<StartReport>,
    pub(super) best: Option<EmRun>,
    /// The best run that ended in another, lower optimum.
    pub(super) runner_up: Option<EmRun>,
    /// Ends closer than this are the same optimum, in total nats.
    pub(super) tolerance: f64,
}

impl Ends {
    pub(super) fn none(tolerance: f64) -> Self {
        Self { starts: Vec::new(), best: None, runner_up: None, tolerance }
    }

    /// Keeps `run` if it is the best one or the best one of another optimum.
    pub(super) fn keep(&mut self, run: EmRun) {
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

    /// Adds what `later` starts on the same rows ended in.
    pub(super) fn join(&mut self, later: Self) {
        let n_before = self.starts.len();
        self.list(later.starts);
        for mut run in [later.best, later.runner_up].into_iter().flatten() {
            run.start += n_before;
            self.keep(run);
        }
    }

    /// Lists `later` starts after those that are there.
    pub(super) fn list(&mut self, later: Vec<StartReport>) {
        let n_before = self.starts.len();
        self.starts.extend(later.into_iter().map(|start| StartReport {
            moved_from: start.moved_from.map(|from| from + n_before),
            ..start
        }));
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.starts.iter().any(|start| start.stop == StopReason::Interrupted)
    }
}

/// The mean square of the distances of `values` from their mean; 0 if there are none.
pub(super) fn variance(values: &[f64]) -> f64 {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n
}
