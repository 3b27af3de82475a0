//! A fit raises the diagnosis of what it has, and those that must come with it. Sound fits raise
//! none.

mod common;

use bmm::bench::em::{EStep, fit_by_label};
use bmm::{
    BernoulliMixture, Binarize, BitMatrix, Diagnosis, Excess, Fit, FitParams, Init, Iteration,
    KnownLabels, NInit, Rows, Silent, StopReason, fit, fit_observed,
};
use common::cases::{inner_mixture, uniform};
use common::{bits, mixture, shared};
use nalgebra::DMatrix;
use std::ops::ControlFlow::Break;

fn codes(fit: &Fit) -> Vec<&'static str> {
    fit.report.diagnoses.iter().map(Diagnosis::code).collect()
}

/// A fit from a mixture that is given, without smoothing.
fn fitted_from(data: &BitMatrix, from: BernoulliMixture) -> Fit {
    let n_components = from.n_components();
    let params = params().n_components(n_components).init(Init::From(from)).alpha(0.0);
    fit(data, &params).unwrap()
}

fn params() -> FitParams {
    FitParams::default().tol(1e-9).max_iter(5000)
}

/// Rows of as many kinds as there are prototypes, whose bits are flipped with this probability.
fn kinds(prototypes: &[fn(usize) -> bool], n: usize, d: usize, flipped: f64) -> BitMatrix {
    let kind = |i: usize| prototypes[i % prototypes.len()];
    BitMatrix::from_fn(n, d, |i, d| kind(i)(d) != (uniform(3, i, d) < flipped))
}

/// Two kinds of rows: ones in the first half, and in the second.
fn two_kinds() -> BitMatrix {
    kinds(&[|d| d < 10, |d| d >= 10], 400, 20, 0.1)
}

/// One mean for each component and feature.
fn with_means(
    weights: &[f64],
    n_features: usize,
    mean: impl Fn(usize, usize) -> f64,
) -> BernoulliMixture {
    let means = DMatrix::from_fn(n_features, weights.len(), mean);
    mixture(weights.to_vec(), means)
}

#[test]
fn well_separated_clusters_raise_nothing() {
    for (d, alpha) in [(20, 0.0), (20, 0.1), (100, 0.1)] {
        let (data, _) = inner_mixture(3, d, 0.05, 4).sample(2000, 7).unwrap();
        let params = params().n_components(3).alpha(alpha);
        let found = fit(&data, &params).unwrap();
        assert_eq!(codes(&found), [""; 0], "d = {d}, alpha = {alpha}");
        assert!((0.0..=2e-9).contains(&found.report.gradient_residual));
    }
}

/// Merely similar: two clusters that differ by little in every feature are no duplicates, and where
/// they are fitted is no saddle.
#[test]
fn similar_clusters_raise_nothing() {
    let similar = with_means(&[0.5, 0.5], 40, |d, k| 0.4 + 0.2 * ((d + k) % 2) as f64);
    let (data, _) = similar.sample(5000, 1).unwrap();
    let params = params().n_components(2);
    assert_eq!(codes(&fit(&data, &params).unwrap()), [""; 0]);
}

#[test]
fn a_fit_that_stops_early_by_tol_is_no_saddle() {
    let (data, _) = inner_mixture(4, 30, 0.2, 2).sample(1500, 3).unwrap();
    for tol in [1e-2, 1e-3, 1e-4, 1e-5] {
        for seed in 0..5 {
            let n_init = NInit::Exactly(1);
            let params = params().n_components(4).tol(tol).seed(seed).n_init(n_init);
            let found = fit(&data, &params).unwrap();
            assert_eq!(found.report.stop, StopReason::Converged);
            assert_eq!(codes(&found), [""; 0], "tol = {tol}, seed = {seed}");
        }
    }
}

