//! The laws of scoring and of one E- and M-step, against `reference` and against themselves.
//!
//! **The bound on precision** (`u` the unit roundoff, 2^-53). A row with m non-zero nibbles adds m
//! table cells, each rounded once, in two interleaved sums, or the log-odds of m bytes in eight. So
//! its score is off by at most `(m / 2 + 5) u t`, where t is the sum of |log-odds| over its ones.
//! The rest of a row's log-probability, here and in the reference, are D + K terms of total size t
//! + b.
//!
//! Responsibilities carry the score's error twice (numerator and normaliser), that of an argument
//! of `exp` of at most 708, and that of `exp` itself (1e-15). Sums over rows in a cell add up to
//! 1024 + 8 values of one sign: another 1032 u relative. Sums over N rows add N u. Rows of 64
//! features and more may be summed in fixed point: [`fixed_point`] for each row, and at most as
//! much is missing in a log-likelihood. All of it is computed below from the case at hand.

mod common;

use bmm::bench::em::{self, BLOCK_ROWS, EStep, SufficientStats};
use bmm::bench::reference;
use bmm::{BernoulliMixture, BitMatrix};
use common::cases::{
    Case, alpha, case, config, fixed_point, inner_mixture, rows, shape, shuffled, single_precision,
    uniform,
};
use common::{
    means_of, mixture, prior, proba, relative_error, shape_of, stats, stats_bits, weights_of,
};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

/// Below this a responsibility may be flushed to zero (e^-708, K times over).
const FLUSHED: f64 = 1e-305;

/// Half the distance from 1 to the next number.
const ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// The error that `exp` adds to a responsibility: its argument's rounding and its own.
const EXP_ERROR: f64 = 720.0 * ROUNDOFF;

fn non_zero_nibbles(row: &[u8]) -> f64 {
    row.iter().map(|b| u32::from(b & 0xf != 0) + u32::from(b >> 4 != 0)).sum::<u32>().into()
}

/// For row `i`, how far any weighted log-probability may be from the reference's, in nats.
fn row_error(data: &BitMatrix, mixture: &BernoulliMixture, i: usize) -> f64 {
    let terms = (data.n_features() + mixture.n_components()) as f64;
    let of_component = |k: usize| {
        let mean = mixture.mean(k);
        let t: f64 = data.ones(i).map(|d| (mean[d] / (1.0 - mean[d])).ln().abs()).sum();
        let b: f64 = mean.iter().map(|m| (-m).ln_1p().abs()).sum();
        let tables = (non_zero_nibbles(&data.row(i)) / 2.0 + 5.0) * ROUNDOFF * t;
        tables + 2.0 * (terms + 5.0) * ROUNDOFF * (t + b - mixture.weights()[k].ln())
    };
    (0..mixture.n_components()).map(of_component).fold(0.0, f64::max)
}

/// Bounds on the errors of statistics.
struct Bounds {
    log_likelihood: f64,
    /// K.
    resp_sums: DVector<f64>,
    /// D x K.
    weighted_sums: DMatrix<f64>,
}

/// `resp` and `total` are the reference's responsibilities and log-likelihood.
fn bounds(case: &Case, x: &DMatrix<f64>, resp: &DMatrix<f64>, total: f64) -> Bounds {
    let errors = DVector::from_fn(x.nrows(), |i, _| row_error(&case.data, &case.mixture, i));
    let fixed_point = fixed_point(case.mixture.n_components(), case.mixture.n_features());
    let mut resp_errors = resp.clone();
    for (i, (mut row, error)) in resp_errors.row_iter_mut().zip(&errors).enumerate() {
        // Not in the log-likelihood: it is largest at the exact responsibilities, so off by the
        // square of that.
        let single = single_precision(&case.data, &case.mixture, i);
        row *= (2.0 * (error + single + EXP_ERROR) + 3.0 * ROUNDOFF).exp_m1();
        row.add_scalar_mut(FLUSHED + fixed_point);
    }
    let in_cells = (x.nrows().min(BLOCK_ROWS) + 8) as f64 * ROUNDOFF;
    let in_totals = x.nrows() as f64 * ROUNDOFF;
    let weighted = x.tr_mul(resp);
    Bounds {
        log_likelihood: errors.add_scalar(EXP_ERROR + fixed_point).sum()
            + 2.0 * in_totals * total.abs(),
        resp_sums: resp_errors.row_sum().transpose() + resp.row_sum().transpose() * in_totals,
        weighted_sums: x.tr_mul(&resp_errors) + weighted * (in_cells + in_totals),
    }
}

