//! How far scores may have moved since a row was screened, to tell which rows need no new look.

use crate::scorer::Drift;

/// The sum of the drifts of all runs so far.
pub(super) struct TotalDrift {
    /// For each component, in nats: by how much its lead over any other component may have shrunk.
    /// Grows within a generation. Infinite at index K, for rows without one component.
    lead_losses: Vec<f64>,
    /// Counts the runs whose drift had no bound: only those of one generation compare.
    pub(super) generation: u32,
}

impl TotalDrift {
    /// Before the first run.
    pub(super) fn new(n_components: usize) -> Self {
        let mut lead_losses = vec![0.0; n_components];
        lead_losses.push(f64::INFINITY);
        // Rows that were never screened are of generation 0.
        Self { lead_losses, generation: 1 }
    }

    pub(super) fn add(&mut self, drift: &Drift) {
        let n_components = self.lead_losses.len() - 1;
        match drift.lead_losses() {
            Some(losses) => {
                self.lead_losses.iter_mut().zip(losses).for_each(|(sum, by)| *sum += by);
            }
            None => *self = Self { generation: self.generation + 1, ..Self::new(n_components) },
        }
    }

    /// The total lead loss of component `k`, in nats; infinite above all components.
    #[inline(always)]
    pub(super) fn lead_loss(&self, k: u32) -> f64 {
        self.lead_losses[(k as usize).min(self.lead_losses.len() - 1)]
    }
}
