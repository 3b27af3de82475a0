//! The E-step for rows that belong to many components at once: all responsibilities, by tables.
//!
//! Blocks are worked on in batches, in two passes. The first computes the responsibilities of each
//! block. The second adds them to the sums: each thread takes a part of the sums, and adds block
//! after block in the order of the rows. So the sums have the same bits at any number of threads.
//! The next batch overwrites the responsibilities, so there is never an N x K matrix.

use super::blocks::Blocks;
use crate::em::stats::SufficientStats;
use crate::kernels::{self, Columns, LANES, Lanes, RowBlock, chunk_count};
use crate::parallel;
use crate::scorer::{BlockResponsibilities, DenseScorer, Scorer, Tables};

/// The most responsibilities in one block, if these are those of 64 rows or more.
pub(crate) const BLOCK_RESPONSIBILITIES: usize = 1 << 18;

/// Responsibilities in a batch, unless threads need more: they wait for each other after each pass.
const BATCH_RESPONSIBILITIES: usize = 1 << 17;

/// Chunks of components whose responsibilities are added up in one walk along the columns.
const CHUNKS_AT_ONCE: usize = 2;

/// From this K on, listing the columns again costs little beside adding them up.
const CHEAP_TO_LIST: usize = 100;

/// Dense E-steps of one data set.
pub(crate) struct DenseStep {
    n_components: usize,
    n_features: usize,
    /// For each block that is kept, the rows that have a cell; empty before the first run.
    columns: Vec<Columns>,
    /// For each block of one batch.
    slots: Vec<Slot>,
    /// For each thread.
    tables: Vec<Tables>,
}

/// What a batch computes for one block.
#[derive(Default)]
struct Slot {
    resp: BlockResponsibilities,
    /// Only of a block that is not kept.
    columns: Option<Columns>,
}

impl DenseStep {
    pub(crate) fn new(n_components: usize, n_features: usize) -> Self {
        let (columns, slots, tables) = (Vec::new(), Vec::new(), Vec::new());
        Self { n_components, n_features, columns, slots, tables }
    }

    /// Gives back memory that is large if K is.
    pub(crate) fn release(&mut self) {
        (self.slots, self.tables) = (Vec::new(), Vec::new());
        if self.n_components >= CHEAP_TO_LIST {
            self.columns = Vec::new();
        }
    }

    /// The statistics of all rows, each times its weight if rows have weights. `blocks` must be the
    /// same in every run.
    pub(crate) fn run(
        &mut self,
        scorer: &Scorer,
        blocks: &Blocks,
        weights: Option<&[f64]>,
    ) -> SufficientStats {
        let scorer = DenseScorer::new(scorer);
        let list = |block: &RowBlock| Columns::new(block, self.n_features);
        if self.columns.is_empty() {
            self.columns = parallel::map(0..blocks.n_kept(), |i| blocks.with(i, list));
        }
        let n_at_once = self.blocks_at_once(blocks);
        self.slots.resize_with(n_at_once, Slot::default);
        self.tables.resize_with(n_at_once.min(parallel::n_threads()), Tables::default);
        let mut stats = SufficientStats::zeros(self.n_components, self.n_features);
        let SufficientStats { resp_sums, log_likelihood, n_samples, .. } = &mut stats;
        let mut parts = parts(self.n_components, self.n_features, blocks.len());
        for first in (0..blocks.len()).step_by(n_at_once) {
            let n = n_at_once.min(blocks.len() - first);
            let share = n.div_ceil(self.tables.len());
            let slots = &mut self.slots[..n];
            let shares = slots.chunks_mut(share).zip((first..).step_by(share));
            parallel::for_each(shares.zip(&mut self.tables), |((slots, first), tables)| {
                for (slot, i) in slots.iter_mut().zip(first..) {
                    blocks.with(i, |block| {
                        scorer.responsibilities(block, tables, &mut slot.resp);
                        if let Some(weights) = weights {
                            slot.resp.apply_weights(block.rows().map(|row| weights[row]));
                        }
                        slot.columns = (i >= blocks.n_kept()).then(|| list(block));
                    });
                }
            });
            let (slots, kept) = (&*slots, &self.columns);
            let columns = slots.iter().zip(first..);
            let columns: Vec<&Columns> = columns
                .map(|(slot, i)| slot.columns.as_ref().unwrap_or_else(|| &kept[i]))
                .collect();
            parallel::for_each(&mut parts, |part| part.add(&columns, slots));
            for Slot { resp, .. } in slots {
                *n_samples += resp.log_prob().len();
                *log_likelihood += resp.log_prob().iter().sum::<f64>();
                let of_components = resp.sums().iter().flat_map(|lanes| lanes.0);
                resp_sums.iter_mut().zip(of_components).for_each(|(sum, by)| *sum += by);
            }
        }
        let of_components = stats.weighted_sums.chunks_exact_mut(self.n_features).enumerate();
        parallel::for_each(of_components, |(k, sums)| {
            let found = parts.iter().filter_map(|part| part.of_component(k)).flatten();
            sums.iter_mut().zip(found).for_each(|(sum, found)| *sum = found);
        });
        stats
    }

