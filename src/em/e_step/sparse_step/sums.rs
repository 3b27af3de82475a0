//! Sums of responsibilities in fixed point, whole and by component.

use crate::bits::row_bytes;
use crate::kernels::Lanes8;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Sums over rows for each component. Threads add to them in any order: they are whole numbers.
pub(super) struct Sums(Vec<Mutex<Sum>>);

/// One component's sums, as multiples of the smallest responsibility.
#[derive(Clone)]
pub(super) struct Sum {
    /// Of responsibilities.
    pub(super) resp: i64,
    /// Of responsibility times feature, one octet for each byte of a packed row.
    pub(super) weighted: Vec<Lanes8<i64>>,
}

impl Sums {
    pub(super) fn zeros(n_components: usize, n_features: usize) -> Self {
        let zero = Sum { resp: 0, weighted: vec![Lanes8::default(); row_bytes(n_features)] };
        Self((0..n_components).map(|_| Mutex::new(zero.clone())).collect())
    }

    pub(super) fn of_component(&self, k: usize) -> MutexGuard<'_, Sum> {
        self.0[k].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
