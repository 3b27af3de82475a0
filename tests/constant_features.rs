//! Features that are the same in every row change nothing: no cluster, no weight, no criterion.

mod common;

use bmm::bench::em::{HeldOut, bootstrap_test};
use bmm::bench::metrics::Contingency;
use bmm::{BitMatrix, Fit, FitParams, NInit, Rows, Silent, StandardErrors, fit, sweep};
use common::cases::uniform;
use common::program::Sandbox;
use common::shared;
use proptest::prelude::*;
use std::ops::ControlFlow::Continue;

/// Rows of three kinds, each with ones among its own features and some noise.
fn three_kinds(n: usize, d: usize, seed: u64) -> BitMatrix {
    BitMatrix::from_fn(n, d, |i, f| (f % 3 == i % 3) != (uniform(seed, i, f) < 0.15))
}

/// What stands in a column: a feature of the data, or one value in every row.
#[derive(Clone, Copy)]
enum Column {
    Feature(usize),
    Constant(bool),
}

/// `data` among constant columns: some before it, some behind, and one after every `every`th.
fn with_constants(d: usize, [before, behind, every]: [usize; 3]) -> Vec<Column> {
    let constant = |i: usize| Column::Constant(i % 3 == 1);
    let inner = (0..d).flat_map(|f| {
        let more = (every > 0 && f % every == 0).then(|| constant(f));
        [Some(Column::Feature(f)), more].into_iter().flatten()
    });
    (0..before).map(constant).chain(inner).chain((0..behind).map(constant)).collect()
}

fn laid_out(data: &BitMatrix, columns: &[Column]) -> BitMatrix {
    let value = |i, column: Column| match column {
        Column::Feature(f) => data.get(i, f),
        Column::Constant(one) => one,
    };
    BitMatrix::from_fn(data.n_samples(), columns.len(), |i, d| value(i, columns[d]))
}

/// The means of the features alone.
fn means_of(found: &Fit, columns: &[Column]) -> Vec<f64> {
    let is_feature = |(column, _): &(&Column, &f64)| matches!(column, Column::Feature(_));
    let of_component = |mean: &[f64]| -> Vec<f64> {
        columns.iter().zip(mean).filter(is_feature).map(|(_, m)| *m).collect()
    };
    (0..found.mixture.n_components()).flat_map(|k| of_component(found.mixture.mean(k))).collect()
}

/// `log p` of the constants of a row, in nats.
fn shift(columns: &[Column], n: usize, alpha: f64) -> f64 {
    let n_constant = columns.iter().filter(|c| matches!(c, Column::Constant(_))).count();
    let each = if alpha > 0.0 { (-0.5 / (n as f64 + 1.0)).ln_1p() } else { 0.0 };
    n_constant as f64 * each
}

fn layout() -> impl Strategy<Value = [usize; 3]> {
    [0..200_usize, 0..200_usize, 0..4_usize]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn constant_columns_change_no_fit(
        d in prop_oneof![Just(9_usize), Just(63), Just(64), Just(90)],
        around in layout(),
        auto in any::<bool>(),
        seed in 0..99_u64,
    ) {
        let data = three_kinds(80, d, seed);
        let columns = with_constants(d, around);
        let wide = laid_out(&data, &columns);
        prop_assert_eq!(Rows::new(&wide).n_varying(), d);
        let n_init = if auto { NInit::Auto } else { NInit::Exactly(2) };
        let params = FitParams::new(3).for_features(Rows::new(&wide).n_varying()).n_init(n_init);
        let (a, b) = (fit(&data, &params).unwrap(), fit(&wide, &params).unwrap());
        prop_assert_eq!(a.mixture.weights(), b.mixture.weights());
        prop_assert_eq!(a.mixture.means(), means_of(&b, &columns));
        prop_assert_eq!(a.mixture.predict(&data).unwrap(), b.mixture.predict(&wide).unwrap());
        prop_assert_eq!(&a.report.diagnoses, &b.report.diagnoses);
        prop_assert_eq!(a.report.n_parameters, b.report.n_parameters);
        let shift = shift(&columns, 80, params.alpha);
        // Both may be infinite: a new row may be impossible.
        let near = |a: f64, b: f64| a == b || (a - b).abs() <= 1e-10 * (a.abs() + b.abs() + 1.0);
        let (of_a, of_b) = (a.report.criteria(), b.report.criteria());
        for (a, b) in [(of_a.aic, of_b.aic), (of_a.bic, of_b.bic), (of_a.icl, of_b.icl)] {
            prop_assert!(near(a - 2.0 * 80.0 * shift, b), "{a} {b}");
        }
        let new = three_kinds(50, d, seed + 1);
        let [a, b] = [(&a, new.clone()), (&b, laid_out(&new, &columns))]
            .map(|(fit, rows)| HeldOut::new(&fit.mixture, &rows).unwrap());
        prop_assert!(near(a.score + shift, b.score), "{} {}", a.score, b.score);
    }
}

