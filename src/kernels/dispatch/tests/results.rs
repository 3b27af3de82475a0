//! What every kernel gives on tails and special values.

use super::super::super::lanes::LANES;
use super::super::super::row_block::{CELLS, TILE_FEATURES, tile_count};
use super::super::super::screen::{HOPELESS, NEVER};
use super::*;
use crate::bits::{BitMatrix, row_bytes};

/// Everything that the kernels give, by name.
pub(super) fn results<K: Kernels>() -> Vec<(&'static str, Vec<u64>)> {
    vec![
        ("score_rows or accumulate_rows", walked::<K>()),
        ("fill_table", tabled::<K>()),
        ("fold_cells", folded::<K>()),
        ("softmax_rows", softened::<K>()),
        ("raise_envelope", enveloped::<K>()),
        ("fill_byte of 16", filled::<K, 16>()),
        ("fill_byte of 32", filled::<K, 32>()),
        ("fill_byte of 64", filled::<K, 64>()),
        ("screen_rows of 16", screened::<K, 16>()),
        ("screen_rows of 32", screened::<K, 32>()),
        ("screen_rows of 64", screened::<K, 64>()),
        ("select of 16", selected::<K, 16>()),
        ("select of 32", selected::<K, 32>()),
        ("select of 64", selected::<K, 64>()),
        ("score_pairs or sum_lanes", scored::<K>()),
        ("add_pairs", added::<K>()),
        (
            "exp_all",
            mapped(K::exp_all, &[-0.0, -708.0, -708.1, -1e-300, -1e9, f64::NEG_INFINITY, f64::NAN]),
        ),
        (
            "ln_all",
            mapped(K::ln_all, &[1.0, 5e-324, f64::MIN_POSITIVE, f64::MAX, 1.0 + f64::EPSILON, 0.5]),
        ),
    ]
}

/// Chunks of components in the walks.
const N_CHUNKS: usize = 3;

/// Numbers in [-1, 1) without a pattern.
fn noise(i: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29) as u32 as f64 / 2.0_f64.powi(31) - 1.0
}

fn lanes<const N: usize>(n: usize, scale: f64) -> Vec<Lanes<f64, N>> {
    let lane = |i| noise(i) * scale;
    (0..n).map(|n| Lanes(std::array::from_fn(|l| lane(n * N + l)))).collect()
}

fn marks<const N: usize>(n: usize, scale: f64) -> Vec<Marks<N>> {
    let mark = |i| if i % 97 == 5 { HOPELESS } else { ((noise(i) - 1.0) * scale) as i16 };
    (0..n).map(|n| Marks(std::array::from_fn(|l| mark(n * N + l)))).collect()
}

fn bits_of<const N: usize>(values: &[Lanes<f64, N>]) -> impl Iterator<Item = u64> + '_ {
    values.iter().flat_map(|v| v.0).map(f64::to_bits)
}

fn bits_of_marks<const N: usize>(marks: &[Marks<N>]) -> impl Iterator<Item = u64> + '_ {
    marks.iter().flat_map(|v| v.0).map(|mark| mark as u64)
}

/// Rows of every length of list, an empty one and a full one among them, over one to three tiles.
fn blocks() -> impl Iterator<Item = (RowBlock, usize)> {
    [1, 5, 130, TILE_FEATURES, 2 * TILE_FEATURES + 3].into_iter().map(|d| {
        let data = BitMatrix::from_fn(37, d, |i, f| i == 36 || (i * 31 + f * 17) % 37 < i);
        (RowBlock::by_length(&data, 0..37), d)
    })
}

/// Tables of whole groups and of the last one cut short.
fn tabled<K: Kernels>() -> Vec<u64> {
    let mut bits = Vec::new();
    for n_features in [1, 7, 784, TILE_FEATURES] {
        let mut cells = lanes(CELLS, 0.0);
        K::fill_table(&lanes(n_features, 9.0), &mut cells);
        bits.extend(bits_of(&cells));
    }
    bits
}

/// Scores and pattern sums of the second chunk of three.
fn walked<K: Kernels>() -> Vec<u64> {
    let mut bits = Vec::new();
    for (block, d) in blocks() {
        for tile in 0..tile_count(d) {
            let mut sums = lanes(CELLS, 9.0);
            let cells = lanes(CELLS, 9.0);
            let mut scores = lanes(block.len() * N_CHUNKS, 1.0);
            K::score_rows(&cells, &block, tile, &mut scores, N_CHUNKS, 1);
            K::accumulate_rows(&mut sums, &block, tile, &scores, N_CHUNKS, 1);
            bits.extend(bits_of(&scores));
            bits.extend(bits_of(&sums));
        }
    }
    bits
}

