//! The rules that turn grey pixels into packed bits. Rows are done in parallel; the bits do not
//! depend on the number of threads.

use super::pixels::Pixels;
use crate::bits::{BitMatrix, row_bytes};
use crate::record::{Binarize, refused_rule};
use crate::{error::Result, parallel};
use rand_distr::{Bernoulli, Distribution};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

impl Binarize {
    /// This rule with its numbers filled in: [`Binarize::Otsu`] becomes the threshold found in
    /// `pixels`, any other rule stays. A model carries the resolved rule.
    pub fn resolve(&self, pixels: &Pixels) -> Binarize {
        match self {
            Self::Otsu => Self::Threshold(threshold_by_otsu(pixels)),
            other => *other,
        }
    }

    /// The ink of `pixels`, a matrix of shape (`n_images`, `n_features`). Missing pixels are
    /// missing bits. Packed pixels are ink already, whatever the rule.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] for a threshold of 0, or values above 1 for [`Binarize::None`].
    pub fn apply(&self, pixels: &Pixels) -> Result<BitMatrix> {
        if let Some(bits) = pixels.bits() {
            return Ok(bits.clone());
        }
        let ink = match self.resolve(pixels) {
            Self::Threshold(0) => Err(refused_rule("threshold:0".into(), "with T 1 to 255")),
            Self::Threshold(t) => pack_rows(pixels, |_, row, packed| pack_at_least(row, t, packed)),
            Self::Bernoulli(seed) => draw(pixels, seed),
            Self::None | Self::Otsu => {
                check_binary(pixels)?;
                pack_rows(pixels, |_, row, packed| pack_at_least(row, 1, packed))
            }
        }?;
        match pixels.missing() {
            Some(missing) => ink.with_missing(missing),
            None => Ok(ink),
        }
    }
}

fn check_binary(pixels: &Pixels) -> Result<()> {
    if pixels.is_binary() {
        return Ok(());
    }
    let n_features = pixels.n_features();
    let found = pixels.values().iter().enumerate().find(|(_, v)| **v > 1);
    let (index, value) = found.map_or((0, 0), |(index, &value)| (index, value));
    let (row, column) = (index / n_features, index % n_features);
    let note = format!("and none only for 0 and 1: row {row}, column {column} holds {value}");
    Err(refused_rule("none".into(), &note))
}

/// The matrix whose row `i` is what `pack(i, values, packed)` writes into zeroed bytes.
fn pack_rows(pixels: &Pixels, pack: impl Fn(usize, &[u8], &mut [u8]) + Sync) -> Result<BitMatrix> {
    /// Approximate number of values in one piece of work.
    const VALUES_PER_TASK: usize = 1 << 18;
    let (n_images, n_features) = (pixels.n_images(), pixels.n_features());
    let stride = row_bytes(n_features);
    let mut bytes = vec![0; n_images * stride];
    let n_rows = VALUES_PER_TASK.div_ceil(n_features);
    let rows = pixels.values().chunks(n_features * n_rows);
    let blocks = bytes.chunks_mut(stride * n_rows).zip(rows).enumerate();
    parallel::for_each(blocks, |(block, (packed, rows))| {
        let rows = packed.chunks_exact_mut(stride).zip(rows.chunks_exact(n_features));
        (block * n_rows..).zip(rows).for_each(|(i, (packed, row))| pack(i, row, packed));
    });
    BitMatrix::from_packed(n_images, n_features, bytes)
}

/// Sets bit `d` of `packed` where `row[d] >= threshold`; the flags of a block vectorise.
fn pack_at_least(row: &[u8], threshold: u8, packed: &mut [u8]) {
    for (block, bytes) in row.chunks(64).zip(packed.chunks_mut(8)) {
        let mut flags = [0; 64];
        flags.iter_mut().zip(block).for_each(|(flag, &value)| *flag = u8::from(value >= threshold));
        let (eights, _) = flags.as_chunks::<8>();
        bytes.iter_mut().zip(eights).for_each(|(byte, &eight)| *byte = gather(eight));
    }
}

