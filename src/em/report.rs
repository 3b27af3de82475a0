//! What a fit reports beside the mixture.

use crate::mixture::BernoulliMixture;
use crate::record::{Criteria, Diagnosis, StopReason};
use std::collections::BTreeSet;

/// The outcome of a fit.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Fit {
    /// The best mixture found, components in order of descending weight.
    pub mixture: BernoulliMixture,
    /// The label of each component (K), where labels were known; else empty.
    pub label_of: Vec<Option<u32>>,
    /// How it was found.
    pub report: FitReport,
}

/// How the best mixture was found.
///
/// A fit by label joins the fits of all labels. Its own report has no starts, and its objective is
/// the log-likelihood of rows and labels.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct FitReport {
    /// Iterations of the best start, as [`StartReport::n_iter`]. By label, the sum over all labels.
    pub n_iter: usize,
    /// Why the fit ended: `Interrupted` if any start was, else as the best start did. Of a fit by
    /// label, the worst reason of all labels.
    pub stop: StopReason,
    /// The objective, log-likelihood plus log prior, in total nats (`n_iter + 1` values).
    ///
    /// The first one is that of the best start's initial parameters; then one follows for each of
    /// its iterations. A fit by label has one value, [`Self::log_likelihood`], without a prior.
    #[cfg_attr(feature = "serde", serde(with = "any_numbers"))]
    pub objective_history: Vec<f64>,
    /// Log-likelihood of the returned mixture, in total nats. Rows count as much as they weigh.
    ///
    /// Where a row's label was known it is that of the row and its label.
    #[cfg_attr(feature = "serde", serde(with = "any_number"))]
    pub log_likelihood: f64,
    /// The entropy of the responsibilities, a weighted sum over rows, in total nats. Rows of which
    /// all is missing are left out.
    pub entropy: f64,
    /// The sum of the rows' weights: N if they have none.
    pub total_weight: f64,
    /// The same without rows of which all is missing: the N of the criteria.
    pub answered_weight: f64,
    /// The number of free parameters: K - 1 weights, and K means of each feature that is not the
    /// same in every row.
    pub n_parameters: usize,
    /// The index of the best start in `starts`; 0 for a fit by label.
    pub best_start: usize,
    /// Every start, in order; none for a fit by label.
    pub starts: Vec<StartReport>,
    /// The best of the starts that ended in another, lower optimum. `None` if none did, if the fit
    /// was interrupted, or for a fit by label.
    pub runner_up: Option<RunnerUp>,
    /// Of a fit by label, the report of each label's own fit, in the order of the labels.
    pub by_label: Vec<FitReport>,
    /// What may be wrong with the fit; mostly empty.
    pub diagnoses: Vec<Diagnosis>,
    /// How far the returned mixture is from stationary: what one more M-step would gain at least,
    /// in nats per sample.
    ///
    /// To leading order that is half of the squared norm of the objective's gradient. It is at
    /// least 0, and infinite where a row is impossible. Means on the boundary are held to the
    /// condition of Karush, Kuhn and Tucker: they count if the objective rises from there. A
    /// component whose weight is exactly 0 is not examined.
    #[cfg_attr(feature = "serde", serde(with = "any_number"))]
    pub gradient_residual: f64,
}

/// The next optimum of a fit, after the best one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct RunnerUp {
    /// The index of a start that ended there.
    pub start: usize,
    /// Its objective, total nats.
    #[cfg_attr(feature = "serde", serde(with = "any_number"))]
    pub objective: f64,
    /// The adjusted Rand index of its partition of the rows and that of the best optimum: 1 where
    /// they are the same.
    ///
    /// `None` where there are too many components to be counted against each other.
    pub ari: Option<f64>,
}

/// One start.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct StartReport {
    /// Iterations done: moves to other parameters, by an M-step or by an extrapolation beyond one.
    pub n_iter: usize,
    /// How many of them were extrapolations; 0 without acceleration.
    pub n_extrapolations: usize,
    /// Extrapolations that were scored, lost ground and were not accepted.
    ///
    /// The run took `1 + n_iter + n_rejected` E-steps, the first on the initial parameters.
    pub n_rejected: usize,
    /// The objective reached, total nats.
    #[cfg_attr(feature = "serde", serde(with = "any_number"))]
    pub objective: f64,
    /// Why it ended.
    pub stop: StopReason,
    /// The start from whose end it went on: by splits and merges, from smoother means, to a finer
    /// tolerance, or from a sample to other rows. `None` if it was initialised anew.
    pub moved_from: Option<usize>,
    /// Whether it began at the fit of another K, split or merged, in a sweep.
    pub is_warm: bool,
    /// How many rows it ran on, if on a sample; its objective is then scaled to all rows.
    pub n_sampled: Option<usize>,
}

