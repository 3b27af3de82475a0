//! Whether a stationary mixture is a saddle rather than a maximum: whether the objective rises from it in some direction.
//!
//! Near a stationary point an EM step multiplies what is off by a matrix whose eigenvalues are below 1 if and only if the point is a maximum
//! (Dempster, Laird & Rubin, 1977, theorem 4). So the direction in which the objective rises most, or falls least, is found as the
//! leading eigenvector of a matrix is, by the power method: from a random direction EM steps from a small distance, each brought
//! back to it. Then the objective is looked at on both sides. The mean of both does not feel the slope that
//! a start which stopped at `tol` has left, only the curvature.
//!
//! Two equal components, the usual saddle, are torn apart along the main direction of their rows: there the eigenvalue is as
//! large as the features are correlated, and a few steps find it.

use super::{Diagnosis, Scored, components};
use crate::em::SAME_OPTIMUM;
use crate::em::e_step::EStep;
use crate::em::init::{Streams, random_means};
use crate::em::m_step::m_step;
use crate::em::run::accelerate::Direction;
use crate::error::Result;
use crate::mixture::BernoulliMixture;

/// Steps of the power method.
const STEPS: usize = 6;

/// How far to go, as a length in Fisher's information of complete data: the divergence of there from here is half its square,
/// 0.005 nats per sample.
const DISTANCE: f64 = 0.1;

/// The divergence of what is close by, in nats over all rows together: too little to take even one row from a component to another.
const CLOSE: f64 = 0.01;

/// How much of the rise that curvature gives must be there close by. Where less is, it is another optimum that is near, and the few rows of
/// a small component make the difference.
const LEAST_LEFT: f64 = 0.25;

/// The finding, if the mean of both sides is higher by more than [`SAME_OPTIMUM`]: where EM multiplies what is off by 1.02 or more.
/// Saddles that are flatter than that are not found.
pub(super) fn look(found: Scored, e_step: &mut EStep) -> Result<Option<Diagnosis>> {
    // The log-likelihood of a single component is concave.
    if found.mixture.n_components() == 1 {
        return Ok(None);
    }
    let Scored { n_samples, alpha, .. } = found;
    let objective = found.objective();
    let without_dead = components::without_dead(&found)?;
    let here = without_dead.as_ref().unwrap_or(found.mixture);
    // Its statistics have served, and are large.
    drop(found);
    let Some(there) = steepest(here, alpha, e_step)? else { return Ok(None) };
    // The mean of both sides, so many times as far, over what is here.
    let mut rise = |length: f64| -> Result<f64> {
        let mut side = |length| -> Result<f64> {
            let mixture = Direction::between(here.clone(), &there).beyond(here, length)?;
            Ok(Scored::new(&mixture, e_step, alpha).objective())
        };
        Ok((side(length)? + side(-length)?) / 2.0 - objective)
    };
    // Measured, for where it is scaled up from next to nothing a way is longer than it was meant to be.
    let squared_length = Direction::between(here.clone(), &there).agreement(here, &there);
    let close = (2.0 * CLOSE / (n_samples * squared_length)).sqrt().min(1.0);
    let far = rise(1.0)?;
    let is_saddle = far > SAME_OPTIMUM && rise(close)? > LEAST_LEFT * close * close * far;
    Ok(is_saddle.then_some(Diagnosis::Saddle { rise: far }))
}

/// The mixture in the direction in which EM leads away from `here`, or back to it most slowly; `None` if there is no such.
fn steepest(
    here: &BernoulliMixture,
    alpha: f64,
    e_step: &mut EStep,
) -> Result<Option<BernoulliMixture>> {
    let mut there = at_distance(here, &shaken(here)?)?;
    for _ in 0..STEPS {
        let Some(from) = there else { return Ok(None) };
        there = at_distance(here, &m_step(e_step.run(&from), alpha, &from)?)?;
    }
    Ok(there)
}

/// `here` with noise in all log-odds, always the same.
fn shaken(here: &BernoulliMixture) -> Result<BernoulliMixture> {
    let (n_features, n_components) = (here.n_features(), here.n_components());
    let noise = random_means::draw(n_features, n_components, &mut Streams::new(0).next_stream())?;
    let halves = vec![0.5; n_features * n_components];
    let halves = BernoulliMixture::equally_weighted(n_components, halves)?;
    Direction::between(halves, &noise).beyond(here, 1.0)
}

/// The mixture on the way from `here` to `other`, or beyond, that lies [`DISTANCE`] from `here`; `None` if they are the same.
fn at_distance(
    here: &BernoulliMixture,
    other: &BernoulliMixture,
) -> Result<Option<BernoulliMixture>> {
    let way = Direction::between(here.clone(), other);
    let squared_length = way.agreement(here, other);
    if !(squared_length > 0.0 && squared_length.is_finite()) {
        return Ok(None);
    }
    way.beyond(here, DISTANCE / squared_length.sqrt()).map(Some)
}
