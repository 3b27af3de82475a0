//! The laws of acceleration: it never loses ground, needs fewer E-steps, means the same by
//! converged, and is nothing at all when it is off.

mod common;

use bmm::bench::em::{self, Direction, EStep, condensed};
use bmm::{
    BernoulliMixture, Binarize, BitMatrix, Fit, FitParams, Init, Iteration, NInit, Rows,
    StopReason, fit, fit_observed,
};
use common::cases::{Case, Kind, alpha, as_seen, case, config, inner_mixture, rows};
use common::{
    bits, max_difference, means_of, mixture, parameter_bits, prior, shape_of, shared, weights_of,
};
use nalgebra::DMatrix;
use proptest::prelude::*;
use std::ops::ControlFlow::{Break, Continue};

/// One start from `first`, double precision.
fn from(data: &BitMatrix, first: &BernoulliMixture, params: &FitParams) -> Fit {
    let params = params.clone().n_components(first.n_components()).init(Init::From(first.clone()));
    fit(data, &params).unwrap()
}

/// E-steps after the first one.
fn e_steps(found: &Fit) -> usize {
    let start = &found.report.starts[found.report.best_start];
    start.n_iter + start.n_rejected
}

/// Rows drawn from two components that overlap so much that plain EM creeps.
fn overlapping() -> (BitMatrix, BernoulliMixture) {
    let means = |apart: f64| {
        DMatrix::from_fn(12, 2, |d, k| 0.4 + if (d + k) % 2 == 0 { apart } else { -apart })
    };
    let truth = mixture(vec![0.6, 0.4], means(0.12));
    (truth.sample(2000, 3).unwrap().0, mixture(vec![1.0, 1.0], means(0.05)))
}

/// The loop as one would write it by hand, `n_iter` times.
fn plain_em(data: &BitMatrix, first: &BernoulliMixture, alpha: f64, n_iter: usize) -> Vec<u64> {
    let rows = Rows::new(data);
    let (mut e_step, prior) =
        (EStep::new(condensed(&rows), first.n_components()), prior(data, alpha));
    let (mut m, mut bits) = (first.clone(), Vec::new());
    for i in 0..=n_iter {
        let stats = e_step.run(&m);
        bits.push((stats.log_likelihood() + prior.log_density(&m)).to_bits());
        if i < n_iter {
            m = em::m_step(stats, &prior, &m).unwrap();
        }
    }
    bits.into_iter().chain(parameter_bits(&m.sorted_by_weight())).collect()
}

/// Accelerated EM as its formula says, by hand: the objectives, and after which extrapolation of
/// those since the last restart each rejection came.
fn accelerated_em(
    data: &BitMatrix,
    first: &BernoulliMixture,
    n_e_steps: usize,
) -> (Vec<f64>, Vec<u32>) {
    let rows = Rows::new(data);
    let mut e_step = EStep::new(condensed(&rows), first.n_components());
    let mut score = |m: &BernoulliMixture| {
        let stats = e_step.run(m);
        (stats.log_likelihood(), stats)
    };
    let (objective, mut stats) = score(first);
    let (mut m, mut history, mut rejected) = (first.clone(), vec![objective], Vec::new());
    let (mut last, mut j, mut has_begun) = (None, 0, false);
    while history.len() + rejected.len() <= n_e_steps {
        let before = history[history.len() - 1];
        let step = em::m_step(stats, &prior(data, 0.0), &m).unwrap();
        let last_step = if has_begun { last.replace(step.clone()) } else { None };
        let direction = last_step.map(|last| Direction::new(last, &step));
        let follows = direction.as_ref().map(|way| way.agreement(&m, &step) >= 0.0);
        j = if follows == Some(true) { j + 1 } else { 0 };
        let beyond = direction.filter(|_| j > 0).map(|way| {
            let length = f64::from(j) / f64::from(j + 2);
            way.added_to(&step, length).unwrap()
        });
        let tried = beyond.map(|beyond| (score(&beyond), beyond));
        let ((objective, new_stats), next) = match tried {
            Some(((objective, stats), beyond)) if objective >= before => {
                ((objective, stats), beyond)
            }
            Some(_) => {
                rejected.push(j);
                // From here on anew: the step is the first of a new direction.
                (last, j) = (Some(step.clone()), 0);
                (score(&step), step)
            }
            None => (score(&step), step),
        };
        has_begun |= (objective - before) / (data.n_samples() as f64) < 0.03;
        history.push(objective);
        (m, stats) = (next, new_stats);
    }
    (history, rejected)
}

