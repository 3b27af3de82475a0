//! Sums of responsibilities in fixed point, whole and by component.

use crate::bits::row_bytes;
use crate::kernels::Octet;

/// Sums of responsibilities over rows, as multiples of 2^-32.
pub(super) struct Sums {
    /// Sum of each component's responsibility.
    pub(super) resp: Vec<i64>,
    /// Component after component, one octet for each byte of a packed row: sums of responsibility times feature.
    pub(super) weighted: Vec<Octet<i64>>,
}

/// One component's part of [`Sums`].
pub(super) struct Change<'a> {
    pub(super) resp: &'a mut i64,
    pub(super) weighted: &'a mut [Octet<i64>],
}

impl Change<'_> {
    /// Adds `other` and leaves it empty.
    pub(super) fn absorb(&mut self, other: Self) {
        *self.resp += std::mem::take(other.resp);
        for (sum, change) in self.weighted.iter_mut().zip(other.weighted) {
            sum.add(&std::mem::take(change));
        }
    }
}

impl Sums {
    pub(super) fn zeros(n_components: usize, n_features: usize) -> Self {
        Self {
            resp: vec![0; n_components],
            weighted: vec![Octet::default(); n_components * row_bytes(n_features)],
        }
    }

    pub(super) fn of_components(&mut self, n_features: usize) -> Vec<Change<'_>> {
        let weighted = self.weighted.chunks_exact_mut(row_bytes(n_features));
        let parts = self.resp.iter_mut().zip(weighted);
        parts.map(|(resp, weighted)| Change { resp, weighted }).collect()
    }
}
