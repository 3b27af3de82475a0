//! Whether a stationary mixture is a saddle: the objective rises from it in some direction.
//!
//! Near a stationary point, an EM step multiplies the deviation from it by a matrix. The point is a
//! maximum if and only if all eigenvalues are below 1 (Dempster, Laird & Rubin, 1977, theorem 4).
//! The power method finds the leading eigenvector: from a random direction, EM steps are taken at a
//! small distance, each brought back to that distance. In that direction the objective rises most,
//! or falls least. Then the objective is computed on both sides. The mean of both depends on the
//! curvature alone, not on the slope that is left where a run stopped at `tol`.
//!
//! The usual saddle has two equal components. The direction that parts them is the main direction
//! of their rows. Its eigenvalue grows with correlation, so a few steps find it.

use super::{Diagnosis, Scored, components};
use crate::em::SAME_OPTIMUM;
use crate::em::init::{Streams, random_means};
use crate::em::{e_step::EStep, m_step::m_step, prior::Prior, run::accelerate::Direction};
use crate::error::Result;
use crate::mixture::BernoulliMixture;

/// Steps of the power method.
const STEPS: usize = 6;

/// The distance, as a length in Fisher's information of complete data. The divergence at this
/// distance is half its square, 0.005 nats per sample.
const DISTANCE: f64 = 0.1;

/// The divergence of the nearer pair of points, in nats over all rows together. It is too small for
/// even one row to change its component.
const CLOSE: f64 = 0.01;

/// The nearer points must show this part of the rise that a constant curvature would give there. If
/// they show less, a few rows of a small component make the difference: another optimum is near.
const LEAST_LEFT: f64 = 0.25;

/// The finding, if the mean of both sides is higher by more than [`SAME_OPTIMUM`]. Then EM
/// multiplies the deviation by 1.02 or more. Flatter saddles are not found.
pub(super) fn look(found: Scored, e_step: &mut EStep) -> Result<Option<Diagnosis>> {
    // The log-likelihood of a single component is concave.
    if found.mixture.n_components() == 1 {
        return Ok(None);
    }
    let Scored { n_samples, prior, .. } = found;
    let objective = found.objective();
    let without_dead = components::without_dead(&found)?;
    let here = without_dead.as_ref().unwrap_or(found.mixture);
    // Its statistics are large and no longer needed.
    drop(found);
    let Some(there) = steepest(here, prior, e_step)? else { return Ok(None) };
    // The mean objective at `length` times the way to both sides, above the objective here.
    let mut rise = |length: f64| -> Result<f64> {
        let mut side = |length| -> Result<f64> {
            let mixture = Direction::new(here.clone(), &there).added_to(here, length)?;
            Ok(Scored::new(&mixture, e_step, prior).objective())
        };
        Ok((side(length)? + side(-length)?) / 2.0 - objective)
    };
    // The length is measured: a step scaled up from nearly nothing is not exactly [`DISTANCE`].
    let squared_length = Direction::new(here.clone(), &there).agreement(here, &there);
    let close = (2.0 * CLOSE / (n_samples * squared_length)).sqrt().min(1.0);
    let far = rise(1.0)?;
    let is_saddle = far > SAME_OPTIMUM && rise(close)? > LEAST_LEFT * close * close * far;
    Ok(is_saddle.then_some(Diagnosis::Saddle { rise: far }))
}

/// The mixture in the direction in which EM leads away from `here`, or back to it most slowly.
/// `None` if EM does not move.
fn steepest(
    here: &BernoulliMixture,
    prior: &Prior,
    e_step: &mut EStep,
) -> Result<Option<BernoulliMixture>> {
    let mut there = at_distance(here, &shaken(here)?)?;
    for _ in 0..STEPS {
        let Some(from) = there else { return Ok(None) };
        there = at_distance(here, &m_step(e_step.run(&from), prior, &from)?)?;
    }
    Ok(there)
}

/// `here` with noise in all log-odds, the same noise every time.
fn shaken(here: &BernoulliMixture) -> Result<BernoulliMixture> {
    let (n_features, n_components) = (here.n_features(), here.n_components());
    let noise = random_means::draw(n_features, n_components, &mut Streams::new(0).next_stream())?;
    let halves = vec![0.5; n_features * n_components];
    let halves = BernoulliMixture::equally_weighted(n_components, halves)?;
    Direction::new(halves, &noise).added_to(here, 1.0)
}

/// The mixture at [`DISTANCE`] from `here` towards `other`; `None` if the two are the same.
fn at_distance(
    here: &BernoulliMixture,
    other: &BernoulliMixture,
) -> Result<Option<BernoulliMixture>> {
    let way = Direction::new(here.clone(), other);
    let squared_length = way.agreement(here, other);
    if !(squared_length > 0.0 && squared_length.is_finite()) {
        return Ok(None);
    }
    way.added_to(here, DISTANCE / squared_length.sqrt()).map(Some)
}
