//! `exp` in single precision for non-positive arguments, branch-free so that it vectorises.
//!
//! Argument reduction by Cody and Waite (*Software Manual for the Elementary Functions*, 1980):
//! `exp(x) = 2^n exp(r)` with `n = round(x / ln 2)` and `|r| <= ln(2) / 2`; `exp(r)` by its Taylor polynomial of degree
//! 7, whose remainder (below 6e-9) is under half a unit in the last place. Only additions and multiplications, in a
//! fixed order: the same bits on every machine.

/// Below this, the result is flushed to zero: e^-87 is the last above the smallest normal number.
const UNDERFLOW: f32 = -87.0;

/// Adding 1.5 * 2^23 rounds to the nearest whole number and leaves it in the lowest bits of the mantissa.
const ROUND: f32 = 12_582_912.0;

/// ln 2 split in two: the high part has few bits, so that `n * LN_2_HIGH` is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `exp(x)` for `x <= 0`, within 2e-7 relative for `x >= -87` and exactly 0 below.
#[inline(always)]
pub fn exp_nonpositive(x: f32) -> f32 {
    let clamped = if x > UNDERFLOW { x } else { UNDERFLOW };
    let rounded = clamped * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (clamped - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut p = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = p * r + coefficient;
    }
    // 2^n straight from those bits: a cast to integer would saturate, and that does not vectorise.
    let scale = f32::from_bits((rounded.to_bits() << 23).wrapping_add(127 << 23));
    if x > UNDERFLOW { p * scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_double_precision_over_the_whole_range() {
        for step in 0..870_000 {
            let x = -(step as f32) * 1e-4;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp_nonpositive(x)) - exact).abs() / exact;
            assert!(error < 2e-7, "exp({x}) is off by {error:e}");
        }
    }

    #[test]
    fn ends_are_exact() {
        assert_eq!(exp_nonpositive(0.0), 1.0);
        assert_eq!(exp_nonpositive(-0.0), 1.0);
        assert_eq!(exp_nonpositive(-88.0), 0.0);
        assert_eq!(exp_nonpositive(f32::NEG_INFINITY), 0.0);
    }
}