fn statistics_are_within_bounds(case: &Case) {
    let (x, m) = (reference::dense(&case.data), &case.mixture);
    let (resp, log_likelihood) = reference::log_sum_exp_e_step(&x, &weights_of(m), &means_of(m));
    let bounds = bounds(case, &x, &resp, log_likelihood);
    let stats = EStep::new(&case.data, m.n_components()).run(m);
    assert_eq!(stats.n_samples(), case.data.n_samples());
    assert_near(stats.log_likelihood(), log_likelihood, bounds.log_likelihood);
    let weighted = x.tr_mul(&resp);
    for k in 0..m.n_components() {
        assert_near(stats.resp_sum(k), resp.column(k).sum(), bounds.resp_sums[k]);
        for d in 0..m.n_features() {
            let bound = bounds.weighted_sums[(d, k)];
            assert_near(stats.weighted_sum(d, k), weighted[(d, k)], bound);
        }
    }
}

fn one_step_is_the_reference_step(case: &Case, alpha: f64) {
    let (x, m) = (reference::dense(&case.data), &case.mixture);
    let (resp, log_likelihood) = reference::log_sum_exp_e_step(&x, &weights_of(m), &means_of(m));
    let bounds = bounds(case, &x, &resp, log_likelihood);
    let (weights, means) = reference::m_step(&x, &resp, alpha);
    let stats = EStep::new(&case.data, m.n_components()).run(m);
    let next = em::m_step(stats.clone(), &prior(&case.data, alpha), m).unwrap();
    let (n, few) = (x.nrows() as f64, 4.0 * ROUNDOFF);
    for k in 0..m.n_components() {
        // The weights are N_k over the sum of all N_k, which is off as well.
        let slack = (bounds.resp_sums[k] + bounds.resp_sums.sum() * weights[k]) / n;
        assert_near(next.weights()[k], weights[k], slack + few);
        let total = weights[k] * n + alpha;
        for d in 0..m.n_features() {
            let slack = (bounds.weighted_sums[(d, k)] + bounds.resp_sums[k]) / total;
            // Of a component that may have been flushed away, nothing is known.
            if slack < 0.1 {
                assert_near(next.mean(k)[d], means[(d, k)], slack * 1.2 + few);
            }
        }
    }
}

#[track_caller]
fn assert_near(ours: f64, theirs: f64, bound: f64) {
    assert!((ours - theirs).abs() <= bound, "{ours:e} is not {theirs:e} within {bound:e}");
}

fn some_rows(data: &BitMatrix, range: std::ops::Range<usize>) -> BitMatrix {
    data.select(&range.collect::<Vec<_>>())
}

/// Statistics of the same responsibilities, summed in another order. Sums in cells agree within 2
/// (1024 + 8) u, those across blocks within n u.
fn assert_same_sums(
    a: &SufficientStats,
    b: &SufficientStats,
    (n_features, n_components): (usize, usize),
) {
    let n = a.n_samples() as f64;
    let in_cells = 2.0 * (n.min(BLOCK_ROWS as f64) + 8.0) * ROUNDOFF;
    let in_totals = 4.0 * n * ROUNDOFF;
    // One of the two may be of the dense step, the other of the sparse one.
    let lost = n * (FLUSHED + fixed_point(n_components, n_features));
    assert_eq!(a.n_samples(), b.n_samples());
    let (x, y) = (a.log_likelihood(), b.log_likelihood());
    assert_near(x, y, in_totals * (x.abs() + n) + lost);
    for k in 0..n_components {
        assert_near(a.resp_sum(k), b.resp_sum(k), in_totals * a.resp_sum(k) + lost);
        for d in 0..n_features {
            let (x, y) = (a.weighted_sum(d, k), b.weighted_sum(d, k));
            assert_near(x, y, (in_cells + in_totals) * x + lost);
        }
    }
}

