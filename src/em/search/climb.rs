//! From the best end of a round to convergence.
//!
//! Rounds look for their best end at a coarse tolerance, or on a sample. That end is run on all
//! rows to convergence, as long as it may still win. From the best end of all rounds on samples,
//! moves are tried once more on a fresh one.

use super::policy::Policy;
use super::round::{CLOSE, Round, RoundBest};
use super::sample::Sampler;
use super::smoothing::smoothed;
use super::task::{Goal, Task};
use crate::em::report::{SAME_OPTIMUM, StartReport};
use crate::em::run::EmRun;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::record::StopReason;

impl Round<'_, '_> {
    /// Runs the best end of a round to convergence, as long as it may win. Its objective on all
    /// rows is `reached`, in total nats: -inf if it was found on a sample.
    pub(super) fn climb(&mut self, end: &RoundBest, reached: f64) -> Result<RoundBest> {
        let to_beat = self.ends.best.as_ref().map_or(f64::NEG_INFINITY, EmRun::objective);
        self.go_on_from(end, to_beat, reached)
    }

    /// Goes on from the best end, by moves on fresh samples as long as they gain on all rows, and
    /// at the end from smoother means.
    pub(super) fn finish(&mut self, sampler: &mut Sampler, mut is_sure: bool) -> Result<()> {
        // Rounds may agree in a lesser optimum, so more is tried than in each of them.
        let policy = &Policy { n_tries: 2 * self.task.policy.n_tries, ..*self.task.policy };
        let Some(mut best) = self.ends.best.as_ref().map(RoundBest::of) else { return Ok(()) };
        while self.may_move_from(&best) && self.budget_left() > 0 {
            let rng = sampler.next_stream();
            let moved = sampler.moves(&best.mixture, rng, policy, self.observe)?;
            let first = self.ends.starts.len();
            let ends = moved.listed_in(&mut self.ends);
            self.ends.starts[first].moved_from = Some(best.start);
            // The first run on the sample went on without a move.
            let Some(end) = self.leader(ends).filter(|end| end.start > first) else { break };
            let next = self.go_on_from(&end, best.objective, f64::NEG_INFINITY)?;
            if next.objective <= best.objective + self.ends.tolerance {
                break;
            }
            (best, is_sure) = (next, false);
        }
        if !is_sure {
            self.try_smoother_means(best)?;
        }
        Ok(())
    }

    /// Of `ends` on one sample, the one that scores best on all rows, as it is.
    pub(super) fn leader(&mut self, ends: Vec<RoundBest>) -> Option<RoundBest> {
        if ends.len() < 2 || self.ends.is_interrupted() {
            return ends.into_iter().next();
        }
        let scored = ends.into_iter().map(|end| (self.score(&end.mixture), end));
        // Of equal ones the first.
        scored.reduce(|a, b| if b.0 > a.0 { b } else { a }).map(|(_, end)| end)
    }

    /// The objective of a mixture on all rows, in total nats.
    fn score(&mut self, mixture: &BernoulliMixture) -> f64 {
        self.e_step.run(mixture).log_likelihood() + self.task.prior.log_density(mixture)
    }

    /// Runs from `end` to convergence, as long as that may end above `to_beat`: from smoother means
    /// first. If `reached` is above `to_beat` and these lead below it, from `end` itself. If
    /// rounding takes that one's last digits, or an interruption comes, `end` stays as it is.
    fn go_on_from(&mut self, end: &RoundBest, to_beat: f64, reached: f64) -> Result<RoundBest> {
        let Task { rows, prior, params, .. } = self.task;
        let goal = Goal { objective: to_beat, near: CLOSE * SAME_OPTIMUM, tol: params.tol };
        let mixture = || BernoulliMixture::clone(&end.mixture);
        let smooth = smoothed(&end.mixture, rows.total_weight(), prior)?;
        let is_over = self.ends.is_interrupted();
        let mut stop = if is_over { StopReason::Interrupted } else { StopReason::Converged };
        for from in smooth.into_iter().chain([mixture()]) {
            if self.ends.is_interrupted() {
                break;
            }
            let (run, mut report) = self.raced(from, goal)?;
            if run.objective() >= reached || reached <= to_beat {
                return Ok(self.listed(run, report, end, to_beat));
            }
            match report.stop {
                StopReason::Abandoned => {}
                StopReason::Interrupted => stop = report.stop,
                _ => (stop, report.stop) = (report.stop, StopReason::Abandoned),
            }
            self.ends.starts.push(StartReport { moved_from: Some(end.start), ..report });
        }
        let (run, report) = self.scored(mixture(), stop)?;
        Ok(self.listed(run, report, end, to_beat))
    }

    /// Lists a run from `end`, and keeps it if it found an optimum.
    fn listed(
        &mut self,
        run: EmRun,
        report: StartReport,
        end: &RoundBest,
        to_beat: f64,
    ) -> RoundBest {
        self.ends.starts.push(StartReport { moved_from: Some(end.start), ..report });
        let best = RoundBest::of(&run);
        // One that was given up has found no optimum.
        if report.stop != StopReason::Abandoned || run.objective() > to_beat {
            self.ends.keep(run);
        }
        best
    }

    /// A start that does not move, for this reason.
    fn scored(
        &mut self,
        mixture: BernoulliMixture,
        stop: StopReason,
    ) -> Result<(EmRun, StartReport)> {
        let Task { prior, params, .. } = self.task;
        let run = EmRun::new(self.ends.starts.len(), mixture, self.e_step, prior, params)?;
        let report = run.report(stop);
        Ok((run, report))
    }
}