fn folded<K: Kernels>() -> Vec<u64> {
    let mut bits = Vec::new();
    for n_features in [1, 6, 784, TILE_FEATURES] {
        let (mut cells, mut sums) = (lanes(CELLS, 5.0), lanes(n_features, 1e3));
        K::fold_cells(&mut cells, &mut sums);
        bits.extend(bits_of(&sums));
        bits.extend(bits_of(&cells));
    }
    bits
}

/// Scores from hopeless to decided, components and whole rows that are ruled out, padding.
fn softened<K: Kernels>() -> Vec<u64> {
    let mut bits = Vec::new();
    for n_chunks in [1, 2, 7] {
        let mut scores = lanes(53 * n_chunks, 400.0);
        scores[3].0[2] = f64::NEG_INFINITY;
        if n_chunks == 2 {
            scores[..n_chunks].fill(Lanes([f64::NEG_INFINITY; LANES]));
        }
        let mut bias = lanes(n_chunks, 50.0);
        bias[n_chunks - 1].0[LANES - 1] = f64::NEG_INFINITY;
        let mut sums = SoftmaxSums::new(n_chunks);
        K::softmax_rows(&mut scores, &bias, &lanes(n_chunks, 1.0), &mut sums);
        assert_eq!(sums.log_likelihood == f64::NEG_INFINITY, n_chunks == 2);
        bits.extend(bits_of(&scores));
        bits.extend(bits_of(&sums.resp_sums));
        bits.push(sums.log_likelihood.to_bits());
    }
    bits
}

/// Log-odds of `n` components over `stride` bytes: usual ones, and those of means next to 0 and 1.
fn log_odds(n: usize, stride: usize) -> Vec<Octet<f64>> {
    let mut octets = lanes::<8>(n * stride, 9.0);
    for (octet, special) in
        octets.iter_mut().step_by(3).zip([-744.4, 36.7, -36.7, -0.0, 1e-300, 0.1].iter().cycle())
    {
        octet.0[5] = *special;
    }
    octets
}

/// Features that are never one, for every third component.
fn never(n: usize, stride: usize) -> Vec<Option<Vec<u8>>> {
    let mask = |k: usize| {
        (0..stride)
            .map(|b| if (k + b).is_multiple_of(5) { 0xff } else { (k * 7 + b) as u8 & 0x11 })
            .collect()
    };
    (0..n).map(|k| (k % 3 == 0).then(|| mask(k))).collect()
}

/// Calls `use_them` with so many components over `stride` bytes.
fn with_components<T>(n: usize, stride: usize, use_them: impl FnOnce(&[Screened]) -> T) -> T {
    let (log_odds, never) = (log_odds(n, stride), never(n, stride));
    let components: Vec<Screened> = log_odds
        .chunks(stride)
        .zip(&never)
        .map(|(log_odds, never)| Screened { log_odds, never: never.as_deref() })
        .collect();
    use_them(&components)
}

fn enveloped<K: Kernels>() -> Vec<u64> {
    let mut bits = Vec::new();
    for (n_bytes, first) in [(1, 0), (7, 2), (16, 16)] {
        let mut envelope = vec![[[f32::NEG_INFINITY; 16]; 2]; n_bytes];
        with_components(5, first + n_bytes, |components| {
            components.iter().for_each(|c| K::raise_envelope(&mut envelope, *c, first));
        });
        bits.extend(
            envelope.as_flattened().as_flattened().iter().map(|sum| u64::from(sum.to_bits())),
        );
    }
    bits
}

fn filled<K: Kernels, const N: usize>() -> Vec<u64> {
    let mut bits = Vec::new();
    let sum = |i: usize| if i % 7 == 3 { NEVER } else { 20.0 + 20.0 * noise(i) as f32 };
    for n in [1, 3, N - 1, N] {
        for units in [64.0, 8.0, 1.0] {
            let envelope = std::array::from_fn(|g| std::array::from_fn(|p| sum(g * 16 + p)));
            for index in 0..4 {
                let mut cells = [Marks([0; N]); 32];
                with_components(n, 4, |c| K::fill_byte(&mut cells, c, index, &envelope, units));
                bits.extend(bits_of_marks(&cells));
            }
        }
    }
    bits
}