fn a_cut_adds_up(case: &Case, at: usize) {
    let (data, n) = (&case.data, case.data.n_samples());
    let mut sum = stats(&some_rows(data, 0..at), &case.mixture);
    sum.merge(&stats(&some_rows(data, at..n), &case.mixture));
    let whole = stats(data, &case.mixture);
    assert_same_sums(&sum, &whole, shape_of(&case.mixture));
}

fn order_of_components_is_immaterial(case: &Case) {
    let (k, d) = (case.mixture.n_components(), case.mixture.n_features());
    let order = shuffled(k, case.seed);
    let plain = stats(&case.data, &case.mixture);
    let permuted = stats(&case.data, &case.mixture.permuted(&order));
    // Scores keep their bits; the normaliser sums K terms in another order.
    let normaliser = 2.0 * k as f64 * ROUNDOFF;
    let n = plain.n_samples() as f64;
    // What rounding leaves over may go to another one of equal components.
    let lost = n * fixed_point(k, d);
    for (place, &k) in order.iter().enumerate() {
        let (x, y) = (plain.resp_sum(k), permuted.resp_sum(place));
        assert_near(x, y, (normaliser + 4.0 * n * ROUNDOFF) * x + lost);
        for d in 0..d {
            let (x, y) = (plain.weighted_sum(d, k), permuted.weighted_sum(d, place));
            assert_near(x, y, (normaliser + 2.0 * (n + 8.0) * ROUNDOFF) * x + lost);
        }
    }
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn statistics_are_the_references_within_the_stated_bound(case in case()) {
        statistics_are_within_bounds(&case);
    }

    #[test]
    fn one_step_is_the_references(case in case(), alpha in alpha()) {
        one_step_is_the_reference_step(&case, alpha);
    }

    #[test]
    fn a_samples_score_is_the_log_sum_exp_of_the_reference(case in case()) {
        let m = &case.mixture;
        let x = reference::dense(&case.data);
        let log_probs = reference::weighted_log_prob(&x, &weights_of(m), &means_of(m));
        for (ours, row) in m.score_samples(&case.data).unwrap().iter().zip(log_probs.row_iter()) {
            let top = row.max();
            let theirs = row.map(|v| (v - top).exp()).sum().ln() + top;
            prop_assert!((ours - theirs).abs() <= 1e-11 * theirs.abs().max(1.0));
        }
    }

    #[test]
    fn responsibilities_are_probabilities_and_prediction_is_their_argmax(case in case()) {
        let proba = proba(&case.mixture, &case.data);
        let assignments = case.mixture.predict(&case.data).unwrap();
        prop_assert!(proba.iter().all(|r| (0.0..=1.0).contains(r)));
        for (row, &assignment) in proba.row_iter().zip(&assignments) {
            prop_assert!((row.sum() - 1.0).abs() <= 1e-14);
            prop_assert_eq!(row.iter().position(|&r| r == row.max()), Some(assignment));
        }
    }

    #[test]
    fn statistics_of_two_parts_add_up(case in case(), cut in 0.0..1.0_f64) {
        a_cut_adds_up(&case, (cut * case.data.n_samples() as f64) as usize);
    }

    #[test]
    fn the_order_of_rows_is_immaterial(case in case()) {
        let order = shuffled(case.data.n_samples(), case.seed);
        let permuted = case.data.select(&order);
        let shape = shape_of(&case.mixture);
        let sums = stats(&permuted, &case.mixture);
        assert_same_sums(&sums, &stats(&case.data, &case.mixture), shape);
        let scores = case.mixture.score_samples(&case.data).unwrap();
        let theirs = case.mixture.score_samples(&permuted).unwrap();
        prop_assert!(order.iter().zip(theirs).all(|(&i, theirs)| scores[i] == theirs));
    }

    #[test]
    fn the_order_of_components_is_immaterial(case in case()) {
        order_of_components_is_immaterial(&case);
        let order = shuffled(case.mixture.n_components(), case.seed);
        let proba = proba(&case.mixture, &case.data).select_columns(&order);
        let theirs = common::proba(&case.mixture.permuted(&order), &case.data);
        prop_assert!((proba - theirs).amax() <= 1e-14);
    }

    #[test]
    fn a_component_of_weight_zero_is_harmless(case in case(), alpha in alpha(), edge in any::<bool>()) {
        let (d, k) = shape_of(&case.mixture);
        let dead = case.seed as usize % (k + 1);
        let mut weights = case.mixture.weights().to_vec();
        weights.insert(dead, 0.0);
        let mean = if edge { 1.0 } else { 0.3 };
        let mut means = case.mixture.means().to_vec();
        means.splice(dead * d..dead * d, vec![mean; d]);
        let with_dead = BernoulliMixture::new(weights, means).unwrap();
        let scores = case.mixture.score_samples(&case.data).unwrap();
        for (a, b) in scores.iter().zip(with_dead.score_samples(&case.data).unwrap()) {
            prop_assert!(relative_error(*a, b) <= 1e-14 || (a - b).abs() <= 1e-14);
        }
        prop_assert_eq!(proba(&with_dead, &case.data).column(dead).amax(), 0.0);
        let stats = stats(&case.data, &with_dead);
        let prior = prior(&case.data, alpha);
        let next = em::m_step(stats, &prior, &with_dead).unwrap();
        prop_assert_eq!(next.weights()[dead], 0.0);
        for (d, &m) in next.mean(dead).iter().enumerate() {
            let expected = if alpha > 0.0 { prior.base_rate(d) } else { mean };
            prop_assert!(relative_error(m, expected) <= 1e-15);
        }
    }

    #[test]
    fn exact_zeros_and_ones_score_exactly(case in case()) {
        let (data, k) = (case.data, case.mixture.n_components());
        let m = boundary_mixture(&data, k, case.seed);
        let (n, scores) = (data.n_samples(), m.score_samples(&data).unwrap());
        let proba = proba(&m, &data);
        for (i, &score) in scores.iter().enumerate() {
            let expected = direct_log_prob(&data, &m, i);
            let bound = 1e-11 * expected.abs().max(1.0);
            prop_assert!(score == expected || (score - expected).abs() <= bound);
            prop_assert!((proba.row(i).sum() - 1.0).abs() <= 1e-14);
            if expected == f64::NEG_INFINITY {
                prop_assert_eq!(proba.row(i).transpose(), weights_of(&m));
            }
        }
        let stats = stats(&data, &m);
        let total: f64 = (0..k).map(|k| stats.resp_sum(k)).sum();
        prop_assert!(relative_error(total, n as f64) < 1e-12);
        let impossible = scores.contains(&f64::NEG_INFINITY);
        prop_assert_eq!(stats.log_likelihood() == f64::NEG_INFINITY, impossible);
        prop_assert!(em::m_step(stats, &prior(&data, 0.0), &m).is_ok());
    }
}