#[test]
fn constant_columns_change_no_sweep_and_no_test_of_k() {
    let data = three_kinds(60, 12, 5);
    let columns = with_constants(12, [7, 80, 2]);
    let wide = laid_out(&data, &columns);
    for params in [FitParams::new(1).for_features(12), FitParams::new(1).alpha(2.0)] {
        let params = params.n_init(NInit::Exactly(3));
        let run = |data: &BitMatrix| {
            let swept = sweep(data, &[2, 3, 4], &params, &mut Silent).unwrap().fits;
            let (null, more) = (&swept[1].fit, &swept[2].fit);
            let test = bootstrap_test(null, more, data, &params, 9, &|| Continue(())).unwrap();
            (swept, test.unwrap())
        };
        let ((a, test), (b, same_test)) = (run(&data), run(&wide));
        for (a, b) in a.iter().zip(&b) {
            assert_eq!(a.fit.mixture.weights(), b.fit.mixture.weights());
            assert_eq!(a.fit.mixture.means(), means_of(&b.fit, &columns));
            assert_eq!((a.origin, a.fit.report.n_best()), (b.origin, b.fit.report.n_best()));
        }
        assert_eq!(test.bootstrapped, same_test.bootstrapped);
        assert!((test.statistic - same_test.statistic).abs() < 1e-8);
    }
}

#[test]
fn constant_columns_have_no_standard_errors_and_change_none() {
    let data = three_kinds(200, 7, 3);
    let columns = with_constants(7, [2, 30, 3]);
    let wide = laid_out(&data, &columns);
    for alpha in [0.0, 2.0] {
        let params = FitParams::new(3).for_features(7).alpha(alpha);
        let errors = |data: &BitMatrix| {
            let mixture = fit(data, &params).unwrap().mixture;
            StandardErrors::by_information(&mixture, data, alpha).unwrap()
        };
        let (a, b) = (errors(&data), errors(&wide));
        assert_eq!(a.weights(), b.weights());
        for k in 0..3 {
            let mut of_a = a.mean(k).iter();
            for (column, error) in columns.iter().zip(b.mean(k)) {
                match column {
                    Column::Feature(_) => assert_eq!(Some(error), of_a.next()),
                    Column::Constant(_) => assert_eq!(*error, None),
                }
            }
        }
    }
}

/// One-to-one accuracy of the default fit, and the least weight of a cluster.
fn recovered(data: &BitMatrix, kinds: &[usize], k: usize) -> (f64, f64) {
    let params = FitParams::new(k).for_features(Rows::new(data).n_varying());
    let found = fit(data, &params).unwrap().mixture;
    let clusters = found.predict(data).unwrap();
    let table = Contingency::new(&clusters, k, kinds, k).unwrap();
    (table.accuracy(), found.weights()[k - 1])
}

