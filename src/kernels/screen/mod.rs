//! Screening: for every row, the few components that are worth a score, found in 16-bit integers.
//!
//! All that matters is how far components lie behind the best one, so a cell of a table holds, for one pattern of four
//! features, by how many whole units each component's log-odds lie behind the largest among all components (the *envelope*). A
//! component's *mark* for a row is minus the sum of these units ([`crate::kernels::screen::cell`]), saturating. No order of additions
//! changes it, for a sum of numbers of one sign saturates at the end or not at all; and what has saturated is hopeless
//! anyway. Rounding is at most half a unit for each cell, so with a margin for it no component that counts is ever missed
//! ([`crate::kernels::screen::select`]).
//!
//! What is here is inlined into [`super::dispatch`], which compiles it once for each instruction set.

pub(crate) mod cell;
pub(crate) mod select;

use super::lanes::{Lanes16, array};
use super::masked::Masked;
use cell::Cell;

/// The marks of `N` components, side by side.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub struct Marks<const N: usize>(pub [i16; N]);

/// The mark of what is hopeless; a total that reaches it has lost count.
pub const SATURATED: i16 = i16::MIN;

/// The sums of all 16 patterns of four log-odds.
pub type Patterns = [f32; 16];

impl<const N: usize> Marks<N> {
    #[inline(always)]
    pub(super) fn add(self, other: Self) -> Self {
        Self(array(|l| self.0[l].saturating_add(other.0[l])))
    }

    #[inline(always)]
    pub(super) fn less(self, units: &[i16; N]) -> Self {
        Self(array(|l| self.0[l].saturating_sub(units[l])))
    }

    #[inline(always)]
    pub(super) fn max(self, other: &Self) -> Self {
        Self(array(|l| self.0[l].max(other.0[l])))
    }

    /// The marks below `lowest`; in the place of others, hopeless ones.
    #[inline(always)]
    pub(super) fn below(&self, lowest: i16) -> Self {
        Self(array(|l| if self.0[l] < lowest { self.0[l] } else { SATURATED }))
    }

    #[inline(always)]
    pub(super) fn largest<P: Masked>(&self) -> i16 {
        const { assert!(N.is_multiple_of(16)) }
        let (sixteens, _) = self.0.as_chunks::<16>();
        let mut largest = sixteens[0];
        for sixteen in &sixteens[1..] {
            largest = array(|l| largest[l].max(sixteen[l]));
        }
        P::largest(&largest)
    }

    /// Bit l is set where mark l is at least `lowest` (N is at most 64).
    #[inline(always)]
    pub(super) fn at_least<P: Masked>(&self, lowest: i16) -> u64 {
        let mut bits = 0;
        for (i, sixteen) in self.0.as_chunks::<16>().0.iter().enumerate() {
            bits |= u64::from(P::at_least(sixteen, lowest)) << (16 * i);
        }
        bits
    }
}

/// Nats in which nothing can hope: stands in for minus infinity, which must not meet itself in a subtraction.
pub const LOG_ODDS_OF_ZERO: f32 = -1e5;

/// For one group of four features, the largest and the smallest sums of all patterns among some components.
#[derive(Debug, Clone, Copy)]
pub struct Envelope {
    /// The largest.
    pub upper_bound: Patterns,
    /// The smallest of those that are possible at all.
    pub lower_bound: Patterns,
}

impl Envelope {
    /// Of no components.
    pub const NONE: Self =
        Self { upper_bound: [f32::NEG_INFINITY; 16], lower_bound: [f32::INFINITY; 16] };
}

/// Below this, a sum is one of features that are never one.
const IMPOSSIBLE: f32 = LOG_ODDS_OF_ZERO / 2.0;

