//! The kernels as they are called: each compiled once for every common instruction set, the best one chosen at run time.
//!
//! The portable form is the code in the other files of this folder; these are that code and nothing else, so a faster
//! form for one case goes there, and the choice here.

use super::lanes::{Lanes, Octet};
use super::pairs::{self, Pairs};
use super::pick::{Avx512, Portable};
use super::row_block::RowBlock;
use super::screen::{self, Candidates, Marks, Patterns, Screened};
use super::softmax::{self, SoftmaxSums};
use super::{dense, exp};
use multiversion::{multiversion, target::match_target};

/// Fills one tile's `cells` from the log-odds of its features (at most [`TILE_FEATURES`](super::TILE_FEATURES)).
///
/// Cell `group * 16 + pattern` becomes the sum of the log-odds of the features that are one in `pattern`.
#[multiversion(targets = "simd")]
pub fn fill_table(log_odds: &[Lanes<f64>], cells: &mut [Lanes<f64>]) {
    dense::fill_table(log_odds, cells);
}

/// Adds one tile's part of the scores of a block's rows for one chunk of components.
///
/// `scores` holds, for each position, `stride` chunks; the chunk at `offset` is added to. `cells` has
/// [`CELLS`](super::CELLS) cells.
///
/// # Panics
/// If `cells` has another length or `scores` is too short: defects of the caller.
#[multiversion(targets = "simd")]
pub fn score_rows(
    cells: &[Lanes<f64>],
    block: &RowBlock,
    tile: usize,
    scores: &mut [Lanes<f64>],
    stride: usize,
    offset: usize,
) {
    dense::score_rows(cells, block, tile, scores, stride, offset);
}

/// Adds each row's responsibilities for one chunk of components into the cells of its nibbles.
///
/// Arguments as in [`score_rows`], with `resp` in the place of `scores`.
///
/// # Panics
/// As [`score_rows`].
#[multiversion(targets = "simd")]
pub fn accumulate_rows(
    cells: &mut [Lanes<f64>],
    block: &RowBlock,
    tile: usize,
    resp: &[Lanes<f64>],
    stride: usize,
    offset: usize,
) {
    dense::accumulate_rows(cells, block, tile, resp, stride, offset);
}

/// Adds the pattern sums in `cells` to the sums of the features they stand for, and clears them.
///
/// The transpose of [`fill_table`](super::fill_table): feature j of a group receives the cells of all patterns that
/// contain it.
#[multiversion(targets = "simd")]
pub fn fold_cells(cells: &mut [Lanes<f64>], sums: &mut [Lanes<f64>]) {
    dense::fold_cells(cells, sums);
}

/// Turns the rows of `scores` (log-odds sums; `bias.len()` chunks a row) into responsibilities and adds their sums.
///
/// `bias` is log weight plus the log-probability of an all-zero row, -inf in padding lanes and for components of
/// weight 0. A score of -inf rules a component out. A row that every component rules out has log-likelihood -inf and
/// takes `prior`, the weights, as responsibilities.
#[multiversion(targets = "simd")]
pub fn softmax_rows(
    scores: &mut [Lanes<f64>],
    bias: &[Lanes<f64>],
    prior: &[Lanes<f64>],
    sums: &mut SoftmaxSums,
) {
    softmax::softmax_rows(scores, bias, prior, sums);
}

/// Raises the envelope of bytes `first..` to the pattern sums of one component.
#[multiversion(targets = "simd")]
pub fn raise_envelope(envelope: &mut [[Patterns; 2]], component: Screened, first: usize) {
    screen::raise_envelope(envelope, component, first);
}

/// Fills the cells of byte `index` (two groups of 16 patterns) with the marks of up to N components.
#[multiversion(targets = "simd")]
pub fn fill_byte<const N: usize>(
    cells: &mut [Marks<N>; 32],
    components: &[Screened],
    index: usize,
    envelope: &[Patterns; 2],
    units_per_nat: f32,
) {
    screen::fill_byte(cells, components, index, envelope, units_per_nat);
}

/// Adds one tile's marks of one chunk of components to the totals of the rows at `positions`.
///
/// `totals` holds, for each of these rows, `stride` chunks; the chunk at `offset` is added to.
///
/// # Panics
/// If `cells` has not [`CELLS`](super::CELLS) cells or a position lies outside of the block: defects of the caller.
#[multiversion(targets = "simd")]
pub fn screen_rows<const N: usize>(
    cells: &[Marks<N>],
    block: &RowBlock,
    tile: usize,
    positions: &[u32],
    totals: &mut [Marks<N>],
    stride: usize,
    offset: usize,
) {
    screen::screen_rows(cells, block, tile, positions, totals, stride, offset);
}

/// Leaves in `found`, which must be clear, for each row of `totals` (of the rows at `positions`), the components whose total is within the row's `reach` of the largest;
/// all of them if the largest has lost count.
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
            screen::select::<Avx512, N>(totals, n_components, positions, reach, found),
        _ => screen::select::<Portable, N>(totals, n_components, positions, reach, found),
    }
}

/// Adds one tile's part of the scores of `pairs` to `sums`, eight partial sums for each pair.
///
/// `log_odds` holds `stride` octets for each component.
///
/// # Panics
/// If `sums` is shorter than `pairs` or a pair lies outside of the block or of `log_odds`: defects of the caller.
#[multiversion(targets = "simd")]
pub fn score_pairs(
    log_odds: &[Octet<f64>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    pairs: &Pairs<f64>,
    sums: &mut [Octet<f64>],
) {
    match_target! {
        "x86_64+avx512f" => pairs::score_pairs::<Avx512>(log_odds, stride, block, tile, pairs, sums),
        _ => pairs::score_pairs::<Portable>(log_odds, stride, block, tile, pairs, sums),
    }
}

/// Adds to each of `totals` the eight lanes of its sum.
#[multiversion(targets = "simd")]
pub fn sum_lanes(sums: &[Octet<f64>], totals: &mut [f64]) {
    pairs::sum_lanes(sums, totals);
}

/// Adds the value of each pair to its component's sums of the features that are one in its row, one tile of them.
///
/// `sums` holds `stride` octets for each component. The components of a row must differ.
///
/// # Panics
/// If a pair lies outside of the block or of `sums`: a defect of the caller.
#[multiversion(targets = "simd")]
pub fn add_pairs(
    sums: &mut [Octet<i64>],
    stride: usize,
    block: &RowBlock,
    tile: usize,
    pairs: &Pairs<i64>,
) {
    match_target! {
        "x86_64+avx512f" => pairs::add_pairs::<Avx512>(sums, stride, block, tile, pairs),
        _ => pairs::add_pairs::<Portable>(sums, stride, block, tile, pairs),
    }
}

/// Replaces each value, none of them positive, by its exponential.
#[multiversion(targets = "simd")]
pub fn exp_all(values: &mut [f64]) {
    values.iter_mut().for_each(|x| *x = exp::exp_nonpositive(*x));
}

/// Replaces each value, finite and not negative, by its natural logarithm; that of 0 is -inf.
#[multiversion(targets = "simd")]
pub fn ln_all(values: &mut [f64]) {
    values.iter_mut().for_each(|x| *x = exp::ln(*x));
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
