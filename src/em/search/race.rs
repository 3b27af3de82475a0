//! A run that is followed only as long as it may still reach a given objective.
//!
//! After Maron & Moore, *The racing algorithm* (Artificial Intelligence Review 11, 1997).

use crate::em::observe::{Iteration, Observe};
use std::ops::ControlFlow::{self, Break, Continue};

/// A run is abandoned when so many iterations of the last gain would not reach the objective.
const PATIENCE: f64 = 20.0;

/// Passes news on, and ends a run that falls short.
pub(crate) struct Race<'a> {
    observe: &'a mut dyn Observe,
    /// What the objective still lacks, in nats per sample; negative once it is ahead.
    gap: f64,
    /// A run that lacks no more than this goes on, in nats per sample.
    near: f64,
    /// Iterations before a run may be abandoned.
    least_iter: usize,
    /// Whether the observer, and not the race, ended the run.
    pub(crate) was_interrupted: bool,
}

impl<'a> Race<'a> {
    /// A race that begins `gap` nats per sample behind. Who is `near` at the end may finish.
    pub(crate) fn new(
        observe: &'a mut dyn Observe,
        gap: f64,
        near: f64,
        least_iter: usize,
    ) -> Self {
        Self { observe, gap, near, least_iter, was_interrupted: false }
    }
}

impl Observe for Race<'_> {
    fn iteration(&mut self, news: &Iteration) -> ControlFlow<()> {
        self.gap -= news.gain;
        self.was_interrupted = self.observe.iteration(news).is_break();
        let is_behind = self.gap > self.near.max(PATIENCE * news.gain);
        let is_lost = news.iteration >= self.least_iter && is_behind;
        if self.was_interrupted || is_lost { Break(()) } else { Continue(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::em::Silent;

    /// Iterations with these gains until the race ends.
    fn length(gap: f64, gains: impl Iterator<Item = f64>) -> usize {
        let mut silent = Silent;
        let mut race = Race::new(&mut silent, gap, 0.0, 5);
        let news = gains.enumerate().map(|(i, gain)| Iteration {
            n_components: 3,
            round: 0,
            start: 0,
            iteration: i + 1,
            score: 0.0,
            gain,
        });
        news.take(100).take_while(|news| race.iteration(news).is_continue()).count()
    }

    #[test]
    fn who_gains_enough_runs_on_and_who_does_not_is_left_behind() {
        let constant = |gain| std::iter::repeat(gain);
        assert_eq!(length(1.0, constant(0.1)), 100);
        assert_eq!(length(1.0, constant(1e-3)), 4);
        // Ahead, it may slow down.
        assert_eq!(length(1.0, [2.0].into_iter().chain(constant(0.0))), 100);
        // Halving gains end at 1.
        let halving = || (1..).map(|i| 0.5_f64.powi(i));
        assert_eq!(length(0.999, halving()), 100);
        assert!(length(1.1, halving()) < 12);
    }

    #[test]
    fn an_interruption_is_told_from_a_lost_race() {
        let news =
            Iteration { n_components: 3, round: 0, start: 0, iteration: 9, score: 0.0, gain: 1e-3 };
        let mut silent = Silent;
        let mut lost = Race::new(&mut silent, 5.0, 0.0, 5);
        assert!(lost.iteration(&news).is_break() && !lost.was_interrupted);
        let mut stop = |_: &Iteration| Break(());
        let mut interrupted = Race::new(&mut stop, 0.0, 0.0, 5);
        assert!(interrupted.iteration(&news).is_break() && interrupted.was_interrupted);
    }
}
