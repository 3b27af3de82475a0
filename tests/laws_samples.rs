//! The laws of a search that begins on samples of the rows.

mod common;

use bmm::bench::em::{Policy, fit_by};
use bmm::{BitMatrix, Fit, FitParams, Iteration, NInit, Silent, StopReason, fit, fit_observed};
use common::{parameter_bits, with_threads};
use std::ops::ControlFlow::{Break, Continue};

const N: usize = 64_000;
const D: usize = 70;

/// Rows of four kinds, each with ones in a fifth of the features and some elsewhere. Kind 3 is every
/// tenth row, the others come in turn. Feature 69 is a one in three rows.
fn four_kinds() -> BitMatrix {
    let hash = |i: usize, d: usize| {
        let mix = |z: u64| (z ^ z >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mix(mix(mix((i * 128 + d) as u64))) >> 40
    };
    BitMatrix::from_fn(N, D, |i, d| {
        let kind = if i % 10 == 9 { 3 } else { i % 3 };
        let is_noise = hash(i, d) % 100 < 8;
        if d == 69 { i % 20_000 == 7 } else { (d / 14 == kind) != is_noise }
    })
}

fn params() -> FitParams {
    FitParams::new(4)
}

fn n_e_steps(fit: &Fit, are_sampled: bool) -> usize {
    let starts = fit.report.starts.iter().filter(|start| start.n_sampled.is_some() == are_sampled);
    starts.map(|start| 1 + start.n_iter + start.n_rejected).sum()
}

#[test]
fn a_search_on_samples_finds_all_kinds_and_ends_on_all_rows() {
    let data = four_kinds();
    for alpha in [0.0, 2.0] {
        let found = fit(&data, &params().alpha(alpha)).unwrap();
        let report = &found.report;
        let weights = found.mixture.weights();
        assert!((weights[3] - 0.1).abs() < 0.01 && weights[0] < 0.33, "{alpha}: {weights:?}");
        assert!(n_e_steps(&found, true) > n_e_steps(&found, false));
        let best = &report.starts[report.best_start];
        assert_eq!((best.n_sampled, best.stop), (None, StopReason::Converged));
        assert_eq!(report.objective_history.last(), Some(&best.objective));
        assert!(report.n_best() >= 2);
        for start in report.starts.iter().filter(|start| start.n_sampled.is_some()) {
            assert!([4000, 15_000].contains(&start.n_sampled.unwrap()));
            // Its objective is that of all rows, but for chance.
            assert!((start.objective / best.objective - 1.0).abs() < 0.5);
            assert_eq!(start.stop, StopReason::Abandoned);
        }
        // Where it ended, one more fit has nothing to do.
        let again = params().alpha(alpha).init(bmm::Init::From(found.mixture.clone()));
        assert!(fit(&data, &again).unwrap().report.n_iter <= 2);
    }
}

#[test]
fn a_search_on_samples_has_the_same_bits_on_any_number_of_threads() {
    let data = four_kinds();
    let bits = |n| {
        let found = with_threads(n, || fit(&data, &params().seed(3)).unwrap());
        (parameter_bits(&found.mixture), found.report)
    };
    let one = bits(1);
    assert!(one == bits(2) && one == bits(5));
}

#[test]
fn starts_that_are_asked_for_run_on_all_rows() {
    let found = fit(&four_kinds(), &params().n_init(NInit::Exactly(2))).unwrap();
    assert!(found.report.starts.len() == 2 && n_e_steps(&found, true) == 0);
}

#[test]
fn rows_with_weights_are_not_sampled() {
    let data = four_kinds();
    let weights: Vec<f64> = (0..N).map(|i| 1.0 + (i % 2) as f64 / 2.0).collect();
    let rows = bmm::Rows::new(&data).weighted(&weights);
    let found = fit(rows, &params().max_iter(20)).unwrap();
    assert_eq!(n_e_steps(&found, true), 0);
}

#[test]
fn as_many_rounds_as_are_asked_for_end() {
    let policy = Policy { n_rounds: Some(1), ..Policy::auto() };
    let found = fit_by(&policy, &four_kinds(), &params(), &mut Silent).unwrap();
    assert!(n_e_steps(&found, true) > 0);
}

#[test]
fn the_next_optimum_is_one_that_a_run_ended_in() {
    let data = four_kinds();
    for seed in 0..4 {
        let report = fit(&data, &params().n_components(6).seed(seed)).unwrap().report;
        let Some(next) = report.runner_up else { continue };
        assert_ne!(report.starts[next.start].stop, StopReason::Abandoned);
    }
}

#[test]
fn a_search_that_is_interrupted_on_a_sample_gives_what_it_has() {
    let data = four_kinds();
    let mut highest = f64::NEG_INFINITY;
    // On one thread the news come in one order.
    for last in [1, 40, 150, 200] {
        let mut n = 0;
        let mut stop = |_: &Iteration| {
            n += 1;
            if n == last { Break(()) } else { Continue(()) }
        };
        let found = with_threads(1, || fit_observed(&data, &params(), &mut stop)).unwrap();
        let report = &found.report;
        assert_eq!(report.stop, StopReason::Interrupted);
        // What was found before is not lost later, but for what a sample says otherwise.
        let score = report.log_likelihood / N as f64;
        assert!(score > highest - 0.05, "{score} after {last}, {highest} before");
        highest = highest.max(score);
        assert_eq!(report.starts[report.best_start].n_sampled, None);
        assert!(report.log_likelihood.is_finite() && report.runner_up.is_none());
    }
}
