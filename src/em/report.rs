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
    /// Iterations (M-steps) of the best start.
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
}

/// One start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StartReport {
    /// Iterations (M-steps) done.
    pub n_iter: usize,
    /// The objective reached, total nats.
    pub objective: f64,
    /// Why it ended.
    pub stop: StopReason,
}

/// Why a start ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// An iteration gained less than `tol`.
    Converged,
    /// `max_iter` was reached first.
    MaxIter,
    /// The observer said so.
    Interrupted,
    /// Left behind by a more promising start.
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
