//! Two demonstrations of vectorisation: a dot product and an element-wise exponential.
//!
//! The vectors are short and stay in the cache, so that arithmetic is timed and not memory.

use super::engine;
use super::timing::median_seconds;
use nalgebra::DVector;
use std::hint::black_box;

/// Elements of a vector, and passes over it in one measurement: a million elements in all.
pub(super) const LENGTH: usize = 1000;
pub(super) const PASSES: usize = 1000;

pub(super) struct Demonstration {
    pub(super) key: &'static str,
    /// What is computed, and the type of the numbers.
    pub(super) name: String,
    pub(super) by_loop: &'static str,
    pub(super) vectorised: &'static str,
    /// Seconds for [`PASSES`] times [`LENGTH`] elements, by loop and vectorised.
    pub(super) seconds: [f64; 2],
}

impl Demonstration {
    pub(super) fn speedup(&self) -> f64 {
        self.seconds[0] / self.seconds[1]
    }
}

pub(super) fn measure(budget: f64) -> [Demonstration; 2] {
    [dot_product(budget), exponential(budget)]
}

fn dot_product(budget: f64) -> Demonstration {
    let a = DVector::from_fn(LENGTH, |i, _| i as f64);
    let b = DVector::from_fn(LENGTH, |i, _| 1.0 / (i + 1) as f64);
    let time = |dot: &dyn Fn(&DVector<f64>, &DVector<f64>) -> f64| {
        passes(budget, || {
            black_box(dot(black_box(&a), black_box(&b)));
        })
    };
    Demonstration {
        key: "dot_product",
        name: "dot product (f64)".into(),
        by_loop: "a loop that adds in order",
        vectorised: "nalgebra's dot, which keeps eight sums",
        seconds: [time(&|a, b| dot_in_order(a.as_slice(), b.as_slice())), time(&|a, b| a.dot(b))],
    }
}

/// Adds in order. Floating-point additions may not be reordered, so the compiler cannot vectorise.
fn dot_in_order(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (a, b) in a.iter().zip(b) {
        sum += a * b;
    }
    sum
}

fn exponential(budget: f64) -> Demonstration {
    let values: Vec<_> = (0..LENGTH).map(|i| -0.02 * i as f64).collect();
    let mut results = vec![0.0; LENGTH];
    let mut time = |exp_each: fn(&[f64], &mut [f64])| {
        passes(budget, || {
            exp_each(black_box(&values), &mut results);
            black_box(&mut results);
        })
    };
    Demonstration {
        key: "exponential",
        name: "exponential (f64)".into(),
        by_loop: "exp of the standard library, one by one",
        vectorised: "bmm's polynomial without branches",
        seconds: [time(exp_one_by_one), time(engine::exp_each)],
    }
}

fn exp_one_by_one(values: &[f64], results: &mut [f64]) {
    for (result, value) in results.iter_mut().zip(values) {
        *result = black_box(*value).exp();
    }
}

fn passes(budget: f64, mut pass: impl FnMut()) -> f64 {
    median_seconds(budget, || (0..PASSES).for_each(|_| pass()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_compute_the_same() {
        let (a, b) = (DVector::from_fn(99, |i, _| i as f64), DVector::from_element(99, 1.5));
        assert_eq!(dot_in_order(a.as_slice(), b.as_slice()), a.dot(&b));
        let values = [0.0, -0.5, -3.0, -20.0];
        let (mut one_by_one, mut vectorised) = ([1.0; 4], [2.0; 4]);
        exp_one_by_one(&values, &mut one_by_one);
        engine::exp_each(&values, &mut vectorised);
        for (a, b) in one_by_one.iter().zip(vectorised) {
            assert!((a - b).abs() <= 1e-15 * a, "{a} {b}");
        }
    }
}
