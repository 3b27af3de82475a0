//! The ladder: four attempts and the production kernel on the same rows and the same mixture.

use super::engine::Engine;
use super::timing::median_seconds;
use crate::bits::BitMatrix;
use crate::em::EStep;
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;
use crate::reference;
use nalgebra::{DMatrix, DVector};
use std::hint::black_box;

/// One way to the responsibilities (N x K) of rows (N x D) under weights (K) and means (D x K).
type Attempt = fn(&DMatrix<f64>, &DVector<f64>, &DMatrix<f64>) -> DMatrix<f64>;

const ATTEMPTS: [Attempt; 4] = [
    reference::scalar_loops,
    reference::vector_over_features,
    reference::matrix_vector,
    reference::matrix_matrix,
];

/// What a way is called in JSON, in the heads of tables and in the legend of the plot.
pub(super) struct Way {
    pub(super) key: &'static str,
    pub(super) head: &'static str,
    pub(super) name: &'static str,
}

/// The ways that are timed: the attempts, then the production kernel.
pub(super) const WAYS: [Way; ATTEMPTS.len() + 1] = [
    Way { key: "scalar_loops", head: "scalar loops", name: "scalar loops" },
    Way { key: "vector_over_features", head: "vector", name: "vector over features" },
    Way { key: "matrix_vector", head: "matrix-vector", name: "matrix-vector" },
    Way { key: "matrix_matrix", head: "matrix-matrix", name: "matrix-matrix" },
    Way { key: "production", head: "bmm", name: "bmm (look-up tables)" },
];

/// The name of the E-step of a fit in messages.
const SUMS: &str = "with sums";

/// By how much responsibilities may differ: far above rounding, far below a defect's effect.
const TOLERANCE: f64 = 1e-9;

/// The most by which sums may differ, for each row. The production kernel splits a row between
/// components in single precision and fixed point.
const TOLERANCE_OF_SUMS: f64 = 1e-6;

/// Rows whose best component has a log-probability below this, in nats, are not compared. The
/// attempts exponentiate without a shift, so such rows underflow.
const UNDERFLOW: f64 = -650.0;

pub(super) struct Ladder {
    pub(super) n_components: usize,
    pub(super) rungs: Vec<Rung>,
    /// Rows that the four attempts lose to underflow, among those of the last rung.
    pub(super) n_underflown: usize,
}

pub(super) struct Rung {
    pub(super) n: usize,
    /// Seconds of one E-step, in the order of [`WAYS`].
    pub(super) seconds: [f64; WAYS.len()],
    /// Seconds to list the rows for the production kernel, which is done once for all mixtures.
    pub(super) listing: f64,
    /// Seconds of a whole E-step of a fit, with the sums that the M-step needs.
    pub(super) with_sums: f64,
}

impl Rung {
    /// The time of the first way over that of each way.
    pub(super) fn speedups(&self) -> [f64; WAYS.len()] {
        self.seconds.map(|seconds| self.seconds[0] / seconds)
    }
}

impl Ladder {
    /// Checks that all ways agree, and times them on the first rows of `data`; `sizes` ascend.
    pub(super) fn measure(
        data: &BitMatrix,
        sizes: &[usize],
        n_components: usize,
        budget: f64,
    ) -> Result<Self> {
        let mixture = mixture(data.n_features(), n_components)?;
        let largest = sizes.last().copied().unwrap_or(0);
        let n_underflown = check(&first_rows(data, largest), &mixture)?;
        let rung = |n: &usize| Rung::measure(&first_rows(data, *n), &mixture, budget);
        Ok(Self { n_components, rungs: sizes.iter().map(rung).collect(), n_underflown })
    }
}

impl Rung {
    fn measure(rows: &BitMatrix, mixture: &BernoulliMixture, budget: f64) -> Self {
        let x = reference::dense(rows);
        let (weights, means) = reference::parameters(mixture.weights(), mixture.means());
        let k = mixture.n_components();
        let mut seconds = [0.0; WAYS.len()];
        for (seconds, attempt) in seconds.iter_mut().zip(ATTEMPTS) {
            *seconds = median_seconds(budget, || {
                attempt(black_box(&x), black_box(&weights), black_box(&means))
            });
        }
        let (mut engine, mut fit) = (Engine::list(rows), EStep::new(rows, k));
        // Two mixtures take turns: a step skips what did not change since the one before.
        let turned = mixture.permuted(&(0..k).rev().collect::<Vec<_>>());
        let mut n_steps = 0;
        let mut next = || {
            n_steps += 1;
            if n_steps % 2 == 0 { mixture } else { &turned }
        };
        seconds[ATTEMPTS.len()] = median_seconds(budget, || {
            engine.responsibilities(black_box(next()));
        });
        let with_sums = median_seconds(budget, || fit.run(black_box(next())));
        let listing = median_seconds(budget, || Engine::list(black_box(rows)));
        Self { n: rows.n_samples(), seconds, listing, with_sums }
    }
}

