//! The evidence of each feature of a row for one component against another.

use super::BernoulliMixture;
use crate::bits::BitMatrix;

impl BernoulliMixture {
    /// `log p(x_d | a) - log p(x_d | b)` for every feature d of row `i` (D values), in nats. It is
    /// above 0 where the feature speaks for `a`. It is 0 where the entry is missing, or both
    /// components rule it out, and infinite where one does.
    ///
    /// Their sum plus `log (weight of a / weight of b)` is the logarithm of the posterior odds of
    /// `a` against `b`. Good (*Probability and the Weighing of Evidence*, 1950) gave the name.
    ///
    /// # Panics
    /// If there is no row `i` of D features, or no component `a` or `b`.
    pub fn evidence(&self, data: &BitMatrix, i: usize, a: usize, b: usize) -> Vec<f64> {
        let pairs = self.mean(a).iter().zip(self.mean(b)).enumerate();
        let of_feature = |(d, (&a, &b)): (usize, (&f64, &f64))| {
            if data.is_missing(i, d) {
                return 0.0;
            }
            let (a, b) = if data.get(i, d) { (a, b) } else { (1.0 - a, 1.0 - b) };
            if a == b { 0.0 } else { libm::log(a) - libm::log(b) }
        };
        pairs.map(of_feature).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_and_weights_sum_to_the_posterior_odds() {
        let mean = |i: usize| 0.1 + 0.08 * ((i % 9 * 5 + i / 9 * 3) % 10) as f64;
        let means: Vec<f64> = (0..27).map(mean).collect();
        let mixture = BernoulliMixture::new([0.5, 0.3, 0.2], means).unwrap();
        let data = BitMatrix::from_fn(4, 9, |i, d| (i * 3 + d * 7) % 5 < 2);
        let resp = mixture.predict_proba(&data).unwrap();
        for (i, a, b) in [(0, 0, 1), (1, 2, 0), (3, 1, 2)] {
            let sum: f64 = mixture.evidence(&data, i, a, b).iter().sum();
            let odds = sum + (mixture.weights()[a] / mixture.weights()[b]).ln();
            assert!((odds - (resp.row(i)[a] / resp.row(i)[b]).ln()).abs() < 1e-9);
        }
    }

    #[test]
    fn the_impossible_is_infinite_and_what_is_not_seen_says_nothing() {
        let mixture = BernoulliMixture::new([0.5; 2], [0.0, 0.5, 1.0, 0.5, 0.25, 1.0]).unwrap();
        let data = BitMatrix::from_fn(1, 3, |_, d| d == 0);
        let hidden = BitMatrix::from_fn(1, 3, |_, d| d == 1);
        let data = data.with_missing(&hidden).unwrap();
        assert_eq!(mixture.evidence(&data, 0, 0, 1), [f64::NEG_INFINITY, 0.0, 0.0]);
    }
}
