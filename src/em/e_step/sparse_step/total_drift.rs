//! What is known without looking: how far scores can have moved since a row was last looked at.

use crate::scorer::Drift;

/// How far scores may have moved in all runs so far, to tell which rows need no new look.
pub(super) struct Moved {
    /// For each component, in nats: by how much its lead over any other may have shrunk. Only grows. One more component,
    /// for `SEVERAL`, is infinite.
    lost: Vec<f64>,
    /// Runs between which no bound holds are of different generations.
    pub(super) generation: u32,
}

impl Moved {
    /// Nothing has moved yet.
    pub(super) fn new(n_components: usize) -> Self {
        let mut lost = vec![0.0; n_components];
        lost.push(f64::INFINITY);
        // Rows that nobody has looked at are of generation 0.
        Self { lost, generation: 1 }
    }

    /// Adds a move from one mixture to the next.
    pub(super) fn add(&mut self, drift: &Drift) {
        let n_components = self.lost.len() - 1;
        match drift.lead_losses() {
            Some(losses) => self.lost.iter_mut().zip(losses).for_each(|(sum, by)| *sum += by),
            None => *self = Self { generation: self.generation + 1, ..Self::new(n_components) },
        }
    }

    /// By how much the lead of the one component of a row, or `SEVERAL`, may have shrunk.
    #[inline(always)]
    pub(super) fn lead_loss(&self, component: u32) -> f64 {
        self.lost[(component as usize).min(self.lost.len() - 1)]
    }
}
