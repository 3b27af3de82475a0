//! Two models beside each other: the matching of their clusters, and what differs on data, as text and JSON.

use crate::cli::input::{Input, Words};
use crate::cli::terminal::tables;
use crate::error::Result;
use crate::metrics::{Contingency, Difference, hellinger, match_components};
use crate::mixture::{Assignment, BernoulliMixture};
use crate::model_file::Model;
use serde::Serialize;
use std::fmt::Write;

/// The JSON document.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    a: String,
    b: String,
    /// What is matched, by the number of the cluster in A.
    matched: Vec<Pair>,
    /// Clusters without a partner, of the model that has more.
    unmatched_a: Vec<usize>,
    unmatched_b: Vec<usize>,
    /// The mean distance of the matched, weighted by the mean of their two weights.
    distance: f64,
    #[serde(flatten)]
    on_data: Option<OnData>,
    #[serde(skip)]
    weights: [Vec<f64>; 2],
}

/// Two clusters that belong together.
#[derive(Debug, Serialize)]
struct Pair {
    a: usize,
    b: usize,
    weight_a: f64,
    weight_b: f64,
    distance: f64,
    /// Images that are in both.
    shared: Option<u64>,
}

/// Both models on the same rows.
#[derive(Debug, Serialize)]
pub(crate) struct OnData {
    data: String,
    n_samples: usize,
    total_weight: f64,
    ari: f64,
    nmi: f64,
    log_likelihood_a: f64,
    log_likelihood_b: f64,
    /// Of A over B, in nats per sample; `null` where rows are impossible to one of them.
    difference: Option<f64>,
    difference_standard_error: Option<f64>,
    #[serde(skip)]
    table: Contingency,
    #[serde(skip)]
    words: Words,
}

impl OnData {
    /// What two mixtures make of the same rows.
    pub(crate) fn new(a: &BernoulliMixture, b: &BernoulliMixture, input: &Input) -> Result<Self> {
        let rows = [a.assign(&input.bits)?, b.assign(&input.bits)?];
        let weighted = input.rows();
        let both = rows[0].iter().zip(&rows[1]).zip(weighted.counts());
        let both = both.map(|((a, b), count)| (a.component, b.component, count));
        let table = Contingency::weighted(a.n_components(), b.n_components(), both)?;
        let [scores_a, scores_b] = rows.each_ref().map(|rows| scores(rows));
        let total = |scores: &[f64]| weighted.weighted_sum(scores.iter().copied());
        let difference = Difference::of(&scores_a, &scores_b, |i| weighted.weight(i));
        Ok(Self {
            data: input.summary(),
            n_samples: input.bits.n_samples(),
            ari: table.ari(),
            nmi: table.nmi(),
            log_likelihood_a: total(&scores_a),
            log_likelihood_b: total(&scores_b),
            total_weight: weighted.total_weight(),
            difference: difference.map(|d| d.mean),
            difference_standard_error: difference.map(|d| d.standard_error),
            table,
            words: Words::of(input.height),
        })
    }

    fn text(&self) -> String {
        let Self { data, total_weight, ari, nmi, words, .. } = self;
        let sample = words.sample;
        let score = |total: f64| format!("{:.4} nats per {sample}", total / total_weight);
        let difference = match (self.difference, self.difference_standard_error) {
            (Some(mean), Some(error)) => {
                format!("{mean:+.4} nats per {sample}, standard error {error:.4}")
            }
            _ => format!("unknown: a {sample} is impossible, or there is only one"),
        };
        let mut text = format!("{:<12}{data}\n", "data");
        for (name, value) in [
            ("partitions", format!("ARI {ari:.4}, NMI {nmi:.4}")),
            ("score of A", score(self.log_likelihood_a)),
            ("score of B", score(self.log_likelihood_b)),
            ("A over B", difference),
        ] {
            let _ = writeln!(text, "{name:<12}{value}");
        }
        text
    }
}

fn scores(rows: &[Assignment]) -> Vec<f64> {
    rows.iter().map(|row| row.log_prob).collect()
}

