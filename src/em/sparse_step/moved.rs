//! What is known without looking: how far scores can have moved since a row was last looked at.

use crate::scorer::Drift;

/// How far scores may have moved in all runs so far, to tell which rows need no new look.
pub(super) struct Moved {
    /// For each component, in nats: by how much it may have lost ground to the best of the others. Only grows. One more, for
    /// `SEVERAL`, is infinite.
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

    /// Hears of a move from one mixture to the next.
    pub(super) fn hear(&mut self, drift: &Drift) {
        if drift.rise < f64::INFINITY {
            let falls = self.lost.iter_mut().zip(&drift.falls);
            falls.for_each(|(lost, fall)| *lost += drift.rise + fall);
        } else {
            *self = Self { generation: self.generation + 1, ..Self::new(drift.falls.len()) };
        }
    }

    /// What a row's one component, or `SEVERAL`, may have lost.
    #[inline(always)]
    pub(super) fn lost(&self, sole: u32) -> f64 {
        self.lost[(sole as usize).min(self.lost.len() - 1)]
    }
}
