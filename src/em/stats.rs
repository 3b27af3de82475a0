//! The statistics that EM needs from the data: all that one iteration keeps, and what parts of a data set add up to.

use crate::kernels::{LANES, Lanes, SoftmaxSums, chunk_count};

/// Component sums, feature sums and log-likelihood of some rows under one mixture.
///
/// Statistics of disjoint parts of a data set add up to those of the whole ([`Self::merge`]): threads, and whatever
/// else divides the data, meet here.
#[derive(Debug, Clone)]
pub struct SufficientStats {
    n_samples: usize,
    n_features: usize,
    pub(super) softmax: SoftmaxSums,
    /// For each chunk of components, one [`Lanes`] for each feature.
    pub(super) weighted_sums: Vec<Lanes<f64>>,
}

impl SufficientStats {
    /// The statistics of no rows, for K components over D features.
    pub fn zeros(n_components: usize, n_features: usize) -> Self {
        let n_chunks = chunk_count(n_components);
        Self {
            n_samples: 0,
            n_features,
            softmax: SoftmaxSums::new(n_chunks),
            weighted_sums: vec![Lanes::default(); n_chunks * n_features],
        }
    }

    /// Back to no rows, keeping the memory; `n_samples` rows are about to be added.
    pub(super) fn restart(&mut self, n_samples: usize) {
        self.n_samples = n_samples;
        self.softmax.log_likelihood = 0.0;
        self.softmax.resp_sums.fill(Lanes::default());
        self.weighted_sums.fill(Lanes::default());
    }

    /// Adds the statistics of other rows under the same mixture, so of the same K and D.
    ///
    /// # Panics
    /// If `other` is of another K or D: statistics of different mixtures do not add up.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.n_features, other.n_features, "statistics over other features");
        assert_eq!(self.weighted_sums.len(), other.weighted_sums.len(), "of other components");
        self.n_samples += other.n_samples;
        self.softmax.log_likelihood += other.softmax.log_likelihood;
        add_all(&mut self.softmax.resp_sums, &other.softmax.resp_sums);
        add_all(&mut self.weighted_sums, &other.weighted_sums);
    }

    /// The number of rows.
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// The sum over rows of log p(x), in nats.
    pub fn log_likelihood(&self) -> f64 {
        self.softmax.log_likelihood
    }

    /// N_k: the sum over rows of component `k`'s responsibility.
    pub fn resp_sum(&self, k: usize) -> f64 {
        self.softmax.resp_sums[k / LANES].0[k % LANES]
    }

    /// The sum over rows of component `k`'s responsibility times feature `d`.
    pub fn weighted_sum(&self, d: usize, k: usize) -> f64 {
        self.weighted_sums[k / LANES * self.n_features + d].0[k % LANES]
    }
}

fn add_all(sums: &mut [Lanes<f64>], others: &[Lanes<f64>]) {
    for (sum, other) in sums.iter_mut().zip(others) {
        sum.add(other);
    }
}