/// Totals of the second chunk of three, for some of the rows: from small to saturated.
fn screened<K: Kernels, const N: usize>() -> Vec<u64> {
    let mut bits = Vec::new();
    for (block, d) in blocks() {
        for (tile, scale) in (0..tile_count(d)).zip([20.0, 400.0, 9000.0]) {
            let positions: Vec<u32> = (0..37).filter(|p| p % 5 != 2).collect();
            let mut totals = marks::<N>(positions.len() * N_CHUNKS, 100.0);
            let cells = marks::<N>(CELLS, scale);
            K::screen_rows(&cells, &block, tile, &positions, &mut totals, N_CHUNKS, 1);
            bits.extend(bits_of_marks(&totals));
        }
    }
    bits
}

fn selected<K: Kernels, const N: usize>() -> Vec<u64> {
    let mut bits = Vec::new();
    for n_components in [1, N - 3, N, N + 1, 2 * N - 1] {
        let stride = n_components.div_ceil(N);
        for scale in [10.0, 1500.0, 16_000.0] {
            let mut totals = marks::<N>(24 * stride, scale);
            totals[..stride].fill(Marks([HOPELESS; N]));
            totals[stride..2 * stride].fill(Marks([0; N]));
            let padding = (n_components..stride * N).flat_map(|k| (0..24).map(move |row| (row, k)));
            padding.for_each(|(row, k)| totals[row * stride + k / N].0[k % N] = HOPELESS);
            let reach: Vec<i16> =
                [0, 1, 700, 1600, i16::MAX].into_iter().cycle().take(24).collect();
            let mut found = Candidates::default();
            let positions: Vec<u32> = (0..24).map(|row| row * 3).collect();
            K::select(&totals, n_components, &positions, &reach, &mut found);
            bits.extend(found.slack.iter().map(|slack| *slack as u64));
            bits.extend(found.sole.iter().map(|k| u64::from(*k)));
            bits.extend(found.several.components().iter().map(|k| u64::from(*k)));
            bits.extend(
                found.several.rows().flat_map(|(row, range)| [u64::from(row), range.end as u64]),
            );
            bits.push(found.n_lost as u64);
        }
    }
    bits
}

/// Pairs with 0 to 5 of six components for each row, odd numbers and even ones.
fn pairs<T: Copy>(value: impl Fn(usize) -> T) -> Pairs<T> {
    let mut pairs = Pairs::default();
    for position in 0..37 {
        let components = (0..6).filter(|k| (position * 5 + k * k) % 7 < position % 6);
        components.for_each(|k| pairs.push(k as u32, value(position * 6 + k)));
        pairs.end_row(position as u32);
    }
    pairs
}

fn scored<K: Kernels>() -> Vec<u64> {
    let mut bits = Vec::new();
    for (block, d) in blocks() {
        let (pairs, log_odds) = (pairs(|_| 0.0), log_odds(6, row_bytes(d)));
        let mut sums = vec![Octet::default(); pairs.len()];
        for tile in 0..tile_count(d) {
            K::score_pairs(&log_odds, row_bytes(d), &block, tile, &pairs, &mut sums);
        }
        let mut totals: Vec<f64> = (0..pairs.len()).map(noise).collect();
        K::sum_lanes(&sums, &mut totals);
        bits.extend(bits_of(&sums));
        bits.extend(totals.iter().map(|total| total.to_bits()));
    }
    bits
}

fn added<K: Kernels>() -> Vec<u64> {
    let mut bits = Vec::new();
    for (block, d) in blocks() {
        let mut sums = vec![Octet::<i64>::default(); 6 * row_bytes(d)];
        let pairs = pairs(|i| (noise(i) * 2.0_f64.powi(33)) as i64);
        for tile in 0..tile_count(d) {
            K::add_pairs(&mut sums, row_bytes(d), &block, tile, &pairs);
        }
        bits.extend(sums.iter().flat_map(|octet| octet.0).map(|sum| sum as u64));
    }
    bits
}

/// `map` of slices of every length up to 40, special values first.
fn mapped(map: fn(&mut [f64]), special: &[f64]) -> Vec<u64> {
    let sign = if special[0] > 0.0 { 1.0 } else { -1.0 };
    let usual = (0..40).map(|i| sign * (400.0 + 399.9 * noise(i)));
    let values: Vec<f64> = special.iter().copied().chain(usual).collect();
    let mut bits = Vec::new();
    for n in 0..=40 {
        let mut some = values[..n].to_vec();
        map(&mut some);
        bits.extend(some.iter().map(|x| x.to_bits()));
    }
    bits
}
