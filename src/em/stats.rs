//! The sufficient statistics: all that one iteration keeps of the data.

/// Component sums, feature sums and log-likelihood of some rows under one mixture.
///
/// Statistics of disjoint parts of a data set add up to those of the whole ([`Self::merge`]). So
/// threads and processes can each take a part.
#[derive(Debug, Clone, PartialEq)]
pub struct SufficientStats {
    pub(super) n_samples: usize,
    pub(super) total_weight: f64,
    pub(super) n_features: usize,
    pub(super) log_likelihood: f64,
    /// N_k.
    pub(super) resp_sums: Vec<f64>,
    /// Component after component, one sum for each feature.
    pub(super) weighted_sums: Vec<f64>,
    /// Component after component, for each feature the sum of responsibilities over the rows that
    /// miss it. Empty if none is missing.
    pub(super) missing_sums: Vec<f64>,
}

impl SufficientStats {
    /// The statistics of no rows, for K components over D features.
    pub fn zeros(n_components: usize, n_features: usize) -> Self {
        Self {
            n_samples: 0,
            total_weight: 0.0,
            n_features,
            log_likelihood: 0.0,
            resp_sums: vec![0.0; n_components],
            weighted_sums: vec![0.0; n_components * n_features],
            missing_sums: Vec::new(),
        }
    }

    /// Adds the statistics of other rows under the same mixture.
    ///
    /// # Panics
    /// If `other` has another K or D.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.n_features, other.n_features, "statistics over other features");
        assert_eq!(self.resp_sums.len(), other.resp_sums.len(), "of other components");
        self.n_samples += other.n_samples;
        self.total_weight += other.total_weight;
        self.log_likelihood += other.log_likelihood;
        add_all(&mut self.resp_sums, &other.resp_sums);
        add_all(&mut self.weighted_sums, &other.weighted_sums);
        let n_missing = self.missing_sums.len().max(other.missing_sums.len());
        self.missing_sums.resize(n_missing, 0.0);
        add_all(&mut self.missing_sums, &other.missing_sums);
    }

    /// The number of rows.
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// The sum of the rows' weights: their number if they have none.
    pub fn total_weight(&self) -> f64 {
        self.total_weight
    }

    /// The sum over rows of log p(x), in nats. As in all sums here, each row counts by its weight.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// N_k: the sum over rows of component `k`'s responsibility.
    pub fn resp_sum(&self, k: usize) -> f64 {
        self.resp_sums[k]
    }

    /// The sum over rows of component `k`'s responsibility times feature `d`.
    pub fn weighted_sum(&self, d: usize, k: usize) -> f64 {
        self.weighted_sums[k * self.n_features + d]
    }

    /// The sum of component `k`'s responsibility over the rows that observe feature `d`. It is at
    /// least 0, though rounding may take more than there was.
    pub fn observed_sum(&self, d: usize, k: usize) -> f64 {
        let missing = self.missing_sums.get(k * self.n_features + d).copied().unwrap_or(0.0);
        (self.resp_sums[k] - missing).max(0.0)
    }

    /// The sums over rows of component `k`'s responsibility times each feature (D values).
    pub fn weighted_sums(&self, k: usize) -> &[f64] {
        &self.weighted_sums[k * self.n_features..(k + 1) * self.n_features]
    }
}

fn add_all(sums: &mut [f64], others: &[f64]) {
    sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
}
