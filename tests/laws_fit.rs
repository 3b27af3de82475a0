//! The laws of a whole fit: threads, starts, stop rules, interruption, and what is refused.

mod common;

use bmm::bench::em::{EStep, Policy, SAME_OPTIMUM, fit_by};
use bmm::{
    BitMatrix, Error, Fit, FitParams, Init, Iteration, NInit, Silent, StartReport, StopReason, fit,
    fit_observed,
};
use common::cases::{Kind, inner_mixture, rows};
use common::{max_difference, parameter_bits, proba, relative_error};
use std::collections::BTreeSet;
use std::ops::ControlFlow::{self, Break, Continue};

fn clusters() -> BitMatrix {
    rows(Kind::Clusters, (300, 20), 11)
}

fn params(n_init: NInit) -> FitParams {
    FitParams::new(4).n_init(n_init).max_iter(60).seed(5)
}

fn quiet(params: &FitParams) -> Fit {
    fit(&clusters(), params).unwrap()
}

/// The fit, and all that its observer saw.
fn watched(params: &FitParams) -> (Fit, Vec<Iteration>) {
    let mut seen = Vec::new();
    let mut watch = |news: &Iteration| -> ControlFlow<()> {
        seen.push(*news);
        Continue(())
    };
    (fit_observed(&clusters(), params, &mut watch).unwrap(), seen)
}

fn with_threads<T: Send>(n: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(work)
}

fn stats_bits(data: &BitMatrix, k: usize) -> Vec<u64> {
    let stats = EStep::new(data, k).run(&inner_mixture(k, data.n_features(), 1e-3, 2));
    let d = data.n_features();
    let weighted = (0..k).flat_map(|k| (0..d).map(move |d| (d, k)));
    let weighted = weighted.map(|(d, k)| stats.weighted_sum(d, k));
    let sums = (0..k).map(|k| stats.resp_sum(k)).chain(weighted);
    sums.chain([stats.log_likelihood()]).map(f64::to_bits).collect()
}

/// 11 blocks: one thread takes them in three waves, two in two, five in one.
fn many_blocks() -> BitMatrix {
    rows(Kind::Clusters, (10_500, 30), 3)
}

#[test]
fn statistics_have_the_same_bits_on_1_and_2_and_5_threads() {
    let data = many_blocks();
    for k in [3, 17] {
        let one = with_threads(1, || stats_bits(&data, k));
        for n in [2, 5] {
            assert!(one == with_threads(n, || stats_bits(&data, k)), "k = {k}, {n} threads");
        }
    }
}

