//! One EM run, from its initial parameters until it stops.
//!
//! Each iteration of [`EmRun::iterate`] proposes parameters (the M-step, or an extrapolation beyond
//! it), scores them by an E-step, accepts them or falls back to the M-step, and may stop.

pub(crate) mod accelerate;
pub(crate) mod rounding;

use crate::em::m_step::m_step;
use crate::em::observe::{Iteration, Observe};
use crate::em::{e_step::EStep, params::FitParams, prior::Prior};
use crate::em::{report::StartReport, stats::SufficientStats};
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;
use crate::record::StopReason;
use accelerate::Momentum;
use rounding::{RELATIVE_ERROR, rounding_of_scores};
use std::sync::Arc;

/// An EM run. It can be paused, compared with others, and continued.
pub(crate) struct EmRun {
    /// Its number among the starts.
    pub(crate) start: usize,
    prior: Arc<Prior>,
    /// The current parameters; `history.last()` is their objective.
    pub(crate) mixture: Arc<BernoulliMixture>,
    /// The M-step from there. A paused run does without, to save memory.
    step: Option<Arc<BernoulliMixture>>,
    /// The objective of the initial parameters, then after each iteration, in total nats.
    pub(crate) history: Vec<f64>,
    momentum: Momentum,
    /// Iterations that were extrapolations.
    n_extrapolations: usize,
    /// Extrapolations that were scored and not accepted.
    n_rejected: usize,
    /// `None` while the run can go on.
    stop: Option<StopReason>,
}

/// Parameters that are to be scored.
struct Proposal {
    mixture: Arc<BernoulliMixture>,
    /// What to go back to if this extrapolation loses ground; `None` for the plain M-step.
    fallback: Option<Arc<BernoulliMixture>>,
}

/// What an E-step says of parameters.
struct Scored {
    stats: SufficientStats,
    /// Total nats.
    objective: f64,
}

impl Scored {
    fn new(mixture: &BernoulliMixture, e_step: &mut EStep, prior: &Prior) -> Self {
        let stats = e_step.run(mixture);
        Self { objective: stats.log_likelihood() + prior.log_density(mixture), stats }
    }
}

impl EmRun {
    /// Scores the initial parameters of start number `start`.
    pub(crate) fn new(
        start: usize,
        mixture: BernoulliMixture,
        e_step: &mut EStep,
        prior: &Arc<Prior>,
        params: &FitParams,
    ) -> Result<Self> {
        let Scored { stats, objective } = Scored::new(&mixture, e_step, prior);
        let step = m_step(stats, prior, &mixture)?;
        Ok(Self {
            start,
            prior: prior.clone(),
            mixture: Arc::new(mixture),
            step: Some(Arc::new(step)),
            history: vec![objective],
            momentum: Momentum::new(params.accelerate),
            n_extrapolations: 0,
            n_rejected: 0,
            stop: None,
        })
    }

    /// Iterates until the stop rule holds or `max_iter` E-steps are done after the initial one.
    pub(crate) fn iterate(
        &mut self,
        max_iter: usize,
        e_step: &mut EStep,
        params: &FitParams,
        observe: &mut dyn Observe,
    ) -> Result<()> {
        while self.can_go_on(max_iter) {
            // Propose.
            let is_last = self.n_e_steps() + 1 == max_iter;
            let step = self.plain_step(e_step)?;
            let Proposal { mixture, fallback } = self.propose(step, is_last)?;
            let mut is_plain = fallback.is_none();
            self.mixture = mixture;
            // Score.
            let mut scored = Scored::new(&self.mixture, e_step, &self.prior);
            // Accept, or fall back: also where there is no number to compare.
            let is_accepted = scored.objective >= self.objective();
            if let Some(fallback) = fallback.filter(|_| !is_accepted) {
                drop(scored);
                self.fall_back(fallback, is_last);
                if is_last {
                    break;
                }
                scored = Scored::new(&self.mixture, e_step, &self.prior);
                is_plain = true;
            }
            if is_plain {
                self.check_not_fallen(&scored, e_step)?;
            }
            // Stop, or go on.
            self.accept(&scored, is_plain, params.tol, observe);
            if self.can_go_on(max_iter) {
                self.step = Some(Arc::new(m_step(scored.stats, &self.prior, &self.mixture)?));
            }
        }
        self.step = None;
        self.momentum.restart();
        Ok(())
    }

    fn can_go_on(&self, max_iter: usize) -> bool {
        self.stop.is_none() && self.n_e_steps() < max_iter
    }

    /// The M-step from the current parameters; a run that was paused computes it anew.
    fn plain_step(&mut self, e_step: &mut EStep) -> Result<Arc<BernoulliMixture>> {
        if let Some(step) = self.step.take() {
            return Ok(step);
        }
        Ok(Arc::new(m_step(e_step.run(&self.mixture), &self.prior, &self.mixture)?))
    }