/// Starts that end within this many nats per sample of the best objective have reached it.
pub const SAME_OPTIMUM: f64 = 1e-4;

/// How a start stops that was run to its end.
const ENDED: [StopReason; 2] = [StopReason::Converged, StopReason::MaxIter];

impl FitReport {
    /// The information criteria of the fit.
    pub fn criteria(&self) -> Criteria {
        let Self { n_parameters, answered_weight: n, log_likelihood, entropy, .. } = *self;
        Criteria::new(n_parameters, n, log_likelihood, entropy)
    }

    /// The objective of the returned mixture as the fit computed it: total nats.
    pub fn objective(&self) -> f64 {
        self.objective_history.last().copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// Starts that were run to their end.
    pub fn finished(&self) -> impl Iterator<Item = &StartReport> {
        self.starts.iter().filter(|start| ENDED.contains(&start.stop))
    }

    /// How many starts reached the best objective, within [`SAME_OPTIMUM`]; 0 if none was finished.
    ///
    /// Starts that came from the same one count once. Those that began at the fit of another K
    /// count only where no other start got there. Of a fit by label, the label whose best
    /// objective was reached least often counts.
    pub fn n_best(&self) -> usize {
        if let Some(least) = self.by_label.iter().map(Self::n_best).min() {
            return least;
        }
        let objectives = self.finished().map(|start| start.objective);
        let near = objectives.fold(f64::NEG_INFINITY, f64::max) - SAME_OPTIMUM * self.total_weight;
        let is_near = |start: &StartReport| {
            ENDED.contains(&start.stop) && start.objective >= near && start.n_sampled.is_none()
        };
        let reached = || (0..self.starts.len()).filter(|&i| is_near(&self.starts[i]));
        // Starts that go back to the same one are one witness.
        let origin = |i: &usize| self.starts.get(*i).and_then(|start| start.moved_from);
        let own = reached().filter(|&i| !self.starts[i].is_warm);
        let own: BTreeSet<_> =
            own.filter_map(|start| std::iter::successors(Some(start), origin).last()).collect();
        own.len().max(reached().count().min(1))
    }
}

/// Numbers that may be infinite. Formats for people to read, such as JSON, get the text `inf` or
/// `-inf`, for JSON itself has no such number.
#[cfg(feature = "serde")]
mod any_number {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum NumberOrText {
        Number(f64),
        Text(String),
    }

    pub(super) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        if value.is_finite() || !to.is_human_readable() {
            return to.serialize_f64(*value);
        }
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        if !from.is_human_readable() {
            return f64::deserialize(from);
        }
        match NumberOrText::deserialize(from)? {
            NumberOrText::Number(value) => Ok(value),
            NumberOrText::Text(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

/// As [`any_number`], for a list of them.
#[cfg(feature = "serde")]
mod any_numbers {
    use serde::de::{Deserialize, Deserializer};
    use serde::ser::Serializer;

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(transparent)]
    struct AnyNumber(#[serde(with = "super::any_number")] f64);

    pub(super) fn serialize<S: Serializer>(values: &[f64], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(values.iter().map(|value| AnyNumber(*value)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
        let values = Vec::<AnyNumber>::deserialize(from)?;
        Ok(values.into_iter().map(|AnyNumber(value)| value).collect())
    }
}

#[cfg(test)]
#[cfg(feature = "serde")]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;
    use crate::em::{FitParams, Init, NInit, fit};

    #[test]
    fn a_report_comes_back_from_json_with_infinite_numbers_too() {
        // The given mixture rules out every row, and no iteration is left to change that.
        let given = BernoulliMixture::new([1.0], [0.0; 3]).unwrap();
        let params = FitParams { max_iter: 0, n_init: NInit::Exactly(1), ..FitParams::new(1) };
        let ones = BitMatrix::from_fn(4, 3, |_, _| true);
        let impossible = fit(&ones, &params.clone().alpha(0.0).init(Init::From(given))).unwrap();
        assert_eq!(impossible.report.log_likelihood, f64::NEG_INFINITY);
        assert_eq!(impossible.report.gradient_residual, f64::INFINITY);
        let usual = fit(&BitMatrix::from_fn(4, 3, |i, d| i == d), &FitParams::new(1)).unwrap();
        for report in [impossible.report, usual.report] {
            let text = serde_json::to_string(&report).unwrap();
            assert_eq!(serde_json::from_str::<FitReport>(&text).unwrap(), report, "{text}");
        }
    }
}
