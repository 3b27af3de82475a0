//! What rounding alone can do to an objective: the yardstick for a fall.

use super::e_step::BLOCK_ROWS;
use super::stats::SufficientStats;
use crate::kernels::Real;
use crate::mixture::BernoulliMixture;

/// A bound on the error of the log-likelihood of `mixture`, in total nats; `stats` are its statistics.
///
/// A row's score adds the log-odds of its ones, cell by cell (D / 4 of them at most) in two interleaved sums, so its
/// error grows with the size of those log-odds, not with the row's log-probability. That size, summed over rows and
/// weighted by responsibility, is `S_kd |log-odds|`. Rows share cells and their errors: nothing averages out.
pub(super) fn rounding_of_scores<F: Real>(
    mixture: &BernoulliMixture,
    stats: &SufficientStats,
) -> f64 {
    let log_odds = |m: f64| if m > 0.0 && m < 1.0 { libm::log(m / (1.0 - m)) } else { 0.0 };
    let size = sum_over_means(mixture, |d, k, m| stats.weighted_sum(d, k) * log_odds(m).abs());
    let additions = mixture.n_features() as f64 / 8.0 + 8.0;
    additions * F::UNIT_ROUNDOFF * (stats.n_samples() as f64 + size)
}

/// A bound on what the objective of `mixture` lacks because its means come from rounded sums, in total nats; `stats`
/// and `alpha` are what it was made from.
///
/// With sums off by a relative e, a mean is m (1 - e), and by the chi-square bound on the divergence of the two
/// Bernoullis the loss is at most `(S_kd + alpha) e^2 / (1 - m + e)`: of second order inside, of first order where a
/// mean approaches 1.
pub(super) fn rounding_of_means<F: Real>(
    mixture: &BernoulliMixture,
    stats: &SufficientStats,
    alpha: f64,
) -> f64 {
    // A cell adds up to a block's rows; a feature, eight cells.
    let e = (stats.n_samples().min(BLOCK_ROWS) + 8) as f64 * F::UNIT_ROUNDOFF;
    sum_over_means(mixture, |d, k, m| (stats.weighted_sum(d, k) + alpha) * e * e / (1.0 - m + e))
}

fn sum_over_means(mixture: &BernoulliMixture, term: impl Fn(usize, usize, f64) -> f64) -> f64 {
    let of_component =
        |k| -> f64 { mixture.mean(k).iter().enumerate().map(|(d, &m)| term(d, k, m)).sum() };
    (0..mixture.n_components()).map(of_component).sum()
}