    /// An extrapolation beyond `step` where the momentum has one, else `step` itself.
    ///
    /// Parameters may be large, so only the fallback is kept while the proposal is scored. It is
    /// `step`. If no E-step is left to score `step`, it is the current parameters.
    fn propose(&mut self, step: Arc<BernoulliMixture>, is_last: bool) -> Result<Proposal> {
        let Some(extrapolated) = self.momentum.extrapolate(&self.mixture, &step)? else {
            return Ok(Proposal { mixture: step, fallback: None });
        };
        let mut fallback = step;
        if is_last {
            self.momentum.restart();
            fallback = self.mixture.clone();
        }
        Ok(Proposal { mixture: Arc::new(extrapolated), fallback: Some(fallback) })
    }

    /// Goes to `fallback` after an extrapolation that lost ground; the momentum begins anew.
    fn fall_back(&mut self, fallback: Arc<BernoulliMixture>, is_last: bool) {
        self.n_rejected += 1;
        if !is_last {
            self.momentum.restart_from(&fallback);
        }
        self.mixture = fallback;
    }

    /// Takes the current parameters, tells the observer, and decides whether to stop.
    fn accept(&mut self, scored: &Scored, is_plain: bool, tol: f64, observe: &mut dyn Observe) {
        let Scored { stats, objective } = scored;
        let n = stats.total_weight();
        let gain = (objective - self.objective()) / n;
        let score = stats.log_likelihood() / n;
        self.history.push(*objective);
        self.n_extrapolations += usize::from(!is_plain);
        self.momentum.observe_gain(gain);
        // A fall within rounding is neither gain nor convergence.
        if (0.0..tol).contains(&gain) {
            if is_plain {
                self.stop = Some(StopReason::Converged);
            } else {
                // Only a plain step can tell: it comes next.
                self.momentum.restart();
            }
        }
        let (n_components, iteration) = (self.mixture.n_components(), self.n_iter());
        let start = self.start;
        let news = Iteration { n_components, round: 0, start, iteration, score, gain };
        if observe.iteration(&news).is_break() {
            self.stop = Some(StopReason::Interrupted);
        }
    }

    /// A plain step cannot lose ground, so a fall beyond rounding is a defect, not convergence.
    fn check_not_fallen(&self, scored: &Scored, e_step: &EStep) -> Result<()> {
        let Scored { stats, objective } = scored;
        let (old, n) = (self.objective(), stats.total_weight());
        let allowed = RELATIVE_ERROR * (old.abs() + n);
        // From -inf everything is a gain; to it, nothing is. The cheap bound nearly always holds.
        if old == f64::NEG_INFINITY || old - objective <= allowed {
            return Ok(());
        }
        // What the E-step leaves out for speed may look like a fall. Its objective is a lower bound
        // (Neal & Hinton, 1998), which the M-step raises: the exact one is never below the old.
        let exact = e_step.exact_log_likelihood(&self.mixture)?;
        let fall = old - (exact + self.prior.log_density(&self.mixture));
        // Both are rounded, and the bound of the new one stands for both. Only the first step from
        // a given mixture may have a far larger old bound, and it gains more than that.
        if fall <= allowed + 2.0 * rounding_of_scores(&self.mixture, stats) {
            return Ok(());
        }
        // After an M-step weights are shares of the rows.
        let change = |k: usize| (stats.resp_sum(k) / n - self.mixture.weights()[k]).abs();
        let component = (0..self.mixture.n_components())
            .max_by(|&a, &b| change(a).total_cmp(&change(b)))
            .unwrap_or(0);
        Err(Error::ObjectiveFell { iteration: self.n_iter() + 1, component, fall })
    }

    /// Whether the stop rule held.
    pub(crate) fn is_finished(&self) -> bool {
        self.stop == Some(StopReason::Converged)
    }

    /// Iterations done.
    pub(crate) fn n_iter(&self) -> usize {
        self.history.len() - 1
    }

    /// E-steps done, the initial one not counted.
    pub(crate) fn n_e_steps(&self) -> usize {
        self.n_iter() + self.n_rejected
    }

    /// The objective of the current parameters, in total nats.
    pub(crate) fn objective(&self) -> f64 {
        self.history[self.history.len() - 1]
    }

