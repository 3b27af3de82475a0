//! The laws of the iteration: EM climbs, stays finite, and is nothing but its two steps repeated.

mod common;

use bmm::bench::em::{self, EStep, SufficientStats, condensed};
use bmm::{BernoulliMixture, BitMatrix, Fit, FitParams, Init, NInit, Rows, fit};
use common::cases::{Case, alpha, as_seen, case, config, fixed_point};
use common::{max_difference, parameter_bits, prior, proba, relative_error};
use proptest::prelude::*;

/// A bound on the difference of two objectives of N rows of D features, in total nats. A score adds
/// at most D / 4 cells in two interleaved sums. Log-odds are no larger than 37, the logit of the
/// last number below 1.
///
/// In fixed point, components far behind are left out as well.
fn rounding(data: &BitMatrix, n_components: usize) -> f64 {
    let (n, d) = (data.n_samples() as f64, data.n_features() as f64);
    let of_scores = (d / 8.0 + 8.0) * (f64::EPSILON / 2.0) * (37.0 * d + 1.0);
    2.0 * n * (of_scores + fixed_point(n_components, data.n_features()))
}

fn init() -> impl Strategy<Value = Init> {
    prop_oneof![Just(Init::RandomRows), Just(Init::RandomMeans), Just(Init::RandomResp)]
}

/// One start from the case's mixture.
fn climb(case: &Case, alpha: f64, max_iter: usize) -> Fit {
    from(&case.data, &case.mixture, alpha, max_iter)
}

fn from(data: &BitMatrix, mixture: &BernoulliMixture, alpha: f64, max_iter: usize) -> Fit {
    // Plain EM: acceleration has laws of its own.
    let params = FitParams::new(mixture.n_components())
        .init(Init::From(mixture.clone()))
        .alpha(alpha)
        .tol(0.0)
        .max_iter(max_iter)
        .accelerate(false);
    fit(data, &params).unwrap()
}

/// The case with no more components than rows.
fn fitting(mut case: Case) -> Case {
    let k = case.mixture.n_components().min(case.data.n_samples());
    let (d, seed) = (case.data.n_features(), case.seed);
    case.mixture = common::cases::inner_mixture(k, d, 1e-3, seed);
    case
}

/// The statistics and the mixture after one iteration of the loop as one would write it by hand.
fn step(data: &BitMatrix, m: &BernoulliMixture, alpha: f64) -> (SufficientStats, BernoulliMixture) {
    let rows = Rows::new(data);
    let stats = EStep::new(condensed(&rows), m.n_components()).run(m);
    let next = em::m_step(stats.clone(), &prior(data, alpha), m).unwrap();
    (stats, next)
}

fn two_steps_are_the_fit(case: &Case, alpha: f64) {
    let Some(data) = as_seen(&case.data) else { return };
    let k = case.mixture.n_components();
    let mixture = common::cases::inner_mixture(k, data.n_features(), 1e-3, case.seed);
    let (first, m1) = step(&data, &mixture, alpha);
    let (second, m2) = step(&data, &m1, alpha);
    let found = from(&data, &mixture, alpha, 2);
    assert_eq!(parameter_bits(&found.mixture), parameter_bits(&m2.sorted_by_weight()));
    let objectives = [
        first.log_likelihood() + prior(&data, alpha).log_density(&mixture),
        second.log_likelihood() + prior(&data, alpha).log_density(&m1),
    ];
    assert_eq!(found.report.objective_history[..2], objectives);
}