/// Eight flags, each 0 or 1, as the bits of a byte, the first one lowest. One multiplication moves
/// flag `j` to bit `56 + j`; no two partial products meet, so nothing carries.
fn gather(flags: [u8; 8]) -> u8 {
    (u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// Ink drawn with probability value / 255. Each row has its own generator, seeded from (seed, row).
/// So a row depends neither on the threads nor on the number of rows.
fn draw(pixels: &Pixels, seed: u64) -> Result<BitMatrix> {
    let ink: Vec<Bernoulli> =
        (0..=255u8).filter_map(|v| Bernoulli::new(f64::from(v) / 255.0).ok()).collect();
    pack_rows(pixels, |i, row, packed| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(mix(mix(seed) ^ i as u64));
        for (values, byte) in row.chunks(8).zip(packed) {
            for (j, &value) in values.iter().enumerate() {
                let drawn = ink.get(usize::from(value)).is_some_and(|ink| ink.sample(&mut rng));
                *byte |= u8::from(drawn) << j;
            }
        }
    })
}

/// The finaliser of SplitMix64: a bijection that spreads neighbouring seeds over all 64 bits.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// How often each value occurs where none is missing.
fn observed_histogram(pixels: &Pixels) -> [u64; 256] {
    let mut counts = histogram(pixels.values());
    // Missing values are stored as 0.
    counts[0] -= pixels.missing().map_or(0, BitMatrix::count_ones);
    counts
}

fn histogram(values: &[u8]) -> [u64; 256] {
    /// Fewest values that are worth a thread.
    const MIN_SHARE: usize = 1 << 16;
    let add = |mut a: [u64; 256], b: [u64; 256]| {
        a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        a
    };
    // More chunks would take longer to add up than the values to count.
    let share = values.len().div_ceil(4 * parallel::n_threads()).max(MIN_SHARE);
    parallel::map(values.chunks(share), count).into_iter().fold([0; 256], add)
}

/// How often each value occurs in one chunk. Four counts take turns: most pixels are 0, and
/// repeated additions to one count would wait for each other.
fn count(chunk: &[u8]) -> [u64; 256] {
    let mut counts = [[0u32; 256]; 4];
    for values in chunk.chunks(4) {
        for (counts, &value) in counts.iter_mut().zip(values) {
            counts[usize::from(value)] += 1;
        }
    }
    std::array::from_fn(|value| counts.iter().map(|counts| u64::from(counts[value])).sum())
}

/// The threshold that Otsu's method finds in the values that are not missing.
pub(super) fn threshold_by_otsu(pixels: &Pixels) -> u8 {
    otsu(&observed_histogram(pixels))
}

/// Otsu's threshold T, 1 to 255, with the greatest variance between ink (value >= T) and paper
/// (value < T). Source: Otsu 1979, IEEE Trans. Syst. Man Cybern. 9, 62-66. Of a range of equally
/// good T, the middle; if all values are equal, the default.
pub(super) fn otsu(histogram: &[u64; 256]) -> u8 {
    let total: f64 = histogram.iter().map(|&n| n as f64).sum();
    let sum: f64 = histogram.iter().zip(0u32..).map(|(&n, v)| n as f64 * f64::from(v)).sum();
    let (mut n_below, mut sum_below, mut best) = (0.0, 0.0, 0.0);
    let (mut first, mut last) = (128u8, 128u8);
    for (threshold, &count) in (1..=255u8).zip(histogram) {
        n_below += count as f64;
        sum_below += count as f64 * f64::from(threshold - 1);
        let (n_above, sum_above) = (total - n_below, sum - sum_below);
        if n_below == 0.0 || n_above == 0.0 {
            continue;
        }
        let variance = n_below * n_above * (sum_above / n_above - sum_below / n_below).powi(2);
        if variance > best {
            (best, first, last) = (variance, threshold, threshold);
        } else if variance == best {
            last = threshold;
        }
    }
    first + (last - first) / 2
}

#[cfg(test)]
mod tests;
