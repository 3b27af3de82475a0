//! Missing entries of a matrix.

use super::BitMatrix;
use crate::error::{Error, Result};

impl BitMatrix {
    /// The matrix with further entries missing: where `missing` has ones. Their bits become zero.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `missing` is not of the same shape.
    pub fn with_missing(mut self, missing: &BitMatrix) -> Result<Self> {
        self.check_shape(missing)?;
        if missing.count_ones() > 0 {
            let none = || Self::zeros(missing.n_samples, missing.n_features).into();
            let mask = self.missing.get_or_insert_with(none);
            with_bytes_of(missing, mask.own(), |byte, more| *byte |= more);
            self.clear_missing();
        }
        Ok(self)
    }

    /// [`Self::with_missing`] for a mapped matrix; `missing` is mapped too. Neither is copied.
    pub(crate) fn with_mapped_missing(self, missing: Self) -> Result<Self> {
        self.check_shape(&missing)?;
        let missing = (missing.count_ones() > 0).then(|| Box::new(missing));
        Ok(Self { missing, ..self })
    }

    /// Ones where entries are missing; `None` if none is.
    pub(crate) fn missing(&self) -> Option<&BitMatrix> {
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
    pub(crate) fn observed_counts(&self) -> Vec<u64> {
        let all = self.n_samples as u64;
        match self.missing() {
            Some(missing) => missing.column_sums().into_iter().map(|sum| all - sum).collect(),
            None => vec![all; self.n_features],
        }
    }

    fn check_shape(&self, missing: &Self) -> Result<()> {
        let shape = |matrix: &Self| (matrix.n_samples, matrix.n_features);
        if shape(missing) == shape(self) {
            return Ok(());
        }
        let ((n, d), (rows, columns)) = (shape(missing), shape(self));
        let allowed = format!("{rows} x {columns}, as the data");
        Err(Error::parameter("missing entries", format!("{n} x {d}"), allowed))
    }

    pub(super) fn clear_missing(&mut self) {
        let Some(missing) = self.missing.take() else { return };
        with_bytes_of(&missing, self.own(), |byte, gone| *byte &= !gone);
        self.missing = Some(missing);
    }
}

/// Changes every byte of `bytes` by that of `matrix` at the same place.
fn with_bytes_of(matrix: &BitMatrix, mut bytes: &mut [u8], change: impl Fn(&mut u8, u8)) {
    for piece in matrix.pieces() {
        let (here, behind) = bytes.split_at_mut(piece.len());
        here.iter_mut().zip(&*piece).for_each(|(byte, other)| change(byte, *other));
        bytes = behind;
    }
}
