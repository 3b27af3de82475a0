//! The kernels as they are called: each compiled once for every common instruction set, the best one chosen at run time.
//!
//! The portable form is the code in [`super::rows`] and [`super::softmax`]; these are that code and nothing else, so a
//! faster form for one case goes there, and the choice here.

use super::lanes::{Lanes, Real};
use super::nibbles::NibbleBlock;
use super::rows;
use super::softmax::{self, SoftmaxSums};
use multiversion::{multiversion, target::match_target};

/// Adds one tile's part of the scores of a block's rows for one chunk of components.
///
/// `scores` holds, for each row, `stride` chunks; the chunk at `offset` is added to. `cells` has
/// [`CELLS`](super::CELLS) cells.
///
/// # Panics
/// If `cells` has another length or `scores` is too short: defects of the caller.
#[multiversion(targets = "simd")]
pub fn score_rows<F: Real>(
    cells: &[Lanes<F>],
    block: &NibbleBlock,
    tile: usize,
    scores: &mut [Lanes<F>],
    stride: usize,
    offset: usize,
) {
    rows::score_rows(cells, block, tile, scores, stride, offset);
}

/// Adds each row's responsibilities for one chunk of components into the cells of its nibbles.
///
/// Arguments as in [`score_rows`], with `resp` in the place of `scores`.
///
/// # Panics
/// As [`score_rows`].
#[multiversion(targets = "simd")]
pub fn accumulate_rows<F: Real>(
    cells: &mut [Lanes<F>],
    block: &NibbleBlock,
    tile: usize,
    resp: &[Lanes<F>],
    stride: usize,
    offset: usize,
) {
    rows::accumulate_rows(cells, block, tile, resp, stride, offset);
}

/// Adds the pattern sums in `cells` to the sums of the features they stand for, and clears them.
///
/// The transpose of [`fill_table`](super::fill_table): feature j of a group receives the cells of all patterns that
/// contain it.
#[multiversion(targets = "simd")]
pub fn fold_cells<F: Real>(cells: &mut [Lanes<F>], sums: &mut [Lanes<f64>]) {
    rows::fold_cells(cells, sums);
}

