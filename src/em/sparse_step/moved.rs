//! What is known without looking: how far scores can have moved since a row was last looked at.

use crate::scorer::{Drift, Scorer};

/// How far scores may have moved in all runs so far, to tell which rows need no new look.
pub(super) struct Moved {
    /// The mixture of the last run.
    pub(super) scorer: Scorer,
    /// For each component, in nats: by how much it may have lost ground to the best of the others. Only grows. One more, for
    /// `SEVERAL`, is infinite.
    lost: Vec<f64>,
    /// Runs between which no bound holds are of different generations.
    pub(super) generation: u32,
}

impl Moved {
    /// Takes over the mixture of the next run.
    pub(super) fn advance(last: Option<Self>, scorer: Scorer) -> Self {
        let generation = last.as_ref().map_or(0, |last| last.generation);
        if let Some(Self { scorer: old, mut lost, generation }) = last {
            let drift = Drift::between(&old, &scorer);
            if drift.rise < f64::INFINITY {
                lost.iter_mut()
                    .zip(drift.falls)
                    .for_each(|(lost, fall)| *lost += drift.rise + fall);
                return Self { scorer, lost, generation };
            }
        }
        let mut lost = vec![0.0; scorer.n_components()];
        lost.push(f64::INFINITY);
        Self { lost, scorer, generation: generation + 1 }
    }

    /// What a row's one component, or `SEVERAL`, may have lost.
    #[inline(always)]
    pub(super) fn lost(&self, sole: u32) -> f64 {
        self.lost[(sole as usize).min(self.lost.len() - 1)]
    }
}
