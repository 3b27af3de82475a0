//! Rows drawn from a mixture.

use super::BernoulliMixture;
use crate::bits::BitMatrix;
use crate::error::{Error, Result};
use rand_distr::weighted::WeightedIndex;
use rand_distr::{Bernoulli, Distribution};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

impl BernoulliMixture {
    /// Rows drawn from the mixture (`n_samples` x D), and the component of each, from 0 to K - 1.
    ///
    /// The draw depends on `seed` alone: the generator's stream is the same on every platform.
    ///
    /// # Errors
    /// [`Error::Mixture`] if a weight or mean cannot be drawn from.
    pub fn sample(&self, n_samples: usize, seed: u64) -> Result<(BitMatrix, Vec<usize>)> {
        let wrong = |e: &dyn std::fmt::Display| Error::Mixture(e.to_string());
        let component = WeightedIndex::new(&self.weights).map_err(|e| wrong(&e))?;
        let features = self.means.iter().map(|&m| Bernoulli::new(m)).collect::<Result<Vec<_>, _>>();
        let features = features.map_err(|e| wrong(&e))?;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut data = BitMatrix::zeros(n_samples, self.n_features());
        let mut components = Vec::with_capacity(n_samples);
        for i in 0..n_samples {
            let k = component.sample(&mut rng);
            let its = &features[k * self.n_features()..(k + 1) * self.n_features()];
            for (d, feature) in its.iter().enumerate() {
                if feature.sample(&mut rng) {
                    data.set(i, d);
                }
            }
            components.push(k);
        }
        Ok((data, components))
    }
}
