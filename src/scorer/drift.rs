//! Bounds on how far scores can have moved from one mixture to another.
//!
//! They are bounds in the way of Hamerly (2010) for k-means. A row whose best component leads by
//! more than the bound keeps that component, so its scores need not be computed again.

/// How far scores can have moved between two mixtures of the same K and D.
#[derive(Debug, Clone)]
pub struct Drift {
    lead_losses: Option<Vec<f64>>,
}

/// Added to every bound, in nats: far above the rounding of the sums, far below what decides.
const ROUNDING: f64 = 1e-6;

/// Bounds on how far the score of any row moves under one component, in nats.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScoreBounds {
    /// No score rises by more.
    rise: f64,
    /// No score falls by more. May be negative: then all scores rise.
    fall: f64,
}

impl Drift {
    /// From the bounds of all K components; without bound as soon as one of them has none.
    pub(super) fn new(components: &[Option<ScoreBounds>]) -> Self {
        let bounds: Option<Vec<ScoreBounds>> = components.iter().copied().collect();
        Self { lead_losses: bounds.map(|bounds| lead_losses(&bounds)) }
    }

    /// For each component, by how many nats its lead over any other may have shrunk, in any row:
    /// its own fall and the largest rise of the others, or 0. `None` if there is no bound.
    pub fn lead_losses(&self) -> Option<&[f64]> {
        self.lead_losses.as_deref()
    }
}

/// See [`Drift::lead_losses`]. The largest rise of the others is the largest of all, or the second
/// largest for the component that rises most.
fn lead_losses(bounds: &[ScoreBounds]) -> Vec<f64> {
    let (mut largest, mut second) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for bound in bounds {
        second = second.max(bound.rise.min(largest));
        largest = largest.max(bound.rise);
    }
    let lead_loss = |bound: &ScoreBounds| {
        let rise_of_others = if bound.rise == largest { second } else { largest };
        (rise_of_others + bound.fall).max(0.0)
    };
    bounds.iter().map(lead_loss).collect()
}

impl ScoreBounds {
    /// Of a component without weight, before and after: it is nobody's component, nor will it be.
    const NO_WEIGHT: Self = Self { rise: f64::NEG_INFINITY, fall: 0.0 };

