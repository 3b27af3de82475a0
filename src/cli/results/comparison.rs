//! Two models beside each other: the matching of their clusters, and their difference on data.

use crate::cli::input::{Input, Words};
use crate::cli::terminal::tables;
use crate::error::Result;
use crate::metrics::{Contingency, Difference, hellinger, match_components};
use crate::mixture::BernoulliMixture;
use crate::model_file::Model;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    a: String,
    b: String,
    /// Pairs of clusters, by the number of the cluster in A.
    matched: Vec<Pair>,
    /// Clusters without a partner. Only the model with more clusters has some.
    unmatched_a: Vec<usize>,
    unmatched_b: Vec<usize>,
    /// The mean distance of the pairs, each weighted by the mean of its two weights.
    distance: f64,
    #[serde(flatten)]
    on_data: Option<OnData>,
    #[serde(skip)]
    weights: [Vec<f64>; 2],
}

#[derive(Debug, Serialize)]
struct Pair {
    a: usize,
    b: usize,
    weight_a: f64,
    weight_b: f64,
    distance: f64,
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
        let rows = [a.assign(&input.bits)?, b.assign(&input.bits)?];
        let weighted = input.rows();
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
            words: Words::of(input.height),
        })
    }

    fn lines(&self) -> [(&'static str, String); 5] {
        let Self { data, total_weight, ari, nmi, words, .. } = self;
        let sample = words.sample;
        let score = |total: f64| format!("{:.4} nats per {sample}", total / total_weight);
        let difference = match (self.difference, self.difference_standard_error) {
            (Some(mean), Some(error)) => {
                format!("{mean:+.4} nats per {sample}, standard error {error:.4}")
            }
            _ => format!("unknown: a {sample} is impossible, or there is only one"),
        };
        [
            ("data", data.clone()),
            ("partitions", format!("ARI {ari:.4}, NMI {nmi:.4}")),
            ("score of A", score(self.log_likelihood_a)),
            ("score of B", score(self.log_likelihood_b)),
            ("A over B", difference),
        ]
    }
}

impl Comparison {
    pub(crate) fn new([a, b]: [String; 2], models: [&Model; 2], on_data: Option<OnData>) -> Self {
        let mixtures = models.map(|model| &model.mixture);
        let [means_a, means_b] = mixtures.map(means);
        let to = match_components(&means_a, &means_b);
        let matched = pairs(mixtures, &to, on_data.as_ref());
        let k = 0..mixtures[1].n_components();
        let weights = mixtures.map(|mixture| mixture.weights().to_vec());
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

    /// The matched clusters of A and of B, then the clusters without a partner.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Option<usize>, Option<usize>)> {
        let matched = self.matched.iter().map(|pair| (Some(pair.a), Some(pair.b)));
        let only_a = self.unmatched_a.iter().map(|&k| (Some(k), None));
        let only_b = self.unmatched_b.iter().map(|&k| (None, Some(k)));
        matched.chain(only_a).chain(only_b)
    }

    pub(crate) fn text(&self) -> String {
        let on_data = self.on_data.as_ref();
        let mean = format!("{:.4}, the mean of the matched by weight", self.distance);
        let lines = [("A", self.a.clone()), ("B", self.b.clone()), ("distance", mean)];
        let lines = lines.into_iter().chain(on_data.into_iter().flat_map(OnData::lines));
        let shared = on_data.map(|data| format!("shared {}s", data.words.sample));
        let head = ["cluster in A", "in B", "weight in A", "in B", "distance"].into_iter();
        let head = head.chain(shared.as_deref());
        tables::lines(12, lines) + "\n" + &tables::table(head, &[], self.rows())
    }

    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let matched = self.matched.iter().map(Some).chain(std::iter::repeat(None));
        self.pairs().zip(matched).map(|((a, b), pair)| {
            let [weights_a, weights_b] = &self.weights;
            let real = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.4}"));
            let number = |k: Option<usize>| k.map_or("-".into(), |k| k.to_string());
            let weights = [a.map(|k| weights_a[k]), b.map(|k| weights_b[k])].map(real);
            let distance = real(pair.map(|pair| pair.distance));
            let shared = pair.and_then(|pair| pair.shared).map(|n| n.to_string());
            let [a, b] = [a, b].map(number);
            let [weight_a, weight_b] = weights;
            [a, b, weight_a, weight_b, distance].into_iter().chain(shared).collect()
        })
    }
}

fn means(mixture: &BernoulliMixture) -> Vec<&[f64]> {
    (0..mixture.n_components()).map(|k| mixture.mean(k)).collect()
}

fn pairs(
    [a, b]: [&BernoulliMixture; 2],
    to: &[Option<usize>],
    on_data: Option<&OnData>,
) -> Vec<Pair> {
    let matched = to.iter().enumerate().filter_map(|(k, to)| Some((k, (*to)?)));
    matched
        .map(|(k_a, k_b)| Pair {
            a: k_a,
            b: k_b,
            weight_a: a.weights()[k_a],
            weight_b: b.weights()[k_b],
            distance: hellinger(a.mean(k_a), b.mean(k_b)),
            shared: on_data.map(|data| data.table.cluster(k_a)[k_b]),
        })
        .collect()
}

fn weighted_distance(pairs: &[Pair]) -> f64 {
    let total: f64 = pairs.iter().map(|pair| pair.weight_a + pair.weight_b).sum();
    let weighted = |pair: &Pair| (pair.weight_a + pair.weight_b) * pair.distance;
    pairs.iter().map(weighted).sum::<f64>() / total.max(f64::MIN_POSITIVE)
}
