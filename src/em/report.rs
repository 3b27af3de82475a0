//! What a fit reports beside the mixture.

use crate::mixture::BernoulliMixture;
use crate::record::{Diagnosis, StopReason};

/// The outcome of a fit.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Fit {
    /// The best mixture found, components in order of descending weight.
    pub mixture: BernoulliMixture,
    /// The label of each component (K), where labels were known; else empty.
    pub label_of: Vec<Option<u32>>,
    /// How it was found.
    pub report: FitReport,
}

/// How the best mixture was found.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct FitReport {
    /// Iterations of the best start, as in [`StartReport::n_iter`].
    pub n_iter: usize,
    /// Why the fit ended: as the best start did, or interrupted, whichever start that hit.
    pub stop: StopReason,
    /// The objective, log-likelihood plus log prior, in total nats (`n_iter + 1` values).
    ///
    /// The first one is that of the best start's initial parameters; then one follows for each of
    /// its iterations.
    pub objective_history: Vec<f64>,
    /// Log-likelihood of the returned mixture, in total nats. Rows count as much as they weigh.
    ///
    /// Where a row's label was known it is that of the row and its label.
    pub log_likelihood: f64,
    /// The entropy of the responsibilities, a weighted sum over rows, in total nats.
    pub entropy: f64,
    /// The sum of the rows' weights: N if they have none.
    pub total_weight: f64,
    /// The index of the best start in `starts`.
    pub best_start: usize,
    /// Every start, in order.
    pub starts: Vec<StartReport>,
    /// The best of the starts that ended in another, lower optimum; `None` if none did or the fit
    /// was interrupted.
    pub runner_up: Option<RunnerUp>,
    /// Of a fit by labels, the report of each label's own fit, in the order of the labels. The
    /// whole has then no starts.
    pub by_label: Vec<FitReport>,
    /// What may be wrong with the fit; mostly empty.
    pub diagnoses: Vec<Diagnosis>,
    /// How far the returned mixture is from stationary: what one more M-step would gain at least,
    /// in nats per sample.
    ///
    /// To leading order that is half of the squared norm of the objective's gradient. It is at
    /// least 0, and infinite where a row is impossible. Means on the boundary are held to the
    /// condition of Karush, Kuhn and Tucker: they count if the objective rises from there. A
    /// component whose weight is exactly 0 is not examined.
    pub gradient_residual: f64,
}

/// The second-best optimum of a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct RunnerUp {
    /// The index of a start that ended there.
    pub start: usize,
    /// Its objective, total nats.
    pub objective: f64,
    /// The adjusted Rand index of its partition of the rows and that of the best optimum: 1 where
    /// they are the same.
    ///
    /// `None` where there are too many components to be counted against each other.
    pub ari: Option<f64>,
}

/// One start.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct StartReport {
    /// Iterations done: moves to other parameters, by an M-step or by an extrapolation beyond one.
    pub n_iter: usize,
    /// How many of them were extrapolations; 0 without acceleration.
    pub n_extrapolations: usize,
    /// Extrapolations that were scored, lost ground and were not accepted.
    ///
    /// The run took `1 + n_iter + n_rejected` E-steps, the first on the initial parameters.
    pub n_rejected: usize,
    /// The objective reached, total nats.
    pub objective: f64,
    /// Why it ended.
    pub stop: StopReason,
    /// The start from whose end a split and a merge led here; `None` if this one was initialised
    /// anew.
    ///
    /// It ends above that start, or it was abandoned.
    pub moved_from: Option<usize>,
    /// Whether it began at the fit of another K, split or merged, in a sweep.
    pub is_warm: bool,
}

/// Starts that end within this many nats per sample of the best objective have reached it.
pub const SAME_OPTIMUM: f64 = 1e-4;

impl FitReport {
    /// The objective of the returned mixture as the fit computed it: total nats.
    pub fn objective(&self) -> f64 {
        self.objective_history.last().copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// Starts that were run to their end.
    pub fn finished(&self) -> impl Iterator<Item = &StartReport> {
        let ended = [StopReason::Converged, StopReason::MaxIter];
        self.starts.iter().filter(move |start| ended.contains(&start.stop))
    }

    /// How many starts reached the best objective, within [`SAME_OPTIMUM`]; 0 only if none was run
    /// to its end.
    ///
    /// No two of them came one from the other by a move. Those that began at the fit of another K
    /// count only where no other start got there. Of a fit by labels, the label whose best
    /// objective was reached least often counts.
    pub fn n_best(&self) -> usize {
        if let Some(least) = self.by_label.iter().map(Self::n_best).min() {
            return least;
        }
        let objectives = self.finished().map(|start| start.objective);
        let near = objectives.fold(f64::NEG_INFINITY, f64::max) - SAME_OPTIMUM * self.total_weight;
        let reached = || self.finished().filter(|start| start.objective >= near);
        let n_own = reached().filter(|start| !start.is_warm).count();
        n_own.max(reached().count().min(1))
    }
}
