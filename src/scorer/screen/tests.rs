//! Screening against exact scores: it may name too many components, never too few.

use super::super::Layout;
use super::*;
use crate::bits::BitMatrix;
use crate::kernels::{Narrow, REACH, Wide};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A number in [0, 1) that depends on the arguments only (splitmix64).
pub(crate) fn uniform(seed: u64, i: usize, d: usize) -> f64 {
    let mut z = seed ^ ((i as u64) << 32 | d as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for multiplier in [0xbf58_476d_1ce4_e5b9_u64, 0x94d0_49bb_1331_11eb] {
        z = (z ^ z >> 29).wrapping_mul(multiplier);
    }
    ((z ^ z >> 32) >> 11) as f64 / 2f64.powi(53)
}

/// `log pi_k + log p(x given k)` of every row and component, feature by feature.
fn exact_scores(scorer: &Scorer, means: &[f64], data: &BitMatrix) -> Vec<Vec<f64>> {
    let d = data.n_features();
    let score = |i: usize, k: usize| {
        let of_feature = |f: usize| match (data.get(i, f), means[k * d + f]) {
            (true, mean) => libm::log(mean),
            (false, mean) => libm::log1p(-mean),
        };
        libm::log(scorer.weights()[k]) + (0..d).map(of_feature).sum::<f64>()
    };
    let row = |i| (0..scorer.n_components()).map(|k| score(i, k)).collect();
    (0..data.n_samples()).map(row).collect()
}

/// The candidates of each row of the data.
fn found<C: Cell<N>, const N: usize>(
    scorer: &Scorer,
    data: &BitMatrix,
    n_coarser: usize,
) -> Vec<Vec<usize>> {
    let mut screen = Screen::<C, N>::new(scorer.n_components(), data.n_features(), REACH);
    for _ in 0..n_coarser {
        assert!(screen.coarsen());
    }
    screen.set_mixture(scorer);
    let block = RowBlock::by_length(data, 0);
    let positions: Vec<u32> = (0..block.n_rows() as u32).collect();
    let mut candidates = Candidates::default();
    screen.find(scorer, &block, &positions, &mut ScreenScratch::default(), &mut candidates);
    by_row(&candidates, &block, scorer.n_components())
}

/// The candidates of each row. Checks that every row is in the one list for its number of
/// candidates.
fn by_row(candidates: &Candidates, block: &RowBlock, n_components: usize) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new(); block.n_rows()];
    let mut put = |position: u32, components: &[u32]| {
        let row = &mut found[block.row(position as usize)];
        assert!(row.is_empty(), "a row that was put twice");
        row.extend(components.iter().map(|&k| k as usize));
    };
    let Candidates { single, two_way, multi_way, n_saturated, .. } = candidates;
    assert_eq!(single.slack.len(), single.positions.len());
    assert_eq!(single.components.len(), single.positions.len());
    for (&position, &k) in single.positions.iter().zip(&single.components) {
        put(position, &[k]);
    }
    assert_eq!(two_way.iter().count(), two_way.positions.len());
    two_way.iter().for_each(|(position, two, _)| put(position, &two));
    let mut n_full = 0;
    for (position, range) in multi_way.rows() {
        let components = &multi_way.components()[range];
        n_full += usize::from(components.len() == n_components);
        // A row whose marks are saturated has all components, which may be two.
        assert!(components.len() > 2 || components.len() == n_components);
        put(position, components);
    }
    assert!(*n_saturated <= n_full, "a saturated row lacks components");
    assert!(two_way.values.iter().chain(multi_way.values()).all(|value| *value == 0.0));
    assert!(single.positions.is_sorted() && two_way.positions.is_sorted());
    assert!(found.iter().all(|components| !components.is_empty()), "a row that was put nowhere");
    found
}

