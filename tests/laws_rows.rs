//! Laws of rows as they come: with entries missing, with weights, with labels that are known.

mod common;

use bmm::bench::em::{EStep, SufficientStats, fit_by_label};
use bmm::{BernoulliMixture, BitMatrix, FitParams, Init, KnownLabels, NInit, Rows, Silent, fit};
use common::cases::uniform;
use common::{max_difference, mixture, parameter_bits, prior, proba, relative_error, shape_of};
use nalgebra::DMatrix;

/// A number in [0, 1) that depends on the arguments only (splitmix64).
/// K components with means far from each other by `contrast`, some on the boundary if `boundary` is
/// more than 0.
fn truth(k: usize, d: usize, contrast: f64, boundary: f64) -> BernoulliMixture {
    let mean = |f: usize, k: usize| match uniform(3, f, k + 100) < boundary {
        true => f64::from(uniform(4, f, k) < 0.5),
        false => 0.5 + contrast * (uniform(1, f, k) - 0.5),
    };
    let weights = (0..k).map(|k| 1.0 + uniform(2, k, 0)).collect();
    mixture(weights, DMatrix::from_fn(d, k, mean))
}

/// Which entries are hidden: a part of all, chosen by `seed`.
fn mask(n: usize, d: usize, part: f64, seed: u64) -> BitMatrix {
    BitMatrix::from_fn(n, d, |i, f| uniform(seed, i, f) < part)
}

/// log pi_k + log p(what is observed of a row given k), as the definition has it.
fn weighted_log_prob(mixture: &BernoulliMixture, data: &BitMatrix, i: usize, k: usize) -> f64 {
    let of_feature = |d: usize| match (data.is_missing(i, d), data.get(i, d)) {
        (true, _) => 0.0,
        (_, true) => mixture.mean(k)[d].ln(),
        (_, false) => (1.0 - mixture.mean(k)[d]).ln(),
    };
    mixture.weights()[k].ln() + (0..data.n_features()).map(of_feature).sum::<f64>()
}

/// log p and responsibilities of a row, where only components that are `allowed` may have it.
fn by_definition(
    mixture: &BernoulliMixture,
    data: &BitMatrix,
    i: usize,
    allowed: impl Fn(usize) -> bool,
) -> (f64, Vec<f64>) {
    let scores: Vec<f64> = (0..mixture.n_components())
        .map(|k| match allowed(k) {
            true => weighted_log_prob(mixture, data, i, k),
            false => f64::NEG_INFINITY,
        })
        .collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return (top, mixture.weights().to_vec());
    }
    let total: f64 = scores.iter().map(|score| (score - top).exp()).sum();
    (top + total.ln(), scores.iter().map(|score| (score - top).exp() / total).collect())
}

/// Shapes that go the dense way and such that go the sparse way, with and without means on the
/// boundary.
fn shapes() -> impl Iterator<Item = (BernoulliMixture, BitMatrix)> {
    [
        (7, 3, 0.9, 0.0),
        (7, 3, 0.9, 0.3),
        (70, 4, 0.98, 0.0),
        (300, 20, 0.98, 0.0),
        (100, 5, 0.95, 0.1),
        (1100, 3, 0.9, 0.0),
    ]
    .into_iter()
    .map(|(d, k, contrast, boundary)| {
        let mixture = truth(k, d, contrast, boundary);
        let data = mixture.sample(600, 5).unwrap().0;
        let holey = data.with_missing(&mask(600, d, 0.3, 6)).unwrap();
        (mixture, holey)
    })
}

#[test]
fn what_is_missing_is_left_out_of_scores_and_responsibilities() {
    for (mixture, data) in shapes() {
        let (log_prob, resp) = (mixture.score_samples(&data).unwrap(), proba(&mixture, &data));
        for i in 0..data.n_samples() {
            let (expected, expected_resp) = by_definition(&mixture, &data, i, |_| true);
            assert!(relative_error(log_prob[i], expected) < 1e-11, "{} {expected}", log_prob[i]);
            for (k, r) in expected_resp.into_iter().enumerate() {
                assert!((resp[(i, k)] - r).abs() < 1e-10);
            }
        }
    }
}

