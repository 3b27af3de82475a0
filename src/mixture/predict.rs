//! What a mixture says of rows: components, responsibilities, log-probabilities.

use super::{BernoulliMixture, Responsibilities};
use crate::bits::BitMatrix;
use crate::error::Result;
use crate::scorer::KnownLabels;

/// What a mixture says of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
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

impl BernoulliMixture {
    /// The component, log p(x) and entropy of every row (N values), in one pass.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn assign(&self, data: &BitMatrix) -> Result<Vec<Assignment>> {
        self.assign_known(data, KnownLabels::default())
    }

    /// [`Self::assign`] for rows whose labels may be known.
    ///
    /// A row with a label has responsibilities for the components of its label alone, and its
    /// log p(x) is that of row and label.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn assign_known(&self, data: &BitMatrix, known: KnownLabels) -> Result<Vec<Assignment>> {
        self.map_known_rows(data, known, |_, log_prob, resp| Assignment::new(log_prob, resp))
    }

    /// The most probable component of every row (N values below K); the first one among equals.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn predict(&self, data: &BitMatrix) -> Result<Vec<usize>> {
        self.predict_known(data, KnownLabels::default())
    }

    /// As [`Self::predict`], for rows whose labels may be known: see [`Self::map_known_rows`].
    pub(crate) fn predict_known(&self, data: &BitMatrix, known: KnownLabels) -> Result<Vec<usize>> {
        self.map_known_rows(data, known, |_, _, resp| resp.enumerate().fold(NO_COMPONENT, better).0)
    }

    /// The responsibilities of every row (N x K): p(k given x), each row summing to 1.
    ///
    /// A row that every component rules out by a mean of exactly 0 or 1 takes the weights.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn predict_proba(&self, data: &BitMatrix) -> Result<Responsibilities> {
        let rows = self.map_rows(data, |_, _, resp| resp.collect::<Vec<f64>>())?;
        Ok(Responsibilities::new(self.n_components(), rows.concat()))
    }

    /// log p(x) of every row (N values), in nats; -inf for a row that every component rules out.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn score_samples(&self, data: &BitMatrix) -> Result<Vec<f64>> {
        self.map_rows(data, |_, log_prob, _| log_prob)
    }

    /// The log-likelihood of `data`: the sum of [`Self::score_samples`], total nats.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn log_likelihood(&self, data: &BitMatrix) -> Result<f64> {
        Ok(self.score_samples(data)?.iter().sum())
    }

    /// The mean of [`Self::score_samples`], in nats per sample; NaN for no rows.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn score(&self, data: &BitMatrix) -> Result<f64> {
        Ok(self.log_likelihood(data)? / data.n_samples() as f64)
    }

    /// Calls `map` for every row and returns the results in the order of the rows. `map` gets the
    /// row's number, log p(x) in nats and its K responsibilities.
    ///
    /// What is missing in a row is left out of p(x). A row of which all is missing has a
    /// probability of 1, and its responsibilities are the weights.
    ///
    /// Blocks of rows are scored in parallel and each row by itself, so the result is the same at
    /// any number of threads.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    #[doc(hidden)]
    pub fn map_rows<T: Send>(
        &self,
        data: &BitMatrix,
        map: impl Fn(usize, f64, &mut dyn Iterator<Item = f64>) -> T + Sync,
    ) -> Result<Vec<T>> {
        self.map_known_rows(data, KnownLabels::default(), map)
    }

    /// As [`Self::map_rows`], for rows whose labels may be known. There p(x) is p(x and label), and
    /// components of other labels have responsibility 0.
    pub(crate) fn map_known_rows<T: Send>(
        &self,
        data: &BitMatrix,
        known: KnownLabels,
        map: impl Fn(usize, f64, &mut dyn Iterator<Item = f64>) -> T + Sync,
    ) -> Result<Vec<T>> {
        Ok(self.scoring(data, known)?.map(0..data.n_samples(), map))
    }
}

/// Any component is better than this one.
const NO_COMPONENT: (usize, f64) = (0, f64::NEG_INFINITY);

/// The component with the greater responsibility, the first one among equals.
fn better(best: (usize, f64), next: (usize, f64)) -> (usize, f64) {
    if next.1 > best.1 { next } else { best }
}