/// Checks that no component within reach is missing; returns the mean number of candidates.
fn assert_none_is_missed<C: Cell<N>, const N: usize>(
    weights: &[f64],
    means: &[f64],
    data: &BitMatrix,
    n_coarser: usize,
) -> f64 {
    let scorer = Scorer::new(weights, means, Layout::plain(data.n_features()));
    let all = found::<C, N>(&scorer, data, n_coarser);
    for (i, scores) in exact_scores(&scorer, means, data).iter().enumerate() {
        let found = &all[i];
        assert!(found.is_sorted_by(|a, b| a < b), "row {i}: {found:?}");
        assert!(found.iter().all(|&k| k < weights.len()), "row {i}: {found:?}");
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if best == f64::NEG_INFINITY {
            // All components are candidates: exact scores say that none is possible.
            assert_eq!(found.len(), weights.len(), "row {i} is impossible");
        }
        for (k, score) in scores.iter().enumerate() {
            // Scores this far apart are off by a little themselves.
            let counts = best - score < REACH - 1e-9;
            assert!(!counts || found.contains(&k), "row {i} misses {k} of {found:?}");
        }
    }
    all.iter().map(Vec::len).sum::<usize>() as f64 / data.n_samples() as f64
}

/// Checks it with the width that so many components take, and all wider ones.
fn assert_none_is_missed_in_any_width(
    weights: &[f64],
    means: &[f64],
    data: &BitMatrix,
    n_coarser: usize,
) -> f64 {
    if weights.len() <= 16 {
        assert_none_is_missed::<Wide<16>, 16>(weights, means, data, n_coarser);
    }
    if weights.len() <= 32 {
        assert_none_is_missed::<Wide<32>, 32>(weights, means, data, n_coarser);
    }
    assert_none_is_missed::<Narrow, 64>(weights, means, data, n_coarser)
}

/// How the means of components lie.
#[derive(Debug, Clone, Copy)]
enum Means {
    /// Near 0 or near 1, each component in its own way.
    Separated(f64),
    /// Components that differ by a few nats only.
    Close,
    /// A third of the features at exactly 0 or 1.
    Boundary,
    /// All features so rare in all components that any one is a surprise.
    Rare(f64),
}

impl Means {
    fn mean(self, seed: u64, k: usize, d: usize) -> f64 {
        let (u, prototype) = (uniform(seed ^ 1, k, d), uniform(seed ^ 2, k, d) < 0.4);
        match self {
            Self::Separated(edge) if prototype => 1.0 - edge * (1.0 + u),
            Self::Separated(edge) => edge * (1.0 + u),
            Self::Close => 0.3 + 0.4 * uniform(seed, 0, d) + 0.02 * u,
            Self::Boundary if u < 0.02 => f64::from(u8::from(prototype)),
            Self::Boundary => 0.05 + 0.9 * f64::from(u8::from(prototype)),
            Self::Rare(edge) => edge * (0.5 + u),
        }
    }
}

fn means() -> impl Strategy<Value = Means> {
    prop_oneof![
        3 => prop_oneof![Just(1e-1), Just(1e-3), Just(1e-9), Just(1e-15)].prop_map(Means::Separated),
        1 => Just(Means::Close),
        3 => Just(Means::Boundary),
        2 => prop_oneof![Just(1e-2), Just(1e-6), Just(1e-12), Just(1e-100)].prop_map(Means::Rare),
    ]
}

