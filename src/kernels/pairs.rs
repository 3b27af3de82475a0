//! Exact sums for single pairs of a row and a component, over the bytes of the row that are not blank: eight features at
//! a time, picked by a mask for each value of a byte.
//!
//! A score adds eight lanes over the row's bytes, even and odd entries apart, and then the lanes in halves: an order that the
//! data alone fixes. What is here is inlined into [`super::dispatch`], which compiles it once for each instruction set.

use super::lanes::Octet;
use super::pick::Pick;
use super::row_block::{Entries, RowBlock, TILE_BYTES};
use std::ops::Range;

/// A sparse matrix over the positions of a block and the components, in compressed rows: a value for each pair.
#[derive(Debug, Clone)]
pub struct Pairs<T> {
    /// Positions that have pairs, ascending.
    positions: Vec<u32>,
    /// For each of them, where its pairs end.
    ends: Vec<u32>,
    components: Vec<u32>,
    values: Vec<T>,
}

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self { positions: vec![], ends: vec![], components: vec![], values: vec![] }
    }
}

impl<T: Copy> Pairs<T> {
    /// Forgets all pairs, keeping the memory.
    pub fn clear(&mut self) {
        self.positions.clear();
        self.ends.clear();
        self.components.clear();
        self.values.clear();
    }

    /// Adds a pair to the row that is being built.
    #[inline(always)]
    pub fn push(&mut self, component: u32, value: T) {
        self.components.push(component);
        self.values.push(value);
    }

    /// Adds two pairs to the row that is being built.
    #[inline(always)]
    pub fn push_two(&mut self, components: [u32; 2], values: [T; 2]) {
        self.components.extend_from_slice(&components);
        self.values.extend_from_slice(&values);
    }

    /// Ends the row at `position`; a row without pairs leaves no trace.
    #[inline(always)]
    pub fn end_row(&mut self, position: u32) {
        let end = self.components.len() as u32;
        if self.ends.last().copied().unwrap_or(0) < end {
            self.positions.push(position);
            self.ends.push(end);
        }
    }

    /// Forgets the pairs of the row that is being built.
    pub fn take_back(&mut self) {
        let end = self.ends.last().copied().unwrap_or(0) as usize;
        self.components.truncate(end);
        self.values.truncate(end);
    }

    /// Position, components and values of the `i`-th row that has pairs.
    #[inline(always)]
    pub fn row(&self, i: usize) -> Option<(u32, &[u32], &[T])> {
        let position = *self.positions.get(i)?;
        let start = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        let range = start..self.ends[i] as usize;
        Some((position, &self.components[range.clone()], &self.values[range]))
    }

    /// Calls `change` with the values of every row.
    pub fn for_each_row(&mut self, mut change: impl FnMut(&mut [T])) {
        let mut start = 0;
        for &end in &self.ends {
            change(&mut self.values[start..end as usize]);
            start = end as usize;
        }
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.components.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    /// The components of all pairs, row after row.
    pub fn components(&self) -> &[u32] {
        &self.components
    }

    /// The values of all pairs, row after row.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// The values of all pairs, row after row.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Sets every value to that of its component.
    pub fn set_values(&mut self, of: impl Fn(u32) -> T) {
        self.values.iter_mut().zip(&self.components).for_each(|(value, &k)| *value = of(k));
    }

    /// Replaces every value by what `new` makes of its position, component and value.
    pub fn update(&mut self, new: impl Fn(u32, u32, T) -> T) {
        let mut start = 0;
        for (&position, &end) in self.positions.iter().zip(&self.ends) {
            for i in start..end as usize {
                self.values[i] = new(position, self.components[i], self.values[i]);
            }
            start = end as usize;
        }
    }

    /// The positions that have pairs, each with the range of its pairs.
    #[inline(always)]
    pub fn rows(&self) -> impl Iterator<Item = (u32, Range<usize>)> + '_ {
        let mut start = 0;
        self.positions.iter().zip(&self.ends).map(move |(&position, &end)| {
            let range = start..end as usize;
            start = end as usize;
            (position, range)
        })
    }
}

/// Where one tile of component `k` lies among octets that have `stride` for each component.
#[inline(always)]
fn tile_of(k: u32, stride: usize, tile: usize) -> Range<usize> {
    let first = k as usize * stride;
    first + tile * TILE_BYTES..first + stride.min((tile + 1) * TILE_BYTES)
}

#[inline(always)]
pub(super) fn score_pairs<P: Pick>(
    log_odds: &[Octet<f64>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    pairs: &Pairs<f64>,
    sums: &mut [Octet<f64>],
) {
    for (position, range) in pairs.rows() {
        let list = block.bytes(tile, position as usize);
        let components = pairs.components[range.clone()].chunks(2);
        // Two components share the masks.
        for (two, sums) in components.zip(sums[range].chunks_mut(2)) {
            let of = |k| &log_odds[tile_of(k, stride, tile)];
            match (two, sums) {
                ([a, b], [sum_a, sum_b]) => score::<P, _>(list, [of(*a), of(*b)], [sum_a, sum_b]),
                ([a], [sum]) => score::<P, _>(list, [of(*a)], [sum]),
                _ => {}
            }
        }
    }
}

/// Adds to the sums of M components what they give for the bytes in `list`. Even and odd entries have sums of their own,
/// so that additions of one need not wait for the other's.
#[inline(always)]
fn score<P: Pick, const M: usize>(
    list: &[Entries],
    log_odds: [&[Octet<f64>]; M],
    sums: [&mut Octet<f64>; M],
) {
    let mut partial = [[Octet::default(); M]; 2];
    for four in list {
        for (i, &entry) in four.iter().enumerate() {
            let (byte, index) = (entry as u8, usize::from(entry >> 8));
            for (sum, log_odds) in partial[i % 2].iter_mut().zip(log_odds) {
                *sum = P::add_scores(*sum, &log_odds[index], byte);
            }
        }
    }
    for ((sum, even), odd) in sums.into_iter().zip(partial[0]).zip(partial[1]) {
        *sum = sum.zip(even.zip(odd, |a, b| a + b), |a, b| a + b);
    }
}

#[inline(always)]
pub(super) fn sum_lanes(sums: &[Octet<f64>], totals: &mut [f64]) {
    for (total, sum) in totals.iter_mut().zip(sums) {
        *total += sum.reduce(|a, b| a + b);
    }
}

#[inline(always)]
pub(super) fn add_pairs<P: Pick>(
    sums: &mut [Octet<i64>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    pairs: &Pairs<i64>,
) {
    for (position, range) in pairs.rows() {
        let list = block.bytes(tile, position as usize);
        let components = pairs.components[range.clone()].chunks(2);
        for (two, weights) in components.zip(pairs.values[range].chunks(2)) {
            let first = tile_of(two[0], stride, tile);
            if let ([_, second], [weight_a, weight_b]) = (two, weights) {
                let ranges = [first, tile_of(*second, stride, tile)];
                let [a, b] = sums.get_disjoint_mut(ranges).expect("two components");
                for &entry in list.as_flattened() {
                    let (byte, index) = (entry as u8, usize::from(entry >> 8));
                    P::add_weight(&mut a[index], *weight_a, byte);
                    P::add_weight(&mut b[index], *weight_b, byte);
                }
            } else {
                let a = &mut sums[first];
                for &entry in list.as_flattened() {
                    let (byte, index) = (entry as u8, usize::from(entry >> 8));
                    P::add_weight(&mut a[index], weights[0], byte);
                }
            }
        }
    }
}
