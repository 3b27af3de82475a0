//! The laws of sampling, and of getting back what was sampled.

mod common;

use bmm::{BernoulliMixture, FitParams, NInit, fit};
use common::cases::{config, inner_mixture, uniform};
use common::mixture;
use nalgebra::DMatrix;
use proptest::prelude::*;

/// Standard errors that an estimate may be off by. Beyond five lies a fraction of 6e-7; seeds are
/// fixed, so a failure is no accident of the day either.
const SIGMAS: f64 = 5.0;

/// The standard error of the frequency of an event of probability `p` in `n` trials.
fn standard_error(p: f64, n: f64) -> f64 {
    (p * (1.0 - p) / n).sqrt()
}

/// Means of 0.1 and 0.9, at random: two components differ in about half of the features.
fn separated(k: usize, d: usize, seed: u64) -> BernoulliMixture {
    let mean = |d, k| if uniform(seed, k, d) < 0.5 { 0.1 } else { 0.9 };
    let weights = (0..k).map(|k| 1.0 + 0.5 * k as f64).collect();
    mixture(weights, DMatrix::from_fn(d, k, mean)).sorted_by_weight()
}

fn is_given_back(k: usize, d: usize) {
    let n = 4000;
    let truth = separated(k, d, 20 + k as u64);
    let (data, components) = truth.sample(n, 8).unwrap();
    let params = FitParams::new(k).alpha(0.0).n_init(NInit::Auto);
    let found = fit(&data, &params).unwrap().mixture;
    let n = n as f64;
    for k in 0..k {
        // Weights are far enough apart that sorting restores the order.
        let (pi, mass) = (truth.weights()[k], truth.weights()[k] * n);
        assert!((found.weights()[k] - pi).abs() <= SIGMAS * standard_error(pi, n));
        for (ours, &theirs) in found.mean(k).iter().zip(truth.mean(k)) {
            // Fewer rows than expected may have come from this component, by five sigma too.
            let rows = mass - SIGMAS * (mass * (1.0 - pi)).sqrt();
            assert!((ours - theirs).abs() <= SIGMAS * standard_error(theirs, rows));
        }
    }
    let assignments = found.predict(&data).unwrap();
    let wrong = assignments.iter().zip(&components).filter(|(a, b)| a != b).count();
    assert!(wrong <= 40, "{wrong} rows of 4000 assigned to another component");
}

#[test]
fn three_components_of_30_features_are_given_back() {
    is_given_back(3, 30);
}

#[test]
fn five_components_of_60_features_are_given_back() {
    is_given_back(5, 60);
}

/// Wide enough for the sparse step.
#[test]
fn seven_components_of_90_features_are_given_back() {
    is_given_back(7, 90);
}

#[test]
fn sampled_frequencies_are_the_weights_and_means() {
    let m = inner_mixture(4, 10, 0.02, 6);
    let n = 40_000;
    let (data, components) = m.sample(n, 1).unwrap();
    for k in 0..4 {
        let rows: Vec<usize> = (0..n).filter(|&i| components[i] == k).collect();
        let (pi, n_k) = (m.weights()[k], rows.len() as f64);
        assert!((n_k / n as f64 - pi).abs() <= SIGMAS * standard_error(pi, n as f64));
        for (d, &mean) in m.mean(k).iter().enumerate() {
            let ones = rows.iter().filter(|&&i| data.get(i, d)).count() as f64;
            assert!((ones / n_k - mean).abs() <= SIGMAS * standard_error(mean, n_k));
        }
    }
}

#[test]
fn features_of_mean_0_and_1_and_components_of_weight_0_are_certain_in_samples() {
    let means = DMatrix::from_row_slice(3, 2, &[0.0, 0.5, 1.0, 0.5, 0.5, 0.5]);
    let m = mixture(vec![1.0, 0.0], means);
    let (data, components) = m.sample(2000, 3).unwrap();
    assert!(components.iter().all(|&k| k == 0));
    assert!((0..2000).all(|i| !data.get(i, 0) && data.get(i, 1)));
    assert!(m.score_samples(&data).unwrap().iter().all(|s| s.is_finite()));
}

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn one_seed_is_one_draw_and_a_longer_draw_continues_it(
        k in 1..=20_usize,
        d in 1..40_usize,
        n in 1..60_usize,
        seed in any::<u64>(),
    ) {
        let m = inner_mixture(k, d, 0.01, seed);
        let (data, components) = m.sample(n, seed).unwrap();
        prop_assert_eq!((&data, &components), (&m.sample(n, seed).unwrap().0, &m.sample(n, seed).unwrap().1));
        let (mut longer, more) = m.sample(2 * n, seed).unwrap();
        longer.truncate(n);
        prop_assert_eq!((data, &components[..]), (longer, &more[..n]));
        let big = m.sample(200, seed).unwrap().0;
        prop_assert!(d < 4 || big != m.sample(200, seed ^ 1).unwrap().0);
    }
}
