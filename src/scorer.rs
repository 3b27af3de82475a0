//! A mixture prepared for scoring: log-odds in the kernels' order. The single scoring path.
//!
//! With `o_kd = log(mu_kd / (1 - mu_kd))`, the weighted log-probability of a row is
//! `log pi_k + sum_d log(1 - mu_kd) + sum over ones of o_kd`: a bias for each component and a sum over the row's ones
//! only (Bishop, *Pattern Recognition and Machine Learning*, 2006, eq. 9.48 rearranged).
//!
//! [`DenseScorer`] scores all components of a row at once, by tables. [`Screen`] finds the few that come into question, and
//! [`Scorer::score_pairs`] and [`Scorer::score_duos`] score only these. **Precision:** tables of all components are f64; scores that
//! only decide how a row is shared are f32 on the way, for what comes of that is an error squared (see `em/sparse_step.rs`); screening counts in
//! integers, but it only ever leaves out what is proven not to matter.
//!
//! **Boundary means.** A mean of exactly 0 or 1 has no finite log-odds. Such features are left out of the sums
//! (0 * log 0 = 0, so they add nothing where the row agrees) and kept as bit masks: a row that disagrees with one has
//! probability 0 under that component, exactly.

mod dense;
mod drift;
mod screen;

pub use dense::{DenseScorer, Responsibilities, Tables};
pub use drift::Drift;
pub use screen::{Screen, Totals};

use crate::bits::row_bytes;
use crate::kernels::{self, Duos, Octet, Pairs, RowBlock, Screened, Word, row_words};
use rayon::prelude::*;

/// Log-odds and biases of a mixture of K components over D features.
#[derive(Debug, Clone)]
pub struct Scorer {
    n_features: usize,
    weights: Vec<f64>,
    /// Log weight plus log-probability of an all-zero row, in nats.
    bias: Vec<f64>,
    /// Component after component, one octet for each byte of a packed row; 0 where a mean is on the boundary.
    log_odds: Vec<Octet<f64>>,
    /// The same in single precision, one word for two octets.
    narrow: Vec<Word<f32>>,
    boundary: Vec<Option<Boundary>>,
}

/// The features on which a component tolerates one value only, as packed rows, in words.
#[derive(Debug, Clone, PartialEq)]
struct Boundary {
    never: Vec<u16>,
    always: Vec<u16>,
    /// Ones in `always`.
    n_always: u32,
}

/// What the scores of one component come from.
struct Scored<'a> {
    bias: f64,
    log_odds: &'a [Octet<f64>],
    boundary: Option<&'a Boundary>,
}

/// Means of a mixture that are worth a thread.
const LEAST_MEANS: usize = 1 << 13;

/// Components that are worth a thread.
fn least_components(n_features: usize) -> usize {
    LEAST_MEANS.div_ceil(n_features)
}

impl Scorer {
    /// Of K components without weight over D features: room for [`Self::refill`].
    pub fn blank(n_components: usize, n_features: usize) -> Self {
        Self {
            n_features,
            weights: vec![0.0; n_components],
            bias: vec![f64::NEG_INFINITY; n_components],
            log_odds: vec![Octet::default(); n_components * row_bytes(n_features)],
            narrow: vec![Word::default(); n_components * row_words(n_features)],
            boundary: vec![None; n_components],
        }
    }

    /// Prepares `weights` (K) and `means` (component after component, `n_features` values each).
    ///
    /// Both must be those of a checked mixture.
    pub fn new(weights: &[f64], means: &[f64], n_features: usize) -> Self {
        let mut scorer = Self::blank(weights.len(), n_features);
        let mean = |k: usize| &means[k * n_features..(k + 1) * n_features];
        scorer.refill(weights, |k, values| values.copy_from_slice(mean(k)));
        scorer
    }

    /// Takes over another mixture of the same K and D, in place; returns how far that moves scores.
    ///
    /// `fill_mean` sets the D means of a component. They and the `weights` must be those of a checked mixture.
    pub fn refill(
        &mut self,
        weights: &[f64],
        fill_mean: impl Fn(usize, &mut [f64]) + Sync,
    ) -> Drift {
        let n_features = self.n_features;
        self.weights.copy_from_slice(weights);
        let of_components = self
            .log_odds
            .par_chunks_exact_mut(row_bytes(n_features))
            .zip(self.narrow.par_chunks_exact_mut(row_words(n_features)))
            .zip(&mut self.bias)
            .zip(&mut self.boundary)
            .enumerate()
            // Waking a thread for less takes longer than the work.
            .with_min_len(least_components(n_features));
        let room = || (vec![0.0; n_features], vec![Octet::default(); row_bytes(n_features)]);
        let drifts = of_components.map_init(
            room,
            |(mean, octets), (k, (((log_odds, narrow), bias), boundary))| {
                fill_mean(k, mean);
                fill_log_odds(mean, octets);
                let (new_bias, new_boundary) =
                    (libm::log(weights[k]) + log_prob_of_zeros(mean), Boundary::of(mean));
                let old = Scored { bias: *bias, log_odds, boundary: boundary.as_ref() };
                let new =
                    Scored { bias: new_bias, log_odds: octets, boundary: new_boundary.as_ref() };
                let drift = drift::rise_and_fall(&old, &new);
                (*bias, *boundary) = (new_bias, new_boundary);
                log_odds.copy_from_slice(octets);
                fill_narrow(octets, narrow);
                drift
            },
        );
        Drift::of(&drifts.collect::<Vec<_>>())
    }

    /// Whether [`Self::new`] shares the work among threads, if there are several.
    pub fn is_prepared_in_parallel(n_components: usize, n_features: usize) -> bool {
        n_components >= 2 * least_components(n_features)
    }

