//! Several starts, the best one kept.

use super::climb::Climb;
use super::e_step::EStep;
use super::init::{Init, Streams};
use super::observe::Observe;
use super::params::{FitParams, NInit};
use super::report::{Fit, FitReport, StopReason};
use crate::bits::BitMatrix;
use crate::error::Result;
use crate::kernels::Real;

/// Starts of `n_init = auto`.
const AUTO_STARTS: usize = 20;
/// Iterations after which they are compared.
const AUTO_SHORT: usize = 20;
/// How many of them are run to their end.
const AUTO_CONTINUED: usize = 4;

/// Fits a Bernoulli mixture to `data` (`n_samples` x `n_features`).
///
/// Every start is initialised anew; the one with the best objective is kept and all are reported. The result depends
/// on the data and the parameters alone, not on the number of threads or the machine. When the observer interrupts,
/// the best parameters so far are returned.
///
/// # Errors
/// [`crate::error::Error::Parameter`] or [`crate::error::Error::Features`] if `params` do not fit `data`, and
/// [`crate::error::Error::ObjectiveFell`] if EM ever loses ground, which would be a defect.
pub fn fit(data: &BitMatrix, params: &FitParams, observe: &mut dyn Observe) -> Result<Fit> {
    params.check(data)?;
    if params.precision.is_single(data, params.n_components) {
        fit_in::<f32>(data, params, observe)
    } else {
        fit_in::<f64>(data, params, observe)
    }
}

fn fit_in<F: Real>(data: &BitMatrix, params: &FitParams, observe: &mut dyn Observe) -> Result<Fit> {
    let mut e_step = EStep::<F>::new(data, params.n_components);
    let climbs = run_starts(&mut e_step, params, observe)?;
    let best = ranking(&climbs)[0];
    let starts: Vec<_> =
        climbs.iter().map(|climb| climb.report(unfinished(climb, params))).collect();
    let mixture = climbs[best].mixture.sorted_by_weight();
    let interrupted = climbs.iter().any(Climb::is_interrupted).then_some(StopReason::Interrupted);
    let report = FitReport {
        n_iter: starts[best].n_iter,
        // Whichever start was interrupted: the search for the best one was.
        stop: interrupted.unwrap_or(starts[best].stop),
        objective_history: climbs[best].history.clone(),
        log_likelihood: mixture.log_likelihood(data)?,
        best_start: best,
        starts,
    };
    Ok(Fit { mixture, report })
}

fn unfinished(climb: &Climb, params: &FitParams) -> StopReason {
    if climb.n_iter() >= params.max_iter { StopReason::MaxIter } else { StopReason::Abandoned }
}

/// All starts, each run as far as the policy takes it.
fn run_starts<F: Real>(
    e_step: &mut EStep<F>,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<Vec<Climb>> {
    let (n_starts, first_leg) = match (&params.init, params.n_init) {
        (Init::From(_), _) => (1, params.max_iter),
        (_, NInit::Exactly(n)) => (n, params.max_iter),
        (_, NInit::Auto) => (AUTO_STARTS, params.max_iter.min(AUTO_SHORT)),
    };
    let mut streams = Streams::new(params.seed);
    let mut climbs: Vec<Climb> = Vec::new();
    for start in 0..n_starts {
        let mixture =
            params.init.mixture(e_step.data(), params.n_components, streams.next_stream())?;
        let mut climb = Climb::new(start, mixture, e_step, params);
        climb.run(first_leg, e_step, params, observe)?;
        climbs.push(climb);
        if climbs[start].is_interrupted() {
            return Ok(climbs);
        }
    }
    for index in ranking(&climbs).into_iter().take(AUTO_CONTINUED) {
        climbs[index].run(params.max_iter, e_step, params, observe)?;
        if climbs[index].is_interrupted() {
            break;
        }
    }
    Ok(climbs)
}

/// The starts by descending objective, earlier ones first among equals.
fn ranking(climbs: &[Climb]) -> Vec<usize> {
    let mut order: Vec<_> = (0..climbs.len()).collect();
    order.sort_by(|&a, &b| climbs[b].objective().total_cmp(&climbs[a].objective()));
    order
}
