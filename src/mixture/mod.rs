//! The Bernoulli mixture: weights and means behind a checked constructor.

mod complete;
mod evidence;
mod scoring;

pub use scoring::Scoring;

use crate::bits::BitMatrix;
use crate::error::{Error, Result};
use crate::scorer::{KnownLabels, Layout, Scorer};
use nalgebra::{DMatrix, DVector};
use rand_distr::weighted::WeightedIndex;
use rand_distr::{Bernoulli, Distribution};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// A mixture of K products of D independent Bernoulli distributions.
#[derive(Debug, Clone, PartialEq)]
pub struct BernoulliMixture {
    weights: DVector<f64>,
    means: DMatrix<f64>,
}

/// What a mixture says of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// The most probable component, below K; the first one among equals.
    pub component: usize,
    /// log p(x) in nats; -inf for a row that every component rules out.
    pub log_prob: f64,
    /// The entropy of the responsibilities, in nats: from 0, certain, to log K.
    pub entropy: f64,
}

impl Assignment {
    fn new(log_prob: f64, resp: &mut dyn Iterator<Item = f64>) -> Self {
        let (mut best, mut entropy) = (NO_COMPONENT, 0.0);
        for (k, r) in resp.enumerate() {
            best = better(best, (k, r));
            entropy -= if r > 0.0 { r * libm::log(r) } else { 0.0 };
        }
        Self { component: best.0, log_prob, entropy }
    }
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
        let is_wrong = |m: &f64| !(0.0..=1.0).contains(m);
        // Counted, not searched: nearly always there is none, and this way the compiler uses vectors.
        if means.as_slice().iter().map(|m| usize::from(is_wrong(m))).sum::<usize>() > 0 {
            let wrong_mean = means.iter().copied().find(is_wrong).unwrap_or(f64::NAN);
            return wrong(format!("a mean is {wrong_mean}"));
        }
        Ok(Self { weights, means })
    }

    /// The weights and means, as [`Self::new`] takes them.
    pub fn into_parts(self) -> (DVector<f64>, DMatrix<f64>) {
        (self.weights, self.means)
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

    /// The mixture with its components in order of descending weight; equal weights keep their order.
    pub fn sorted_by_weight(&self) -> Self {
        self.permuted(&self.order_by_weight())
    }

    /// The components in that order (K numbers).
    pub fn order_by_weight(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.n_components()).collect();
        order.sort_by(|&a, &b| self.weights[b].total_cmp(&self.weights[a]));
        order
    }

    /// The mixture whose component `k` is this one's component `order[k]`.
    ///
    /// # Panics
    /// If `order` names a component that does not exist.
    pub fn permuted(&self, order: &[usize]) -> Self {
        Self { weights: self.weights.select_rows(order), means: self.means.select_columns(order) }
    }

    /// Component `k` alone, as a mixture of one.
    ///
    /// # Panics
    /// If there is no component `k`.
    pub fn component(&self, k: usize) -> Self {
        Self { weights: DVector::from_element(1, 1.0), means: self.means.select_columns(&[k]) }
    }

    /// The mixture prepared for scoring complete rows.
    pub fn scorer(&self) -> Scorer {
        self.scorer_for(Layout::plain(self.n_features()))
    }

    fn scorer_for(&self, layout: Layout) -> Scorer {
        Scorer::new(self.weights.as_slice(), self.means.as_slice(), layout)
    }

    /// The component, log p(x) and entropy of every row (N values), in one pass.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn assign(&self, data: &BitMatrix) -> Result<Vec<Assignment>> {
        self.assign_known(data, KnownLabels::default())
    }

    /// The same where labels are known, as [`Self::map_known_rows`] has it.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn assign_known(&self, data: &BitMatrix, known: KnownLabels) -> Result<Vec<Assignment>> {
        self.map_known_rows(data, known, |_, log_prob, resp| Assignment::new(log_prob, resp))
    }

    /// The most probable component of every row (N values below K); the first one among equals.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn predict(&self, data: &BitMatrix) -> Result<Vec<usize>> {
        self.predict_known(data, KnownLabels::default())
    }

    /// The same where labels are known, as [`Self::map_known_rows`] has it.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn predict_known(&self, data: &BitMatrix, known: KnownLabels) -> Result<Vec<usize>> {
        self.map_known_rows(data, known, |_, _, resp| argmax(resp))
    }

    /// The responsibilities of every row (`n_samples` x K): p(k given x), each row summing to 1.
    ///
    /// A row that every component rules out by a mean of exactly 0 or 1 takes the weights.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn predict_proba(&self, data: &BitMatrix) -> Result<DMatrix<f64>> {
        let rows = self.map_rows(data, |_, _, resp| resp.collect::<Vec<f64>>())?;
        let values = rows.into_iter().flatten();
        Ok(DMatrix::from_row_iterator(data.n_samples(), self.n_components(), values))
    }

    /// log p(x) of every row (N values), in nats; -inf for a row that every component rules out.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn score_samples(&self, data: &BitMatrix) -> Result<Vec<f64>> {
        self.map_rows(data, |_, log_prob, _| log_prob)
    }

    /// The log-likelihood of `data`: the sum of [`Self::score_samples`], total nats.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn log_likelihood(&self, data: &BitMatrix) -> Result<f64> {
        Ok(self.score_samples(data)?.iter().sum())
    }

    /// The mean of [`Self::score_samples`], in nats per sample; NaN for no rows.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn score(&self, data: &BitMatrix) -> Result<f64> {
        Ok(self.log_likelihood(data)? / data.n_samples() as f64)
    }

    /// What `map` makes of every row's number, log p(x) and responsibilities, in the order of the rows and in double
    /// precision. What is missing in a row is left out of p(x): a row of which all is missing has a probability of 1, and its
    /// responsibilities are the weights.
    ///
    /// Blocks of rows are scored in parallel and each row by itself, so the result is the same at any number of threads.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn map_rows<T: Send>(
        &self,
        data: &BitMatrix,
        map: impl Fn(usize, f64, &mut dyn Iterator<Item = f64>) -> T + Sync,
    ) -> Result<Vec<T>> {
        self.map_known_rows(data, KnownLabels::default(), map)
    }

    /// The same where labels are known: p(x) is p(x and label), and components of other labels have no responsibility.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features.
    pub fn map_known_rows<T: Send>(
        &self,
        data: &BitMatrix,
        known: KnownLabels,
        map: impl Fn(usize, f64, &mut dyn Iterator<Item = f64>) -> T + Sync,
    ) -> Result<Vec<T>> {
        Ok(self.scoring(data, known)?.map(0..data.n_samples(), map))
    }

    /// `n_samples` rows drawn from the mixture, and the component that each came from.
    ///
    /// The draw depends on `seed` alone: a generator with a fixed stream, the same on every platform.
    ///
    /// # Errors
    /// [`Error::Mixture`] if a weight or mean cannot be drawn from, which a checked mixture rules out.
    pub fn sample(&self, n_samples: usize, seed: u64) -> Result<(BitMatrix, Vec<usize>)> {
        let wrong = |e: &dyn std::fmt::Display| Error::Mixture(e.to_string());
        let component = WeightedIndex::new(self.weights.iter()).map_err(|e| wrong(&e))?;
        let pixels = self.means.iter().map(|&m| Bernoulli::new(m)).collect::<Result<Vec<_>, _>>();
        let pixels = pixels.map_err(|e| wrong(&e))?;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut data = BitMatrix::zeros(n_samples, self.n_features());
        let mut components = Vec::with_capacity(n_samples);
        for i in 0..n_samples {
            let k = component.sample(&mut rng);
            let mean = &pixels[k * self.n_features()..(k + 1) * self.n_features()];
            mean.iter()
                .enumerate()
                .filter(|(_, p)| p.sample(&mut rng))
                .for_each(|(d, _)| data.set(i, d));
            components.push(k);
        }
        Ok((data, components))
    }

    /// The number of free parameters: K - 1 weights and K D means.
    pub fn n_parameters(&self) -> usize {
        self.n_components() - 1 + self.means.len()
    }

    /// Akaike's information criterion, `2 p - 2 log L`; lower is better.
    pub fn aic(&self, log_likelihood: f64) -> f64 {
        2.0 * self.n_parameters() as f64 - 2.0 * log_likelihood
    }

    /// The Bayesian information criterion, `p log N - 2 log L` (Schwarz, 1978); lower is better. N is the number of rows, or the
    /// sum of their weights.
    pub fn bic(&self, log_likelihood: f64, total_weight: f64) -> f64 {
        self.n_parameters() as f64 * libm::log(total_weight) - 2.0 * log_likelihood
    }

    /// The integrated completed likelihood as a criterion, BIC plus twice the entropy of the responsibilities, which is a
    /// sum over rows in nats (Biernacki, Celeux & Govaert, 2000; McLachlan & Peel, 2000, section 6.10); lower is better.
    pub fn icl(&self, log_likelihood: f64, total_weight: f64, entropy: f64) -> f64 {
        self.bic(log_likelihood, total_weight) + 2.0 * entropy
    }
}

/// The place of the largest value, the first one among equals.
fn argmax(values: &mut dyn Iterator<Item = f64>) -> usize {
    values.enumerate().fold(NO_COMPONENT, better).0
}

/// What any component is better than.
const NO_COMPONENT: (usize, f64) = (0, f64::NEG_INFINITY);

/// The component with the greater responsibility, the first one among equals.
fn better(best: (usize, f64), next: (usize, f64)) -> (usize, f64) {
    if next.1 > best.1 { next } else { best }
}
