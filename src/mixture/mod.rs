//! The Bernoulli mixture: weights and means behind a checked constructor.

mod complete;
mod evidence;
mod predict;
mod responsibilities;
mod sample;
mod scoring;
#[cfg(feature = "serde")]
mod serialised;

pub(crate) use complete::Completion;
pub use predict::Assignment;
pub use responsibilities::Responsibilities;
pub(crate) use sample::Sampler;
pub(crate) use scoring::Scoring;

use crate::error::{Error, Result};
use crate::scorer::{Layout, Scorer};

/// A mixture of K products of D independent Bernoulli distributions.
///
/// ```
/// use bmm::{BernoulliMixture, BitMatrix};
///
/// # fn main() -> bmm::Result<()> {
/// let mixture = BernoulliMixture::new([0.75, 0.25], [0.9, 0.8, 0.1, 0.1, 0.2, 0.7])?;
/// assert_eq!((mixture.n_components(), mixture.n_features()), (2, 3));
/// assert_eq!(mixture.mean(1), [0.1, 0.2, 0.7]);
/// assert_eq!(mixture.predict(&BitMatrix::from_fn(1, 3, |_, d| d < 2))?, [0]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "serialised::Parts", into = "serialised::Parts")
)]
pub struct BernoulliMixture {
    weights: Vec<f64>,
    /// Component after component, D means each.
    means: Vec<f64>,
}

/// How far the sum of the weights may be from 1.
pub(crate) const WEIGHT_SUM_TOLERANCE: f64 = 1e-9;

impl BernoulliMixture {
    /// A mixture from `weights` (K) and `means` (K x D): the D means of the first component, then
    /// those of the second, and so on. D is the number of means divided by K.
    ///
    /// # Errors
    /// [`Error::Mixture`] in any of these cases: K or D is 0; the number of means is no multiple of
    /// K; a weight is negative or not finite; the weights do not sum to 1 within 1e-9; a mean lies
    /// outside [0, 1].
    pub fn new(weights: impl Into<Vec<f64>>, means: impl Into<Vec<f64>>) -> Result<Self> {
        let (weights, means) = (weights.into(), means.into());
        let wrong = |what: String| Err(Error::Mixture(what));
        if weights.is_empty() || means.is_empty() {
            return wrong("it has no component or no feature".into());
        }
        if !means.len().is_multiple_of(weights.len()) {
            return wrong(format!("{} weights but {} means", weights.len(), means.len()));
        }
        if let Some(w) = weights.iter().find(|w| !(0.0..=1.0 + WEIGHT_SUM_TOLERANCE).contains(*w)) {
            return wrong(format!("a weight is {w}"));
        }
        let sum: f64 = weights.iter().sum();
        if (sum - 1.0).abs() > WEIGHT_SUM_TOLERANCE {
            return wrong(format!("the weights sum to {sum}"));
        }
        let is_wrong = |m: &f64| !(0.0..=1.0).contains(m);
        // Counted first, then searched: the compiler turns the count into vector instructions, and
        // nearly always it is 0.
        if means.iter().map(|m| usize::from(is_wrong(m))).sum::<usize>() > 0 {
            let wrong_mean = means.into_iter().find(is_wrong).unwrap_or(f64::NAN);
            return wrong(format!("a mean is {wrong_mean}"));
        }
        Ok(Self { weights, means })
    }

    /// As [`Self::new`], from weights of any sum: each is divided by their sum.
    pub(crate) fn normalised(mut weights: Vec<f64>, means: Vec<f64>) -> Result<Self> {
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Self::new(weights, means)
    }

    /// As [`Self::new`], from means alone: every weight is `1 / n_components`.
    pub(crate) fn equally_weighted(n_components: usize, means: Vec<f64>) -> Result<Self> {
        Self::new(vec![1.0 / n_components as f64; n_components], means)
    }

    /// The weights (K) and means (K x D), as [`Self::new`] takes them.
    pub fn into_parts(self) -> (Vec<f64>, Vec<f64>) {
        (self.weights, self.means)
    }

    /// The number of components, K.
    pub fn n_components(&self) -> usize {
        self.weights.len()
    }

    /// The number of features, D.
    pub fn n_features(&self) -> usize {
        self.means.len() / self.weights.len()
    }

    /// The mixing weights (K), each in [0, 1], summing to 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// All means (K x D), each in [0, 1], component after component.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The means of component `k` (D), each in [0, 1]: the probability of a one in each feature.
    ///
    /// # Panics
    /// If there is no component `k`.
    pub fn mean(&self, k: usize) -> &[f64] {
        let d = self.n_features();
        &self.means[k * d..(k + 1) * d]
    }

    /// The means of every component in turn: K slices of D numbers.
    pub(crate) fn each_mean(&self) -> std::slice::ChunksExact<'_, f64> {
        self.means.chunks_exact(self.n_features())
    }

    /// The mixture with its components by descending weight; equal weights keep their order.
    pub fn sorted_by_weight(&self) -> Self {
        self.permuted(&self.order_by_weight())
    }

    /// The components in order of descending weight (K numbers); equal weights keep their order.
    pub(crate) fn order_by_weight(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.n_components()).collect();
        order.sort_by(|&a, &b| self.weights[b].total_cmp(&self.weights[a]));
        order
    }

    /// The mixture whose component `k` is this one's component `order[k]`.
    ///
    /// # Panics
    /// If `order` names a component that does not exist.
    #[doc(hidden)]
    pub fn permuted(&self, order: &[usize]) -> Self {
        let means: Vec<&[f64]> = order.iter().map(|&k| self.mean(k)).collect();
        let weights = order.iter().map(|&k| self.weights[k]).collect();
        Self { weights, means: means.concat() }
    }

    /// Component `k` alone, as a mixture of one.
    ///
    /// # Panics
    /// If there is no component `k`.
    pub fn component(&self, k: usize) -> Self {
        Self { weights: vec![1.0], means: self.mean(k).to_vec() }
    }

    /// The mixture prepared for scoring complete rows; for tests and benchmarks.
    #[doc(hidden)]
    pub fn scorer(&self) -> Scorer {
        self.scorer_for(Layout::plain(self.n_features()))
    }

    fn scorer_for(&self, layout: Layout) -> Scorer {
        Scorer::new(&self.weights, &self.means, layout)
    }
}