/// Rows like those of a component with some bits flipped, empty ones, full ones, noise.
fn rows(n: usize, (k, d): (usize, usize), means: &[f64], seed: u64) -> BitMatrix {
    let component = |i| (uniform(seed ^ 3, i, 0) * k as f64) as usize;
    BitMatrix::from_fn(n, d, |i, f| match i % 8 {
        0 => false,
        1 => true,
        2 => uniform(seed ^ 4, i, f) < 0.3,
        3 => f % 97 == i,
        _ => uniform(seed ^ 4, i, f) < means[component(i) * d + f],
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 120,
        rng_seed: RngSeed::Fixed(20_240_229),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_component_within_reach_is_missed(
        kind in means(),
        k in prop_oneof![2..=16_usize, 17..=32_usize, 33..=130_usize],
        d in prop_oneof![64..300_usize, Just(1023), Just(1024), Just(1025), 1020..2100_usize],
        zero_weights in any::<bool>(),
        n_coarser in 0..=6_usize,
        seed in any::<u64>(),
    ) {
        let weight = |k: usize| if zero_weights && k % 3 == 1 { 0.0 } else { 0.01 + uniform(seed, k, 7) };
        let weights: Vec<f64> = (0..k).map(weight).collect();
        let total: f64 = weights.iter().sum();
        let weights: Vec<f64> = weights.into_iter().map(|w| w / total).collect();
        let means: Vec<f64> = (0..k * d).map(|i| kind.mean(seed, i / d, i % d)).collect();
        let data = rows(24, (k, d), &means, seed);
        assert_none_is_missed_in_any_width(&weights, &means, &data, n_coarser);
    }
}

/// Three components of which the third leads at every pattern but has next to no weight. Each mark
/// of the first is rounded up by almost half a unit, each of the second down. The second is almost
/// out of reach.
fn assert_rounding_misses_none<C: Cell<N>, const N: usize>(d: usize, n_coarser: usize) {
    let units = 64.0 / f64::from(1 << n_coarser);
    let behind = [0.498 / units, 0.502 / units, 0.0];
    let logistic = |o: f64| 1.0 / (1.0 + libm::exp(-o));
    // One feature of every group of four is one in the row.
    let mean = |k: usize, d: usize| if d % 4 == 1 { logistic(-1.0 - behind[k]) } else { 0.5 };
    let means: Vec<f64> = (0..3 * d).map(|i| mean(i / d, i % d)).collect();
    let zeros = |k: usize| means[k * d..(k + 1) * d].iter().map(|m| libm::log1p(-m)).sum::<f64>();
    let gap = (0..d).filter(|d| d % 4 == 1).count() as f64 * (behind[1] - behind[0]);
    let bias = [0.0, gap - REACH + 1e-3, -150.0 - d as f64];
    let log_weights: Vec<f64> = (0..3).map(|k| bias[k] - zeros(k)).collect();
    let top = log_weights[0];
    let weights: Vec<f64> = log_weights.iter().map(|w| libm::exp(w - top)).collect();
    let data = BitMatrix::from_fn(1, d, |_, f| f % 4 == 1);
    let scorer = Scorer::new(&weights, &means, Layout::plain(d));
    let exact = &exact_scores(&scorer, &means, &data)[0];
    assert!((0.0..REACH).contains(&(exact[0] - exact[1])) && exact[2] < exact[1]);
    assert_none_is_missed::<C, N>(&weights, &means, &data, n_coarser);
}

#[test]
fn rounding_against_a_component_at_every_mark_does_not_lose_it() {
    for d in [64, 500, 1024, 2100] {
        for n_coarser in 0..=6 {
            assert_rounding_misses_none::<Wide<16>, 16>(d, n_coarser);
            assert_rounding_misses_none::<Narrow, 64>(d, n_coarser);
        }
    }
}

/// Where the margin for rounding alone exceeds 16 bits.
#[test]
fn the_longest_rows_miss_no_component_either() {
    assert_rounding_misses_none::<Wide<16>, 16>(160_000, 0);
}

/// Lanes without a component begin saturated and stay so, however rare the ones of a row are.
#[test]
fn padding_never_comes_into_question() {
    for k in [2, 15, 17, 40, 65] {
        let means: Vec<f64> = (0..k * 64).map(|i| 1e-10 * (1.0 + uniform(3, i, 0))).collect();
        let data = BitMatrix::from_fn(1, 64, |_, _| true);
        assert_none_is_missed_in_any_width(&vec![1.0 / k as f64; k], &means, &data, 0);
    }
}

/// Two components that a missing feature rules out lead by far; the third is the truth, the fourth
/// near it.
#[test]
fn leaders_that_a_missing_feature_rules_out_hide_no_component() {
    let d = 100;
    let mean = |k: usize, d: usize| match (k, d) {
        (0 | 1, 99) => 1.0,
        (0 | 1, d) => [0.999, 0.99][k] - 0.001 * f64::from(u8::from(d < 50)),
        (_, 99) => 0.5,
        (3, 98) => 0.6,
        _ => 0.3,
    };
    let means: Vec<f64> = (0..4 * d).map(|i| mean(i / d, i % d)).collect();
    let data = BitMatrix::from_fn(1, d, |_, f| f < 99);
    let weights = [0.25; 4];
    let scorer = Scorer::new(&weights, &means, Layout::plain(d));
    assert_none_is_missed_in_any_width(&weights, &means, &data, 0);
    // In the finest units these two are too far behind to be told apart.
    assert_none_is_missed_in_any_width(&weights, &means, &data, 2);
    assert_eq!(found::<Wide<16>, 16>(&scorer, &data, 2), [[2, 3]]);
}

#[test]
fn a_clear_row_has_one_candidate_and_a_tie_two() {
    let (k, d) = (20, 400);
    let mean = |k: usize, d: usize| if uniform(9, k / 2, d) < 0.3 { 0.9 } else { 0.05 };
    let means: Vec<f64> = (0..k * d).map(|i| mean(i / d, i % d)).collect();
    let data = BitMatrix::from_fn(10, d, |i, f| mean(2 * i, f) > 0.5);
    let per_row = assert_none_is_missed_in_any_width(&[0.05; 20], &means, &data, 0);
    assert_eq!(per_row, 2.0);
    let every_other = means.chunks(d).step_by(2).collect::<Vec<_>>().concat();
    assert_eq!(assert_none_is_missed_in_any_width(&[0.1; 10], &every_other, &data, 0), 1.0);
}

#[test]
fn units_get_coarser_down_to_one_for_a_nat() {
    let mut screen = Screen::<Wide<16>, 16>::new(2, 64, REACH);
    let scorer = Scorer::new(&[0.5, 0.5], &[0.4; 128], Layout::plain(64));
    screen.set_mixture(&scorer);
    assert_eq!(screen.units_per_nat, 64.0);
    assert_eq!((0..10).take_while(|_| screen.coarsen()).count(), 6);
    screen.set_mixture(&scorer);
    assert_eq!(screen.units_per_nat, 1.0);
    screen.refine();
    screen.set_mixture(&scorer);
    assert_eq!(screen.units_per_nat, 64.0);
}

/// However many nats one component lies behind another in a cell, but for what is never one.
fn assert_no_cell_is_cut_short<C: Cell<N>, const N: usize>(nats: f64, is_never: bool) {
    let (d, near) = (64, 1.0 / (1.0 + libm::exp(nats / 8.0)));
    let mean = |k: usize, f: usize| match k {
        0 => near,
        1 => 1.0 - near,
        _ if f == 7 && is_never => 0.0,
        _ => 0.5,
    };
    let means: Vec<f64> = (0..3 * d).map(|i| mean(i / d, i % d)).collect();
    let scorer = Scorer::new(&[0.25, 0.25, 0.5], &means, Layout::plain(d));
    let mut screen = Screen::<C, N>::new(3, d, REACH);
    screen.set_mixture(&scorer);
    // A cell is four features.
    let [behind, ahead] = [0, 1].map(|k| 4.0 * scorer.log_odds(k)[0].0[0]);
    let units = (ahead - behind) * f64::from(screen.units_per_nat);
    let most = f64::from(C::MAX_UNITS);
    assert!(units <= most * (1.0 + 1e-6), "{units} units do not fit into a cell");
    let is_finest = screen.units_per_nat == MAX_UNITS_PER_NAT;
    let is_for_never = is_never && screen.units_per_nat == f32::from(C::MAX_UNITS) / FAR_NATS;
    let is_full = units >= most * (1.0 - 1e-6);
    assert!(is_finest || is_for_never || is_full, "too coarse by far: {units}");
}

#[test]
fn units_are_as_fine_as_the_farthest_cell_allows() {
    for nats in [0.5, 3.9, 4.1, 60.0, 250.0] {
        for is_never in [false, true] {
            assert_no_cell_is_cut_short::<Wide<16>, 16>(nats, is_never);
            assert_no_cell_is_cut_short::<Wide<32>, 32>(nats, is_never);
            assert_no_cell_is_cut_short::<Narrow, 64>(nats, is_never);
        }
    }
}