/// Strains of three clades: genes that all have, genes of a clade, genes of some strains, genes that
/// one strain has, and genes that none has.
#[test]
fn clades_are_found_among_genes_that_all_have_that_none_has_and_that_one_has() {
    for (n_once, n_absent, noise) in [(0, 30_000, 0.1), (6000, 3000, 0.1), (6000, 0, 0.2)] {
        let kinds: Vec<usize> = (0..36).map(|i| i % 3).collect();
        let (all, clade, some) = (500, 3 * 100, 400);
        let gene = |i: usize, d: usize| match d {
            _ if d < all => true,
            _ if d < all + clade => (d % 3 == i % 3) != (uniform(1, i, d) < noise),
            _ if d < all + clade + some => uniform(2, i, d) < 0.5 * uniform(3, 0, d),
            _ if d < all + clade + some + n_once => (uniform(4, 0, d) * 36.0) as usize == i,
            _ => false,
        };
        let data = BitMatrix::from_fn(36, all + clade + some + n_once + n_absent, gene);
        let (accuracy, least) = recovered(&data, &kinds, 3);
        assert_eq!(accuracy, 1.0, "{n_once} once, {n_absent} absent");
        assert!(least > 0.3, "{least}");
    }
}

/// Baskets of four kinds of customers, most articles of the catalogue never sold.
#[test]
fn kinds_of_customers_are_found_in_a_catalogue_that_is_mostly_never_sold() {
    let kinds: Vec<usize> = (0..800).map(|i| i % 4).collect();
    // Articles 0 to 399 are sold: more often to their own kind of customer.
    let rate = |d: usize| 0.2 / (1.0 + d as f64 / 40.0);
    let bought = |i: usize, d: usize| {
        d < 400 && uniform(7, i, d) < rate(d) * if d % 4 == i % 4 { 3.0 } else { 0.1 }
    };
    let data = BitMatrix::from_fn(800, 3000, bought);
    let (accuracy, least) = recovered(&data, &kinds, 4);
    assert!(accuracy >= 0.99 && least > 0.2, "{accuracy} {least}");
}

/// Pictures on a sheet, with appended zeros or ones, as the program reads them.
#[test]
fn pictures_cluster_on_a_blank_sheet_as_they_do_without() {
    let names = ["noborder", "border", "base", "zeros400", "zeros4000", "ones4000"];
    for name in names {
        let Some(file) = shared(&format!("cases/inputs/B1-{name}.idx.gz")) else { return };
        let Some(labels) = shared("cases/inputs/B1-labels.txt") else { return };
        let (file, labels) = (file.canonicalize().unwrap(), labels.canonicalize().unwrap());
        let (file, labels) = (file.display(), labels.display());
        let train = format!("train --k 3 --data {file} --labels {labels} --out run --json");
        let found = Sandbox::new().done(&train).json();
        assert_eq!(found["accuracy"], 1.0, "{name}");
        for weight in found["weights"].as_array().unwrap() {
            assert!((weight.as_f64().unwrap() - 1.0 / 3.0).abs() < 0.01, "{name}: {weight}");
        }
        assert_eq!(found["diagnoses"], serde_json::json!([]), "{name}");
    }
}

/// It says nothing of clusters, so it is no row of BIC.
#[test]
fn a_row_that_answers_constants_alone_counts_in_no_criterion() {
    let plain = three_kinds(80, 9, 5);
    let rows = |n_columns: usize| {
        let bits = BitMatrix::from_fn(80, n_columns, |i, d| d < 9 && plain.get(i, d));
        let is_gone = |i: usize, d: usize| i >= 60 && d < 9;
        bits.with_missing(&BitMatrix::from_fn(80, n_columns, is_gone)).unwrap()
    };
    let params = FitParams::new(2).n_init(NInit::Exactly(3)).alpha(0.0);
    let [without, with] = [9, 10].map(|d| fit(&rows(d), &params).unwrap().report);
    assert_eq!((without.answered_weight, with.answered_weight), (60.0, 60.0));
    assert!((without.criteria().bic - with.criteria().bic).abs() < 1e-9);
}