#[test]
fn a_row_of_which_all_is_missing_has_the_prior_and_a_probability_of_one() {
    let mixture = truth(4, 30, 0.9, 0.2);
    let everything = BitMatrix::from_fn(3, 30, |i, _| i == 1);
    let data = mixture.sample(3, 1).unwrap().0.with_missing(&everything).unwrap();
    let resp = proba(&mixture, &data);
    let error = max_difference(resp.row(1).transpose().as_slice(), mixture.weights());
    assert!(error < 1e-12, "{error}");
    assert!(mixture.score_samples(&data).unwrap()[1].abs() < 1e-12);
    assert_eq!(mixture.predict(&data).unwrap().len(), 3);
}

/// The statistics of rows as their definition has them.
struct Expected {
    log_likelihood: f64,
    resp: Vec<f64>,
    ones: DMatrix<f64>,
    observed: DMatrix<f64>,
}

impl Expected {
    fn of(mixture: &BernoulliMixture, rows: &Rows) -> Self {
        let (d, k) = shape_of(mixture);
        let zeros = || DMatrix::zeros(d, k);
        let mut all =
            Self { log_likelihood: 0.0, resp: vec![0.0; k], ones: zeros(), observed: zeros() };
        for i in 0..rows.data.n_samples() {
            let label = rows.labels.get(i).copied().flatten();
            let allowed = |k: usize| label.is_none() || rows.label_of[k] == label;
            let (log_prob, resp) = by_definition(mixture, &rows.data, i, allowed);
            all.log_likelihood += rows.weight(i) * log_prob;
            for (k, r) in resp.into_iter().map(|r| r * rows.weight(i)).enumerate() {
                all.resp[k] += r;
                for f in (0..d).filter(|&f| !rows.data.is_missing(i, f)) {
                    all.observed[(f, k)] += r;
                    all.ones[(f, k)] += if rows.data.get(i, f) { r } else { 0.0 };
                }
            }
        }
        all
    }

    /// Within what rounding of responsibilities to 2^-24 allows.
    fn assert_close(&self, stats: &SufficientStats, what: &str) {
        let n = stats.total_weight();
        let error = relative_error(stats.log_likelihood(), self.log_likelihood);
        assert!(error < 1e-9, "{what}: log-likelihood is off by {error}");
        for (k, resp) in self.resp.iter().enumerate() {
            assert!((stats.resp_sum(k) - resp).abs() < 1e-6 * n, "{what}");
            for d in 0..self.ones.nrows() {
                let (ones, observed) = (stats.weighted_sum(d, k), stats.observed_sum(d, k));
                assert!((ones - self.ones[(d, k)]).abs() < 1e-6 * n, "{what}");
                assert!((observed - self.observed[(d, k)]).abs() < 1e-6 * n, "{what}");
            }
        }
    }
}

#[test]
fn statistics_count_what_was_seen_by_weight_and_by_label() {
    for (mixture, data) in shapes() {
        let (n, k) = (data.n_samples(), mixture.n_components());
        let weights: Vec<f64> = (0..n).map(|i| 0.25 + 3.0 * uniform(9, i, 0)).collect();
        let label_of: Vec<Option<u32>> = (0..k).map(|k| (k > 0).then_some(k as u32 % 2)).collect();
        let labels: Vec<Option<u32>> =
            (0..n).map(|i| (i % 3 > 0).then_some((uniform(8, i, 0) < 0.5).into())).collect();
        let known = KnownLabels { of_row: &labels, of_component: &label_of };
        let plain = Rows::new(&data);
        for (what, rows) in [
            ("plain", plain.clone()),
            ("weighted", plain.clone().weighted(&weights)),
            ("labelled", plain.clone().labelled(known)),
            ("both", plain.weighted(&weights).labelled(known)),
        ] {
            let expected = Expected::of(&mixture, &rows);
            // A row that is impossible makes the whole impossible; then only sums can be compared.
            if expected.log_likelihood > f64::NEG_INFINITY {
                let mut e_step = EStep::new(rows, k);
                let what = format!("{what}, {} features", data.n_features());
                expected.assert_close(&e_step.run(&mixture), &what);
                // Again, after another mixture: nothing hangs on history.
                let other = truth(k, data.n_features(), 0.5, 0.0);
                e_step.run(&other);
                expected.assert_close(&e_step.run(&mixture), &what);
            }
        }
    }
}

