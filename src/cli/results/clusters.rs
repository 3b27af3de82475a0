//! What the clusters of a mixture hold on a data set: sizes, labels, and agreement with the labels.

use crate::cli::input::{Input, Words};
use crate::data::Labels;
use crate::error::Result;
use crate::metrics::Contingency;
use crate::mixture::{Assignment, BernoulliMixture};
use crate::model_file::LabelTable;
use serde::Serialize;

/// A mixture applied to a data set.
pub(crate) struct Clustering {
    /// Images assigned to each cluster.
    pub(crate) sizes: Vec<u64>,
    /// Total nats.
    pub(crate) log_likelihood: f64,
    /// Entropy of the responsibilities, summed over rows, in nats.
    pub(crate) entropy: f64,
    pub(crate) n_samples: usize,
    /// The sum of the rows' weights: their number if they have none.
    pub(crate) total_weight: f64,
    /// Features of a row that are not missing, on average.
    n_observed: f64,
    pub(crate) words: Words,
    labelled: Option<(Vec<String>, Contingency)>,
    /// The weight that is one in the counts of labels.
    count_unit: f64,
}

/// Agreement with labels, each at most 1.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Agreement {
    pub(crate) accuracy: f64,
    pub(crate) purity: f64,
    pub(crate) nmi: f64,
    pub(crate) ari: f64,
}

impl Clustering {
    /// What `mixture` makes of `input`.
    pub(crate) fn of(mixture: &BernoulliMixture, input: &Input) -> Result<Self> {
        Self::new(mixture.n_components(), &mixture.assign(&input.bits)?, input)
    }

    /// The clustering of `input` into `k` clusters by `rows`, an assignment for each of its rows.
    pub(crate) fn new(k: usize, rows: &[Assignment], input: &Input) -> Result<Self> {
        let weighted = input.rows();
        let log_likelihood = weighted.weighted_sum(rows.iter().map(|row| row.log_prob));
        let entropy = weighted.weighted_sum(rows.iter().map(|row| row.entropy));
        let mut sizes = vec![0; k];
        rows.iter().for_each(|row| sizes[row.component] += 1);
        let clusters = rows.iter().map(|row| row.component).zip(weighted.counts());
        let labelled = input.labels.as_ref().map(|labels| contingency(clusters, k, labels));
        Ok(Self {
            sizes,
            log_likelihood,
            entropy,
            n_samples: input.bits.n_samples(),
            total_weight: weighted.total_weight(),
            n_observed: weighted.mean_observed(),
            words: Words::of(input.height),
            labelled: labelled.transpose()?.flatten(),
            count_unit: weighted.count_unit(),
        })
    }

    /// Takes what labels are found in which cluster from `other`, a clustering of the same rows.
    pub(crate) fn judge_by(&mut self, other: Self) {
        self.labelled = other.labelled;
    }

    /// Mean log-likelihood in nats per sample.
    pub(crate) fn score(&self) -> f64 {
        self.log_likelihood / self.total_weight
    }

    /// Bits needed for one pixel: the negative score in base 2, over the number of pixels that are not missing; no -0.
    pub(crate) fn bits_per_pixel(&self) -> f64 {
        // Where nothing was seen at all, nothing is needed to tell it.
        let n_bits = std::f64::consts::LN_2 * self.n_observed;
        if n_bits > 0.0 { (0.0 - self.score()) / n_bits } else { 0.0 }
    }

    /// `-164.7698 nats per image, 0.3032 bits per pixel`.
    pub(crate) fn score_line(&self) -> String {
        let Words { sample, feature } = self.words;
        let (score, bits) = (self.score(), self.bits_per_pixel());
        format!("{score:.4} nats per {sample}, {bits:.4} bits per {feature}")
    }

    /// Agreement with the labels, where there are any.
    pub(crate) fn agreement(&self) -> Option<Agreement> {
        self.labelled.as_ref().map(|(_, table)| Agreement {
            accuracy: table.accuracy(),
            purity: table.purity(),
            nmi: table.nmi(),
            ari: table.ari(),
        })
    }

    /// Counts of labels in clusters, where there are labels: their names, and a row for each cluster.
    pub(crate) fn confusion(&self) -> Option<(&[String], &Contingency)> {
        self.labelled.as_ref().map(|(names, table)| (names.as_slice(), table))
    }

    /// Counts of labels as sums of weights, rounded.
    pub(crate) fn weighed(&self, counts: &[u64]) -> Vec<u64> {
        weighed(counts, self.count_unit)
    }

    /// The same as it travels in a model; `label_of` has the label that each cluster was fitted to, if they were.
    pub(crate) fn label_table(&self, label_of: &[Option<u32>]) -> Option<LabelTable> {
        let (names, table) = self.labelled.as_ref()?;
        let counts = (0..table.n_clusters()).flat_map(|k| self.weighed(table.cluster(k))).collect();
        Some(LabelTable { names: names.clone(), counts, label_of: label_of.to_vec() })
    }
}

/// The names of the labels, and how many of the rows whose label is known, by weight, fall in each cluster; `None` if no label is known.
/// `rows` have a cluster and a count each.
fn contingency(
    rows: impl Iterator<Item = (usize, u64)>,
    k: usize,
    labels: &Labels,
) -> Result<Option<(Vec<String>, Contingency)>> {
    let rows = rows.zip(labels.of_row());
    let mut known = rows
        .filter_map(|((cluster, count), label)| Some((cluster, (*label)? as usize, count)))
        .filter(|(_, _, count)| *count > 0)
        .peekable();
    if known.peek().is_none() {
        return Ok(None);
    }
    let names = labels.names().to_vec();
    let table = Contingency::weighted(k, names.len(), known)?;
    Ok(Some((names, table)))
}

/// The clusters by descending responsibility, the first of equals first.
pub(crate) fn most_probable_first(resp: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..resp.len()).collect();
    order.sort_by(|&a, &b| resp[b].total_cmp(&resp[a]));
    order
}

/// `7 (93 %)`: the majority label of cluster `k`, or nothing.
pub(crate) fn majority(labels: Option<&LabelTable>, k: usize) -> Option<String> {
    let (name, share) = labels?.majority(k)?;
    Some(format!("{name} ({:.0} %)", 100.0 * share))
}

/// Counts of labels as sums of weights, rounded; `unit` is the weight that is one in them.
pub(crate) fn weighed(counts: &[u64], unit: f64) -> Vec<u64> {
    counts.iter().map(|count| (*count as f64 * unit).round() as u64).collect()
}

/// One line about the agreement with labels.
pub(crate) fn agreement_line(agreement: &Agreement) -> String {
    let Agreement { accuracy, purity, nmi, ari } = agreement;
    format!("accuracy {accuracy:.4}, purity {purity:.4}, NMI {nmi:.4}, ARI {ari:.4}")
}

/// Images in cluster `k` of a label table.
pub(crate) fn size(table: &LabelTable, k: usize) -> u64 {
    table.counts.chunks(table.names.len()).nth(k).map_or(0, |counts| counts.iter().sum())
}