#[test]
fn the_limit_of_iterations_is_told() {
    let params = params().n_components(2).max_iter(1).n_init(NInit::Exactly(1));
    let found = fit(&two_kinds(), &params).unwrap();
    assert_eq!(found.report.diagnoses, [Diagnosis::MaxIter { max_iter: 1 }]);
    assert!(found.report.gradient_residual > 2.0 * params.tol);
}

/// The third component expects ones in features that no row has together.
#[test]
fn a_component_without_rows_is_dead() {
    let from = with_means(&[0.4, 0.4, 0.2], 20, |d, k| match k {
        2 => [0.999, 0.001][d % 2],
        _ if (d < 10) == (k == 0) => 0.9,
        _ => 0.1,
    });
    let found = fitted_from(&two_kinds(), from);
    assert_eq!(found.report.diagnoses, [Diagnosis::DeadComponents { components: vec![2] }]);
    assert!(found.mixture.weights()[2] * 400.0 < 0.01);
}

/// A hundredth of a row counts in the weights that rows have, also if many rows are alike.
#[test]
fn components_of_rows_that_weigh_next_to_nothing_are_alive() {
    let from = |k| {
        let weights = vec![1.0 / f64::from(k); k as usize];
        with_means(&weights, 20, |d, k| if (d < 10) == (k % 2 == 0) { 0.9 } else { 0.1 })
    };
    for (n_kinds, k) in [(400, 2), (2, 40)] {
        let data = BitMatrix::from_fn(400, 20, |i, d| two_kinds().get(i % n_kinds, d));
        let params = params().n_components(k as usize).init(Init::From(from(k))).alpha(0.0);
        let found = fit(Rows::new(&data).weighted(&[1e-5; 400]), &params).unwrap();
        assert!(!codes(&found).contains(&"dead-components"), "{:?}", found.report.diagnoses);
        assert!(found.mixture.weights().iter().all(|weight| *weight > 0.01));
    }
}

/// From equal components plain EM goes nowhere, though there are two kinds of rows.
#[test]
fn equal_components_over_two_kinds_of_rows_are_duplicates_on_a_saddle() {
    for weights in [[0.5, 0.5], [0.9, 0.1]] {
        let found = fitted_from(&two_kinds(), with_means(&weights, 20, |_, _| 0.3));
        assert_eq!(found.report.stop, StopReason::Converged);
        assert_eq!(codes(&found), ["duplicate-components", "saddle"]);
        assert_eq!(found.report.diagnoses[0].components(), [0, 1]);
    }
}

/// Wide rows, so that the E-step takes its sparse way; one of three components is right, the others
/// are equal.
#[test]
fn two_equal_components_of_three_are_named() {
    let data = kinds(&[|d| d < 40, |d| (40..80).contains(&d), |d| d >= 80], 600, 120, 0.1);
    let from = with_means(&[0.4, 0.3, 0.3], 120, |d, k| match k {
        0 if d < 40 => 0.9,
        0 => 0.1,
        _ => 0.3,
    });
    let params = FitParams::new(3).init(Init::From(from));
    let found = fit(&data, &params).unwrap();
    assert_eq!(codes(&found), ["duplicate-components", "saddle"]);
    let repeated = found.report.diagnoses[0].components();
    assert_eq!(found.mixture.mean(repeated[0]), found.mixture.mean(repeated[1]));
}

/// Left half and right half are ones or zeros, each by itself: two components can tell the halves
/// of one side apart. The first mixture and so every step from it treats both sides alike, and
/// gives rows with ones on one side to both components.
#[test]
fn a_saddle_without_duplicates_is_found() {
    // Each row comes with its mirror image, so nothing in the data tells left from right.
    let data = BitMatrix::from_fn(1600, 20, |i, d| {
        let (row, place) = (i / 2, if i % 2 == 0 { d } else { (d + 10) % 20 });
        (row >> (place / 10) & 1 == 1) != (uniform(1, row, place) < 0.2)
    });
    let from = with_means(&[0.5, 0.5], 20, |_, k| [0.7, 0.3][k]);
    // Rounding tells left from right: fifteen steps make that visible, and a fit that is content
    // with less ends before.
    let init = Init::From(from);
    let params = params().n_components(2).init(init).alpha(0.0).tol(1e-4);
    let found = fit(&data, &params).unwrap();
    assert_eq!(codes(&found), ["saddle"]);
    let apart = (found.mixture.mean(0)[0] - found.mixture.mean(1)[0]).abs();
    assert!(apart > 0.1, "these are duplicates: {apart}");
}

