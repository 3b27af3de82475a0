//! Standard errors by the nonparametric bootstrap: refits to resampled rows, from the model.

use super::standard_errors::StandardErrors;
use crate::em::init::{Init, Streams};
use crate::em::rows::{Margins, Rows};
use crate::em::{params::FitParams, search::fit};
use crate::error::{Error, Result};
use crate::metrics::match_components;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use crate::record::{NInit, StopReason};
use rand_distr::weighted::WeightedIndex;
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What refits to resampled rows say of the parameters.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Bootstrap {
    /// The standard deviation of every parameter over the refits.
    pub errors: StandardErrors,
    /// The number of refits, at least 2.
    pub n_refits: usize,
    /// The number of refits that converged.
    pub n_converged: usize,
}

/// Refits that are held in memory at the same time.
const BATCH: usize = 16;

/// Standard errors of `mixture` from `n_refits` refits to samples of its rows.
///
/// Each sample has N rows, drawn with replacement. Rows with weights are drawn by weight, and N is
/// the sum of the weights. Each refit is one EM run from `mixture` with the `alpha`, `tol`,
/// `max_iter` and `seed` of `params`.
///
/// Components of a refit are matched to those of `mixture` by their means ([`match_components`]).
/// No refit looks for other optima, so the errors are those of this optimum. Means on the boundary
/// are left out, as in [`StandardErrors::by_information`], for the bootstrap fails there (Andrews
/// 2000, *Econometrica* 68). Source: Efron (1979), *Annals of Statistics* 7; Basford et al. (1997),
/// *Computational Statistics* 12, for mixtures.
///
/// # Errors
/// [`Error::Parameter`] for fewer than 2 refits, and every error of [`fit`].
pub fn bootstrap<'a>(
    mixture: &BernoulliMixture,
    rows: impl Into<Rows<'a>>,
    params: &FitParams,
    n_refits: usize,
) -> Result<Bootstrap> {
    let rows = &rows.into();
    if n_refits < 2 {
        return Err(Error::parameter("n_refits", n_refits, "a whole number from 2"));
    }
    let start = if params.alpha > 0.0 {
        mixture.clone()
    } else {
        moved_inside(mixture, rows.total_weight())?
    };
    let params = FitParams {
        n_components: mixture.n_components(),
        init: Init::From(start),
        n_init: NInit::Exactly(1),
        // Shared by the refits that run at the same time.
        memory: params.memory / parallel::n_threads(),
        ..params.clone()
    };
    params.check(rows.borrowed())?;
    let mut streams = Streams::new(params.seed);
    let streams: Vec<_> = (0..n_refits).map(|_| streams.next_stream()).collect();
    let mut sums = vec![(0.0, 0.0); mixture.n_components() + mixture.means().len()];
    let mut n_converged = 0;
    for batch in streams.chunks(BATCH) {
        for (refit, has_converged) in
            parallel::try_map(batch, |rng| refit(rows, &params, rng.clone()))?
        {
            n_converged += usize::from(has_converged);
            add_deviations(&mut sums, mixture, &refit);
        }
    }
    let errors =
        StandardErrors::from_refits(mixture, &Margins::new(rows).varying(), &sums, n_refits);
    Ok(Bootstrap { errors, n_refits, n_converged })
}

/// A refit and whether it converged.
fn refit(
    rows: &Rows,
    params: &FitParams,
    mut rng: Xoshiro256PlusPlus,
) -> Result<(BernoulliMixture, bool)> {
    let mut counts = vec![0.0; rows.data.n_samples()];
    // The weights were checked together with the parameters, so this cannot happen.
    let wrong = |e: &dyn std::fmt::Display| Error::Mixture(e.to_string());
    let n_drawn = rows.n_drawn()?;
    let mut count = |row: usize| counts[row] += 1.0;
    match &rows.weights {
        None => {
            let uniform = Uniform::new(0, rows.data.n_samples().max(1)).map_err(|e| wrong(&e))?;
            uniform.sample_iter(&mut rng).take(n_drawn).for_each(&mut count);
        }
        Some(weights) => {
            let by_weight = WeightedIndex::new(weights.iter()).map_err(|e| wrong(&e))?;
            by_weight.sample_iter(&mut rng).take(n_drawn).for_each(&mut count);
        }
    }
    let drawn = Rows::new(&rows.data).weighted(&counts).labelled(rows.known());
    let fitted = fit(drawn, params).map_err(|error| match error {
        Error::Parameter { .. } => Error::Information("a resample has too few rows".into()),
        error => error,
    })?;
    Ok((fitted.mixture, fitted.report.stop == StopReason::Converged))
}

/// The mixture with half a one and half a zero more in every mean. EM never leaves a mean of
/// exactly 0 or 1, so a refit must not start there.
fn moved_inside(mixture: &BernoulliMixture, n: f64) -> Result<BernoulliMixture> {
    let (weights, mut means) = mixture.clone().into_parts();
    for (mean, weight) in means.chunks_exact_mut(mixture.n_features()).zip(&weights) {
        mean.iter_mut().for_each(|m| *m = (n * weight * *m + 0.5) / (n * weight + 1.0));
    }
    BernoulliMixture::new(weights, means)
}

/// Adds the deviations of `refit` from `mixture`, and their squares. Weights first, then means.
fn add_deviations(sums: &mut [(f64, f64)], mixture: &BernoulliMixture, refit: &BernoulliMixture) {
    let [ours, theirs] = [mixture, refit].map(|of| of.each_mean().collect::<Vec<_>>());
    // As many on both sides, so none is left over.
    let order: Vec<_> = match_components(&ours, &theirs).into_iter().flatten().collect();
    let refit = refit.permuted(&order);
    let ours = mixture.weights().iter().chain(mixture.means());
    let theirs = refit.weights().iter().chain(refit.means());
    for ((sum, squares), (ours, theirs)) in sums.iter_mut().zip(ours.zip(theirs)) {
        *sum += theirs - ours;
        *squares += (theirs - ours) * (theirs - ours);
    }
}
