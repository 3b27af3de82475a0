//! From samples to all rows.
//!
//! What leads a search on a sample is run on all rows, as long as it may still win. From the best
//! end of all rounds, moves are tried once more on a fresh sample.

use super::policy::Policy;
use super::round::{CLOSE, Round, RoundBest, Task};
use super::sample::{SampledEnd, Sampler};
use super::smoothing::smoothed;
use crate::em::report::{SAME_OPTIMUM, StartReport};
use crate::em::run::EmRun;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::record::StopReason;

impl Round<'_, '_> {
    /// Goes on from what a search on samples ended in: if it `has_moved` there, as long as that may
    /// win, else by moves on all rows.
    pub(super) fn climb(
        &mut self,
        sampled: SampledEnd,
        has_moved: bool,
    ) -> Result<Option<RoundBest>> {
        let n_before = self.ends.starts.len();
        self.ends.list(sampled.starts);
        let to_beat = self.ends.best.as_ref().filter(|_| has_moved).map(EmRun::objective);
        let to_beat = to_beat.unwrap_or(f64::NEG_INFINITY);
        let Some(end) = self.leader(sampled.ends) else { return Ok(None) };
        let best = self.go_on_from(&end.mixture, n_before + end.start, to_beat)?;
        if has_moved { Ok(Some(best)) } else { self.explore(Some(best)) }
    }

    /// Goes on from the best end, by moves on fresh samples as long as they gain on all rows, and
    /// at the end from smoother means.
    pub(super) fn finish(
        &mut self,
        sampler: &mut Sampler,
        mut is_sure: bool,
    ) -> Result<Option<RoundBest>> {
        // Rounds may agree in a lesser optimum, so more is tried than in each of them.
        let policy = &Policy { n_tries: 2 * self.task.policy.n_tries, ..*self.task.policy };
        let mut best = self.ends.best.as_ref().map(RoundBest::of);
        while let Some(from) = &best
            && self.may_move_from(from)
            && self.budget_left() > 0
        {
            let rng = sampler.next_stream();
            let moved = sampler.moves(&from.mixture, rng, policy, self.observe)?;
            let n_before = self.ends.starts.len();
            self.ends.list(moved.starts);
            self.ends.starts[n_before].moved_from = Some(from.start);
            // The first run on the sample went on without a move.
            let Some(end) = self.leader(moved.ends).filter(|end| end.start > 0) else { break };
            let next = self.go_on_from(&end.mixture, n_before + end.start, from.objective)?;
            if next.objective <= from.objective + self.ends.tolerance {
                break;
            }
            (best, is_sure) = (Some(next), false);
        }
        if is_sure { Ok(best) } else { self.try_smoother_means(best) }
    }

    /// Of `ends` on one sample, the one that scores best on all rows, as it is.
    fn leader(&mut self, ends: Vec<RoundBest>) -> Option<RoundBest> {
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

    /// Runs on all rows from where `start` ended on a sample, as long as that may end above
    /// `to_beat`.
    fn go_on_from(
        &mut self,
        mixture: &BernoulliMixture,
        start: usize,
        to_beat: f64,
    ) -> Result<RoundBest> {
        let (run, report) = if self.ends.is_interrupted() {
            self.scored(mixture.clone())?
        } else {
            let (total_weight, prior) = (self.task.rows.total_weight(), self.task.prior);
            let smooth = smoothed(mixture, total_weight, prior)?;
            let from = smooth.unwrap_or_else(|| mixture.clone());
            self.raced(from, to_beat, CLOSE * SAME_OPTIMUM)?
        };
        self.ends.starts.push(StartReport { moved_from: Some(start), ..report });
        let best = RoundBest::of(&run);
        // One that was given up has found no optimum.
        if report.stop != StopReason::Abandoned || run.objective() > to_beat {
            self.ends.keep(run);
        }
        Ok(best)
    }

    /// A start that is interrupted at once.
    fn scored(&mut self, mixture: BernoulliMixture) -> Result<(EmRun, StartReport)> {
        let Task { prior, params, .. } = self.task;
        let run = EmRun::new(self.ends.starts.len(), mixture, self.e_step, prior, params)?;
        let report = run.report(StopReason::Interrupted);
        Ok((run, report))
    }
}