    /// The number of components, K.
    pub fn n_components(&self) -> usize {
        self.weights.len()
    }

    /// The number of features, D.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The score of component `k` for a row of zeros: log weight plus log-probability, in nats.
    pub fn bias(&self, k: usize) -> f64 {
        self.bias[k]
    }

    /// The log-odds of component `k`, an octet for each byte of a packed row; 0 where a mean is on the boundary.
    pub fn log_odds(&self, k: usize) -> &[Octet<f64>] {
        let stride = row_bytes(self.n_features);
        &self.log_odds[k * stride..(k + 1) * stride]
    }

    /// The mixing weights (K).
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Whether a mean of exactly 0 or 1 gives the row at a position in `block` probability 0 under component `k`.
    pub fn rules_out(&self, k: usize, block: &RowBlock, position: usize) -> bool {
        let masks = self.boundary[k].as_ref();
        masks.is_some_and(|Boundary { never, always, n_always }| {
            block.contradicts(position, never, always, *n_always)
        })
    }

    /// Sets the value of every pair to its weighted log-probability `log pi_k + log p(x given k)`, in nats; -inf where a
    /// boundary mean rules the row out. Pairs are of positions in `block`.
    ///
    /// Log-odds and their sums over a tile of 1024 features are in single precision, what is added to them in double.
    pub fn score_pairs(&self, block: &RowBlock, pairs: &mut Pairs<f64>) {
        pairs.set_values(|k| self.bias[k as usize]);
        for tile in 0..kernels::tile_count(self.n_features) {
            let stride = row_words(self.n_features);
            kernels::score_pairs(&self.narrow, stride, block, tile, pairs);
        }
        if self.has_boundary() {
            pairs.update(|position, k, score| {
                let is_out = self.rules_out(k as usize, block, position as usize);
                if is_out { f64::NEG_INFINITY } else { score }
            });
        }
    }

    /// Sets the value of every row of `duos` to the difference of the scores of its two components, second less first, in
    /// nats: as [`Self::score_pairs`], and closer, since what the two share cancels before it is added up. Boundary means are not looked at.
    pub fn score_duos(&self, block: &RowBlock, duos: &mut Duos<f64>) {
        let bias =
            |[first, second]: [u32; 2]| self.bias[second as usize] - self.bias[first as usize];
        let values = duos.values.iter_mut().zip(&duos.components);
        values.for_each(|(value, &components)| *value = bias(components));
        for tile in 0..kernels::tile_count(self.n_features) {
            let stride = row_words(self.n_features);
            kernels::score_duos(&self.narrow, stride, block, tile, duos);
        }
    }

    /// Whether any mean is exactly 0 or 1, so that rows may be impossible.
    pub fn has_boundary(&self) -> bool {
        self.boundary.iter().any(Option::is_some)
    }

    /// What screening needs of component `k`.
    fn screened(&self, k: usize) -> Screened<'_> {
        let never = self.boundary[k].as_ref().map(|boundary| &boundary.never[..]);
        let stride = row_words(self.n_features);
        Screened { log_odds: &self.narrow[k * stride..(k + 1) * stride], never }
    }
}

impl Boundary {
    /// The masks of a component, if any of its means is exactly 0 or 1.
    fn of(mean: &[f64]) -> Option<Self> {
        if mean.iter().fold(true, |inside, &m| inside & is_inside(m)) {
            return None;
        }
        let pack = |value: f64| {
            let mut mask = vec![0; row_words(mean.len())];
            for (d, _) in mean.iter().enumerate().filter(|(_, m)| **m == value) {
                mask[d / 16] |= 1 << (d % 16);
            }
            mask
        };
        let n_always = mean.iter().map(|m| u32::from(*m == 1.0)).sum();
        Some(Self { never: pack(0.0), always: pack(1.0), n_always })
    }
}

fn is_inside(mean: f64) -> bool {
    mean > 0.0 && mean < 1.0
}

/// The log-odds of every mean, in octets.
fn fill_log_odds(mean: &[f64], log_odds: &mut [Octet<f64>]) {
    let odds = |&m: &f64| if is_inside(m) { m / (1.0 - m) } else { 1.0 };
    let mut values: Vec<f64> = mean.iter().map(odds).collect();
    kernels::ln_all(&mut values);
    for (octet, values) in log_odds.iter_mut().zip(values.chunks(8)) {
        octet.0[..values.len()].copy_from_slice(values);
    }
}

/// Two octets to a word, in single precision.
fn fill_narrow(log_odds: &[Octet<f64>], narrow: &mut [Word<f32>]) {
    for (word, octets) in narrow.iter_mut().zip(log_odds.chunks(2)) {
        for (half, octet) in word.0.chunks_exact_mut(8).zip(octets) {
            half.copy_from_slice(&octet.map(|o| o as f32).0);
        }
    }
}

/// Factors multiplied before one logarithm is taken: each is at least 2^-53, so 16 of them cannot underflow.
const LOG_BATCH: usize = 16;

/// The sum of log(1 - mean) over the features whose mean is not on the boundary, in nats.
fn log_prob_of_zeros(mean: &[f64]) -> f64 {
    let mut products = Vec::with_capacity(mean.len() / LOG_BATCH + 8);
    for batch in mean.chunks(8 * LOG_BATCH) {
        let mut product = [1.0; 8];
        for means in batch.chunks(8) {
            for (product, &m) in product.iter_mut().zip(means) {
                *product *= if is_inside(m) { 1.0 - m } else { 1.0 };
            }
        }
        products.extend(product);
    }
    kernels::ln_all(&mut products);
    products.iter().sum()
}