/// Turns the rows of `scores` (log-odds sums; `bias.len()` chunks a row) into responsibilities and adds their sums.
///
/// `bias` is log weight plus the log-probability of an all-zero row, -inf in padding lanes and for components of
/// weight 0. A score of -inf rules a component out. A row that every component rules out has log-likelihood -inf and
/// takes `prior`, the weights, as responsibilities.
#[multiversion(targets = "simd")]
pub fn softmax_rows<F: Real>(
    scores: &mut [Lanes<F>],
    bias: &[Lanes<f64>],
    prior: &[Lanes<f64>],
    sums: &mut SoftmaxSums,
) {
    softmax::softmax_rows(scores, bias, prior, sums);
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

/// The versions chosen here against the portable form, bit for bit: the test is compiled for the oldest processor.
#[cfg(test)]
mod tests {
    use super::super::{CELLS, LANES, TILE_FEATURES, chunk_count, tile_count};
    use super::*;
    use crate::bits::BitMatrix;

    /// Numbers in [-1, 1) without a pattern.
    fn noise(i: usize) -> f64 {
        let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ mixed >> 29) as u32 as f64 / 2.0_f64.powi(31) - 1.0
    }

    fn lanes<F: Real>(n: usize, scale: f64) -> Vec<Lanes<F>> {
        let lane = |i| F::from_f64(noise(i) * scale);
        (0..n).map(|n| Lanes(std::array::from_fn(|l| lane(n * LANES + l)))).collect()
    }

    fn bits_of<F: Real>(values: &[Lanes<F>]) -> Vec<u64> {
        values.iter().flat_map(|v| v.0).map(|v| v.to_f64().to_bits()).collect()
    }

    /// Rows of every length of list, an empty one and a full one among them, over one to three tiles.
    fn blocks() -> impl Iterator<Item = (NibbleBlock, usize)> {
        [1, 5, 130, TILE_FEATURES, 2 * TILE_FEATURES + 3].into_iter().map(|d| {
            let data = BitMatrix::from_fn(37, d, |i, f| i == 36 || (i * 31 + f * 17) % 37 < i);
            (NibbleBlock::new(&data, 0..37), tile_count(d))
        })
    }

    fn walks_agree<F: Real>() {
        let n_chunks = chunk_count(2 * LANES + 1);
        for (block, n_tiles) in blocks() {
            for (tile, chunk) in (0..n_tiles).flat_map(|t| (0..n_chunks).map(move |c| (t, c))) {
                let cells = lanes::<F>(CELLS, 9.0);
                let (mut here, mut portable) =
                    (lanes(37 * n_chunks, 1.0), lanes(37 * n_chunks, 1.0));
                score_rows(&cells, &block, tile, &mut here, n_chunks, chunk);
                rows::score_rows(&cells, &block, tile, &mut portable, n_chunks, chunk);
                assert_eq!(bits_of(&here), bits_of(&portable));

                let (mut sums, mut portable_sums) = (cells.clone(), cells);
                accumulate_rows(&mut sums, &block, tile, &here, n_chunks, chunk);
                rows::accumulate_rows(&mut portable_sums, &block, tile, &here, n_chunks, chunk);
                assert_eq!(bits_of(&sums), bits_of(&portable_sums));
            }
        }
    }

    fn folds_agree<F: Real>() {
        for n_features in [1, 6, 784, TILE_FEATURES] {
            let (mut cells, mut portable_cells) = (lanes::<F>(CELLS, 5.0), lanes::<F>(CELLS, 5.0));
            let (mut sums, mut portable_sums) = (lanes(n_features, 1e3), lanes(n_features, 1e3));
            fold_cells(&mut cells, &mut sums);
            rows::fold_cells(&mut portable_cells, &mut portable_sums);
            assert_eq!(bits_of(&sums), bits_of(&portable_sums));
            assert_eq!(bits_of(&cells), bits_of(&portable_cells));
        }
    }

    /// Scores from hopeless to decided, components and whole rows that are ruled out, padding.
    fn softmaxes_agree<F: Real>() {
        for n_chunks in [1, 2, 7] {
            let mut scores = lanes::<F>(53 * n_chunks, 400.0);
            scores[3].0[2] = F::from_f64(f64::NEG_INFINITY);
            if n_chunks == 2 {
                scores[..n_chunks].fill(Lanes([F::from_f64(f64::NEG_INFINITY); LANES]));
            }
            let mut bias = lanes::<f64>(n_chunks, 50.0);
            bias[n_chunks - 1].0[LANES - 1] = f64::NEG_INFINITY;
            let prior = lanes::<f64>(n_chunks, 1.0);
            let (mut here, mut portable) = (scores.clone(), scores);
            let (mut sums, mut portable_sums) =
                (SoftmaxSums::new(n_chunks), SoftmaxSums::new(n_chunks));
            softmax_rows(&mut here, &bias, &prior, &mut sums);
            softmax::softmax_rows(&mut portable, &bias, &prior, &mut portable_sums);
            assert_eq!(bits_of(&here), bits_of(&portable));
            assert_eq!(bits_of(&sums.resp_sums), bits_of(&portable_sums.resp_sums));
            assert_eq!(sums.log_likelihood.to_bits(), portable_sums.log_likelihood.to_bits());
            assert_eq!(sums.log_likelihood == f64::NEG_INFINITY, n_chunks == 2);
        }
    }

    #[test]
    fn walks_give_the_bits_of_the_portable_form() {
        walks_agree::<f32>();
        walks_agree::<f64>();
    }

    #[test]
    fn folds_give_the_bits_of_the_portable_form() {
        folds_agree::<f32>();
        folds_agree::<f64>();
    }

    #[test]
    fn softmaxes_give_the_bits_of_the_portable_form() {
        softmaxes_agree::<f32>();
        softmaxes_agree::<f64>();
    }
}
