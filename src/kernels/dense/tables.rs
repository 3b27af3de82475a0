//! The two walks with all components at once, and the tables of the first.
//!
//! For the E-step, the walk along a row's list looks up cells and adds them. For the M-step, the
//! walk along a cell's list of rows adds up their responsibilities.

use super::columns::{Columns, PATTERNS};
use crate::kernels::lanes::Lanes;
use crate::kernels::row_block::{CELLS, FourNibbles, RowBlock};

#[inline(always)]
pub(crate) fn fill_table(log_odds: &[Lanes<f64>], cells: &mut [Lanes<f64>]) {
    for (features, cells) in log_odds.chunks(4).zip(cells.as_chunks_mut().0) {
        let mut four = [Lanes::default(); 4];
        four[..features.len()].copy_from_slice(features);
        fill_group(&four, cells);
    }
}

/// The sums of all patterns of four features, each from one with a feature less.
#[inline(always)]
fn fill_group(features: &[Lanes<f64>; 4], cells: &mut [Lanes<f64>; PATTERNS]) {
    let mut sums = [Lanes::default(); PATTERNS];
    for pattern in 1..PATTERNS {
        let lowest = pattern & pattern.wrapping_neg();
        let mut sum = sums[pattern ^ lowest];
        sum.add(&features[lowest.trailing_zeros() as usize]);
        sums[pattern] = sum;
    }
    *cells = sums;
}

#[inline(always)]
pub(crate) fn score_rows(
    cells: &[Lanes<f64>],
    block: &RowBlock,
    tile: usize,
    scores: &mut [Lanes<f64>],
) {
    let cells: &[Lanes<f64>; CELLS] = cells.try_into().expect("a whole tile");
    for (position, score) in scores.iter_mut().enumerate() {
        let sum = look_up(cells, block.nibbles(tile, position));
        if tile == 0 {
            *score = sum;
        } else {
            score.add(&sum);
        }
    }
}

/// The sum of the cells in `list`, as two interleaved sums that do not wait for each other.
#[inline(always)]
fn look_up(cells: &[Lanes<f64>; CELLS], list: &[FourNibbles]) -> Lanes<f64> {
    let (mut even, mut odd) = (Lanes::default(), Lanes::default());
    for four in list {
        even.add(&cells[four.cell(0)]);
        odd.add(&cells[four.cell(1)]);
        even.add(&cells[four.cell(2)]);
        odd.add(&cells[four.cell(3)]);
    }
    even.add(&odd);
    even
}

#[inline(always)]
pub(crate) fn add_columns<const N: usize>(
    columns: &Columns,
    first_feature: usize,
    resp: &[&[Lanes<f64>]; N],
    sums: &mut [[Lanes<f64>; N]],
) {
    for (group, sums) in (first_feature / 4..).zip(sums.chunks_mut(4)) {
        let mut features = [[Lanes::default(); N]; 4];
        for pattern in 1..PATTERNS {
            let sum = sum_rows(columns.rows(group, pattern), resp);
            for (j, feature) in features.iter_mut().enumerate() {
                if pattern >> j & 1 == 1 {
                    add(feature, &sum);
                }
            }
        }
        for (j, sum) in sums.iter_mut().enumerate() {
            add(sum, &features[j]);
        }
    }
}

/// Adds chunk by chunk.
#[inline(always)]
fn add<const N: usize>(sums: &mut [Lanes<f64>; N], by: &[Lanes<f64>; N]) {
    for chunk in 0..N {
        sums[chunk].add(&by[chunk]);
    }
}

#[inline(always)]
fn sum_rows<const N: usize>(rows: &[u16], resp: &[&[Lanes<f64>]; N]) -> [Lanes<f64>; N] {
    let (mut even, mut odd) = ([Lanes::default(); N], [Lanes::default(); N]);
    let (pairs, rest) = rows.as_chunks::<2>();
    for pair in pairs {
        for chunk in 0..N {
            even[chunk].add(&resp[chunk][usize::from(pair[0])]);
            odd[chunk].add(&resp[chunk][usize::from(pair[1])]);
        }
    }
    for row in rest {
        for chunk in 0..N {
            even[chunk].add(&resp[chunk][usize::from(*row)]);
        }
    }
    add(&mut even, &odd);
    even
}