    /// Its report as a start; `unfinished` is the reason where the stop rule never held.
    pub(crate) fn report(&self, unfinished: StopReason) -> StartReport {
        StartReport {
            n_iter: self.n_iter(),
            n_extrapolations: self.n_extrapolations,
            n_rejected: self.n_rejected,
            objective: self.objective(),
            stop: self.stop.unwrap_or(unfinished),
            moved_from: None,
            is_warm: false,
            n_sampled: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;
    use crate::em::{Rows, Silent};

    fn two_kinds() -> BitMatrix {
        BitMatrix::from_fn(100, 8, |i, d| (d < 4) == (i % 2 == 0) || i % 10 == d)
    }

    fn two(mean: f64) -> BernoulliMixture {
        let means = [[mean; 4], [0.1; 4], [0.1; 4], [mean; 4]].concat();
        BernoulliMixture::new([0.5; 2], means).unwrap()
    }

    /// A run that converged on these rows and then went to another mixture, with the scores of
    /// that.
    fn converged_and_gone_to(other_mean: f64, e_step: &mut EStep) -> (EmRun, Scored) {
        let params = FitParams { n_components: 2, tol: 1e-12, ..FitParams::default() };
        let prior = Prior::new(&Rows::new(&two_kinds()), params.alpha).into();
        let mut run = EmRun::new(0, two(0.8), e_step, &prior, &params).unwrap();
        run.iterate(200, e_step, &params, &mut Silent).unwrap();
        run.mixture = Arc::new(two(other_mean));
        let scored = Scored::new(&run.mixture, e_step, &prior);
        (run, scored)
    }

    #[test]
    fn a_paused_run_goes_on_as_if_it_had_not_been_paused() {
        let data = BitMatrix::from_fn(100, 8, |i, d| (i * 7 + d * 13) % 11 < 3 + i % 4);
        let params = FitParams { n_components: 2, accelerate: false, ..FitParams::default() };
        let mean = |i: usize| 0.3 + 0.05 * ((i % 8 + 3 * (i / 8)) % 7) as f64;
        let means: Vec<f64> = (0..16).map(mean).collect();
        let first = BernoulliMixture::new([0.5; 2], means).unwrap();
        let mut e_step = EStep::new(&data, 2);
        let mut runs = [&[12][..], &[3, 12]].map(|pauses| {
            let prior = Prior::new(&Rows::new(&data), params.alpha).into();
            let mut run = EmRun::new(0, first.clone(), &mut e_step, &prior, &params).unwrap();
            pauses.iter().for_each(|n| run.iterate(*n, &mut e_step, &params, &mut Silent).unwrap());
            run
        });
        assert_eq!(runs[0].history.len(), 13);
        assert_eq!(runs[0].history, runs[1].history);
        assert_eq!(runs[0].mixture, runs[1].mixture);
        // Nothing is left to be computed, and nothing is kept.
        assert!(runs.iter_mut().all(|run| run.step.take().is_none()));
    }

    #[test]
    fn a_fall_of_the_objective_is_an_error_that_names_iteration_component_and_size() {
        let data = two_kinds();
        let mut e_step = EStep::new(&data, 2);
        let (mut run, mut scored) = converged_and_gone_to(0.5, &mut e_step);
        let expected = run.objective() - scored.objective;
        let error = run.check_not_fallen(&scored, &e_step).unwrap_err();
        let Error::ObjectiveFell { iteration, component, fall } = error else { panic!("{error}") };
        assert_eq!(iteration, run.n_iter() + 1);
        assert!(component < 2 && expected > 1.0 && (fall - expected).abs() < 1e-9);
        // From -inf everything is a rise.
        run.history.push(f64::NEG_INFINITY);
        scored.objective = f64::MIN;
        assert!(run.check_not_fallen(&scored, &e_step).is_ok());
    }

    #[test]
    fn a_step_to_an_impossible_row_is_a_fall() {
        let data = two_kinds();
        let mut e_step = EStep::new(&data, 2);
        let (mut run, scored) = converged_and_gone_to(0.8, &mut e_step);
        run.mixture = two(0.0).into();
        let scored = Scored { objective: f64::NEG_INFINITY, ..scored };
        assert!(run.check_not_fallen(&scored, &e_step).is_err());
    }

    #[test]
    fn a_fall_that_exact_scores_do_not_show_is_none() {
        let data = two_kinds();
        let mut e_step = EStep::new(&data, 2);
        let (mut run, scored) = converged_and_gone_to(0.8, &mut e_step);
        // The E-step of the old mixture said what the new one has, and of the new one less.
        run.history.push(scored.objective);
        let scored = Scored { objective: scored.objective - 1e-6, ..scored };
        assert!(run.check_not_fallen(&scored, &e_step).is_ok());
    }

    #[test]
    fn rounding_is_no_fall_and_a_fall_is_no_convergence() {
        let data = two_kinds();
        let mut e_step = EStep::new(&data, 2);
        let (mut run, scored) = converged_and_gone_to(0.8, &mut e_step);
        run.history.push(scored.objective);
        let fallen = run.objective() * (1.0 + 1e-15);
        assert!(fallen < run.objective());
        let scored = Scored { objective: fallen, ..scored };
        assert!(run.check_not_fallen(&scored, &e_step).is_ok());
        run.stop = None;
        run.accept(&scored, true, 1e-3, &mut Silent);
        assert_eq!(run.stop, None);
    }
}
