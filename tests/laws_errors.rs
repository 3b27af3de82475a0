//! Standard errors: against numerical second derivatives, closed forms, the bootstrap and what
//! samples really show.

mod common;

use bmm::bench::em::{MAX_MEANS, bootstrap};
use bmm::bench::reference;
use bmm::{
    BernoulliMixture, Binarize, BitMatrix, Error, FitParams, Init, KnownLabels, NInit, Rows,
    StandardErrors, fit,
};
use common::cases::inner_mixture;
use common::{bits, mixture, relative_error, shared};
use nalgebra::DMatrix;

fn params(n_components: usize, alpha: f64) -> FitParams {
    let (tol, max_iter) = (1e-14, 100_000);
    FitParams::new(n_components).alpha(alpha).tol(tol).max_iter(max_iter).n_init(NInit::Exactly(20))
}

/// The maximum of the objective of `data`.
fn fitted(data: &BitMatrix, n_components: usize, alpha: f64) -> BernoulliMixture {
    fit(data, &params(n_components, alpha)).unwrap().mixture
}

/// Two groups that overlap a little.
fn two_groups() -> BernoulliMixture {
    let mean = |d: usize, k: usize| if (d < 3) == (k == 0) { 0.8 - 0.05 * d as f64 } else { 0.2 };
    mixture(vec![0.6, 0.4], DMatrix::from_fn(6, 2, mean))
}

/// The standard errors of K weights and then the means, from second derivatives of the objective by
/// central differences of the reference's log-likelihood. `NaN` for means on the boundary, which
/// are held fixed.
fn numerical(mixture: &BernoulliMixture, data: &BitMatrix, alpha: f64) -> Vec<f64> {
    let x = reference::dense(data);
    let k = mixture.n_components();
    let is_free = |m: &f64| (1e-6..=1.0 - 1e-6).contains(m);
    let all_means = common::means_of(mixture).map(|m| m.clamp(1e-9, 1.0 - 1e-9));
    let free: Vec<usize> = (0..all_means.len()).filter(|&i| is_free(&all_means[i])).collect();
    // The first weights are free, the last one is what they leave.
    let n = k - 1 + free.len();
    let objective = |change: &[(usize, f64)]| {
        let (mut weights, mut means) = (common::weights_of(mixture), all_means.clone());
        for &(place, by) in change {
            match place.checked_sub(k - 1) {
                None => {
                    weights[place] += by;
                    weights[k - 1] -= by;
                }
                Some(place) => means[free[place]] += by,
            }
        }
        let base_rates = reference::base_rates(&x);
        let of_mean = |(i, m): (usize, &f64)| {
            let b = base_rates[i % means.nrows()];
            b * m.ln() + (1.0 - b) * (1.0 - m).ln()
        };
        let prior: f64 = means.iter().enumerate().map(of_mean).sum();
        reference::log_sum_exp_e_step(&x, &weights, &means).1 + alpha * prior
    };
    let h = 1e-4;
    let information = DMatrix::from_fn(n, n, |a, b| {
        let at = |of_a: f64, of_b: f64| objective(&[(a, of_a * h), (b, of_b * h)]);
        -(at(1.0, 1.0) - at(1.0, -1.0) - at(-1.0, 1.0) + at(-1.0, -1.0)) / (4.0 * h * h)
    });
    let covariance = information.try_inverse().unwrap();
    let mut errors = vec![f64::NAN; k + all_means.len()];
    (0..k - 1).for_each(|place| errors[place] = covariance[(place, place)].sqrt());
    errors[k - 1] = covariance.view((0, 0), (k - 1, k - 1)).sum().sqrt();
    for (place, &i) in free.iter().enumerate() {
        errors[k + i] = covariance[(k - 1 + place, k - 1 + place)].sqrt();
    }
    errors
}

