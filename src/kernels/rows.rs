//! The two walks over a block of rows: look up and add (E-step), add into (M-step); and the tables that they walk.
//!
//! What is here is inlined into [`super::dispatch`], which compiles it once for each instruction set.

use super::lanes::{Lanes, Real};
use super::nibbles::{CELLS, NibbleBlock};

/// Keeps a table index in range, so that the compiler drops the bounds check.
const CELL_MASK: usize = CELLS - 1;
const _: () = assert!(CELLS.is_power_of_two());

/// Fills one tile's `cells` from the log-odds of its features (at most [`super::TILE_FEATURES`]).
///
/// Cell `group * 16 + pattern` becomes the sum of the log-odds of the features that are one in `pattern`. Sums are
/// taken in f64 and rounded once.
pub fn fill_table<F: Real>(log_odds: &[Lanes<f64>], cells: &mut [Lanes<F>]) {
    for (group, features) in log_odds.chunks(4).enumerate() {
        let mut sums = [Lanes::<f64>::default(); 16];
        for pattern in 1..1_usize << features.len() {
            let lowest = pattern & pattern.wrapping_neg();
            sums[pattern] = sums[pattern ^ lowest];
            sums[pattern].add(&features[lowest.trailing_zeros() as usize]);
        }
        for (cell, sum) in cells[group * 16..group * 16 + 16].iter_mut().zip(&sums) {
            cell.0 = sum.0.map(F::from_f64);
        }
    }
}

#[inline(always)]
pub(super) fn score_rows<F: Real>(
    cells: &[Lanes<F>],
    block: &NibbleBlock,
    tile: usize,
    scores: &mut [Lanes<F>],
    stride: usize,
    offset: usize,
) {
    let cells: &[Lanes<F>; CELLS] = cells.try_into().expect("a whole tile");
    for (list, score) in block.lists(tile).zip(scores.chunks_exact_mut(stride)) {
        score[offset].add(&look_up(cells, list));
    }
}

/// The sum of the cells in `list`, as two interleaved sums: additions of one need not wait for the other's.
#[inline(always)]
fn look_up<F: Real>(cells: &[Lanes<F>; CELLS], list: &[u16]) -> Lanes<F> {
    let (mut even, mut odd) = (Lanes::<F>::default(), Lanes::<F>::default());
    let mut pairs = list.chunks_exact(2);
    for pair in pairs.by_ref() {
        even.add(&cells[usize::from(pair[0]) & CELL_MASK]);
        odd.add(&cells[usize::from(pair[1]) & CELL_MASK]);
    }
    if let [last] = pairs.remainder() {
        even.add(&cells[usize::from(*last) & CELL_MASK]);
    }
    even.add(&odd);
    even
}

#[inline(always)]
pub(super) fn accumulate_rows<F: Real>(
    cells: &mut [Lanes<f64>],
    block: &NibbleBlock,
    tile: usize,
    resp: &[Lanes<F>],
    stride: usize,
    offset: usize,
) {
    let cells: &mut [Lanes<f64>; CELLS] = cells.try_into().expect("a whole tile");
    for (list, row) in block.lists(tile).zip(resp.chunks_exact(stride)) {
        let resp = row[offset].map(F::to_f64);
        for &entry in list {
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