    /// From the biases before and after and the sums of the changes of log-odds, upwards and
    /// downwards. `None` if there is no bound: a component without weight gains some, or means came
    /// to the boundary or left it. A score is the bias plus the log-odds of the row's ones. So it
    /// changes most for the row whose ones are just the features with rising log-odds.
    pub(super) fn new(
        [old, new]: [f64; 2],
        [up, down]: [f64; 2],
        is_boundary_kept: bool,
    ) -> Option<Self> {
        match [old, new].map(|bias| bias == f64::NEG_INFINITY) {
            [true, true] => Some(Self::NO_WEIGHT),
            [true, false] => None,
            _ if !is_boundary_kept => None,
            _ => {
                let bias = new - old;
                Some(Self { rise: bias + up + ROUNDING, fall: ROUNDING - bias - down })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Scorer};
    use super::*;

    const D: usize = 83;

    fn drift(weights: [&[f64]; 2], means: [&[f64]; 2]) -> Drift {
        let d = means[0].len() / weights[0].len();
        let mut scorer = Scorer::new(weights[0], means[0], Layout::plain(d));
        scorer.set_mixture(weights[1], means[1])
    }

    /// A mixture of three components over D features; `shift` moves it.
    fn mixture(shift: f64) -> ([f64; 3], Vec<f64>) {
        let part = |i: usize| (i * 37 % 101) as f64 / 101.0 + shift * (i % 5) as f64;
        let mean = |i| 0.05 + 0.9 * part(i).fract();
        ([0.5, 0.3 + shift, 0.2 - shift], (0..3 * D).map(mean).collect())
    }

    /// The changes of log-odds and of the bias of component `k`.
    fn changes(old: &Scorer, new: &Scorer, k: usize) -> (Vec<f64>, f64) {
        let log_odd = |scorer: &Scorer, d: usize| scorer.log_odds(k)[d / 8].0[d % 8];
        let changes = (0..D).map(|d| log_odd(new, d) - log_odd(old, d));
        (changes.collect(), new.bias(k) - old.bias(k))
    }

    /// A row is the ones among the features. The one that lowers `k` most and lifts another
    /// component most is among all rows the extreme one, and loses as much as both moves together.
    #[test]
    fn a_lead_shrinks_by_fall_and_rise_together_and_by_no_more() {
        for shift in [1e-4, 0.01, 0.1] {
            let [from, to] = [mixture(0.0), mixture(shift)];
            let drift = drift([&from.0, &to.0], [&from.1, &to.1]);
            let losses = drift.lead_losses().expect("a bound");
            let [old, new] = [from, to].map(|(w, m)| Scorer::new(&w, &m, Layout::plain(D)));
            let moves: Vec<_> = (0..3).map(|k| changes(&old, &new, k)).collect();
            let moved = |k: usize, row: &dyn Fn(usize) -> bool| -> f64 {
                let (log_odds, bias) = &moves[k];
                bias + (0..D).filter(|d| row(*d)).map(|d| log_odds[d]).sum::<f64>()
            };
            let rise = |k: usize| moved(k, &|d| moves[k].0[d] > 0.0);
            for k in 0..3 {
                let fall = -moved(k, &|d| moves[k].0[d] < 0.0);
                let others = (0..3).filter(|rival| *rival != k);
                let largest_rise = others.map(rise).fold(f64::NEG_INFINITY, f64::max);
                assert!((losses[k] - (fall + largest_rise).max(0.0)).abs() <= 3.0 * ROUNDING);
                for rival in (0..3).filter(|rival| *rival != k) {
                    // The row that shrinks this lead most of all rows.
                    let worst = |d: usize| moves[k].0[d] < moves[rival].0[d];
                    let loss = moved(rival, &worst) - moved(k, &worst);
                    assert!(loss <= losses[k], "{k} loses {loss} to {rival}");
                }
            }
        }
    }

    /// Two components exchange two features, and a row of these moves both ways at once.
    #[test]
    fn neither_the_fall_nor_the_rise_alone_bounds_the_loss_of_a_lead() {
        let weights = [0.5, 0.5];
        let (old, new) = ([0.7, 0.3, 0.3, 0.7], [0.3, 0.7, 0.7, 0.3]);
        let losses = drift([&weights; 2], [&old, &new]).lead_losses.expect("a bound");
        // The row (1, 0): log-odds of 0.7 are log(7/3), and the biases stay.
        let lead = 2.0 * libm::log(7.0 / 3.0);
        for loss in losses {
            assert!(loss >= 2.0 * lead, "a lead of {lead} nats became {}: {loss}", -lead);
        }
    }

    /// The first component's loss is bounded, by next to nothing or by a nat, or not at all.
    #[test]
    fn without_bound_are_a_weight_from_0_and_a_mean_to_or_from_the_boundary() {
        let means = [0.5, 0.25, 0.75, 0.5];
        let [none, some] = [[1.0, 0.0], [0.5, 0.5]];
        let [inside, boundary] = [[0.5, 0.25], [0.5, 0.0]];
        type Change<'a> = [&'a [f64]; 2];
        let cases: [(Change, Change, Option<f64>); 6] = [
            ([&none, &none], [&means; 2], Some(1e-5)),
            ([&some, &none], [&means; 2], Some(1.0)),
            ([&none, &some], [&means; 2], None),
            ([&[1.0]; 2], [&boundary, &boundary], Some(1e-5)),
            ([&[1.0]; 2], [&inside, &boundary], None),
            ([&[1.0]; 2], [&boundary, &inside], None),
        ];
        for (weights, means, most) in cases {
            let loss = drift(weights, means).lead_losses.map(|losses| losses[0]);
            assert_eq!(loss.is_some(), most.is_some(), "{weights:?}, {means:?}");
            assert!(loss <= most, "{weights:?}, {means:?}");
        }
    }
}
