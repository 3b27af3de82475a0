//! The M-step: weights and means that maximise the objective for given responsibilities.

use super::prior::Prior;
use super::stats::SufficientStats;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::parallel;

/// The mixture that maximises the expected objective, for given responsibilities:
///
/// `pi_k = N_k / N` and `mu_kd = (S_kd + alpha b_d) / (N_kd + alpha)`. `N_kd` is `N_k` without the
/// rows in which feature d is missing.
///
/// The means are the mode under the [`Prior`]. With an `alpha` above 0 every mean stays below 1. If
/// `alpha` is 0, a component without mass keeps its means of `previous`, and so does a mean of
/// which nothing was observed. The means take the place of the sums in memory.
///
/// # Errors
/// [`crate::error::Error::Mixture`] if statistics are not finite: never from a checked mixture.
pub fn m_step(
    stats: SufficientStats,
    prior: &Prior,
    previous: &BernoulliMixture,
) -> Result<BernoulliMixture> {
    let n_features = previous.n_features();
    let SufficientStats { resp_sums, weighted_sums: mut means, missing_sums, .. } = stats;
    let (alpha, base_rates) = (prior.alpha(), prior.base_rates());
    parallel::for_each(means.chunks_exact_mut(n_features).enumerate(), |(k, mean)| {
        let all = resp_sums[k];
        if let Some(missing) = missing_sums.chunks_exact(n_features).nth(k) {
            let of_features = mean.iter_mut().zip(missing).zip(previous.mean(k)).zip(base_rates);
            for (((mean, missing), before), &b) in of_features {
                let observed = (all - missing).max(0.0);
                let is_known = alpha > 0.0 || observed > all * MIN_OBSERVED_PART;
                *mean = if is_known { prior.mode(b, *mean, observed) } else { *before };
            }
        } else if all + alpha > 0.0 {
            let of_features = mean.iter_mut().zip(base_rates);
            of_features.for_each(|(sum, &b)| *sum = prior.mode(b, *sum, all));
        } else {
            mean.copy_from_slice(previous.mean(k));
        }
    });
    BernoulliMixture::normalised(resp_sums, means)
}

/// A mean is unknown if no more than this part of its component's rows observes the feature. If no
/// row does, rounding may still leave a smaller part.
const MIN_OBSERVED_PART: f64 = 1e-12;
