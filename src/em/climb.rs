//! One start of EM, climbing: it can be run for a while, compared with others, and run on.

use super::e_step::EStep;
use super::m_step::{log_prior, m_step};
use super::observe::{Iteration, Observe};
use super::params::FitParams;
use super::report::{StartReport, StopReason};
use super::rounding::{rounding_of_means, rounding_of_scores};
use super::stats::SufficientStats;
use crate::error::{Error, Result};
use crate::kernels::Real;
use crate::mixture::BernoulliMixture;

/// A start on its way up: parameters, their statistics, and the objective of all parameters so far.
pub(super) struct Climb {
    pub(super) start: usize,
    pub(super) mixture: BernoulliMixture,
    stats: SufficientStats,
    pub(super) history: Vec<f64>,
    /// `None` while there is more to climb.
    stop: Option<StopReason>,
}

impl Climb {
    /// Scores the initial parameters of start number `start`.
    pub(super) fn new<F: Real>(
        start: usize,
        mixture: BernoulliMixture,
        e_step: &mut EStep<F>,
        params: &FitParams,
    ) -> Self {
        let stats = e_step.run(&mixture);
        let objective = stats.log_likelihood() + log_prior(&mixture, params.alpha);
        Self { start, mixture, stats, history: vec![objective], stop: None }
    }

    /// Iterates until the stop rule holds or `max_iter` iterations are done in all.
    pub(super) fn run<F: Real>(
        &mut self,
        max_iter: usize,
        e_step: &mut EStep<F>,
        params: &FitParams,
        observe: &mut dyn Observe,
    ) -> Result<()> {
        while self.stop.is_none() && self.n_iter() < max_iter {
            let mixture = m_step(&self.stats, params.alpha, &self.mixture)?;
            let stats = e_step.run(&mixture);
            let objective = stats.log_likelihood() + log_prior(&mixture, params.alpha);
            self.check_not_fallen::<F>(&mixture, params.alpha, objective, &stats)?;
            self.advance(mixture, stats, objective, params.tol, observe);
        }
        Ok(())
    }

    fn advance(
        &mut self,
        mixture: BernoulliMixture,
        stats: SufficientStats,
        objective: f64,
        tol: f64,
        observe: &mut dyn Observe,
    ) {
        let n = stats.n_samples() as f64;
        let gain = (objective - self.objective()) / n;
        let score = stats.log_likelihood() / n;
        (self.mixture, self.stats) = (mixture, stats);
        self.history.push(objective);
        let news = Iteration { start: self.start, iteration: self.n_iter(), score, gain };
        if tol > 0.0 && gain < tol {
            self.stop = Some(StopReason::Converged);
        }
        if observe.iteration(&news).is_break() {
            self.stop = Some(StopReason::Interrupted);
        }
    }

    /// A fall beyond rounding is a defect, and reading it as convergence would hide it.
    fn check_not_fallen<F: Real>(
        &self,
        mixture: &BernoulliMixture,
        alpha: f64,
        objective: f64,
        stats: &SufficientStats,
    ) -> Result<()> {
        let rounding = F::RELATIVE_ERROR * (objective.abs() + stats.n_samples() as f64);
        let fall = self.objective() - objective;
        let of_parts = || {
            rounding_of_scores::<F>(&self.mixture, &self.stats)
                + rounding_of_scores::<F>(mixture, stats)
                + rounding_of_means::<F>(mixture, &self.stats, alpha)
        };
        // Nearly always the first holds, and costs nothing.
        if fall <= rounding || fall <= rounding + of_parts() {
            return Ok(());
        }
        let change = |k: usize| (stats.resp_sum(k) - self.stats.resp_sum(k)).abs();
        let component = (0..self.mixture.n_components())
            .max_by(|&a, &b| change(a).total_cmp(&change(b)))
            .unwrap_or(0);
        Err(Error::ObjectiveFell { iteration: self.n_iter() + 1, component, fall })
    }

    /// Iterations done.
    pub(super) fn n_iter(&self) -> usize {
        self.history.len() - 1
    }

    /// The objective of the current parameters, total nats.
    pub(super) fn objective(&self) -> f64 {
        self.history[self.history.len() - 1]
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.stop == Some(StopReason::Interrupted)
    }

    /// What became of this start; `unfinished` if its stop rule never held.
    pub(super) fn report(&self, unfinished: StopReason) -> StartReport {
        StartReport {
            n_iter: self.n_iter(),
            objective: self.objective(),
            stop: self.stop.unwrap_or(unfinished),
        }
    }
}