fn params(n_components: usize) -> FitParams {
    FitParams::new(n_components).for_features(20).n_init(NInit::Exactly(3))
}

#[test]
fn the_objective_never_falls_with_missing_entries_weights_and_labels() {
    for (mixture, data) in shapes() {
        let n = data.n_samples();
        let weights: Vec<f64> = (0..n).map(|i| f64::from(i as u32 % 4)).collect();
        let labels: Vec<Option<u32>> =
            (0..n).map(|i| (i % 5 == 0).then_some(i as u32 / 5 % 2)).collect();
        let k = mixture.n_components().min(4);
        let label_of: Vec<Option<u32>> = (0..k).map(|k| (k < 2).then_some(k as u32)).collect();
        let known = KnownLabels { of_row: &labels, of_component: &label_of };
        for alpha in [0.0, 0.1] {
            let params = params(k).alpha(alpha).max_iter(40);
            let rows = Rows::new(&data).weighted(&weights).labelled(known);
            let report = fit(rows, &params).unwrap().report;
            let rises =
                report.objective_history.windows(2).all(|w| w[1] >= w[0] - 1e-9 * w[0].abs());
            assert!(rises, "{:?}", report.objective_history);
            assert!(report.log_likelihood.is_finite());
            assert_eq!(report.total_weight, weights.iter().sum::<f64>());
        }
    }
}

#[test]
fn missing_entries_filled_with_anything_fit_to_the_same_bytes() {
    for d in [12, 90] {
        let mixture = truth(3, d, 0.95, 0.0);
        let (data, missing) = (mixture.sample(300, 2).unwrap().0, mask(300, d, 0.3, 4));
        let filled = |filling: &dyn Fn(usize, usize) -> bool| {
            let bit = |i, f| if missing.get(i, f) { filling(i, f) } else { data.get(i, f) };
            let filled = BitMatrix::from_fn(300, d, bit).with_missing(&missing).unwrap();
            parameter_bits(&fit(&filled, &params(3)).unwrap().mixture)
        };
        let zeros = filled(&|_, _| false);
        assert_eq!(zeros, filled(&|_, _| true));
        assert_eq!(zeros, filled(&|i, f| uniform(7, i, f) < 0.5));
    }
}

/// The root mean square error of the means, components matched to the nearest true one.
fn error(found: &BernoulliMixture, truth: &BernoulliMixture) -> f64 {
    let distance = |k: usize, t: usize| {
        let pairs = found.mean(k).iter().zip(truth.mean(t));
        pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>()
    };
    let k = truth.n_components();
    let nearest = |t: usize| (0..k).map(|k| distance(k, t)).fold(f64::INFINITY, f64::min);
    ((0..k).map(nearest).sum::<f64>() / truth.means().len() as f64).sqrt()
}

#[test]
fn hiding_three_entries_in_ten_costs_less_than_three_tenths_of_accuracy() {
    for (d, k, n) in [(20, 3, 4000), (100, 5, 3000)] {
        let truth = truth(k, d, 0.95, 0.0);
        let data = truth.sample(n, 11).unwrap().0;
        let holey = data.clone().with_missing(&mask(n, d, 0.3, 12)).unwrap();
        let params = params(k).alpha(0.0);
        let [complete, incomplete] =
            [&data, &holey].map(|data| error(&fit(data, &params).unwrap().mixture, &truth));
        println!("{d} features: {complete:.5} of complete data, {incomplete:.5} without 30 %");
        assert!(incomplete < 1.3 * complete, "{incomplete} against {complete}");
    }
}

