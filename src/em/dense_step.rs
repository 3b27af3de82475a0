//! The E-step for rows that belong to many components at the same time: all responsibilities, by tables.
//!
//! Blocks have a fixed size and are added up one after another in the order of the rows, whatever the number of
//! threads, so the sums have the same bits on 1 and on N threads. A block's responsibilities are used for its
//! statistics at once and overwritten by the next block's: no n x k matrix ever exists.

use super::stats::SufficientStats;
use crate::bits::BitMatrix;
use crate::kernels::{self, Columns, LANES, Lanes, RowBlock, chunk_count};
use crate::scorer::{DenseScorer, Responsibilities, Scorer};
use rayon::prelude::*;

/// Dense E-steps of one data set.
pub(super) struct DenseStep {
    n_components: usize,
    n_features: usize,
    /// The rows by what is in them: for each block, from the first run on.
    columns: Vec<Columns>,
    scorer: Option<DenseScorer>,
    workers: Vec<Worker>,
}

/// What one block needs while it is worked on.
struct Worker {
    resp: Responsibilities,
    sums: Sums,
}

/// Statistics in the order of the kernels.
#[derive(Clone)]
struct Sums {
    log_likelihood: f64,
    /// Sum over rows of each component's responsibility, chunk by chunk.
    resp: Vec<Lanes<f64>>,
    /// For each chunk of components, one [`Lanes`] for each feature.
    weighted: Vec<Lanes<f64>>,
}

impl DenseStep {
    pub(super) fn new(n_components: usize, n_features: usize) -> Self {
        Self { n_components, n_features, columns: Vec::new(), scorer: None, workers: Vec::new() }
    }

    /// Gives back what is large where K is.
    pub(super) fn release(&mut self) {
        (self.scorer, self.workers) = (None, Vec::new());
    }

    /// The statistics of all rows; `blocks` are the same in every run.
    pub(super) fn run(
        &mut self,
        scorer: Scorer,
        data: &BitMatrix,
        blocks: &[RowBlock],
    ) -> SufficientStats {
        let scorer = match &mut self.scorer {
            Some(dense) => {
                dense.refill(scorer);
                &*dense
            }
            none => none.insert(DenseScorer::new(scorer)),
        };
        if self.columns.is_empty() {
            let columns = blocks.par_iter().map(|block| Columns::new(block, self.n_features));
            self.columns = columns.collect();
        }
        // At least one, so that no rows are no special case.
        let n_workers = blocks.len().clamp(1, rayon::current_num_threads());
        let (n_components, n_features) = (self.n_components, self.n_features);
        self.workers.resize_with(n_workers, || Worker::new(n_components, n_features));
        let mut total = Sums::zeros(n_components, n_features);
        for (blocks, columns) in blocks.chunks(n_workers).zip(self.columns.chunks(n_workers)) {
            let wave = self.workers.par_iter_mut().zip(blocks.par_iter().zip(columns));
            match (blocks, columns) {
                ([block], [columns]) => self.workers[0].run(scorer, data, block, columns),
                _ => wave.for_each(|(worker, (block, columns))| {
                    worker.run(scorer, data, block, columns);
                }),
            }
            for worker in &self.workers[..blocks.len()] {
                total.add(&worker.sums);
            }
        }
        total.statistics(self.n_components, self.n_features, data.n_samples())
    }
}

impl Worker {
    fn new(n_components: usize, n_features: usize) -> Self {
        Self { resp: Responsibilities::default(), sums: Sums::zeros(n_components, n_features) }
    }

    /// Leaves the statistics of `block` in `self.sums`.
    fn run(&mut self, scorer: &DenseScorer, data: &BitMatrix, block: &RowBlock, columns: &Columns) {
        let Self { resp, sums } = self;
        scorer.responsibilities(data, block, resp);
        sums.log_likelihood = resp.log_prob().iter().sum();
        sums.resp.copy_from_slice(resp.sums());
        let of_chunks = sums.weighted.chunks_exact_mut(data.n_features());
        for (resp, sums) in resp.columns().zip(of_chunks) {
            kernels::sum_columns(columns, resp, sums);
        }
    }
}

impl Sums {
    fn zeros(n_components: usize, n_features: usize) -> Self {
        let n_chunks = chunk_count(n_components);
        Self {
            log_likelihood: 0.0,
            resp: vec![Lanes::default(); n_chunks],
            weighted: vec![Lanes::default(); n_chunks * n_features],
        }
    }

    fn add(&mut self, other: &Self) {
        self.log_likelihood += other.log_likelihood;
        add_all(&mut self.resp, &other.resp);
        add_all(&mut self.weighted, &other.weighted);
    }

    /// The same in the order of components.
    fn statistics(
        &self,
        n_components: usize,
        n_features: usize,
        n_samples: usize,
    ) -> SufficientStats {
        let mut stats = SufficientStats::zeros(n_components, n_features);
        stats.n_samples = n_samples;
        stats.log_likelihood = self.log_likelihood;
        let of_components =
            stats.resp_sums.iter_mut().zip(stats.weighted_sums.chunks_exact_mut(n_features));
        for (k, (resp_sum, weighted)) in of_components.enumerate() {
            let (chunk, lane) = (k / LANES, k % LANES);
            *resp_sum = self.resp[chunk].0[lane];
            let lanes = &self.weighted[chunk * n_features..];
            weighted.iter_mut().zip(lanes).for_each(|(sum, lanes)| *sum = lanes.0[lane]);
        }
        stats
    }
}

fn add_all(sums: &mut [Lanes<f64>], others: &[Lanes<f64>]) {
    for (sum, other) in sums.iter_mut().zip(others) {
        sum.add(other);
    }
}
