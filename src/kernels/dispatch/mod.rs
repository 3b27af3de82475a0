//! The kernels as they are called: each compiled once for every common instruction set, the best one chosen at run time.
//!
//! The portable form is the code in the other files of this folder; these are that code and nothing else, so a faster
//! form for one case goes there, and the choice here.

use super::lanes::{Lanes, Lanes8, Lanes16};
#[cfg(target_arch = "x86_64")]
use super::masked::Avx512;
use super::masked::Portable;
use super::row_block::RowBlock;
use super::screen::envelope::{self, Envelope, ScreenedComponent};
use super::screen::marks::Marks;
use super::{exp, odds};
use crate::kernels::dense::columns::Columns;
use crate::kernels::dense::softmax;
use crate::kernels::dense::tables;
use crate::kernels::screen::cell;
use crate::kernels::screen::cell::{Cell, Chunks, Tile};
use crate::kernels::screen::fill;
use crate::kernels::screen::select;
use crate::kernels::screen::select::Candidates;
use crate::kernels::sparse::multi_way;
use crate::kernels::sparse::multi_way::MultiWayRows;
use crate::kernels::sparse::two_way;
use crate::kernels::sparse::two_way::TwoWayRows;
use multiversion::{multiversion, target::match_target};
use std::ops::Range;

/// Fills one tile's `cells` from the log-odds of its features (at most [`TILE_FEATURES`](super::TILE_FEATURES)).
///
/// Cell `group * 16 + pattern` becomes the sum of the log-odds of the features that are one in `pattern`.
#[multiversion(targets = "simd")]
pub fn fill_table(log_odds: &[Lanes<f64>], cells: &mut [Lanes<f64>]) {
    tables::fill_table(log_odds, cells);
}

/// One tile's part of the scores of a block's rows for one chunk of components: sets `scores`, one for each position, for
/// the first tile, and adds to them for the others.
///
/// `cells` has [`CELLS`](super::CELLS) cells.
///
/// # Panics
/// If `cells` has another length or `scores` is longer than the block: defects of the caller.
#[multiversion(targets = "simd")]
pub fn score_rows(cells: &[Lanes<f64>], block: &RowBlock, tile: usize, scores: &mut [Lanes<f64>]) {
    tables::score_rows(cells, block, tile, scores);
}

/// Sets `sums`, one for each feature from `first_feature` (a multiple of four) on, to the sums of the responsibilities of the
/// rows in which it is one, for one chunk of components.
///
/// `resp` holds the responsibilities of all rows of `columns`.
///
/// # Panics
/// If `resp` is shorter or there are more `sums` than features: defects of the caller.
#[multiversion(targets = "simd")]
pub fn sum_columns(
    columns: &Columns,
    first_feature: usize,
    resp: &[Lanes<f64>],
    sums: &mut [Lanes<f64>],
) {
    tables::sum_columns(columns, first_feature, resp, sums);
}

/// Turns `scores` (log-odds sums) into responsibilities, sets `log_prob` to the log p(x) of each row, in nats, and adds
/// the responsibilities of all rows to `sums`.
///
/// `scores` holds a column for each chunk of `bias`, `stride` apart, as long as `log_prob` and then up to a multiple of
/// [`SOFTMAX_ROWS`](super::SOFTMAX_ROWS), with anything in these rows. `bias` is log
/// weight plus the log-probability of an all-zero row, -inf in padding lanes and for components of weight 0. A score of
/// -inf rules a component out. A row that every component rules out has log p(x) = -inf and takes `prior`, the weights, as
/// responsibilities.
///
/// # Panics
/// If `scores` is shorter: a defect of the caller.
#[multiversion(targets = "simd")]
pub fn softmax_rows(
    scores: &mut [Lanes<f64>],
    stride: usize,
    bias: &[Lanes<f64>],
    prior: &[Lanes<f64>],
    log_prob: &mut [f64],
    sums: &mut [Lanes<f64>],
) {
    softmax::softmax_rows(scores, stride, bias, prior, log_prob, sums);
}

/// Widens the envelope of bytes `first..` to the pattern sums of one component.
#[multiversion(targets = "simd")]
pub fn widen_envelope(envelope: &mut [[Envelope; 2]], component: ScreenedComponent, first: usize) {
    envelope::widen_envelope(envelope, component, first);
}

/// Fills the cells of byte `index` (two groups of 16 patterns) of up to N components.
#[multiversion(targets = "simd")]
pub fn fill_cells<C: Cell<N>, const N: usize>(
    cells: &mut [C; 32],
    components: &[ScreenedComponent],
    index: usize,
    envelope: &[Envelope; 2],
    units_per_nat: f32,
) {
    fill::fill_cells(cells, components, index, envelope, units_per_nat);
}

/// Takes one tile's units of one or two chunks of components, as many as there are tables in `cells`, from the totals of the
/// rows at `positions`.
///
/// # Panics
/// If a position lies outside of the block, there are more than two tables, or fewer totals or first marks than these take: defects of
/// the caller.
#[multiversion(targets = "simd")]
pub fn screen_rows<C: Cell<N>, const N: usize>(
    cells: &[&Tile<C>],
    block: &RowBlock,
    tile: usize,
    positions: &[u32],
    chunks: Chunks<N>,
) {
    cell::screen_rows(cells, block, tile, positions, chunks);
}

