//! What a fit sees of the rows: the features that vary, each turned so that a one is rarer.
//!
//! **A feature that is the same in every row says nothing of clusters.** It is pinned: its mean is
//! the base rate in every component, so it moves no responsibility and is no parameter. The fit
//! does not see it, so a blank border or a column of zeros changes nothing.
//!
//! **Which value is called one** makes no difference to a Bernoulli mixture: swapping the values of
//! a feature turns its means `mu` into `1 - mu`. It makes a difference to arithmetic. Scores are
//! sums over ones, so few ones are fast and exact. A mean close to 0 keeps digits that a mean close
//! to 1 has lost.

use super::init::Init;
use super::observe::{Iteration, Observe};
use super::params::FitParams;
use super::prior::{BELOW_ONE, Prior};
use super::report::{Fit, FitReport};
use super::rows::{Margins, Rows};
use crate::bits::BitMatrix;
use crate::error::Result;
use crate::mixture::{Assignment, BernoulliMixture};
use crate::scorer::KnownLabels;
use std::borrow::Cow;
use std::sync::Arc;

/// Rows as a fit sees them, and the way back.
pub(crate) struct View<'a> {
    /// The rows that it is a view of.
    data: &'a BitMatrix,
    /// The rows over the features that are seen.
    pub(crate) rows: Rows<'a>,
    /// Centred on the base rates of these features.
    pub(crate) prior: Arc<Prior>,
    /// The features that vary, ascending. If none does, the first one is seen all the same.
    seen: Vec<usize>,
    /// Whether the values of each of them are swapped.
    swapped: Vec<bool>,
    n_varying: usize,
    pinned: Pinned,
}

/// What is known of the features that are not seen.
struct Pinned {
    /// Their means; 0 for those that are seen (D values).
    means: Vec<f64>,
    /// What they add to the log-likelihood of all rows, in nats.
    log_likelihood: f64,
}

impl Pinned {
    fn new(own: &Margins, of_all: &Margins, seen: &[usize], alpha: f64) -> Self {
        let n_features = own.ones.len();
        let mut means: Vec<f64> = (0..n_features).map(|d| of_all.pinned_mean(d, alpha)).collect();
        seen.iter().for_each(|&d| means[d] = 0.0);
        let is_pinned = |d: &usize| seen.binary_search(d).is_err();
        let of_rows = |d: usize| own.observed[d] * of_all.pinned_log_prob(d, alpha);
        let log_likelihood = (0..n_features).filter(is_pinned).map(of_rows).sum();
        Self { means, log_likelihood }
    }
}

impl<'a> View<'a> {
    /// The view of `rows` for a fit with this `alpha`.
    pub(crate) fn new(rows: &'a Rows, alpha: f64) -> Self {
        let margins = Margins::new(rows);
        Self::centred(rows, &margins, &margins, alpha)
    }

    /// The view of a part of some rows. The margins of all rows say what varies, and where the
    /// prior is centred.
    pub(crate) fn of_part(rows: &'a Rows, of_all: &Margins, alpha: f64) -> Self {
        Self::centred(rows, &Margins::new(rows), of_all, alpha)
    }

    fn centred(rows: &'a Rows, own: &Margins, of_all: &Margins, alpha: f64) -> Self {
        let mut seen = of_all.varying();
        let n_varying = seen.len();
        if n_varying == 0 {
            seen.extend((0..rows.data.n_features()).take(1));
        }
        let swapped: Vec<bool> = seen.iter().map(|&d| own.is_mostly_one(d)).collect();
        let rate = |(&d, &is_swapped): (&usize, &bool)| {
            if is_swapped { of_all.rate_of_zeros(d) } else { of_all.base_rate(d) }
        };
        let rates = seen.iter().zip(&swapped).map(rate).collect();
        Self {
            data: &rows.data,
            rows: Rows { data: seen_of(&rows.data, &seen, &swapped), ..rows.borrowed() },
            prior: Arc::new(Prior::centred(alpha, rates)),
            pinned: Pinned::new(own, of_all, &seen, alpha),
            seen,
            swapped,
            n_varying,
        }
    }

    /// The number of features that vary.
    pub(crate) fn n_varying(&self) -> usize {
        self.n_varying
    }

    /// The features that are seen, ascending.
    pub(crate) fn features(&self) -> &[usize] {
        &self.seen
    }

    /// A mixture over all features as one over those that are seen.
    pub(crate) fn mixture(&self, of_all: &BernoulliMixture) -> Result<BernoulliMixture> {
        let of_component = |mean: &[f64]| {
            let seen = self.seen.iter().zip(&self.swapped);
            seen.map(|(&d, &swapped)| turned(mean[d], swapped)).collect::<Vec<_>>()
        };
        let means: Vec<f64> = of_all.each_mean().flat_map(of_component).collect();
        BernoulliMixture::new(of_all.weights(), means)
    }

    /// A mixture over the features that are seen as one over all features.
    pub(crate) fn restored(&self, seen: &BernoulliMixture) -> Result<BernoulliMixture> {
        let mut means = self.pinned.means.repeat(seen.n_components());
        let of_components = means.chunks_exact_mut(self.pinned.means.len());
        for (mean, of_seen) in of_components.zip(seen.each_mean()) {
            let places = self.seen.iter().zip(&self.swapped).zip(of_seen);
            places.for_each(|((&d, &swapped), &m)| mean[d] = turned(m, swapped));
        }
        BernoulliMixture::new(seen.weights(), means)
    }

