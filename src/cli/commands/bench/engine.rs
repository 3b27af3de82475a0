//! The production side of the ladder: what `bmm assign` and `bmm train` run.

use crate::bits::BitMatrix;
use crate::cli::terminal::counted;
use crate::em::{self, BLOCK_ROWS};
use crate::kernels::{self, RowBlock};
use crate::mixture::BernoulliMixture;
use crate::scorer::{BlockResponsibilities, DenseScorer, Scorer, Tables};

/// Rows that are listed once, ready for the responsibilities of many mixtures, on one thread.
pub(super) struct Engine {
    blocks: Vec<RowBlock>,
    tables: Tables,
    /// One for each block.
    resp: Vec<BlockResponsibilities>,
}

impl Engine {
    /// Lists the ones of every row. This is done once for all mixtures.
    pub(super) fn list(rows: &BitMatrix) -> Self {
        let n = rows.n_samples();
        let part = |first: usize| rows.part(first..n.min(first + BLOCK_ROWS), Vec::new());
        let block = |first| RowBlock::new(&part(first), first);
        let blocks: Vec<_> = (0..n).step_by(BLOCK_ROWS).map(block).collect();
        let resp = blocks.iter().map(|_| BlockResponsibilities::default()).collect();
        Self { blocks, tables: Tables::default(), resp }
    }

    /// Computes the responsibilities of all rows, to be read by [`rows`](Self::rows).
    pub(super) fn responsibilities(&mut self, mixture: &BernoulliMixture) {
        let scorer = mixture.scorer();
        let scorer = DenseScorer::new(&scorer);
        for (block, resp) in self.blocks.iter().zip(&mut self.resp) {
            scorer.responsibilities(block, &mut self.tables, resp);
        }
    }

    /// The responsibilities computed last, row after row: K values each.
    pub(super) fn rows(&self, n_components: usize) -> impl Iterator<Item = Vec<f64>> + '_ {
        self.resp.iter().flat_map(move |resp| {
            (0..resp.log_prob().len()).map(move |i| resp.row(i, n_components).collect())
        })
    }
}

/// Whether one thread does all the work from a mixture to responsibilities.
pub(super) fn is_of_one_thread(n_components: usize, n_features: usize) -> bool {
    em::n_threads() == 1 || !Scorer::is_prepared_in_parallel(n_components, n_features)
}

/// What runs here, in words, and on how many threads.
pub(super) fn kernel() -> String {
    format!("{}, {}", kernel_of_one_thread(), counted(em::n_threads(), "thread"))
}

pub(super) fn kernel_of_one_thread() -> String {
    format!("nibble tables, {}", kernels::instruction_set())
}

/// `exp` of every number, none of them positive: a vectorised polynomial without branches.
pub(super) fn exp_each(values: &[f64], results: &mut [f64]) {
    results.copy_from_slice(values);
    kernels::exp_all(results);
}
