//! From scores to responsibilities: a softmax over components for each row, in place.

use super::exp::exp_nonpositive;
use super::lanes::{LANES, Lanes};

/// What a block's softmax adds up.
#[derive(Debug, Clone)]
pub struct SoftmaxSums {
    /// Sum over rows of log p(x), in nats.
    pub log_likelihood: f64,
    /// Sum over rows of each component's responsibility, chunk by chunk.
    pub resp_sums: Vec<Lanes<f64>>,
}

impl SoftmaxSums {
    /// Zeros, for `n_chunks` chunks of components.
    pub fn new(n_chunks: usize) -> Self {
        Self { log_likelihood: 0.0, resp_sums: vec![Lanes::default(); n_chunks] }
    }
}

/// Normalisers multiplied together before one logarithm is taken. Each lies in [1, K], so for K up to 10^19 the
/// product of 16 stays finite.
const LOG_BATCH: usize = 16;

#[inline(always)]
pub(super) fn softmax_rows(
    scores: &mut [Lanes<f64>],
    bias: &[Lanes<f64>],
    prior: &[Lanes<f64>],
    sums: &mut SoftmaxSums,
) {
    let mut product = 1.0;
    for (i, row) in scores.chunks_exact_mut(bias.len()).enumerate() {
        let top = weighted_max(row, bias);
        let normaliser = if top == f64::NEG_INFINITY {
            spread(row, prior)
        } else {
            exp_and_normalise(row, bias, top)
        };
        add_rows(&mut sums.resp_sums, row);
        sums.log_likelihood += top;
        product *= normaliser;
        if i % LOG_BATCH == LOG_BATCH - 1 {
            sums.log_likelihood += libm::log(product);
            product = 1.0;
        }
    }
    sums.log_likelihood += libm::log(product);
}

/// No instruction, but a fence that the loop vectoriser does not cross: it would otherwise take the same lane of several
/// chunks together, with gathers, instead of the lanes of one chunk, which lie side by side.
#[inline(always)]
fn keep_chunks_apart() {
    std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
}

/// The largest weighted log-probability of a row.
#[inline(always)]
fn weighted_max(row: &[Lanes<f64>], bias: &[Lanes<f64>]) -> f64 {
    let mut top = Lanes([f64::NEG_INFINITY; LANES]);
    for (&score, &bias) in row.iter().zip(bias) {
        keep_chunks_apart();
        top = top.zip(score.zip(bias, |s, b| s + b), larger);
    }
    top.reduce(larger)
}

/// The larger of two numbers, neither of them NaN: one instruction, unlike `f64::max`.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// Replaces scores by responsibilities; returns the sum of exp(weighted log-probability - `top`), in [1, K].
#[inline(always)]
fn exp_and_normalise(row: &mut [Lanes<f64>], bias: &[Lanes<f64>], top: f64) -> f64 {
    let mut sums = Lanes::<f64>::default();
    for (score, &bias) in row.iter_mut().zip(bias) {
        keep_chunks_apart();
        *score = score.zip(bias, |s, b| exp_nonpositive((s + b) - top));
        sums.add(score);
    }
    let normaliser = sums.reduce(|a, b| a + b);
    let scale = 1.0 / normaliser;
    for score in row.iter_mut() {
        keep_chunks_apart();
        *score = score.map(|e| e * scale);
    }
    normaliser
}

/// The fallback for a row that no component explains.
#[inline(always)]
fn spread(row: &mut [Lanes<f64>], prior: &[Lanes<f64>]) -> f64 {
    row.copy_from_slice(prior);
    1.0
}

#[inline(always)]
fn add_rows(sums: &mut [Lanes<f64>], row: &[Lanes<f64>]) {
    for (sum, resp) in sums.iter_mut().zip(row) {
        keep_chunks_apart();
        sum.add(resp);
    }
}
