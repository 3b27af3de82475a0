//! From scores to responsibilities in fixed point, and to their entropy.

use super::fixed_point::{ONE, REACH, real};
use crate::kernels::Pairs;

/// The larger of two numbers, neither of them NaN: one instruction, unlike `f64::max`.
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// Turns the scores of a row into nats behind its best, -inf beyond reach; all NaN if none is possible.
pub(super) fn subtract_best(scores: &mut [f64]) {
    match scores {
        // Most rows have two: without a loop, whose end would be predicted wrongly.
        [a, b] => {
            let best = larger(*a, *b);
            (*a, *b) = (behind(*a, best), behind(*b, best));
        }
        _ => {
            let best = scores.iter().copied().fold(f64::NEG_INFINITY, larger);
            scores.iter_mut().for_each(|score| *score = behind(*score, best));
        }
    }
}

/// How far `score` lies behind `best`: -inf beyond reach.
fn behind(score: f64, best: f64) -> f64 {
    let behind = score - best;
    if behind < -REACH { f64::NEG_INFINITY } else { behind }
}

/// The weights as responsibilities: the fallback for a row that no component explains.
pub(super) fn spread(weights: &[f64], shared: &mut Pairs<i64>) {
    let first = shared.len();
    let mut rest = ONE;
    for (k, &weight) in weights.iter().enumerate() {
        let resp = ((weight * ONE as f64) as i64).min(rest);
        rest -= resp;
        if resp > 0 {
            shared.push(k as u32, resp);
        }
    }
    shared.values_mut()[first] += rest;
}

/// Sums `log z - sum_k r_k s_k` over rows, where z is the sum of `exp(s_k)` and `s_k` are nats behind the best: what
/// `-sum_k r_k log r_k` becomes when `r_k = exp(s_k) / z`.
pub(super) struct Entropy {
    sum: f64,
    /// Normalisers, one logarithm for several.
    product: f64,
    n_factors: usize,
}

impl Default for Entropy {
    fn default() -> Self {
        Self { sum: 0.0, product: 1.0, n_factors: 0 }
    }
}

impl Entropy {
    /// Factors of one logarithm: each normaliser lies in [1, K], so for K up to 10^19 the product stays finite.
    const BATCH: usize = 16;

    /// Appends the responsibilities of a row to `shared` and returns the components that have one.
    #[inline(always)]
    pub(super) fn add<'a>(
        &mut self,
        behind: &[f64],
        exponentials: &[f64],
        components: &[u32],
        shared: &'a mut Pairs<i64>,
    ) -> &'a [u32] {
        let normaliser: f64 = exponentials.iter().sum();
        let scale = ONE as f64 / normaliser;
        let first = shared.len();
        let expected = match (components, behind, exponentials) {
            // Most rows have two: without a loop, whose end would be predicted wrongly.
            ([k, l], [behind_k, behind_l], [exp_k, exp_l]) => {
                let is_k_less = behind_k < behind_l;
                let less = (if is_k_less { exp_k } else { exp_l } * scale + 0.5) as i64;
                let behind = if is_k_less { behind_k } else { behind_l };
                let (resp_k, resp_l) =
                    if is_k_less { (less, ONE - less) } else { (ONE - less, less) };
                if less > 0 {
                    shared.push_two([*k, *l], [resp_k, resp_l]);
                    behind * real(less)
                } else {
                    shared.push(if is_k_less { *l } else { *k }, ONE);
                    0.0
                }
            }
            _ => distribute(components, behind, exponentials, scale, shared),
        };
        self.sum -= expected;
        // A row whose other candidates turned out to be out of reach counts as if they had never been candidates.
        if normaliser > 1.0 {
            self.product *= normaliser;
            self.n_factors += 1;
        }
        if self.n_factors == Self::BATCH {
            self.take_logarithm();
        }
        &shared.components()[first..]
    }

    pub(super) fn add_impossible(&mut self) {
        self.sum = f64::NEG_INFINITY;
    }

    fn take_logarithm(&mut self) {
        self.sum += libm::log(self.product);
        (self.product, self.n_factors) = (1.0, 0);
    }

    pub(super) fn total(mut self) -> f64 {
        self.take_logarithm();
        self.sum
    }
}

/// Appends the responsibilities of a row with many candidates to `shared`; returns the sum of each times its nats behind.
fn distribute(
    components: &[u32],
    behind: &[f64],
    exponentials: &[f64],
    scale: f64,
    shared: &mut Pairs<i64>,
) -> f64 {
    let (mut rest, mut best, mut expected) = (ONE, shared.len(), 0.0);
    for ((&component, &behind), &exponential) in components.iter().zip(behind).zip(exponentials) {
        let resp = (exponential * scale + 0.5) as i64;
        if resp > 0 {
            best = if behind == 0.0 { shared.len() } else { best };
            rest -= resp;
            expected += behind * real(resp);
            shared.push(component, resp);
        }
    }
    // What rounding left over goes to the best, which is far from 0.
    shared.values_mut()[best] += rest;
    expected
}
