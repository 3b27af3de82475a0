//! Changes of responsibilities on their way to the sums: first in 32 bits for each thread, in time into 64 bits for all.

use super::sums::Sums;
use crate::kernels::{self, Lanes16, MultiWayRows, ONE, RowBlock, TwoWayRows, row_words};
use std::ops::Range;

/// One thread's changes that the sums of all do not hold yet.
pub(super) struct Ledger {
    n_components: usize,
    n_features: usize,
    /// For each component the sum of its changes.
    resp: Vec<i64>,
    /// For each component the sum of the sizes of the changes in `weighted`: no sum of changes is larger.
    load: Vec<i64>,
    /// Component after component, one word for sixteen features: sums of changes times feature. Empty in a large ledger that
    /// is closed.
    weighted: Vec<Lanes16<i32>>,
    /// Changes of the rows of one block: between two components, and among more.
    two_way: TwoWayRows<i32>,
    others: MultiWayRows<i32>,
}

/// Rows that are added before loads are looked at again.
const AT_ONCE: usize = 63;

/// What a component's sums of changes may come to between times.
const FULL: i64 = 1 << 30;

/// Bytes from which on a ledger is large: to fill so much with zeros again takes little beside so many components.
const LARGE: usize = 1 << 21;

const _: () = assert!(FULL + AT_ONCE as i64 * (ONE as i64) < i32::MAX as i64);

impl Ledger {
    pub(super) fn new(n_components: usize, n_features: usize) -> Self {
        Self {
            n_components,
            n_features,
            resp: vec![0; n_components],
            load: vec![0; n_components],
            weighted: Vec::new(),
            two_way: TwoWayRows::default(),
            others: MultiWayRows::default(),
        }
    }

    /// In the row at `position`, the second of two components gains at the expense of the first.
    #[inline(always)]
    pub(super) fn shift(&mut self, position: u32, components: [u32; 2], gain: i32) {
        let (loser, winner) = (components[0] as usize, components[1] as usize);
        self.resp[loser] -= i64::from(gain);
        self.resp[winner] += i64::from(gain);
        self.two_way.push(position, components, gain);
    }

    /// Component `k` of the row that is being built changes.
    pub(super) fn change(&mut self, k: u32, by: i32) {
        if by != 0 {
            self.resp[k as usize] += i64::from(by);
            self.others.push(k, by);
        }
    }

    /// Ends the row at `position`.
    pub(super) fn end_row(&mut self, position: u32) {
        self.others.end_row(position);
    }

    /// Adds up the changes of all rows of `block`.
    pub(super) fn settle(&mut self, block: &RowBlock, sums: &Sums) {
        let stride = row_words(self.n_features);
        self.weighted.resize(self.n_components * stride, Lanes16::default());
        let tiles = 0..kernels::tile_count(self.n_features);
        for rows in in_steps(self.two_way.len()) {
            for tile in tiles.clone() {
                let Self { weighted, two_way, .. } = self;
                kernels::add_two_way(weighted, stride, block, tile, two_way, rows.clone());
            }
            for i in rows {
                let size = i64::from(self.two_way.values[i].abs());
                self.two_way.components[i].into_iter().for_each(|k| self.carry(k, size, sums));
            }
        }
        for rows in in_steps(self.others.n_rows()) {
            for tile in tiles.clone() {
                let Self { weighted, others, .. } = self;
                kernels::add_multi_way(weighted, stride, block, tile, others, rows.clone());
            }
            for i in self.others.entry_range(rows) {
                let (k, by) = (self.others.components()[i], self.others.values()[i]);
                self.carry(k, i64::from(by.abs()), sums);
            }
        }
        self.two_way.clear();
        self.others.clear();
    }

    /// Notes that component `k` has changed by `size`, and hands its changes on when it has to.
    fn carry(&mut self, k: u32, size: i64, sums: &Sums) {
        let load = &mut self.load[k as usize];
        *load += size;
        if *load > FULL {
            self.hand_on(k as usize, sums);
        }
    }

    /// Adds all changes to the sums; a large ledger gives its memory back, for what comes next is as large.
    pub(super) fn close(&mut self, sums: &Sums) {
        for k in 0..self.load.len() {
            if self.load[k] > 0 {
                self.hand_on(k, sums);
            }
        }
        if size_of_val(&self.weighted[..]) >= LARGE {
            self.weighted = Vec::new();
        }
    }

    fn hand_on(&mut self, k: usize, sums: &Sums) {
        let stride = row_words(self.n_features);
        let mut sum = sums.of_component(k);
        sum.resp += std::mem::take(&mut self.resp[k]);
        kernels::flush_sums(&mut self.weighted[k * stride..(k + 1) * stride], &mut sum.weighted);
        self.load[k] = 0;
    }
}

