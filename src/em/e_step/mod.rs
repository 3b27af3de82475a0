//! The E-step: from a mixture to the sufficient statistics of all rows.
//!
//! There are two ways. The [sparse step](sparse_step) suits rows that clearly belong to one or two
//! components, as images do. The [dense step](dense_step) suits rows that belong to many components
//! at the same time, as short questionnaires do; rows with weights always take it. A sample of the
//! rows decides before every step, so the way depends on the data and the mixture alone.

pub(crate) mod blocks;
pub(crate) mod dense_step;
pub(crate) mod feature_order;
pub(crate) mod sparse_step;

use super::params::FitParams;
use super::rows::Rows;
use super::stats::SufficientStats;
use crate::bits::WIDE_FROM;
use crate::error::Result;
use crate::kernels::RowBlock;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use crate::scorer::{Column, Drift, Layout, Scorer};
use blocks::Blocks;
use dense_step::{BLOCK_RESPONSIBILITIES, DenseStep};
use feature_order::feature_order;
use sparse_step::SparseStep;

/// The most rows in one block. Part of the result: another size would round the sums differently.
pub const BLOCK_ROWS: usize = 1024;

fn block_rows(n_components: usize) -> usize {
    (BLOCK_RESPONSIBILITIES / n_components.max(1)).clamp(64, BLOCK_ROWS)
}

/// A data set prepared for many E-steps with K components.
pub struct EStep<'a> {
    n_components: usize,
    rows: Rows<'a>,
    /// The mixture of the last run.
    scorer: Scorer,
    blocks: Blocks,
    total_weight: f64,
    /// Some rows, whose candidates are counted before every step.
    sample: RowBlock,
    sparse: Box<dyn SparseStep>,
    dense: DenseStep,
}

/// Whether the sparse step may be taken.
pub(super) fn may_be_sparse(n_components: usize, n_features: usize) -> bool {
    n_components == 1 || n_features >= WIDE_FROM
}

/// Components that a dense step scores for a row at the cost of [`DENSE_COST`].
const DENSE_COMPONENTS: usize = 16;

/// The cost of [`DENSE_COMPONENTS`], as a number of candidates in a sparse step.
const DENSE_COST: usize = 2;

/// The most rows in the sample that decides between the two ways.
const SAMPLE_ROWS: usize = 512;

/// One row in 64, at most [`SAMPLE_ROWS`] of them, and not many more than `block_size`.
fn sample(rows: &Rows, layout: &Layout, block_size: usize) -> RowBlock {
    let n = rows.data.n_samples();
    let some: Vec<usize> = (0..n).step_by((n / SAMPLE_ROWS.min(block_size)).max(64)).collect();
    let rows = rows.select(&some);
    RowBlock::by_length(&layout.part(&rows.data, &rows.labels, 0..some.len(), Vec::new()), 0)
}

impl<'a> EStep<'a> {
    /// Lists the rows for E-steps with K components.
    ///
    /// Weights must be one for each row, finite and positive.
    pub fn new(rows: impl Into<Rows<'a>>, n_components: usize) -> Self {
        Self::for_fit(rows, &FitParams { n_components, ..FitParams::default() })
    }

    /// As [`Self::new`], for the K of `params` and with lists that keep to [`FitParams::memory`].
    pub fn for_fit(rows: impl Into<Rows<'a>>, params: &FitParams) -> Self {
        let (rows, n_components) = (rows.into(), params.n_components);
        let layout = Layout::new(&rows.data, rows.known());
        let layout = match feature_order(&layout, &rows.data, &rows.labels) {
            Some(order) => layout.in_order(&order),
            None => layout,
        };
        let (n_columns, size) = (layout.n_columns(), block_rows(n_components));
        Self {
            n_components,
            blocks: Blocks::new(&rows, &layout, size, params.memory),
            sample: sample(&rows, &layout, size),
            total_weight: rows.total_weight(),
            scorer: Scorer::blank(n_components, layout),
            rows,
            sparse: sparse_step::for_components(n_components, n_columns),
            dense: DenseStep::new(n_components, n_columns),
        }
    }

