//! The prior of the means, centred on the data: `alpha` average rows in every component.

use super::rows::{Margins, Rows};
use crate::kernels;
use crate::mixture::BernoulliMixture;
use crate::parallel;

/// The last number below 1.
pub(crate) const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;

/// A prior under which every mean has its mode at the base rate `b_d` of its feature:
///
/// `log p(mu) = alpha sum_kd [b_d log mu_kd + (1 - b_d) log(1 - mu_kd)]` and a constant.
///
/// That is what `alpha` further rows say that are ones at rate `b_d`. It is a conjugate prior,
/// `Beta(1 + alpha b_d, 1 + alpha (1 - b_d))` for each mean. With an `alpha` of 0 there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    alpha: f64,
    /// `b_d`, strictly between 0 and 1 (D values).
    base_rates: Vec<f64>,
    /// `sum_d b_d log b_d + (1 - b_d) log(1 - b_d)`: of a component, at its mode.
    highest: f64,
}

impl Prior {
    /// The prior that is centred on `rows`: `b_d = (n_d + 1/2) / (n + 1)`. `n_d` counts the ones of
    /// feature d among the `n` rows that observe it, both by weight.
    pub fn new(rows: &Rows, alpha: f64) -> Self {
        let margins = Margins::new(rows);
        let rates = (0..rows.data.n_features()).map(|d| margins.base_rate(d));
        Self::centred(alpha, rates.collect())
    }

    /// The prior that is centred on given base rates, each strictly between 0 and 1 (D values).
    pub fn centred(alpha: f64, base_rates: Vec<f64>) -> Self {
        let highest = |b: &f64| b * libm::log(*b) + (1.0 - b) * libm::log1p(-b);
        Self { alpha, highest: base_rates.iter().map(highest).sum(), base_rates }
    }

    /// The number of average rows, at least 0.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// `b_d` of feature `d`.
    ///
    /// # Panics
    /// If there is no such feature.
    pub fn base_rate(&self, d: usize) -> f64 {
        self.base_rates[d]
    }

    /// The base rates (D).
    pub(crate) fn base_rates(&self) -> &[f64] {
        &self.base_rates
    }

    /// The most probable mean of a feature of base rate `b` that is one in `ones` of `observed`
    /// rows, at least 0 of them: `(ones + alpha b) / (observed + alpha)`.
    ///
    /// With an `alpha` above 0 it stays below 1, even if `alpha` is lost in `observed`. It is NaN
    /// if nothing was observed and `alpha` is 0.
    pub(crate) fn mode(&self, b: f64, ones: f64, observed: f64) -> f64 {
        let highest = if self.alpha > 0.0 { BELOW_ONE } else { 1.0 };
        // Rounding may make the sum of ones slightly negative, or larger than the sum of all.
        let ones = ones.max(0.0).min(observed);
        ((ones + self.alpha * b) / (observed + self.alpha)).min(highest)
    }

    /// The log density of the means, in nats: `-alpha sum_kd KL(b_d, mu_kd)`, which is 0 where all
    /// means are base rates; 0 when `alpha` is 0.
    pub fn log_density(&self, mixture: &BernoulliMixture) -> f64 {
        if self.alpha == 0.0 {
            return 0.0;
        }
        let of_component = |mean: &[f64]| self.log_density_of(mean) - self.highest;
        self.alpha * parallel::map(mixture.each_mean(), of_component).iter().sum::<f64>()
    }

    /// `sum_d b_d log mu_d + (1 - b_d) log(1 - mu_d)`.
    fn log_density_of(&self, mean: &[f64]) -> f64 {
        let mut ones = mean.to_vec();
        let mut zeros: Vec<f64> = mean.iter().map(|m| 1.0 - m).collect();
        kernels::ln_all(&mut ones);
        kernels::ln_all(&mut zeros);
        let both = ones.iter().zip(&zeros).zip(&self.base_rates);
        both.map(|((one, zero), b)| b * one + (1.0 - b) * zero).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    #[test]
    fn the_density_is_highest_at_the_base_rates_and_falls_by_the_divergence() {
        let data = BitMatrix::from_fn(9, 4, |i, d| i % (d + 2) == 0);
        let prior = Prior::new(&Rows::new(&data), 2.5);
        let one = |means: Vec<f64>| BernoulliMixture::new([1.0], means).unwrap();
        assert!(prior.log_density(&one(prior.base_rates.clone())).abs() < 1e-12);
        let means = [0.1, 0.4, 0.5, 0.9];
        let divergence =
            |(&b, m): (&f64, f64)| b * (b / m).ln() + (1.0 - b) * ((1.0 - b) / (1.0 - m)).ln();
        let expected: f64 = prior.base_rates.iter().zip(means).map(divergence).sum();
        assert!((prior.log_density(&one(means.to_vec())) + 2.5 * expected).abs() < 1e-12);
        assert_eq!(Prior::new(&Rows::new(&data), 0.0).log_density(&one(means.to_vec())), 0.0);
    }

    #[test]
    fn the_mode_is_that_of_rows_and_average_rows_together() {
        let data = BitMatrix::from_fn(4, 1, |i, _| i == 0);
        let prior = Prior::new(&Rows::new(&data), 2.0);
        assert_eq!(prior.base_rate(0), 0.3);
        assert!((prior.mode(0.3, 3.0, 4.0) - 3.6 / 6.0).abs() < 1e-15);
        assert!((prior.mode(0.3, 0.0, 0.0) - 0.3).abs() < 1e-15);
        assert_eq!(prior.mode(0.3, -1e-16, 4.0), prior.mode(0.3, 0.0, 4.0));
        assert!(Prior::new(&Rows::new(&data), 1e-12).mode(0.3, 1e9, 1e9) < 1.0);
    }
}