    /// Parameters for the rows as they are seen: a mixture to begin from is seen alike.
    pub(crate) fn params(&self, params: &FitParams) -> Result<FitParams> {
        let init = match &params.init {
            Init::From(mixture) => Init::From(self.mixture(mixture)?),
            other => other.clone(),
        };
        Ok(FitParams { init, ..params.clone() })
    }

    /// A fit to the rows as they are seen as one of all features.
    pub(crate) fn restored_fit(&self, fit: Fit) -> Result<Fit> {
        let mixture = self.restored(&fit.mixture)?;
        Ok(Fit { mixture, report: shifted(fit.report, self.pinned.log_likelihood), ..fit })
    }

    /// What a mixture over the features that are seen says of every row, with all its features (N
    /// values). `label_of` holds the label of each component, or nothing.
    pub(crate) fn assignments(
        &self,
        seen: &BernoulliMixture,
        label_of: &[Option<u32>],
    ) -> Result<Vec<Assignment>> {
        let known = KnownLabels { of_row: &self.rows.labels, of_component: label_of };
        self.restored(seen)?.assign_known(self.data, known)
    }

    /// An observer of a fit to the rows as they are seen, who is told the scores of all features.
    pub(crate) fn observed_by<'o>(&self, observe: &'o mut dyn Observe) -> impl Observe + use<'o> {
        let shift = self.pinned.log_likelihood / self.rows.total_weight();
        move |news: &Iteration| observe.iteration(&Iteration { score: news.score + shift, ..*news })
    }
}

/// These features of `data`, some of them with ones and zeros swapped.
fn seen_of<'a>(data: &'a BitMatrix, seen: &[usize], swapped: &[bool]) -> Cow<'a, BitMatrix> {
    let mut of_seen = Cow::Borrowed(data);
    if seen.len() < data.n_features() {
        of_seen = Cow::Owned(of_seen.with_features(seen));
    }
    if swapped.contains(&true) {
        of_seen = Cow::Owned(of_seen.with_swapped(swapped));
    }
    of_seen
}

/// A mean of a feature whose values are perhaps `swapped`.
///
/// A mean of exactly 1 makes every zero impossible. Rounding of `1 - mean` must not do that.
fn turned(mean: f64, swapped: bool) -> f64 {
    match () {
        () if !swapped => mean,
        () if mean == 0.0 => 1.0,
        () => (1.0 - mean).min(BELOW_ONE),
    }
}

/// A report with `shift` nats more in every objective.
fn shifted(mut report: FitReport, shift: f64) -> FitReport {
    report.objective_history.iter_mut().for_each(|objective| *objective += shift);
    report.starts.iter_mut().for_each(|start| start.objective += shift);
    report.runner_up.iter_mut().for_each(|next| next.objective += shift);
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_has_the_features_that_vary_with_at_most_half_ones_in_each() {
        let data = BitMatrix::from_fn(9, 21, |i, d| d == 20 || (i * 7 + d * 5) % 23 < d);
        let rows = Rows::new(&data);
        let view = View::new(&rows, 0.0);
        let sums = view.rows.data.column_sums();
        assert!(sums.iter().all(|&sum| (1..=4).contains(&sum)), "{sums:?}");
        assert_eq!(
            view.features().len(),
            data.column_sums().iter().filter(|&&s| s % 9 > 0).count()
        );
        let rows = view.rows.borrowed();
        assert!(matches!(View::new(&rows, 0.0).rows.data, Cow::Borrowed(_)));
    }

    #[test]
    fn a_mixture_comes_back_with_its_pinned_means() {
        let data =
            BitMatrix::from_fn(8, 4, |i, d| d == 1 || (d == 2 && i < 6) || (d == 3 && i < 2));
        let rows = Rows::new(&data);
        let means = vec![0.3, 0.6, 0.75, 0.25, 0.1, 0.2, 1.0, 1e-300];
        let mixture = BernoulliMixture::new([0.5; 2], means).unwrap();
        for (alpha, zero, one) in [(0.0, 0.0, 1.0), (2.0, 0.5 / 9.0, 8.5 / 9.0)] {
            let view = View::new(&rows, alpha);
            let seen = view.mixture(&mixture).unwrap();
            assert_eq!(seen.means(), [0.25, 0.25, 0.0, 1e-300]);
            let back = view.restored(&seen).unwrap();
            assert_eq!(back.means(), [zero, one, 0.75, 0.25, zero, one, 1.0, 1e-300]);
            assert_eq!((view.prior.base_rate(0), view.prior.base_rate(1)), (2.5 / 9.0, 2.5 / 9.0));
        }
    }

    #[test]
    fn a_rare_one_does_not_become_impossible() {
        assert_eq!(turned(1e-300, true), BELOW_ONE);
        assert_eq!((turned(0.0, true), turned(1.0, true), turned(0.3, false)), (1.0, 0.0, 0.3));
    }
}
