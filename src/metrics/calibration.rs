//! How good the probabilities of a classifier are: log loss, Brier score, calibration error.

use crate::error::{Error, Result};

/// Bins of equal width over the confidences from 0 to 1 (Guo et al. 2017 take 15, Naeini et al.
/// 2015 take 10).
pub const N_BINS: usize = 10;

/// The forecast for one sample, held against its label.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Judged {
    /// The label with the greatest probability, below L; the first one among equals.
    pub predicted: usize,
    /// Its probability.
    pub confidence: f64,
    /// The probability of the true label, 0 for one that the classifier does not know.
    pub of_truth: f64,
    /// `sum_l (p_l - o_l)^2`, `o_l` being 1 for the true label and 0 for the others: from 0 to 2.
    pub brier: f64,
    /// Whether the predicted label is the true one.
    pub is_right: bool,
    /// How much the sample counts, above 0; 1 if not set.
    pub weight: f64,
}

impl Judged {
    /// Judges a forecast: the probabilities of all labels (L values, summing to 1). `truth` is
    /// `None` for a label that is not among them; then nothing could be right.
    pub fn new(forecast: &[f64], truth: Option<usize>) -> Self {
        // `max_by` takes the last of equals: reversed, the lowest label wins a tie.
        let best = forecast.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1));
        let (predicted, confidence) = best.map_or((0, 0.0), |(label, &p)| (label, p));
        let of_truth = truth.and_then(|label| forecast.get(label)).copied().unwrap_or(0.0);
        let squares: f64 = forecast.iter().map(|p| p * p).sum();
        let is_right = truth == Some(predicted);
        // One square is (1 - p)^2 instead of p^2.
        let brier = squares + 1.0 - 2.0 * of_truth;
        Self { predicted, confidence, of_truth, brier, is_right, weight: 1.0 }
    }
}

/// What the forecasts of a classifier are worth on a data set.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Calibration {
    /// The part of all samples whose predicted label is the true one, in [0, 1].
    pub accuracy: f64,
    /// The mean of `-log p(true label)` in nats, from 0; infinite if a true label had p = 0.
    pub log_loss: f64,
    /// The mean of [`Judged::brier`], from 0 to 2 (Brier 1950, over all labels).
    pub brier: f64,
    /// The expected calibration error over [`N_BINS`] bins of equal width, in [0, 1]: `sum_b n_b /
    /// n |accuracy_b - mean confidence_b|` (Naeini, Cooper and Hauskrecht 2015, *AAAI*; Guo et al.
    /// 2017, *ICML*, eq. 3).
    pub calibration_error: f64,
    /// The reliability table: every bin that holds samples, by rising confidence.
    pub bins: Vec<Bin>,
}

/// Samples of about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Bin {
    /// Confidences above this (the lowest bin holds 0 too) ...
    pub above: f64,
    /// ... and up to this one.
    pub up_to: f64,
    /// The weight of the samples in it: their number, if each counts as one.
    pub count: f64,
    /// The mean of their confidences.
    pub confidence: f64,
    /// The part of them whose predicted label is the true one.
    pub accuracy: f64,
}

impl Calibration {
    /// The scores of some judged samples.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there are none.
    pub fn new(samples: &[Judged]) -> Result<Self> {
        if samples.is_empty() {
            return Err(Error::parameter("samples", 0, "at least 1"));
        }
        let n: f64 = samples.iter().map(|sample| sample.weight).sum();
        let mean = |of: fn(&Judged) -> f64| {
            samples.iter().map(|sample| sample.weight * of(sample)).sum::<f64>() / n
        };
        let bins = bins(samples);
        let gap = |bin: &Bin| bin.count / n * (bin.accuracy - bin.confidence).abs();
        Ok(Self {
            accuracy: mean(|sample| f64::from(u8::from(sample.is_right))),
            // No -0.
            log_loss: 0.0 - mean(|sample| libm::log(sample.of_truth.min(1.0))),
            brier: mean(|sample| sample.brier),
            calibration_error: bins.iter().map(gap).sum(),
            bins,
        })
    }
}

