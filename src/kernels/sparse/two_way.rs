//! Rows with two components: most rows that are not single.
//!
//! One difference of scores gives the responsibilities of both components. Several rows, side by
//! side in the lanes of a register, take one softmax without a branch.

use super::fixed_point::{ONE, entropy_units, fixed};
use super::multi_way::{tile_of, total};
use crate::kernels::exp::{VALUES_PER_STEP, exp_lanes, ln_lanes};
use crate::kernels::lanes::{Lanes, Lanes16};
use crate::kernels::masked::Masked;
use crate::kernels::row_block::{FourWords, RowBlock, word_and_index};
use std::ops::Range;

/// Rows of a block with two components each, the lower one first, and a value.
#[derive(Debug, Clone, Default)]
pub struct TwoWayRows<T> {
    /// Positions in the block.
    pub positions: Vec<u32>,
    /// The two components of each row.
    pub components: Vec<[u32; 2]>,
    /// The value of each row.
    pub values: Vec<T>,
}

impl<T: Copy> TwoWayRows<T> {
    /// Removes all rows, and keeps the memory.
    pub fn clear(&mut self) {
        self.positions.clear();
        self.components.clear();
        self.values.clear();
    }

    /// Adds a row.
    #[inline(always)]
    pub fn push(&mut self, position: u32, components: [u32; 2], value: T) {
        self.positions.push(position);
        self.components.push(components);
        self.values.push(value);
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.positions.len()
    }

    /// Position, components and value of every row.
    #[inline(always)]
    pub fn iter(&self) -> impl Iterator<Item = (u32, [u32; 2], T)> + '_ {
        let both = self.positions.iter().zip(&self.components);
        both.zip(&self.values).map(|((&position, &two), &value)| (position, two, value))
    }
}