#[test]
fn a_fit_has_the_same_bits_on_1_and_2_and_5_threads() {
    // Dense and sparse.
    for data in [many_blocks(), rows(Kind::Clusters, (5500, 80), 3)] {
        let params = params(NInit::Exactly(2)).max_iter(10);
        let run = |n| with_threads(n, || fit(&data, &params).unwrap());
        let one = run(1);
        for more in [run(2), run(5)] {
            assert_eq!(parameter_bits(&one.mixture), parameter_bits(&more.mixture));
            assert_eq!(one.report, more.report);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_fit_and_another_seed_another() {
    let one = quiet(&params(NInit::Exactly(3)));
    let again = quiet(&params(NInit::Exactly(3)));
    assert_eq!(parameter_bits(&one.mixture), parameter_bits(&again.mixture));
    let other = quiet(&params(NInit::Exactly(3)).seed(6));
    assert_ne!(one.report.objective_history, other.report.objective_history);
}

#[test]
fn every_start_is_initialised_anew() {
    for init in [Init::RandomRows, Init::RandomMeans, Init::RandomResp, Init::KMeansPlusPlus] {
        let (_, seen) = watched(&params(NInit::Exactly(6)).init(init));
        let first = seen.iter().filter(|news| news.iteration == 1);
        let scores: BTreeSet<u64> = first.clone().map(|news| news.score.to_bits()).collect();
        assert_eq!(first.map(|news| news.start).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
        assert_eq!(scores.len(), 6);
    }
}

#[test]
fn all_starts_are_reported_and_the_best_is_returned() {
    let Fit { report, .. } = quiet(&params(NInit::Exactly(7)));
    assert_eq!(report.starts.len(), 7);
    let best = &report.starts[report.best_start];
    assert!(report.starts.iter().all(|start| start.objective <= best.objective));
    assert_eq!(report.objective_history.last(), Some(&best.objective));
    assert_eq!((report.n_iter, report.stop), (best.n_iter, best.stop));
    assert_eq!(report.objective_history.len(), report.n_iter + 1);
}

#[test]
fn more_starts_repeat_the_first_ones_and_are_never_worse() {
    let mut best = f64::NEG_INFINITY;
    let all = quiet(&params(NInit::Exactly(8))).report.starts;
    for n in 1..=8 {
        let Fit { report, .. } = quiet(&params(NInit::Exactly(n)));
        assert_eq!(report.starts, all[..n]);
        let objective = report.starts[report.best_start].objective;
        assert!(objective >= best);
        best = objective;
    }
}

/// The starts of each round that were initialised anew.
fn rounds(starts: &[StartReport]) -> Vec<Vec<StartReport>> {
    let anew: Vec<_> = starts.iter().filter(|start| start.moved_from.is_none()).copied().collect();
    anew.chunks(Policy::auto().n_starts).map(<[_]>::to_vec).collect()
}

#[test]
fn auto_continues_the_best_of_its_short_starts_round_after_round() {
    let Policy { n_starts, short_iter, n_continued, .. } = Policy::auto();
    // Plain, where an iteration is an E-step.
    let params = params(NInit::Auto).tol(0.0).accelerate(false);
    let report = quiet(&params).report;
    let rounds = rounds(&report.starts);
    assert!(rounds.len() > 1 && rounds.iter().all(|round| round.len() == n_starts));
    let n_short = NInit::Exactly(rounds.len() * n_starts);
    let short = quiet(&params.max_iter(short_iter).n_init(n_short)).report.starts;
    for (round, short) in rounds.iter().zip(short.chunks(n_starts)) {
        let count = |stop, n_iter| {
            round.iter().filter(|start| (start.stop, start.n_iter) == (stop, n_iter)).count()
        };
        assert_eq!(count(StopReason::Abandoned, short_iter), n_starts - n_continued);
        assert_eq!(count(StopReason::MaxIter, 60), n_continued);
        // The continued ones are those that led after the short runs.
        let mut ranks: Vec<_> = short.iter().enumerate().collect();
        ranks.sort_by(|a, b| b.1.objective.total_cmp(&a.1.objective));
        assert!(ranks[..n_continued].iter().all(|(start, _)| round[*start].n_iter == 60));
    }
    assert!(report.n_best() >= 2, "ended before the best optimum was reached again");
}

#[test]
fn what_a_move_led_to_is_higher_or_abandoned() {
    // Eight components: there are poor optima to leave.
    let mut n_risen = 0;
    for seed in 0..5 {
        let params = params(NInit::Auto).n_components(8).max_iter(500).seed(seed);
        let report = quiet(&params).report;
        for start in report.starts.iter().filter(|start| start.moved_from.is_some()) {
            let before = report.starts[start.moved_from.unwrap()].objective;
            assert_eq!(start.objective > before, start.stop != StopReason::Abandoned);
            n_risen += usize::from(start.objective > before + SAME_OPTIMUM * 300.0);
        }
    }
    assert!(n_risen > 0);
}

#[test]
fn moves_repeat_and_never_make_a_search_worse() {
    for seed in 0..5 {
        let params = params(NInit::Auto).n_components(8).max_iter(500).seed(seed);
        let by = |n_tries| {
            let policy = Policy { n_starts: 1, n_rounds: Some(2), n_tries, ..Policy::auto() };
            fit_by(&policy, &clusters(), &params, &mut Silent).unwrap()
        };
        let best = |fit: &Fit| fit.report.starts[fit.report.best_start].objective;
        let with = by(8);
        assert!(best(&with) >= best(&by(0)));
        assert_eq!(with.report, by(8).report);
    }
}

/// One component has one optimum. Two cannot be merged and split, so there is one run from smoother
/// means in a round of six starts at most. Where every start finds another optimum the budget ends
/// the search.
#[test]
fn auto_ends() {
    let one = params(NInit::Auto).n_components(1);
    assert_eq!(quiet(&one).report.starts.len(), 1);
    let two = params(NInit::Auto).n_components(2);
    let starts = quiet(&two).report.starts;
    let n_moved = starts.iter().filter(|start| start.moved_from.is_some()).count();
    assert!(6 * n_moved <= starts.len() - n_moved, "{n_moved} of {}", starts.len());
    let noise = BitMatrix::from_fn(3000, 100, |i, d| (i * i * 31 + d * d * 17 + i * d) % 101 < 50);
    let many = params(NInit::Auto).n_components(100).max_iter(30);
    let report = fit(&noise, &many).unwrap().report;
    assert!(report.starts.len() < 2000);
}

#[test]
fn the_observer_sees_every_iteration_with_its_score_and_gain() {
    let data = clusters();
    let (found, seen) = watched(&params(NInit::Exactly(1)).alpha(0.0));
    let history = &found.report.objective_history;
    assert_eq!(seen.len(), found.report.n_iter);
    for (place, news) in seen.iter().enumerate() {
        let n = data.n_samples() as f64;
        assert_eq!((news.start, news.iteration), (0, place + 1));
        assert_eq!(news.score, history[place + 1] / n);
        assert_eq!(news.gain, (history[place + 1] - history[place]) / n);
    }
}

#[test]
fn a_given_mixture_is_one_start_from_there() {
    let from = inner_mixture(4, 20, 0.1, 9);
    for n_init in [NInit::Auto, NInit::Exactly(1), NInit::Exactly(5)] {
        let init = Init::From(from.clone());
        let Fit { mixture, report, .. } = quiet(&params(n_init).init(init).max_iter(0));
        assert_eq!(report.starts.len(), 1);
        // To the last bit but one: the fit may have worked with complements.
        assert!(max_difference(mixture.means(), from.sorted_by_weight().means()) <= f64::EPSILON);
        assert_eq!(mixture.weights(), from.sorted_by_weight().weights());
    }
}

#[test]
fn no_iterations_return_the_initial_mixture_scored() {
    let Fit { mixture, report, .. } = quiet(&params(NInit::Exactly(3)).max_iter(0).alpha(0.0));
    assert_eq!((report.n_iter, report.stop), (0, StopReason::MaxIter));
    assert_eq!(report.objective_history.len(), 1);
    let log_likelihood = mixture.log_likelihood(&clusters()).unwrap();
    assert!(relative_error(report.log_likelihood, log_likelihood) < 1e-13);
    assert!((report.objective_history[0] - log_likelihood).abs() <= 1e-12 * log_likelihood.abs());
}

#[test]
fn the_report_sums_up_what_the_mixture_says_of_every_row() {
    let Fit { mixture, report, .. } = quiet(&params(NInit::Exactly(1)));
    let data = clusters();
    let assignments = mixture.assign(&data).unwrap();
    // The report counts equal rows together.
    let entropy: f64 = assignments.iter().map(|row| row.entropy).sum();
    assert!(relative_error(report.entropy, entropy) < 1e-13);
    let log_likelihood = mixture.log_likelihood(&data).unwrap();
    assert!(relative_error(report.log_likelihood, log_likelihood) < 1e-13);
    let proba = proba(&mixture, &data);
    for (i, row) in assignments.iter().enumerate() {
        let term = |r: &f64| if *r > 0.0 { -r * r.ln() } else { 0.0 };
        let entropy: f64 = proba.row(i).iter().map(term).sum();
        assert!((row.entropy - entropy).abs() <= 1e-14, "row {i}: {} {entropy}", row.entropy);
    }
    let components: Vec<_> = assignments.iter().map(|row| row.component).collect();
    assert_eq!(components, mixture.predict(&data).unwrap());
    let log_probs: Vec<_> = assignments.iter().map(|row| row.log_prob).collect();
    assert_eq!(log_probs, mixture.score_samples(&data).unwrap());
}

#[test]
fn rows_are_mapped_in_their_order_and_to_the_same_bits_at_any_number_of_threads() {
    let mixture = inner_mixture(3, 20, 0.1, 9);
    // Several blocks and a part of one.
    let data = BitMatrix::from_fn(1500, 20, |i, d| (i * 7 + d * d * 13) % 31 < 9);
    let map = |n_threads| {
        let row = |i, log_prob: f64, resp: &mut dyn Iterator<Item = f64>| {
            (i, log_prob.to_bits(), resp.map(f64::to_bits).collect::<Vec<_>>())
        };
        with_threads(n_threads, || mixture.map_rows(&data, row).unwrap())
    };
    let alone = map(1);
    assert!(alone.iter().map(|row| row.0).eq(0..1500));
    assert!(alone.iter().all(|row| row.2.len() == 3));
    for i in [0, 700, 1499] {
        let (log_prob, row) = (alone[i].1, data.select(&[i]));
        assert_eq!(mixture.score_samples(&row).unwrap()[0].to_bits(), log_prob);
    }
    assert!([2, 3, 7].iter().all(|&n| map(n) == alone));
}

#[test]
fn one_iteration_is_one_and_ends_at_the_limit() {
    let Fit { report, .. } = quiet(&params(NInit::Exactly(2)).max_iter(1).tol(0.0));
    assert_eq!((report.n_iter, report.stop), (1, StopReason::MaxIter));
    assert!(report.objective_history[1] > report.objective_history[0]);
}

#[test]
fn convergence_is_a_last_gain_below_tol_and_no_earlier_one() {
    let tol = 1e-5;
    let Fit { report, .. } =
        quiet(&params(NInit::Exactly(1)).tol(tol).max_iter(10_000).accelerate(false));
    assert_eq!(report.stop, StopReason::Converged);
    let gains = report.objective_history.windows(2).map(|pair| (pair[1] - pair[0]) / 300.0);
    let small: Vec<bool> = gains.map(|gain| gain < tol).collect();
    assert_eq!(small.iter().position(|&small| small), Some(report.n_iter - 1));
}

#[test]
fn an_interrupted_start_is_returned_as_far_as_it_got() {
    let mut stop = |news: &Iteration| if news.iteration == 3 { Break(()) } else { Continue(()) };
    let params = params(NInit::Exactly(5)).tol(0.0);
    let Fit { mixture, report, .. } = fit_observed(&clusters(), &params, &mut stop).unwrap();
    assert_eq!((report.n_iter, report.stop), (3, StopReason::Interrupted));
    assert_eq!(report.starts.len(), 1);
    let three = quiet(&params.max_iter(3).n_init(NInit::Exactly(1)));
    assert_eq!(mixture, three.mixture);
}

#[test]
fn an_interruption_keeps_the_best_of_all_starts_so_far() {
    let mut stop = |news: &Iteration| if news.start == 2 { Break(()) } else { Continue(()) };
    let params = params(NInit::Exactly(5));
    let Fit { mixture, report, .. } = fit_observed(&clusters(), &params, &mut stop).unwrap();
    let stops: Vec<_> = report.starts.iter().map(|start| start.stop).collect();
    assert_eq!((stops.len(), stops[2]), (3, StopReason::Interrupted));
    let two = quiet(&params.n_init(NInit::Exactly(2)));
    assert_eq!(mixture, two.mixture);
}

#[test]
fn any_number_of_starts_may_be_asked_for_and_interrupted() {
    let mut stop = |_: &Iteration| Break(());
    let found = fit_observed(&clusters(), &params(NInit::Exactly(usize::MAX)), &mut stop).unwrap();
    assert_eq!(found.report.starts.len(), 1);
}

#[test]
fn parameters_out_of_range_are_refused_by_name() {
    let good = params(NInit::Exactly(1));
    let refused = |params: FitParams, wrong: &str| match fit(&clusters(), &params) {
        Err(Error::Parameter { name, .. }) => assert_eq!(name, wrong),
        other => panic!("{wrong}: {other:?}"),
    };
    for n_components in [0, 301, usize::MAX] {
        refused(good.clone().n_components(n_components), "n_components");
    }
    for alpha in [f64::NAN, -1.0, -0.1, 1e-13, 1e7, f64::INFINITY] {
        refused(good.clone().alpha(alpha), "alpha");
    }
    for tol in [f64::NAN, -1e-9, f64::INFINITY] {
        refused(good.clone().tol(tol), "tol");
    }
    refused(good.clone().n_init(NInit::Exactly(0)), "n_init");
    let init = Init::From(inner_mixture(3, 20, 0.1, 1));
    refused(good.init(init), "n_components");
}

#[test]
fn data_and_model_of_different_width_are_refused() {
    let init = Init::From(inner_mixture(4, 19, 0.1, 1));
    let params = params(NInit::Exactly(1)).init(init);
    let is_refused = |error| matches!(error, Error::Features { data: 20, model: 19 });
    assert!(is_refused(fit(&clusters(), &params).unwrap_err()));
    let narrow = inner_mixture(4, 19, 0.1, 1);
    assert!(is_refused(narrow.predict(&clusters()).unwrap_err()));
    assert!(is_refused(narrow.predict_proba(&clusters()).unwrap_err()));
    assert!(is_refused(narrow.score_samples(&clusters()).unwrap_err()));
    assert!(is_refused(narrow.log_likelihood(&clusters()).unwrap_err()));
}

#[test]
fn data_without_rows_or_columns_are_refused() {
    for (n, d) in [(0, 5), (5, 0), (0, 0)] {
        let params = params(NInit::Exactly(1)).n_components(1);
        let refused = fit(&BitMatrix::zeros(n, d), &params);
        assert!(matches!(refused, Err(Error::Parameter { .. })), "{n} x {d}");
    }
}

#[test]
fn as_many_components_as_rows_and_more_than_distinct_rows_fit() {
    let data = rows(Kind::Duplicates, (12, 9), 4);
    for alpha in [0.0, 0.1] {
        for init in [Init::RandomRows, Init::RandomMeans, Init::RandomResp, Init::KMeansPlusPlus] {
            let params = params(NInit::Auto).n_components(12).alpha(alpha).init(init);
            let Fit { mixture, report, .. } = fit(&data, &params).unwrap();
            assert!(report.log_likelihood.is_finite());
            assert!(proba(&mixture, &data).iter().all(|r| r.is_finite()));
        }
    }
}

/// Three patterns, each repeated many thousand times, and a few rows that break one of them: sums
/// of equal numbers, whose rounding errors all point the same way.
fn repeated_rows(n: usize) -> BitMatrix {
    let odd_ones = |i: usize, d: usize| i % (n / 5) == 7 && d == i % 20;
    BitMatrix::from_fn(n, 20, |i, d| (d % 3 != i % 3) != odd_ones(i, d))
}

#[test]
fn repeated_rows_climb_and_score_as_they_are_reported() {
    let data = repeated_rows(60_000);
    for init in [Init::RandomRows, Init::RandomMeans, Init::RandomResp] {
        let params = FitParams::new(3).n_init(NInit::Exactly(6)).alpha(0.0).max_iter(60).init(init);
        let report = fit(&data, &params).unwrap().report;
        assert!(report.starts.iter().all(|start| start.objective.is_finite()));
        // Without smoothing the objective is the log-likelihood, here scored anew row by row.
        let objective = report.starts[report.best_start].objective;
        assert!(relative_error(objective, report.log_likelihood) <= 1e-12);
    }
}
