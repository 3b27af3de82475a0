//! Two models beside each other: the matching of their clusters, and their difference on data.

use super::document::merged;
use crate::cli::input::{Input, Words};
use crate::cli::terminal::{fixed, tables};
use crate::em;
use crate::error::Result;
use crate::metrics::{Contingency, Difference, hellinger, match_components};
use crate::mixture::BernoulliMixture;
use crate::model_file::Model;
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) struct Comparison {
    paths: [String; 2],
    /// The matched clusters by their number in A, then those without a partner.
    pairs: Vec<Pair>,
    /// The mean distance of the pairs, each weighted by the mean of its two weights.
    distance: f64,
    on_data: Option<OnData>,
}

/// A cluster of A and a cluster of B, or one without a partner.
#[derive(Debug, Serialize)]
struct Pair {
    a: Option<usize>,
    b: Option<usize>,
    weight_a: Option<f64>,
    weight_b: Option<f64>,
    distance: Option<f64>,
    /// Images that are in both clusters.
    shared: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct OnData {
    data: String,
    n_samples: usize,
    total_weight: f64,
    ari: f64,
    nmi: f64,
    log_likelihood_a: f64,
    log_likelihood_b: f64,
    /// The score of A minus that of B, in nats per sample. `null` where a row is impossible.
    difference: Option<f64>,
    difference_standard_error: Option<f64>,
    #[serde(skip)]
    table: Contingency,
    #[serde(skip)]
    words: Words,
}

impl OnData {
    pub(crate) fn new(a: &BernoulliMixture, b: &BernoulliMixture, input: &Input) -> Result<Self> {
        let all = input.rows();
        let weighted = em::gathered(&all);
        let rows = [a.assign(&weighted.data)?, b.assign(&weighted.data)?];
        let both = rows[0].iter().zip(&rows[1]).zip(weighted.counts());
        let both = both.map(|((a, b), count)| (a.component, b.component, count));
        let table = Contingency::weighted(a.n_components(), b.n_components(), both)?;
        let [scores_a, scores_b] =
            rows.each_ref().map(|rows| rows.iter().map(|row| row.log_prob).collect::<Vec<_>>());
        let total = |scores: &[f64]| weighted.weighted_sum(scores.iter().copied());
        let difference = Difference::new(&scores_a, &scores_b, |i| weighted.weight(i));
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
            words: Words::for_height(input.height),
        })
    }

    fn lines(&self) -> [(&'static str, String); 5] {
        let Self { data, total_weight, ari, nmi, words, .. } = self;
        let sample = words.sample;
        let score = |total: f64| format!("{} nats per {sample}", fixed(total / total_weight, 4));
        let difference = match (self.difference, self.difference_standard_error) {
            (Some(mean), Some(error)) => {
                let sign = if mean > 0.0 { "+" } else { "" };
                let [mean, error] = [mean, error].map(|value| fixed(value, 4));
                format!("{sign}{mean} nats per {sample}, standard error {error}")
            }
            _ => format!("unknown: a {sample} is impossible, or there is only one"),
        };
        [
            ("data", data.clone()),
            ("partitions", format!("ARI {}, NMI {}", fixed(*ari, 4), fixed(*nmi, 4))),
            ("score of A", score(self.log_likelihood_a)),
            ("score of B", score(self.log_likelihood_b)),
            ("A over B", difference),
        ]
    }
}

impl Comparison {
    pub(crate) fn new(paths: [String; 2], models: [&Model; 2], on_data: Option<OnData>) -> Self {
        let [a, b] = models.map(|model| &model.mixture);
        let [means_a, means_b] = [a, b].map(|mixture| {
            (0..mixture.n_components()).map(|k| mixture.mean(k)).collect::<Vec<_>>()
        });
        let pair = |k: Option<usize>, l: Option<usize>| {
            let both = k.zip(l);
            let shared = |data: &OnData| both.map(|(k, l)| data.table.cluster(k)[l]);
            Pair {
                a: k,
                b: l,
                weight_a: k.map(|k| a.weights()[k]),
                weight_b: l.map(|l| b.weights()[l]),
                distance: both.map(|(k, l)| hellinger(a.mean(k), b.mean(l))),
                shared: on_data.as_ref().and_then(shared),
            }
        };
        let partners = match_components(&means_a, &means_b);
        let of_a = partners.iter().enumerate().map(|(k, partner)| pair(Some(k), *partner));
        let alone = (0..b.n_components()).filter(|l| !partners.contains(&Some(*l)));
        let mut pairs: Vec<Pair> = of_a.chain(alone.map(|l| pair(None, Some(l)))).collect();
        pairs.sort_by_key(|pair| pair.distance.is_none());
        Self { paths, distance: weighted_distance(&pairs), pairs, on_data }
    }

    /// The clusters of A and of B, side by side.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Option<usize>, Option<usize>)> {
        self.pairs.iter().map(|pair| (pair.a, pair.b))
    }

    pub(crate) fn document(&self) -> Value {
        let [a, b] = &self.paths;
        let (matched, alone): (Vec<&Pair>, Vec<&Pair>) =
            self.pairs.iter().partition(|pair| pair.distance.is_some());
        merged([
            json!({
                "a": a,
                "b": b,
                "matched": matched,
                "unmatched_a": alone.iter().filter_map(|pair| pair.a).collect::<Vec<_>>(),
                "unmatched_b": alone.iter().filter_map(|pair| pair.b).collect::<Vec<_>>(),
                "distance": self.distance,
            }),
            json!(self.on_data),
        ])
    }

    pub(crate) fn text(&self) -> String {
        let (on_data, [a, b]) = (self.on_data.as_ref(), self.paths.clone());
        let mean = format!("{}, the mean of the matched by weight", fixed(self.distance, 4));
        let lines = [("A", a), ("B", b), ("distance", mean)];
        let lines = lines.into_iter().chain(on_data.into_iter().flat_map(OnData::lines));
        let shared = on_data.map(|data| format!("shared {}s", data.words.sample));
        let head = ["cluster in A", "in B", "weight in A", "in B", "distance"].into_iter();
        let head = head.chain(shared.as_deref());
        let rows = self.pairs.iter().map(Pair::cells);
        tables::lines(12, lines) + "\n" + &tables::table(head, &[], rows)
    }
}

impl Pair {
    fn cells(&self) -> Vec<String> {
        let number = |k: Option<usize>| k.map_or("-".into(), |k| k.to_string());
        let real = |value: Option<f64>| value.map_or("-".into(), |v| fixed(v, 4));
        let numbers = [self.a, self.b].map(number).into_iter();
        let reals = [self.weight_a, self.weight_b, self.distance].map(real);
        numbers.chain(reals).chain(self.shared.map(|n| n.to_string())).collect()
    }
}

fn weighted_distance(pairs: &[Pair]) -> f64 {
    let matched =
        || pairs.iter().filter_map(|pair| Some((pair.weight_a? + pair.weight_b?, pair.distance?)));
    let total: f64 = matched().map(|(weight, _)| weight).sum();
    let weighted = matched().map(|(weight, distance)| weight * distance);
    weighted.sum::<f64>() / total.max(f64::MIN_POSITIVE)
}