/// Leaves in `found`, which must be clear, for each row of `totals` (of the rows at `positions`), the components whose total is within
/// the row's `reach` of the largest; all of them if the largest has lost count or the reach is the largest number.
///
/// # Panics
/// If there are fewer totals or reaches than positions: a defect of the caller.
#[multiversion(targets = "simd")]
pub fn select<const N: usize>(
    totals: &[Marks<N>],
    n_components: usize,
    positions: &[u32],
    reach: &[i16],
    found: &mut Candidates,
) {
    match_target! {
        "x86_64+avx512bw+avx512vl" =>
            select::select::<Avx512, N>(totals, n_components, positions, reach, found),
        _ => select::select::<Portable, N>(totals, n_components, positions, reach, found),
    }
}

/// Adds one tile's part of the scores of `multi_way` to their values.
///
/// `log_odds` holds `stride` words for each component.
///
/// # Panics
/// If a pair lies outside of the block or of `log_odds`: a defect of the caller.
#[multiversion(targets = "simd")]
pub fn score_multi_way(
    log_odds: &[Lanes16<f32>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    multi_way: &mut MultiWayRows<f64>,
) {
    match_target! {
        "x86_64+avx512f" => multi_way::score_multi_way::<Avx512>(log_odds, stride, block, tile, multi_way),
        _ => multi_way::score_multi_way::<Portable>(log_odds, stride, block, tile, multi_way),
    }
}

/// Adds one tile's part of what the second of two components is ahead of the first to the values of `two_way`.
///
/// Arguments and panics as in [`score_multi_way`].
#[multiversion(targets = "simd")]
pub fn score_two_way(
    log_odds: &[Lanes16<f32>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    two_way: &mut TwoWayRows<f64>,
) {
    match_target! {
        "x86_64+avx512f" => two_way::score_two_way::<Avx512>(log_odds, stride, block, tile, two_way),
        _ => two_way::score_two_way::<Portable>(log_odds, stride, block, tile, two_way),
    }
}

/// Sets `shares` to the responsibilities of the second of two components that is ahead by `leads` nats (finite), beyond
/// `reach` of which a component is left out; returns the
/// sum of the entropies, in units (see [`entropy_nats`](super::entropy_nats)).
#[multiversion(targets = "simd")]
pub fn softmax_two_way(leads: &[f64], reach: f64, shares: &mut [i32]) -> i64 {
    two_way::softmax_two_way(leads, reach, shares)
}

/// Adds the value of each pair of some rows to its component's sums of the features that are one in its row, one tile of
/// them.
///
/// `sums` holds `stride` words for each component; `rows` counts the rows that have pairs.
///
/// # Panics
/// If a pair lies outside of the block or of `sums`: a defect of the caller.
#[multiversion(targets = "simd")]
pub fn add_multi_way(
    sums: &mut [Lanes16<i32>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    multi_way: &MultiWayRows<i32>,
    rows: Range<usize>,
) {
    match_target! {
        "x86_64+avx512f" => multi_way::add_multi_way::<Avx512>(sums, stride, block, tile, multi_way, rows),
        _ => multi_way::add_multi_way::<Portable>(sums, stride, block, tile, multi_way, rows),
    }
}

/// For each of some rows of `two_way`, adds its value to the sums of its second component and takes it from those of its first.
///
/// Arguments and panics as in [`add_multi_way`]; the two components must differ.
#[multiversion(targets = "simd")]
pub fn add_two_way(
    sums: &mut [Lanes16<i32>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    two_way: &TwoWayRows<i32>,
    rows: Range<usize>,
) {
    match_target! {
        "x86_64+avx512f" => two_way::add_two_way::<Avx512>(sums, stride, block, tile, two_way, rows),
        _ => two_way::add_two_way::<Portable>(sums, stride, block, tile, two_way, rows),
    }
}

/// Adds `sums` to `totals`, two octets for each word, and clears them.
#[multiversion(targets = "simd")]
pub fn flush_sums(sums: &mut [Lanes16<i32>], totals: &mut [Lanes8<i64>]) {
    multi_way::flush_sums(sums, totals);
}

/// Replaces each value, none of them positive, by its exponential.
#[multiversion(targets = "simd")]
pub fn exp_all(values: &mut [f64]) {
    exp::exp_all(values);
}

/// Replaces each value, finite and not negative, by its natural logarithm; that of 0 is -inf.
#[multiversion(targets = "simd")]
pub fn ln_all(values: &mut [f64]) {
    exp::ln_all(values);
}

/// Replaces each mean by its odds `m / (1 - m)`; by 1 where it is 0 or 1.
#[multiversion(targets = "simd")]
pub fn odds_all(means: &mut [f64]) {
    odds::odds_all(means);
}

/// Sets `products` to products of the probabilities of a zero, those of the means that are neither 0 nor 1.
///
/// # Panics
/// If there are not [`n_products`](super::n_products) of them: a defect of the caller.
#[multiversion(targets = "simd")]
pub fn zero_prob_products(means: &[f64], products: &mut [f64]) {
    odds::zero_prob_products(means, products);
}

/// Puts the log-odds `new` of one component in the place of others, in double and in single precision; returns the sums of the
/// changes upwards and of those downwards.
///
/// # Panics
/// If `narrow` is shorter than `log_odds`: a defect of the caller.
#[multiversion(targets = "simd")]
pub fn replace_log_odds(
    new: &[f64],
    log_odds: &mut [Lanes8<f64>],
    narrow: &mut [Lanes16<f32>],
) -> [f64; 2] {
    odds::replace_log_odds(new, log_odds, narrow)
}

/// The instruction set that the kernels run on here.
#[multiversion(targets = "simd")]
pub fn instruction_set() -> &'static str {
    match_target! {
        "x86_64+avx512f" => "avx512",
        "x86_64+avx2" => "avx2",
        "x86_64+sse4.2" => "sse4.2",
        "aarch64+sve" => "sve",
        "aarch64+neon" => "neon",
        _ => "portable",
    }
}

#[cfg(test)]
mod tests;