/// Independent features: one component explains the rows as well as two can, so two equal ones are
/// a maximum.
#[test]
fn equal_components_that_cannot_be_told_apart_are_duplicates_alone() {
    let data = BitMatrix::from_fn(320, 5, |i, d| i >> d & 1 == 1);
    let found = fitted_from(&data, with_means(&[0.5, 0.5], 5, |_, _| 0.4));
    let pairs = vec![(0, 1)];
    assert_eq!(found.report.diagnoses, [Diagnosis::DuplicateComponents { pairs }]);
}

/// Feature 0 is one in no row of the first kind and in half of the others. Feature 19 is one
/// everywhere, so it raises nothing.
fn with_a_zero() -> BitMatrix {
    BitMatrix::from_fn(400, 20, |i, d| match d {
        0 => i % 4 == 1,
        19 => true,
        _ => (d < 10) == (i % 2 == 0) && uniform(5, i, d) < 0.9 || uniform(6, i, d) < 0.1,
    })
}

#[test]
fn means_on_the_boundary_are_told_without_smoothing_only() {
    let params = params().n_components(2).alpha(0.0);
    let data = with_a_zero();
    let found = fit(&data, &params).unwrap();
    let [Diagnosis::BoundaryMeans { components, n_means: 1 }] = &found.report.diagnoses[..] else {
        panic!("{:?}", found.report.diagnoses)
    };
    assert!(found.mixture.mean(components[0])[0] < 1e-6);
    let smoothed = fit(&data, &params.alpha(0.1)).unwrap();
    assert_eq!(codes(&smoothed), [""; 0]);
}

/// A mean that is 0 stays 0, whatever the rows say, and no sum over responsibilities betrays it.
#[test]
fn a_mean_that_is_kept_on_the_boundary_is_not_stationary() {
    let from = with_means(&[0.5, 0.5], 20, |d, k| match (d, k) {
        (0, 0) => 0.0,
        _ if (d < 10) == (k == 0) => 0.8,
        _ => 0.2,
    });
    let found = fitted_from(&two_kinds(), from);
    assert_eq!(found.report.stop, StopReason::Converged);
    assert_eq!(codes(&found), ["not-stationary", "boundary-means"]);
    let Diagnosis::NotStationary { residual } = found.report.diagnoses[0] else { panic!() };
    assert_eq!(residual, found.report.gradient_residual);
    assert!(residual > 2e-9);
}

#[test]
fn more_components_than_distinct_rows_are_too_many() {
    let data = BitMatrix::from_fn(60, 20, |i, d| d / 5 == i % 3);
    let params = params().n_components(4).alpha(0.0);
    let found = fit(&data, &params).unwrap();
    let excess = Excess::DistinctRows { n_distinct: 3, n_components: 4 };
    assert!(found.report.diagnoses.contains(&Diagnosis::TooManyComponents(excess)));
    // Two components share a kind of rows, and each feature is the same in all rows of a kind.
    assert_eq!(codes(&found), ["duplicate-components", "boundary-means", "too-many-components"]);
    // The prior has it better if one of the two has all the rows and the other none.
    let smoothed = fit(&data, &params.alpha(0.1)).unwrap();
    assert_eq!(codes(&smoothed), ["duplicate-components", "too-many-components", "saddle"]);
}

