//! One-to-one matchings: of clusters to labels, and under any costs.

use super::Contingency;
use pathfinding::kuhn_munkres::kuhn_munkres_min;
use pathfinding::matrix::Matrix;

/// A one-to-one matching of clusters to labels with as many samples as possible matched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matching {
    /// The label of each cluster (`n_clusters`), each label used at most once; `None` for the
    /// clusters left over when there are more clusters than labels.
    pub labels: Vec<Option<usize>>,
    /// Samples whose label is the one matched to their cluster.
    pub hits: u64,
}

impl Contingency {
    /// The matching of clusters to labels with the most hits.
    ///
    /// If there are more clusters than labels, some clusters stay unmatched, and all their samples
    /// count as wrong. If there are fewer, some labels stay unused. Of several best matchings any
    /// one is returned, always the same one for the same table. The time is cubic in the larger
    /// side of the table. Source: Kuhn (1955), *Naval Research Logistics Quarterly* 2; Munkres
    /// (1957), *Journal of the SIAM* 5.
    pub(crate) fn best_matching(&self) -> Matching {
        // i128, because the solver adds and subtracts counts that may be as large as u64::MAX.
        let cost = |cluster, label| -i128::from(self.cluster(cluster)[label]);
        let labels = cheapest_matching(self.n_clusters, self.n_labels, cost);
        let hits = self.rows().zip(&labels).filter_map(|(row, l)| l.map(|l| row[l])).sum();
        Matching { labels, hits }
    }

    /// Accuracy, in [0, 1]: the share of samples whose cluster is matched to their label.
    pub fn accuracy(&self) -> f64 {
        self.best_matching().hits as f64 / self.n_samples as f64
    }
}

/// The matching of rows to columns whose costs add up to the least: the column of each row, or
/// `None` for the rows left over where there are fewer columns.
pub(super) fn cheapest_matching(
    n_rows: usize,
    n_columns: usize,
    cost: impl Fn(usize, usize) -> i128,
) -> Vec<Option<usize>> {
    let mut matched = vec![None; n_rows];
    if n_rows == 0 || n_columns == 0 {
        return matched;
    }
    // The solver wants no more rows than columns.
    if n_rows <= n_columns {
        let costs = Matrix::from_fn(n_rows, n_columns, |(row, column)| cost(row, column));
        return kuhn_munkres_min(&costs).1.into_iter().map(Some).collect();
    }
    let costs = Matrix::from_fn(n_columns, n_rows, |(column, row)| cost(row, column));
    for (column, row) in kuhn_munkres_min(&costs).1.into_iter().enumerate() {
        matched[row] = Some(column);
    }
    matched
}
