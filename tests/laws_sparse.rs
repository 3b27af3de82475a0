//! The laws of the sparse E-step. The bits are the same whatever was run before and on any number
//! of threads. The statistics are the reference's within the bound of fixed point.
//!
//! **The bound** for N rows and K components. A responsibility is off by half of 2^-24 for each
//! component of its row, for one of them makes up for all others ([`fixed_point`]). Rounding of
//! scores ([`single_precision`]) adds r (1 - r) times twice that, to first order: what one
//! component gains, the others lose.
//!
//! A row's log-likelihood lacks the components that are more than 25 ln 2 behind (33 ln 2 with
//! fewer than 512 features). The reference tells how much that is. The rest is 1e-11 relative.

mod common;

use bmm::bench::em::{self, BLOCK_ROWS, EStep, SufficientStats};
use bmm::bench::reference;
use bmm::{BernoulliMixture, BitMatrix};
use common::cases::{config, fixed_point, single_precision, uniform};
use common::{means_of, mixture, prior, stats, stats_bits, weights_of, with_threads};
use nalgebra::DMatrix;
use proptest::prelude::*;
use std::fmt;

/// What a mixture is like.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Means near 0 and 1, components in pairs of near twins: rows belong to one or two.
    Separated,
    /// As before, with some means of exactly 0 and 1 and every fifth weight 0.
    Boundary,
    /// Means so near 0 and 1 that rows lie thousands of nats behind the best at every feature.
    Extreme,
    /// All features rare in all components.
    Rare,
    /// Everything near one half: rows belong to all.
    Soft,
    /// Exactly one row is possible for each component: clean ones are certain, all others
    /// impossible.
    Certain,
}

const SHAPES: [Shape; 6] =
    [Shape::Separated, Shape::Boundary, Shape::Extreme, Shape::Rare, Shape::Soft, Shape::Certain];

/// Whether feature `d` is mostly one in component `k`; twins differ in one feature of thirty.
fn is_one(seed: u64, k: usize, d: usize) -> bool {
    (uniform(seed, k / 2, d) < 0.4) != (uniform(seed ^ 1, k, d) < 0.03)
}

impl Shape {
    fn mixture(self, (k, d): (usize, usize), seed: u64) -> BernoulliMixture {
        let mean = |d: usize, k: usize| {
            let (one, u) = (is_one(seed, k, d), uniform(seed ^ 2, k, d));
            let near = |edge: f64| if one { 1.0 - edge } else { edge };
            match self {
                Self::Separated => near(0.03 + 0.05 * u),
                Self::Boundary if u < 0.05 => near(0.0),
                Self::Boundary => near(0.05),
                Self::Extreme => near(1e-9),
                Self::Rare => 1e-7 * (0.5 + u),
                Self::Soft => 0.45 + 0.1 * u,
                Self::Certain => f64::from(u8::from(one)),
            }
        };
        let is_dead = |k: usize| matches!(self, Self::Boundary) && k % 5 == 4;
        let weight = |k| if is_dead(k) { 0.0 } else { 0.1 + uniform(seed ^ 3, k, 0) };
        mixture((0..k).map(weight).collect(), DMatrix::from_fn(d, k, mean))
    }
}

/// Rows of the components, noisy ones and clean ones, empty and full ones, noise, and the same row
/// many times.
fn rows(n: usize, (k, d): (usize, usize), seed: u64) -> BitMatrix {
    let component = |i| (uniform(seed ^ 4, i, 0) * k as f64) as usize;
    BitMatrix::from_fn(n, d, |i, f| match i % 16 {
        3 => false,
        5 => true,
        7 => uniform(seed ^ 5, i, f) < 0.5,
        9 | 10 => is_one(seed, 0, f),
        11 => is_one(seed, component(i), f),
        _ => is_one(seed, component(i), f) != (uniform(seed ^ 5, i, f) < 0.04),
    })
}

#[derive(Clone)]
struct Case {
    data: BitMatrix,
    k: usize,
    seed: u64,
}

impl Case {
    fn mixture(&self, shape: Shape) -> BernoulliMixture {
        shape.mixture((self.k, self.data.n_features()), self.seed)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (n, d) = (self.data.n_samples(), self.data.n_features());
        write!(f, "n = {n}, d = {d}, k = {}, seed {}", self.k, self.seed)
    }
}

/// All widths of the screen, one to three tiles; a block or less.
fn case() -> impl Strategy<Value = Case> {
    let k =
        prop_oneof![1 => Just(1_usize), 3 => 2..=16_usize, 3 => 17..=32_usize, 3 => 33..=130_usize];
    const EDGES: [usize; 10] = [64, 65, 71, 72, 1023, 1024, 1025, 1031, 2048, 2049];
    let d = prop_oneof![3 => 64..400_usize, 2 => prop::sample::select(&EDGES[..]), 1 => 1020..2100_usize];
    (1..150_usize, d, k, any::<u64>()).prop_map(|(n, d, k, seed)| Case {
        data: rows(n, (k, d), seed),
        k,
        seed,
    })
}

