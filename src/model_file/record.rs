//! What a model keeps of its fit, as numbers and codes. The program words them when it shows them.
//! The order of the fields is part of the file format: to add, drop or move one is a new version.

use serde::{Deserialize, Serialize};

use crate::error::ModelProblem;
use crate::record::{Diagnosis, Digest, FitSettings, StopReason};

/// What is needed to repeat a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The version of the program that fitted the model, such as `0.1.0`.
    pub program_version: String,
    /// The SHA-256 of the training data, by [`data::fingerprint`](crate::data::fingerprint).
    pub data_sha256: Digest,
    /// The number of training rows, N.
    pub n_samples: u64,
    /// Whether a program drew the data.
    pub synthetic: bool,
    /// How the mixture was fitted. [`FitSettings::init`] says which model a fit began from.
    #[serde(flatten)]
    pub settings: FitSettings,
}

/// How a fit went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitRecord {
    /// The log-likelihood of all training data, in nats; finite.
    pub log_likelihood: f64,
    /// The number of free parameters: features that are the same in every row have none.
    pub n_parameters: u64,
    /// The iterations of the best start.
    pub n_iter: u64,
    /// Why the fit ended.
    pub stop: StopReason,
    /// The objective of the best start: of its initial parameters, then after each iteration. In
    /// nats over all samples; values that are not finite are left out.
    pub objective_history: Vec<f64>,
    /// Every start that was run.
    pub starts: Vec<StartRecord>,
    /// The place in `starts` of the one that was kept.
    pub best_start: u64,
}

/// How one start of a fit went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartRecord {
    /// Its place among the starts.
    pub seed_index: u64,
    /// Its iterations.
    pub n_iter: u64,
    /// The objective it reached, in nats over all samples; not NaN. Of a start on some of the rows
    /// it is scaled to all, and the start counts as abandoned.
    pub objective: f64,
    /// Why it ended.
    pub stop: StopReason,
}

/// How far a fit can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// How well the fit as a whole is confirmed.
    pub whole: Confirmation,
    /// How well each label's own fit is confirmed, in their order. Empty without fits by label.
    pub by_label: Vec<Confirmation>,
    /// What one more M-step would gain at least, in nats per sample; not NaN.
    pub gradient_residual: f64,
    /// What may be wrong with the fit.
    pub diagnoses: Vec<Diagnosis>,
}

/// How many starts reached the best optimum, and how far the next one lies below it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// All starts.
    pub n_starts: u64,
    /// Starts that ran to their end.
    pub n_finished: u64,
    /// Finished starts that reached the best objective, within 1e-4 nats per sample.
    pub n_best: u64,
    /// The best of the other optima, where a start ended in one.
    pub runner_up: Option<NextOptimum>,
}

/// The best optimum but one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NextOptimum {
    /// The place of a start that ended there.
    pub start: u64,
    /// Its objective, in nats over all samples; not NaN.
    pub objective: f64,
    /// How far it lies below the best objective, in nats per sample; not NaN.
    pub gap: f64,
    /// The adjusted Rand index of its clusters with those of the best optimum.
    pub ari: Option<f64>,
}

impl Provenance {
    pub(super) fn check(&self) -> Result<(), ModelProblem> {
        let (alpha, tol) = (self.settings.alpha, self.settings.tol);
        ModelProblem::ensure(alpha.is_finite() && tol.is_finite(), || {
            format!("its alpha is {alpha} and its tol {tol}")
        })
    }
}

impl FitRecord {
    pub(super) fn check(&self) -> Result<(), ModelProblem> {
        let finite = self.log_likelihood.is_finite()
            && self.objective_history.iter().all(|value| value.is_finite())
            && !self.starts.iter().any(|start| start.objective.is_nan());
        ModelProblem::ensure(finite, || {
            "its fit report has a value that is not a finite number".into()
        })?;
        let n_starts = self.starts.len() as u64;
        ModelProblem::ensure(n_starts == 0 || self.best_start < n_starts, || {
            format!("its best start is number {} of {n_starts}", self.best_start)
        })
    }
}

impl Trust {
    pub(super) fn check(&self, n_components: usize) -> Result<(), ModelProblem> {
        ModelProblem::ensure(!self.gradient_residual.is_nan(), || {
            "its gradient residual is not a number".into()
        })?;
        let all = std::iter::once(&self.whole).chain(&self.by_label);
        let is_sound = |next: &NextOptimum| !next.gap.is_nan() && !next.objective.is_nan();
        ModelProblem::ensure(all.flat_map(|fit| &fit.runner_up).all(is_sound), || {
            "its next optimum is not a number".into()
        })?;
        let named = self.diagnoses.iter().flat_map(Diagnosis::components);
        ModelProblem::ensure(named.max().is_none_or(|k| k < n_components), || {
            "a diagnosis is about clusters that it does not have".into()
        })
    }
}
