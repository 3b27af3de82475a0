//! One start of EM, climbing: it can be run for a while, compared with others, and run on.

use super::accelerate::Momentum;
use super::rounding::{RELATIVE_ERROR, rounding_of_scores};
use crate::em::e_step::EStep;
use crate::em::m_step::{log_prior, m_step};
use crate::em::observe::{Iteration, Observe};
use crate::em::params::FitParams;
use crate::em::report::StartReport;
use crate::em::stats::SufficientStats;
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;
use crate::record::StopReason;
use std::sync::Arc;

/// A start on its way up: parameters, where an M-step leads from them, and the objective of all parameters so far.
pub(crate) struct Climb {
    pub(crate) start: usize,
    /// Those that the last objective is of.
    pub(crate) mixture: Arc<BernoulliMixture>,
    /// The M-step from there; `None` in a start that waits for the others, which holds no more than it needs.
    step: Option<Arc<BernoulliMixture>>,
    pub(crate) history: Vec<f64>,
    momentum: Momentum,
    /// Iterations that were leaps, and leaps that were scored and not taken.
    n_leaps: usize,
    n_rejected: usize,
    /// `None` while there is more to climb.
    stop: Option<StopReason>,
}

/// What an E-step says of parameters.
struct Scored {
    stats: SufficientStats,
    /// Total nats.
    objective: f64,
}

impl Scored {
    fn new(mixture: &BernoulliMixture, e_step: &mut EStep, params: &FitParams) -> Self {
        let stats = e_step.run(mixture);
        Self { objective: stats.log_likelihood() + log_prior(mixture, params.alpha), stats }
    }
}

impl Climb {
    /// Scores the initial parameters of start number `start`.
    pub(crate) fn new(
        start: usize,
        mixture: BernoulliMixture,
        e_step: &mut EStep,
        params: &FitParams,
    ) -> Result<Self> {
        let Scored { stats, objective } = Scored::new(&mixture, e_step, params);
        let step = m_step(stats, params.alpha, &mixture)?;
        Ok(Self {
            start,
            mixture: Arc::new(mixture),
            step: Some(Arc::new(step)),
            history: vec![objective],
            momentum: Momentum::new(params.accelerate),
            n_leaps: 0,
            n_rejected: 0,
            stop: None,
        })
    }

    /// Iterates until the stop rule holds or `max_iter` E-steps are done in all, the initial one not counted.
    pub(crate) fn run(
        &mut self,
        max_iter: usize,
        e_step: &mut EStep,
        params: &FitParams,
        observe: &mut dyn Observe,
    ) -> Result<()> {
        while self.stop.is_none() && self.n_e_steps() < max_iter {
            let step = match self.step.take() {
                Some(step) => step,
                None => Arc::new(m_step(e_step.run(&self.mixture), params.alpha, &self.mixture)?),
            };
            let Some((scored, is_leap)) = self.move_on(step, max_iter, e_step, params)? else {
                break;
            };
            self.advance(&scored, is_leap, params.tol, observe);
            if self.stop.is_none() && self.n_e_steps() < max_iter {
                self.step = Some(Arc::new(m_step(scored.stats, params.alpha, &self.mixture)?));
            }
        }
        self.step = None;
        self.momentum.restart();
        Ok(())
    }

    /// Goes to other parameters, by a leap (true) or by `step`; `None` if the last E-step was spent on a leap that lost ground.
    ///
    /// Large as parameters are, what there is no way back to makes room before the next ones are scored.
    fn move_on(
        &mut self,
        step: Arc<BernoulliMixture>,
        max_iter: usize,
        e_step: &mut EStep,
        params: &FitParams,
    ) -> Result<Option<(Scored, bool)>> {
        let Some(leap) = self.momentum.leap(&self.mixture, &step)? else {
            return Ok(Some((self.take_step(step, e_step, params)?, false)));
        };
        if self.n_e_steps() + 1 == max_iter {
            drop(step);
            self.momentum.restart();
            let before = self.mixture.clone();
            let leapt = self.try_leap(leap, e_step, params);
            if leapt.is_none() {
                self.mixture = before;
            }
            return Ok(leapt.map(|scored| (scored, true)));
        }
        if let Some(scored) = self.try_leap(leap, e_step, params) {
            return Ok(Some((scored, true)));
        }
        // From before the leap, plain EM comes here.
        self.momentum.restart_from(&step);
        Ok(Some((self.take_step(step, e_step, params)?, false)))
    }