/// Every row as many times as `times` says.
fn repeated(data: &BitMatrix, times: &[usize]) -> BitMatrix {
    let rows = (0..data.n_samples()).flat_map(|i| std::iter::repeat_n(i, times[i]));
    data.select(&rows.collect::<Vec<_>>())
}

#[test]
fn weighted_rows_give_the_model_of_the_rows_repeated() {
    for d in [9, 80] {
        let (data, _) = truth(3, d, 0.9, 0.0).sample(200, 3).unwrap();
        let times: Vec<usize> = (0..200).map(|i| i % 4).collect();
        let weights: Vec<f64> = times.iter().map(|&n| n as f64).collect();
        let fit = |rows: Rows| fit(rows, &params(3)).unwrap();
        let weighted = fit(Rows::new(&data).weighted(&weights));
        let repeated = fit(Rows::new(&repeated(&data, &times)));
        let difference = max_difference(weighted.mixture.means(), repeated.mixture.means());
        assert!(difference < 1e-9, "{d} features: means differ by {difference}");
        let difference = max_difference(weighted.mixture.weights(), repeated.mixture.weights());
        assert!(difference < 1e-9, "{d} features: weights differ by {difference}");
        let [a, b] = [&weighted, &repeated].map(|fit| fit.report.log_likelihood);
        assert!(relative_error(a, b) < 1e-9);
        assert_eq!(weighted.report.total_weight, 300.0);
        assert_eq!(weighted.report.n_best(), repeated.report.n_best());
    }
}

/// A narrow table with gaps, and with labels of some rows: with weights, with equal rows written out,
/// and these in another order.
#[test]
fn a_table_fits_to_the_same_digits_however_its_equal_rows_are_written() {
    let (data, _) = truth(3, 9, 0.9, 0.0).sample(200, 3).unwrap();
    let holey = data.clone().with_missing(&mask(200, 9, 0.1, 6)).unwrap();
    let times: Vec<usize> = (0..200).map(|i| i % 4).collect();
    let weights: Vec<f64> = times.iter().map(|&n| n as f64).collect();
    let written: Vec<usize> = (0..200).flat_map(|i| std::iter::repeat_n(i, times[i])).collect();
    let shuffled: Vec<usize> = (0..300).map(|i| written[i * 77 % 300]).collect();
    let label_of = [Some(0), Some(1), None];
    let label = |i: usize| i.is_multiple_of(5).then_some((i % 2) as u32);
    for (data, has_labels) in [(&data, false), (&holey, false), (&holey, true)] {
        let said = |rows: &[usize], weights: Option<&[f64]>| {
            let labels: Vec<Option<u32>> = rows.iter().map(|&i| label(i)).collect();
            let known = KnownLabels { of_row: &labels, of_component: &label_of };
            let data = data.select(rows);
            let rows = Rows::new(&data);
            let rows = weights.map_or(rows.clone(), |weights| rows.weighted(weights));
            let rows = if has_labels { rows.labelled(known) } else { rows };
            format!("{:?}", fit(rows, &params(3)).unwrap())
        };
        let all: Vec<usize> = (0..200).collect();
        let weighted = said(&all, Some(&weights));
        assert_eq!(weighted, said(&written, None));
        assert_eq!(weighted, said(&shuffled, None));
    }
}

