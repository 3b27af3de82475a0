//! The log-likelihood traces of an independent program (`../shared/oracle/em_reference_base_rate.py`, NumPy) on all of
//! MNIST. It has the prior that is centred on the data. An older one (`em_reference.py`) serves for the E-step and the
//! M-step alone: its prior has half a one and half a zero in the place of the average row.
//!
//! Both are deterministic from the start on, so the traces must agree at every iteration, not only at the end. The
//! reference differs from the oracle in the order of its sums only. The production path has responsibilities in fixed
//! point, too: whole multiples of 2^-24. Those of a row are off by 3e-8 times K at most. Mostly these errors average out.

mod common;

use bmm::bench::em::{self, EStep, Prior};
use bmm::bench::reference;
use bmm::{BernoulliMixture, Binarize, BitMatrix, FitParams, Init, Iteration, fit_observed};
use common::{bits, means_of, mixture, prior, relative_error, shared, worst_relative_error};
use nalgebra::DMatrix;
use serde::Deserialize;
use std::fs;
use std::ops::ControlFlow::Continue;
use std::sync::{Mutex, PoisonError};

/// How the names of the traces end that have the prior centred on the data.
const BASE_RATE: &str = "_base_rate";

/// The largest relative error of the reference's trace and parameters.
const TOLERANCE: f64 = 1e-11;

/// The same of a log-likelihood of the production path: what it promises at any iteration.
const PRODUCTION: f64 = 1e-9;

/// The same of a whole fit. What fixed point does to the means in one iteration, the next ones carry on.
const FIT: f64 = 1e-8;

/// What fixed point may do to a weight, an average of responsibilities, in one iteration: 2^-25 for each component.
fn fixed_point(n_components: usize) -> f64 {
    n_components as f64 * 2f64.powi(-25)
}

/// The reference needs the data as a dense matrix of 376 MB: one test at a time.
static DENSE: Mutex<()> = Mutex::new(());

#[derive(Deserialize)]
struct Oracle {
    n_samples: usize,
    n_features: usize,
    n_components: usize,
    alpha: f64,
    ones: u64,
    log_likelihood: Vec<f64>,
    weights_after_sorted_desc: Vec<f64>,
    mean_of_means_after_sorted: Vec<f64>,
}

/// The trace of a run with K components and the data it is about. `prior` ends the name of its file.
fn oracle(n_components: usize, prior: &str) -> Option<(Oracle, BitMatrix)> {
    let file = format!("oracle/mnist_train_k{n_components}{prior}.json");
    let text = fs::read_to_string(shared(&file)?);
    let oracle: Oracle = serde_json::from_str(&text.unwrap()).unwrap();
    let data = bits(&shared("data/mnist/train-images-idx3-ubyte.gz")?, Binarize::default());
    assert_eq!((data.n_samples(), data.n_features()), (oracle.n_samples, oracle.n_features));
    assert_eq!((data.count_ones(), n_components), (oracle.ones, oracle.n_components));
    Some((oracle, data))
}

/// Equal weights; means from a multiplicative sequence in exact integer arithmetic, component after component.
fn start(oracle: &Oracle) -> BernoulliMixture {
    let (k, d) = (oracle.n_components, oracle.n_features);
    let uniform =
        |i: u64| ((i + 1).wrapping_mul(2_654_435_761) & 0xffff_ffff) as f64 / 2f64.powi(32);
    let means = DMatrix::from_iterator(d, k, (0..(k * d) as u64).map(|i| 0.25 + 0.5 * uniform(i)));
    mixture(vec![1.0; k], means)
}

/// The trace follows within `of_trace`, the parameters within `of_parameters`.
fn assert_follows(
    oracle: &Oracle,
    trace: &[f64],
    reached: &BernoulliMixture,
    [of_trace, of_parameters]: [f64; 2],
    who: &str,
) {
    assert_eq!(trace.len(), oracle.log_likelihood.len());
    for (iteration, (&ours, &theirs)) in trace.iter().zip(&oracle.log_likelihood).enumerate() {
        let error = relative_error(ours, theirs);
        assert!(error <= of_trace, "{who}: iteration {iteration} is off by {error:e}");
    }
    let sorted = reached.sorted_by_weight();
    let means: Vec<f64> = means_of(&sorted).column_iter().map(|mean| mean.mean()).collect();
    let errors = [
        worst_relative_error(trace, &oracle.log_likelihood),
        worst_relative_error(sorted.weights(), &oracle.weights_after_sorted_desc),
        worst_relative_error(&means, &oracle.mean_of_means_after_sorted),
    ];
    assert!(errors[1].max(errors[2]) <= of_parameters, "{who}: {errors:?}");
    println!(
        "{who}, K = {}: trace, weights, means off by {}",
        oracle.n_components,
        errors.map(|e| format!("{e:.1e}")).join(", ")
    );
}

