//! The observed information of a mixture: how sharply the objective bends at its parameters.
//!
//! `p(x)` is linear in every single weight and mean, so its second derivatives are products. With
//! the responsibilities `r_k`, `t_k = r_k / pi_k` and `s_kd = (x_d - mu_kd) / (mu_kd (1 - mu_kd))`:
//!
//! ```text
//! score        g = d log p(x)            t_k for pi_k,  r_k s_kd for mu_kd
//! information  -d^2 log p(x) = g g' - C  with C: t_k s_kd for pi_k and mu_kd,
//!                                                r_k s_kd s_ke for mu_kd and mu_ke, d != e,
//!                                                0 for all other pairs
//! ```
//!
//! This is the exact observed information of Louis (1982), *Journal of the Royal Statistical
//! Society* B 44, for this model. The sum of the `g g'` alone is the empirical information of
//! Berndt, Hall, Hall and Hausman (1974), which poLCA takes.

use crate::em::diagnose::is_on_boundary;
use crate::em::{prior::Prior, rows::Rows};
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use nalgebra::{DMatrix, DMatrixViewMut};
use std::ops::SubAssign;

/// Rows whose derivatives are held at the same time.
const ROWS: usize = 512;
/// Columns of the matrix that one thread adds to.
const COLUMNS: usize = 64;

/// The free parameters of a mixture: those that have a standard error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FreeParameters {
    /// Components with weight, each with the features whose means are inside (0, 1).
    means: Vec<(usize, Vec<usize>)>,
    /// The place in `means` of the heaviest component, whose weight is one minus all others.
    reference: usize,
}

impl FreeParameters {
    /// The free parameters of `mixture`. Means on the boundary are held fixed, as are components
    /// without weight. Other programs fix logits beyond 15, which is 3e-7, in the same way.
    pub(crate) fn new(mixture: &BernoulliMixture) -> Self {
        let of_component = |k: usize| {
            let mean = mixture.mean(k);
            (k, (0..mean.len()).filter(|&d| !is_on_boundary(mean[d])).collect())
        };
        let weights = mixture.weights();
        let means: Vec<_> =
            (0..weights.len()).filter(|&k| weights[k] > 0.0).map(of_component).collect();
        let weight = |place: usize| weights[means[place].0];
        // `max_by` takes the last of equals: reversed, the first one wins a tie.
        let heaviest = (0..means.len()).rev().max_by(|&a, &b| weight(a).total_cmp(&weight(b)));
        Self { reference: heaviest.unwrap_or(0), means }
    }

    /// The component whose weight follows from the others.
    pub(crate) fn reference(&self) -> usize {
        self.means[self.reference].0
    }

    /// The free parameters in the order of the matrix: the weights without that of the reference,
    /// then the means.
    pub(crate) fn list(&self) -> Vec<Parameter> {
        let of_component = |(k, features): &(usize, Vec<usize>)| {
            let k = *k;
            features.iter().map(move |&d| Parameter::Mean { component: k, feature: d }).collect()
        };
        let weights = self.means.iter().map(|(k, _)| Parameter::Weight { component: *k });
        let weights = weights.enumerate().filter(|(place, _)| *place != self.reference);
        let means = self.means.iter().flat_map(|of| -> Vec<_> { of_component(of) });
        weights.map(|(_, weight)| weight).chain(means).collect()
    }

    /// The number of weights, that of the reference included, and of free means.
    fn n_derivatives(&self) -> usize {
        self.means.iter().map(|(_, features)| 1 + features.len()).sum()
    }

    /// The place of the first mean of each component among the derivatives.
    fn offsets(&self) -> Vec<usize> {
        let lengths = self.means.iter().map(|(_, features)| features.len());
        let add = |next: &mut usize, length| {
            let first = *next;
            *next += length;
            Some(first)
        };
        lengths.scan(self.means.len(), add).collect()
    }
}

/// A parameter that has a standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    Weight { component: usize },
    Mean { component: usize, feature: usize },
}

impl Parameter {
    /// This parameter, its feature being one of some `features`, among all features.
    pub(crate) fn of(self, features: &[usize]) -> Self {
        match self {
            Self::Mean { component, feature } => {
                Self::Mean { component, feature: features[feature] }
            }
            Self::Weight { .. } => self,
        }
    }
}

/// The observed information at `mixture`: minus the second derivatives of the objective, which is
/// the log-likelihood plus the log prior. Rows and columns are those of [`FreeParameters::list`].
///
/// A row of weight w counts as w rows. A missing entry says nothing of its mean. A row whose label
/// is known belongs to the components of that label. Sums run over the rows in their order, at any
/// number of threads. Last digits of nalgebra's matrix products may differ between processors.
///
/// # Errors
/// [`crate::error::Error::Features`] if the rows do not have D features.
pub(crate) fn observed_information(
    mixture: &BernoulliMixture,
    free: &FreeParameters,
    rows: &Rows,
    prior: &Prior,
) -> Result<DMatrix<f64>> {
    let n = free.n_derivatives();
    let mut information = DMatrix::zeros(n, n);
    let n_samples = rows.data.n_samples();
    for first in (0..n_samples).step_by(ROWS) {
        let some: Vec<usize> = (first..n_samples.min(first + ROWS)).collect();
        let block = Derivatives::new(mixture, free, &rows.select(&some))?;
        block.add_to(&mut information, free);
    }
    add_prior(&mut information, mixture, free, prior);
    Ok(on_simplex(information, free))
}

