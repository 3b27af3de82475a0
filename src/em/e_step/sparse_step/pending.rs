//! Changes of responsibilities on their way to the sums of all threads.
//!
//! Each thread adds them up in 32 bits first. Before these could overflow, they are added to the
//! sums of all threads, which have 64 bits.

use super::sums::Sums;
use crate::kernels::{self, Lanes16, MultiWayRows, ONE, RowBlock, TwoWayRows, row_words};
use std::ops::Range;

/// One thread's changes that the sums of all threads do not hold yet.
pub(super) struct PendingChanges {
    n_components: usize,
    n_features: usize,
    /// For each component the sum of its changes.
    resp: Vec<i64>,
    /// For each component the sum of the absolute changes in `weighted`: a bound on every sum.
    load: Vec<i64>,
    /// Component after component, 16 features a word: sums of changes times feature. Empty if the
    /// memory was given back.
    weighted: Vec<Lanes16<i32>>,
    /// Transfers between two components, for the rows of one block.
    two_way: TwoWayRows<i32>,
    /// Changes of any number of components, for the other rows of that block.
    multi_way: MultiWayRows<i32>,
}

/// Rows that are added between two checks of the loads.
const ROWS_PER_CHECK: usize = 63;

/// A component with a larger load is flushed at a check.
const MAX_LOAD: i64 = 1 << 30;

/// Memory of at least so many bytes is given back at the end. It takes K in the hundreds, and then
/// filling it with zeros again costs little beside a step.
const LARGE_BYTES: usize = 1 << 21;

const _: () = assert!(MAX_LOAD + ROWS_PER_CHECK as i64 * (ONE as i64) < i32::MAX as i64);

impl PendingChanges {
    pub(super) fn new(n_components: usize, n_features: usize) -> Self {
        Self {
            n_components,
            n_features,
            resp: vec![0; n_components],
            load: vec![0; n_components],
            weighted: Vec::new(),
            two_way: TwoWayRows::default(),
            multi_way: MultiWayRows::default(),
        }
    }

    /// In the row at `position`, `gain` passes from the first of two components to the second.
    #[inline(always)]
    pub(super) fn transfer(&mut self, position: u32, components: [u32; 2], gain: i32) {
        let (loser, winner) = (components[0] as usize, components[1] as usize);
        self.resp[loser] -= i64::from(gain);
        self.resp[winner] += i64::from(gain);
        self.two_way.push(position, components, gain);
    }

    /// Component `k` of the row that is being put together changes.
    pub(super) fn change(&mut self, k: u32, by: i32) {
        if by != 0 {
            self.resp[k as usize] += i64::from(by);
            self.multi_way.push(k, by);
        }
    }

    pub(super) fn end_row(&mut self, position: u32) {
        self.multi_way.end_row(position);
    }

    /// Adds up the changes of all rows of `block`.
    pub(super) fn add_block(&mut self, block: &RowBlock, sums: &Sums) {
        let stride = row_words(self.n_features);
        self.weighted.resize(self.n_components * stride, Lanes16::default());
        let tiles = 0..kernels::tile_count(self.n_features);
        for rows in in_steps(self.two_way.n_rows()) {
            for tile in tiles.clone() {
                let Self { weighted, two_way, .. } = self;
                kernels::add_two_way(weighted, stride, block, tile, two_way, rows.clone());
            }
            for i in rows {
                let size = i64::from(self.two_way.values[i].abs());
                self.two_way.components[i].into_iter().for_each(|k| self.add_load(k, size, sums));
            }
        }
        for rows in in_steps(self.multi_way.n_rows()) {
            for tile in tiles.clone() {
                let Self { weighted, multi_way, .. } = self;
                kernels::add_multi_way(weighted, stride, block, tile, multi_way, rows.clone());
            }
            for i in self.multi_way.entry_range(rows) {
                let (k, by) = (self.multi_way.components()[i], self.multi_way.values()[i]);
                self.add_load(k, i64::from(by.abs()), sums);
            }
        }
        self.two_way.clear();
        self.multi_way.clear();
    }

    fn add_load(&mut self, k: u32, size: i64, sums: &Sums) {
        let load = &mut self.load[k as usize];
        *load += size;
        if *load > MAX_LOAD {
            self.flush(k as usize, sums);
        }
    }

    /// Adds all changes to the sums. Large memory is given back: the M-step needs as much.
    pub(super) fn flush_all(&mut self, sums: &Sums) {
        for k in 0..self.load.len() {
            if self.load[k] > 0 {
                self.flush(k, sums);
            }
        }
        if size_of_val(&self.weighted[..]) >= LARGE_BYTES {
            self.weighted = Vec::new();
        }
    }