impl Comparison {
    pub(crate) fn new([a, b]: [String; 2], models: [&Model; 2], on_data: Option<OnData>) -> Self {
        let mixtures = models.map(|model| &model.mixture);
        let to = matching(mixtures);
        let matched = pairs(mixtures, &to, on_data.as_ref());
        let k = 0..mixtures[1].n_components();
        let weights = mixtures.map(|mixture| mixture.weights().iter().copied().collect());
        Self {
            a,
            b,
            unmatched_a: (0..to.len()).filter(|&k| to[k].is_none()).collect(),
            unmatched_b: k.filter(|&k| !to.contains(&Some(k))).collect(),
            distance: weighted_distance(&matched),
            matched,
            on_data,
            weights,
        }
    }

    /// The clusters matched, of A and of B, then those without a partner.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Option<usize>, Option<usize>)> {
        let matched = self.matched.iter().map(|pair| (Some(pair.a), Some(pair.b)));
        let only_a = self.unmatched_a.iter().map(|&k| (Some(k), None));
        let only_b = self.unmatched_b.iter().map(|&k| (None, Some(k)));
        matched.chain(only_a).chain(only_b)
    }

    pub(crate) fn text(&self) -> String {
        let on_data = self.on_data.as_ref();
        let mut text = String::new();
        let mean = format!("{:.4}, the mean of the matched by weight", self.distance);
        for (name, value) in [("A", &self.a), ("B", &self.b), ("distance", &mean)] {
            let _ = writeln!(text, "{name:<12}{value}");
        }
        text.extend(on_data.map(OnData::text));
        let shared = on_data.map(|data| format!("shared {}s", data.words.sample));
        let head = ["cluster in A", "in B", "weight in A", "in B", "distance"].into_iter();
        let head: Vec<&str> = head.chain(shared.as_deref()).collect();
        text + "\n" + &tables::table(&head, &[], self.rows())
    }

    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let matched = self.matched.iter().map(|pair| {
            let Pair { a, b, weight_a, weight_b, distance, shared } = pair;
            let reals = [weight_a, weight_b, distance].map(|value| format!("{value:.4}"));
            let shared = shared.map(|n| n.to_string());
            [a, b].map(usize::to_string).into_iter().chain(reals).chain(shared).collect()
        });
        let alone = |k: usize, side: usize| {
            let (number, weight) = (k.to_string(), format!("{:.4}", self.weights[side][k]));
            let none = || "-".to_string();
            match side {
                0 => vec![number, none(), weight, none(), none()],
                _ => vec![none(), number, none(), weight, none()],
            }
        };
        let only_a = self.unmatched_a.iter().map(move |&k| alone(k, 0));
        let only_b = self.unmatched_b.iter().map(move |&k| alone(k, 1));
        matched.chain(only_a).chain(only_b)
    }
}

/// For each cluster of the first mixture the one of the second that belongs to it.
fn matching(mixtures: [&BernoulliMixture; 2]) -> Vec<Option<usize>> {
    let [a, b] = mixtures
        .map(|mixture| (0..mixture.n_components()).map(|k| mixture.mean(k)).collect::<Vec<_>>());
    match_components(&a, &b)
}

fn pairs(
    [a, b]: [&BernoulliMixture; 2],
    to: &[Option<usize>],
    on_data: Option<&OnData>,
) -> Vec<Pair> {
    let matched = to.iter().enumerate().filter_map(|(k, to)| Some((k, (*to)?)));
    matched
        .map(|(of_a, of_b)| Pair {
            a: of_a,
            b: of_b,
            weight_a: a.weights()[of_a],
            weight_b: b.weights()[of_b],
            distance: hellinger(a.mean(of_a), b.mean(of_b)),
            shared: on_data.map(|data| data.table.cluster(of_a)[of_b]),
        })
        .collect()
}

fn weighted_distance(pairs: &[Pair]) -> f64 {
    let total: f64 = pairs.iter().map(|pair| pair.weight_a + pair.weight_b).sum();
    let of_pair = |pair: &Pair| (pair.weight_a + pair.weight_b) * pair.distance;
    pairs.iter().map(of_pair).sum::<f64>() / total.max(f64::MIN_POSITIVE)
}
