//! How progress leaves the fit, and how the outside stops it.

use std::ops::ControlFlow;

/// One E-step's news.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Iteration {
    /// Which start, from 0.
    pub start: usize,
    /// M-steps done since that start's initialisation.
    pub iteration: usize,
    /// Mean log-likelihood of the parameters reached, in nats per sample.
    pub score: f64,
    /// What the objective gained in the last iteration, in nats per sample; infinite before the first.
    pub gain: f64,
}

/// Watches a fit.
pub trait Observe {
    /// Called after every E-step. `Break` ends the fit here; the best parameters so far are kept.
    fn iteration(&mut self, news: &Iteration) -> ControlFlow<()>;
}

/// Watches nothing and never stops a fit.
pub struct Silent;

impl Observe for Silent {
    fn iteration(&mut self, _: &Iteration) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<O: FnMut(&Iteration) -> ControlFlow<()>> Observe for O {
    fn iteration(&mut self, news: &Iteration) -> ControlFlow<()> {
        self(news)
    }
}
