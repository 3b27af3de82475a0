//! The E-step: a mixture in, the sufficient statistics of all rows out, by the way that suits the data.
//!
//! Rows that clearly belong to one or two components (images) want [`sparse`](crate::em::e_step::sparse_step) sums; rows that belong to
//! many at the same time (short questionnaires) want [`dense`](crate::em::e_step::dense_step) tables. Which of them it is, a sample of the
//! rows tells before every step, so it depends on the data and the mixture alone. Rows with weights go the dense way.

pub(crate) mod blocks;
pub(crate) mod dense_step;
pub(crate) mod feature_order;
pub(crate) mod sparse_step;

use super::params::FitParams;
use super::rows::Rows;
use super::stats::SufficientStats;
use crate::kernels::RowBlock;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use crate::scorer::{Column, Drift, Layout, Scorer};
use blocks::Blocks;
use dense_step::{BLOCK_RESPONSIBILITIES, DenseStep};
use feature_order::feature_order;
use sparse_step::SparseStep;

/// Rows in one block, at most. Part of the result: another size would round the sums differently.
pub const BLOCK_ROWS: usize = 1024;

/// Rows in one block for so many components.
fn block_rows(n_components: usize) -> usize {
    (BLOCK_RESPONSIBILITIES / n_components.max(1)).clamp(64, BLOCK_ROWS)
}

/// A data set prepared for many E-steps with K components: as lists, so it need not be kept, unless it lies elsewhere.
pub struct EStep {
    n_components: usize,
    /// The mixture of the last run.
    scorer: Scorer,
    blocks: Blocks,
    /// For each row, if any has one.
    weights: Option<Vec<f64>>,
    total_weight: f64,
    /// Some rows, to see how many components come into question for a row.
    sample: RowBlock,
    sparse: Box<dyn SparseStep>,
    dense: DenseStep,
}

/// Rows with fewer features than this belong to many components as long as these are not far apart.
const SPARSE_FROM: usize = 64;

/// Whether the sparse step may be taken.
pub(super) fn may_be_sparse(n_components: usize, n_features: usize) -> bool {
    n_components == 1 || n_features >= SPARSE_FROM
}

/// For so many components side by side in the dense step, the pairs of a row and a component that cost as much.
const COMPONENTS: usize = 16;
const PAIRS: usize = 2;

/// Rows in the sample that says which way to go: at most, and one in 64 of all; but about as many as in a block, if that has fewer.
const SAMPLE: usize = 512;

fn sample(rows: &Rows, layout: &Layout, at_most: usize) -> RowBlock {
    let n = rows.data.n_samples();
    let some: Vec<usize> = (0..n).step_by((n / SAMPLE.min(at_most)).max(64)).collect();
    let rows = rows.select(&some);
    RowBlock::by_length(&layout.part(&rows.data, &rows.labels, 0..some.len(), Vec::new()), 0)
}

impl EStep {
    /// Lists what is not blank in every row once, and sets up the buffers.
    ///
    /// Weights must be one for each row, finite and positive.
    pub fn new<'a>(rows: impl Into<Rows<'a>>, n_components: usize) -> Self {
        Self::for_fit(rows, &FitParams { n_components, ..FitParams::default() })
    }

    /// The same for the K of `params`, with lists that keep to [`FitParams::memory`].
    pub fn for_fit<'a>(rows: impl Into<Rows<'a>>, params: &FitParams) -> Self {
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
            weights: rows.weights.as_deref().map(<[f64]>::to_vec),
            total_weight: rows.total_weight(),
            scorer: Scorer::blank(n_components, layout),
            sparse: sparse_step::for_components(n_components, n_columns),
            dense: DenseStep::new(n_components, n_columns),
        }
    }

    /// The statistics of all rows under `mixture`, which must have the K and D that this was made for: with others it
    /// panics or the sums mean nothing.
    ///
    /// They depend on the data and the mixture alone: not on the number of threads, nor on what was run before.
    pub fn run(&mut self, mixture: &BernoulliMixture) -> SufficientStats {
        parallel::within_threads(|| self.run_within(mixture))
    }

    fn run_within(&mut self, mixture: &BernoulliMixture) -> SufficientStats {
        let drift = self.scorer.set_mixture(mixture.weights(), mixture.means());
        let mut stats = if self.is_sparse(&drift) {
            self.dense.release();
            self.sparse.run(&self.scorer, &self.blocks)
        } else {
            self.sparse.release();
            self.dense.run(&self.scorer, &self.blocks, self.weights.as_deref())
        };
        stats.total_weight = self.total_weight;
        of_features(stats, self.scorer.layout())
    }

    /// Whether few components come into question for the rows of a sample; the sparse step is then prepared.
    fn is_sparse(&mut self, drift: &Drift) -> bool {
        let may_be = may_be_sparse(self.n_components, self.scorer.n_columns());
        if self.weights.is_some() || !may_be {
            return false;
        }
        let n_candidates = self.sparse.prepare(&self.scorer, drift, &self.sample);
        n_candidates <= PAIRS * self.n_components.div_ceil(COMPONENTS) * self.sample.len()
    }
}

/// Statistics of columns that are all features, in the order of the features: in place, for they are large.
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

/// Statistics of columns as those of the features.
fn of_features(stats: SufficientStats, layout: &Layout) -> SufficientStats {
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
    let mut found = SufficientStats {
        n_samples: stats.n_samples,
        total_weight: stats.total_weight,
        log_likelihood: stats.log_likelihood,
        resp_sums: stats.resp_sums,
        ..SufficientStats::zeros(n_components, n_features)
    };
    found.missing_sums = vec![0.0; if has_missing { n_components * n_features } else { 0 }];
    for (k, sums) in stats.weighted_sums.chunks_exact(n_columns).enumerate() {
        let first = k * n_features;
        for (column, &sum) in columns.iter().zip(sums) {
            match column {
                Column::One(d) => found.weighted_sums[first + d] = sum,
                Column::Missing(d) => found.missing_sums[first + d] = sum,
                Column::Label(_) => {}
            }
        }
    }
    found
}
