//! The difference of two models' log-likelihoods on the same samples, and how well it is known.

/// A mean difference and its standard error, both in the unit of the scores: nats per sample.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The mean of `a_i - b_i`.
    pub mean: f64,
    /// The standard deviation of the differences over the square root of their number.
    pub standard_error: f64,
}

impl Difference {
    /// The mean of `a_i - b_i` over N samples, weighted by `weight(i)`, and its standard error.
    ///
    /// `None` if the weights sum to 1 or less, or if the mean is not finite. Mean and error are
    /// numerator and denominator of the statistic of Vuong (1989), *Econometrica* 57. His tests
    /// suppose models that do not overlap, fitted to these samples; that is not checked here.
    ///
    /// # Panics
    /// If the two are not of one length.
    pub fn new(a: &[f64], b: &[f64], weight: impl Fn(usize) -> f64) -> Option<Self> {
        assert_eq!(a.len(), b.len(), "scores of other samples");
        let n: f64 = (0..a.len()).map(&weight).sum();
        // Samples without weight are left out, even with infinite scores.
        let counted = (0..a.len()).map(|i| (weight(i), i)).filter(|(w, _)| *w > 0.0);
        let differences: Vec<(f64, f64)> = counted.map(|(w, i)| (w, a[i] - b[i])).collect();
        let mean = differences.iter().map(|(w, d)| w * d).sum::<f64>() / n;
        let squares: f64 = differences.iter().map(|(w, d)| w * (d - mean).powi(2)).sum();
        let is_known = n > 1.0 && mean.is_finite();
        is_known.then(|| Self { mean, standard_error: (squares / (n - 1.0) / n).sqrt() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_by_hand() {
        let found = Difference::new(&[1.0, 2.0, 3.0, 6.0], &[0.0, 0.0, 0.0, 0.0], |_| 1.0).unwrap();
        assert_eq!(found.mean, 3.0);
        assert!((found.standard_error - (14.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn a_sample_of_weight_three_is_three_samples() {
        let weighted =
            Difference::new(&[1.0, 2.5, 9.0], &[0.0; 3], |i| [3.0, 2.0, 0.0][i]).unwrap();
        let repeated = Difference::new(&[1.0, 1.0, 1.0, 2.5, 2.5], &[0.0; 5], |_| 1.0).unwrap();
        assert!((weighted.mean - repeated.mean).abs() < 1e-15);
        assert!((weighted.standard_error - repeated.standard_error).abs() < 1e-15);
    }

    #[test]
    fn equal_scores_do_not_differ_and_are_known_exactly() {
        let found = Difference::new(&[-3.0, -7.5], &[-3.0, -7.5], |_| 1.0).unwrap();
        assert_eq!((found.mean, found.standard_error), (0.0, 0.0));
    }

    #[test]
    fn there_is_none_for_one_sample_or_impossible_ones() {
        assert_eq!(Difference::new(&[1.0], &[0.0], |_| 1.0), None);
        let impossible = f64::NEG_INFINITY;
        assert_eq!(Difference::new(&[1.0, impossible], &[0.0, 0.0], |_| 1.0), None);
        assert_eq!(Difference::new(&[1.0, impossible], &[0.0, impossible], |_| 1.0), None);
    }
}
