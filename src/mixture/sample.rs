//! Rows drawn from a mixture.

use super::BernoulliMixture;
use crate::bits::BitMatrix;
use crate::error::{Error, Result};
use rand_distr::weighted::WeightedIndex;
use rand_distr::{Bernoulli, Distribution};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// Draws rows, some at a time. What is drawn does not depend on how many are asked for together.
#[derive(Debug, Clone)]
pub(crate) struct Sampler {
    component: WeightedIndex<f64>,
    /// Component after component, D of them each.
    features: Vec<Bernoulli>,
    n_features: usize,
    rng: Xoshiro256PlusPlus,
}

impl BernoulliMixture {
    /// Rows drawn from the mixture (`n_samples` x D), and the component of each, from 0 to K - 1.
    ///
    /// The draw depends on `seed` alone: the generator's stream is the same on every platform.
    ///
    /// # Errors
    /// [`Error::Mixture`] if a weight or mean cannot be drawn from.
    pub fn sample(&self, n_samples: usize, seed: u64) -> Result<(BitMatrix, Vec<usize>)> {
        Ok(self.sampler(seed)?.draw(n_samples))
    }

    /// [`Self::sample`] of some rows at a time. Errors: as there.
    pub(crate) fn sampler(&self, seed: u64) -> Result<Sampler> {
        let wrong = |e: &dyn std::fmt::Display| Error::Mixture(e.to_string());
        let features = self.means.iter().map(|&m| Bernoulli::new(m)).collect::<Result<Vec<_>, _>>();
        Ok(Sampler {
            component: WeightedIndex::new(&self.weights).map_err(|e| wrong(&e))?,
            features: features.map_err(|e| wrong(&e))?,
            n_features: self.n_features(),
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
        })
    }
}

impl Sampler {
    /// The next `n_samples` rows, and the component of each.
    pub(crate) fn draw(&mut self, n_samples: usize) -> (BitMatrix, Vec<usize>) {
        let Self { component, features, n_features, rng } = self;
        let mut data = BitMatrix::zeros(n_samples, *n_features);
        let mut components = Vec::with_capacity(n_samples);
        for i in 0..n_samples {
            let k = component.sample(rng);
            let its = &features[k * *n_features..(k + 1) * *n_features];
            for (d, feature) in its.iter().enumerate() {
                if feature.sample(rng) {
                    data.set(i, d);
                }
            }
            components.push(k);
        }
        (data, components)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_same_however_many_are_drawn_together() {
        let means: Vec<f64> = (0..30).map(|i| (i * 7 % 10) as f64 / 9.0).collect();
        let mixture = BernoulliMixture::new([0.5, 0.3, 0.2], means).unwrap();
        let (rows, components) = mixture.sample(20, 8).unwrap();
        let mut sampler = mixture.sampler(8).unwrap();
        let parts = [1, 0, 12, 7].map(|n| sampler.draw(n));
        let of_parts = parts.iter().flat_map(|(_, components)| components);
        assert!(of_parts.eq(&components));
        let joined = parts.into_iter().map(|(rows, _)| rows);
        assert_eq!(joined.reduce(|all, part| all.followed_by(&part)).unwrap(), rows);
    }
}
