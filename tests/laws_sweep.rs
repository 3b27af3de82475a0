//! The laws of a sweep over K: nothing is lost against single fits, more components never fit
//! worse, folds part the rows, and the bootstrap tells one component too few from enough.

mod common;

use bmm::bench::em::{
    BootstrapTest, HeldOut, Origin, bootstrap_test, cross_validate, folds, hold_out,
};
use bmm::{
    BitMatrix, Error, Fit, FitParams, Iteration, NInit, Rows, Silent, StopReason, Sweep, fit, sweep,
};
use common::cases::{Kind, rows};
use common::{bits, mixture, parameter_bits, shared};
use nalgebra::DMatrix;
use std::ops::ControlFlow::{Break, Continue};

/// A table of 8 items from three clusters.
fn table(seed: u64) -> BitMatrix {
    let means = DMatrix::from_fn(8, 3, |d, k| if d % 3 == k { 0.85 } else { 0.2 });
    mixture(vec![5.0, 3.0, 2.0], means).sample(200, seed).unwrap().0
}

fn params(seed: u64, n_features: usize) -> FitParams {
    // Few starts, so that warm starts have something to find.
    FitParams::default().for_features(n_features).n_init(NInit::Exactly(1)).seed(seed)
}

fn swept(data: &BitMatrix, ks: &[usize], params: &FitParams) -> Sweep {
    sweep(data, ks, params, &mut Silent).unwrap()
}

fn ks(sweep: &Sweep) -> Vec<usize> {
    sweep.fits.iter().map(|swept| swept.fit.mixture.n_components()).collect()
}

#[test]
fn every_k_is_fitted_once_in_order_and_1_always() {
    let found = swept(&table(1), &[4, 2, 4], &params(0, 8));
    assert_eq!(ks(&found), [1, 2, 4]);
    assert!(!found.interrupted);
    assert_eq!(ks(&swept(&table(1), &[], &params(0, 8))), [1]);
}

#[test]
fn no_objective_is_below_that_of_a_fit_alone_and_reports_fit_their_mixtures() {
    let mut n_better = 0;
    for seed in 0..6 {
        let (data, params) = (table(seed), params(seed, 8));
        for swept in swept(&data, &[2, 3, 4, 5, 6], &params).fits {
            let Fit { mixture, report, .. } = &swept.fit;
            let params = params.clone().n_components(mixture.n_components());
            let alone = fit(&data, &params).unwrap().report;
            assert!(report.objective() >= alone.objective());
            n_better += usize::from(swept.origin != Origin::Start);
            // The starts of all, the best one in its place, and what is told of the mixture is of
            // this mixture.
            assert_eq!(report.starts[..1], alone.starts);
            assert_eq!(report.starts[report.best_start].objective, report.objective());
            let best = report.starts.iter().map(|start| start.objective).fold(f64::MIN, f64::max);
            assert_eq!(report.objective(), best);
            let second = report.runner_up.map_or(f64::MIN, |second| second.objective);
            assert!(second < report.objective());
        }
    }
    assert!(n_better > 3, "warm starts found but {n_better} better optima");
}

#[test]
fn without_smoothing_the_log_likelihood_does_not_fall_with_k() {
    for seed in 0..10 {
        let data = table(seed);
        let fits = swept(&data, &[2, 3, 4, 5, 6, 7, 8], &params(seed, 8)).fits;
        let of_ks: Vec<f64> = fits.iter().map(|swept| swept.fit.report.log_likelihood).collect();
        // The halves of a component that nothing parts come together again until a step gains less
        // than `tol` a row.
        let rises = of_ks.windows(2).all(|pair| pair[1] >= pair[0] - 1e-4);
        assert!(rises, "seed {seed}: {of_ks:?}");
    }
}

