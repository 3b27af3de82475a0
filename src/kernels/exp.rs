//! `exp` for non-positive arguments and the natural logarithm, in double precision and branch-free,
//! so that loops over them vectorise.
//!
//! They use additions, multiplications and divisions only, in a fixed order. So they give the same
//! bits on every machine, whatever its mathematical library.

use super::lanes::Lanes;

/// Below this `exp` is flushed to zero: e^-708 is the last power above the smallest normal number.
const UNDERFLOW: f64 = -708.0;

/// Adding 1.5 * 2^52 rounds to a whole number and leaves it in the lowest bits of the mantissa.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;

/// ln 2 split in two: the high part has 32 bits, so that its product with an exponent is exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `1/n!` from n = 0 to 13: the series of exp. Its remainder for |r| <= ln(2) / 2 is below 5e-18.
const INVERSE_FACTORIALS: [f64; 14] = [
    1.0,
    1.0,
    0.5,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];

/// `exp(x)` of every lane, none of them positive: within 1e-15 relative for `x >= -708` and exactly
/// 0 below. Argument reduction by Cody and Waite (*Software Manual for the Elementary Functions*,
/// 1980): `exp(x) = 2^n exp(r)` with `n = round(x / ln 2)`. Each step is made for all lanes before
/// the next one. A step waits for the one before, and the processor does not look far enough ahead
/// to begin with the next register meanwhile.
#[inline(always)]
pub(super) fn exp_lanes<const N: usize>(x: Lanes<f64, N>) -> Lanes<f64, N> {
    let clamped = x.map(|x| if x > UNDERFLOW { x } else { UNDERFLOW });
    let rounded = clamped.map(|x| x * std::f64::consts::LOG2_E + ROUND);
    let r = clamped.zip(rounded, |x, rounded| {
        let n = rounded - ROUND;
        (x - n * LN_2_HIGH) - n * LN_2_LOW
    });
    let p = r.map(|r| polynomial(INVERSE_FACTORIALS, r));
    // 2^n straight from those bits: a cast to integer saturates, and that does not vectorise.
    let scaled = p.zip(rounded, |p, rounded| {
        p * f64::from_bits((rounded.to_bits() << 52).wrapping_add(1023 << 52))
    });
    x.zip(scaled, |x, scaled| if x > UNDERFLOW { scaled } else { 0.0 })
}

/// 2^54, which makes every subnormal number normal.
const LIFT: f64 = 18_014_398_509_481_984.0;

/// The mantissa bits of sqrt(1/2): numbers are split as `2^n z` with z in [sqrt(1/2), sqrt(2)).
const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;

/// `1/(2n + 1)`, n = 0 to 10: the series of artanh(s) / s. The rest for |s| <= 0.1716 is < 1e-18.
const INVERSE_ODDS: [f64; 11] = [
    1.0,
    1.0 / 3.0,
    1.0 / 5.0,
    1.0 / 7.0,
    1.0 / 9.0,
    1.0 / 11.0,
    1.0 / 13.0,
    1.0 / 15.0,
    1.0 / 17.0,
    1.0 / 19.0,
    1.0 / 21.0,
];

/// The polynomial in `x` with `coefficients` from that of degree 0 upwards.
///
/// By Horner's rule every operation would wait for the one before. Here four sums, each of every
/// fourth term, go on side by side. This is the scheme of Estrin, one level deeper (1960,
/// *Organization of computer systems: the fixed plus variable structure computer*).
#[inline(always)]
fn polynomial<const N: usize>(coefficients: [f64; N], x: f64) -> f64 {
    let (square, fourth) = (x * x, (x * x) * (x * x));
    let mut sums = [0.0; 4];
    for (n, sum) in sums.iter_mut().enumerate() {
        let last = n + (N - 1 - n) / 4 * 4;
        *sum = coefficients[last];
        for i in (n..last).step_by(4).rev() {
            *sum = *sum * fourth + coefficients[i];
        }
    }
    (sums[0] + sums[1] * x) + (sums[2] + sums[3] * x) * square
}

