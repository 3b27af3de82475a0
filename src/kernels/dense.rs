//! The two walks over a block of rows with all components at once: look up and add (E-step), add into (M-step); and the
//! tables that they walk. For data whose rows belong to many components at the same time.
//!
//! What is here is inlined into [`super::dispatch`], which compiles it once for each instruction set.

use super::lanes::Lanes;
use super::row_block::{CELLS, Entries, RowBlock};

/// Keeps a table index in range, so that the compiler drops the bounds check.
const CELL_MASK: usize = CELLS - 1;
const _: () = assert!(CELLS.is_power_of_two());

#[inline(always)]
pub(super) fn fill_table(log_odds: &[Lanes<f64>], cells: &mut [Lanes<f64>]) {
    for (features, cells) in log_odds.chunks(4).zip(cells.chunks_exact_mut(16)) {
        for pattern in 1..1_usize << features.len() {
            let lowest = pattern & pattern.wrapping_neg();
            let mut sum = cells[pattern ^ lowest];
            sum.add(&features[lowest.trailing_zeros() as usize]);
            cells[pattern] = sum;
        }
    }
}

#[inline(always)]
pub(super) fn score_rows(
    cells: &[Lanes<f64>],
    block: &RowBlock,
    tile: usize,
    scores: &mut [Lanes<f64>],
    stride: usize,
    offset: usize,
) {
    let cells: &[Lanes<f64>; CELLS] = cells.try_into().expect("a whole tile");
    for (position, score) in scores.chunks_exact_mut(stride).enumerate() {
        score[offset].add(&look_up(cells, block.nibbles(tile, position)));
    }
}

/// The sum of the cells in `list`, as two interleaved sums: additions of one need not wait for the other's.
#[inline(always)]
fn look_up(cells: &[Lanes<f64>; CELLS], list: &[Entries]) -> Lanes<f64> {
    let (mut even, mut odd) = (Lanes::default(), Lanes::default());
    for four in list {
        even.add(&cells[usize::from(four[0]) & CELL_MASK]);
        odd.add(&cells[usize::from(four[1]) & CELL_MASK]);
        even.add(&cells[usize::from(four[2]) & CELL_MASK]);
        odd.add(&cells[usize::from(four[3]) & CELL_MASK]);
    }
    even.add(&odd);
    even
}

#[inline(always)]
pub(super) fn accumulate_rows(
    cells: &mut [Lanes<f64>],
    block: &RowBlock,
    tile: usize,
    resp: &[Lanes<f64>],
    stride: usize,
    offset: usize,
) {
    let cells: &mut [Lanes<f64>; CELLS] = cells.try_into().expect("a whole tile");
    for (position, row) in resp.chunks_exact(stride).enumerate() {
        let resp = row[offset];
        for &entry in block.nibbles(tile, position).as_flattened() {
            cells[usize::from(entry) & CELL_MASK].add(&resp);
        }
    }
}

#[inline(always)]
pub(super) fn fold_cells(cells: &mut [Lanes<f64>], sums: &mut [Lanes<f64>]) {
    for (features, patterns) in sums.chunks_mut(4).zip(cells.chunks_exact_mut(16)) {
        for (j, sum) in features.iter_mut().enumerate() {
            for cell in patterns.iter().enumerate().filter(|(p, _)| p >> j & 1 == 1) {
                sum.add(cell.1);
            }
        }
        patterns.fill(Lanes::default());
    }
}