    /// Adds the changes of component `k` to the sums.
    fn flush(&mut self, k: usize, sums: &Sums) {
        let stride = row_words(self.n_features);
        let mut sum = sums.of_component(k);
        sum.resp += std::mem::take(&mut self.resp[k]);
        kernels::flush_sums(&mut self.weighted[k * stride..(k + 1) * stride], &mut sum.weighted);
        self.load[k] = 0;
    }
}

/// The numbers below `n`, [`ROWS_PER_CHECK`] at a time.
fn in_steps(n: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n).step_by(ROWS_PER_CHECK).map(move |first| first..n.min(first + ROWS_PER_CHECK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    const K: usize = 4;

    /// The changes of the rows of a block, added up one by one.
    struct Exact {
        data: BitMatrix,
        block: RowBlock,
        resp: Vec<i64>,
        weighted: Vec<Vec<i64>>,
    }

    impl Exact {
        fn new(d: usize) -> Self {
            // The first feature is one in all rows, and so takes every change.
            let data = BitMatrix::from_fn(300, d, |i, f| f == 0 || (i * 7 + f * 13) % 5 < 2);
            let block = RowBlock::by_length(&data, 0);
            let weighted = vec![vec![0; d.next_multiple_of(8)]; K];
            Self { data, block, resp: vec![0; K], weighted }
        }

        fn change(&mut self, position: u32, k: u32, by: i32) {
            let (row, k, by) = (self.block.row(position as usize), k as usize, i64::from(by));
            self.resp[k] += by;
            self.data.ones(row).for_each(|d| self.weighted[k][d] += by);
        }

        fn transfer(
            &mut self,
            pending: &mut PendingChanges,
            position: u32,
            two: [u32; 2],
            gain: i32,
        ) {
            pending.transfer(position, two, gain);
            self.change(position, two[0], -gain);
            self.change(position, two[1], gain);
        }

        fn assert_in(&self, sums: &Sums) {
            for (k, weighted) in self.weighted.iter().enumerate() {
                let sum = sums.of_component(k);
                assert_eq!(sum.resp, self.resp[k]);
                let found = sum.weighted.iter().flat_map(|octet| octet.0);
                assert!(found.eq(weighted.iter().copied()), "component {k}");
            }
        }
    }

    /// Every row passes from the first of two components to the second, several times, and once
    /// back: some 2^33 in each direction, far more than 32 bits hold.
    #[test]
    fn transfers_of_full_size_arrive_exactly() {
        for d in [1, 19, 1040] {
            let (sums, mut pending) = (Sums::zeros(K, d), PendingChanges::new(K, d));
            let mut exact = Exact::new(d);
            for (round, gain) in [ONE, ONE, ONE, -ONE, ONE, ONE].into_iter().enumerate() {
                let two = [[0, 1], [1, 3], [0, 1]][round % 3];
                (0..300).for_each(|position| exact.transfer(&mut pending, position, two, gain));
                pending.add_block(&exact.block, &sums);
            }
            pending.flush_all(&sums);
            exact.assert_in(&sums);
            assert!(exact.resp.iter().any(|sum| sum.abs() > 1 << 31));
        }
    }

    #[test]
    fn changes_of_any_size_arrive_exactly() {
        let d = 50;
        let (sums, mut pending) = (Sums::zeros(K, d), PendingChanges::new(K, d));
        let mut exact = Exact::new(d);
        for round in 0..20_i32 {
            for position in 0..300_u32 {
                let is_transfer = position % 7 == 3;
                if is_transfer {
                    exact.transfer(&mut pending, position, [1, 2], 12_345 - round);
                }
                for k in (0..K as u32).filter(|k| !is_transfer && (position + k) % 5 < 4) {
                    let by = [ONE, -ONE / 3, 0, ONE - round][k as usize];
                    pending.change(k, by);
                    exact.change(position, k, by);
                }
                pending.end_row(position);
            }
            pending.add_block(&exact.block, &sums);
        }
        pending.flush_all(&sums);
        exact.assert_in(&sums);
        assert!(exact.resp[0] > 1 << 35 && exact.resp[2].abs() < 1 << 31);
    }

    #[test]
    fn what_is_flushed_is_flushed_once() {
        let d = 33;
        let (sums, mut exact) = (Sums::zeros(K, d), Exact::new(d));
        // They share the sums, and one that has flushed can go on.
        let mut threads = [PendingChanges::new(K, d), PendingChanges::new(K, d)];
        for _ in 0..3 {
            for pending in &mut threads {
                (0..300).for_each(|position| exact.transfer(pending, position, [0, 2], 77));
                pending.add_block(&exact.block, &sums);
                pending.flush_all(&sums);
                pending.flush_all(&sums);
            }
            exact.assert_in(&sums);
        }
    }
}