/// The numbers below `n`, so many at a time.
fn in_steps(n: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n).step_by(AT_ONCE).map(move |first| first..n.min(first + AT_ONCE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    const K: usize = 4;

    /// Sums as they should be.
    #[derive(Clone, PartialEq, Debug)]
    struct Exact {
        resp: Vec<i64>,
        weighted: Vec<Vec<i64>>,
    }

    impl Exact {
        fn zeros(d: usize) -> Self {
            Self { resp: vec![0; K], weighted: vec![vec![0; d]; K] }
        }

        fn change(&mut self, data: &BitMatrix, row: usize, k: u32, by: i32) {
            self.resp[k as usize] += i64::from(by);
            data.ones(row).for_each(|d| self.weighted[k as usize][d] += i64::from(by));
        }

        fn of(sums: &Sums, d: usize) -> Self {
            let of_component = |k| {
                let sum = sums.of_component(k);
                let flat = sum.weighted.iter().flat_map(|octet| octet.0);
                assert!(flat.clone().skip(d).all(|padding| padding == 0));
                (sum.resp, flat.take(d).collect())
            };
            let (resp, weighted) = (0..K).map(of_component).unzip();
            Self { resp, weighted }
        }
    }

    fn data(d: usize) -> (BitMatrix, RowBlock) {
        // The first feature is one in all rows, and so takes every change.
        let data = BitMatrix::from_fn(300, d, |i, f| f == 0 || (i * 7 + f * 13) % 5 < 2);
        let block = RowBlock::by_length(&data, 0);
        (data, block)
    }

    /// Every row goes over from the first of two components to the second, again and again, and once back: some 2^33 in
    /// each direction, far more than 32 bits hold.
    #[test]
    fn shifts_of_full_size_arrive_exactly() {
        for d in [1, 19, 1040] {
            let (data, block) = data(d);
            let (sums, mut ledger) = (Sums::zeros(K, d), Ledger::new(K, d));
            let mut exact = Exact::zeros(d);
            for (round, gain) in [ONE, ONE, ONE, -ONE, ONE, ONE].into_iter().enumerate() {
                for position in 0..300 {
                    let two = [[0, 1], [1, 3], [0, 1]][round % 3];
                    ledger.shift(position, two, gain);
                    let row = block.row(position as usize);
                    exact.change(&data, row, two[0], -gain);
                    exact.change(&data, row, two[1], gain);
                }
                ledger.settle(&block, &sums);
            }
            ledger.close(&sums);
            assert!(Exact::of(&sums, d) == exact, "{d} features");
            assert!(exact.resp.iter().any(|sum| sum.abs() > 1 << 31));
        }
    }

    /// Rows with any number of changes, of any size, besides shifts; the same again and again.
    #[test]
    fn changes_of_any_size_arrive_exactly() {
        let d = 50;
        let (data, block) = data(d);
        let (sums, mut ledger) = (Sums::zeros(K, d), Ledger::new(K, d));
        let mut exact = Exact::zeros(d);
        for round in 0..20_i32 {
            for position in 0..300_u32 {
                let row = block.row(position as usize);
                let is_shift = position % 7 == 3;
                if is_shift {
                    ledger.shift(position, [1, 2], 12_345 - round);
                    exact.change(&data, row, 1, round - 12_345);
                    exact.change(&data, row, 2, 12_345 - round);
                }
                for k in (0..K as u32).filter(|k| !is_shift && (position + k) % 5 < 4) {
                    let by = [ONE, -ONE / 3, 0, ONE - round][k as usize];
                    ledger.change(k, by);
                    exact.change(&data, row, k, by);
                }
                ledger.end_row(position);
            }
            ledger.settle(&block, &sums);
        }
        ledger.close(&sums);
        assert_eq!(Exact::of(&sums, d), exact);
        assert!(exact.resp[0] > 1 << 35 && exact.resp[2].abs() < 1 << 31);
    }

    /// Several ledgers hand on to the same sums, and one that is closed can go on.
    #[test]
    fn what_is_handed_on_is_handed_on_once() {
        let d = 33;
        let (data, block) = data(d);
        let sums = Sums::zeros(K, d);
        let mut exact = Exact::zeros(d);
        let mut ledgers = [Ledger::new(K, d), Ledger::new(K, d)];
        for _ in 0..3 {
            for ledger in &mut ledgers {
                for position in 0..300 {
                    ledger.shift(position, [0, 2], 77);
                    exact.change(&data, block.row(position as usize), 0, -77);
                    exact.change(&data, block.row(position as usize), 2, 77);
                }
                ledger.settle(&block, &sums);
                ledger.close(&sums);
                ledger.close(&sums);
            }
            assert_eq!(Exact::of(&sums, d), exact);
        }
    }
}
