//! The sparse step must not depend on the width of its screen, on its units, or on earlier runs.
//! `tests/laws_sparse.rs` holds its statistics to the reference.

use super::softmax::{push_weights, softmax};
use super::*;
use crate::bits::BitMatrix;
use crate::em::e_step::BLOCK_ROWS;
use crate::kernels::{MultiWayRows, ONE, REACH, SMALLEST};
use crate::scorer::{Layout, uniform};

const D: usize = 90;

/// Components in pairs of near twins; `distance` from 0 (all alike) to 1 (means of 0.01 and 0.99).
fn mean(k: usize, d: usize, distance: f64, seed: u64) -> f64 {
    let twins_differ = uniform(seed ^ 1, k, d) < 0.04;
    let is_one = (uniform(seed, k / 2, d) < 0.4) != twins_differ;
    0.5 + if is_one { 0.49 } else { -0.49 } * distance
}

fn scorer(k: usize, distance: f64, seed: u64) -> Scorer {
    let means: Vec<f64> = (0..k * D).map(|i| mean(i / D, i % D, distance, seed)).collect();
    let weights: Vec<f64> = (0..k).map(|k| 1.0 + (k % 3) as f64).collect();
    let total: f64 = weights.iter().sum();
    let weights: Vec<f64> = weights.iter().map(|w| w / total).collect();
    Scorer::new(&weights, &means, Layout::plain(D))
}

/// Rows of `k` components, with some noise; every 40th one is empty or full.
fn rows(n: usize, k: usize) -> Blocks {
    let data = BitMatrix::from_fn(n, D, |i, d| match i % 80 {
        0 => false,
        40 => true,
        _ => (mean(i % k, d, 1.0, 7) > 0.5) != (uniform(3, i, d) < 0.05),
    });
    Blocks::new(&crate::em::Rows::new(&data), &Layout::plain(D), BLOCK_ROWS, usize::MAX)
}

fn bits(stats: &SufficientStats, k: usize) -> Vec<u64> {
    let sums = (0..k).flat_map(|k| {
        std::iter::once(stats.resp_sum(k)).chain(stats.weighted_sums(k).iter().copied())
    });
    sums.chain([stats.log_likelihood()]).map(f64::to_bits).collect()
}

/// One run with a screen of cells `C`, whose units are made coarser `n_coarser` times. Gives all
/// bits of the statistics. The entropy of each block is among them: a sum may hide a difference.
fn fresh<C: Cell<N>, const N: usize>(
    scorer: &Scorer,
    blocks: &Blocks,
    n_coarser: usize,
) -> Vec<u64> {
    let mut steps = ScreenedStep::<C, N>::new(scorer.n_components(), D);
    (0..n_coarser).for_each(|_| assert!(steps.screen.coarsen()));
    // Not by `prepare`, which chooses units of its own.
    steps.screen.set_mixture(scorer);
    let mut all = bits(&steps.run(scorer, blocks), scorer.n_components());
    all.extend(steps.contributions.iter().map(|block| block.entropy.to_bits()));
    all
}

fn assert_gives<C: Cell<N>, const N: usize>(expected: &[u64], scorer: &Scorer, blocks: &Blocks) {
    for n_coarser in 0..=6 {
        let coarser = fresh::<C, N>(scorer, blocks, n_coarser);
        let k = scorer.n_components();
        assert!(coarser == expected, "{N} side by side, K = {k}, {n_coarser} times coarser");
    }
}

#[test]
fn neither_the_width_of_the_screen_nor_its_units_matter() {
    for k in [2, 9, 16, 40] {
        let blocks = rows(1500, k);
        for distance in [0.4, 0.8, 1.0] {
            let scorer = scorer(k, distance, 7);
            let expected = fresh::<Wide<16>, 16>(&scorer, &blocks, 0);
            assert_gives::<Wide<16>, 16>(&expected, &scorer, &blocks);
            assert_gives::<Wide<32>, 32>(&expected, &scorer, &blocks);
            assert_gives::<Narrow, 64>(&expected, &scorer, &blocks);
        }
    }
}

