//! The Bernoulli mixture: weights and means behind a checked constructor.

use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};

/// A mixture of K products of D independent Bernoulli distributions.
#[derive(Debug, Clone, PartialEq)]
pub struct BernoulliMixture {
    weights: DVector<f64>,
    means: DMatrix<f64>,
}

/// How far the sum of the weights may be from 1.
const WEIGHT_SUM_TOLERANCE: f64 = 1e-9;

impl BernoulliMixture {
    /// A mixture from `weights` (K) and `means` (`n_features` x K, one component per column).
    ///
    /// # Errors
    /// [`Error::Mixture`] if K or D is 0, the shapes differ, a weight is negative or not finite, the weights do not sum
    /// to 1 within 1e-9, or a mean lies outside [0, 1].
    pub fn new(weights: DVector<f64>, means: DMatrix<f64>) -> Result<Self> {
        let wrong = |what: String| Err(Error::Mixture(what));
        if weights.is_empty() || means.nrows() == 0 {
            return wrong("it has no component or no feature".into());
        }
        if weights.len() != means.ncols() {
            return wrong(format!("{} weights but {} means", weights.len(), means.ncols()));
        }
        if let Some(w) = weights.iter().find(|w| !(0.0..=1.0 + WEIGHT_SUM_TOLERANCE).contains(*w)) {
            return wrong(format!("a weight is {w}"));
        }
        if (weights.sum() - 1.0).abs() > WEIGHT_SUM_TOLERANCE {
            return wrong(format!("the weights sum to {}", weights.sum()));
        }
        if let Some(m) = means.iter().find(|m| !(0.0..=1.0).contains(*m)) {
            return wrong(format!("a mean is {m}"));
        }
        Ok(Self { weights, means })
    }

    /// The number of components, K.
    pub fn n_components(&self) -> usize {
        self.weights.len()
    }

    /// The number of features, D.
    pub fn n_features(&self) -> usize {
        self.means.nrows()
    }

    /// The mixing weights (K), each in [0, 1], summing to 1.
    pub fn weights(&self) -> &DVector<f64> {
        &self.weights
    }

    /// The means (`n_features` x `n_components`), each in [0, 1]; one component per column.
    pub fn means(&self) -> &DMatrix<f64> {
        &self.means
    }

    /// The mean of component `k` as a slice of `n_features` values.
    pub fn mean(&self, k: usize) -> &[f64] {
        let d = self.n_features();
        &self.means.as_slice()[k * d..(k + 1) * d]
    }
}
