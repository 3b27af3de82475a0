//! The clusters of a mixture on a data set: sizes, labels, and agreement with the labels.

use super::document::Scores;
use crate::cli::input::{Input, Words};
use crate::cli::terminal::{Console, counted, fixed};
use crate::data::Labels;
use crate::em::Assignments;
use crate::error::Result;
use crate::metrics::Contingency;
use crate::mixture::{Assignment, BernoulliMixture};
use crate::model_file::LabelTable;
use serde::Serialize;

pub(crate) struct Clustering {
    pub(crate) sizes: Vec<u64>,
    pub(crate) scores: Scores,
    /// Entropy of the responsibilities, summed over rows, in nats.
    pub(crate) entropy: f64,
    pub(crate) n_samples: usize,
    /// The sum of the rows' weights; their number if they have none.
    pub(crate) total_weight: f64,
    pub(crate) words: Words,
    /// Rows that have weight, and that no cluster allows.
    pub(crate) n_impossible: usize,
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
    pub(crate) fn assign(mixture: &BernoulliMixture, input: &Input) -> Result<Self> {
        Self::new(mixture.n_components(), &Assignments::new(mixture, &input.rows())?, input)
    }

    /// The clustering of `input` into `k` clusters by the assignments of its rows.
    pub(crate) fn new(k: usize, assignments: &Assignments, input: &Input) -> Result<Self> {
        let rows = input.rows();
        let clusters = assignments.iter().map(|row| row.component).zip(rows.counts());
        let labelled = input.labels.as_ref().map(|labels| contingency(clusters, k, labels));
        let is_impossible = |(i, row): &(usize, &Assignment)| {
            row.log_prob == f64::NEG_INFINITY && rows.weight(*i) > 0.0
        };
        let n_impossible = assignments.iter().enumerate().filter(is_impossible).count();
        let (few, each) = assignments.of_few(&rows);
        let log_likelihood = few.weighted_sum(each.iter().map(|row| row.log_prob));
        let entropies = each.iter().map(|row| row.entropy);
        let (total_weight, n_observed) = (few.total_weight(), few.mean_observed());
        Ok(Self {
            sizes: assignments.sizes(k),
            scores: Scores::new(log_likelihood, total_weight, n_observed),
            entropy: few.sum_of_answered(&few.answered(), entropies),
            n_samples: input.bits.n_samples(),
            total_weight,
            words: Words::for_height(input.height),
            n_impossible,
            labelled: labelled.transpose()?.flatten(),
            count_unit: rows.count_unit(),
        })
    }

    /// Takes the counts of labels from `other`, a clustering of the same rows.
    pub(crate) fn judge_by(&mut self, other: Self) {
        self.labelled = other.labelled;
    }

    /// `-164.7698 nats per image, 0.3032 bits per pixel`.
    pub(crate) fn score_line(&self) -> String {
        let Words { sample, feature } = self.words;
        let Scores { score, bits_per_pixel, .. } = self.scores;
        let [score, bits] = [score, bits_per_pixel].map(|value| fixed(value, 4));
        format!("{score} nats per {sample}, {bits} bits per {feature}")
    }

    pub(crate) fn agreement(&self) -> Option<Agreement> {
        self.labelled.as_ref().map(|(_, table)| Agreement {
            accuracy: table.accuracy(),
            purity: table.purity(),
            nmi: table.nmi(),
            ari: table.ari(),
        })
    }

    /// The names of the labels, and their counts in each cluster, where there are labels.
    pub(crate) fn confusion(&self) -> Option<(&[String], &Contingency)> {
        self.labelled.as_ref().map(|(names, table)| (names.as_slice(), table))
    }

    /// The counts of labels in each cluster as rounded sums of weights, where there are labels.
    pub(crate) fn label_counts(&self) -> Option<Vec<Vec<u64>>> {
        self.labelled.as_ref().map(|(_, table)| weighed_rows(table, self.count_unit))
    }

    /// The counts of labels as a model keeps them. `label_of`: those that clusters were fitted to.
    pub(crate) fn label_table(&self, label_of: &[Option<u32>]) -> Option<LabelTable> {
        let ((names, _), counts) = (self.labelled.as_ref()?, self.label_counts()?.concat());
        Some(LabelTable { names: names.clone(), counts, label_of: label_of.to_vec() })
    }
}

/// Warns of rows that have a probability of 0 under every cluster.
pub(crate) fn warn_of_impossible(n: usize, words: Words, console: &Console) {
    if n > 0 {
        console.warn(format_args!(
            "{} impossible under every cluster: a mean of exactly 0 or 1 rules it out, and its \
             probabilities say nothing; a model fitted with --alpha above 0 has none",
            counted(n, words.sample)
        ));
    }
}

impl Agreement {
    /// The figures for people, each with its name.
    pub(crate) fn figures(&self) -> [(&'static str, String); 4] {
        let Self { accuracy, purity, nmi, ari } = *self;
        [("accuracy", accuracy), ("purity", purity), ("NMI", nmi), ("ARI", ari)]
            .map(|(name, value)| (name, fixed(value, 4)))
    }

    /// `accuracy 0.5876, purity 0.5876, NMI 0.4902, ARI 0.4112`.
    pub(crate) fn line(&self) -> String {
        self.figures().map(|(name, value)| format!("{name} {value}")).join(", ")
    }
}

/// The names of the labels, and their counts in each cluster; `None` if no label is known. `rows`
/// have a cluster and a count each. Rows whose label is not known are left out.
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

/// The `n` clusters of the greatest responsibility, the greatest and the first of equals first.
pub(crate) fn most_probable_first(resp: &[f64], n: usize) -> Vec<usize> {
    let by_resp = |a: &usize, b: &usize| resp[*b].total_cmp(&resp[*a]).then(a.cmp(b));
    let mut order: Vec<usize> = (0..resp.len()).collect();
    if (1..order.len()).contains(&n) {
        order.select_nth_unstable_by(n - 1, by_resp);
    }
    order.truncate(n);
    order.sort_unstable_by(by_resp);
    order
}

/// `7 (93 %)`: the majority label of cluster `k`, or nothing.
pub(crate) fn majority(labels: Option<&LabelTable>, k: usize) -> Option<String> {
    let (name, share) = labels?.majority(k)?;
    Some(format!("{name} ({:.0} %)", 100.0 * share))
}

/// A count as a rounded sum of weights; `unit` is the weight that counts as one.
pub(crate) fn weighed(count: u64, unit: f64) -> u64 {
    (count as f64 * unit).round() as u64
}

pub(crate) fn weighed_rows(table: &Contingency, unit: f64) -> Vec<Vec<u64>> {
    let row = |k: usize| table.cluster(k).iter().map(|&count| weighed(count, unit)).collect();
    (0..table.n_clusters()).map(row).collect()
}

pub(crate) fn size(table: &LabelTable, k: usize) -> u64 {
    table.counts.chunks(table.names.len()).nth(k).map_or(0, |counts| counts.iter().sum())
}
