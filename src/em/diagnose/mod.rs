//! What may be wrong with the mixture that a fit ended with.
//!
//! The rows are asked through E-steps alone: one at the mixture, and one more if means are on the
//! boundary. The search for a saddle takes eight, and two more to confirm one. A default fit to
//! MNIST at K = 10 takes about 1500.

mod certificate;
mod components;
mod saddle;
mod support;

pub(super) use certificate::is_on_boundary;
pub(crate) use support::is_identified;

use super::e_step::EStep;
use super::params::FitParams;
use super::prior::Prior;
use super::rows::Rows;
use super::stats::SufficientStats;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::record::{Diagnosis, Excess, StopReason};

/// Means closer to 0 or 1 than this are on the boundary.
const BOUNDARY: f64 = 1e-6;

/// A mixture with a residual below this is stationary whatever `tol`. In nats per sample.
const STATIONARY: f64 = 1e-9;

/// Above this residual a saddle is not looked for. A wide `tol` has stopped the fit on its way: its
/// objective still rises by itself, so a rise to one side says nothing. In nats per sample.
const AT_REST: f64 = 1e-5;

/// The result of the examination.
pub(super) struct Findings {
    pub(super) diagnoses: Vec<Diagnosis>,
    /// See [`super::FitReport::gradient_residual`].
    pub(super) gradient_residual: f64,
}

/// A mixture and its sufficient statistics.
struct Scored<'a> {
    mixture: &'a BernoulliMixture,
    stats: SufficientStats,
    /// The sum of the rows' weights.
    n_samples: f64,
    prior: &'a Prior,
}

impl<'a> Scored<'a> {
    fn new(mixture: &'a BernoulliMixture, e_step: &mut EStep, prior: &'a Prior) -> Self {
        let stats = e_step.run(mixture);
        Self { mixture, n_samples: stats.total_weight(), stats, prior }
    }

    /// The weight of a row: 1, or less where rows weigh less on average. The sum of weights is then
    /// no number of rows.
    fn row_weight(&self) -> f64 {
        (self.n_samples / self.stats.n_samples() as f64).min(1.0)
    }

    /// The objective, in nats per sample.
    fn objective(&self) -> f64 {
        (self.stats.log_likelihood() + self.prior.log_density(self.mixture)) / self.n_samples
    }
}

/// Examines the `mixture` of a fit by `params` to `rows`, which ended for the reason `stop`.
///
/// `e_step` holds the same rows and, if labels are known, those of the components of `mixture`.
///
/// An interrupted fit gets its residual and what follows from the rows and K alone. More EM steps
/// might mend the rest.
pub(super) fn diagnose(
    mixture: &BernoulliMixture,
    stop: StopReason,
    rows: &Rows,
    e_step: &mut EStep,
    prior: &Prior,
    params: &FitParams,
) -> Result<Findings> {
    let found = Scored::new(mixture, e_step, prior);
    let gradient_residual = certificate::interior(&found) + certificate::boundary(&found, e_step)?;
    let by_rows = support::by_rows(&found, rows).map(Diagnosis::TooManyComponents);
    if stop == StopReason::Interrupted {
        return Ok(Findings { diagnoses: by_rows.into_iter().collect(), gradient_residual });
    }
    let is_stationary = gradient_residual <= STATIONARY.max(2.0 * params.tol);
    let mut diagnoses = vec![
        stop_finding(stop, is_stationary, gradient_residual, params.max_iter),
        components::dead(&found),
        components::duplicates(&found, &rows.label_of),
        components::on_boundary(&found),
        by_rows.or_else(|| components::thin(&found, rows)),
    ];
    if is_stationary && gradient_residual <= AT_REST {
        diagnoses.push(saddle::look(found, e_step)?);
    }
    Ok(Findings { diagnoses: diagnoses.into_iter().flatten().collect(), gradient_residual })
}

/// The finding that follows from how the best run ended.
fn stop_finding(
    stop: StopReason,
    is_stationary: bool,
    residual: f64,
    max_iter: usize,
) -> Option<Diagnosis> {
    match stop {
        StopReason::MaxIter => Some(Diagnosis::MaxIter { max_iter }),
        StopReason::Converged if !is_stationary => Some(Diagnosis::NotStationary { residual }),
        _ => None,
    }
}