/// Equal weights, and means spread over [0.25, 0.75) without random numbers. Value i of all means,
/// component by component, is `0.25 + 0.5 u(i)`. Here `u(i) = (i + 1) 2654435761 mod 2^32 / 2^32`
/// is Knuth's multiplicative hash, which any language can compute.
fn mixture(n_features: usize, n_components: usize) -> Result<BernoulliMixture> {
    let hash = |i: usize| (i as u32).wrapping_add(1).wrapping_mul(2_654_435_761);
    let unit = |i| f64::from(hash(i)) / 2.0_f64.powi(32);
    let means = (0..n_features * n_components).map(|i| 0.25 + 0.5 * unit(i)).collect();
    BernoulliMixture::equally_weighted(n_components, means)
}

fn first_rows(data: &BitMatrix, n: usize) -> BitMatrix {
    data.select(&(0..n).collect::<Vec<_>>())
}

/// Requires that every way gives what log-sum-exp in f64 gives. Returns how many rows underflow.
fn check(rows: &BitMatrix, mixture: &BernoulliMixture) -> Result<usize> {
    let x = reference::dense(rows);
    let (weights, means) = &reference::parameters(mixture.weights(), mixture.means());
    let log_prob = reference::weighted_log_prob(&x, weights, means);
    let defined: Vec<usize> =
        (0..rows.n_samples()).filter(|i| log_prob.row(*i).max() > UNDERFLOW).collect();
    let (truth, _) = reference::log_sum_exp_e_step(&x, weights, means);
    for (way, attempt) in WAYS.iter().zip(ATTEMPTS) {
        let resp = attempt(&x, weights, means);
        require_equal(
            way.key,
            &resp.select_rows(&defined),
            &truth.select_rows(&defined),
            TOLERANCE,
        )?;
    }
    check_production(rows, mixture, &x, &truth)?;
    Ok(rows.n_samples() - defined.len())
}

/// Requires it of the production kernel: of its responsibilities, and of the sums of a fit.
fn check_production(
    rows: &BitMatrix,
    mixture: &BernoulliMixture,
    x: &DMatrix<f64>,
    truth: &DMatrix<f64>,
) -> Result<()> {
    let (n, d, k) = (rows.n_samples(), mixture.n_features(), mixture.n_components());
    let mut engine = Engine::list(rows);
    engine.responsibilities(mixture);
    let resp = DMatrix::from_row_iterator(n, k, engine.rows(k).flatten());
    require_equal(WAYS[ATTEMPTS.len()].key, &resp, truth, TOLERANCE)?;
    let stats = EStep::new(rows, k).run(mixture);
    let masses = DMatrix::from_fn(1, k, |_, k| stats.resp_sum(k));
    let true_masses = DMatrix::from_fn(1, k, |_, k| truth.column(k).sum());
    require_equal(SUMS, &masses, &true_masses, n as f64 * TOLERANCE_OF_SUMS)?;
    let sums = DMatrix::from_fn(d, k, |d, k| stats.weighted_sum(d, k));
    require_equal(SUMS, &sums, &x.tr_mul(truth), n as f64 * TOLERANCE_OF_SUMS)
}

/// An error if any two entries differ by more than `tolerance`, or one is NaN.
fn require_equal(
    name: &str,
    found: &DMatrix<f64>,
    truth: &DMatrix<f64>,
    tolerance: f64,
) -> Result<()> {
    let differences = found.iter().zip(truth.iter()).map(|(a, b)| (a - b).abs());
    // In total order NaN is above all numbers.
    match differences.max_by(f64::total_cmp) {
        Some(by) if by.is_nan() || by > tolerance => {
            Err(Error::Disagreement { what: format!("the E-step {name}"), by })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixture_is_the_one_that_other_languages_make() {
        let mixture = mixture(3, 2).unwrap();
        assert_eq!(mixture.weights(), [0.5, 0.5]);
        // 2654435761 / 2^32, and twice and four times that, less what is whole.
        let unit = 2_654_435_761.0 / 4_294_967_296.0;
        assert_eq!(mixture.mean(0)[0], 0.25 + 0.5 * unit);
        assert_eq!(mixture.mean(0)[1], 0.25 + 0.5 * (2.0 * unit - 1.0));
        assert_eq!(mixture.mean(1)[0], 0.25 + 0.5 * (4.0 * unit - 2.0));
    }

    #[test]
    fn all_ways_agree_and_long_rows_are_known_to_underflow() {
        let rows = |n_features| BitMatrix::from_fn(7, n_features, |i, d| (i * 31 + d * 7) % 5 < 2);
        for (n_features, n_lost) in [(1, 0), (40, 0), (784, 0), (2000, 7)] {
            let mixture = mixture(n_features, 3).unwrap();
            assert_eq!(check(&rows(n_features), &mixture).unwrap(), n_lost, "{n_features}");
        }
    }

    #[test]
    fn a_difference_and_a_nan_are_errors() {
        let truth = DMatrix::from_element(2, 2, 0.5);
        assert!(require_equal("x", &truth, &truth, TOLERANCE).is_ok());
        for wrong in [0.5 + 1e-8, f64::NAN] {
            let mut found = truth.clone();
            found[(1, 0)] = wrong;
            let error = require_equal("x", &found, &truth, TOLERANCE).unwrap_err();
            assert!(error.to_string().contains("x differs from the reference"), "{error}");
        }
    }
}
