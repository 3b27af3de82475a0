//! How long something takes: warmed up, repeated, the median.

use crate::em::{Iteration, Observe};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

/// Repetitions of the slowest and of the fastest work.
const MIN_SAMPLES: usize = 3;
const MAX_SAMPLES: usize = 200;

/// Shorter work, in seconds, is repeated within one measurement: the clock is too coarse for it.
const MIN_SECONDS: f64 = 50e-6;

/// Iterations of a fit that do not count: the first one pages in memory and starts threads.
const WARM_UP: usize = 2;

pub(super) fn median_seconds<T>(budget: f64, mut work: impl FnMut() -> T) -> f64 {
    let warm_up = seconds_a_call(1, &mut work);
    let calls = (MIN_SECONDS / warm_up.max(1e-9)).ceil() as usize;
    let began = Instant::now();
    let mut samples = Vec::new();
    while samples.len() < MIN_SAMPLES
        || (samples.len() < MAX_SAMPLES && began.elapsed().as_secs_f64() < budget)
    {
        samples.push(seconds_a_call(calls, &mut work));
    }
    median(samples)
}

fn seconds_a_call<T>(calls: usize, work: &mut impl FnMut() -> T) -> f64 {
    let calls = calls.max(1);
    let began = Instant::now();
    for _ in 0..calls {
        black_box(work());
    }
    // The clock may stand still, but a time of zero must not be divided by.
    (began.elapsed().as_secs_f64() / calls as f64).max(1e-12)
}

/// The middle value, or the mean of the two in the middle; NaN for none.
fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_unstable_by(f64::total_cmp);
    let n = samples.len();
    if n == 0 { f64::NAN } else { (samples[(n - 1) / 2] + samples[n / 2]) / 2.0 }
}

/// Times the iterations of a fit, and ends it when there are enough.
pub(super) struct Laps {
    budget: f64,
    began: Instant,
    lap_began: Instant,
    /// Seconds.
    laps: Vec<f64>,
}

impl Laps {
    /// The most iterations that are timed.
    pub(super) const MAX: usize = WARM_UP + MAX_SAMPLES;

    pub(super) fn new(budget: f64) -> Self {
        let now = Instant::now();
        Self { budget, began: now, lap_began: now, laps: Vec::new() }
    }

    pub(super) fn median_seconds(self) -> f64 {
        median(self.laps.into_iter().skip(WARM_UP).collect())
    }
}

impl Observe for Laps {
    fn iteration(&mut self, _: &Iteration) -> ControlFlow<()> {
        let now = Instant::now();
        self.laps.push((now - self.lap_began).as_secs_f64().max(1e-12));
        self.lap_began = now;
        let enough = self.laps.len() >= WARM_UP + MIN_SAMPLES
            && self.began.elapsed().as_secs_f64() >= self.budget;
        if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0, 4.0]), 3.0);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn slow_work_is_run_three_times_after_the_warm_up_and_fast_work_often() {
        let mut calls = 0;
        let slow = || {
            calls += 1;
            std::thread::sleep(std::time::Duration::from_millis(1));
        };
        assert!(median_seconds(0.0, slow) >= 1e-3);
        assert_eq!(calls, 1 + MIN_SAMPLES);
        let mut calls = 0_usize;
        assert!(median_seconds(1e-3, || calls += 1) > 0.0);
        assert!(calls > 1 + MIN_SAMPLES);
    }
}
