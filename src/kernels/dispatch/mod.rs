//! The kernels as they are called: compiled for every instruction set, and chosen at run time.
//!
//! The table below lists all kernels. [`Platform`] is the choice. The code of a kernel stands once,
//! in another file of `kernels/`, and is inlined into a function for each instruction set. Only
//! what [`Masked`] does has a form of its own for AVX-512. To add a kernel, write it in a file of
//! its own and add it to the table. A kernel panics where a length or a position does not fit: a
//! defect of the caller.
//!
//! **Tests.** `tests/` holds every instruction set that the processor has to the portable form, bit
//! for bit, and prints which these are. Two variables of the environment are read by unit tests
//! alone. `BMM_REQUIRE_ISA=avx512,avx2` makes the tests fail if one of these is missing.
//! `BMM_USE_ISA=portable` makes the unit tests run on that instruction set.
//!
//! [`Masked`]: super::masked::Masked

pub(super) mod platform;

#[cfg(target_arch = "x86_64")]
use super::masked::Avx512;
use super::masked::Portable;
use crate::kernels::dense::columns::Columns;
use crate::kernels::dense::{softmax, tables};
use crate::kernels::lanes::{Lanes, Lanes8, Lanes16};
use crate::kernels::row_block::RowBlock;
use crate::kernels::screen::cell::{self, Cell, Chunks, Tile};
use crate::kernels::screen::envelope::{self, Envelope, ScreenedComponent};
use crate::kernels::screen::fill;
use crate::kernels::screen::marks::Marks;
use crate::kernels::screen::select::{self, Candidates};
use crate::kernels::sparse::multi_way::{self, MultiWayRows};
use crate::kernels::sparse::two_way::{self, TwoWayRows};
use crate::kernels::{exp, odds};
use platform::Platform;
use std::ops::Range;