/// A mixture of the same shape with some means and one weight on the boundary.
fn with_boundaries(m: &BernoulliMixture, seed: usize) -> BernoulliMixture {
    let edge = |d: usize, k: usize| match (d * 7 + k * 3 + seed) % 5 {
        0 => 0.0,
        1 => 1.0,
        _ => m.mean(k)[d],
    };
    let mut weights = m.weights().to_vec();
    if weights.len() > 1 {
        weights[seed % m.n_components()] = 0.0;
    }
    mixture(weights, DMatrix::from_fn(m.n_features(), m.n_components(), edge))
}

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn the_accelerated_objective_never_falls_and_everything_stays_legal(
        case in case(),
        init in prop_oneof![Just(Init::RandomRows), Just(Init::RandomMeans), Just(Init::RandomResp)],
        alpha in alpha(),
    ) {
        let n_components = case.mixture.n_components().min(case.data.n_samples());
        let (n_init, seed) = (NInit::Exactly(2), case.seed);
        let params = FitParams::new(n_components).init(init).n_init(n_init).alpha(alpha).tol(0.0).max_iter(60).seed(seed);
        let found = fit(&case.data, &params);
        prop_assert!(found.is_ok(), "{:?}", found.err());
        let Fit { mixture, report, .. } = found.unwrap();
        let history = &report.objective_history;
        // What rounding may take from a plain step, as the laws of the iteration have it; an extrapolation
        // may lose nothing.
        let unit = f64::EPSILON;
        let (n, d) = (case.data.n_samples() as f64, case.data.n_features() as f64);
        let slack = n * (d / 8.0 + 8.0) * unit * (37.0 * d + 1.0);
        for pair in history.windows(2) {
            prop_assert!(pair[0] - pair[1] <= slack + 1e-13 * pair[1].abs(), "{} to {}", pair[0], pair[1]);
        }
        for start in &report.starts {
            prop_assert_eq!((start.n_iter + start.n_rejected, start.stop), (60, StopReason::MaxIter));
            prop_assert!(start.n_extrapolations <= start.n_iter);
        }
        prop_assert_eq!(history.len(), report.n_iter + 1);
        prop_assert!((mixture.weights().iter().sum::<f64>() - 1.0).abs() <= 1e-14);
        let inside = |m: &f64| if alpha > 0.0 { *m > 0.0 && *m < 1.0 } else { (0.0..=1.0).contains(m) };
        prop_assert!(mixture.means().iter().all(inside));
        prop_assert!(mixture.score_samples(&case.data).unwrap().iter().all(|s| s.is_finite()));
    }

    #[test]
    fn without_acceleration_a_fit_is_plain_em_to_the_bit(case in case(), alpha in alpha()) {
        let Some(data) = as_seen(&case.data) else { return Ok(()) };
        let k = case.mixture.n_components().min(data.n_samples());
        let first = inner_mixture(k, data.n_features(), 1e-3, case.seed);
        let params =
            FitParams::default().alpha(alpha).tol(0.0).max_iter(12).accelerate(false);
        let Fit { mixture, report, .. } = from(&data, &first, &params);
        let history = report.objective_history.iter().map(|o| o.to_bits());
        let ours: Vec<u64> = history.chain(parameter_bits(&mixture)).collect();
        prop_assert_eq!(ours, plain_em(&data, &first, alpha, 12));
        prop_assert_eq!((report.starts[0].n_extrapolations, report.starts[0].n_rejected), (0, 0));
    }

    #[test]
    fn an_extrapolation_from_equal_mixtures_is_that_mixture(case in case(), length in 0.0..1.0_f64) {
        for m in [with_boundaries(&case.mixture, 3), case.mixture] {
            let still = Direction::new(m.clone(), &m).added_to(&m, length).unwrap();
            prop_assert_eq!(still.means(), m.means());
            prop_assert!(max_difference(still.weights(), m.weights()) <= 1e-15);
        }
    }

    #[test]
    fn an_extrapolation_is_a_mixture_that_leaves_the_boundary_as_it_is(
        case in case(),
        edges in 0..10_usize,
        closeness in prop_oneof![Just(0.3), Just(1e-9), Just(1e-300)],
        length in prop_oneof![0.0..1.0_f64, Just(1e3)],
    ) {
        let (d, k) = shape_of(&case.mixture);
        let other = means_of(&case.mixture).map(|m| m * closeness);
        let other = mixture(vec![1.0; k], other);
        let to = with_boundaries(&case.mixture, edges);
        for last in [other, case.mixture, inner_mixture(k, d, 0.1, 77)] {
            for (a, b) in [(&last, &to), (&to, &last)] {
                let beyond = Direction::new(a.clone(), b).added_to(b, length).unwrap();
                prop_assert!((beyond.weights().iter().sum::<f64>() - 1.0).abs() <= 1e-12);
                let on_edge = |m: f64| m == 0.0 || m == 1.0;
                for (before, after) in b.means().iter().zip(beyond.means()) {
                    prop_assert!((0.0..=1.0).contains(after));
                    let legal = if on_edge(*before) { after == before } else { !on_edge(*after) };
                    prop_assert!(legal, "{before} became {after}");
                }
                for (before, after) in b.weights().iter().zip(beyond.weights()) {
                    prop_assert_eq!(*before == 0.0, *after == 0.0);
                }
            }
        }
    }

    #[test]
    fn an_extrapolation_of_length_1_moves_log_odds_as_far_again(case in case()) {
        let Case { mixture: last, .. } = case;
        let (d, k) = shape_of(&last);
        let step = inner_mixture(k, d, 0.1, 5);
        let beyond = Direction::new(last.clone(), &step).added_to(&step, 1.0).unwrap();
        let log_odds = |m: f64| (m / (1.0 - m)).ln();
        for ((&a, &b), &c) in last.means().iter().zip(step.means()).zip(beyond.means()) {
            let (first, second) = (log_odds(b) - log_odds(a), log_odds(c) - log_odds(b));
            prop_assert!((first - second).abs() <= 1e-9 * (1.0 + first.abs()), "{a} {b} {c}");
        }
        for k in 1..k {
            let ratio = |m: &BernoulliMixture| (m.weights()[k] / m.weights()[0]).ln();
            let (first, second) = (ratio(&step) - ratio(&last), ratio(&beyond) - ratio(&step));
            prop_assert!((first - second).abs() <= 1e-9 * (1.0 + first.abs()));
        }
    }

    #[test]
    fn a_direction_agrees_with_itself_and_not_with_its_reverse(case in case()) {
        let (d, k) = shape_of(&case.mixture);
        let other = inner_mixture(k, d, 0.1, 5);
        let near = mixture(
            (weights_of(&case.mixture) * 0.9 + weights_of(&other) * 0.1).as_slice().to_vec(),
            means_of(&case.mixture) * 0.9 + means_of(&other) * 0.1,
        );
        let way = Direction::new(case.mixture.clone(), &near);
        prop_assert!(way.agreement(&case.mixture, &near) > 0.0);
        prop_assert!(way.agreement(&near, &case.mixture) < 0.0);
        prop_assert_eq!(way.agreement(&near, &near), 0.0);
    }
}

