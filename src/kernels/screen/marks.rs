//! The marks of components for a row, and their unit.

use crate::kernels::lanes::array;
use crate::kernels::masked::Masked;

/// The marks of `N` components, side by side.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub struct Marks<const N: usize>(pub [i16; N]);

/// The lowest mark: no weight, or padding. A sum that reaches it is saturated.
pub const SATURATED: i16 = i16::MIN;

impl<const N: usize> Marks<N> {
    #[inline(always)]
    pub(super) fn add(self, other: Self) -> Self {
        Self(array(|l| self.0[l].saturating_add(other.0[l])))
    }

    #[inline(always)]
    pub(super) fn subtract(self, units: &[i16; N]) -> Self {
        Self(array(|l| self.0[l].saturating_sub(units[l])))
    }

    #[inline(always)]
    pub(super) fn max(self, other: &Self) -> Self {
        Self(array(|l| self.0[l].max(other.0[l])))
    }

    /// The marks below `lowest`, and saturated ones in the place of the others.
    #[inline(always)]
    pub(super) fn keep_below(&self, lowest: i16) -> Self {
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

    /// Bit l is set where mark l is at least `lowest`. N is at most 64.
    #[inline(always)]
    pub(super) fn at_least<P: Masked>(&self, lowest: i16) -> u64 {
        let mut bits = 0;
        for (i, sixteen) in self.0.as_chunks::<16>().0.iter().enumerate() {
            bits |= u64::from(P::at_least(sixteen, lowest)) << (16 * i);
        }
        bits
    }
}

/// Adding 1.5 * 2^23 rounds to the nearest whole number and leaves it in the lowest bits.
const ROUND: f32 = 12_582_912.0;

/// A difference of at most 0 nats as a mark: whole units, to the nearest. A difference beyond 16
/// bits becomes the lowest mark that is not saturated.
pub fn mark(nats: f32, units_per_nat: f32) -> i16 {
    let units = nats * units_per_nat;
    let units = if units > -32_767.0 { units } else { -32_767.0 };
    (units + ROUND).to_bits() as i16
}

/// Nats below the upper bound as units: to the nearest, and at most `max_units`.
#[inline(always)]
pub(super) fn units(nats: f32, units_per_nat: f32, max_units: f32) -> u16 {
    let units = nats * units_per_nat;
    let units = if units < max_units { units } else { max_units };
    (units + ROUND).to_bits() as u16
}
