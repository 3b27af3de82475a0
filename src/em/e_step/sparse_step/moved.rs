//! What is known without looking: how far scores can have moved since a row was last looked at.

use crate::scorer::{Drift, n_shapes};

/// How far scores may have moved in all runs so far, to tell which rows need no new look.
pub(super) struct Moved {
    n_components: usize,
    n_shapes: usize,
    /// For each component and shape of a row, in nats: by how much it may have lost ground to the best of the others. Only grows. One
    /// more component, for `SEVERAL`, is infinite.
    lost: Vec<f64>,
    /// Runs between which no bound holds are of different generations.
    pub(super) generation: u32,
}

impl Moved {
    /// Nothing has moved yet.
    pub(super) fn new(n_components: usize) -> Self {
        let n_shapes = n_shapes(n_components);
        let mut lost = vec![0.0; n_components * n_shapes];
        lost.resize((n_components + 1) * n_shapes, f64::INFINITY);
        // Rows that nobody has looked at are of generation 0.
        Self { n_components, n_shapes, lost, generation: 1 }
    }

    /// Hears of a move from one mixture to the next.
    pub(super) fn hear(&mut self, drift: &Drift) {
        if drift.is_unbounded() {
            *self = Self { generation: self.generation + 1, ..Self::new(self.n_components) };
            return;
        }
        let of_components = self.lost.chunks_exact_mut(self.n_shapes);
        for (lost, falls) in of_components.zip(drift.falls.chunks_exact(self.n_shapes)) {
            for (lost, (rise, fall)) in lost.iter_mut().zip(drift.rises.iter().zip(falls)) {
                *lost += rise + fall;
            }
        }
    }

    /// What the one component of a row of a shape, or `SEVERAL`, may have lost.
    #[inline(always)]
    pub(super) fn lost(&self, single: u32, shape: u8) -> f64 {
        // All rows are of shape 0 where shapes are not told apart.
        let shape = usize::from(shape) & (self.n_shapes - 1);
        self.lost[(single as usize).min(self.n_components) * self.n_shapes + shape]
    }
}
