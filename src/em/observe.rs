//! How progress leaves the fit, and how the outside stops it.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

/// What one iteration did: an M-step, perhaps an extrapolation beyond it, and an E-step.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Iteration {
    /// K of the mixture that is fitted.
    pub n_components: usize,
    /// Which of the runs that go on side by side, from 0.
    pub round: usize,
    /// Which start, from 0. Rounds that run side by side count on from the same number.
    pub start: usize,
    /// Iterations done since that start's initialisation.
    pub iteration: usize,
    /// Mean log-likelihood of the parameters reached, in nats per sample.
    pub score: f64,
    /// What the objective gained, in nats per sample; infinite if a row was impossible before.
    pub gain: f64,
}

/// Watches a fit. Calls come from one of the threads that fit, one at a time.
pub trait Observe: Send {
    /// Called after every iteration. `Break` ends the fit with the best parameters so far.
    ///
    /// It is not called for initial parameters, nor for an extrapolation that was not accepted.
    fn iteration(&mut self, news: &Iteration) -> ControlFlow<()>;
}

/// One observer of fits that run side by side. Once it has ended one, it ends all.
pub(crate) struct Shared<'a>(Mutex<Shareable<'a>>);

struct Shareable<'a> {
    observe: &'a mut dyn Observe,
    is_over: bool,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(observe: &'a mut dyn Observe) -> Self {
        Self(Mutex::new(Shareable { observe, is_over: false }))
    }

    /// The observer of a round, whose number is added to that of the news. Its starts count on from
    /// `first`.
    pub(crate) fn observer(&self, round: usize, first: usize) -> impl Observe + '_ {
        move |news: &Iteration| {
            let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (round, start) = (round + news.round, first + news.start);
            let news = Iteration { round, start, ..*news };
            if shared.is_over || shared.observe.iteration(&news).is_break() {
                shared.is_over = true;
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        }
    }
}

/// Watches nothing and never stops a fit.
pub struct Silent;

impl Observe for Silent {
    fn iteration(&mut self, _: &Iteration) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<O: FnMut(&Iteration) -> ControlFlow<()> + Send> Observe for O {
    fn iteration(&mut self, news: &Iteration) -> ControlFlow<()> {
        self(news)
    }
}
