//! Rows that a fit does not see: which ones, and how well a mixture predicts them.

use super::sweep::{SweptFit, sweep};
use crate::em::rows::{Rows, gathered};
use crate::em::{observe::Observe, params::FitParams};
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// How well a mixture predicts rows that it was not fitted to.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HeldOut {
    /// The mean log p(x) of all held-out rows, in nats per sample; -inf if one is ruled out.
    pub score: f64,
    /// The standard error of that mean: over rows, or over the folds of a cross-validation. NaN
    /// where it cannot be told, for a single row and for -inf.
    pub standard_error: f64,
}

impl HeldOut {
    /// What `mixture` makes of `rows`, at least one. A row of weight w counts as w rows.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn new<'a>(mixture: &BernoulliMixture, rows: impl Into<Rows<'a>>) -> Result<Self> {
        let rows = &rows.into();
        let rows = gathered(rows);
        let scores = mixture.score_samples(&rows.data)?;
        let n = rows.total_weight();
        let mean = rows.weighted_sum(scores.iter().copied()) / n;
        let squares = scores.iter().map(|score| (score - mean) * (score - mean));
        let standard_error = (rows.weighted_sum(squares) / (n - 1.0) / n).sqrt();
        Ok(Self { score: mean, standard_error })
    }
}

/// The rows 0 to `n_samples - 1` in `n_folds` equal parts, drawn by `seed`, each ascending.
///
/// # Errors
/// [`Error::Parameter`] unless `n_folds` is from 2 to `n_samples`.
pub fn folds(n_samples: usize, n_folds: usize, seed: u64) -> Result<Vec<Vec<usize>>> {
    if !(2..=n_samples).contains(&n_folds) {
        let allowed = format!("from 2 to {n_samples}, the number of rows");
        return Err(Error::parameter("n_folds", n_folds, allowed));
    }
    let order = shuffled(n_samples, seed);
    let part = |f| ascending(order.iter().skip(f).step_by(n_folds).copied());
    Ok((0..n_folds).map(part).collect())
}

/// The rows 0 to `n_samples - 1` in two parts drawn by `seed`, those to train on and a `share` of
/// all that is held out; both ascend.
///
/// # Errors
/// [`Error::Parameter`] unless `share` lies between 0 and 1 and leaves rows to both parts.
pub fn hold_out(n_samples: usize, share: f64, seed: u64) -> Result<[Vec<usize>; 2]> {
    let n = (share * n_samples as f64).round();
    if !(n >= 1.0 && n < n_samples as f64 && share > 0.0 && share < 1.0) {
        let allowed =
            format!("between 0 and 1, and leave some of the {n_samples} rows on both sides");
        return Err(Error::parameter("share", share, allowed));
    }
    let order = shuffled(n_samples, seed);
    let (held, train) = order.split_at(n as usize);
    Ok([ascending(train.iter().copied()), ascending(held.iter().copied())])
}

/// For each K of `ks` and for K = 1, ascending: how well fits to all folds but one predict that
/// one. `None` if the observer interrupts.
///
/// Every fold's fits are those of [`sweep`] on the other folds: they know nothing of its rows.
/// `score` is the mean over all `rows`, each predicted once; `standard_error` is that of the mean
/// of the folds' own means.
///
/// # Errors
/// As [`sweep`], for every part that is fitted.
pub fn cross_validate<'a>(
    rows: impl Into<Rows<'a>>,
    ks: &[usize],
    params: &FitParams,
    folds: &[Vec<usize>],
    observe: &mut dyn Observe,
) -> Result<Option<Vec<HeldOut>>> {
    let rows = rows.into();
    // For each fold its weight, and its mean for each K.
    let mut scores: Vec<(f64, Vec<f64>)> = Vec::new();
    for (f, fold) in folds.iter().enumerate() {
        let found = sweep(rows.select(&all_but(folds, f)), ks, params, observe)?;
        if found.interrupted {
            return Ok(None);
        }
        let held = &rows.select(fold);
        let held = gathered(held);
        let score = |swept: &SweptFit| {
            HeldOut::new(&swept.fit.mixture, held.borrowed()).map(|held_out| held_out.score)
        };
        scores.push((held.total_weight(), found.fits.iter().map(score).collect::<Result<_>>()?));
    }
    let n_ks = scores.first().map_or(0, |(_, of_fold)| of_fold.len());
    let of_k = |i: usize| {
        let total: f64 = scores.iter().map(|(size, of_fold)| size * of_fold[i]).sum();
        let means: Vec<f64> = scores.iter().map(|(_, of_fold)| of_fold[i]).collect();
        let n = means.len() as f64;
        let mean = means.iter().sum::<f64>() / n;
        let squares = means.iter().map(|score| (score - mean) * (score - mean)).sum::<f64>();
        HeldOut {
            score: total / rows.total_weight(),
            standard_error: (squares / (n - 1.0) / n).sqrt(),
        }
    };
    Ok(Some((0..n_ks).map(of_k).collect()))
}

/// The rows of all folds but `f`, ascending: those of the fits that are tried on fold `f`.
pub fn all_but(folds: &[Vec<usize>], f: usize) -> Vec<usize> {
    let others = folds.iter().enumerate().filter(|(other, _)| *other != f);
    ascending(others.flat_map(|(_, rows)| rows.iter().copied()))
}

fn ascending(rows: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut rows: Vec<usize> = rows.collect();
    rows.sort_unstable();
    rows
}

/// The numbers below `n` in an order drawn by `seed` (Fisher & Yates; Durstenfeld, CACM 7, 1964).
fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let other = Uniform::new_inclusive(0, last as u64).map_or(0, |u| u.sample(&mut rng));
        order.swap(last, other as usize);
    }
    order
}