    /// The number of blocks in one batch.
    fn blocks_at_once(&self, blocks: &Blocks) -> usize {
        let n_rows = blocks.rows(0).len().max(1);
        let n = BATCH_RESPONSIBILITIES / (n_rows * chunk_count(self.n_components) * LANES);
        n.max(parallel::n_threads()).min(blocks.len()).max(1)
    }
}

/// A part of the sums of responsibility times feature: of some components and some features.
struct Part {
    first_chunk: usize,
    n_chunks: usize,
    first_feature: usize,
    /// Feature after feature, one for each chunk.
    sums: Vec<Lanes<f64>>,
}

/// Parts for as many threads as there are, if there is work for them. Those of the first
/// components come first, and of these those of the first features.
fn parts(n_components: usize, n_features: usize, n_blocks: usize) -> Vec<Part> {
    /// Features in a group, which is not divided.
    const GROUP: usize = 4;
    let n_chunks = chunk_count(n_components);
    let n_ranges = match n_blocks {
        0 | 1 => 1,
        _ => (2 * parallel::n_threads()).div_ceil(n_chunks.div_ceil(CHUNKS_AT_ONCE)),
    };
    let length = n_features.div_ceil(GROUP).div_ceil(n_ranges) * GROUP;
    let mut parts = Vec::new();
    for first_chunk in (0..n_chunks).step_by(CHUNKS_AT_ONCE) {
        let n_chunks = CHUNKS_AT_ONCE.min(n_chunks - first_chunk);
        for first_feature in (0..n_features).step_by(length) {
            let n = length.min(n_features - first_feature) * n_chunks;
            let sums = vec![Lanes::default(); n];
            parts.push(Part { first_chunk, n_chunks, first_feature, sums });
        }
    }
    parts
}

impl Part {
    /// Adds what the responsibilities of a batch's blocks come to.
    fn add(&mut self, columns: &[&Columns], batch: &[Slot]) {
        match self.n_chunks {
            1 => self.add_chunks::<1>(columns, batch),
            _ => self.add_chunks::<CHUNKS_AT_ONCE>(columns, batch),
        }
    }

    fn add_chunks<const N: usize>(&mut self, columns: &[&Columns], batch: &[Slot]) {
        let Self { first_chunk, first_feature, sums, .. } = self;
        for (columns, Slot { resp, .. }) in columns.iter().zip(batch) {
            let resp = std::array::from_fn(|i| resp.chunk(*first_chunk + i));
            kernels::add_columns::<N>(columns, *first_feature, &resp, sums.as_chunks_mut().0);
        }
    }

    /// The sums of component `k` for the features from the first one on, if it is among these.
    fn of_component(&self, k: usize) -> Option<impl Iterator<Item = f64> + '_> {
        let chunk = (k / LANES).checked_sub(self.first_chunk).filter(|i| *i < self.n_chunks)?;
        Some(self.sums.chunks_exact(self.n_chunks).map(move |sums| sums[chunk].0[k % LANES]))
    }
}