    /// The statistics of all rows under `mixture`.
    ///
    /// They depend on the data and the mixture alone, not on threads or earlier runs.
    ///
    /// # Panics
    /// It may panic if `mixture` has another K or D than this; or the sums mean nothing.
    pub fn run(&mut self, mixture: &BernoulliMixture) -> SufficientStats {
        parallel::within_threads(|| self.run_within(mixture))
    }

    /// The log-likelihood of all rows under `mixture`, in total nats. Every row is scored by all
    /// components in double precision: slower than [`Self::run`], and as exact as sums are.
    ///
    /// # Errors
    /// [`crate::error::Error::Features`] if `mixture` has another D than the rows.
    pub(super) fn exact_log_likelihood(&self, mixture: &BernoulliMixture) -> Result<f64> {
        let (data, known) = (&self.rows.data, self.rows.known());
        let scores = mixture.map_known_rows(data, known, |_, log_prob, _| log_prob)?;
        Ok(self.rows.weighted_sum(scores.into_iter()))
    }

    fn run_within(&mut self, mixture: &BernoulliMixture) -> SufficientStats {
        let drift = self.scorer.set_mixture(mixture.weights(), mixture.means());
        let mut stats = if self.is_sparse(&drift) {
            self.dense.release();
            self.sparse.run(&self.scorer, &self.blocks)
        } else {
            self.sparse.release();
            self.dense.run(&self.scorer, &self.blocks, self.rows.weights.as_deref())
        };
        stats.total_weight = self.total_weight;
        by_feature(stats, self.scorer.layout())
    }

    /// Whether the rows of the sample have few candidates. If so, the sparse step is prepared.
    fn is_sparse(&mut self, drift: &Drift) -> bool {
        let may_be = may_be_sparse(self.n_components, self.scorer.n_columns());
        if self.rows.weights.is_some() || !may_be {
            return false;
        }
        let n_candidates = self.sparse.prepare(&self.scorer, drift, &self.sample);
        let dense_cost = DENSE_COST * self.n_components.div_ceil(DENSE_COMPONENTS);
        n_candidates <= dense_cost * self.sample.n_rows()
    }
}

/// Puts statistics of columns, which are all features, into the order of the features, in place.
fn in_order(mut stats: SufficientStats, columns: &[Column]) -> SufficientStats {
    let of_components = stats.weighted_sums.chunks_exact_mut(columns.len());
    parallel::for_each_with(of_components, Vec::new, |in_columns, sums| {
        in_columns.clear();
        in_columns.extend_from_slice(sums);
        for (column, &sum) in columns.iter().zip(&*in_columns) {
            if let Column::One(d) = *column {
                sums[d] = sum;
            }
        }
    });
    stats
}

/// Turns statistics of columns into those of the features.
fn by_feature(mut stats: SufficientStats, layout: &Layout) -> SufficientStats {
    if layout.is_plain() {
        return stats;
    }
    let (n_features, n_columns) = (layout.n_features(), layout.n_columns());
    let columns: Vec<Column> = layout.columns().collect();
    if n_columns == n_features {
        return in_order(stats, &columns);
    }
    let has_missing = columns.iter().any(|column| matches!(column, Column::Missing(_)));
    let n_components = stats.resp_sums.len();
    let zeros = vec![0.0; n_components * n_features];
    let of_columns = std::mem::replace(&mut stats.weighted_sums, zeros);
    stats.n_features = n_features;
    stats.missing_sums = vec![0.0; if has_missing { n_components * n_features } else { 0 }];
    for (k, sums) in of_columns.chunks_exact(n_columns).enumerate() {
        let first = k * n_features;
        for (column, &sum) in columns.iter().zip(sums) {
            match column {
                Column::One(d) => stats.weighted_sums[first + d] = sum,
                Column::Missing(d) => stats.missing_sums[first + d] = sum,
                Column::Label(_) => {}
            }
        }
    }
    stats
}
