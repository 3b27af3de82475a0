//! How progress leaves the fit, and how the outside stops it.

use std::ops::ControlFlow;

/// What one iteration did: an M-step, perhaps an extrapolation beyond it, and an E-step.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Iteration {
    /// K of the mixture that is fitted.
    pub n_components: usize,
    /// Which start, from 0.
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
