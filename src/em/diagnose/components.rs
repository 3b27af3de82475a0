//! Dead, thin and duplicate components, and means on the boundary.

use super::certificate::{divergence, is_on_boundary};
use super::{Diagnosis, Excess, Scored};
use crate::em::SAME_OPTIMUM;
use crate::em::rows::Rows;
use crate::error::Result;
use crate::mixture::BernoulliMixture;

/// A component with less than so many rows is dead.
const DEAD_BELOW: f64 = 0.01;

/// A component with less than so many rows is thin, if it is not dead.
const THIN_BELOW: f64 = 2.0;

/// Two components are duplicates if merging them costs at most this, in nats over all rows.
const MAX_MERGE_COST: f64 = 1.0;

fn is_dead(found: &Scored, k: usize) -> bool {
    found.stats.resp_sum(k) < DEAD_BELOW * found.row_weight()
}

fn which(found: &Scored, is_so: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
    let which: Vec<usize> = (0..found.mixture.n_components()).filter(|&k| is_so(k)).collect();
    (!which.is_empty()).then_some(which)
}

/// The finding that components are dead.
pub(super) fn dead(found: &Scored) -> Option<Diagnosis> {
    let components = which(found, |k| is_dead(found, k))?;
    Some(Diagnosis::DeadComponents { components })
}

/// The mixture with a weight of 0 for its dead components, so that EM never gives rows back to
/// them. `None` if no component is dead, or all are: of weights that are next to nothing.
pub(super) fn without_dead(found: &Scored) -> Result<Option<BernoulliMixture>> {
    let (mut weights, means) = found.mixture.clone().into_parts();
    let dead = which(found, |k| is_dead(found, k)).filter(|dead| dead.len() < weights.len());
    let Some(dead) = dead else { return Ok(None) };
    dead.into_iter().for_each(|k| weights[k] = 0.0);
    BernoulliMixture::normalised(weights, means).map(Some)
}

/// The finding that components are thin. Weights that are no counts do not tell numbers of rows.
pub(super) fn thin(found: &Scored, rows: &Rows) -> Option<Diagnosis> {
    let are_few = |k| rows.are_counts() && found.stats.resp_sum(k) < THIN_BELOW;
    let is_thin = |k| are_few(k) && !is_dead(found, k);
    let components = which(found, is_thin)?;
    Some(Diagnosis::TooManyComponents(Excess::ThinComponents { components }))
}

/// The finding that means are 0 or 1, of features that are not the same in all rows.
pub(super) fn on_boundary(found: &Scored) -> Option<Diagnosis> {
    if found.prior.alpha() > 0.0 {
        return None;
    }
    let varies = varying(found);
    let n_means = |k: usize| {
        let means = found.mixture.mean(k).iter().zip(&varies);
        means.filter(|&(&mean, &varies)| varies && is_on_boundary(mean)).count()
    };
    let components = which(found, |k| !is_dead(found, k) && n_means(k) > 0)?;
    let n_means = components.iter().map(|&k| n_means(k)).sum();
    Some(Diagnosis::BoundaryMeans { components, n_means })
}

/// Which features are not the same in all rows (D values). Where a fit works, no feature is one in
/// most rows, so a feature that is the same is zero.
pub(super) fn varying(found: &Scored) -> Vec<bool> {
    let components = 0..found.mixture.n_components();
    let has_ones = |d| components.clone().any(|k| found.stats.weighted_sum(d, k) > 0.0);
    (0..found.mixture.n_features()).map(has_ones).collect()
}

/// The finding that components repeat others of the same label. `label_of` holds K labels or none.
/// A repetition across labels is no finding: it says that two labels look alike.
pub(super) fn duplicates(found: &Scored, label_of: &[Option<u32>]) -> Option<Diagnosis> {
    let most = (SAME_OPTIMUM * found.n_samples).min(MAX_MERGE_COST);
    let alive: Vec<usize> =
        (0..found.mixture.n_components()).filter(|&k| !is_dead(found, k)).collect();
    let first_like = |place: usize| {
        let l = alive[place];
        let before = alive[..place].iter();
        let its = before.filter(|&&k| label_of.get(k) == label_of.get(l));
        its.map(|&k| (k, l)).find(|&(k, l)| costs_at_most(found, most, k, l))
    };
    let pairs: Vec<_> = (0..alive.len()).filter_map(first_like).collect();
    (!pairs.is_empty()).then_some(Diagnosis::DuplicateComponents { pairs })
}

/// Whether components `k` and `l` may be merged at this cost in log-likelihood, in nats.
///
/// In the merged mixture both means are replaced by their weighted mean m. That costs `N_k KL(mu_k,
/// m) + N_l KL(mu_l, m)` of the expected log-likelihood of complete data, and at most as much of
/// the log-likelihood. A divergence is at least twice the squared difference (Pinsker). That bound
/// needs no logarithm and tells nearly all pairs apart after a few features.
fn costs_at_most(found: &Scored, most: f64, k: usize, l: usize) -> bool {
    let (n_k, n_l) = (found.stats.resp_sum(k), found.stats.resp_sum(l));
    let of_squares = 2.0 * n_k * n_l / (n_k + n_l);
    let pairs = || found.mixture.mean(k).iter().zip(found.mixture.mean(l));
    let mut squares = 0.0;
    let is_far = |(a, b): (&f64, &f64)| {
        squares += (a - b) * (a - b);
        of_squares * squares > most
    };
    if pairs().any(is_far) {
        return false;
    }
    let cost = |(&a, &b): (&f64, &f64)| {
        let merged = (n_k * a + n_l * b) / (n_k + n_l);
        n_k * divergence(a, merged) + n_l * divergence(b, merged)
    };
    pairs().map(cost).sum::<f64>() <= most
}