    /// Goes to `leap`; `None` if that loses ground, and other parameters must follow.
    fn try_leap(
        &mut self,
        leap: BernoulliMixture,
        e_step: &mut EStep,
        params: &FitParams,
    ) -> Option<Scored> {
        self.mixture = Arc::new(leap);
        let scored = Scored::new(&self.mixture, e_step, params);
        let holds = scored.objective >= self.objective();
        self.n_rejected += usize::from(!holds);
        holds.then_some(scored)
    }

    fn take_step(
        &mut self,
        step: Arc<BernoulliMixture>,
        e_step: &mut EStep,
        params: &FitParams,
    ) -> Result<Scored> {
        self.mixture = step;
        let scored = Scored::new(&self.mixture, e_step, params);
        self.check_not_fallen(&scored)?;
        Ok(scored)
    }

    /// What follows from parameters that are taken.
    fn advance(&mut self, scored: &Scored, is_leap: bool, tol: f64, observe: &mut dyn Observe) {
        let Scored { stats, objective } = scored;
        let n = stats.total_weight();
        let gain = (objective - self.objective()) / n;
        let score = stats.log_likelihood() / n;
        self.history.push(*objective);
        self.n_leaps += usize::from(is_leap);
        self.momentum.hear(gain);
        let (n_components, iteration) = (self.mixture.n_components(), self.n_iter());
        let news = Iteration { n_components, start: self.start, iteration, score, gain };
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

    /// A fall beyond rounding after a plain step is a defect, and reading it as convergence would hide it.
    fn check_not_fallen(&self, scored: &Scored) -> Result<()> {
        let Scored { stats, objective } = scored;
        let (before, n) = (self.objective(), stats.total_weight());
        let fall = before - objective;
        // From -inf, which a given mixture may start at, everything is up; to it, nothing is.
        let allowed = RELATIVE_ERROR * (before.abs() + n);
        // Of the parameters before and after. Where these are much smaller than those, as after a first step from a mixture that was
        // given, the gain is beyond all rounding.
        let of_scores = || 2.0 * rounding_of_scores(&self.mixture, stats);
        // Nearly always the first holds, and costs nothing.
        if before == f64::NEG_INFINITY || fall <= allowed || fall <= allowed + of_scores() {
            return Ok(());
        }
        // After an M-step weights are shares of the rows.
        let change = |k: usize| (stats.resp_sum(k) / n - self.mixture.weights()[k]).abs();
        let component = (0..self.mixture.n_components())
            .max_by(|&a, &b| change(a).total_cmp(&change(b)))
            .unwrap_or(0);
        Err(Error::ObjectiveFell { iteration: self.n_iter() + 1, component, fall })
    }

    /// Iterations done.
    pub(crate) fn n_iter(&self) -> usize {
        self.history.len() - 1
    }

    /// E-steps done, the initial one not counted.
    pub(crate) fn n_e_steps(&self) -> usize {
        self.n_iter() + self.n_rejected
    }

    /// The objective of the current parameters, total nats.
    pub(crate) fn objective(&self) -> f64 {
        self.history[self.history.len() - 1]
    }

    /// What became of this start; `unfinished` if its stop rule never held.
    pub(crate) fn report(&self, unfinished: StopReason) -> StartReport {
        StartReport {
            n_iter: self.n_iter(),
            n_leaps: self.n_leaps,
            n_rejected: self.n_rejected,
            objective: self.objective(),
            stop: self.stop.unwrap_or(unfinished),
            moved_from: None,
            is_warm: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;
    use crate::em::Silent;

    /// Two kinds of rows, a start that has converged on them, and then gone to another mixture.
    fn converged_and_gone_to(other_mean: f64) -> (Climb, Scored) {
        let data = BitMatrix::from_fn(100, 8, |i, d| (d < 4) == (i % 2 == 0) || i % 10 == d);
        let params = FitParams { n_components: 2, tol: 1e-12, ..FitParams::default() };
        let mut e_step = EStep::new(&data, 2);
        let of = |mean: f64| {
            let means = [[mean; 4], [0.1; 4], [0.1; 4], [mean; 4]].concat();
            BernoulliMixture::new([0.5; 2], means).unwrap()
        };
        let mut climb = Climb::new(0, of(0.8), &mut e_step, &params).unwrap();
        climb.run(200, &mut e_step, &params, &mut Silent).unwrap();
        climb.mixture = Arc::new(of(other_mean));
        let scored = Scored::new(&climb.mixture, &mut e_step, &params);
        (climb, scored)
    }

    #[test]
    fn a_climb_that_waited_goes_on_as_if_it_had_not() {
        let data = BitMatrix::from_fn(100, 8, |i, d| (i * 7 + d * 13) % 11 < 3 + i % 4);
        let params = FitParams { n_components: 2, accelerate: false, ..FitParams::default() };
        let mean = |i: usize| 0.3 + 0.05 * ((i % 8 + 3 * (i / 8)) % 7) as f64;
        let means: Vec<f64> = (0..16).map(mean).collect();
        let first = BernoulliMixture::new([0.5; 2], means).unwrap();
        let mut e_step = EStep::new(&data, 2);
        let mut climbs = [&[12][..], &[3, 12]].map(|legs| {
            let mut climb = Climb::new(0, first.clone(), &mut e_step, &params).unwrap();
            legs.iter().for_each(|n| climb.run(*n, &mut e_step, &params, &mut Silent).unwrap());
            climb
        });
        assert_eq!(climbs[0].history.len(), 13);
        assert_eq!(climbs[0].history, climbs[1].history);
        assert_eq!(climbs[0].mixture, climbs[1].mixture);
        // Nothing is left to be computed, and nothing is kept.
        assert!(climbs.iter_mut().all(|climb| climb.step.take().is_none()));
    }

    #[test]
    fn a_fall_of_the_objective_is_an_error_that_names_iteration_component_and_size() {
        let (climb, scored) = converged_and_gone_to(0.5);
        let fallen = Scored { objective: climb.objective() - 1e-6, ..scored };
        let error = climb.check_not_fallen(&fallen).unwrap_err();
        let Error::ObjectiveFell { iteration, component, fall } = error else { panic!("{error}") };
        assert_eq!(iteration, climb.n_iter() + 1);
        assert!(component < 2 && (fall - 1e-6).abs() < 1e-9);
    }

    #[test]
    fn a_fall_to_minus_infinity_is_an_error_and_a_rise_from_it_is_none() {
        let (mut climb, scored) = converged_and_gone_to(0.5);
        let before = climb.objective();
        let impossible = Scored { objective: f64::NEG_INFINITY, ..scored };
        assert!(climb.check_not_fallen(&impossible).is_err());
        climb.history.push(f64::NEG_INFINITY);
        assert!(climb.check_not_fallen(&Scored { objective: before, ..impossible }).is_ok());
    }

    #[test]
    fn rounding_is_no_fall_and_a_fall_is_no_convergence() {
        let (mut climb, scored) = converged_and_gone_to(0.8);
        let fallen = climb.objective() * (1.0 + 1e-15);
        assert!(fallen < climb.objective());
        let scored = Scored { objective: fallen, ..scored };
        assert!(climb.check_not_fallen(&scored).is_ok());
        climb.stop = None;
        climb.advance(&scored, false, 1e-3, &mut Silent);
        assert_eq!(climb.stop, None);
    }
}