/// Derivatives of log p(x) for some rows: one row for each, times the root of its weight.
struct Derivatives {
    /// The scores `g`: rows x derivatives.
    scores: DMatrix<f64>,
    /// For each component `sqrt(r_k) s_kd`: rows x its free features; and `sqrt(r_k) / pi_k`.
    complete: Vec<(DMatrix<f64>, DMatrix<f64>)>,
}

impl Derivatives {
    fn new(mixture: &BernoulliMixture, free: &FreeParameters, rows: &Rows) -> Result<Self> {
        let bits = &rows.data;
        let resp =
            mixture.map_known_rows(bits, rows.known(), |_, _, resp| resp.collect::<Vec<_>>())?;
        let n = bits.n_samples();
        let mut scores = DMatrix::zeros(n, free.n_derivatives());
        let mut complete = Vec::with_capacity(free.means.len());
        for (place, ((k, features), first)) in free.means.iter().zip(free.offsets()).enumerate() {
            let weight = mixture.weights()[*k];
            let root = |i: usize| rows.weight(i).sqrt();
            let s = DMatrix::from_fn(n, features.len(), |i, f| {
                let d = features[f];
                let seen = (!bits.is_missing(i, d)).then(|| bits.get(i, d));
                seen.map_or(0.0, |bit| mean_score(bit, mixture.mean(*k)[d]))
            });
            let column = DMatrix::from_fn(n, 1, |i, _| root(i) * resp[i][*k] / weight);
            scores.view_mut((0, place), (n, 1)).copy_from(&column);
            let means =
                DMatrix::from_fn(n, features.len(), |i, f| root(i) * resp[i][*k] * s[(i, f)]);
            scores.view_mut((0, first), (n, features.len())).copy_from(&means);
            let half = |i: usize| root(i) * resp[i][*k].sqrt();
            let of_weight = DMatrix::from_fn(n, 1, |i, _| half(i) / weight);
            let of_means = DMatrix::from_fn(n, features.len(), |i, f| half(i) * s[(i, f)]);
            complete.push((of_means, of_weight));
        }
        Ok(Self { scores, complete })
    }

    /// Adds `g g' - C` of all rows.
    fn add_to(&self, information: &mut DMatrix<f64>, free: &FreeParameters) {
        let (n, scores) = (information.nrows(), &self.scores);
        let transposed = scores.transpose();
        let panels = information.as_mut_slice().chunks_mut(n * COLUMNS).enumerate();
        parallel::for_each(panels, |(panel, values)| {
            let width = values.len() / n;
            let columns = scores.columns(panel * COLUMNS, width);
            DMatrixViewMut::from_slice(values, n, width).gemm(1.0, &transposed, &columns, 1.0);
        });
        for (place, ((of_means, of_weight), first)) in
            self.complete.iter().zip(free.offsets()).enumerate()
        {
            let d = of_means.ncols();
            let mut within = of_means.transpose() * of_means;
            within.fill_diagonal(0.0);
            information.view_mut((first, first), (d, d)).sub_assign(within);
            let cross = of_means.tr_mul(of_weight);
            information.view_mut((first, place), (d, 1)).sub_assign(&cross);
            information.view_mut((place, first), (1, d)).sub_assign(cross.transpose());
        }
    }
}

/// `d log p(x | k) / d mu`.
fn mean_score(bit: bool, mean: f64) -> f64 {
    if bit { 1.0 / mean } else { -1.0 / (1.0 - mean) }
}

/// Minus the second derivatives of the log prior.
fn add_prior(
    information: &mut DMatrix<f64>,
    mixture: &BernoulliMixture,
    free: &FreeParameters,
    prior: &Prior,
) {
    for ((k, features), first) in free.means.iter().zip(free.offsets()) {
        for (f, &d) in features.iter().enumerate() {
            let mean = mixture.mean(*k)[d];
            let (b, zero) = (prior.base_rate(d), 1.0 - mean);
            let bend = b / (mean * mean) + (1.0 - b) / (zero * zero);
            information[(first + f, first + f)] += prior.alpha() * bend;
        }
    }
}

/// The information when the weight of the reference is one minus the others: its derivative is
/// subtracted from theirs.
fn on_simplex(mut information: DMatrix<f64>, free: &FreeParameters) -> DMatrix<f64> {
    let reference = free.reference;
    let row = information.row(reference).clone_owned();
    (0..free.means.len()).for_each(|k| information.row_mut(k).sub_assign(&row));
    let column = information.column(reference).clone_owned();
    (0..free.means.len()).for_each(|k| information.column_mut(k).sub_assign(&column));
    information.remove_row(reference).remove_column(reference)
}
