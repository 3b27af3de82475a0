//! The E-step for rows that clearly belong to few components: only these components are scored.
//!
//! **Fixed point.** Responsibilities are whole multiples of 2^-24, and those of a row sum to
//! exactly 1. Sums of integers are exact in every order. So the sums are kept from one step to the
//! next, and only *changes* of responsibilities are added. Neal and Hinton (*A view of the EM
//! algorithm*, 1998) call these incremental statistics. No rounding error grows here, rows go to
//! whichever thread is free, and every result has the same bits as one from scratch.
//!
//! **What is left out.** Responsibilities below 2^-25 are zero in these numbers. So a component
//! whose score is more than 25 ln 2 below the best is left out. The [`Screen`] names the components
//! that may be closer, the *candidates*, and these are scored. Rows of fewer than 512 features have
//! few nats, so more of a log-likelihood would be lost: there the reach is 33 ln 2.
//!
//! **The log-likelihood** of all rows is `sum_ik r_ik s_ik - sum_ik r_ik log r_ik` (ibid., eq. 7).
//! Here `s_ik` is the weighted log-probability and `r_ik` the responsibility. The first sum follows
//! from the statistics. A row with one component adds nothing to the second, so a row whose one
//! component is known costs nothing.
//!
//! The `r_ik` of EM maximise that expression, so an error in them costs its square. Hence the
//! scores that give `r_ik` are in single precision, and the first sum is in double precision.

mod contributions;
mod pending;
mod softmax;
mod sums;
mod total_drift;
mod worker;

use super::blocks::Blocks;
use crate::em::stats::SufficientStats;
use crate::kernels::{Cell, Lanes8, Narrow, RowBlock, Wide, reach, real};
use crate::parallel;
use crate::scorer::{Drift, Scorer, Screen};
use contributions::Contributions;
use std::sync::{Mutex, PoisonError};
use sums::Sums;
use total_drift::TotalDrift;
use worker::Worker;

/// Sparse E-steps of one number of components, whatever the width of their screen.
pub(crate) trait SparseStep: Send {
    /// Prepares the next run, for the mixture of `scorer`, which has drifted by `drift` since the
    /// last call. Returns the number of candidates that the rows of `sample` have in all.
    fn prepare(&mut self, scorer: &Scorer, drift: &Drift, sample: &RowBlock) -> usize;

    /// The statistics of all rows under the mixture that was prepared.
    fn run(&mut self, scorer: &Scorer, blocks: &Blocks) -> SufficientStats;

    /// Gives back memory that is needed only during a run, and is large if K is.
    fn release(&mut self);
}

/// Sparse E-steps for K components over D features, with a screen of fitting width.
pub(crate) fn for_components(n_components: usize, n_features: usize) -> Box<dyn SparseStep> {
    match n_components {
        0..=16 => Box::new(ScreenedStep::<Wide<16>, 16>::new(n_components, n_features)),
        17..=32 => Box::new(ScreenedStep::<Wide<32>, 32>::new(n_components, n_features)),
        _ => Box::new(ScreenedStep::<Narrow, 64>::new(n_components, n_features)),
    }
}

/// The sparse step that screens by cells of type `C`, N components side by side.
struct ScreenedStep<C, const N: usize> {
    screen: Screen<C, N>,
    workers: Vec<Worker<N>>,
    /// What the rows of each block contribute to the sums below.
    contributions: Vec<Contributions>,
    sums: Sums,
    drift: TotalDrift,
}

impl<C: Cell<N>, const N: usize> ScreenedStep<C, N> {
    fn new(n_components: usize, n_features: usize) -> Self {
        Self {
            screen: Screen::new(n_components, n_features, reach(n_features)),
            workers: Vec::new(),
            contributions: Vec::new(),
            sums: Sums::zeros(n_components, n_features),
            drift: TotalDrift::new(n_components),
        }
    }
}

impl<C: Cell<N>, const N: usize> SparseStep for ScreenedStep<C, N> {
    fn prepare(&mut self, scorer: &Scorer, drift: &Drift, sample: &RowBlock) -> usize {
        self.drift.add(drift);
        self.workers.resize_with(self.workers.len().max(1), || Worker::new(scorer));
        let worker = &mut self.workers[0];
        // The units of screening must not depend on the last mixture.
        self.screen.refine();
        loop {
            self.screen.set_mixture(scorer);
            worker.select_all(sample);
            let found = worker.screen(&self.screen, scorer, sample);
            // A saturated row costs K scores. Above one score for four rows, the units are too
            // fine.
            let n_saturated = found.n_saturated * scorer.n_components();
            if n_saturated * 4 <= sample.n_rows() || !self.screen.coarsen() {
                return found.n_candidates();
            }
        }
    }

    fn run(&mut self, scorer: &Scorer, blocks: &Blocks) -> SufficientStats {
        let n_workers = parallel::n_threads().min(blocks.len()).max(1);
        self.workers.resize_with(n_workers, || Worker::new(scorer));
        self.contributions.resize_with(blocks.len(), Contributions::default);
        let Self { screen, sums, workers, contributions, drift } = self;
        let pieces = Mutex::new(contributions.iter_mut().enumerate());
        let next = || pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
        // Chance decides which worker gets which block, so no result may depend on it.
        parallel::for_each(workers, |worker| {
            while let Some((i, contributions)) = next() {
                blocks.with(i, |block| {
                    worker.run(screen, scorer, drift, block, contributions, sums);
                });
            }
            worker.flush(sums);
        });
        self.collect(scorer, blocks.n_samples())
    }

    fn release(&mut self) {
        self.workers = Vec::new();
    }
}

impl<C: Cell<N>, const N: usize> ScreenedStep<C, N> {
    /// Reads the statistics off the sums.
    fn collect(&self, scorer: &Scorer, n_samples: usize) -> SufficientStats {
        let (n_components, n_features) = (scorer.n_components(), scorer.n_columns());
        let mut stats = SufficientStats::zeros(n_components, n_features);
        let weighted_sums = stats.weighted_sums.chunks_exact_mut(n_features);
        let of_components = stats.resp_sums.iter_mut().zip(weighted_sums).enumerate();
        let expected = parallel::map(of_components, |(k, (resp_sum, weighted_sums))| {
            let sum = self.sums.of_component(k);
            *resp_sum = real(sum.resp);
            let flat = sum.weighted.iter().flat_map(|octet| octet.0);
            weighted_sums.iter_mut().zip(flat).for_each(|(real_sum, s)| *real_sum = real(s));
            expected_log_prob(scorer, k, *resp_sum, &sum.weighted)
        });
        let entropy: f64 = self.contributions.iter().map(|block| block.entropy).sum();
        stats.n_samples = n_samples;
        stats.log_likelihood = expected.iter().sum::<f64>() + entropy;
        stats
    }
}

/// The sum over rows of `r_ik s_ik` for one component, from its statistics.
fn expected_log_prob(scorer: &Scorer, k: usize, resp_sum: f64, weighted: &[Lanes8<i64>]) -> f64 {
    // The bias of a component without weight is -inf, and it takes part in nothing.
    if resp_sum == 0.0 {
        return 0.0;
    }
    let mut lanes = Lanes8::<f64>::default();
    for (&log_odds, &sum) in scorer.log_odds(k).iter().zip(weighted) {
        lanes.add(&log_odds.zip(sum, |o, s| o * real(s)));
    }
    resp_sum * scorer.bias(k) + lanes.reduce(|a, b| a + b)
}

#[cfg(test)]
mod tests;