/// From the same start, whatever its engine: fractions of rows count as their sum.
#[test]
fn weights_need_not_be_whole() {
    for d in [9, 80] {
        let first = truth(3, d, 0.5, 0.0);
        let (data, _) = truth(3, d, 0.9, 0.0).sample(200, 3).unwrap();
        let twice = repeated(&data, &[2; 200]);
        let weights: Vec<f64> = (0..400).map(|i| if i % 2 == 0 { 0.3 } else { 0.7 }).collect();
        let params = params(3).init(Init::From(first));
        let whole = fit(&data, &params).unwrap();
        let parts = fit(Rows::new(&twice).weighted(&weights), &params).unwrap();
        let [a, b] = [&whole, &parts].map(|fit| fit.report.log_likelihood);
        assert!(relative_error(a, b) < 1e-9, "{a} and {b}");
        let difference = max_difference(whole.mixture.means(), parts.mixture.means());
        assert!(difference < 1e-4, "{d} features: means differ by {difference}");
    }
}

#[test]
fn weights_that_no_row_can_have_are_refused() {
    let data = BitMatrix::zeros(2, 3);
    for (weights, what) in [
        (&[1.0, -1.0][..], "-1 in row 2"),
        (&[f64::INFINITY, 1.0], "inf in row 1"),
        (&[1.0, f64::NAN], "NaN in row 2"),
        (&[0.0, 0.0], "all 0"),
        (&[1.0], "1 for 2 rows"),
    ] {
        let error = fit(Rows::new(&data).weighted(weights), &params(1)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
}

/// Two labels with two components each, labels of some rows.
fn labelled(d: usize) -> (BitMatrix, Vec<Option<u32>>) {
    let (data, components) = truth(4, d, 0.8, 0.0).sample(600, 21).unwrap();
    let labels = components.into_iter().map(|k| Some(k as u32 / 2)).collect();
    (data, labels)
}

#[test]
fn known_rows_belong_to_the_components_of_their_label() {
    for d in [15, 90] {
        let (data, all) = labelled(d);
        let some: Vec<_> = (0..600).map(|i| all[i].filter(|_| i % 4 == 0)).collect();
        let label_of = [Some(0), Some(0), Some(1), Some(1)];
        let known = KnownLabels { of_row: &some, of_component: &label_of };
        let found = fit(Rows::new(&data).labelled(known), &params(4)).unwrap();
        let known = KnownLabels { of_row: &some, of_component: &found.label_of };
        let assignments = found.mixture.assign_known(&data, known).unwrap();
        let label = |i: usize| found.label_of[assignments[i].component];
        assert!((0..600).step_by(4).all(|i| label(i) == all[i]));
        let n_right = (0..600).filter(|&i| label(i) == all[i]).count();
        assert!(n_right > 540, "{n_right} of 600 rows get their label");
    }
}

#[test]
fn one_mixture_for_each_label_is_where_em_over_all_rows_ends() {
    for d in [15, 90] {
        let (data, labels) = labelled(d);
        let known = KnownLabels { of_row: &labels, of_component: &[] };
        let rows = Rows::new(&data).labelled(known);
        let params = params(2).tol(1e-12);
        let found = fit_by_label(&rows, 2, &params, &mut Silent).unwrap();
        assert_eq!(found.report.by_label.len(), 2);
        assert!((found.mixture.weights().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let known = KnownLabels { of_row: &labels, of_component: &found.label_of };
        let mut e_step = EStep::new(rows.clone().labelled(known), 4);
        let stats = e_step.run(&found.mixture);
        assert!(relative_error(stats.log_likelihood(), found.report.log_likelihood) < 1e-9);
        let next =
            bmm::bench::em::m_step(stats, &prior(&data, params.alpha), &found.mixture).unwrap();
        let moved = max_difference(next.means(), found.mixture.means());
        assert!(moved < 1e-3, "{d} features: EM over all rows moves means by {moved}");
        assert!(max_difference(next.weights(), found.mixture.weights()) < 1e-3);
    }
}

#[test]
fn labels_that_no_component_has_are_refused() {
    let data = BitMatrix::zeros(2, 3);
    let known = KnownLabels { of_row: &[Some(0), Some(2)], of_component: &[Some(0), None] };
    let error = fit(Rows::new(&data).labelled(known), &params(2)).unwrap_err();
    assert!(error.to_string().contains("none for label 2"), "{error}");
}