#[test]
fn a_slow_fit_takes_a_third_of_the_e_steps_and_ends_no_lower() {
    let (data, first) = overlapping();
    for alpha in [0.0, 0.1] {
        let params = FitParams::default().alpha(alpha).tol(1e-10).max_iter(20_000);
        let fast = from(&data, &first, &params);
        let plain = from(&data, &first, &params.accelerate(false));
        assert_eq!(
            (fast.report.stop, plain.report.stop),
            (StopReason::Converged, StopReason::Converged)
        );
        println!("{} E-steps, plain {}", e_steps(&fast), e_steps(&plain));
        assert!(3 * e_steps(&fast) < e_steps(&plain));
        let last = |fit: &Fit| *fit.report.objective_history.last().unwrap();
        assert!(last(&fast) >= last(&plain) - 1e-6 * data.n_samples() as f64);
    }
}

/// Momentum that is not restarted goes on with the length that has just proven too great.
#[test]
fn after_a_rejected_extrapolation_the_momentum_begins_anew() {
    let (data, _) = overlapping();
    let mut n_rejected = 0;
    for seed in 0..6 {
        let first = inner_mixture(2 + seed as usize % 3, 12, 0.2, seed);
        let (history, rejected) = accelerated_em(&data, &first, 400);
        let params =
            FitParams::new(1).alpha(0.0).tol(0.0).max_iter(history.len() + rejected.len() - 1);
        let Fit { report, .. } = from(&data, &first, &params);
        assert_eq!(report.starts[0].n_rejected, rejected.len(), "rejections from seed {seed}");
        assert_eq!(report.objective_history, history, "objectives from seed {seed}");
        n_rejected += rejected.iter().filter(|j| **j > 1).count();
    }
    assert!(n_rejected >= 3, "{n_rejected} rejections, too few to tell");
}