/// Means at rows of the data with a third of the features freed: some rows are possible, some are
/// not.
fn boundary_mixture(data: &BitMatrix, k: usize, seed: u64) -> BernoulliMixture {
    let inner = inner_mixture(k, data.n_features(), 0.1, seed);
    let mut means = means_of(&inner);
    for (component, mut mean) in means.column_iter_mut().enumerate() {
        let i = (uniform(seed ^ 5, component, 1) * data.n_samples() as f64) as usize;
        for d in (0..data.n_features()).filter(|d| d % 3 > 0) {
            mean[d] = f64::from(u8::from(data.get(i, d)));
        }
    }
    mixture(inner.weights().to_vec(), means)
}

/// log p(x) with 0 * log 0 = 0, feature by feature.
fn direct_log_prob(data: &BitMatrix, m: &BernoulliMixture, i: usize) -> f64 {
    let of_feature = |(d, &p): (usize, &f64)| if data.get(i, d) { p.ln() } else { (-p).ln_1p() };
    let of_component =
        |k: usize| m.weights()[k].ln() + m.mean(k).iter().enumerate().map(of_feature).sum::<f64>();
    let log_probs: Vec<f64> = (0..m.n_components()).map(of_component).collect();
    let top = log_probs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    log_probs.iter().map(|v| (v - top).exp()).sum::<f64>().ln() + top
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn blocks_merged_in_order_are_the_whole_to_the_last_bit(
        extra in 1..BLOCK_ROWS,
        (_, d) in shape(),
        k in 2..=20_usize,
        seed in any::<u64>(),
    ) {
        // Narrow, with several components: what the dense step is for. The sums of the sparse one
        // are exact in any order.
        let d = d.min(40);
        let n = 2 * BLOCK_ROWS + extra;
        let data = rows(common::cases::Kind::Clusters, (n, d), seed);
        let m = inner_mixture(k, d, 1e-3, seed);
        let blocks = [0..BLOCK_ROWS, BLOCK_ROWS..2 * BLOCK_ROWS, 2 * BLOCK_ROWS..n];
        let mut merged = SufficientStats::zeros(k, d);
        for block in blocks {
            merged.merge(&stats(&some_rows(&data, block), &m));
        }
        prop_assert_eq!(stats_bits(&merged, k), stats_bits(&stats(&data, &m), k));
    }
}