/// Widens `envelope` (two groups for each byte, from byte `first` on) to the pattern sums of one component.
#[inline(always)]
pub(super) fn widen_envelope(
    envelope: &mut [[Envelope; 2]],
    component: ScreenedComponent,
    first: usize,
) {
    for (index, groups) in (first..).zip(envelope) {
        let octet = component.octet(index);
        for (group, features) in octet.as_chunks::<4>().0.iter().enumerate() {
            let Envelope { upper_bound: mut upper, lower_bound: mut lower } = groups[group];
            for pattern in 0..16 {
                let mut sum = 0.0;
                for (j, feature) in features.iter().enumerate() {
                    sum += if pattern >> j & 1 == 1 { *feature } else { 0.0 };
                }
                upper[pattern] = if sum > upper[pattern] { sum } else { upper[pattern] };
                lower[pattern] =
                    if sum < lower[pattern] && sum > IMPOSSIBLE { sum } else { lower[pattern] };
            }
            groups[group] = Envelope { upper_bound: upper, lower_bound: lower };
        }
    }
}

/// Adding 1.5 * 2^23 rounds to the nearest whole number and leaves it in the lowest bits.
const ROUND: f32 = 12_582_912.0;

/// Nats behind the best, which are not positive, as a mark: whole units, to the nearest; anything beyond the range is the lowest
/// that is not hopeless.
pub fn mark(nats: f32, units_per_nat: f32) -> i16 {
    let units = nats * units_per_nat;
    let units = if units > -32_767.0 { units } else { -32_767.0 };
    (units + ROUND).to_bits() as i16
}

/// Nats behind the envelope as units, to the nearest and at most `most`.
#[inline(always)]
fn units(nats: f32, units_per_nat: f32, most: f32) -> u16 {
    let units = nats * units_per_nat;
    let units = if units < most { units } else { most };
    (units + ROUND).to_bits() as u16
}

/// The 16 cells of one group: the pattern sums of four features of N components, behind the envelope.
#[inline(always)]
fn fill_group<C: Cell<N>, const N: usize>(
    cells: &mut [C; 16],
    features: &[[f32; N]; 4],
    highest: &Patterns,
    units_per_nat: f32,
) {
    let mut sums = [[0.0_f32; N]; 16];
    for pattern in 1..16_usize {
        let lowest = pattern & pattern.wrapping_neg();
        let (before, feature) =
            (sums[pattern ^ lowest], &features[lowest.trailing_zeros() as usize]);
        sums[pattern] = array(|l| before[l] + feature[l]);
    }
    let most = f32::from(C::MAX_UNITS);
    for (pattern, cell) in cells.iter_mut().enumerate().skip(1) {
        let below = |l: usize| highest[pattern] - sums[pattern][l];
        *cell = C::new(&array(|l| units(below(l), units_per_nat, most)));
    }
}

/// What screening needs to know of one component: its log-odds, and the features that are never one in it.
#[derive(Debug, Clone, Copy)]
pub struct ScreenedComponent<'a> {
    /// One word for each word of a packed row.
    pub log_odds: &'a [Lanes16<f32>],
    /// Features with a mean of exactly 0, as a packed row in words.
    pub never: Option<&'a [u16]>,
}

impl ScreenedComponent<'_> {
    /// The eight log-odds of one byte.
    #[inline(always)]
    fn octet(&self, index: usize) -> [f32; 8] {
        let never = self.never.map_or(0, |words| words[index / 2] >> (index % 2 * 8));
        let mut octet = self.log_odds[index / 2].0.as_chunks().0[index % 2];
        for (j, o) in octet.iter_mut().enumerate() {
            *o = if never >> j & 1 == 1 { LOG_ODDS_OF_ZERO } else { *o };
        }
        octet
    }
}

/// Fills the cells of one byte's two groups with the pattern sums of up to N components, behind the envelope.
#[inline(always)]
pub(super) fn fill_cells<C: Cell<N>, const N: usize>(
    cells: &mut [C; 32],
    components: &[ScreenedComponent],
    index: usize,
    envelope: &[Envelope; 2],
    units_per_nat: f32,
) {
    // Lanes without a component: an envelope below 0 must not raise them.
    let mut features = [[LOG_ODDS_OF_ZERO; N]; 8];
    for (l, component) in components.iter().enumerate() {
        let octet = component.octet(index);
        for (d, feature) in features.iter_mut().enumerate() {
            feature[l] = octet[d];
        }
    }
    let (halves, _) = features.as_chunks::<4>();
    let (groups, _) = cells.as_chunks_mut::<16>();
    for (group, cells) in groups.iter_mut().enumerate() {
        fill_group(cells, &halves[group], &envelope[group].upper_bound, units_per_nat);
    }
}