#[test]
fn well_separated_data_have_the_optimum_of_plain_em() {
    let data = rows(Kind::Clusters, (600, 24), 5);
    for (seed, alpha) in [(1, 0.0), (2, 0.1), (3, 1.0)] {
        let params = FitParams::new(3)
            .n_init(NInit::Exactly(4))
            .alpha(alpha)
            .seed(seed)
            .tol(1e-10)
            .max_iter(5000);
        let fast = fit(&data, &params).unwrap().report;
        let params = params.accelerate(false);
        let plain = fit(&data, &params).unwrap().report;
        let best = |report: &em::FitReport| report.starts[report.best_start].objective;
        assert!(best(&fast) >= best(&plain) - 1e-6 * 600.0, "{} {}", best(&fast), best(&plain));
    }
}

/// Stouffer and Toby's table with three classes is not identified: plain EM takes thousands of
/// iterations.
#[test]
fn the_slowest_published_table_takes_a_tenth_of_the_e_steps() {
    let Some(file) = shared("data/lca/values.csv") else { return };
    let data = bits(&file, Binarize::None);
    let params =
        FitParams::new(3).n_init(NInit::Exactly(20)).alpha(0.0).seed(1).tol(1e-11).max_iter(50_000);
    let total = |accelerate| {
        let found = fit(&data, &params.clone().accelerate(accelerate)).unwrap();
        assert!((found.report.log_likelihood + 503.3011).abs() < 1e-4);
        found.report.starts.iter().map(|start| start.n_iter + start.n_rejected).sum::<usize>()
    };
    let (fast, plain) = (total(true), total(false));
    println!("{fast} E-steps, plain {plain}");
    assert!(10 * fast < plain, "{fast} {plain}");
}

#[test]
fn converged_means_that_a_plain_step_gains_less_than_tol() {
    let (data, first) = overlapping();
    for tol in [1e-4, 1e-6, 1e-8] {
        let params = FitParams::default().alpha(0.0).tol(tol).max_iter(5000);
        let Fit { report, .. } = from(&data, &first, &params);
        assert_eq!(report.stop, StopReason::Converged);
        let history = &report.objective_history;
        assert!((history[report.n_iter] - history[report.n_iter - 1]) / 2000.0 < tol);
        // The parameters before the last iteration, and one plain iteration from there: the same
        // end.
        let n_e_steps = report.starts[0].n_iter + report.starts[0].n_rejected;
        let before = params.clone().max_iter(n_e_steps - 1);
        let before = from(&data, &first, &before);
        assert_eq!(before.report.objective_history, history[..report.n_iter]);
        let plain = params.max_iter(1).accelerate(false);
        let plain = from(&data, &before.mixture, &plain).report.objective_history;
        assert!(
            (plain[1] - history[report.n_iter]).abs() < 1e-9,
            "the last iteration was no plain one"
        );
    }
}

#[test]
fn a_fixed_point_of_em_stays_one() {
    let (data, first) = overlapping();
    let params = FitParams::default().alpha(0.1).tol(1e-15).max_iter(50_000);
    let fixed = from(&data, &first, &params.clone().accelerate(false)).mixture;
    let after = from(&data, &fixed, &params.tol(0.0).max_iter(50)).mixture;
    assert!(max_difference(after.means(), fixed.means()) < 1e-5);
    assert!(max_difference(after.weights(), fixed.weights()) < 1e-5);
}

#[test]
fn an_interrupted_fit_returns_the_best_parameters_that_were_taken() {
    let (data, first) = overlapping();
    let params = FitParams::new(2).init(Init::From(first)).tol(0.0).max_iter(400);
    let full = fit(&data, &params).unwrap().report;
    for last in [1, 9, 40, 120] {
        let mut stop =
            |news: &Iteration| if news.iteration == last { Break(()) } else { Continue(()) };
        let Fit { mixture, report, .. } = fit_observed(&data, &params, &mut stop).unwrap();
        assert_eq!((report.n_iter, report.stop), (last, StopReason::Interrupted));
        assert_eq!(report.objective_history, full.objective_history[..=last]);
        let prior = prior(&data, params.alpha).log_density(&mixture);
        let objective = mixture.log_likelihood(&data).unwrap() + prior;
        assert!((objective - report.objective_history[last]).abs() < 1e-8);
    }
}

#[test]
fn an_accelerated_fit_has_the_same_bits_on_1_and_2_and_5_threads() {
    let (data, _) = overlapping();
    let params = FitParams::new(3).n_init(NInit::Exactly(2)).max_iter(100).tol(0.0);
    let run = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| fit(&data, &params).unwrap())
    };
    let one = run(1);
    assert!(one.report.starts.iter().all(|start| start.n_extrapolations > 20));
    for more in [run(2), run(5)] {
        assert_eq!(parameter_bits(&one.mixture), parameter_bits(&more.mixture));
        assert_eq!(one.report, more.report);
    }
}
