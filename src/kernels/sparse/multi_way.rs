//! Rows with any number of components: scores, and sums of responsibilities.
//!
//! Both walk along the words of a row that are not blank. They work on sixteen features at a time,
//! masked by the bits of the word. A score adds sixteen lanes over the row's words, even and odd
//! entries apart, then the lanes in halves. Tiles are added in double precision.

use crate::kernels::lanes::{Lanes, Lanes8, Lanes16, array};
use crate::kernels::masked::Masked;
use crate::kernels::row_block::{FourWords, RowBlock, TILE_WORDS, word_and_index};
use std::ops::Range;

/// Rows of a block with any number of components each, and a value for each: a sparse matrix in
/// compressed rows. An entry is a component of a row, with its value.
#[derive(Debug, Clone, Default)]
pub struct MultiWayRows<T> {
    /// Positions of the rows that have entries.
    positions: Vec<u32>,
    /// Where the entries of each row end.
    ends: Vec<u32>,
    components: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy> MultiWayRows<T> {
    /// Removes all rows, and keeps the memory.
    pub fn clear(&mut self) {
        self.positions.clear();
        self.ends.clear();
        self.components.clear();
        self.values.clear();
    }

    /// Gives back memory that is large and mostly unused, as after the first iterations.
    pub fn shrink(&mut self) {
        /// Entries for which memory is kept in any case.
        const MIN_CAPACITY: usize = 1 << 12;
        if self.values.capacity() > MIN_CAPACITY.max(2 * self.values.len()) {
            self.positions.shrink_to_fit();
            self.ends.shrink_to_fit();
            self.components.shrink_to_fit();
            self.values.shrink_to_fit();
        }
    }

    /// Adds an entry to the row that is being built.
    #[inline(always)]
    pub fn push(&mut self, component: u32, value: T) {
        self.components.push(component);
        self.values.push(value);
    }

    /// Ends the row at `position`. A row without entries is left out.
    #[inline(always)]
    pub fn end_row(&mut self, position: u32) {
        let end = self.components.len() as u32;
        if self.ends.last().copied().unwrap_or(0) < end {
            self.positions.push(position);
            self.ends.push(end);
        }
    }

    /// Position, components and values of row `i`.
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

    /// Removes the rows for which `take`, given position, components and values, is true.
    pub fn take_rows(&mut self, mut take: impl FnMut(u32, &[u32], &[T]) -> bool) {
        let (mut n_rows, mut n_pairs, mut start) = (0, 0, 0);
        for i in 0..self.positions.len() {
            let range = start..self.ends[i] as usize;
            start = range.end;
            let position = self.positions[i];
            if !take(position, &self.components[range.clone()], &self.values[range.clone()]) {
                self.components.copy_within(range.clone(), n_pairs);
                self.values.copy_within(range.clone(), n_pairs);
                n_pairs += range.len();
                (self.positions[n_rows], self.ends[n_rows]) = (position, n_pairs as u32);
                n_rows += 1;
            }
        }
        self.positions.truncate(n_rows);
        self.ends.truncate(n_rows);
        self.components.truncate(n_pairs);
        self.values.truncate(n_pairs);
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.positions.len()
    }

    /// The range of the entries of some rows.
    pub fn entry_range(&self, rows: Range<usize>) -> Range<usize> {
        let end_before = |row: usize| row.checked_sub(1).map_or(0, |last| self.ends[last] as usize);
        end_before(rows.start)..end_before(rows.end)
    }

    /// The number of entries.
    pub fn n_entries(&self) -> usize {
        self.components.len()
    }

    /// The components of all entries, row after row.
    pub fn components(&self) -> &[u32] {
        &self.components
    }

    /// The values of all entries, row after row.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// The values of all entries, row after row.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Sets every value to `value` of its component.
    pub fn set_values(&mut self, value: impl Fn(u32) -> T) {
        self.values.iter_mut().zip(&self.components).for_each(|(v, &k)| *v = value(k));
    }

    /// Replaces every value by `new` of its position, component and value.
    pub fn update(&mut self, new: impl Fn(u32, u32, T) -> T) {
        let mut start = 0;
        for (&position, &end) in self.positions.iter().zip(&self.ends) {
            for i in start..end as usize {
                self.values[i] = new(position, self.components[i], self.values[i]);
            }
            start = end as usize;
        }
    }

    /// The position of every row with the range of its entries.
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

/// Where one tile of component `k` lies among words that have `stride` for each component.
#[inline(always)]
pub(crate) fn tile_of(k: u32, stride: usize, tile: usize) -> Range<usize> {
    let first = k as usize * stride;
    first + tile * TILE_WORDS..first + stride.min((tile + 1) * TILE_WORDS)
}

#[inline(always)]
pub(crate) fn score_multi_way<P: Masked>(
    log_odds: &[Lanes16<f32>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    multi_way: &mut MultiWayRows<f64>,
) {
    let MultiWayRows { positions, ends, components, values } = multi_way;
    let mut start = 0;
    for (i, &position) in positions.iter().enumerate() {
        block.prefetch_words(tile, positions, i);
        let list = block.words(tile, position as usize);
        let range = start..ends[i] as usize;
        start = range.end;
        // Two components share the masks.
        let components = &components[range.clone()];
        for (two, values) in values[range].chunks_mut(2).enumerate() {
            let tile_log_odds =
                |i: usize| &log_odds[tile_of(components[2 * two + i], stride, tile)];
            match values {
                [value_a, value_b] => {
                    let [sum_a, sum_b] = score::<P, 2>(list, [tile_log_odds(0), tile_log_odds(1)]);
                    (*value_a, *value_b) = (*value_a + sum_a, *value_b + sum_b);
                }
                [value] => *value += score::<P, 1>(list, [tile_log_odds(0)])[0],
                _ => {}
            }
        }
    }
}

/// The scores of M components for the words in `list`. Even and odd entries have sums of their own:
/// additions of one do not wait for the other's.
#[inline(always)]
fn score<P: Masked, const M: usize>(
    list: &[FourWords],
    log_odds: [&[Lanes16<f32>]; M],
) -> [f64; M] {
    let mut partial = [[Lanes::default(); M]; 2];
    for four in list {
        for (i, &entry) in four.iter().enumerate() {
            let (word, index) = word_and_index(entry);
            for (m, sum) in partial[i % 2].iter_mut().enumerate() {
                *sum = P::add_scores(*sum, &log_odds[m][index], word);
            }
        }
    }
    let [even, odd] = partial;
    array(|m| total(even[m], odd[m]))
}

/// The sum of all lanes of two sums.
#[inline(always)]
pub(crate) fn total(even: Lanes16<f32>, odd: Lanes16<f32>) -> f64 {
    f64::from(even.zip(odd, |a, b| a + b).reduce(|a, b| a + b))
}

#[inline(always)]
pub(crate) fn add_multi_way<P: Masked>(
    sums: &mut [Lanes16<i32>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    multi_way: &MultiWayRows<i32>,
    rows: Range<usize>,
) {
    for i in rows {
        let Some((position, components, weights)) = multi_way.row(i) else { return };
        let list = block.words(tile, position as usize);
        for (i, &k) in components.iter().enumerate() {
            let weight = weights[i];
            let sums = &mut sums[tile_of(k, stride, tile)];
            for &entry in list.as_flattened() {
                let (word, index) = word_and_index(entry);
                P::add_weight(&mut sums[index], weight, word);
            }
        }
    }
}

#[inline(always)]
pub(crate) fn flush_sums(sums: &mut [Lanes16<i32>], totals: &mut [Lanes8<i64>]) {
    for (half, total) in totals.iter_mut().enumerate() {
        let (octets, _) = sums[half / 2].0.as_chunks::<8>();
        total.add(&Lanes(octets[half % 2]).map(i64::from));
    }
    sums.fill(Lanes::default());
}