#[test]
fn a_component_on_the_boundary_scores_its_only_row_as_certain() {
    for n_features in [1, 7, 8, 40, 1024, 1025, 2050] {
        let row = |d: usize| d % 3 == 1;
        let mean = DMatrix::from_fn(n_features, 1, |d, _| if row(d) { 1.0 } else { 0.0 });
        let certain = mixture(vec![1.0], mean);
        // Row 0 agrees; each other row differs in one feature.
        let differs = |i: usize, d: usize| i > 0 && d == (i - 1) * (n_features - 1) / 2;
        let data = BitMatrix::from_fn(4, n_features, |i, d| row(d) != differs(i, d));
        let impossible = f64::NEG_INFINITY;
        let scores = certain.score_samples(&data).unwrap();
        assert_eq!(scores, [0.0, impossible, impossible, impossible]);
        assert_eq!(proba(&certain, &data), DMatrix::from_element(4, 1, 1.0));
    }
}

#[test]
fn a_row_that_every_component_rules_out_takes_the_weights() {
    let m = mixture(vec![3.0, 1.0], DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 0.5, 0.25]));
    let data = BitMatrix::from_fn(2, 2, |i, _| i == 1);
    let proba = proba(&m, &data);
    assert_eq!(m.score_samples(&data).unwrap()[0], f64::NEG_INFINITY);
    assert_eq!(proba.row(0).iter().copied().collect::<Vec<_>>(), [0.75, 0.25]);
    let stats = stats(&some_rows(&data, 0..1), &m);
    assert_eq!([stats.resp_sum(0), stats.resp_sum(1)], [0.75, 0.25]);
    assert_eq!(stats.log_likelihood(), f64::NEG_INFINITY);
}

#[test]
fn the_statistics_of_no_rows_are_zero() {
    let m = inner_mixture(3, 5, 0.1, 0);
    let none = stats(&BitMatrix::zeros(0, 5), &m);
    assert_eq!(stats_bits(&none, 3), stats_bits(&SufficientStats::zeros(3, 5), 3));
}
