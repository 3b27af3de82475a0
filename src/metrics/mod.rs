//! How well a clustering agrees with known labels, and how well two models agree.
//!
//! Agreement depends on the data only through a table of counts, the [`Contingency`] table. It
//! gives purity and majority labels (here), NMI and ARI (`agreement`), and one-to-one accuracy
//! (`matching`). Other files hold scores of probabilities (`calibration`), the matching of two
//! mixtures' components (`components`), and the [`Difference`] of two models' log-likelihoods.

mod agreement;
mod calibration;
mod components;
mod difference;
mod matching;
#[cfg(test)]
mod tests;

pub use calibration::{Bin, Calibration, Judged, N_BINS};
pub use components::{hellinger, match_components};
pub use difference::Difference;
pub use matching::Matching;

use crate::error::{Error, Result};

/// How many samples fall into each pair of cluster and label.
///
/// The table is `n_clusters` x `n_labels` and holds at least one sample. Empty clusters and labels
/// that no sample bears may be part of it; they change no score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contingency {
    n_clusters: usize,
    n_labels: usize,
    /// Row-major, one row per cluster.
    counts: Vec<u64>,
    n_samples: u64,
}

/// The label most frequent in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Majority {
    /// The label; of several equally frequent ones the lowest.
    pub label: usize,
    /// Samples of the cluster that bear it, at least 1.
    pub count: u64,
    /// All samples of the cluster.
    pub cluster_size: u64,
}

impl Majority {
    /// The part of the cluster that bears the label, in (0, 1].
    pub fn share(&self) -> f64 {
        self.count as f64 / self.cluster_size as f64
    }
}

impl Contingency {
    /// Counts the pairs of `assignments` (values below `n_clusters`) and `labels` (values below
    /// `n_labels`). Both hold one number per sample, of any unsigned integer type.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the slices differ in length or are empty, if a value is outside its
    /// range, or if the table has no cell or more than 2^27.
    pub fn new<A: Copy + TryInto<usize>, B: Copy + TryInto<usize>>(
        assignments: &[A],
        n_clusters: usize,
        labels: &[B],
        n_labels: usize,
    ) -> Result<Self> {
        if assignments.len() != labels.len() {
            let allowed = format!("one for each of {}", assignments.len());
            return Err(Error::parameter("labels", format!("{} values", labels.len()), allowed));
        }
        let both = assignments.iter().zip(labels);
        Self::weighted(n_clusters, n_labels, both.map(|(&cluster, &label)| (cluster, label, 1)))
    }

    /// As [`Self::new`], from `samples` that each count as several: cluster, label and count.
    ///
    /// # Errors
    /// As [`Self::new`]; counts must sum to at least 1.
    pub fn weighted<A: TryInto<usize>, B: TryInto<usize>>(
        n_clusters: usize,
        n_labels: usize,
        samples: impl IntoIterator<Item = (A, B, u64)>,
    ) -> Result<Self> {
        let mut table = vec![0_u64; table_size(n_clusters, n_labels)?];
        for (cluster, label, count) in samples {
            let cluster = checked_index(n_clusters, cluster, "assignment")?;
            let cell = &mut table[cluster * n_labels + checked_index(n_labels, label, "label")?];
            *cell = cell.saturating_add(count);
        }
        Self::from_counts(n_clusters, n_labels, table)
    }

