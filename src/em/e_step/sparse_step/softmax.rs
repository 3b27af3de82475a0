//! From scores to responsibilities in fixed point, and to their entropy, where a crowd of components comes into question for a row.

use crate::kernels::{MultiWayRows, ONE};

/// Turns the scores of a row into nats behind its best, -inf beyond `reach`; all NaN if none is possible.
pub(super) fn subtract_best(scores: &mut [f64], reach: f64) {
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for score in scores {
        let behind = *score - best;
        *score = if behind < -reach { f64::NEG_INFINITY } else { behind };
    }
}

/// The weights as responsibilities: the fallback for a row that no component explains.
pub(super) fn spread(weights: &[f64], multi_way: &mut MultiWayRows<i32>) {
    let first = multi_way.len();
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

/// Appends the responsibilities of a row to `multi_way`, whose components are `behind` nats behind the best; returns the normaliser
/// and the sum of each responsibility times its nats.
///
/// The entropy of the row is `log z - sum_k r_k s_k` with the normaliser z and nats behind the best s: what
/// `-sum_k r_k log r_k` becomes when `r_k = exp(s_k) / z`.
pub(super) fn soften(
    components: &[u32],
    behind: &[f64],
    exponentials: &[f64],
    multi_way: &mut MultiWayRows<i32>,
) -> (f64, f64) {
    let normaliser: f64 = exponentials.iter().sum();
    let scale = f64::from(ONE) / normaliser;
    let (mut rest, mut best, mut expected) = (ONE, multi_way.len(), 0.0);
    for ((&component, &behind), &exponential) in components.iter().zip(behind).zip(exponentials) {
        let resp = (exponential * scale + 0.5) as i32;
        if resp > 0 {
            best = if behind == 0.0 { multi_way.len() } else { best };
            rest -= resp;
            expected += behind * f64::from(resp);
            multi_way.push(component, resp);
        }
    }
    // What rounding left over goes to the best, which is far from 0.
    multi_way.values_mut()[best] += rest;
    (normaliser, expected / f64::from(ONE))
}