#[test]
fn weights_as_responsibilities_sum_to_one() {
    for weights in [
        vec![1.0],
        vec![0.5, 0.5],
        vec![0.0, 1.0],
        vec![1.0 / 3.0; 3],
        vec![1e-12, 1.0 - 1e-12],
        vec![0.2, 0.8 + 1e-10],
    ] {
        let mut multi_way = MultiWayRows::default();
        push_weights(&weights, &mut multi_way);
        assert_eq!(multi_way.values().iter().sum::<i32>(), ONE);
        for (&k, &resp) in multi_way.components().iter().zip(multi_way.values()) {
            let off = real(resp.into()) - weights[k as usize];
            assert!(off.abs() <= 2.0 * weights.len() as f64 * SMALLEST);
        }
    }
}

/// For any number of components and any shares. The remainder goes to the best component without a
/// change of the entropy as it is summed up. So the entropy is off by the error of each other
/// responsibility, times its nats behind, which are at most the reach.
#[test]
fn responsibilities_of_a_row_sum_to_one_and_give_its_entropy() {
    let components: Vec<u32> = (0..50).collect();
    for n in 1..=50 {
        for spread in [0.0, 1e-9, 1.0, 10.0, 17.0, 22.0, 40.0] {
            let mut behind: Vec<f64> = (0..n).map(|k| -spread * uniform(5, n, k)).collect();
            behind[n / 2] = 0.0;
            let exponentials: Vec<f64> = behind.iter().map(|s| libm::exp(*s)).collect();
            let mut multi_way = MultiWayRows::default();
            let (normaliser, shared) =
                softmax(&components[..n], &behind, &exponentials, &mut multi_way);
            assert_eq!(multi_way.values().iter().sum::<i32>(), ONE);
            assert!(multi_way.values().iter().all(|resp| *resp > 0));
            let resp: Vec<f64> = exponentials.iter().map(|e| e / normaliser).collect();
            let expected: f64 = resp.iter().map(|r| -r * libm::log(*r)).sum();
            let bound = REACH * n as f64 * SMALLEST + 1e-12;
            assert!((libm::log(normaliser) - shared - expected).abs() <= bound);
            for (&k, &fixed) in multi_way.components().iter().zip(multi_way.values()) {
                let others = if behind[k as usize] == 0.0 { n as f64 } else { 1.0 };
                let off = real(fixed.into()) - resp[k as usize];
                assert!(off.abs() <= others * SMALLEST * (1.0 + 1e-6));
            }
        }
    }
}

#[test]
fn rows_with_one_component_are_passed_over_while_mixtures_move_little() {
    let blocks = rows(1000, 8);
    let all = [0.125; 8];
    // A component without weight is in nobody's way.
    let one_dead = [0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.0];
    for weights in [all, one_dead] {
        let mut steps = ScreenedStep::<Wide<16>, 16>::new(8, D);
        let mut scorer = Scorer::blank(8, Layout::plain(D));
        let mut run = |distance: f64| {
            let of_component = |k: usize| (0..D).map(move |d| mean(k * 2, d, distance, 7));
            let drift =
                scorer.set_mixture(&weights, &(0..8).flat_map(of_component).collect::<Vec<_>>());
            blocks.with(0, |block| steps.prepare(&scorer, &drift, block));
            steps.run(&scorer, &blocks);
            // There is one block, which holds all rows, so there is one worker.
            steps.workers[0].n_screened()
        };
        assert_eq!(run(0.9), 1000);
        let (same, close, far) = (run(0.9), run(0.9001), run(0.1));
        assert!(same < 500 && close < 600, "{same} and {close} rows are looked at again");
        assert_eq!(far, 1000);
    }
}

/// Features of the row below. It is one in one of each four, so each of its cells counts.
const LONG: usize = 64;

