//! Missing entries of rows filled in: by their expectation, or by a draw.

use super::{BernoulliMixture, Scoring};
use crate::bits::BitMatrix;
use crate::error::Result;
use crate::scorer::KnownLabels;
use rand_distr::{Distribution, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use std::ops::Range;

/// Rows whose missing entries are filled in, all at once or some at a time.
pub(crate) struct Completion<'a> {
    mixture: &'a BernoulliMixture,
    data: &'a BitMatrix,
    scoring: Scoring<'a>,
    /// Seeds the draw; `None` for expectations.
    seed: Option<u64>,
}

impl BernoulliMixture {
    /// The rows as numbers (N x D, row after row). An observed entry is 0 or 1. A missing one
    /// becomes the probability of a one given the observed entries of the row: `sum_k p(k given x)
    /// mu_kd`.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn complete(&self, data: &BitMatrix) -> Result<Vec<f64>> {
        Ok(self.completion(data, None)?.rows(0..data.n_samples()).concat())
    }

    /// The rows with every missing entry drawn from its distribution given the observed entries. A
    /// component is drawn by its responsibility, then each entry by its mean.
    ///
    /// Row i draws from a stream of its own, given by `seed` and i, whatever the other rows are.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub fn complete_by_draw(&self, data: &BitMatrix, seed: u64) -> Result<BitMatrix> {
        let draws = self.map_rows(data, |i, _, resp| self.draw(data, i, seed, resp))?;
        let packed = data.pieces().collect::<Vec<_>>().concat();
        let mut complete = BitMatrix::from_packed(data.n_samples(), data.n_features(), packed)?;
        for (i, ones) in draws.into_iter().enumerate() {
            ones.into_iter().for_each(|d| complete.set(i, d));
        }
        Ok(complete)
    }

    /// [`Self::complete`] of some rows at a time; with a `seed` [`Self::complete_by_draw`]. Errors:
    /// as they have.
    pub(crate) fn completion<'a>(
        &'a self,
        data: &'a BitMatrix,
        seed: Option<u64>,
    ) -> Result<Completion<'a>> {
        let scoring = self.scoring(data, KnownLabels::default())?;
        Ok(Completion { mixture: self, data, scoring, seed })
    }

    /// The missing features of row `i` for which a one is drawn.
    fn draw(
        &self,
        data: &BitMatrix,
        i: usize,
        seed: u64,
        resp: &mut dyn Iterator<Item = f64>,
    ) -> Vec<usize> {
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
    }
}

impl Completion<'_> {
    /// Rows that have a probability of 0 under every component: nothing tells what they lack.
    pub(crate) fn n_impossible(&self) -> usize {
        if self.mixture.means().iter().all(|mean| *mean > 0.0 && *mean < 1.0) {
            return 0;
        }
        let log_probs = self.scoring.map(0..self.data.n_samples(), |_, log_prob, _| log_prob);
        log_probs.into_iter().filter(|p| *p == f64::NEG_INFINITY).count()
    }

    /// Some of the rows, D values each, in [0, 1]. They do not depend on which rows are asked for
    /// together.
    pub(crate) fn rows(&self, rows: Range<usize>) -> Vec<Vec<f64>> {
        let Self { mixture, data, .. } = self;
        self.scoring.map(rows, |i, _, resp| {
            let mut row = vec![0.0; data.n_features()];
            data.ones(i).for_each(|d| row[d] = 1.0);
            if let Some(seed) = self.seed {
                mixture.draw(data, i, seed, resp).into_iter().for_each(|d| row[d] = 1.0);
            } else if let Some(missing) = data.missing() {
                let places: Vec<usize> = missing.ones(i).collect();
                for (k, r) in resp.enumerate().filter(|(_, r)| *r > 0.0) {
                    places.iter().for_each(|&d| row[d] += r * mixture.mean(k)[d]);
                }
                // Rounding may make the sum slightly larger than 1.
                places.iter().for_each(|&d| row[d] = row[d].min(1.0));
            }
            row
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_filled_in_the_same_whichever_are_asked_for_together() {
        let (n, d) = (1300, 40);
        let holes = BitMatrix::from_fn(n, d, |i, f| (i + f) % 5 == 0);
        let data = BitMatrix::from_fn(n, d, |i, f| (i * 31 + f * 17) % 7 < 3);
        let data = data.with_missing(&holes).unwrap();
        let means: Vec<f64> = (0..2 * d).map(|i| 0.1 + (i * 7 % 9) as f64 / 11.0).collect();
        let mixture = BernoulliMixture::new([0.6, 0.4], means).unwrap();
        let parts = |seed| {
            let completion = mixture.completion(&data, seed).unwrap();
            [0..1, 1..513, 513..513, 513..n].map(|rows| completion.rows(rows).concat()).concat()
        };
        assert_eq!(parts(None), mixture.complete(&data).unwrap());
        let drawn = mixture.complete_by_draw(&data, 5).unwrap();
        let of_drawn = |i: usize| f64::from(u8::from(drawn.get(i / d, i % d)));
        assert_eq!(parts(Some(5)), (0..n * d).map(of_drawn).collect::<Vec<_>>());
        assert!(mixture.completion(&BitMatrix::zeros(1, 3), None).is_err());
    }
}
