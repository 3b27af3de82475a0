//! The unit of the kernels: a fixed number of values, kept in vector registers.

use std::ops::AddAssign;

/// Components in one chunk of the dense tables. Eight `f64` fill one line of the cache, one
/// register of AVX-512, two of AVX2, four of NEON.
pub const LANES: usize = 8;

/// `N` values side by side, aligned to a line of the cache. They belong to components, or to the
/// features of a byte or word.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub struct Lanes<T, const N: usize = LANES>(pub [T; N]);

/// One value for each of the eight features that share a byte of a packed row.
pub type Lanes8<T> = Lanes<T, 8>;

/// One value for each of the sixteen features that share a word, two bytes, of a packed row.
pub type Lanes16<T> = Lanes<T, 16>;

/// The array of `f(0)` to `f(N - 1)`, like `std::array::from_fn`. A kernel is fast only if all that
/// its loops call is inlined. The library's functions for arrays and for zipped iterators were seen
/// to be called for every lane (docs/performance.md, *Building*). So kernels use this, and count.
#[inline(always)]
pub(super) fn array<T: Copy + Default, const N: usize>(f: impl Fn(usize) -> T) -> [T; N] {
    let mut made = [T::default(); N];
    for (place, value) in made.iter_mut().enumerate() {
        *value = f(place);
    }
    made
}

/// The number of chunks that `n_components` take; the last one may be padded.
pub const fn chunk_count(n_components: usize) -> usize {
    n_components.div_ceil(LANES)
}

impl<T: Copy + Default, const N: usize> Default for Lanes<T, N> {
    fn default() -> Self {
        Self([T::default(); N])
    }
}

impl<T: Copy + AddAssign, const N: usize> Lanes<T, N> {
    /// Adds lane by lane.
    #[inline(always)]
    pub fn add(&mut self, other: &Self) {
        let mut sums = *self;
        for l in 0..N {
            sums.0[l] += other.0[l];
        }
        *self = sums;
    }
}

impl<T: Copy, const N: usize> Lanes<T, N> {
    /// `f` of every lane. Lanes are taken by value: with no memory to alias, the compiler keeps
    /// whole registers.
    #[inline(always)]
    pub fn map<U: Copy + Default>(self, f: impl Fn(T) -> U) -> Lanes<U, N> {
        let mut out = Lanes::default();
        for l in 0..N {
            out.0[l] = f(self.0[l]);
        }
        out
    }

    /// `f` of every lane and the same lane of `other`.
    #[inline(always)]
    pub fn zip<U: Copy, V: Copy + Default>(
        self,
        other: Lanes<U, N>,
        f: impl Fn(T, U) -> V,
    ) -> Lanes<V, N> {
        let mut out = Lanes::default();
        for l in 0..N {
            out.0[l] = f(self.0[l], other.0[l]);
        }
        out
    }

    /// All lanes combined by `op`, in halves: a fixed order. N is a power of two.
    #[inline(always)]
    pub fn reduce(&self, op: impl Fn(T, T) -> T) -> T {
        let mut values = self.0;
        let mut width = N / 2;
        while width > 0 {
            for l in 0..width {
                values[l] = op(values[l], values[l + width]);
            }
            width /= 2;
        }
        values[0]
    }
}
