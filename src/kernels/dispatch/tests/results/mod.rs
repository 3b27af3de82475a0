//! What every kernel gives on tails and special values.

mod screening;
mod sparse;

use crate::bits::BitMatrix;
use crate::kernels::dense::columns::Columns;
use crate::kernels::dense::softmax::SOFTMAX_ROWS;
use crate::kernels::dispatch::platform::Platform;
use crate::kernels::lanes::{LANES, Lanes, Lanes8, Lanes16};
use crate::kernels::odds::n_products;
use crate::kernels::row_block::{CELLS, RowBlock, TILE_FEATURES, tile_count};
use crate::kernels::screen::cell::{Cell, Narrow, Wide};

/// Everything that the kernels give, by name.
pub(super) fn results(platform: Platform) -> Vec<(&'static str, Vec<u64>)> {
    let with_bits = |(name, push): &(&'static str, PushBits)| {
        let mut bits = Vec::new();
        push(platform, &mut bits);
        (*name, bits)
    };
    KERNELS.iter().map(with_bits).collect()
}

/// Appends the bits of all that one kernel gives on a platform.
type PushBits = fn(Platform, &mut Vec<u64>);

const KERNELS: [(&str, PushBits); 25] = [
    ("score_rows", dense_scores),
    ("fill_table", table_cells),
    ("add_columns", column_sums),
    ("softmax_rows", dense_softmax),
    ("widen_envelope", screening::envelopes),
    ("fill_cells of Wide<16>", screening::filled_cells::<Wide<16>, 16>),
    ("fill_cells of Wide<32>", screening::filled_cells::<Wide<32>, 32>),
    ("fill_cells of Narrow", screening::filled_cells::<Narrow, 64>),
    ("screen_rows of Wide<16>", screening::screened_marks::<Wide<16>, 16>),
    ("screen_rows of Wide<32>", screening::screened_marks::<Wide<32>, 32>),
    ("screen_rows of Narrow", screening::screened_marks::<Narrow, 64>),
    ("select of 16", screening::candidates::<16>),
    ("select of 32", screening::candidates::<32>),
    ("select of 64", screening::candidates::<64>),
    ("score_multi_way", sparse::multi_way_scores),
    ("score_two_way", sparse::two_way_scores),
    ("softmax_two_way", sparse::two_way_softmax),
    ("add_multi_way", sparse::multi_way_sums),
    ("add_two_way", sparse::two_way_sums),
    ("flush_sums", sparse::flushed_sums),
    ("odds_all", |platform, bits| on_means(bits, |means| platform.odds_all(means))),
    ("zero_prob_products", |platform, bits| on_means(bits, |m| zero_products(platform, m))),
    ("replace_log_odds", |platform, bits| on_means(bits, |m| replaced_log_odds(platform, m))),
    ("exp_all", |platform, bits| mapped(bits, |values| platform.exp_all(values), &EXP_CASES)),
    ("ln_all", |platform, bits| mapped(bits, |values| platform.ln_all(values), &LN_CASES)),
];

const EXP_CASES: [f64; 7] = [-0.0, -708.0, -708.1, -1e-300, -1e9, f64::NEG_INFINITY, f64::NAN];
const LN_CASES: [f64; 6] = [1.0, 5e-324, f64::MIN_POSITIVE, f64::MAX, 1.0 + f64::EPSILON, 0.5];

/// Numbers in [-1, 1) without a pattern.
fn noise(i: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29) as u32 as f64 / 2.0_f64.powi(31) - 1.0
}

fn lanes<const N: usize>(n: usize, scale: f64) -> Vec<Lanes<f64, N>> {
    lanes_as(n, scale, |x| x)
}

fn lanes_as<T, const N: usize>(n: usize, scale: f64, cast: fn(f64) -> T) -> Vec<Lanes<T, N>> {
    let lane = |i| cast(noise(i) * scale);
    (0..n).map(|n| Lanes(std::array::from_fn(|l| lane(n * N + l)))).collect()
}

/// Log-odds of `n` components over `stride` words: usual ones, and those of means next to 0 and 1.
fn log_odds(n: usize, stride: usize) -> Vec<Lanes16<f32>> {
    let mut words: Vec<Lanes16<f32>> = lanes_as(n * stride, 9.0, |o| o as f32);
    let special = [-744.4, 36.7, -36.7, -0.0, 1e-38, 0.1, 1e-40];
    for (word, special) in words.iter_mut().step_by(3).zip(special.into_iter().cycle()) {
        (word.0[5], word.0[12], word.0[14]) = (special, -special, -special);
    }
    words
}

fn bits_of<const N: usize>(values: &[Lanes<f64, N>]) -> impl Iterator<Item = u64> + '_ {
    values.iter().flat_map(|v| v.0).map(f64::to_bits)
}

/// Rows of every length of list, an empty one and a full one among them, over one to three tiles.
fn blocks() -> impl Iterator<Item = (RowBlock, usize)> {
    [1, 5, 130, TILE_FEATURES, 2 * TILE_FEATURES + 3].into_iter().map(|d| {
        let data = BitMatrix::from_fn(37, d, |i, f| i == 36 || (i * 31 + f * 17) % 37 < i);
        (RowBlock::by_length(&data, 0), d)
    })
}