/// Makes a function of every kernel that runs the code for the current platform. A line holds the
/// name, in brackets the width and the cell if the kernel is for any, arguments, result, and the
/// code. There, `M` is the platform's [`Masked`](super::masked::Masked).
macro_rules! kernels {
    ($(
        $(#[$docs:meta])*
        fn $name:ident[$($n:ident $($c:ident)?)?]($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)?
            = $code:path;
    )*) => {
        $(
            $(#[$docs])*
            pub fn $name$(<$($c: Cell<$n>,)? const $n: usize>)?($($arg: $type),*) $(-> $result)? {
                Platform::current().$name($($arg),*)
            }
        )*

        impl Platform {
            $(
                #[allow(unsafe_code)]
                fn $name$(<$($c: Cell<$n>,)? const $n: usize>)?(
                    self,
                    $($arg: $type),*
                ) $(-> $result)? {
                    #[cfg(target_arch = "x86_64")]
                    #[target_feature(enable = "cmpxchg16b,popcnt,sse3,sse4.1,sse4.2,ssse3")]
                    fn sse42$(<$($c: Cell<$n>,)? const $n: usize>)?(
                        $($arg: $type),*
                    ) $(-> $result)? {
                        #[allow(dead_code)]
                        type M = Portable;
                        $code($($arg),*)
                    }
                    #[cfg(target_arch = "x86_64")]
                    #[target_feature(enable = "cmpxchg16b,popcnt,sse3,sse4.1,sse4.2,ssse3")]
                    #[target_feature(enable = "avx,avx2,bmi1,bmi2,f16c,fma,lzcnt,movbe,xsave")]
                    fn avx2$(<$($c: Cell<$n>,)? const $n: usize>)?(
                        $($arg: $type),*
                    ) $(-> $result)? {
                        #[allow(dead_code)]
                        type M = Portable;
                        $code($($arg),*)
                    }
                    #[cfg(target_arch = "x86_64")]
                    #[target_feature(enable = "cmpxchg16b,popcnt,sse3,sse4.1,sse4.2,ssse3")]
                    #[target_feature(enable = "avx,avx2,bmi1,bmi2,f16c,fma,lzcnt,movbe,xsave")]
                    #[target_feature(enable = "avx512bw,avx512cd,avx512dq,avx512f,avx512vl")]
                    fn avx512$(<$($c: Cell<$n>,)? const $n: usize>)?(
                        $($arg: $type),*
                    ) $(-> $result)? {
                        #[allow(dead_code)]
                        type M = Avx512;
                        $code($($arg),*)
                    }
                    #[allow(dead_code)]
                    type M = Portable;
                    match self {
                        Self::Portable => $code($($arg),*),
                        // SAFETY: a platform is made only where the processor has its instructions.
                        #[cfg(target_arch = "x86_64")]
                        Self::Sse42 => unsafe { sse42($($arg),*) },
                        // SAFETY: see above.
                        #[cfg(target_arch = "x86_64")]
                        Self::Avx2 => unsafe { avx2($($arg),*) },
                        // SAFETY: see above.
                        #[cfg(target_arch = "x86_64")]
                        Self::Avx512 => unsafe { avx512($($arg),*) },
                    }
                }
            )*
        }
    };
}

kernels! {
    /// Fills one tile's `cells` from the log-odds of its features, at most
    /// [`TILE_FEATURES`](super::TILE_FEATURES). Cell `group * 16 + pattern` becomes the sum of the
    /// log-odds of the features that are one in `pattern`.
    fn fill_table[](log_odds: &[Lanes<f64>], cells: &mut [Lanes<f64>]) = tables::fill_table;

    /// One tile's part of the scores of a block's rows, for one chunk of components. `scores` has
    /// one value for each position. The first tile sets it, the others add to it. `cells` has
    /// [`CELLS`](super::CELLS) cells.
    fn score_rows[](
        cells: &[Lanes<f64>],
        block: &RowBlock,
        tile: usize,
        scores: &mut [Lanes<f64>],
    ) = tables::score_rows;

    /// For N chunks of components, adds to `sums` the responsibilities of the rows in which a
    /// feature is one. `sums` has N values for each feature from `first_feature` on, a multiple of
    /// four. `resp` holds the responsibilities of all rows of `columns`, chunk by chunk.
    fn add_columns[N](
        columns: &Columns,
        first_feature: usize,
        resp: &[&[Lanes<f64>]; N],
        sums: &mut [[Lanes<f64>; N]],
    ) = tables::add_columns;

    /// Turns `scores`, sums of log-odds, into responsibilities. Sets `log_prob` to the log p(x) of
    /// each row, in nats, and adds the responsibilities of all rows to `sums`.
    ///
    /// `scores` holds a column for each chunk of `bias`, `stride` apart. A column is as long as
    /// `log_prob`, and then up to a multiple of [`SOFTMAX_ROWS`](super::SOFTMAX_ROWS) with anything
    /// in these rows. `bias` is log weight plus the log-probability of an all-zero row: -inf in
    /// padding lanes and for components of weight 0. A score of -inf rules a component out. A row
    /// that every component rules out has log p(x) = -inf and takes `prior`, the weights, as
    /// responsibilities.
    fn softmax_rows[](
        scores: &mut [Lanes<f64>],
        stride: usize,
        bias: &[Lanes<f64>],
        prior: &[Lanes<f64>],
        log_prob: &mut [f64],
        sums: &mut [Lanes<f64>],
    ) = softmax::softmax_rows;

    /// Widens the envelope of bytes `first..`, two groups for each, to the sums of one component.
    fn widen_envelope[](
        envelope: &mut [[Envelope; 2]],
        component: ScreenedComponent,
        first: usize,
    ) = envelope::widen_envelope;

    /// Fills the cells of byte `index` (two groups of 16 patterns) of up to N components.
    fn fill_cells[N C](
        cells: &mut [C; 32],
        components: &[ScreenedComponent],
        index: usize,
        envelope: &[Envelope; 2],
        units_per_nat: f32,
    ) = fill::fill_cells;

    /// Takes one tile's units from the marks of the rows at `positions`. `cells` has one or two
    /// tables.
    fn screen_rows[N C](
        cells: &[&Tile<C>],
        block: &RowBlock,
        tile: usize,
        positions: &[u32],
        chunks: Chunks<N>,
    ) = cell::screen_rows;

    /// Leaves in `found`, which must be clear, the candidates of each row at `positions`. These are
    /// the components whose mark in `totals` is within the row's `reach` of the largest. They are
    /// all components if the largest mark is saturated or the reach is the largest number.
    fn select[N](
        totals: &[Marks<N>],
        n_components: usize,
        positions: &[u32],
        reach: &[i16],
        found: &mut Candidates,
    ) = select::select::<M, N>;

    /// Adds one tile's part of the scores of `rows` to their values. `log_odds` holds `stride`
    /// words for each component.
    fn score_multi_way[](
        log_odds: &[Lanes16<f32>],
        stride: usize,
        block: &RowBlock,
        tile: usize,
        rows: &mut MultiWayRows<f64>,
    ) = multi_way::score_multi_way::<M>;

    /// Adds one tile's part of the lead of the second component over the first to the values of
    /// `rows`. Arguments are those of [`score_multi_way`].
    fn score_two_way[](
        log_odds: &[Lanes16<f32>],
        stride: usize,
        block: &RowBlock,
        tile: usize,
        rows: &mut TwoWayRows<f64>,
    ) = two_way::score_two_way::<M>;

    /// Sets `shares` to the responsibilities of the second of two components, whose leads are
    /// `leads` nats (finite). A component that is more than `reach` behind has none. Returns the
    /// sum of the entropies, in units: see [`entropy_nats`](super::entropy_nats).
    fn softmax_two_way[](leads: &[f64], reach: f64, shares: &mut [i32]) -> i64
        = two_way::softmax_two_way;

    /// Adds the values of the `range` of `rows` to the sums of their components, in one tile: to
    /// those of the features that are one in the row. `sums` has `stride` words a component.
    fn add_multi_way[](
        sums: &mut [Lanes16<i32>],
        stride: usize,
        block: &RowBlock,
        tile: usize,
        rows: &MultiWayRows<i32>,
        range: Range<usize>,
    ) = multi_way::add_multi_way::<M>;

    /// Adds the value of each of the `range` of `rows` to the sums of its second component and
    /// takes it from those of its first. Arguments are those of [`add_multi_way`]; components must
    /// differ.
    fn add_two_way[](
        sums: &mut [Lanes16<i32>],
        stride: usize,
        block: &RowBlock,
        tile: usize,
        rows: &TwoWayRows<i32>,
        range: Range<usize>,
    ) = two_way::add_two_way::<M>;

    /// Adds `sums` to `totals`, two of them for each word, and clears them.
    fn flush_sums[](sums: &mut [Lanes16<i32>], totals: &mut [Lanes8<i64>]) = multi_way::flush_sums;

    /// Replaces each value, none of them positive, by its exponential.
    fn exp_all[](values: &mut [f64]) = exp::exp_all;

    /// Replaces each value, finite and not negative, by its natural logarithm; that of 0 is -inf.
    fn ln_all[](values: &mut [f64]) = exp::ln_all;

    /// Replaces each mean by its odds `m / (1 - m)`; by 1 where it is 0 or 1.
    fn odds_all[](means: &mut [f64]) = odds::odds_all;

    /// Sets `products` to products of the probabilities of a zero, those of the means that are
    /// neither 0 nor 1.
    fn zero_prob_products[](means: &[f64], products: &mut [f64]) = odds::zero_prob_products;

    /// Puts the log-odds `new` of one component in the place of others, in double and in single
    /// precision. Returns the sums of the changes upwards and of those downwards.
    fn replace_log_odds[](
        new: &[f64],
        log_odds: &mut [Lanes8<f64>],
        narrow: &mut [Lanes16<f32>],
    ) -> [f64; 2] = odds::replace_log_odds;
}

/// The name of the instruction set that the kernels run on here.
pub fn instruction_set() -> &'static str {
    Platform::current().name()
}

#[cfg(test)]
mod tests;
