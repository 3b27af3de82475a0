//! Entries that are missing: which they are, and what is left.

use super::BitMatrix;
use crate::error::{Error, Result};

impl BitMatrix {
    /// The matrix with the entries missing where `missing` has ones, besides those that were missing before. Their bits become zero:
    /// nothing hangs on what stood there.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `missing` is not of the same shape.
    pub fn with_missing(mut self, missing: &BitMatrix) -> Result<Self> {
        let shape = |matrix: &Self| (matrix.n_samples, matrix.n_features);
        if shape(missing) != shape(&self) {
            let text = |(n, d)| format!("{n} x {d}");
            return Err(Error::Parameter {
                name: "missing entries",
                value: text(shape(missing)),
                allowed: format!("{}, as the data", text(shape(&self))),
            });
        }
        if missing.count_ones() > 0 {
            let (n_samples, n_features) = shape(&self);
            let mask =
                self.missing.get_or_insert_with(|| Self::zeros(n_samples, n_features).into());
            mask.bytes.iter_mut().zip(&missing.bytes).for_each(|(byte, more)| *byte |= more);
            self.clear_missing();
        }
        Ok(self)
    }

    /// Ones where entries are missing; `None` if none is.
    pub fn missing(&self) -> Option<&BitMatrix> {
        self.missing.as_deref()
    }

    /// Whether the entry at (i, d) is missing.
    ///
    /// # Panics
    /// If the place is outside of the matrix.
    pub fn is_missing(&self, i: usize, d: usize) -> bool {
        self.missing().is_some_and(|missing| missing.get(i, d))
    }

    /// The number of entries of every column that are not missing (`n_features` counts).
    pub fn observed_counts(&self) -> Vec<u64> {
        let all = self.n_samples as u64;
        match self.missing() {
            Some(missing) => missing.column_sums().into_iter().map(|sum| all - sum).collect(),
            None => vec![all; self.n_features],
        }
    }

    /// Zeros in the place of what is missing.
    pub(super) fn clear_missing(&mut self) {
        if let Some(missing) = &self.missing {
            self.bytes.iter_mut().zip(&missing.bytes).for_each(|(byte, gone)| *byte &= !gone);
        }
    }
}