/// How far apart the components of two mixtures are, whatever their order.
fn distance(a: &BernoulliMixture, b: &BernoulliMixture) -> f64 {
    let apart = |k: usize, j: usize| {
        let means = max_difference(a.mean(k), b.mean(j));
        means.max((a.weights()[k] - b.weights()[j]).abs())
    };
    let ks = 0..a.n_components();
    let nearest = |k| ks.clone().map(|j| apart(k, j)).fold(f64::INFINITY, f64::min);
    ks.clone().map(nearest).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(config(160))]

    #[test]
    fn the_objective_never_falls_and_everything_stays_finite(
        case in case().prop_map(fitting),
        init in init(),
        alpha in alpha(),
    ) {
        let params = FitParams::new(case.mixture.n_components()).init(init).n_init(NInit::Exactly(2)).alpha(alpha).tol(0.0).max_iter(40).seed(case.seed).accelerate(false);
        let found = fit(&case.data, &params);
        prop_assert!(found.is_ok(), "{:?}", found.err());
        let Fit { mixture, report, .. } = found.unwrap();
        let history = &report.objective_history;
        prop_assert_eq!((history.len(), report.n_iter), (41, 40));
        prop_assert!(history.iter().all(|o| o.is_finite()), "{:?}", history);
        for pair in history.windows(2) {
            let slack = rounding(&case.data, mixture.n_components()) + 1e-13 * pair[1].abs();
            prop_assert!(pair[0] - pair[1] <= slack, "fell from {} to {}", pair[0], pair[1]);
        }
        prop_assert!((mixture.weights().iter().sum::<f64>() - 1.0).abs() <= 1e-14);
        prop_assert!(mixture.weights().is_sorted_by(|a, b| a >= b));
        prop_assert!(mixture.means().iter().all(|m| (0.0..=1.0).contains(m)));
        let scores = mixture.score_samples(&case.data).unwrap();
        prop_assert!(scores.iter().all(|s| s.is_finite() && *s <= 1e-9), "{:?}", scores);
        prop_assert!(proba(&mixture, &case.data).iter().all(|r| r.is_finite()));
    }

    #[test]
    fn the_last_objective_is_the_reported_likelihood_plus_the_log_prior(
        case in case().prop_map(fitting),
        alpha in alpha(),
    ) {
        let Fit { mixture, report, .. } = climb(&case, alpha, 3);
        let prior = prior(&case.data, alpha).log_density(&mixture);
        let (n, last) = (case.data.n_samples() as f64, report.objective_history[3]);
        let objective = report.log_likelihood + prior;
        let bound =
            1e-11 * (last.abs() + n) + n * fixed_point(mixture.n_components(), mixture.n_features());
        prop_assert!((objective - last).abs() <= bound, "{objective} {last}");
        // The report counts equal rows together.
        let by_row = mixture.log_likelihood(&case.data).unwrap();
        prop_assert!(relative_error(report.log_likelihood, by_row) < 1e-13);
    }

    #[test]
    fn one_component_has_the_smoothed_feature_means(
        case in case(),
        alpha in alpha(),
    ) {
        let (n, d) = (case.data.n_samples(), case.data.n_features());
        let alone = common::cases::inner_mixture(1, d, 0.1, case.seed);
        let found = from(&case.data, &alone, alpha, 1).mixture;
        for d in 0..d {
            let ones = (0..n).filter(|&i| case.data.get(i, d)).count() as f64;
            let b = (ones + 0.5) / (n as f64 + 1.0);
            let is_pinned = ones == 0.0 || ones == n as f64;
            // Where nothing varies, the first feature is fitted all the same.
            let expected = match is_pinned && (d > 0 || as_seen(&case.data).is_some()) {
                true if alpha > 0.0 => b,
                true => b.round(),
                false => (ones + alpha * b) / (n as f64 + alpha),
            };
            // The nearest number, or its neighbour where the fit worked with the complement.
            prop_assert!((found.mean(0)[d] - expected).abs() <= f64::EPSILON);
        }
        prop_assert_eq!(found.weights()[0], 1.0);
    }

    #[test]
    fn swapping_ones_and_zeros_swaps_the_means_and_nothing_else(
        case in case().prop_map(fitting),
        init in init(),
        alpha in alpha(),
    ) {
        // With an even number of rows a feature may be tied, and a tie is left as it is.
        let odd = (case.data.n_samples() - 1) / 2 * 2 + 1;
        let data = case.data.select(&(0..odd).collect::<Vec<_>>());
        let swapped = data.with_swapped(&vec![true; data.n_features()]);
        let n_components = case.mixture.n_components().min(odd);
        let params = FitParams::new(n_components).init(init).alpha(alpha).max_iter(5);
        let a = fit(&data, &params).unwrap();
        let b = fit(&swapped, &params).unwrap();
        prop_assert_eq!(&a.report.objective_history, &b.report.objective_history);
        prop_assert_eq!(a.mixture.weights(), b.mixture.weights());
        for (m, swapped) in a.mixture.means().iter().zip(b.mixture.means()) {
            prop_assert!((m + swapped - 1.0).abs() <= f64::EPSILON);
        }
    }

    #[test]
    fn a_fit_is_its_two_steps_repeated(case in case().prop_map(fitting), alpha in alpha()) {
        two_steps_are_the_fit(&case, alpha);
    }

    /// The order of components differs between the two, which rounds normalisers differently: K u,
    /// times the condition of a step, at most some 10^4 with smoothing (D log-odds of at most 10).
    #[test]
    fn one_iteration_and_one_more_are_two(case in case().prop_map(fitting), alpha in 0.1..50.0_f64) {
        let two = climb(&case, alpha, 2);
        let one = climb(&case, alpha, 1);
        let and_one_more = from(&case.data, &one.mixture, alpha, 1);
        prop_assert!(distance(&two.mixture, &and_one_more.mixture) <= 1e-10);
        let (a, b) = (two.report.log_likelihood, and_one_more.report.log_likelihood);
        prop_assert!((a - b).abs() <= 1e-10 * (a.abs() + 1.0), "{a} {b}");
    }

    /// Without smoothing a constant column ends on the boundary, or within the rounding of a sum
    /// over the rows of it.
    #[test]
    fn without_smoothing_constant_columns_end_on_the_boundary(
        case in case().prop_map(fitting),
    ) {
        let n = case.data.n_samples();
        let found = climb(&case, 0.0, 3).mixture;
        for d in 0..case.data.n_features() {
            let ones = (0..n).filter(|&i| case.data.get(i, d)).count();
            // A component may have died; then its means are its last ones.
            for k in (0..found.n_components()).filter(|&k| found.weights()[k] > 1e-6) {
                let mean = found.mean(k)[d];
                prop_assert!(ones > 0 || mean == 0.0);
                prop_assert!(ones < n || 1.0 - mean <= 1e-12, "{mean}");
            }
        }
        prop_assert!(found.score_samples(&case.data).unwrap().iter().all(|s| s.is_finite()));
    }
}

/// (N + alpha b) / (N + alpha) rounds to 1 here, where the log prior is infinite.
#[test]
fn the_least_smoothing_keeps_the_objective_finite_on_constant_columns() {
    let ones = BitMatrix::from_fn(40_000, 3, |i, d| d < 2 || i == 7);
    let m = common::cases::inner_mixture(1, 3, 0.1, 1);
    let found = from(&ones, &m, 1e-12, 5);
    assert!(found.report.objective_history.iter().all(|o| o.is_finite()));
    assert!(found.mixture.means().iter().all(|&m| m > 0.0 && m < 1.0));
}
