//! What a fit reports beside the mixture.

use crate::mixture::{Assignment, BernoulliMixture};
use std::fmt;

/// The outcome of a fit.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The best mixture found, components in order of descending weight.
    pub mixture: BernoulliMixture,
    /// How it was found.
    pub report: FitReport,
}

/// How the best mixture was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FitReport {
    /// Iterations of the best start, as in [`StartReport::n_iter`].
    pub n_iter: usize,
    /// Why the fit ended: as the best start did, or interrupted, whichever start that hit.
    pub stop: StopReason,
    /// The objective of the parameters entering each iteration of the best start, then of the ones returned: total
    /// nats, log-likelihood plus log prior.
    pub objective_history: Vec<f64>,
    /// Log-likelihood of the returned mixture, total nats, in double precision.
    pub log_likelihood: f64,
    /// What the returned mixture says of every row (N values), in double precision.
    pub assignments: Vec<Assignment>,
    /// The place of the best start in `starts`.
    pub best_start: usize,
    /// Every start, in order.
    pub starts: Vec<StartReport>,
    /// The best of the starts that ended in another, lower optimum; `None` if none did or the fit was interrupted.
    pub runner_up: Option<RunnerUp>,
}

/// The second-best optimum of a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunnerUp {
    /// The place of a start that ended there.
    pub start: usize,
    /// Its objective, total nats.
    pub objective: f64,
    /// The adjusted Rand index of its partition of the rows with that of the best optimum: 1 where they are the same; `None`
    /// for so many components that they cannot be counted against each other.
    pub ari: Option<f64>,
}

/// One start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StartReport {
    /// Iterations done: moves to other parameters, by an M-step or by an extrapolation beyond one.
    pub n_iter: usize,
    /// How many of them were extrapolations; 0 without acceleration.
    pub n_leaps: usize,
    /// Extrapolations that were scored, had lost ground and were not taken. The E-steps spent are `1 + n_iter +
    /// n_rejected`, the first on the initial parameters.
    pub n_rejected: usize,
    /// The objective reached, total nats.
    pub objective: f64,
    /// Why it ended.
    pub stop: StopReason,
    /// The start from whose end a split and a merge led to this one's beginning; `None` if it was initialised anew. Run to its
    /// end it lies higher than that; where it did not get there it was abandoned.
    pub moved_from: Option<usize>,
}

/// A start has reached the best objective when it ends within this many nats per sample of it.
pub const SAME_OPTIMUM: f64 = 1e-4;

impl FitReport {
    /// Starts that were run to their end.
    pub fn finished(&self) -> impl Iterator<Item = &StartReport> {
        finished(&self.starts)
    }

    /// How many of them reached the best objective, within [`SAME_OPTIMUM`]; never less than 1. No two of them came one from the
    /// other by a move.
    pub fn n_best(&self) -> usize {
        n_best(&self.starts, self.assignments.len()).max(1)
    }
}

fn finished(starts: &[StartReport]) -> impl Iterator<Item = &StartReport> {
    let ended = [StopReason::Converged, StopReason::MaxIter];
    starts.iter().filter(move |start| ended.contains(&start.stop))
}

/// Starts that were run to their end and reached the best objective of these.
fn n_best(starts: &[StartReport], n_samples: usize) -> usize {
    let best = finished(starts).map(|start| start.objective).fold(f64::NEG_INFINITY, f64::max);
    let near = best - SAME_OPTIMUM * n_samples as f64;
    finished(starts).filter(|start| start.objective >= near).count()
}

/// Why a start ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// An M-step gained less than `tol`; the gain of an extrapolation does not count.
    Converged,
    /// `max_iter` E-steps were spent first.
    MaxIter,
    /// The observer said so.
    Interrupted,
    /// Left behind by a more promising start, or by the one that a move led away from.
    Abandoned,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Converged => "converged",
            Self::MaxIter => "max-iter",
            Self::Interrupted => "interrupted",
            Self::Abandoned => "abandoned",
        })
    }
}