#[test]
fn a_sweep_has_the_same_bits_at_any_number_of_threads() {
    let data = rows(Kind::Clusters, (2100, 80), 3);
    let params = params(2, 80).max_iter(15);
    let run = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        let fits = pool.install(|| swept(&data, &[2, 4], &params)).fits;
        fits.iter().flat_map(|swept| parameter_bits(&swept.fit.mixture)).collect::<Vec<_>>()
    };
    let one = run(1);
    assert!(one == run(2) && one == run(5));
}

#[test]
fn an_interrupted_sweep_keeps_what_is_finished() {
    let data = table(1);
    let mut at_3 = |news: &Iteration| match news.n_components {
        3 => Break(()),
        _ => Continue(()),
    };
    let found = sweep(&data, &[2, 3, 4], &params(0, 8), &mut at_3).unwrap();
    assert!(found.interrupted);
    assert_eq!(ks(&found), [1, 2]);
    assert!(found.fits.iter().all(|swept| swept.fit.report.stop == StopReason::Converged));
}

#[test]
fn more_components_than_distinct_rows_are_refused_with_both_numbers() {
    let data = BitMatrix::from_fn(30, 4, |i, d| i % 3 == d);
    let error = sweep(&data, &[2, 4], &params(0, 4), &mut Silent).unwrap_err();
    let Error::Parameter { name: "n_components", value, allowed } = error else {
        panic!("{error}")
    };
    assert!(value == "4" && allowed.contains("at most 3"), "{value} {allowed}");
    assert!(sweep(&data, &[3], &params(0, 4), &mut Silent).is_ok());
}

#[test]
fn folds_part_the_rows() {
    for (n, n_folds) in [(10, 2), (11, 5), (118, 10), (7, 7)] {
        let parts = folds(n, n_folds, 3).unwrap();
        let mut all = parts.concat();
        all.sort_unstable();
        assert_eq!(all, (0..n).collect::<Vec<_>>());
        let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
        assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
        assert_eq!(parts, folds(n, n_folds, 3).unwrap());
        assert!(n == n_folds || parts != folds(n, n_folds, 4).unwrap());
    }
    assert!([0, 1, 11].iter().all(|n_folds| folds(10, *n_folds, 0).is_err()));
}

#[test]
fn what_is_held_out_and_what_is_trained_on_are_all_rows() {
    for (n, share, n_held) in [(10, 0.1, 1), (118, 0.25, 30), (3, 0.5, 2)] {
        let [train, held] = hold_out(n, share, 1).unwrap();
        assert_eq!(held.len(), n_held);
        let mut all = [train, held].concat();
        all.sort_unstable();
        assert_eq!(all, (0..n).collect::<Vec<_>>());
    }
    for (n, share) in [(10, 0.0), (10, 1.0), (10, -0.5), (10, f64::NAN), (10, 0.01), (10, 0.99)] {
        assert!(hold_out(n, share, 0).is_err(), "{n} {share}");
    }
}

#[test]
fn a_cross_validation_is_the_sum_of_its_folds() {
    let (data, params) = (table(2), params(1, 8).alpha(0.5));
    let parts = folds(200, 3, 1).unwrap();
    let scores = cross_validate(&data, &[2, 3], &params, &parts, &mut Silent).unwrap().unwrap();
    let mut by_hand = [0.0; 3];
    for part in &parts {
        let train: Vec<usize> = (0..200).filter(|i| !part.contains(i)).collect();
        let fits = swept(&data.select(&train), &[2, 3], &params).fits;
        for (sum, swept) in by_hand.iter_mut().zip(fits) {
            *sum += swept.fit.mixture.log_likelihood(&data.select(part)).unwrap();
        }
    }
    for (HeldOut { score, standard_error, .. }, sum) in scores.iter().zip(by_hand) {
        assert!((score - sum / 200.0).abs() < 1e-12);
        assert!(*standard_error > 0.0 && *standard_error < 0.2);
    }
    // Three clusters were drawn from: one predicts worse.
    assert!(scores[2].score > scores[0].score);
}