/// Whether all N_k and S_kd are whole multiples of 2^-24, as those of the sparse step are.
fn is_sparse(stats: &SufficientStats, k: usize) -> bool {
    let is_whole = |sum: &f64| (sum * 2f64.powi(24)).fract() == 0.0;
    (0..k).all(|k| is_whole(&stats.resp_sum(k)) && stats.weighted_sums(k).iter().all(is_whole))
}

fn total(stats: &SufficientStats, k: usize) -> f64 {
    (0..k).map(|k| stats.resp_sum(k)).sum()
}

/// Responsibilities, log-likelihood, and how much of it the components beyond reach make up.
struct Exact {
    resp: DMatrix<f64>,
    /// How far the responsibilities of each component are off by rounding of scores, over all rows.
    by_scores: Vec<f64>,
    log_likelihood: f64,
    beyond_reach: f64,
}

impl Exact {
    /// By the reference, which needs means inside (0, 1).
    fn by_reference(data: &BitMatrix, m: &BernoulliMixture) -> Self {
        let x = reference::dense(data);
        let (resp, log_likelihood) =
            reference::log_sum_exp_e_step(&x, &weights_of(m), &means_of(m));
        Self::new(resp, log_likelihood, data, m)
    }

    /// As [`Self::by_reference`], with means of exactly 0 and 1 (0 log 0 = 0). The reference scores
    /// the other features, and rows that contradict a boundary are ruled out.
    fn with_boundary(data: &BitMatrix, m: &BernoulliMixture) -> Self {
        let x = reference::dense(data);
        let is_inside = |p: f64| p > 0.0 && p < 1.0;
        let inner = means_of(m).map(|p| if is_inside(p) { p } else { 0.5 });
        let mut scores = reference::weighted_log_prob(&x, &weights_of(m), &inner);
        for k in 0..m.n_components() {
            let certain: Vec<_> =
                m.mean(k).iter().enumerate().filter(|(_, p)| !is_inside(**p)).collect();
            for i in 0..data.n_samples() {
                let agrees = certain.iter().all(|(d, p)| data.get(i, *d) == (**p == 1.0));
                // One half for each of them is taken back.
                scores[(i, k)] +=
                    if agrees { certain.len() as f64 * 2f64.ln() } else { f64::NEG_INFINITY };
            }
        }
        let mut log_likelihood = 0.0;
        for mut row in scores.row_iter_mut() {
            let top = row.max();
            if top == f64::NEG_INFINITY {
                row.copy_from_slice(m.weights());
            } else {
                row.apply(|s| *s = (*s - top).exp());
            }
            let sum = row.sum();
            log_likelihood += sum.ln() + top;
            row /= sum;
        }
        Self::new(scores, log_likelihood, data, m)
    }

    fn new(
        resp: DMatrix<f64>,
        log_likelihood: f64,
        data: &BitMatrix,
        m: &BernoulliMixture,
    ) -> Self {
        let single: Vec<f64> =
            (0..data.n_samples()).map(|i| (2.0 * single_precision(data, m, i)).exp_m1()).collect();
        let off = |(r, single): (&f64, &f64)| r * (1.0 - r) * single;
        let of_component = |k| resp.column(k).iter().zip(&single).map(off).sum();
        let by_scores = (0..m.n_components()).map(of_component).collect();
        let beyond = |row: nalgebra::RowDVector<f64>| {
            let reach = if data.n_features() < 512 { -33 } else { -25 };
            let least = row.max() * 2f64.powi(reach) * (1.0 + 1e-9);
            row.iter().filter(|r| **r < least).sum::<f64>()
        };
        let beyond_reach = resp.row_iter().map(|row| beyond(row.into_owned())).sum();
        Self { resp, by_scores, log_likelihood, beyond_reach }
    }