fn bins(samples: &[Judged]) -> Vec<Bin> {
    let mut sums = [(0.0, 0.0, 0.0); N_BINS];
    for sample in samples {
        // Closed above, as in Guo et al.: a confidence of 1 is in the last bin.
        let place = (sample.confidence * N_BINS as f64).ceil() as usize;
        let (count, confidence, hits) = &mut sums[place.clamp(1, N_BINS) - 1];
        *count += sample.weight;
        *confidence += sample.weight * sample.confidence;
        *hits += sample.weight * f64::from(u8::from(sample.is_right));
    }
    let bin = |(place, (count, confidence, hits)): (usize, (f64, f64, f64))| {
        let [above, up_to] = [place, place + 1].map(|edge| edge as f64 / N_BINS as f64);
        Bin { above, up_to, count, confidence: confidence / count, accuracy: hits / count }
    };
    sums.into_iter().enumerate().filter(|(_, (count, ..))| *count > 0.0).map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_close;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_forecasts_by_hand() {
        let samples =
            [Judged::new(&[0.7, 0.2, 0.1], Some(0)), Judged::new(&[0.1, 0.5, 0.4], Some(2))];
        let scores = Calibration::new(&samples).unwrap();
        assert_close(scores.accuracy, 0.5);
        assert_close(scores.log_loss, -(0.7_f64.ln() + 0.4_f64.ln()) / 2.0);
        assert_close(scores.brier, ((0.09 + 0.04 + 0.01) + (0.01 + 0.25 + 0.36)) / 2.0);
        // In bins of their own: one right at 0.7, one wrong at 0.5.
        assert_close(scores.calibration_error, 0.5 * 0.3 + 0.5 * 0.5);
        assert_eq!(scores.bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [1.0, 1.0]);
        assert_eq!((scores.bins[0].above, scores.bins[0].up_to), (0.4, 0.5));
    }

    #[test]
    fn one_who_says_70_percent_and_is_right_in_70_of_100_is_calibrated() {
        let [right, wrong] = [0, 1].map(|truth| Judged::new(&[0.7, 0.3], Some(truth)));
        let samples = [vec![right; 70], vec![wrong; 30]].concat();
        let scores = Calibration::new(&samples).unwrap();
        assert!(scores.calibration_error < 1e-12);
        assert_close(scores.brier, 2.0 * 0.7 * 0.3);
    }

    #[test]
    fn a_weight_counts_as_repetition() {
        let one = Judged::new(&[0.7, 0.3], Some(0));
        let other = Judged::new(&[0.4, 0.6], Some(0));
        let weighted = Calibration::new(&[Judged { weight: 3.0, ..one }, other]).unwrap();
        let repeated = Calibration::new(&[one, one, one, other]).unwrap();
        assert_close(weighted.log_loss, repeated.log_loss);
        assert_close(weighted.calibration_error, repeated.calibration_error);
        assert_eq!(weighted.bins[1].count, repeated.bins[1].count);
    }

    #[test]
    fn certainty_is_worth_all_or_nothing() {
        let right = Calibration::new(&[Judged::new(&[1.0, 0.0], Some(0))]).unwrap();
        assert_eq!((right.log_loss, right.brier, right.calibration_error), (0.0, 0.0, 0.0));
        assert!(right.log_loss.is_sign_positive());
        let wrong = Calibration::new(&[Judged::new(&[1.0, 0.0], Some(1))]).unwrap();
        assert_eq!((wrong.log_loss, wrong.brier), (f64::INFINITY, 2.0));
        assert_eq!((wrong.calibration_error, wrong.accuracy), (1.0, 0.0));
    }

    #[test]
    fn a_label_that_the_classifier_does_not_know_is_never_right() {
        let judged = Judged::new(&[0.5, 0.5], None);
        assert!(!judged.is_right);
        assert_eq!((judged.predicted, judged.of_truth), (0, 0.0));
        assert_close(judged.brier, 1.5);
        assert!(Calibration::new(&[]).is_err());
    }

    proptest! {
        #[test]
        fn scores_stay_in_range_and_bins_hold_all(
            rows in prop::collection::vec(
                (prop::collection::vec(0.0..1.0_f64, 4), 0_usize..4),
                1..80,
            )
        ) {
            let samples: Vec<Judged> = rows.iter().map(|(values, truth)| {
                let sum = values.iter().sum::<f64>() + 1e-9;
                let forecast: Vec<f64> = values.iter().map(|v| (v + 0.25e-9) / sum).collect();
                Judged::new(&forecast, Some(*truth))
            }).collect();
            let scores = Calibration::new(&samples).unwrap();
            prop_assert!((0.0..=1.0).contains(&scores.accuracy) && scores.log_loss >= 0.0);
            prop_assert!((-1e-12..=2.0).contains(&scores.brier));
            prop_assert!((0.0..=1.0).contains(&scores.calibration_error));
            let n: f64 = scores.bins.iter().map(|bin| bin.count).sum();
            prop_assert_eq!(n, rows.len() as f64);
            for bin in &scores.bins {
                prop_assert!(bin.above - 1e-12 <= bin.confidence);
                prop_assert!(bin.confidence <= bin.up_to + 1e-12);
            }
            // Whatever the bins, the error is at least the gap of the means.
            let confidence: f64 = samples.iter().map(|s| s.confidence).sum::<f64>() / n;
            prop_assert!(scores.calibration_error >= (scores.accuracy - confidence).abs() - 1e-12);
        }
    }
}