/// All of them, weights first; NaN where there is none.
fn listed(errors: &StandardErrors) -> Vec<f64> {
    let k = errors.weights().len();
    let means = (0..k).flat_map(|k| errors.mean(k));
    errors.weights().iter().chain(means).map(|error| error.unwrap_or(f64::NAN)).collect()
}

fn assert_near(ours: &[f64], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len());
    for (i, (&a, &b)) in ours.iter().zip(theirs).enumerate() {
        assert_eq!(a.is_nan(), b.is_nan(), "parameter {i}: {a} and {b}");
        assert!(a.is_nan() || relative_error(a, b) < tolerance, "parameter {i}: {a} and {b}");
    }
}

fn by_information(mixture: &BernoulliMixture, data: &BitMatrix, alpha: f64) -> StandardErrors {
    StandardErrors::by_information(mixture, data, alpha).unwrap()
}

#[test]
fn they_are_those_of_numerical_second_derivatives() {
    let (data, _) = inner_mixture(3, 7, 0.1, 5).sample(600, 1).unwrap();
    for alpha in [0.5, 5.0] {
        let found = fitted(&data, 3, alpha);
        let ours = listed(&by_information(&found, &data, alpha));
        assert_near(&ours, &numerical(&found, &data, alpha), 1e-3);
    }
}

/// The published table of three classes (Agresti 2002, *Categorical Data Analysis*, section 13.1)
/// has ten probabilities of 0 and 1.
#[test]
fn carcinoma_has_those_of_numerical_second_derivatives_and_none_on_the_boundary() {
    let Some(file) = shared("data/lca/carcinoma.csv") else { return };
    let data = bits(&file, Binarize::None);
    for (k, on_boundary) in [(2, 5), (3, 10)] {
        let found = fitted(&data, k, 0.0);
        let errors = by_information(&found, &data, 0.0);
        assert_eq!(errors.n_unknown(), on_boundary);
        assert_near(&listed(&errors), &numerical(&found, &data, 0.0), 1e-3);
    }
}

#[test]
fn one_component_has_the_errors_of_shares() {
    let data = BitMatrix::from_fn(200, 3, |i, d| i % (d + 2) == 0);
    let errors = by_information(&fitted(&data, 1, 0.0), &data, 0.0);
    assert_eq!(errors.weights(), [Some(0.0)]);
    for (ones, error) in data.column_sums().into_iter().zip(errors.mean(0)) {
        let share = ones as f64 / 200.0;
        let wanted = (share * (1.0 - share) / 200.0).sqrt();
        assert!(relative_error(error.unwrap(), wanted) < 1e-12);
    }
}

#[test]
fn where_all_labels_are_known_they_are_those_of_shares_within_labels() {
    let (data, _) = two_groups().sample(300, 3).unwrap();
    let labels: Vec<Option<u32>> = (0..300).map(|i| Some(u32::from(i % 3 == 0))).collect();
    let rows = |of| {
        let known = KnownLabels { of_row: &labels, of_component: of };
        Rows::new(&data).labelled(known)
    };
    let found = fit(rows(&[Some(0), Some(1)]), &params(2, 0.0)).unwrap();
    let rows = rows(&found.label_of);
    let errors = StandardErrors::by_information(&found.mixture, rows, 0.0).unwrap();
    for (k, label) in found.label_of.iter().enumerate() {
        let n = labels.iter().filter(|of_row| *of_row == label).count() as f64;
        let of_share = |share: f64, n: f64| (share * (1.0 - share) / n).sqrt();
        assert!(relative_error(errors.weights()[k].unwrap(), of_share(n / 300.0, 300.0)) < 1e-9);
        for (mean, error) in found.mixture.mean(k).iter().zip(errors.mean(k)) {
            assert!(relative_error(error.unwrap(), of_share(*mean, n)) < 1e-9);
        }
    }
}

