//! From log-odds to the cells of screening's tables.

use super::cell::Cell;
use super::envelope::{Envelope, LOG_ODDS_OF_ZERO, Patterns, ScreenedComponent};
use super::marks::units;
use crate::kernels::lanes::array;

#[inline(always)]
pub(crate) fn fill_cells<C: Cell<N>, const N: usize>(
    cells: &mut [C; 32],
    components: &[ScreenedComponent],
    index: usize,
    envelope: &[Envelope; 2],
    units_per_nat: f32,
) {
    // Lanes without a component: an upper bound below 0 must not raise them.
    let mut features = [[LOG_ODDS_OF_ZERO; N]; 8];
    for (l, component) in components.iter().enumerate() {
        let byte = component.byte(index);
        for (d, feature) in features.iter_mut().enumerate() {
            feature[l] = byte[d];
        }
    }
    let (halves, _) = features.as_chunks::<4>();
    let (groups, _) = cells.as_chunks_mut::<16>();
    for (group, cells) in groups.iter_mut().enumerate() {
        fill_group(cells, &halves[group], &envelope[group].upper_bound, units_per_nat);
    }
}

/// The 16 cells of one group of four features: how far each pattern sum lies below the upper bound.
#[inline(always)]
fn fill_group<C: Cell<N>, const N: usize>(
    cells: &mut [C; 16],
    features: &[[f32; N]; 4],
    upper_bound: &Patterns,
    units_per_nat: f32,
) {
    let mut sums = [[0.0_f32; N]; 16];
    for pattern in 1..16_usize {
        let lowest = pattern & pattern.wrapping_neg();
        let (before, feature) =
            (sums[pattern ^ lowest], &features[lowest.trailing_zeros() as usize]);
        sums[pattern] = array(|l| before[l] + feature[l]);
    }
    let max_units = f32::from(C::MAX_UNITS);
    for (pattern, cell) in cells.iter_mut().enumerate().skip(1) {
        let distance = |l: usize| upper_bound[pattern] - sums[pattern][l];
        *cell = C::new(&array(|l| units(distance(l), units_per_nat, max_units)));
    }
}