    fn assert_agrees(&self, stats: &SufficientStats, data: &BitMatrix) {
        let (n, d, k) = (data.n_samples() as f64, data.n_features(), self.resp.ncols());
        let of_row = fixed_point(k, d) + 1e-12;
        let (ours, theirs) = (stats.log_likelihood(), self.log_likelihood);
        let bound = 1e-11 * theirs.abs() + self.beyond_reach;
        assert!(ours == theirs || (ours - theirs).abs() <= bound, "{ours} is not {theirs}");
        let weighted = reference::dense(data).tr_mul(&self.resp);
        for k in 0..k {
            let bound = n * of_row + self.by_scores[k];
            let off = (stats.resp_sum(k) - self.resp.column(k).sum()).abs();
            assert!(off <= bound, "N of {k} is off by {off:e}");
            for (d, &sum) in stats.weighted_sums(k).iter().enumerate() {
                let off = (sum - weighted[(d, k)]).abs();
                assert!(off <= bound, "S of {k}, {d} is off by {off:e}");
            }
        }
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn statistics_are_the_references_and_responsibilities_sum_to_one(case in case()) {
        for shape in [Shape::Separated, Shape::Extreme, Shape::Rare, Shape::Soft] {
            let m = case.mixture(shape);
            let stats = stats(&case.data, &m);
            Exact::by_reference(&case.data, &m).assert_agrees(&stats, &case.data);
            let is_sparse = is_sparse(&stats, case.k);
            prop_assert!(is_sparse || !matches!(shape, Shape::Separated | Shape::Extreme));
            if is_sparse {
                prop_assert_eq!(total(&stats, case.k), case.data.n_samples() as f64);
            }
        }
    }

    #[test]
    fn boundaries_and_weights_of_zero_are_exact(case in case()) {
        for shape in [Shape::Boundary, Shape::Certain] {
            let m = case.mixture(shape);
            let stats = stats(&case.data, &m);
            Exact::with_boundary(&case.data, &m).assert_agrees(&stats, &case.data);
            // Impossible rows look as if they belonged to all components.
            let is_sparse = is_sparse(&stats, case.k);
            prop_assert!(is_sparse || stats.log_likelihood() == f64::NEG_INFINITY);
            if is_sparse {
                prop_assert_eq!(total(&stats, case.k), case.data.n_samples() as f64);
            }
            for k in (0..case.k).filter(|&k| m.weights()[k] == 0.0) {
                prop_assert_eq!(stats.resp_sum(k), 0.0);
            }
        }
    }

    #[test]
    fn a_run_after_any_other_runs_is_a_fresh_run(
        case in case(),
        history in prop::collection::vec((prop::sample::select(&SHAPES[..]), 0..3_u64), 1..8),
    ) {
        let mut e_step = EStep::new(&case.data, case.k);
        for (shape, seed) in history {
            let m = shape.mixture((case.k, case.data.n_features()), case.seed ^ seed << 40);
            let after_others = stats_bits(&e_step.run(&m), case.k);
            prop_assert!(after_others == stats_bits(&stats(&case.data, &m), case.k), "{:?}", shape);
        }
    }

    #[test]
    fn statistics_of_parts_and_in_another_order_are_those_of_the_whole(case in case()) {
        let m = case.mixture(Shape::Separated);
        let n = case.data.n_samples();
        let whole = stats(&case.data, &m);
        let backwards = stats(&case.data.select(&(0..n).rev().collect::<Vec<_>>()), &m);
        let mut sum = stats(&case.data.select(&(0..n / 3).collect::<Vec<_>>()), &m);
        let rest = stats(&case.data.select(&(n / 3..n).collect::<Vec<_>>()), &m);
        let rest_is_sparse = is_sparse(&rest, case.k) && is_sparse(&sum, case.k);
        sum.merge(&rest);
        // Another sample may choose the dense step.
        let is_comparable = [is_sparse(&backwards, case.k), rest_is_sparse];
        prop_assume!(is_sparse(&whole, case.k) && is_comparable.contains(&true));
        for (other, _) in [backwards, sum].iter().zip(is_comparable).filter(|(_, is)| *is) {
            // Exact sums; only the log-likelihood is rounded.
            let sums = stats_bits(&whole, case.k).len() - 1;
            prop_assert!(stats_bits(&whole, case.k)[..sums] == stats_bits(other, case.k)[..sums]);
            let (a, b) = (whole.log_likelihood(), other.log_likelihood());
            prop_assert!((a - b).abs() <= 1e-12 * a.abs(), "{} {}", a, b);
        }
    }
}

/// All shapes one after another, several blocks: the bits of every run.
fn all_shapes(e_step: &mut EStep, (k, d): (usize, usize)) -> Vec<Vec<u64>> {
    let shapes = SHAPES.iter().chain(SHAPES.iter().rev());
    shapes.map(|shape| stats_bits(&e_step.run(&shape.mixture((k, d), 5)), k)).collect()
}

#[test]
fn runs_have_the_same_bits_on_1_and_2_and_5_threads_and_when_their_number_changes() {
    let (n, d) = (5 * BLOCK_ROWS + 77, 90);
    for k in [1, 5, 20, 70] {
        let data = rows(n, (k, d), 5);
        let one = with_threads(1, || all_shapes(&mut EStep::new(&data, k), (k, d)));
        let mut kept = EStep::new(&data, k);
        for n in [2, 5, 1] {
            let more = with_threads(n, || all_shapes(&mut EStep::new(&data, k), (k, d)));
            assert!(one == more, "K = {k}, {n} threads");
            let again = with_threads(n, || all_shapes(&mut kept, (k, d)));
            assert!(one == again, "K = {k}, {n} threads after others");
        }
    }
}

/// As EM uses it: every iteration's statistics are those of a fresh step.
#[test]
fn every_iteration_of_a_fit_is_a_fresh_run() {
    let (n, d) = (2 * BLOCK_ROWS + 300, 120);
    for k in [3, 24, 50] {
        let data = rows(n, (k, d), 8);
        let mut e_step = EStep::new(&data, k);
        let mut m = Shape::Soft.mixture((k, d), 9);
        let mut n_sparse = 0;
        for _ in 0..25 {
            let kept = e_step.run(&m);
            assert!(stats_bits(&kept, k) == stats_bits(&stats(&data, &m), k));
            n_sparse += usize::from(is_sparse(&kept, k));
            m = em::m_step(kept, &prior(&data, 0.1), &m).unwrap();
        }
        assert!((1..25).contains(&n_sparse), "K = {k}: {n_sparse} of 25 steps were sparse");
    }
}

/// The means of exactly 0 and 1 that a fit without smoothing ends on, from a soft start.
#[test]
fn a_fit_without_smoothing_stays_a_fresh_run_on_the_boundary() {
    let (n, d, k) = (600, 80, 6);
    let data = BitMatrix::from_fn(n, d, |i, f| is_one(3, i % 6, f) && f % 7 > 0);
    let mut e_step = EStep::new(&data, k);
    let mut m = Shape::Soft.mixture((k, d), 2);
    for _ in 0..15 {
        let kept = e_step.run(&m);
        assert!(stats_bits(&kept, k) == stats_bits(&stats(&data, &m), k));
        assert!(kept.log_likelihood().is_finite());
        m = em::m_step(kept, &prior(&data, 0.0), &m).unwrap();
    }
    assert!(m.means().contains(&0.0) && m.means().contains(&1.0));
}

/// What the sparse step leaves out stays below a billionth of the log-likelihood, also where a row
/// has few nats and components are many.
#[test]
fn the_log_likelihood_is_that_of_all_components_within_1e_9_at_any_iteration() {
    for (n, d, k, noise) in [(3000, 64, 128, 0.03), (2000, 90, 300, 0.02), (2000, 512, 512, 0.02)] {
        let data = BitMatrix::from_fn(n, d, |i, f| {
            (uniform(1, i % (k / 2), f) < 0.2) != (uniform(5, i, f) < noise)
        });
        let start = |f, c| {
            let i = (uniform(8, c, 0) * n as f64) as usize;
            if data.get(i, f) { 0.75 } else { 0.25 }
        };
        let mut m = mixture(vec![1.0; k], DMatrix::from_fn(d, k, start));
        let mut e_step = EStep::new(&data, k);
        let mut n_sparse = 0;
        for _ in 0..30 {
            let stats = e_step.run(&m);
            let all: f64 = m.score_samples(&data).unwrap().iter().sum();
            let off = (stats.log_likelihood() - all).abs() / all.abs();
            assert!(off <= 1e-9, "K = {k}, D = {d}: off by {off:e}");
            n_sparse += usize::from(is_sparse(&stats, k));
            m = em::m_step(stats, &prior(&data, 1.0), &m).unwrap();
        }
        assert!(n_sparse > 15, "{n_sparse} sparse steps of K = {k}, D = {d}");
    }
}

/// Log-odds so large that single precision decides who is within reach, and rows that stay just
/// outside of it.
#[test]
fn rows_are_passed_over_only_if_no_rounding_could_bring_another_within_reach() {
    let (d, k) = (1024, 3);
    let data = BitMatrix::from_fn(40, d, |_, _| true);
    for seed in (5090..5100_u64).chain(0..150) {
        let u = |j: usize| uniform(seed, j, 1);
        // Means next to e^-650, fractions of a unit of screening apart; a third component leads in
        // every cell.
        let (top, per) = (-650.0 - 50.0 * u(0), 1.0 / 64.0 / 4.0);
        let a = top - (0.40 + 0.098 * u(1)) * per;
        let b = top - (0.502 + 0.06 * u(2)) * per;
        let gap = 17.4 + 0.6 * u(3) - d as f64 * (a - b);
        let shifted = |shift: f64| {
            let log_means = [a, b + shift, top];
            let mean = |f: usize, c: usize| if (f, c) == (0, 2) { 0.0 } else { log_means[c].exp() };
            mixture(vec![1.0, (-gap).exp(), 1e-200], DMatrix::from_fn(d, k, mean))
        };
        let (before, after) = (shifted(0.0), shifted(per * 0.1 * (u(4) - 0.3)));
        let mut kept = EStep::new(&data, k);
        kept.run(&before);
        assert!(
            stats_bits(&kept.run(&after), k) == stats_bits(&stats(&data, &after), k),
            "seed {seed}"
        );
    }
}