    /// A table from its `counts` (`n_clusters` x `n_labels`, row-major, one row per cluster).
    ///
    /// # Errors
    /// [`Error::Parameter`] if the number of counts is not `n_clusters * n_labels`, if there are
    /// none or more than 2^27, or if their sum is 0 or above `u64::MAX`.
    pub(crate) fn from_counts(
        n_clusters: usize,
        n_labels: usize,
        counts: Vec<u64>,
    ) -> Result<Self> {
        let size = table_size(n_clusters, n_labels)?;
        if counts.len() != size {
            let allowed = format!("{size} counts ({n_clusters} clusters x {n_labels} labels)");
            return Err(Error::parameter("table", format!("{} counts", counts.len()), allowed));
        }
        match counts.iter().try_fold(0_u64, |sum, &n| sum.checked_add(n)) {
            Some(0) => Err(Error::parameter("samples", 0, "at least 1")),
            None => Err(Error::parameter("samples", "above 2^64", "at most 2^64 - 1")),
            Some(n_samples) => Ok(Self { n_clusters, n_labels, counts, n_samples }),
        }
    }

    /// The number of clusters (rows), empty ones included.
    pub fn n_clusters(&self) -> usize {
        self.n_clusters
    }

    /// The number of labels (columns), those that no sample bears included.
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// The number of samples counted, at least 1.
    pub fn n_samples(&self) -> u64 {
        self.n_samples
    }

    /// The samples of one `cluster` by label (`n_labels`); empty if there is no such cluster.
    pub fn cluster(&self, cluster: usize) -> &[u64] {
        self.rows().nth(cluster).unwrap_or_default()
    }

    /// The number of samples in each cluster (`n_clusters`).
    pub(crate) fn cluster_sizes(&self) -> Vec<u64> {
        self.rows().map(|row| row.iter().sum()).collect()
    }

    /// The number of samples that bear each label (`n_labels`).
    pub(crate) fn label_sizes(&self) -> Vec<u64> {
        let mut sizes = vec![0; self.n_labels];
        for row in self.rows() {
            sizes.iter_mut().zip(row).for_each(|(size, n)| *size += n);
        }
        sizes
    }

    /// The most frequent label of each cluster (`n_clusters`); `None` without samples.
    pub(crate) fn majority_labels(&self) -> Vec<Option<Majority>> {
        self.rows().map(majority).collect()
    }

    /// Purity, in (0, 1]: the part of all samples that bear the majority label of their cluster.
    ///
    /// Several clusters may share a label, so purity never falls when clusters are split; compare
    /// it only at equal K. Source: Manning, Raghavan and Schütze, *Introduction to Information
    /// Retrieval* (2008), section 16.3.
    pub fn purity(&self) -> f64 {
        let hits: u64 = self.majority_labels().iter().flatten().map(|m| m.count).sum();
        hits as f64 / self.n_samples as f64
    }

    /// The rows of the table, one per cluster.
    fn rows(&self) -> std::slice::ChunksExact<'_, u64> {
        self.counts.chunks_exact(self.n_labels)
    }
}

fn majority(row: &[u64]) -> Option<Majority> {
    // `max_by_key` takes the last of equals: reversed, the lowest label wins a tie.
    let (label, &count) = row.iter().enumerate().rev().max_by_key(|&(_, n)| n)?;
    (count > 0).then(|| Majority { label, count, cluster_size: row.iter().sum() })
}

/// The largest table, in cells: 1 GiB of counts. A larger one is a mistake in the labels.
const MAX_CELLS: usize = 1 << 27;

/// The number of cells, checked before a table of that size is allocated.
fn table_size(n_clusters: usize, n_labels: usize) -> Result<usize> {
    match n_clusters.checked_mul(n_labels) {
        Some(size) if (1..=MAX_CELLS).contains(&size) => Ok(size),
        _ => {
            let allowed = format!("at least 1 x 1 and at most {MAX_CELLS} cells");
            Err(Error::parameter("table", format!("{n_clusters} x {n_labels}"), allowed))
        }
    }
}

fn checked_index<T: TryInto<usize>>(limit: usize, value: T, name: &'static str) -> Result<usize> {
    match value.try_into() {
        Ok(value) if value < limit => Ok(value),
        Ok(value) => Err(Error::parameter(name, value, format!("below {limit}"))),
        Err(_) => Err(Error::parameter(name, "no index", format!("from 0 to below {limit}"))),
    }
}
