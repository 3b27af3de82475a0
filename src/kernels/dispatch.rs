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

/// Raises the envelope of bytes `first..` to the pattern sums of one component: see [`super::screen`].
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

/// Appends to `found`, for each row of `totals` (of the rows at `positions`), the components whose total is within the row's `reach` of the largest;
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

/// Replaces each value, all of them positive and finite, by its natural logarithm.
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

/// Every version against the portable form, bit for bit.
#[cfg(test)]
mod tests {
    use super::super::{CELLS, LANES, TILE_FEATURES, tile_count};
    use super::*;
    use crate::bits::BitMatrix;

    /// Chunks of components in the walks.
    const N_CHUNKS: usize = 3;

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

    /// The kernels as one instruction set has them.
    macro_rules! version {
        ($name:ident, $target:literal) => {
            mod $name {
                use super::*;

                #[multiversion(targets($target))]
                fn score<F: Real>(
                    cells: &[Lanes<F>],
                    block: &NibbleBlock,
                    tile: usize,
                    scores: &mut [Lanes<F>],
                ) {
                    rows::score_rows(cells, block, tile, scores, N_CHUNKS, 1);
                }

                #[multiversion(targets($target))]
                fn accumulate<F: Real>(
                    cells: &mut [Lanes<f64>],
                    block: &NibbleBlock,
                    tile: usize,
                    resp: &[Lanes<F>],
                ) {
                    rows::accumulate_rows(cells, block, tile, resp, N_CHUNKS, 1);
                }

                #[multiversion(targets($target))]
                fn fold(cells: &mut [Lanes<f64>], sums: &mut [Lanes<f64>]) {
                    rows::fold_cells(cells, sums);
                }

                #[multiversion(targets($target))]
                fn softmax<F: Real>(
                    scores: &mut [Lanes<F>],
                    bias: &[Lanes<f64>],
                    prior: &[Lanes<f64>],
                    sums: &mut SoftmaxSums,
                ) {
                    softmax::softmax_rows(scores, bias, prior, sums);
                }

                fn results<F: Real>() -> Vec<u64> {
                    let mut bits = walked::<F>(score, accumulate);
                    bits.extend(folded(fold));
                    bits.extend(softened::<F>(softmax));
                    bits
                }

                #[test]
                fn gives_the_bits_of_the_portable_form() {
                    assert_eq!(results::<f32>(), portable::<f32>());
                    assert_eq!(results::<f64>(), portable::<f64>());
                }
            }
        };
    }

    // Where the processor lacks one of them, that test runs the portable form against itself.
    version!(sse4_2, "x86_64+sse4.2");
    version!(avx2, "x86_64+avx2+bmi1+bmi2+fma");
    version!(avx512, "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+fma");
    version!(sve, "aarch64+sve");

    /// What the portable form gives: this test is compiled for the oldest processor.
    fn portable<F: Real>() -> Vec<u64> {
        let mut bits = walked::<F>(
            |cells, block, tile, scores| rows::score_rows(cells, block, tile, scores, N_CHUNKS, 1),
            |cells, block, tile, resp| rows::accumulate_rows(cells, block, tile, resp, N_CHUNKS, 1),
        );
        bits.extend(folded(rows::fold_cells));
        bits.extend(softened::<F>(softmax::softmax_rows));
        bits
    }

    /// What is chosen on this machine.
    fn chosen<F: Real>() -> Vec<u64> {
        let mut bits = walked::<F>(
            |cells, block, tile, scores| score_rows(cells, block, tile, scores, N_CHUNKS, 1),
            |cells, block, tile, resp| accumulate_rows(cells, block, tile, resp, N_CHUNKS, 1),
        );
        bits.extend(folded(fold_cells));
        bits.extend(softened::<F>(softmax_rows));
        bits
    }

    #[test]
    fn what_is_chosen_here_gives_the_bits_of_the_portable_form() {
        assert_eq!(chosen::<f32>(), portable::<f32>());
        assert_eq!(chosen::<f64>(), portable::<f64>());
    }

    type Score<F> = fn(&[Lanes<F>], &NibbleBlock, usize, &mut [Lanes<F>]);
    type Accumulate<F> = fn(&mut [Lanes<f64>], &NibbleBlock, usize, &[Lanes<F>]);
    type Fold = fn(&mut [Lanes<f64>], &mut [Lanes<f64>]);
    type Softmax<F> = fn(&mut [Lanes<F>], &[Lanes<f64>], &[Lanes<f64>], &mut SoftmaxSums);

    /// Scores and pattern sums of the second chunk of three.
    fn walked<F: Real>(score: Score<F>, accumulate: Accumulate<F>) -> Vec<u64> {
        let mut bits = Vec::new();
        for (block, n_tiles) in blocks() {
            for tile in 0..n_tiles {
                let mut sums = lanes::<f64>(CELLS, 9.0);
                let cells = lanes::<F>(CELLS, 9.0);
                let mut scores = lanes::<F>(block.rows().len() * N_CHUNKS, 1.0);
                score(&cells, &block, tile, &mut scores);
                accumulate(&mut sums, &block, tile, &scores);
                bits.extend(bits_of(&scores));
                bits.extend(bits_of(&sums));
            }
        }
        bits
    }

    fn folded(fold: Fold) -> Vec<u64> {
        let mut bits = Vec::new();
        for n_features in [1, 6, 784, TILE_FEATURES] {
            let (mut cells, mut sums) = (lanes::<f64>(CELLS, 5.0), lanes(n_features, 1e3));
            fold(&mut cells, &mut sums);
            bits.extend(bits_of(&sums));
            bits.extend(bits_of(&cells));
        }
        bits
    }

    /// Scores from hopeless to decided, components and whole rows that are ruled out, padding.
    fn softened<F: Real>(softmax: Softmax<F>) -> Vec<u64> {
        let mut bits = Vec::new();
        for n_chunks in [1, 2, 7] {
            let mut scores = lanes::<F>(53 * n_chunks, 400.0);
            scores[3].0[2] = F::from_f64(f64::NEG_INFINITY);
            if n_chunks == 2 {
                scores[..n_chunks].fill(Lanes([F::from_f64(f64::NEG_INFINITY); LANES]));
            }
            let mut bias = lanes::<f64>(n_chunks, 50.0);
            bias[n_chunks - 1].0[LANES - 1] = f64::NEG_INFINITY;
            let mut sums = SoftmaxSums::new(n_chunks);
            softmax(&mut scores, &bias, &lanes(n_chunks, 1.0), &mut sums);
            assert_eq!(sums.log_likelihood == f64::NEG_INFINITY, n_chunks == 2);
            bits.extend(bits_of(&scores));
            bits.extend(bits_of(&sums.resp_sums));
            bits.push(sums.log_likelihood.to_bits());
        }
        bits
    }
}
