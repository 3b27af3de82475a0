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
        let SufficientStats { resp_sums, weighted_sums, log_likelihood, n_samples, .. } =
            &mut stats;
        let mut parts = parts(weighted_sums, self.n_features, blocks.len());
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
struct Part<'a> {
    chunk: usize,
    first_feature: usize,
    /// For each component of the chunk.
    sums: Vec<&'a mut [f64]>,
    /// Feature by feature: the sums, and what a block adds to them.
    lanes: Vec<Lanes<f64>>,
    of_block: Vec<Lanes<f64>>,
}

/// Parts for as many threads as there are, if there is work for them.
fn parts(weighted_sums: &mut [f64], n_features: usize, n_blocks: usize) -> Vec<Part<'_>> {
    /// Features in a group, which is not divided.
    const GROUP: usize = 4;
    let n_chunks = chunk_count(weighted_sums.len() / n_features);
    let n_ranges = match n_blocks {
        0 | 1 => 1,
        _ => (2 * parallel::n_threads()).div_ceil(n_chunks),
    };
    let length = n_features.div_ceil(GROUP).div_ceil(n_ranges) * GROUP;
    let mut parts = Vec::new();
    let mut of_components = weighted_sums.chunks_exact_mut(n_features);
    for chunk in 0..n_chunks {
        let mut of_components: Vec<_> =
            of_components.by_ref().take(LANES).map(|sums| sums.chunks_mut(length)).collect();
        for first_feature in (0..n_features).step_by(length) {
            let sums: Vec<_> = of_components.iter_mut().filter_map(Iterator::next).collect();
            let lanes = vec![Lanes::default(); sums.first().map_or(0, |sums| sums.len())];
            parts.push(Part { chunk, first_feature, sums, of_block: lanes.clone(), lanes });
        }
    }
    parts
}

impl Part<'_> {
    /// Adds what the responsibilities of a batch's blocks come to.
    fn add(&mut self, columns: &[&Columns], batch: &[Slot]) {
        let Self { chunk, first_feature, sums, lanes, of_block } = self;
        for (l, sums) in sums.iter().enumerate() {
            lanes.iter_mut().zip(&**sums).for_each(|(lanes, sum)| lanes.0[l] = *sum);
        }
        for (columns, Slot { resp, .. }) in columns.iter().zip(batch) {
            kernels::sum_columns(columns, *first_feature, resp.chunk(*chunk), of_block);
            lanes.iter_mut().zip(&*of_block).for_each(|(sum, by)| sum.add(by));
        }
        for (l, sums) in sums.iter_mut().enumerate() {
            sums.iter_mut().zip(&*lanes).for_each(|(sum, lanes)| *sum = lanes.0[l]);
        }
    }
}
