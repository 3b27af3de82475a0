//! One start of EM, climbing: it can be run for a while, compared with others, and run on.

use super::accelerate::Momentum;
use super::e_step::EStep;
use super::m_step::{log_prior, m_step};
use super::observe::{Iteration, Observe};
use super::params::FitParams;
use super::report::{StartReport, StopReason};
use super::rounding::{RELATIVE_ERROR, rounding_of_scores};
use super::stats::SufficientStats;
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;

/// A start on its way up: parameters, their statistics, and the objective of all parameters so far.
pub(super) struct Climb {
    pub(super) start: usize,
    pub(super) mixture: BernoulliMixture,
    stats: SufficientStats,
    pub(super) history: Vec<f64>,
    momentum: Momentum,
    /// Iterations that were leaps, and leaps that were scored and not taken.
    n_leaps: usize,
    n_rejected: usize,
    /// `None` while there is more to climb.
    stop: Option<StopReason>,
}

impl Climb {
    /// Scores the initial parameters of start number `start`.
    pub(super) fn new(
        start: usize,
        mixture: BernoulliMixture,
        e_step: &mut EStep,
        params: &FitParams,
    ) -> Self {
        let stats = e_step.run(&mixture);
        let objective = stats.log_likelihood() + log_prior(&mixture, params.alpha);
        Self {
            start,
            mixture,
            stats,
            history: vec![objective],
            momentum: Momentum::new(params.accelerate),
            n_leaps: 0,
            n_rejected: 0,
            stop: None,
        }
    }

    /// Iterates until the stop rule holds or `max_iter` E-steps are done in all, the initial one not counted.
    pub(super) fn run(
        &mut self,
        max_iter: usize,
        e_step: &mut EStep,
        params: &FitParams,
        observe: &mut dyn Observe,
    ) -> Result<()> {
        while self.stop.is_none() && self.n_e_steps() < max_iter {
            let step = m_step(&self.stats, params.alpha, &self.mixture)?;
            let leap = self.momentum.leap(&self.mixture, &step)?;
            let is_leap = leap.is_some();
            let mixture = leap.unwrap_or(step);
            let stats = e_step.run(&mixture);
            let objective = stats.log_likelihood() + log_prior(&mixture, params.alpha);
            let holds = objective >= self.objective();
            match is_leap {
                true if holds => {}
                true => {
                    self.reject_leap();
                    continue;
                }
                false => self.check_not_fallen(&mixture, objective, &stats)?,
            }
            self.advance(mixture, stats, objective, is_leap, params.tol, observe);
        }
        // Starts that wait for the others hold no more than they need.
        self.momentum.restart();
        Ok(())
    }

    /// Stays where it is: the next step is the plain one from here.
    fn reject_leap(&mut self) {
        self.n_rejected += 1;
        self.momentum.restart();
    }

    fn advance(
        &mut self,
        mixture: BernoulliMixture,
        stats: SufficientStats,
        objective: f64,
        is_leap: bool,
        tol: f64,
        observe: &mut dyn Observe,
    ) {
        let n = stats.n_samples() as f64;
        let gain = (objective - self.objective()) / n;
        let score = stats.log_likelihood() / n;
        (self.mixture, self.stats) = (mixture, stats);
        self.history.push(objective);
        self.n_leaps += usize::from(is_leap);
        self.momentum.hear(gain);
        let news = Iteration { start: self.start, iteration: self.n_iter(), score, gain };
        // A fall within rounding is neither gain nor convergence; after a leap only a plain step can tell.
        match (0.0..tol).contains(&gain) {
            true if is_leap => self.momentum.restart(),
            true => self.stop = Some(StopReason::Converged),
            false => {}
        }
        if observe.iteration(&news).is_break() {
            self.stop = Some(StopReason::Interrupted);
        }
    }

    /// A fall beyond rounding is a defect, and reading it as convergence would hide it.
    fn check_not_fallen(
        &self,
        mixture: &BernoulliMixture,
        objective: f64,
        stats: &SufficientStats,
    ) -> Result<()> {
        let before = self.objective();
        let fall = before - objective;
        // From -inf, which a given mixture may start at, everything is up; to it, nothing is.
        let allowed = RELATIVE_ERROR * (before.abs() + stats.n_samples() as f64);
        let of_scores =
            || rounding_of_scores(&self.mixture, &self.stats) + rounding_of_scores(mixture, stats);
        // Nearly always the first holds, and costs nothing.
        if before == f64::NEG_INFINITY || fall <= allowed || fall <= allowed + of_scores() {
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

    /// E-steps done, the initial one not counted.
    pub(super) fn n_e_steps(&self) -> usize {
        self.n_iter() + self.n_rejected
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
            n_leaps: self.n_leaps,
            n_rejected: self.n_rejected,
            objective: self.objective(),
            stop: self.stop.unwrap_or(unfinished),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;
    use crate::em::Silent;
    use nalgebra::{DMatrix, DVector};

    /// Two kinds of rows, a start that has converged on them, and the statistics of another mixture.
    fn converged_and_other(other_mean: f64) -> (Climb, BernoulliMixture, SufficientStats) {
        let data = BitMatrix::from_fn(100, 8, |i, d| (d < 4) == (i % 2 == 0) || i % 10 == d);
        let params = FitParams { n_components: 2, tol: 1e-12, ..FitParams::default() };
        let mut e_step = EStep::new(&data, 2);
        let of = |mean: f64| {
            let means = DMatrix::from_fn(8, 2, |d, k| if (d < 4) == (k == 0) { mean } else { 0.1 });
            BernoulliMixture::new(DVector::from_element(2, 0.5), means).unwrap()
        };
        let mut climb = Climb::new(0, of(0.8), &mut e_step, &params);
        climb.run(200, &mut e_step, &params, &mut Silent).unwrap();
        let stats = e_step.run(&of(other_mean));
        (climb, of(other_mean), stats)
    }

    #[test]
    fn a_fall_of_the_objective_is_an_error_that_names_iteration_component_and_size() {
        let (climb, worse, stats) = converged_and_other(0.5);
        let fallen = climb.objective() - 1e-6;
        let error = climb.check_not_fallen(&worse, fallen, &stats).unwrap_err();
        let Error::ObjectiveFell { iteration, component, fall } = error else { panic!("{error}") };
        assert_eq!(iteration, climb.n_iter() + 1);
        assert!(component < 2 && (fall - 1e-6).abs() < 1e-9);
    }

    #[test]
    fn a_fall_to_minus_infinity_is_an_error_and_a_rise_from_it_is_none() {
        let (mut climb, worse, stats) = converged_and_other(0.5);
        let before = climb.objective();
        assert!(climb.check_not_fallen(&worse, f64::NEG_INFINITY, &stats).is_err());
        climb.history.push(f64::NEG_INFINITY);
        assert!(climb.check_not_fallen(&worse, before, &stats).is_ok());
    }

    #[test]
    fn rounding_is_no_fall_and_a_fall_is_no_convergence() {
        let (mut climb, same, stats) = converged_and_other(0.8);
        let fallen = climb.objective() * (1.0 + 1e-15);
        assert!(fallen < climb.objective());
        assert!(climb.check_not_fallen(&same, fallen, &stats).is_ok());
        climb.stop = None;
        climb.advance(same, stats, fallen, false, 1e-3, &mut Silent);
        assert_eq!(climb.stop, None);
    }
}
