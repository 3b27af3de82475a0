//! The best one-to-one matching of clusters to labels, and the accuracy under it, and the cheapest one under any costs; the
//! only home of `pathfinding`.

use super::Contingency;
use pathfinding::kuhn_munkres::{kuhn_munkres, kuhn_munkres_min};
use pathfinding::matrix::Matrix;

/// A one-to-one matching of clusters to labels that puts as many samples as possible in the right place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// The label of each cluster (`n_clusters`), each label used at most once; `None` for the clusters left over when there
    /// are more clusters than labels.
    pub labels: Vec<Option<usize>>,
    /// Samples whose label is the one matched to their cluster.
    pub hits: u64,
}

impl Contingency {
    /// The matching of clusters to labels with the most hits.
    ///
    /// If there are more clusters than labels some clusters stay unmatched and all their samples count as wrong; if there
    /// are fewer, some labels stay unused. Of several best matchings any one is returned, always the same for the same table.
    /// Source: Kuhn (1955), *Naval Research Logistics Quarterly* 2, and Munkres (1957), *Journal of the SIAM* 5;
    /// cubic in the larger side of the table.
    pub fn best_matching(&self) -> Matching {
        let labels = if self.n_clusters <= self.n_labels {
            matched_columns(self).into_iter().map(Some).collect()
        } else {
            let mut labels = vec![None; self.n_clusters];
            let clusters = matched_columns(&self.transposed());
            clusters.into_iter().enumerate().for_each(|(l, k)| labels[k] = Some(l));
            labels
        };
        let hits = self.rows().zip(&labels).filter_map(|(row, l)| l.map(|l| row[l])).sum();
        Matching { labels, hits }
    }

    /// Accuracy, in [0, 1]: the part of all samples that [`Contingency::best_matching`] puts in the right place.
    pub fn accuracy(&self) -> f64 {
        self.best_matching().hits as f64 / self.n_samples as f64
    }
}

/// The column matched to each row of a table with no more rows than columns (else the solver would panic).
fn matched_columns(table: &Contingency) -> Vec<usize> {
    let (rows, columns) = (table.n_clusters, table.n_labels);
    debug_assert!(rows <= columns);
    // i128, because the solver adds and subtracts counts that may be as large as u64::MAX.
    let weight = |(row, column)| i128::from(table.counts[row * columns + column]);
    kuhn_munkres(&Matrix::from_fn(rows, columns, weight)).1
}

/// Costs are told apart down to this: the solver wants whole numbers.
const COST_UNIT: f64 = 1.0 / (1_u64 << 32) as f64;

/// The column matched to each row so that the costs, finite and below 2^31, add up to the least; no more rows than columns.
pub(super) fn cheapest_columns(
    n_rows: usize,
    n_columns: usize,
    cost: impl Fn((usize, usize)) -> f64,
) -> Vec<usize> {
    debug_assert!(n_rows <= n_columns);
    if n_rows == 0 {
        return Vec::new();
    }
    let cost = |at| (cost(at) / COST_UNIT) as i128;
    kuhn_munkres_min(&Matrix::from_fn(n_rows, n_columns, cost)).1
}
