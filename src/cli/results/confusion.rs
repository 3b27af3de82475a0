//! The confusion table: what is in each cluster, or, where there are many clusters, what was predicted and what is true.

use super::classifier::Classification;
use super::clusters::Clustering;
use crate::cli::terminal::tables;
use serde::Serialize;

/// More clusters than this are shown by the label that they stand for.
const MOST_CLUSTERS: usize = 20;
/// More labels than this make no table that can be read.
const MOST_LABELS: usize = 30;

/// Images of each label in each cluster.
#[derive(Debug, Serialize)]
pub(crate) struct Confusion {
    /// The labels of the data, a column each.
    pub(crate) labels: Vec<String>,
    /// The label that the one-to-one matching gives to each cluster; `null` for those left over.
    matched: Vec<Option<String>>,
    /// A row for each cluster.
    counts: Vec<Vec<u64>>,
}

impl Confusion {
    /// The table of a clustering of labelled data.
    pub(crate) fn of(clustering: &Clustering) -> Option<Self> {
        let (labels, table) = clustering.confusion()?;
        let matched = table.best_matching().labels.into_iter();
        Some(Self {
            labels: labels.to_vec(),
            matched: matched.map(|label| label.map(|label| labels[label].clone())).collect(),
            counts: (0..table.n_clusters()).map(|k| clustering.weighed(table.cluster(k))).collect(),
        })
    }

    /// The table for people: of clusters, or of labels predicted by the model or, if it has none, by the majority in each
    /// cluster.
    pub(crate) fn text(&self, classification: Option<&Classification>, samples: &str) -> String {
        if self.labels.len() > MOST_LABELS {
            let n = self.labels.len();
            return format!("\nThe confusion table of {n} labels is part of --json\n");
        }
        if self.counts.len() <= MOST_CLUSTERS {
            return self.of_clusters(samples);
        }
        match classification.map(Classification::confusion) {
            Some((names, counts)) => self.of_predictions(names, counts, "", samples),
            None => {
                let note = ", the majority of each cluster";
                self.of_predictions(&self.labels, &self.by_majority(), note, samples)
            }
        }
    }

    fn of_clusters(&self, samples: &str) -> String {
        let head = ["cluster", "matched to"].into_iter();
        let rows = self.counts.iter().zip(&self.matched).enumerate().map(|(k, (counts, label))| {
            let label = label.clone().unwrap_or_else(|| "-".into());
            [k.to_string(), label].into_iter().chain(counts.iter().map(u64::to_string)).collect()
        });
        let table = tables::table(&self.head(head), &[], rows);
        format!("\nHow many {samples} of each label (columns) are in each cluster (rows)\n{table}")
    }

    fn of_predictions(
        &self,
        names: &[String],
        counts: &[Vec<u64>],
        note: &str,
        samples: &str,
    ) -> String {
        let rows = names.iter().zip(counts).map(|(name, counts)| {
            [name.clone()].into_iter().chain(counts.iter().map(u64::to_string)).collect()
        });
        let table = tables::table(&self.head(["predicted"].into_iter()), &[], rows);
        format!(
            "\nHow many {samples} of each label (columns) got which label (rows{note})\n{table}"
        )
    }

    fn head<'a>(&'a self, first: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        first.chain(self.labels.iter().map(String::as_str)).collect()
    }

    /// The clusters added up by their most frequent label: a row for each label.
    fn by_majority(&self) -> Vec<Vec<u64>> {
        let mut sums = vec![vec![0; self.labels.len()]; self.labels.len()];
        for counts in &self.counts {
            // Reversed, because `max_by_key` takes the last of equals.
            let most = counts.iter().enumerate().rev().max_by_key(|(_, n)| **n);
            let Some((label, _)) = most else { continue };
            sums[label].iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
        }
        sums
    }
}