fn reference_follows(n_components: usize) {
    let _one_at_a_time = DENSE.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((oracle, data)) = oracle(n_components, BASE_RATE) else { return };
    let (first, x) = (start(&oracle), reference::dense(&data));
    let (weights, means) = reference::parameters(first.weights(), first.means());
    let n_iter = oracle.log_likelihood.len();
    let (weights, means, trace) = reference::em(&x, weights, means, oracle.alpha, n_iter);
    let reached = mixture(weights.as_slice().to_vec(), means);
    assert_follows(&oracle, &trace, &reached, [TOLERANCE; 2], "reference");
}

/// A whole fit: what it tells its observer, and what it returns.
fn fit_follows(n_components: usize) {
    let Some((oracle, data)) = oracle(n_components, BASE_RATE) else { return };
    let n_iter = oracle.log_likelihood.len();
    let params = FitParams::new(n_components).init(Init::From(start(&oracle))).alpha(oracle.alpha);
    let params = params.tol(0.0).max_iter(n_iter).accelerate(false);
    let mut trace = vec![start_score(&start(&oracle), &data, oracle.alpha)];
    let mut told = |news: &Iteration| {
        trace.push(news.score * data.n_samples() as f64);
        Continue(())
    };
    let reached = fit_observed(&data, &params, &mut told).unwrap().mixture;
    // The last score is that of the mixture that is returned.
    trace.truncate(n_iter);
    assert_follows(&oracle, &trace, &reached, [FIT, fixed_point(n_components).max(FIT)], "fit");
}

/// The log-likelihood of the start, with the features that never vary at their base rate.
fn start_score(first: &BernoulliMixture, data: &BitMatrix, alpha: f64) -> f64 {
    let (prior, sums) = (prior(data, alpha), data.column_sums());
    let (d, n) = (data.n_features(), data.n_samples() as u64);
    let is_pinned = |d: usize| sums[d] == 0 || sums[d] == n;
    let mean =
        |(at, &mean): (usize, &f64)| if is_pinned(at % d) { prior.base_rate(at % d) } else { mean };
    let means: Vec<f64> = first.means().iter().enumerate().map(mean).collect();
    BernoulliMixture::new(first.weights(), means).unwrap().log_likelihood(data).unwrap()
}

/// E-step and M-step by hand, with the prior of the older traces.
fn steps_follow(n_components: usize) {
    let Some((oracle, data)) = oracle(n_components, "") else { return };
    let mut e_step = EStep::new(&data, n_components);
    let prior = Prior::centred(2.0 * oracle.alpha, vec![0.5; data.n_features()]);
    let mut reached = start(&oracle);
    let mut trace = Vec::new();
    for _ in &oracle.log_likelihood {
        let stats = e_step.run(&reached);
        trace.push(stats.log_likelihood());
        reached = em::m_step(stats, &prior, &reached).unwrap();
    }
    assert_follows(&oracle, &trace, &reached, tolerances(n_components), "steps");
}

fn tolerances(n_components: usize) -> [f64; 2] {
    [PRODUCTION, PRODUCTION.max(fixed_point(n_components))]
}

#[test]
fn reference_follows_the_oracle_with_1_component() {
    reference_follows(1);
}

#[test]
fn reference_follows_the_oracle_with_10_components() {
    reference_follows(10);
}

#[test]
fn reference_follows_the_oracle_with_100_components() {
    reference_follows(100);
}

#[test]
fn steps_follow_the_oracle_with_1_component() {
    steps_follow(1);
}

#[test]
fn steps_follow_the_oracle_with_10_components() {
    steps_follow(10);
}

#[test]
fn steps_follow_the_oracle_with_100_components() {
    steps_follow(100);
}

#[test]
fn a_fit_follows_the_oracle_with_1_component() {
    fit_follows(1);
}

#[test]
fn a_fit_follows_the_oracle_with_10_components() {
    fit_follows(10);
}

#[test]
fn a_fit_follows_the_oracle_with_100_components() {
    fit_follows(100);
}

/// The E-step takes the log-likelihood from its sums; scoring adds up rows. Two ways, one number.
#[test]
fn the_log_likelihood_of_the_e_step_is_the_sum_of_the_rows_scores() {
    let Some((oracle, data)) = oracle(10, BASE_RATE) else { return };
    let mut e_step = EStep::new(&data, 10);
    let mut reached = start(&oracle);
    for _ in 0..10 {
        reached = em::m_step(e_step.run(&reached), &prior(&data, oracle.alpha), &reached).unwrap();
    }
    let total: f64 = reached.score_samples(&data).unwrap().iter().sum();
    let error = relative_error(e_step.run(&reached).log_likelihood(), total);
    println!("the sum is off by {error:.1e} relative");
    assert!(error < PRODUCTION);
}
