//! Missing entries of rows filled in: by their expectation, or by a draw.

use super::BernoulliMixture;
use crate::bits::BitMatrix;
use crate::error::Result;
use rand_distr::{Distribution, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

impl BernoulliMixture {
    /// The rows as numbers (N x D, row after row). An observed entry is 0 or 1. A missing one
    /// becomes the probability of a one given the observed entries of the row: `sum_k p(k given x)
    /// mu_kd`.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn complete(&self, data: &BitMatrix) -> Result<Vec<f64>> {
        let rows = self.map_rows(data, |i, _, resp| {
            let mut row = vec![0.0; data.n_features()];
            data.ones(i).for_each(|d| row[d] = 1.0);
            if let Some(missing) = data.missing() {
                let places: Vec<usize> = missing.ones(i).collect();
                for (k, r) in resp.enumerate().filter(|(_, r)| *r > 0.0) {
                    places.iter().for_each(|&d| row[d] += r * self.mean(k)[d]);
                }
                // Rounding may make the sum slightly larger than 1.
                places.iter().for_each(|&d| row[d] = row[d].min(1.0));
            }
            row
        })?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// The rows with every missing entry drawn from its distribution given the observed entries. A
    /// component is drawn by its responsibility, then each entry by its mean.
    ///
    /// Row i draws from a stream of its own, given by `seed` and i, whatever the other rows are.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn complete_by_draw(&self, data: &BitMatrix, seed: u64) -> Result<BitMatrix> {
        let draws = self.map_rows(data, |i, _, resp| {
            let Some(missing) = data.missing() else { return Vec::new() };
            let first: u64 = StandardUniform.sample(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
            let seed_of_row = first ^ (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed_of_row);
            let mut uniform = || -> f64 { StandardUniform.sample(&mut rng) };
            let (mut rest, mut drawn) = (uniform(), 0);
            for (k, r) in resp.enumerate().filter(|(_, r)| *r > 0.0) {
                drawn = k;
                rest -= r;
                if rest < 0.0 {
                    break;
                }
            }
            missing.ones(i).filter(|&d| uniform() < self.mean(drawn)[d]).collect()
        })?;
        let packed = data.pieces().collect::<Vec<_>>().concat();
        let mut complete = BitMatrix::from_packed(data.n_samples(), data.n_features(), packed)?;
        for (i, ones) in draws.into_iter().enumerate() {
            ones.into_iter().for_each(|d| complete.set(i, d));
        }
        Ok(complete)
    }
}
