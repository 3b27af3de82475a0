//! The likelihood-ratio test for K by parametric bootstrap (McLachlan, *Appl. Statist.* 36, 1987).
//!
//! Between mixtures of K - 1 and of K components twice the log-likelihood ratio does not follow a
//! chi-squared distribution: the null hypothesis lies on the boundary. So its distribution is
//! drawn: samples from the fitted mixture of K - 1, both fitted to each.

use super::sweep::N_SPLITS;
use crate::em::rows::{Rows, gathered};
use crate::em::search::{fit_few, policy::Policy, split_merge::neighbours::split};
use crate::em::{init::Init, observe::Silent, params::FitParams, report::Fit, view::View};
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use crate::record::NInit;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

/// Random starts of either mixture on each sample.
///
/// Warm ones come beside them: from the mixture that the sample was drawn from, and from the fit of
/// K - 1 with each of [`N_SPLITS`] components split.
const N_STARTS: usize = 10;

/// The least `tol` of the fits to samples, in nats per sample: more digits are not needed.
const MIN_TOL: f64 = 1e-8;

/// Statistics closer than this, in nats, are equal: where one more component gains nothing,
/// rounding and `tol` are left.
const TIE: f64 = 1e-5;

/// A test of K components against K - 1.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BootstrapTest {
    /// K.
    pub n_components: usize,
    /// `2 (l_K - l_(K-1))`, l being log-likelihoods in nats.
    pub statistic: f64,
    /// The statistic of every sample (B values), in the order in which they were drawn.
    pub bootstrapped: Vec<f64>,
}

impl BootstrapTest {
    /// b: the number of samples whose statistic is at least the data's, within 1e-5 nats.
    pub fn n_as_large(&self) -> usize {
        self.bootstrapped.iter().filter(|drawn| **drawn >= self.statistic - TIE).count()
    }

    /// `(b + 1) / (B + 1)`, in (0, 1]: the probability of a statistic as large if K - 1 were true.
    pub fn p_value(&self) -> f64 {
        (self.n_as_large() + 1) as f64 / (self.bootstrapped.len() + 1) as f64
    }
}

/// Tests the mixture of `alternative` against that of `null`, which has one component less.
///
/// Both were fitted to `rows` with `params`. `n_bootstrap` samples are drawn from the null
/// hypothesis, each of as many rows as `rows` weigh, with the same entries missing. They are fitted
/// with `params`, but by ten random starts each and a few warm ones, and a `tol` not below 1e-8.
/// They are fitted in parallel, and sample b is drawn by a seed of its own, so the result is the
/// same at any number of threads. After each of them `done` is called, by several threads at a
/// time; the result is `None` if it answers `Break`.
///
/// # Errors
/// As [`fit`](crate::em::fit).
pub fn bootstrap_test<'a>(
    null: &Fit,
    alternative: &Fit,
    rows: impl Into<Rows<'a>>,
    params: &FitParams,
    n_bootstrap: usize,
    done: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<Option<BootstrapTest>> {
    let rows = rows.into();
    let n = rows.n_drawn()?;
    // Rows are drawn in proportion to weights, as many as these add up to.
    let (mut weight, mut drawn_as) = (0.0, Vec::with_capacity(n));
    for i in 0..rows.data.n_samples() {
        weight += rows.weight(i);
        let so_far = (weight / rows.total_weight() * n as f64).round() as usize;
        drawn_as.resize(so_far.min(n), i);
    }
    // Samples are of the features that vary: a pinned one would vary in a sample.
    let view = View::new(&rows, params.alpha);
    let truth = view.mixture(&null.mixture)?;
    let missing = view.rows.data.missing().map(|missing| missing.select(&drawn_as));
    let is_ended = AtomicBool::new(false);
    let drawn = |b: usize| -> Result<Option<f64>> {
        if is_ended.load(Ordering::Relaxed) {
            return Ok(None);
        }
        // Starts draw from the stream of `seed` itself.
        let seed = params.seed.wrapping_add(1 + b as u64);
        let (mut sample, _) = truth.sample(drawn_as.len(), seed)?;
        if let Some(missing) = &missing {
            sample = sample.with_missing(missing)?;
        }
        let statistic = statistic(&Rows::new(&sample), &truth, params)?;
        is_ended.fetch_or(done().is_break(), Ordering::Relaxed);
        Ok(Some(statistic))
    };
    let bootstrapped: Option<Vec<f64>> =
        parallel::try_map(0..n_bootstrap, drawn)?.into_iter().collect();
    Ok(bootstrapped.map(|bootstrapped| BootstrapTest {
        n_components: alternative.mixture.n_components(),
        statistic: 2.0 * (alternative.report.log_likelihood - null.report.log_likelihood),
        bootstrapped,
    }))
}

/// Twice the log-likelihood ratio of one component more on a sample from `truth`.
fn statistic(sample: &Rows, truth: &BernoulliMixture, params: &FitParams) -> Result<f64> {
    let (k, few) = (truth.n_components(), &gathered(sample));
    let best = |k: usize, given: Vec<BernoulliMixture>| {
        let params = params_for(k, params);
        params.check(sample.borrowed())?;
        best(few, &params, given)
    };
    let null = best(k, vec![truth.clone()])?;
    let splits = (0..N_SPLITS.min(k)).map(|rank| split(&null.mixture, k + 1, rank));
    let alternative = best(k + 1, splits.collect::<Result<_>>()?)?;
    Ok(2.0 * (alternative.report.log_likelihood - null.report.log_likelihood))
}

fn params_for(n_components: usize, params: &FitParams) -> FitParams {
    let n_init = NInit::Exactly(if n_components == 1 { 1 } else { N_STARTS });
    FitParams { n_components, n_init, tol: params.tol.max(MIN_TOL), ..params.clone() }
}

/// The best fit to rows that stand for a sample, from random starts and from those given.
fn best(few: &Rows, params: &FitParams, given: Vec<BernoulliMixture>) -> Result<Fit> {
    let fit = |params: &FitParams| {
        fit_few(&Policy::for_params(params), few, params, &mut Silent).map(|(fit, _)| fit)
    };
    let mut best = fit(params)?;
    for start in given {
        let warm = fit(&params.clone().init(Init::From(start)))?;
        if warm.report.objective() > best.report.objective() {
            best = warm;
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::BootstrapTest;

    /// Of six samples one is equal to the data, one is less within rounding, and two are larger.
    #[test]
    fn equal_statistics_count_as_at_least_as_large() {
        let bootstrapped = vec![4.0, 4.0 - 0.9e-5, 4.0 - 1.1e-5, 4.0 + 1e-9, 3.0, 5.0];
        let test = BootstrapTest { n_components: 2, statistic: 4.0, bootstrapped };
        assert_eq!((test.n_as_large(), test.p_value()), (4, 5.0 / 7.0));
    }
}
