//! How far a mixture is from stationary: the least that one more M-step would gain.
//!
//! Let Q be the expected log-likelihood of complete data plus the log prior. An M-step from theta
//! gains at least `Q(M(theta)) - Q(theta)` (Dempster, Laird & Rubin, 1977, theorem 1). For a
//! Bernoulli mixture that is a sum of divergences,
//!
//! ```text
//! sum_k N_k / N log(N_k / (N pi_k)) + sum_kd (N_k + alpha) / N KL(mode_kd, mu_kd)
//! mode_kd = (S_kd + alpha b_d) / (N_k + alpha)
//! ```
//!
//! in nats per sample. It is 0 if and only if the gradient is 0. To leading order it is half of the
//! gradient's squared norm in the metric of Fisher's information of complete data. So it does not
//! depend on how the parameters are written. Kunstner, Kumar & Schmidt (*Homeomorphic-invariance of
//! EM*, 2021) measure stationarity by it. A last step below `tol` leaves less.
//!
//! **On the boundary** the statistics say nothing: they hold the gradient times the distance from
//! the boundary, which is 0. The condition of Karush, Kuhn and Tucker is that the gradient points
//! outwards. So means on the boundary are moved inside by [`BOUNDARY`]. If an M-step from there
//! moves them further inside, its gain counts.

use super::{BOUNDARY, Scored};
use crate::em::e_step::EStep;
use crate::error::Result;
use crate::mixture::BernoulliMixture;

/// The gain of an M-step by all parameters except means of exactly 0 or 1, in nats per sample;
/// infinite if a row is impossible.
pub(super) fn interior(found: &Scored) -> f64 {
    if found.stats.log_likelihood() == f64::NEG_INFINITY {
        return f64::INFINITY;
    }
    // There the sums can differ from the mean by rounding only.
    let is_inner = |_, mean| mean > 0.0 && mean < 1.0;
    let of_component = |k: usize| {
        let share = found.stats.resp_sum(k) / found.n_samples;
        part(share, found.mixture.weights()[k]) + gain_of_means(found, k, is_inner)
    };
    (0..found.mixture.n_components()).map(of_component).sum()
}

/// The gain of an M-step by means on the boundary that it moves inside, in nats per sample. With
/// smoothing no mean is on the boundary, so the gain is 0.
pub(super) fn boundary(found: &Scored, e_step: &mut EStep) -> Result<f64> {
    if found.prior.alpha() > 0.0 || !found.mixture.means().iter().any(|&m| is_on_boundary(m)) {
        return Ok(0.0);
    }
    let (weights, mut means) = found.mixture.clone().into_parts();
    means.iter_mut().for_each(|m| *m = m.clamp(BOUNDARY, 1.0 - BOUNDARY));
    let inside = BernoulliMixture::new(weights, means)?;
    let inside = Scored::new(&inside, e_step, found.prior);
    let leaves = |mode: f64, mean: f64| {
        if mean < 0.5 {
            mean <= BOUNDARY && mode > mean
        } else {
            mean >= 1.0 - BOUNDARY && mode < mean
        }
    };
    Ok((0..found.mixture.n_components()).map(|k| gain_of_means(&inside, k, leaves)).sum())
}

/// Whether a mean counts as 0 or 1.
pub(in crate::em) fn is_on_boundary(mean: f64) -> bool {
    !(BOUNDARY..=1.0 - BOUNDARY).contains(&mean)
}

fn gain_of_means(found: &Scored, k: usize, counts: impl Fn(f64, f64) -> bool) -> f64 {
    let (resp_sum, alpha) = (found.stats.resp_sum(k), found.prior.alpha());
    if resp_sum + alpha == 0.0 {
        return 0.0;
    }
    let of_mean = |((d, ones), &mean): ((usize, &f64), &f64)| {
        let observed = found.stats.observed_sum(d, k);
        let total = observed + alpha;
        let mode = found.prior.mode(found.prior.base_rate(d), *ones, observed);
        // If every row misses the feature, there is no mode.
        if total > 0.0 && counts(mode, mean) { total * divergence(mode, mean) } else { 0.0 }
    };
    let means = found.stats.weighted_sums(k).iter().enumerate().zip(found.mixture.mean(k));
    means.map(of_mean).sum::<f64>() / found.n_samples
}

/// The divergence KL of a Bernoulli distribution of mean `q` from one of mean `p`, in nats.
pub(super) fn divergence(q: f64, p: f64) -> f64 {
    part(q, p) + part(1.0 - q, 1.0 - p)
}

/// `q log(q / p) - q + p`, never negative, so that no part of a divergence cancels another.
fn part(q: f64, p: f64) -> f64 {
    let excess = (q - p) / p;
    match () {
        () if q == p => 0.0,
        () if q == 0.0 => p,
        () if p == 0.0 => f64::INFINITY,
        // By the series of the logarithm: later terms are below rounding.
        () if excess.abs() < 1e-4 => p * excess * excess * (0.5 - excess / 6.0),
        () => q * libm::log(q / p) - (q - p),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergences_are_what_their_definition_says_and_have_no_seam() {
        for (q, p) in [(0.3, 0.4), (0.9, 1e-9), (1e-12, 0.5), (0.5, 0.50004), (0.2, 0.20003)] {
            let (q, p): (f64, f64) = (q, p);
            let defined = q * (q / p).ln() + (1.0 - q) * ((1.0 - q) / (1.0 - p)).ln();
            assert!((divergence(q, p) - defined).abs() <= 1e-15 * (1.0 + defined), "{q} {p}");
        }
        assert_eq!(divergence(0.25, 0.25), 0.0);
        assert_eq!(divergence(0.0, 0.0) + divergence(1.0, 1.0), 0.0);
        assert_eq!(divergence(0.5, 0.0), f64::INFINITY);
        assert!((divergence(0.0, 0.5) - 2f64.ln()).abs() < 1e-15);
    }
}
