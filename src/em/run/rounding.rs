//! What rounding alone can do to an objective: the yardstick for a fall.

use crate::em::{e_step::may_be_sparse, stats::SufficientStats};
use crate::kernels::reach;
use crate::mixture::BernoulliMixture;

/// A bound, which nearly always holds, on the relative rounding error of a sum over many rows.
pub(crate) const RELATIVE_ERROR: f64 = 1e-13;

/// Half the distance from 1 to the next number.
const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// The same for single precision.
const UNIT_ROUNDOFF_OF_SCORES: f64 = f32::EPSILON as f64 / 2.0;

/// A bound on the error of the log-likelihood of `mixture`, in total nats, from its statistics.
///
/// A row's score adds the log-odds of its ones, by cells (D / 4 of them at most) in two interleaved
/// sums or by words in thirty-two, so its error grows with the size of those log-odds, not with the
/// row's log-probability. That size, summed over rows and weighted by responsibility, is `S_kd
/// |log-odds|`. Rows share cells and their errors: nothing averages out.
///
/// Scores by words are in single precision, but only responsibilities hang on them, and the
/// log-likelihood is stationary in these: what comes of an error `e` is below `e^2`. No row's size
/// is taken to be more than twice the mean one.
pub(crate) fn rounding_of_scores(mixture: &BernoulliMixture, stats: &SufficientStats) -> f64 {
    let log_odds = |m: f64| if m > 0.0 && m < 1.0 { libm::log(m / (1.0 - m)) } else { 0.0 };
    let n_samples = stats.total_weight();
    let mut size = n_samples;
    for k in 0..mixture.n_components() {
        for (d, &m) in mixture.mean(k).iter().enumerate() {
            size += stats.weighted_sum(d, k) * log_odds(m).abs();
        }
    }
    let n_features = mixture.n_features() as f64;
    let additions = n_features / 8.0 + 8.0;
    let in_double = additions * UNIT_ROUNDOFF * size;
    let n_components = mixture.n_components();
    if !may_be_sparse(n_components, mixture.n_features()) {
        return in_double;
    }
    let additions_of_scores = n_features / 32.0 + 8.0;
    let of_row = additions_of_scores * UNIT_ROUNDOFF_OF_SCORES * 2.0 * size / n_samples.max(1.0);
    // All components of a row but one may be just beyond reach.
    let left_out = n_samples * (n_components - 1) as f64 * libm::exp(-reach(mixture.n_features()));
    in_double + n_samples * of_row * of_row + left_out
}
