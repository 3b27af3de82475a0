//! The M-step: weights and means that maximise the objective for given responsibilities.

use super::stats::SufficientStats;
use crate::em::rows::orient::BELOW_ONE;
use crate::error::Result;
use crate::kernels;
use crate::mixture::BernoulliMixture;
use crate::parallel;

/// The mixture that maximises the expected objective, for given responsibilities:
///
/// `pi_k = N_k / N` and `mu_kd = (S_kd + alpha) / (N_kd + 2 alpha)`. `N_kd` is `N_k` without the
/// rows in which feature d is missing.
///
/// `alpha` is a pseudo-count of ones and of zeros for each mean. The means are the mode under a
/// `Beta(1 + alpha, 1 + alpha)` prior. With an `alpha` above 0 every mean stays below 1, even if
/// `alpha` is lost in `N_k`. If `alpha` is 0, a component without mass keeps its means of
/// `previous`, and so does a mean of which nothing was observed. The means take the place of the
/// sums in memory.
///
/// # Errors
/// [`crate::error::Error::Mixture`] if statistics are not finite: never from a checked mixture.
pub fn m_step(
    stats: SufficientStats,
    alpha: f64,
    previous: &BernoulliMixture,
) -> Result<BernoulliMixture> {
    let n_features = previous.n_features();
    let SufficientStats { resp_sums, weighted_sums: mut means, missing_sums, .. } = stats;
    let highest = if alpha > 0.0 { BELOW_ONE } else { 1.0 };
    // Rounding may make the sum of ones slightly larger than the sum of all.
    let mean_of =
        |ones: f64, all: f64| ((ones.min(all) + alpha) / (all + 2.0 * alpha)).min(highest);
    parallel::for_each(means.chunks_exact_mut(n_features).enumerate(), |(k, mean)| {
        let all = resp_sums[k];
        if let Some(missing) = missing_sums.chunks_exact(n_features).nth(k) {
            for ((mean, missing), before) in mean.iter_mut().zip(missing).zip(previous.mean(k)) {
                let observed = (all - missing).max(0.0);
                let is_known = alpha > 0.0 || observed > all * MIN_OBSERVED_PART;
                *mean = if is_known { mean_of(*mean, observed) } else { *before };
            }
        } else if all + 2.0 * alpha > 0.0 {
            mean.iter_mut().for_each(|sum| *sum = mean_of(*sum, all));
        } else {
            mean.copy_from_slice(previous.mean(k));
        }
    });
    BernoulliMixture::normalised(resp_sums, means)
}

/// A mean is unknown if no more than this part of its component's rows observes the feature. If no
/// row does, rounding may still leave a smaller part.
const MIN_OBSERVED_PART: f64 = 1e-12;

/// Factors that are multiplied before one logarithm is taken. Where a product underflows, each
/// factor gets a logarithm of its own. That takes a given mixture: `alpha` is at least 1e-12.
const FACTORS_PER_LOG: usize = 4;

/// The log prior of the means up to a constant, in nats: `alpha * sum log(mu_kd (1 - mu_kd))`; 0
/// when `alpha` is 0.
pub fn log_prior(mixture: &BernoulliMixture, alpha: f64) -> f64 {
    if alpha == 0.0 {
        return 0.0;
    }
    let product = |batch: &[f64]| batch.iter().map(|m| m * (1.0 - m)).product::<f64>();
    let of_component = |mean: &[f64]| {
        let mut products: Vec<f64> = mean.chunks(FACTORS_PER_LOG).map(product).collect();
        if products.iter().any(|product| *product < f64::MIN_POSITIVE) {
            products = mean.chunks(1).map(product).collect();
        }
        kernels::ln_all(&mut products);
        products.iter().sum::<f64>()
    };
    alpha * parallel::map(mixture.each_mean(), of_component).iter().sum::<f64>()
}
