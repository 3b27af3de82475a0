//! The parts that JSON documents of several commands share. A document flattens them, so the order
//! of their fields is the order of its keys.

use crate::cli::input::{Input, LeftOut};
use crate::cli::terminal::Clock;
use crate::em::{FitReport, StopReason};
use crate::mixture::BernoulliMixture;
use serde::{Serialize, Serializer};
use std::fmt::Display;
use std::path::PathBuf;

pub(crate) struct Written {
    pub(crate) folder: PathBuf,
    pub(crate) model_sha256: String,
    pub(crate) seconds: Clock,
}

impl Written {
    pub(crate) fn model(&self) -> String {
        self.folder.display().to_string()
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct DataFacts {
    pub(crate) data: String,
    pub(crate) synthetic: bool,
    pub(crate) n_samples: usize,
    left_out: Vec<LeftOut>,
}

#[derive(Debug, Serialize)]
pub(crate) struct TrainingData {
    #[serde(flatten)]
    pub(crate) facts: DataFacts,
    /// The sum of the rows' weights; their number if they have none.
    pub(crate) total_weight: f64,
    n_features: usize,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Scores {
    /// Total nats.
    pub(crate) log_likelihood: f64,
    /// Mean log-likelihood, in nats per sample.
    pub(crate) score: f64,
    /// Bits for one pixel that is not missing: the negative score in base 2; never -0.
    pub(crate) bits_per_pixel: f64,
}

/// The information criteria; less is better.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Criteria {
    pub(crate) aic: f64,
    pub(crate) bic: f64,
    pub(crate) icl: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Ending {
    pub(crate) n_iter: usize,
    pub(crate) converged: bool,
    pub(crate) stop: StopReason,
}

impl DataFacts {
    pub(crate) fn new(input: &Input) -> Self {
        Self {
            data: input.summary(),
            synthetic: input.synthetic,
            n_samples: input.bits.n_samples(),
            left_out: input.left_out.clone(),
        }
    }
}

impl TrainingData {
    pub(crate) fn new(input: &Input) -> Self {
        Self {
            facts: DataFacts::new(input),
            total_weight: input.rows().total_weight(),
            n_features: input.bits.n_features(),
        }
    }
}

impl Scores {
    /// Over rows that weigh `total_weight` and have `n_observed` features on average.
    pub(crate) fn new(log_likelihood: f64, total_weight: f64, n_observed: f64) -> Self {
        let score = log_likelihood / total_weight;
        let n_bits = std::f64::consts::LN_2 * n_observed;
        // Rows in which nothing was seen need no bits.
        let bits_per_pixel = if n_bits > 0.0 { (0.0 - score) / n_bits } else { 0.0 };
        Self { log_likelihood, score, bits_per_pixel }
    }
}

impl Criteria {
    /// Of a mixture and its log-likelihood and entropy, both in total nats over `n` rows by weight.
    pub(crate) fn new(
        mixture: &BernoulliMixture,
        log_likelihood: f64,
        entropy: f64,
        n: f64,
    ) -> Self {
        Self {
            aic: mixture.aic(log_likelihood),
            bic: mixture.bic(log_likelihood, n),
            icl: mixture.icl(log_likelihood, n, entropy),
        }
    }
}

impl Ending {
    pub(crate) fn new(report: &FitReport) -> Self {
        let stop = report.stop;
        Self { n_iter: report.n_iter, converged: stop == StopReason::Converged, stop }
    }
}

/// Serializes a value as what it is printed as.
pub(crate) fn as_text<S: Serializer>(
    value: &impl Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
