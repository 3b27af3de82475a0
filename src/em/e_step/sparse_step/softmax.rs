//! From scores to responsibilities in fixed point, and their entropy, for shared rows.

use crate::kernels::{MultiWayRows, ONE};

/// Turns the scores of a row into nats behind the best of them: at most 0, and -inf beyond `reach`.
/// All become NaN if every score is -inf.
pub(super) fn subtract_best(scores: &mut [f64], reach: f64) {
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for score in scores {
        let behind = *score - best;
        *score = if behind < -reach { f64::NEG_INFINITY } else { behind };
    }
}

/// Appends the weights as responsibilities: for a row that every component rules out.
pub(super) fn push_weights(weights: &[f64], multi_way: &mut MultiWayRows<i32>) {
    let first = multi_way.n_entries();
    let mut rest = ONE;
    for (k, &weight) in weights.iter().enumerate() {
        let resp = ((weight * f64::from(ONE)) as i32).min(rest);
        rest -= resp;
        if resp > 0 {
            multi_way.push(k as u32, resp);
        }
    }
    multi_way.values_mut()[first] += rest;
}

/// Appends the responsibilities of a row to `multi_way`. Returns the normaliser z and
/// `sum_k r_k s_k`.
///
/// `behind` holds the nats `s_k` behind the best, and `exponentials` holds `exp(s_k)`. With
/// `r_k = exp(s_k) / z` the entropy `-sum_k r_k log r_k` is `log z - sum_k r_k s_k`.
pub(super) fn softmax(
    components: &[u32],
    behind: &[f64],
    exponentials: &[f64],
    multi_way: &mut MultiWayRows<i32>,
) -> (f64, f64) {
    let normaliser: f64 = exponentials.iter().sum();
    let scale = f64::from(ONE) / normaliser;
    let (mut rest, mut best, mut mean_behind) = (ONE, multi_way.n_entries(), 0.0);
    for ((&component, &behind), &exponential) in components.iter().zip(behind).zip(exponentials) {
        let resp = (exponential * scale + 0.5) as i32;
        if resp > 0 {
            best = if behind == 0.0 { multi_way.n_entries() } else { best };
            rest -= resp;
            mean_behind += behind * f64::from(resp);
            multi_way.push(component, resp);
        }
    }
    // The remainder of rounding goes to the best component, whose responsibility is far from 0.
    multi_way.values_mut()[best] += rest;
    (normaliser, mean_behind / f64::from(ONE))
}
