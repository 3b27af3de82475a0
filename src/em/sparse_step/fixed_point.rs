//! Responsibilities as whole numbers: multiples of 2^-32, whose sums are exact. For fewer than 2^31 rows they fit into 64 bits.

/// The responsibility 1.
pub(super) const ONE: i64 = 1 << 32;

/// Responsibilities below this are 0.
pub(in crate::em) const SMALLEST: f64 = 0.5 / ONE as f64;

/// Nats behind the best component beyond which a responsibility is below half of 2^-32, and so 0: `33 ln 2`.
pub(super) const REACH: f64 = 22.873_856_958_594_61;

/// A sum in fixed point as a number.
#[inline(always)]
pub(super) fn real(sum: i64) -> f64 {
    sum as f64 / ONE as f64
}
