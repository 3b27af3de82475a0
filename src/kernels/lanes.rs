//! The unit of the kernels: a fixed number of components side by side, in one of two precisions.

use super::exp;
use std::ops::{AddAssign, Mul};

/// Components in one chunk. Sixteen `f32` fill one AVX-512 register, two of AVX2, four of NEON or SSE.
pub const LANES: usize = 16;

/// One value for each of [`LANES`] components, aligned to a cache line.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub struct Lanes<T>(pub [T; LANES]);

/// The number of chunks that `n_components` take; the last one may be padded.
pub const fn chunk_count(n_components: usize) -> usize {
    n_components.div_ceil(LANES)
}

impl<T: Copy + Default> Default for Lanes<T> {
    fn default() -> Self {
        Self([T::default(); LANES])
    }
}

impl<T: Copy + AddAssign> Lanes<T> {
    /// Adds lane by lane.
    #[inline(always)]
    pub fn add(&mut self, other: &Self) {
        let mut sums = *self;
        for l in 0..LANES {
            sums.0[l] += other.0[l];
        }
        *self = sums;
    }
}

impl<T: Copy> Lanes<T> {
    /// `f` of every lane. By value, like [`Self::zip`]: with nothing in memory to alias, the compiler keeps whole registers.
    #[inline(always)]
    pub fn map<U: Copy + Default>(self, f: impl Fn(T) -> U) -> Lanes<U> {
        let mut out = Lanes::default();
        for l in 0..LANES {
            out.0[l] = f(self.0[l]);
        }
        out
    }

    /// `f` of every lane and the same lane of `other`.
    #[inline(always)]
    pub fn zip<U: Copy, V: Copy + Default>(
        self,
        other: Lanes<U>,
        f: impl Fn(T, U) -> V,
    ) -> Lanes<V> {
        let mut out = Lanes::default();
        for l in 0..LANES {
            out.0[l] = f(self.0[l], other.0[l]);
        }
        out
    }

    /// All lanes combined by `op`, in halves: a fixed order that keeps the register full.
    #[inline(always)]
    pub fn reduce(&self, op: impl Fn(T, T) -> T) -> T {
        let mut values = self.0;
        let mut width = LANES / 2;
        while width > 0 {
            for l in 0..width {
                values[l] = op(values[l], values[l + width]);
            }
            width /= 2;
        }
        values[0]
    }
}

/// The precision of log-odds tables and responsibilities: `f32` for large problems, `f64` for small ones.
pub trait Real:
    Copy + Default + PartialOrd + AddAssign + Mul<Output = Self> + Send + Sync + 'static
{
    /// How it is called in reports.
    const NAME: &'static str;
    /// A bound on the relative rounding error of a log-likelihood summed over many rows.
    const RELATIVE_ERROR: f64;
    /// Half the distance from 1 to the next number.
    const UNIT_ROUNDOFF: f64;

    /// Rounds to this precision.
    fn from_f64(value: f64) -> Self;
    /// Widens without loss.
    fn to_f64(self) -> f64;
    /// `exp(self)` for `self <= 0`, by portable arithmetic; an input far below underflow gives exactly 0.
    fn exp(self) -> Self;
}

impl Real for f32 {
    const NAME: &'static str = "f32";
    const RELATIVE_ERROR: f64 = 1e-8;
    const UNIT_ROUNDOFF: f64 = Self::EPSILON as f64 / 2.0;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn exp(self) -> Self {
        exp::exp_nonpositive(self)
    }
}

impl Real for f64 {
    const NAME: &'static str = "f64";
    const RELATIVE_ERROR: f64 = 1e-13;
    const UNIT_ROUNDOFF: f64 = Self::EPSILON / 2.0;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn exp(self) -> Self {
        libm::exp(self)
    }
}