#[test]
fn a_table_of_few_items_does_not_identify_many_classes() {
    // Two classes of four items, one of them the same in all rows: seven parameters on seven free
    // probabilities.
    let table = |n_components| {
        let params = params().n_components(n_components).alpha(0.1);
        let data =
            BitMatrix::from_fn(800, 4, |i, d| d == 3 || uniform(9, i, d) < [0.9, 0.2][i % 2]);
        fit(&data, &params).unwrap().report.diagnoses
    };
    assert_eq!(table(2), []);
    let excess = Excess::Unidentified { n_parameters: 11, n_features: 3 };
    assert!(table(3).contains(&Diagnosis::TooManyComponents(excess)));
}

/// One row like no other among wide ones.
#[test]
fn a_component_for_one_row_is_too_many() {
    let data = BitMatrix::from_fn(201, 100, |i, d| match i {
        200 => d % 2 == 0,
        _ => ((d < 50) == (i % 2 == 0)) != (uniform(4, i, d) < 0.05),
    });
    let params = params().n_components(3);
    let found = fit(&data, &params).unwrap();
    let excess = Excess::ThinComponents { components: vec![2] };
    assert_eq!(found.report.diagnoses, [Diagnosis::TooManyComponents(excess)]);
    let weighted = fit(Rows::new(&data).weighted(&[0.99; 201]), &params).unwrap();
    assert_eq!(weighted.report.diagnoses, []);
}

#[test]
fn an_interrupted_fit_tells_what_the_rows_say_and_no_more() {
    let interrupted = |data: &BitMatrix, n_components| {
        let mut stop = |_: &Iteration| Break(());
        let params = params().n_components(n_components).init(Init::RandomResp);
        fit_observed(data, &params, &mut stop).unwrap()
    };
    let found = interrupted(&two_kinds(), 2);
    assert_eq!((found.report.stop, codes(&found)), (StopReason::Interrupted, vec![]));
    assert!(found.report.gradient_residual > 0.0);
    let few = BitMatrix::from_fn(60, 20, |i, d| d / 5 == i % 3);
    assert_eq!(codes(&interrupted(&few, 4)), ["too-many-components"]);
}

/// The residual is a lower bound on the gain of an M-step. Close to an optimum, where that gain is
/// of the second order, it is a fair part of it.
#[test]
fn the_residual_is_a_bound_on_what_an_m_step_gains() {
    for (d, alpha) in [(12, 0.0), (12, 0.5), (80, 0.1)] {
        let (data, _) = inner_mixture(3, d, 0.1, 1).sample(500, 2).unwrap();
        let mut last = f64::INFINITY;
        for max_iter in [0, 1, 2, 5, 20] {
            let report_after = |max_iter| {
                let init = Init::From(inner_mixture(3, d, 0.3, 8));
                let accelerate = false;
                let params = params()
                    .n_components(3)
                    .alpha(alpha)
                    .max_iter(max_iter)
                    .init(init)
                    .accelerate(accelerate)
                    .tol(0.0);
                fit(&data, &params).unwrap().report
            };
            let (report, next) = (report_after(max_iter), report_after(max_iter + 1));
            let gain =
                (next.objective_history[max_iter + 1] - report.objective_history[max_iter]) / 500.0;
            let residual = report.gradient_residual;
            assert!(residual > 0.0 && residual <= gain + 1e-12, "{residual} {gain}");
            last = last.min(residual);
        }
        assert!(last < 1e-2);
    }
}