/// Every row twice is every row with a weight of two: for fits, and for what they predict.
#[test]
fn a_sweep_counts_equal_rows_as_their_weight() {
    let (data, params) = (table(4), params(2, 8));
    let twice = data.select(&(0..400).map(|i| i * 7 % 400 / 2).collect::<Vec<_>>());
    let weighted = Rows::new(&data).weighted(&[2.0; 200]);
    let [a, b] = [Rows::new(&twice), weighted.clone()]
        .map(|rows| sweep(rows, &[2, 3], &params, &mut Silent).unwrap());
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
    let mixture = &a.fits[2].fit.mixture;
    let [a, b] = [Rows::new(&twice), weighted].map(|rows| HeldOut::new(mixture, rows).unwrap());
    assert_eq!(a, b);
    let wrong = |weights: &[f64]| {
        let rows = Rows::new(&data).weighted(weights);
        sweep(rows, &[2], &params, &mut Silent).unwrap_err().to_string()
    };
    assert!(wrong(&[2.0; 199]).contains("199 for 200 rows"));
    let one_is_not: Vec<f64> = (0..200).map(|i| if i == 123 { f64::NAN } else { 1.0 }).collect();
    assert!(wrong(&one_is_not).contains("NaN in row 124"));
    // Row by row.
    let scores = mixture.score_samples(&twice).unwrap();
    let mean = scores.iter().sum::<f64>() / 400.0;
    let squares = scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>();
    assert!((a.score - mean).abs() < 1e-12);
    assert!((a.standard_error - (squares / 399.0 / 400.0).sqrt()).abs() < 1e-12);
}

/// K - 1 against K on `data`, by 39 samples.
fn tested(data: &BitMatrix, k: usize) -> BootstrapTest {
    let params = params(0, data.n_features()).n_init(NInit::Exactly(10));
    let fits = swept(data, &[k - 1, k], &params).fits;
    let [.., null, alternative] = &fits[..] else { panic!() };
    let done = || Continue(());
    bootstrap_test(&null.fit, &alternative.fit, data, &params, 39, &done).unwrap().unwrap()
}

#[test]
fn two_components_are_told_from_one_and_a_third_is_not_seen() {
    let means = DMatrix::from_fn(6, 2, |d, k| if (d < 3) == (k == 0) { 0.8 } else { 0.25 });
    let data = mixture(vec![0.6, 0.4], means).sample(150, 5).unwrap().0;
    let second = tested(&data, 2);
    assert_eq!((second.n_components, second.bootstrapped.len()), (2, 39));
    assert_eq!((second.n_as_large(), second.p_value()), (0, 1.0 / 40.0));
    let third = tested(&data, 3);
    assert!(third.p_value() > 0.05, "{third:?}");
    assert_eq!(third.p_value(), (third.n_as_large() + 1) as f64 / 40.0);
    assert!(third.bootstrapped.iter().all(|drawn| *drawn > -1e-6), "{third:?}");
}

#[test]
fn carcinoma_has_a_third_class() {
    let Some(file) = shared("data/lca/carcinoma.csv") else { return };
    let data = bits(&file, bmm::Binarize::None);
    let third = tested(&data, 3);
    // Twice the difference of the published log-likelihoods.
    assert!((third.statistic - 2.0 * (317.2568 - 293.7050)).abs() < 1e-3);
    assert_eq!(third.p_value(), 1.0 / 40.0);
}

#[test]
fn a_bootstrap_is_the_same_at_any_number_of_threads_and_ends_when_asked_to() {
    let data = table(3);
    let with_threads = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| tested(&data, 2))
    };
    assert_eq!(with_threads(1), with_threads(3));
    let params = params(0, 8);
    let fits = swept(&data, &[2], &params).fits;
    let done = || Break(());
    let test = bootstrap_test(&fits[0].fit, &fits[1].fit, &data, &params, 9, &done).unwrap();
    assert_eq!(test, None);
}
