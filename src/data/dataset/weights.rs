//! Weights of rows in a unit of their own.

use super::Dataset;
use crate::data::remark::Remark;

impl Dataset {
    /// Weights that are whole numbers are counts. Others are scaled, so that the rows that weigh
    /// anything weigh 1 on average: any unit then gives the same fit. Nothing is said of weights
    /// that stay as they are: of those that do weigh 1 on average, or are all 0, too.
    pub(crate) fn scale_weights(&mut self) -> Option<Remark> {
        let weights = self.weights.as_mut()?;
        // The largest comes to 1 first, so that no sum overflows.
        let largest = weights.iter().copied().fold(0.0, f64::max);
        if largest == 0.0 || weights.iter().all(|weight| weight.fract() == 0.0) {
            return None;
        }
        let n_rows = weights.iter().filter(|weight| **weight > 0.0).count();
        let share: f64 = weights.iter().map(|weight| weight / largest).sum();
        // Those of a packed file were scaled before, and keep their digits.
        if (share * largest / n_rows as f64 - 1.0).abs() < 1e-9 {
            return None;
        }
        weights.iter_mut().for_each(|weight| *weight = *weight / largest * n_rows as f64 / share);
        Some(Remark::ScaledWeights { sum: share * largest, n_rows })
    }
}
