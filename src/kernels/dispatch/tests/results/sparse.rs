//! What the kernels for single pairs of a row and a component give.

use super::*;
use crate::kernels::row_block::row_words;
use crate::kernels::sparse::fixed_point::{ONE, REACH};
use crate::kernels::sparse::multi_way::MultiWayRows;
use crate::kernels::sparse::two_way::TwoWayRows;

/// Pairs with 0 to 5 of six components for each row, odd numbers and even ones.
fn multi_way<T: Copy + Default>(value: impl Fn(usize) -> T) -> MultiWayRows<T> {
    let mut multi_way = MultiWayRows::default();
    for position in 0..37 {
        let components = (0..6).filter(|k| (position * 5 + k * k) % 7 < position % 6);
        components.for_each(|k| multi_way.push(k as u32, value(position * 6 + k)));
        multi_way.end_row(position as u32);
    }
    multi_way
}

/// Two of six components for two rows in three.
fn two_way<T: Copy + Default>(value: impl Fn(usize) -> T) -> TwoWayRows<T> {
    let mut two_way = TwoWayRows::default();
    for position in (0..37).filter(|position| position % 3 != 1) {
        let first = position * 5 % 6;
        let second = (first + 1 + position % 5) % 6;
        let components = [first.min(second) as u32, first.max(second) as u32];
        two_way.push(position as u32, components, value(position));
    }
    two_way
}

pub(super) fn multi_way_scores(platform: Platform, bits: &mut Vec<u64>) {
    for (block, d) in blocks() {
        let (mut multi_way, log_odds) = (multi_way(noise), log_odds(6, row_words(d)));
        for tile in 0..tile_count(d) {
            platform.score_multi_way(&log_odds, row_words(d), &block, tile, &mut multi_way);
            bits.extend(multi_way.values().iter().map(|score| score.to_bits()));
        }
    }
}

pub(super) fn two_way_scores(platform: Platform, bits: &mut Vec<u64>) {
    for (block, d) in blocks() {
        let (mut two_way, log_odds) = (two_way(noise), log_odds(6, row_words(d)));
        for tile in 0..tile_count(d) {
            platform.score_two_way(&log_odds, row_words(d), &block, tile, &mut two_way);
            bits.extend(two_way.values.iter().map(|lead| lead.to_bits()));
        }
    }
}

/// Leads of every number of rows that fill a register or not: none, all but none, at and beyond
/// reach on both sides.
pub(super) fn two_way_softmax(platform: Platform, bits: &mut Vec<u64>) {
    let beyond = REACH * (1.0 + f64::EPSILON);
    let special = [0.0, -0.0, 5e-324, -1e-17, REACH, -REACH, beyond, -beyond, 1e3, -1e3, f64::MAX];
    let usual = (0..90).map(|i| 20.0 * noise(i));
    let leads: Vec<f64> = special.into_iter().chain(usual).collect();
    for from in [0, 3, 11] {
        for n in 0..=70 {
            let mut shares = vec![-1; n];
            bits.push(platform.softmax_two_way(&leads[from..from + n], REACH, &mut shares) as u64);
            bits.extend(shares.iter().map(|share| *share as u64));
        }
    }
}

/// Sums that begin with something else than 0.
fn sums(n: usize) -> Vec<Lanes16<i32>> {
    lanes_as(n, 1e6, |sum| sum as i32)
}

fn bits_of_sums(sums: &[Lanes16<i32>]) -> impl Iterator<Item = u64> + '_ {
    sums.iter().flat_map(|word| word.0).map(|sum| sum as u64)
}

/// Changes of any size and sign, the largest ones among them.
fn change(i: usize) -> i32 {
    match i % 7 {
        0 => ONE,
        1 => -ONE,
        _ => (noise(i) * f64::from(ONE)) as i32,
    }
}

pub(super) fn multi_way_sums(platform: Platform, bits: &mut Vec<u64>) {
    for (block, d) in blocks() {
        let (stride, multi_way) = (row_words(d), multi_way(change));
        let mut sums = sums(6 * stride);
        for rows in [0..0, 0..5, 5..6, 6..multi_way.n_rows()] {
            for tile in 0..tile_count(d) {
                let rows = rows.clone();
                platform.add_multi_way(&mut sums, stride, &block, tile, &multi_way, rows);
            }
            bits.extend(bits_of_sums(&sums));
        }
    }
}

pub(super) fn two_way_sums(platform: Platform, bits: &mut Vec<u64>) {
    for (block, d) in blocks() {
        let (mut sums, two_way) = (sums(6 * row_words(d)), two_way(change));
        for rows in [0..0, 0..5, 5..6, 6..two_way.n_rows()] {
            for tile in 0..tile_count(d) {
                platform.add_two_way(&mut sums, row_words(d), &block, tile, &two_way, rows.clone());
            }
            bits.extend(bits_of_sums(&sums));
        }
    }
}

/// Whole words and a last one of which one octet counts.
pub(super) fn flushed_sums(platform: Platform, bits: &mut Vec<u64>) {
    for n_octets in [0_usize, 1, 2, 7, 98, 131] {
        let mut sums = sums(n_octets.div_ceil(2));
        if let Some(word) = sums.first_mut() {
            (word.0[0], word.0[1]) = (i32::MIN, i32::MAX);
        }
        let mut totals: Vec<Lanes8<i64>> = lanes_as(n_octets, 2.0_f64.powi(40), |sum| sum as i64);
        platform.flush_sums(&mut sums, &mut totals);
        bits.extend(bits_of_sums(&sums));
        bits.extend(totals.iter().flat_map(|octet| octet.0).map(|sum| sum as u64));
    }
}