#[test]
fn counts_are_repeated_rows() {
    let (data, _) = two_groups().sample(300, 2).unwrap();
    let counts: Vec<f64> = (0..300).map(|i| (i % 4) as f64).collect();
    let repeated: Vec<usize> = (0..300).flat_map(|i| vec![i; i % 4]).collect();
    let repeated = data.select(&repeated);
    let found = fitted(&repeated, 2, 0.1);
    let counted =
        StandardErrors::by_information(&found, Rows::new(&data).weighted(&counts), 0.1).unwrap();
    assert_near(&listed(&counted), &listed(&by_information(&found, &repeated, 0.1)), 1e-9);
    for wrong in [&counts[1..], &[-1.0; 300], &[f64::NAN; 300]] {
        assert!(
            StandardErrors::by_information(&found, Rows::new(&data).weighted(wrong), 0.1).is_err()
        );
    }
}

#[test]
fn the_order_of_the_components_does_not_matter() {
    let (data, _) = inner_mixture(3, 7, 0.1, 5).sample(600, 1).unwrap();
    let found = fitted(&data, 3, 1.0);
    let turned = by_information(&found.permuted(&[2, 0, 1]), &data, 1.0);
    let errors = by_information(&found, &data, 1.0);
    for (ours, theirs) in [2, 0, 1].into_iter().enumerate() {
        let of_component = |errors: &StandardErrors, k: usize| {
            [&errors.weights()[k..=k], errors.mean(k)].concat().into_iter().flatten().collect()
        };
        let (a, b): (Vec<f64>, Vec<f64>) =
            (of_component(&turned, ours), of_component(&errors, theirs));
        assert_near(&a, &b, 1e-9);
    }
}

/// More rows than one block of derivatives holds, on a mixture with a component that has no weight.
#[test]
fn a_component_without_weight_has_none_and_changes_nothing() {
    let (data, _) = two_groups().sample(1300, 3).unwrap();
    let found = fitted(&data, 2, 0.1);
    let weights = [found.weights(), &[0.0]].concat();
    let means = [found.means(), &[0.5; 6]].concat();
    let with_third = BernoulliMixture::new(weights, means).unwrap();
    let errors = by_information(&with_third, &data, 0.1);
    assert_eq!((errors.weights()[2], errors.n_unknown()), (None, 6));
    let known = listed(&errors).into_iter().filter(|error| !error.is_nan()).collect::<Vec<_>>();
    assert_near(&known, &listed(&by_information(&found, &data, 0.1)), 1e-9);
}

