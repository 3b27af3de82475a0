//! The laws of the search on wide data of few rows: a coarse tolerance, starts near the best, climbs.

use bmm::bench::em::fit_observed;
use bmm::{BitMatrix, FitParams, Iteration, StopReason};
use std::ops::ControlFlow;

/// Rows of six kinds, one bit in ten flipped.
fn six_kinds() -> BitMatrix {
    let hash = |a: usize, b: usize| (a * 2_654_435_761 + b * 40_503 + (a * b) % 97) % 1009;
    BitMatrix::from_fn(400, 100, |i, d| {
        let is_one = hash(i % 6 + 1, d + 1) % 2 == 0;
        is_one != (hash(i + 11, d * 7 + 3) % 10 == 0)
    })
}

#[test]
fn rounds_that_agree_are_witnesses() {
    let report = bmm::fit(&six_kinds(), &FitParams::new(6)).unwrap().report;
    assert!(report.n_best() >= 2, "{} reached the best", report.n_best());
    assert_eq!(report.stop, StopReason::Converged);
}

#[test]
fn an_interruption_at_any_time_loses_no_start() {
    let data = six_kinds();
    for n_iterations in (1..120).step_by(7) {
        let mut n_seen = 0;
        let mut stop = |_: &Iteration| {
            n_seen += 1;
            if n_seen < n_iterations { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let params = FitParams::new(9).alpha(20.0);
        let report = fit_observed(&data, &params, &mut stop).unwrap().report;
        assert_eq!(report.stop, StopReason::Interrupted);
        let best = report.starts.iter().map(|start| start.objective).fold(f64::MIN, f64::max);
        assert_eq!(report.objective(), best, "after {n_iterations} iterations");
    }
}