/// The natural logarithm of every lane: finite numbers that are not negative. That of 0 is -inf.
/// The error is below 1e-15 relative, or 1e-16 absolute near 1. `ln(2^n z) = n ln 2 + 2 artanh(s)`
/// with `s = (z - 1) / (z + 1)` (Abramowitz & Stegun, *Handbook of Mathematical Functions*, 1964,
/// 4.1.27). Each step is made for all lanes before the next one: see [`exp_lanes`].
#[inline(always)]
pub(super) fn ln_lanes<const N: usize>(x: Lanes<f64, N>) -> Lanes<f64, N> {
    let normal = x.map(|x| if x < f64::MIN_POSITIVE { x * LIFT } else { x });
    let n_bits = normal.map(exponent_bits);
    let s = normal.zip(n_bits, |x, n_bits| {
        let z = f64::from_bits(x.to_bits().wrapping_sub(n_bits << 52));
        (z - 1.0) / (z + 1.0)
    });
    let fraction = s.map(|s| 2.0 * s * polynomial(INVERSE_ODDS, s * s));
    let n = x.zip(n_bits, |x, n_bits| {
        let lifted = if x < f64::MIN_POSITIVE { 54.0 } else { 0.0 };
        // A small whole number from its bits, by the same addition that rounds.
        f64::from_bits(n_bits.wrapping_add(ROUND.to_bits())) - ROUND - lifted
    });
    let ln = fraction.zip(n, |fraction, n| n * LN_2_HIGH + (fraction + n * LN_2_LOW));
    x.zip(ln, |x, ln| if x > 0.0 { ln } else { f64::NEG_INFINITY })
}

/// `n` of `x = 2^n z` with z in [sqrt(1/2), sqrt(2)), as the bits of an integer.
#[inline(always)]
fn exponent_bits(x: f64) -> u64 {
    (x.to_bits().wrapping_sub(SQRT_HALF_BITS) as i64 >> 52) as u64
}

/// Arguments of `exp` or `ln` that are worked on together: four registers of AVX-512.
pub(super) const VALUES_PER_STEP: usize = 32;

// No generic function for both: a function passed as an argument is not compiled for its caller's
// instruction set.

#[inline(always)]
pub(super) fn exp_all(values: &mut [f64]) {
    let (whole, rest) = values.as_chunks_mut::<VALUES_PER_STEP>();
    for values in whole {
        *values = exp_lanes(Lanes(*values)).0;
    }
    rest.iter_mut().for_each(|x| *x = exp_lanes(Lanes([*x])).0[0]);
}

#[inline(always)]
pub(super) fn ln_all(values: &mut [f64]) {
    let (whole, rest) = values.as_chunks_mut::<VALUES_PER_STEP>();
    for values in whole {
        *values = ln_lanes(Lanes(*values)).0;
    }
    rest.iter_mut().for_each(|x| *x = ln_lanes(Lanes([*x])).0[0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exp(x: f64) -> f64 {
        exp_lanes(Lanes([x])).0[0]
    }

    fn ln(x: f64) -> f64 {
        ln_lanes(Lanes([x])).0[0]
    }

    #[test]
    fn exp_agrees_with_libm_over_the_whole_range_and_its_ends_are_exact() {
        for step in 0..708_000 {
            let x = f64::from(step) * -1e-3 - 1e-5;
            let exact = libm::exp(x);
            let error = (exp(x) - exact).abs() / exact;
            assert!(error < 1e-15, "exp({x}) is off by {error:e}");
        }
        assert_eq!([0.0, -0.0, -708.1, f64::NEG_INFINITY].map(exp), [1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn ln_agrees_with_libm_from_the_smallest_number_to_the_largest_and_close_to_1() {
        let larger = |x: &f64| Some(x * 1.000_37 + 5e-324).filter(|x| *x < 1e308);
        for x in std::iter::successors(Some(5e-324), larger) {
            let (exact, ours) = (libm::log(x), ln(x));
            assert!((ours - exact).abs() <= 1e-15 * exact.abs().max(0.1), "ln({x:e}) is {ours}");
        }
        for step in 1..1000 {
            let x = 1.0 + f64::from(step) * f64::EPSILON;
            assert!((ln(x) - libm::log(x)).abs() <= 1e-15 * libm::log(x), "{x}");
        }
        assert_eq!([0.0, 1.0].map(ln), [f64::NEG_INFINITY, 0.0]);
    }
}