fn information_problem(mixture: &BernoulliMixture, data: &BitMatrix) -> String {
    match StandardErrors::by_information(mixture, data, 0.0) {
        Err(error @ (Error::Information(_) | Error::Singular { .. })) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn parameters_that_the_data_do_not_determine_are_an_error_and_no_nan() {
    // Five parameters, but two items have four patterns.
    let data = BitMatrix::from_fn(100, 2, |i, d| [i % 10 < 6, i % 7 < 3][d]);
    let means = DMatrix::from_row_slice(2, 2, &[0.7, 0.5, 0.4, 0.45]);
    let start = Init::From(mixture(vec![0.5, 0.5], means));
    let found = fit(&data, &params(2, 0.0).init(start)).unwrap();
    assert!(information_problem(&found.mixture, &data).contains("singular"));
    // Two components that are the same.
    let (data, _) = two_groups().sample(200, 2).unwrap();
    let one = fitted(&data, 1, 0.0);
    let twice = mixture(vec![0.5, 0.5], DMatrix::from_fn(6, 2, |d, _| one.mean(0)[d]));
    assert!(information_problem(&twice, &data).contains("singular"));
    // Nowhere near a maximum.
    let elsewhere = mixture(vec![0.5, 0.5], DMatrix::from_fn(6, 2, |d, k| [0.9, 0.1][(d + k) % 2]));
    assert!(information_problem(&elsewhere, &data).contains("not at a maximum"));
}

#[test]
fn more_means_than_the_information_is_made_for_are_an_error() {
    let large = inner_mixture(3, MAX_MEANS / 3 + 1, 0.1, 1);
    let data = BitMatrix::from_fn(5, MAX_MEANS / 3 + 1, |i, d| (i + d) % 2 == 0);
    let why = information_problem(&large, &data);
    assert!(why.contains("2001 means"), "{why}");
    let other = StandardErrors::by_information(&two_groups(), &BitMatrix::zeros(5, 7), 0.0);
    assert!(matches!(other, Err(Error::Features { data: 7, model: 6 })));
}

/// Estimates of many samples spread as far as one sample's standard errors say, and 95 % intervals
/// hold the truth.
#[test]
fn samples_spread_as_far_as_the_errors_say() {
    const SAMPLES: usize = 300;
    let truth = two_groups();
    let parameters = |m: &BernoulliMixture| -> Vec<f64> {
        m.weights().iter().chain(m.means()).copied().collect()
    };
    let wanted = parameters(&truth);
    let mut squares = vec![0.0; wanted.len()];
    let mut variances = vec![0.0; wanted.len()];
    let mut n_held = 0;
    for seed in 0..SAMPLES as u64 {
        let (data, _) = truth.sample(1000, seed).unwrap();
        let params =
            params(2, 0.0).init(Init::From(truth.clone())).n_init(NInit::Exactly(1)).tol(1e-10);
        // Sorted by weight, which 0.6 and 0.4 leave as they are.
        let found = fit(&data, &params).unwrap().mixture;
        let errors = listed(&by_information(&found, &data, 0.0));
        for (i, (found, wanted)) in parameters(&found).iter().zip(&wanted).enumerate() {
            squares[i] += (found - wanted).powi(2) / SAMPLES as f64;
            variances[i] += errors[i].powi(2) / SAMPLES as f64;
            n_held += usize::from((found - wanted).abs() < 1.96 * errors[i]);
        }
    }
    // A standard deviation of 300 values is off by 4 %, and by 3.5 times that in one of thousands.
    for (i, (square, variance)) in squares.iter().zip(&variances).enumerate() {
        let ratio = (square / variance).sqrt();
        assert!((0.85..1.15).contains(&ratio), "parameter {i}: {ratio}");
    }
    let coverage = n_held as f64 / (SAMPLES * wanted.len()) as f64;
    assert!((0.93..0.97).contains(&coverage), "{coverage}");
}

#[test]
fn the_bootstrap_agrees_with_the_information() {
    let (data, _) = two_groups().sample(2000, 4).unwrap();
    let found = fitted(&data, 2, 0.0);
    let refits = bootstrap(&found, &data, &params(2, 0.0).tol(1e-9), 300).unwrap();
    assert_eq!((refits.n_refits, refits.n_converged), (300, 300));
    let information = listed(&by_information(&found, &data, 0.0));
    assert_near(&listed(&refits.errors), &information, 0.18);
}

#[test]
fn the_bootstrap_is_the_same_for_the_same_seed_and_matches_components() {
    let (data, _) = two_groups().sample(300, 4).unwrap();
    let found = fitted(&data, 2, 0.1);
    let run = |mixture: &BernoulliMixture, seed| {
        bootstrap(mixture, &data, &params(2, 0.1).seed(seed).tol(1e-12), 20).unwrap()
    };
    let first = run(&found, 7);
    assert_eq!(first, run(&found, 7));
    assert_ne!(first, run(&found, 8));
    let turned = run(&found.permuted(&[1, 0]), 7);
    for k in 0..2 {
        let of_component =
            |errors: &StandardErrors, k| errors.mean(k).iter().flatten().copied().collect();
        let (a, b): (Vec<f64>, Vec<f64>) =
            (of_component(&turned.errors, 1 - k), of_component(&first.errors, k));
        assert_near(&a, &b, 1e-3);
    }
    assert!(bootstrap(&found, &data, &params(2, 0.1), 1).is_err());
}
