//! Looks at a mixture that a fit ended with, and says what may be wrong with it.
//!
//! All that is asked of the rows is asked through the E-step of the search: one run at the mixture, one more where means are on the
//! boundary, eight to look for a saddle and two more to confirm one. A default fit to MNIST at K = 10 takes about 1500.

pub(crate) mod diagnosis;

mod certificate;
mod components;
mod saddle;
mod support;

use super::e_step::EStep;
use super::m_step::log_prior;
use super::params::FitParams;
use super::report::StopReason;
use super::rows::Rows;
use super::stats::SufficientStats;
use super::{Diagnosis, Excess};
use crate::error::Result;
use crate::mixture::BernoulliMixture;

/// Means closer to 0 or 1 are on the boundary.
const BOUNDARY: f64 = 1e-6;

/// A residual below this is stationary whatever `tol`, in nats per sample.
const STATIONARY: f64 = 1e-9;

/// A residual above this is that of a fit on its way, which a wide `tol` has stopped: it would climb by itself, so that a small step
/// to the side climbs says nothing. In nats per sample.
const AT_REST: f64 = 1e-5;

/// What is said of a fit.
pub(super) struct Findings {
    pub(super) diagnoses: Vec<Diagnosis>,
    /// See [`super::FitReport::gradient_residual`].
    pub(super) gradient_residual: f64,
}

/// A mixture and what its E-step says of it.
struct Scored<'a> {
    mixture: &'a BernoulliMixture,
    stats: SufficientStats,
    /// The sum of the rows' weights.
    n_samples: f64,
    alpha: f64,
}

impl<'a> Scored<'a> {
    fn new(mixture: &'a BernoulliMixture, e_step: &mut EStep, alpha: f64) -> Self {
        let stats = e_step.run(mixture);
        Self { mixture, n_samples: stats.total_weight(), stats, alpha }
    }

    /// Nats per sample.
    fn objective(&self) -> f64 {
        (self.stats.log_likelihood() + log_prior(self.mixture, self.alpha)) / self.n_samples
    }
}

/// Examines `mixture`, with which a fit by `params` to `rows` ended for the reason `stop`; `e_step` is of the same rows, and its
/// labels are those of the components as they are now.
///
/// Of an interrupted fit only the residual is told, and what follows from the rows and K alone: the rest may still come right.
///
/// # Errors
/// None that a checked mixture of the right K and D can cause.
pub(super) fn diagnose(
    mixture: &BernoulliMixture,
    stop: StopReason,
    rows: &Rows,
    e_step: &mut EStep,
    params: &FitParams,
) -> Result<Findings> {
    let found = Scored::new(mixture, e_step, params.alpha);
    let gradient_residual = certificate::interior(&found) + certificate::boundary(&found, e_step)?;
    let by_rows = support::by_rows(&found, rows).map(Diagnosis::TooManyComponents);
    if stop == StopReason::Interrupted {
        return Ok(Findings { diagnoses: by_rows.into_iter().collect(), gradient_residual });
    }
    let is_stationary = gradient_residual <= STATIONARY.max(2.0 * params.tol);
    let mut diagnoses = vec![
        of_end(stop, is_stationary, gradient_residual, params.max_iter),
        components::dead(&found),
        components::duplicates(&found, &rows.label_of),
        components::on_boundary(&found),
        by_rows.or_else(|| components::thin(&found)),
    ];
    if is_stationary && gradient_residual <= AT_REST {
        diagnoses.push(saddle::look(found, e_step)?);
    }
    Ok(Findings { diagnoses: diagnoses.into_iter().flatten().collect(), gradient_residual })
}

/// What the way the best start ended says.
fn of_end(
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