/// Tables of whole groups and of the last one cut short.
fn table_cells(platform: Platform, bits: &mut Vec<u64>) {
    for n_features in [1, 7, 784, TILE_FEATURES] {
        let mut cells = lanes(CELLS, 0.0);
        platform.fill_table(&lanes(n_features, 9.0), &mut cells);
        bits.extend(bits_of(&cells));
    }
}

/// Scores of one chunk of components, set by the first tile and added to by the others.
fn dense_scores(platform: Platform, bits: &mut Vec<u64>) {
    for (block, d) in blocks() {
        let mut scores = lanes(block.n_rows(), 1.0);
        for tile in 0..tile_count(d) {
            platform.score_rows(&lanes(CELLS, 9.0), &block, tile, &mut scores);
            bits.extend(bits_of(&scores));
        }
    }
}

/// Sums over lists of every length.
fn column_sums(platform: Platform, bits: &mut Vec<u64>) {
    for (block, d) in blocks() {
        let (columns, resp) = (Columns::new(&block, d), lanes(2 * block.n_rows(), 5.0));
        let (one, other) = resp.split_at(block.n_rows());
        let zeros = vec![[Lanes::default(); 2]; d];
        let (mut sums, first) = (zeros.clone(), d / 8 * 4);
        platform.add_columns(&columns, 0, &[one, other], &mut sums);
        bits.extend(bits_of(sums.as_flattened()));
        let mut last = zeros[first..].to_vec();
        platform.add_columns(&columns, first, &[one, other], &mut last);
        assert_eq!(last, sums[first..], "the second half on its own");
        let mut of_one = vec![[Lanes::default()]; d];
        platform.add_columns(&columns, 0, &[one], &mut of_one);
        assert!(of_one.iter().zip(&sums).all(|(a, b)| a[0] == b[0]), "one chunk on its own");
        platform.add_columns(&columns, 0, &[other, one], &mut sums);
        bits.extend(bits_of(sums.as_flattened()));
    }
}

/// Scores from far behind to decided, components and whole rows that are ruled out, padding, and
/// parts of tiles.
fn dense_softmax(platform: Platform, bits: &mut Vec<u64>) {
    for (n_chunks, n_rows) in [(1, 53_usize), (2, 56), (7, 3)] {
        let stride = n_rows.next_multiple_of(SOFTMAX_ROWS) + SOFTMAX_ROWS;
        let mut scores = lanes(stride * n_chunks, 400.0);
        scores[1].0[2] = f64::NEG_INFINITY;
        if n_chunks == 2 {
            scores[9] = Lanes([f64::NEG_INFINITY; LANES]);
            scores[stride + 9] = Lanes([f64::NEG_INFINITY; LANES]);
        }
        let mut bias = lanes(n_chunks, 50.0);
        bias[n_chunks - 1].0[LANES - 1] = f64::NEG_INFINITY;
        let (mut log_prob, mut sums) = (vec![f64::NAN; n_rows], lanes(n_chunks, 0.0));
        let prior = lanes(n_chunks, 1.0);
        platform.softmax_rows(&mut scores, stride, &bias, &prior, &mut log_prob, &mut sums);
        let n_impossible = log_prob.iter().filter(|p| **p == f64::NEG_INFINITY).count();
        assert_eq!(n_impossible, usize::from(n_chunks == 2));
        for column in scores.chunks_exact(stride) {
            bits.extend(bits_of(&column[..n_rows]));
        }
        bits.extend(bits_of(&sums));
        bits.extend(log_prob.into_iter().map(f64::to_bits));
    }
}

/// `map` of slices of every length up to 40, special values first.
fn mapped(bits: &mut Vec<u64>, map: impl Fn(&mut [f64]), special: &[f64]) {
    let sign = if special[0] > 0.0 { 1.0 } else { -1.0 };
    let usual = (0..40).map(|i| sign * (400.0 + 399.9 * noise(i)));
    let values: Vec<f64> = special.iter().copied().chain(usual).collect();
    for n in 0..=40 {
        let mut some = values[..n].to_vec();
        map(&mut some);
        bits.extend(some.iter().map(|x| x.to_bits()));
    }
}

/// What becomes of means, inside and on the boundary: of up to 40, and of more than a batch.
fn on_means(bits: &mut Vec<u64>, change: impl Fn(&mut Vec<f64>)) {
    let special = [0.0, 1.0, 0.5, 5e-324, 1.0 - f64::EPSILON / 2.0];
    let mean = |i: usize| special.get(i).copied().unwrap_or((noise(i) + 1.0) / 2.0);
    for n in (0..=40).chain([128, 300]) {
        let mut means = (0..n).map(mean).collect();
        change(&mut means);
        bits.extend(means.into_iter().map(f64::to_bits));
    }
}

fn zero_products(platform: Platform, means: &mut Vec<f64>) {
    let mut products = vec![f64::NAN; n_products(means.len())];
    platform.zero_prob_products(means, &mut products);
    *means = products;
}

/// What is new in both precisions, and the sums of the changes.
fn replaced_log_odds(platform: Platform, new: &mut Vec<f64>) {
    let mut log_odds: Vec<Lanes8<f64>> = lanes(new.len().div_ceil(8), 1.0);
    let mut narrow = vec![Lanes16::<f32>::default(); new.len().div_ceil(16)];
    let changes = platform.replace_log_odds(new, &mut log_odds, &mut narrow);
    *new = changes.to_vec();
    new.extend(log_odds.iter().flat_map(|octet| octet.0));
    new.extend(narrow.iter().flat_map(|word| word.0).map(f64::from));
}
