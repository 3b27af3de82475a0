//! The E-step: a mixture in, the sufficient statistics of all rows out, by the way that suits the data.
//!
//! Rows that clearly belong to one or two components (images) want [`sparse`](super::sparse_step) sums; rows that belong to
//! many at the same time (short questionnaires) want [`dense`](super::dense_step) tables. Which of them it is, a sample of the
//! rows tells before every step, so it depends on the data and the mixture alone.

use super::dense_step::DenseStep;
use super::sparse_step::{self, SparseStep};
use super::stats::SufficientStats;
use crate::bits::BitMatrix;
use crate::error::{Error, Result};
use crate::kernels::{RowBlock, chunk_count};
use crate::mixture::BernoulliMixture;
use crate::scorer::Scorer;
use rayon::prelude::*;

/// Rows in one block. Part of the result: another size would round the sums differently.
pub const BLOCK_ROWS: usize = 1024;

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

/// Does `work` on one of the threads that work in parallel: from outside, every parallel part would first have to wake them.
pub(super) fn within_threads<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::join(work, || ()).0
}

/// A data set prepared for many E-steps with K components.
pub struct EStep<'a> {
    data: &'a BitMatrix,
    n_components: usize,
    blocks: Vec<RowBlock>,
    /// A few rows, to see how many components matter to a row, and some more, to set up screening by.
    judges: RowBlock,
    sample: RowBlock,
    sparse: Box<dyn SparseStep>,
    dense: Option<DenseStep>,
}

/// Rows with fewer features than this belong to many components as long as these are not far apart.
const SPARSE_FROM: usize = 64;

/// For each chunk of the dense tables, the pairs of a row and a component that cost as much.
const PAIRS_PER_CHUNK: usize = 2;

/// Rows in the sample that says which way to go, and in the one that sets up screening: at most, and one in 64 of all.
const JUDGES: usize = 64;
const SAMPLE: usize = 512;

fn sample(data: &BitMatrix, most: usize) -> RowBlock {
    let n = data.n_samples();
    RowBlock::by_length(data, (0..n).step_by((n / most).max(64)))
}

impl<'a> EStep<'a> {
    /// Lists what is not blank in every row once, and sets up the buffers.
    pub fn new(data: &'a BitMatrix, n_components: usize) -> Self {
        let n = data.n_samples();
        let blocks: Vec<_> = (0..n.div_ceil(BLOCK_ROWS))
            .into_par_iter()
            .map(|b| RowBlock::by_length(data, b * BLOCK_ROWS..n.min((b + 1) * BLOCK_ROWS)))
            .collect();
        let sparse = sparse_step::for_components(n_components, data.n_features());
        let (judges, sample) = (sample(data, JUDGES), sample(data, SAMPLE));
        Self { data, n_components, blocks, judges, sample, sparse, dense: None }
    }

    /// The data that is fitted.
    pub fn data(&self) -> &'a BitMatrix {
        self.data
    }

    /// The statistics of all rows under `mixture`, which must have the K and D that this was made for: with others it
    /// panics or the sums mean nothing.
    ///
    /// They depend on the data and the mixture alone: not on the number of threads, nor on what was run before.
    pub fn run(&mut self, mixture: &BernoulliMixture) -> SufficientStats {
        within_threads(|| self.run_within(mixture))
    }

    fn run_within(&mut self, mixture: &BernoulliMixture) -> SufficientStats {
        let scorer = mixture.scorer();
        if self.is_sparse(&scorer) {
            // The dense tables are large where K is, and rarely wanted again.
            self.dense = None;
            self.sparse.prepare(&scorer, self.data, &self.sample);
            return self.sparse.run(scorer, self.data, &self.blocks);
        }
        let Self { data, n_components, ref blocks, .. } = *self;
        let new = || DenseStep::new(n_components, data.n_features(), blocks.len());
        self.dense.get_or_insert_with(new).run(scorer, data, blocks)
    }

    /// Whether few components matter to the rows of a sample.
    fn is_sparse(&self, scorer: &Scorer) -> bool {
        if self.n_components == 1 {
            return true;
        }
        if self.data.n_features() < SPARSE_FROM {
            return false;
        }
        let n_pairs = sparse_step::n_pairs(scorer, self.data, &self.judges);
        n_pairs <= PAIRS_PER_CHUNK * chunk_count(self.n_components) * self.judges.len()
    }
}
