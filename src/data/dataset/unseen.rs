//! Features that are missing in every row.

use super::Dataset;
use crate::bits::BitMatrix;
use crate::error::{DataProblem, Error, Result};

impl Dataset {
    /// The features that are missing in every image, ascending.
    pub(crate) fn unseen(&self) -> Vec<u32> {
        let sums = self.pixels.missing().map(BitMatrix::column_sums).unwrap_or_default();
        let n = self.pixels.n_images() as u64;
        (0..).zip(sums).filter(|(_, sum)| *sum == n).map(|(d, _)| d).collect()
    }

    /// Checks that every feature is observed in some image.
    ///
    /// # Errors
    /// [`DataProblem::MissingColumn`] with the name of the first one, or its number from 1, that is
    /// missing in every image.
    pub(crate) fn check_columns(&self) -> Result<()> {
        self.unseen().first().map_or(Ok(()), |&d| {
            let name = self.column_name(d as usize);
            Err(Error::data(self.origin(0).0, DataProblem::MissingColumn(name)))
        })
    }

    /// Marks `features`, each below D, as missing in every image.
    pub(crate) fn leave_out(&mut self, features: &[u32]) -> Result<()> {
        if features.is_empty() {
            return Ok(());
        }
        let mut missing = BitMatrix::zeros(self.pixels.n_images(), self.pixels.n_features());
        for i in 0..missing.n_samples() {
            features.iter().for_each(|&d| missing.set(i, d as usize));
        }
        self.set_missing(&missing)
    }
}
