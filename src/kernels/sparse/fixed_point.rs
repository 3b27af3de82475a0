//! Responsibilities as whole multiples of 2^-24, the resolution of single precision near 1. Their
//! sums are exact.

use crate::kernels::exp::ROUND;

/// The responsibility 1.
pub const ONE: i32 = 1 << 24;

/// Responsibilities below this are 0.
pub const SMALLEST: f64 = 0.5 / ONE as f64;

/// Nats behind the best beyond which a responsibility is 0, being below half of 2^-24: `25 ln 2`.
pub const REACH: f64 = 17.328_679_513_998_633;

/// Nats behind the best component beyond which a component is left out of a row's log-likelihood.
/// It is [`REACH`] for rows of 512 features and more. Shorter rows have fewer nats, so what is left
/// out counts for more: there it is `33 ln 2`, which keeps the error below a billionth.
pub fn reach(n_features: usize) -> f64 {
    if n_features < 512 { REACH / 25.0 * 33.0 } else { REACH }
}

/// The unit of an entropy as a whole number, in nats: 2^-40. Sums of them are exact too.
const ENTROPY_UNIT: f64 = 1.0 / (1_u64 << 40) as f64;

/// A number of less than 2^50 in size, to the nearest whole one.
#[inline(always)]
fn whole(x: f64) -> i64 {
    // Not a cast: that saturates, and does not vectorise.
    (x + ROUND).to_bits().wrapping_sub(ROUND.to_bits()) as i64
}

/// A responsibility in [0, 1] in fixed point, to the nearest.
#[inline(always)]
pub(crate) fn fixed(resp: f64) -> i32 {
    whole(resp * f64::from(ONE)) as i32
}

/// A sum of responsibilities as a number.
#[inline(always)]
pub fn real(sum: i64) -> f64 {
    sum as f64 / f64::from(ONE)
}

/// An entropy of less than 2^10 nats as a whole number.
#[inline(always)]
pub fn entropy_units(nats: f64) -> i64 {
    whole(nats / ENTROPY_UNIT)
}

/// The nats of a sum of entropies.
pub fn entropy_nats(units: i64) -> f64 {
    units as f64 * ENTROPY_UNIT
}