/// Of order three and higher: half of the squared gradient in Fisher's metric, by differences of
/// the objective.
#[test]
fn the_residual_is_half_the_squared_gradient() {
    let (data, _) = inner_mixture(2, 10, 0.2, 1).sample(400, 5).unwrap();
    let init = inner_mixture(2, 10, 0.2, 1);
    let log_likelihood =
        |m: &BernoulliMixture| EStep::new(&data, 2).run(m).log_likelihood() / 400.0;
    let moved = |d: usize, k: usize, by: f64| {
        let (weights, mut means) = init.clone().into_parts();
        means[k * 10 + d] += by;
        log_likelihood(&BernoulliMixture::new(weights, means).unwrap())
    };
    let shifted = |by: f64| {
        let (mut weights, means) = init.clone().into_parts();
        (weights[0], weights[1]) = (weights[0] + by, weights[1] - by);
        log_likelihood(&BernoulliMixture::new(weights, means).unwrap())
    };
    let h = 1e-5;
    let mut squared = 0.0;
    for (d, k) in (0..10).flat_map(|d| [(d, 0), (d, 1)]) {
        let slope = (moved(d, k, h) - moved(d, k, -h)) / (2.0 * h);
        let mean = init.mean(k)[d];
        squared += slope * slope * mean * (1.0 - mean) / init.weights()[k];
    }
    let slope = (shifted(h) - shifted(-h)) / (2.0 * h);
    squared += slope * slope * init.weights()[0] * init.weights()[1];
    let params = params().n_components(2).alpha(0.0).max_iter(0).init(Init::From(init.clone()));
    let residual = fit(&data, &params).unwrap().report.gradient_residual;
    assert!((residual - squared / 2.0).abs() < 0.2 * residual, "{residual} {}", squared / 2.0);
}

/// Many components for few digits: another optimum is so near that the objective is higher a small
/// step away to both sides. It is not higher close by.
#[test]
fn an_optimum_near_others_is_no_saddle() {
    let Some(digits) = shared("data/mnist") else { return };
    let all = bits(&digits, Binarize::default());
    for (n, n_components, expected) in [
        (1000, 100, &["too-many-components"][..]),
        (500, 200, &["dead-components", "too-many-components"]),
    ] {
        let data = all.select(&(0..n).collect::<Vec<_>>());
        let params = FitParams::new(n_components).n_init(NInit::Exactly(1));
        let found = fit(&data, &params).unwrap();
        assert_eq!(codes(&found), expected);
        let last = found.report.diagnoses.last();
        let thin = |d: &Diagnosis| {
            matches!(d, Diagnosis::TooManyComponents(Excess::ThinComponents { .. }))
        };
        assert!(last.is_some_and(thin));
    }
}

/// What the tables of the literature raise by default.
#[test]
fn published_tables_raise_what_is_known_of_them() {
    for (file, n_components, expected) in [
        ("carcinoma.csv", 2, &["boundary-means"][..]),
        ("carcinoma.csv", 3, &["boundary-means"]),
        ("carcinoma.csv", 4, &["boundary-means"]),
        ("values.csv", 1, &[]),
        ("values.csv", 2, &[]),
        ("values.csv", 3, &["boundary-means", "too-many-components"]),
        ("cheating.csv", 2, &[]),
    ] {
        let Some(file) = shared(&format!("data/lca/{file}")) else { return };
        let data = bits(&file, Binarize::None);
        for seed in 0..3 {
            let defaults = FitParams::default().for_features(data.n_features());
            let params = defaults.n_components(n_components).seed(seed);
            let found = fit(&data, &params).unwrap();
            assert_eq!(codes(&found), expected, "{} {n_components}", file.display());
            assert!(found.report.gradient_residual <= 2.0 * params.tol);
        }
    }
}

/// Where labels are known, two components may be alike, and few features are enough: each label is
/// a mixture of its own.
#[test]
fn clusters_of_labels_are_neither_duplicates_nor_too_many() {
    let data = kinds(&[|d| d == 0, |d| d == 1, |d| d == 2], 240, 3, 0.1);
    let labels: Vec<Option<u32>> = (0..240).map(|i| Some(i / 60)).collect();
    let known = KnownLabels { of_row: &labels, of_component: &[] };
    let params = params().alpha(0.1);
    let found = fit_by_label(&Rows::new(&data).labelled(known), 1, &params, &mut Silent).unwrap();
    assert_eq!(found.mixture.n_components(), 4);
    assert_eq!(codes(&found), [""; 0]);
}