#[inline(always)]
pub(crate) fn score_two_way<P: Masked>(
    log_odds: &[Lanes16<f32>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    two_way: &mut TwoWayRows<f64>,
) {
    let TwoWayRows { positions, components, values } = two_way;
    for (i, value) in values.iter_mut().enumerate() {
        block.prefetch_words(tile, positions, i);
        let (position, two) = (positions[i], components[i]);
        let tile_log_odds = |k| &log_odds[tile_of(k, stride, tile)];
        *value += lead::<P>(
            block.words(tile, position as usize),
            tile_log_odds(two[0]),
            tile_log_odds(two[1]),
        );
    }
}

/// The score of the second component less that of the first, for the words in `list`.
#[inline(always)]
fn lead<P: Masked>(list: &[FourWords], first: &[Lanes16<f32>], second: &[Lanes16<f32>]) -> f64 {
    let second = &second[..first.len()];
    let mut partial = [Lanes::default(); 2];
    for four in list {
        for (i, &entry) in four.iter().enumerate() {
            let (word, index) = word_and_index(entry);
            let ahead = second[index].zip(first[index], |b, a| b - a);
            partial[i % 2] = P::add_scores(partial[i % 2], &ahead, word);
        }
    }
    total(partial[0], partial[1])
}

/// Sets `shares` to the second component's responsibility of each row. `leads` are the nats by
/// which it is ahead of the first. Returns the entropy, in units: the sum over rows of `log z + b
/// r`. Here `b = |lead|` is how far the lesser component is behind, `r` its responsibility, and `z
/// = 1 + exp(-b)`.
#[inline(always)]
pub(crate) fn softmax_two_way(leads: &[f64], reach: f64, shares: &mut [i32]) -> i64 {
    let (whole, rest) = leads.as_chunks::<VALUES_PER_STEP>();
    let (whole_shares, rest_shares) = shares.as_chunks_mut::<VALUES_PER_STEP>();
    let mut entropy = 0;
    for (leads, shares) in whole.iter().zip(whole_shares) {
        entropy += softmax_lanes(Lanes(*leads), reach, shares);
    }
    for (lead, share) in rest.iter().zip(rest_shares) {
        entropy += softmax_lanes(Lanes([*lead]), reach, std::array::from_mut(share));
    }
    entropy
}

#[inline(always)]
fn softmax_lanes<const N: usize>(leads: Lanes<f64, N>, reach: f64, shares: &mut [i32; N]) -> i64 {
    let behind = leads.map(|lead| -lead.abs());
    let odds = behind.zip(exp_lanes(behind), |b, odds| if b < -reach { 0.0 } else { odds });
    let normaliser = odds.map(|odds| 1.0 + odds);
    let less = odds.zip(normaliser, |odds, normaliser| fixed(odds / normaliser));
    *shares = leads.zip(less, |lead, less| if lead < 0.0 { less } else { ONE - less }).0;
    let expected = behind.zip(less, |b, less| b * (f64::from(less) / f64::from(ONE)));
    let entropy = ln_lanes(normaliser).zip(expected, |log, expected| entropy_units(log - expected));
    entropy.reduce(|a, b| a + b)
}

#[inline(always)]
pub(crate) fn add_two_way<P: Masked>(
    sums: &mut [Lanes16<i32>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    two_way: &TwoWayRows<i32>,
    rows: Range<usize>,
) {
    let TwoWayRows { positions, components, values } = two_way;
    for i in rows {
        let (position, [first, second], gain) = (positions[i], components[i], values[i]);
        let ranges = [tile_of(first, stride, tile), tile_of(second, stride, tile)];
        let [loser, winner] = sums.get_disjoint_mut(ranges).expect("two components");
        let winner = &mut winner[..loser.len()];
        for &entry in block.words(tile, position as usize).as_flattened() {
            let (word, index) = word_and_index(entry);
            P::add_weight(&mut loser[index], -gain, word);
            P::add_weight(&mut winner[index], gain, word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixed_point::{REACH, SMALLEST, entropy_nats};
    use super::*;

    fn softmax(leads: &[f64]) -> (Vec<i32>, i64) {
        let mut shares = vec![-1; leads.len()];
        let entropy = softmax_two_way(leads, REACH, &mut shares);
        (shares, entropy)
    }

    #[test]
    fn shares_and_entropies_are_those_of_the_logistic_function() {
        for i in -40_000..=40_000 {
            let lead = f64::from(i) * (REACH / 40_000.0);
            let (shares, entropy) = softmax(&[lead]);
            let (of_first, same) = softmax(&[-lead]);
            assert_eq!((shares[0] + of_first[0], entropy), (ONE, same), "{lead}");
            let share = f64::from(shares[0]) / f64::from(ONE);
            let exact = 1.0 / (1.0 + libm::exp(-lead));
            assert!((share - exact).abs() <= SMALLEST * (1.0 + 1e-6), "{lead}: {share}");
            let (behind, less) = (-lead.abs(), if lead < 0.0 { share } else { 1.0 - share });
            let entropy_of_less = libm::log1p(libm::exp(behind)) - behind * less;
            assert!((entropy_nats(entropy) - entropy_of_less).abs() <= 1e-9, "{lead}");
            // Fixed point moves it by half a unit of the one behind, times what that is behind.
            let r = [exact, 1.0 - exact].map(|r| -r * libm::log(r)).iter().sum::<f64>();
            assert!((entropy_nats(entropy) - r).abs() <= 1e-9 + REACH * SMALLEST, "{lead}");
        }
    }

    #[test]
    fn a_tie_is_shared_equally() {
        for lead in [0.0, -0.0, 1e-300, -1e-300] {
            let (shares, entropy) = softmax(&[lead]);
            assert_eq!(shares, [ONE / 2]);
            assert!((entropy_nats(entropy) - 2f64.ln()).abs() <= 1e-12);
        }
    }

    #[test]
    fn beyond_reach_there_is_no_share_and_no_entropy() {
        for behind in [REACH * (1.0 + 1e-15), 18.0, 100.0, 800.0, 1e300, f64::MAX] {
            assert_eq!(softmax(&[behind]), (vec![ONE], 0));
            assert_eq!(softmax(&[-behind]), (vec![0], 0));
        }
        // Just within reach, the smallest share of all rounds either way.
        assert!((0..=1).contains(&softmax(&[-REACH]).0[0]));
        assert_eq!(softmax(&[-REACH + 1e-6]).0, [1]);
    }

    #[test]
    fn rows_side_by_side_give_what_each_gives_alone() {
        let leads: Vec<f64> = (0..100).map(|i| f64::from(i * 37 % 100) * 0.5 - 25.0).collect();
        for n in 0..=leads.len() {
            let alone = leads[..n].iter().map(|lead| softmax(&[*lead]));
            let (shares, entropies): (Vec<_>, Vec<_>) = alone.unzip();
            assert_eq!(softmax(&leads[..n]), (shares.concat(), entropies.iter().sum()));
        }
    }
}