/// The finest unit, in nats.
const UNIT: f64 = 1.0 / 64.0;

/// Mixtures of a leader, of a rival that is `slack` units and a little more beyond reach, and of
/// two components that round marks. Then the leader falls by half of `lost` nats and the rival
/// rises by the other half: by the mean of a one of the row, so the row attains both bounds.
///
/// The third component has no weight and leads at every pattern. So in each cell the leader's mark
/// is rounded up and the rival's down, by almost half a unit. The fourth has the largest bias, so
/// the marks of biases are rounded likewise.
fn losing_its_lead(slack: usize, lost: f64) -> ([f64; 4], Vec<f64>) {
    let log_odds = [0.498, 0.502, 0.0, 192.0].map(|units| -1.0 - units * UNIT);
    let at_first = log_odds.map(|odds| 1.0 / (1.0 + libm::exp(-odds)));
    let moved_by = [-lost / 2.0, lost / 2.0, 0.0, 0.0];
    let mean = |k: usize, d: usize| match d {
        1 => at_first[k] * libm::exp(moved_by[k]),
        d if d % 4 == 1 => at_first[k],
        _ => 0.5,
    };
    let reach_units = (reach(LONG) / UNIT).ceil() + slack as f64;
    let biases = [-0.49 * UNIT, -(reach_units + 0.51) * UNIT, f64::NEG_INFINITY, 0.0];
    let weights: [f64; 4] = std::array::from_fn(|k| {
        let of_zeros = (LONG / 4) as f64 * libm::log1p(-at_first[k]);
        libm::exp(biases[k] - of_zeros)
    });
    let total: f64 = weights.iter().sum();
    (weights.map(|w| w / total), (0..4 * LONG).map(|i| mean(i / LONG, i % LONG)).collect())
}

/// Returns how much of its lead the row has lost when it is looked at again, in eighths of a unit.
fn lost_when_looked_at_again<C: Cell<N>, const N: usize>(slack: usize) -> Option<usize> {
    let data = BitMatrix::from_fn(1, LONG, |_, d| d % 4 == 1);
    let layout = Layout::plain(LONG);
    let blocks = Blocks::new(&crate::em::Rows::new(&data), &layout, BLOCK_ROWS, usize::MAX);
    let mut kept = ScreenedStep::<C, N>::new(4, LONG);
    let mut scorer = Scorer::blank(4, layout);
    let mut looked_at = None;
    // On until the rival has long been within reach.
    for eighths in 0..8 * (slack + 3) {
        let (weights, means) = losing_its_lead(slack, eighths as f64 / 8.0 * UNIT);
        let drift = scorer.set_mixture(&weights, &means);
        let mut fresh = ScreenedStep::<C, N>::new(4, LONG);
        let [kept_bits, fresh_bits] = [&mut kept, &mut fresh].map(|step| {
            blocks.with(0, |block| step.prepare(&scorer, &drift, block));
            assert_eq!(step.screen.nats(64), 64.0 * UNIT, "the units are not the finest");
            bits(&step.run(&scorer, &blocks), 4)
        });
        assert!(kept_bits == fresh_bits, "wrong after {eighths} eighths of a unit");
        if eighths > 0 && looked_at.is_none() && kept.workers[0].n_screened() > 0 {
            looked_at = Some(eighths);
        }
    }
    looked_at
}

/// Over up to 480 steps. A rule that waits for one unit more comes too late: the row's true lead
/// exceeds its slack by a sixth of a unit.
#[test]
fn a_row_that_loses_its_lead_little_by_little_is_looked_at_before_it_matters() {
    for slack in [1, 20, 60] {
        for lost in [
            lost_when_looked_at_again::<Wide<16>, 16>(slack),
            lost_when_looked_at_again::<Wide<32>, 32>(slack),
            lost_when_looked_at_again::<Narrow, 64>(slack),
        ] {
            assert_eq!(lost, Some(8 * slack));
        }
    }
}
