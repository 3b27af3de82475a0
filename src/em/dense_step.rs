//! The E-step for rows that belong to many components at the same time: all responsibilities, by tables.
//!
//! Blocks have a fixed size and are folded one after another in the order of the rows, whatever the number of
//! threads, so the sums have the same bits on 1 and on N threads. A block's responsibilities are used for its
//! statistics at once and overwritten by the next block's: no n x k matrix ever exists.

use super::e_step::BLOCK_ROWS;
use super::stats::SufficientStats;
use crate::bits::BitMatrix;
use crate::kernels::{
    self, CELLS, LANES, Lanes, RowBlock, SoftmaxSums, TILE_FEATURES, chunk_count, tile_count,
};
use crate::scorer::{DenseScorer, Scorer};
use rayon::prelude::*;

/// The buffers of dense E-steps.
pub(super) struct DenseStep {
    n_components: usize,
    n_features: usize,
    scorer: Option<DenseScorer>,
    workers: Vec<Worker>,
}

/// What one block needs while it is worked on.
struct Worker {
    resp: Vec<Lanes<f64>>,
    cells: Vec<Lanes<f64>>,
    sums: Sums,
}

/// Statistics in the order of the kernels.
#[derive(Clone)]
struct Sums {
    softmax: SoftmaxSums,
    /// For each chunk of components, one [`Lanes`] for each feature.
    weighted: Vec<Lanes<f64>>,
}

impl DenseStep {
    pub(super) fn new(n_components: usize, n_features: usize, n_blocks: usize) -> Self {
        // At least one, so that no rows are no special case.
        let n_workers = n_blocks.clamp(1, rayon::current_num_threads());
        let worker = || Worker {
            resp: Vec::new(),
            cells: vec![Lanes::default(); CELLS],
            sums: Sums::zeros(n_components, n_features),
        };
        let workers = (0..n_workers).map(|_| worker()).collect();
        Self { n_components, n_features, scorer: None, workers }
    }

    /// The statistics of all rows.
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
        let mut total = Sums::zeros(self.n_components, self.n_features);
        for wave in blocks.chunks(self.workers.len()) {
            let work = |(worker, block): (&mut Worker, &RowBlock)| worker.run(scorer, data, block);
            match wave {
                [block] => work((&mut self.workers[0], block)),
                _ => self.workers.par_iter_mut().zip(wave).for_each(work),
            }
            for worker in &self.workers[..wave.len()] {
                total.add(&worker.sums);
            }
        }
        total.statistics(self.n_components, self.n_features, data.n_samples())
    }
}

impl Worker {
    /// Leaves the statistics of `block` in `self.sums`.
    fn run(&mut self, scorer: &DenseScorer, data: &BitMatrix, block: &RowBlock) {
        let (n_features, n_chunks) = (data.n_features(), scorer.n_chunks());
        self.resp.resize(BLOCK_ROWS.min(data.n_samples()) * n_chunks, Lanes::default());
        let resp = &mut self.resp[..block.len() * n_chunks];
        self.sums.clear();
        scorer.responsibilities(data, block, resp, &mut self.sums.softmax);
        for (chunk, sums) in self.sums.weighted.chunks_exact_mut(n_features).enumerate() {
            for (tile, sums) in (0..tile_count(n_features)).zip(sums.chunks_mut(TILE_FEATURES)) {
                kernels::accumulate_rows(&mut self.cells, block, tile, resp, n_chunks, chunk);
                kernels::fold_cells(&mut self.cells, sums);
            }
        }
    }
}

impl Sums {
    fn zeros(n_components: usize, n_features: usize) -> Self {
        let n_chunks = chunk_count(n_components);
        Self {
            softmax: SoftmaxSums::new(n_chunks),
            weighted: vec![Lanes::default(); n_chunks * n_features],
        }
    }

    fn clear(&mut self) {
        self.softmax.log_likelihood = 0.0;
        self.softmax.resp_sums.fill(Lanes::default());
        self.weighted.fill(Lanes::default());
    }

    fn add(&mut self, other: &Self) {
        self.softmax.log_likelihood += other.softmax.log_likelihood;
        add_all(&mut self.softmax.resp_sums, &other.softmax.resp_sums);
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
        stats.log_likelihood = self.softmax.log_likelihood;
        let of_components =
            stats.resp_sums.iter_mut().zip(stats.weighted_sums.chunks_exact_mut(n_features));
        for (k, (resp_sum, weighted)) in of_components.enumerate() {
            let (chunk, lane) = (k / LANES, k % LANES);
            *resp_sum = self.softmax.resp_sums[chunk].0[lane];
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
