//! The E-step: blocks of rows in parallel, their statistics folded in fixed order.
//!
//! Blocks have a fixed size and are folded one after another in the order of the rows, whatever the number of
//! threads, so the sums have the same bits on 1 and on N threads. A block's responsibilities are used for its
//! statistics at once and overwritten by the next block's: no n x k matrix ever exists.

use super::stats::SufficientStats;
use crate::bits::BitMatrix;
use crate::error::{Error, Result};
use crate::kernels::{self, CELLS, Lanes, NibbleBlock, Real, chunk_count, tile_count};
use crate::mixture::BernoulliMixture;
use crate::scorer::Scorer;
use rayon::prelude::*;

/// Rows in one block. Part of the result: another size would round the sums differently.
pub const BLOCK_ROWS: usize = 1024;

/// Blocks that each thread works on before their statistics are folded.
const BLOCKS_PER_THREAD: usize = 2;

/// Lets all later work use `n_threads` threads (0: one for each core).
///
/// # Errors
/// [`Error::Parameter`] if threads already run or cannot be started.
pub fn use_threads(n_threads: usize) -> Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global().map_err(|e| {
        Error::Parameter { name: "threads", value: e.to_string(), allowed: "set once".into() }
    })
}

/// The number of threads in use.
pub fn n_threads() -> usize {
    rayon::current_num_threads()
}

/// A data set prepared for many E-steps with K components.
pub struct EStep<'a, F> {
    data: &'a BitMatrix,
    n_components: usize,
    blocks: Vec<NibbleBlock>,
    workers: Vec<Worker<F>>,
}

/// What one block needs while it is worked on.
struct Worker<F> {
    resp: Vec<Lanes<F>>,
    cells: Vec<Lanes<f64>>,
    stats: SufficientStats,
}

impl<'a, F: Real> EStep<'a, F> {
    /// Lists the nibbles of all rows once and sets up the buffers.
    pub fn new(data: &'a BitMatrix, n_components: usize) -> Self {
        let n = data.n_samples();
        let blocks: Vec<_> = (0..n.div_ceil(BLOCK_ROWS))
            .into_par_iter()
            .map(|b| NibbleBlock::new(data, b * BLOCK_ROWS..n.min((b + 1) * BLOCK_ROWS)))
            .collect();
        // At least one, so that no rows are no special case.
        let n_workers = blocks.len().clamp(1, rayon::current_num_threads() * BLOCKS_PER_THREAD);
        let workers = (0..n_workers).map(|_| Worker::new(data, n_components)).collect();
        Self { data, n_components, blocks, workers }
    }

    /// The data that is fitted.
    pub fn data(&self) -> &'a BitMatrix {
        self.data
    }

    /// The statistics of all rows under `mixture`, which must have the K and D that this was made for: with others it
    /// panics or the sums mean nothing.
    pub fn run(&mut self, mixture: &BernoulliMixture) -> SufficientStats {
        let scorer = mixture.scorer::<F>();
        let mut total = SufficientStats::zeros(self.n_components, self.data.n_features());
        for wave in self.blocks.chunks(self.workers.len()) {
            let work = |(worker, block): (&mut Worker<F>, &NibbleBlock)| {
                worker.run(&scorer, self.data, block);
            };
            match wave {
                [block] => work((&mut self.workers[0], block)),
                _ => self.workers.par_iter_mut().zip(wave).for_each(work),
            }
            for worker in &self.workers[..wave.len()] {
                total.merge(&worker.stats);
            }
        }
        total
    }
}

impl<F: Real> Worker<F> {
    fn new(data: &BitMatrix, n_components: usize) -> Self {
        let rows = BLOCK_ROWS.min(data.n_samples());
        Self {
            resp: vec![Lanes::default(); rows * chunk_count(n_components)],
            cells: vec![Lanes::default(); CELLS],
            stats: SufficientStats::zeros(n_components, data.n_features()),
        }
    }

    /// Leaves the statistics of `block` in `self.stats`.
    fn run(&mut self, scorer: &Scorer<F>, data: &BitMatrix, block: &NibbleBlock) {
        let n_rows = block.rows().len();
        let resp = &mut self.resp[..n_rows * scorer.n_chunks()];
        self.stats.restart(n_rows);
        scorer.responsibilities(data, block, resp, &mut self.stats.softmax);
        let sums = self.stats.weighted_sums.chunks_exact_mut(data.n_features());
        for (chunk, sums) in sums.enumerate() {
            for (tile, sums) in
                (0..tile_count(data.n_features())).zip(sums.chunks_mut(kernels::TILE_FEATURES))
            {
                kernels::accumulate_rows(
                    &mut self.cells,
                    block,
                    tile,
                    resp,
                    scorer.n_chunks(),
                    chunk,
                );
                kernels::fold_cells(&mut self.cells, sums);
            }
        }
    }
}
