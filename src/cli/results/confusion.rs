//! The confusion table: the labels in each cluster or, of many clusters, under each prediction.

use super::classifier::Classification;
use super::clusters::Clustering;
use crate::cli::terminal::tables;
use serde::Serialize;

/// More clusters than this are added up by label.
const MAX_CLUSTERS: usize = 20;
/// A table of more labels than this could not be read.
const MAX_LABELS: usize = 30;

/// Images of each label in each cluster.
#[derive(Debug, Serialize)]
pub(crate) struct Confusion {
    pub(crate) labels: Vec<String>,
    /// The label of each cluster by one-to-one matching; `null` for a cluster left over.
    matched: Vec<Option<String>>,
    counts: Vec<Vec<u64>>,
}

impl Confusion {
    pub(crate) fn new(clustering: &Clustering) -> Option<Self> {
        let (labels, table) = clustering.confusion()?;
        let matched = table.best_matching().labels.into_iter();
        Some(Self {
            labels: labels.to_vec(),
            matched: matched.map(|label| label.map(|label| labels[label].clone())).collect(),
            counts: clustering.label_counts()?,
        })
    }

    /// The table for people: of clusters, or of predicted labels. The model predicts labels. Where
    /// it has none, the majority of each cluster does.
    pub(crate) fn text(&self, classification: Option<&Classification>, samples: &str) -> String {
        if self.labels.len() > MAX_LABELS {
            let n = self.labels.len();
            return format!("\nThe confusion table of {n} labels is part of --json\n");
        }
        if self.counts.len() <= MAX_CLUSTERS {
            return self.cluster_table(samples);
        }
        match classification.map(Classification::confusion) {
            Some((names, counts)) => self.prediction_table(names, counts, "", samples),
            None => {
                let note = ", the majority of each cluster";
                self.prediction_table(&self.labels, &self.by_majority(), note, samples)
            }
        }
    }

    fn cluster_table(&self, samples: &str) -> String {
        let rows = self.counts.iter().zip(&self.matched).enumerate().map(|(k, (counts, label))| {
            let label = label.clone().unwrap_or_else(|| "-".into());
            [k.to_string(), label].into_iter().chain(counts.iter().map(u64::to_string)).collect()
        });
        let table = tables::table(self.head(&["cluster", "matched to"]), &[], rows);
        format!("\nHow many {samples} of each label (columns) are in each cluster (rows)\n{table}")
    }

    fn prediction_table(
        &self,
        names: &[String],
        counts: &[Vec<u64>],
        note: &str,
        samples: &str,
    ) -> String {
        let rows = names.iter().zip(counts).map(|(name, counts)| {
            [name.clone()].into_iter().chain(counts.iter().map(u64::to_string)).collect()
        });
        let table = tables::table(self.head(&["predicted"]), &[], rows);
        format!(
            "\nHow many {samples} of each label (columns) got which label (rows{note})\n{table}"
        )
    }

    fn head<'a>(&'a self, first: &[&'a str]) -> Vec<&'a str> {
        first.iter().copied().chain(self.labels.iter().map(String::as_str)).collect()
    }

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
