//! Means at K rows far apart, each half-way to the overall mean: the seeding of k-means++.
//!
//! Arthur & Vassilvitskii, *k-means++: the advantages of careful seeding* (SODA 2007): the first row is any one, and each
//! further one is drawn with a probability that grows as its squared Euclidean distance to the nearest row chosen so far.
//! Between rows of bits that is the number of bits in which they differ, so distances and their sum are whole numbers, and
//! no order of summing changes a draw.

use super::random_rows;
use crate::bits::BitMatrix;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

/// Rows that one thread goes through at a time.
const AT_ONCE: usize = 4096;

pub(super) fn draw(
    data: &BitMatrix,
    n_components: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<BernoulliMixture> {
    random_rows::around(data, far_apart(data, n_components, rng))
}

/// `count` rows; the same one again only where no other row differs from all that are chosen.
fn far_apart(data: &BitMatrix, count: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<usize> {
    let mut rows = vec![below(data.n_samples() as u64, rng) as usize];
    let mut distances = vec![u32::MAX; data.n_samples()];
    while rows.len() < count {
        let total = approach(data, rows[rows.len() - 1], &mut distances);
        let next = match total {
            0 => below(data.n_samples() as u64, rng) as usize,
            _ => place(&distances, below(total, rng)),
        };
        rows.push(next);
    }
    rows
}

/// Takes `row` into account: the distance of every row to the nearest one chosen; returns their sum.
fn approach(data: &BitMatrix, row: usize, distances: &mut [u32]) -> u64 {
    let chosen = data.row(row);
    let blocks = distances.par_chunks_mut(AT_ONCE).enumerate();
    let sums = blocks.map(|(block, distances)| {
        for (distance, i) in distances.iter_mut().zip(block * AT_ONCE..) {
            *distance = (*distance).min(hamming(data.row(i), chosen));
        }
        distances.iter().map(|distance| u64::from(*distance)).sum::<u64>()
    });
    sums.sum()
}

/// The number of bits in which two rows differ.
fn hamming(a: &[u8], b: &[u8]) -> u32 {
    // By words: see `BitMatrix::count_ones`.
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let words = a.iter().zip(b).map(|(a, b)| (word(a) ^ word(b)).count_ones());
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| (a ^ b).count_ones());
    words.sum::<u32>() + rest.sum::<u32>()
}

/// The row to which the point `target` belongs, where rows lie one after another, each as long as its distance.
fn place(distances: &[u32], target: u64) -> usize {
    let mut end = 0;
    let mut ends = distances.iter().map(|distance| {
        end += u64::from(*distance);
        end
    });
    ends.position(|end| target < end).unwrap_or(0)
}

/// A whole number below `n`, which must not be 0.
fn below(n: u64, rng: &mut Xoshiro256PlusPlus) -> u64 {
    Uniform::new(0, n).map_or(0, |uniform| uniform.sample(rng))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::rand_core::SeedableRng;

    #[test]
    fn distances_count_differing_bits_in_whole_words_and_in_what_is_left() {
        for d in [1, 8, 63, 64, 65, 200, 784] {
            let data = BitMatrix::from_fn(2, d, |i, d| (d * 7 + i * 3) % 5 < 2 + i);
            let differ = (0..d).filter(|&d| data.get(0, d) != data.get(1, d)).count();
            assert_eq!(hamming(data.row(0), data.row(1)) as usize, differ, "{d}");
        }
    }

    #[test]
    fn a_row_is_drawn_in_proportion_to_its_distance() {
        let drawn: Vec<usize> = (0..6).map(|target| place(&[0, 2, 0, 1, 3], target)).collect();
        assert_eq!(drawn, [1, 1, 3, 4, 4, 4]);
    }

    #[test]
    fn a_row_that_is_chosen_already_comes_again_only_for_want_of_others() {
        // Five different rows, each four times.
        let data = BitMatrix::from_fn(20, 9, |i, d| d < i % 5);
        for seed in 0..50 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let kinds = |rows: Vec<usize>| -> std::collections::BTreeSet<usize> {
                rows.into_iter().map(|i| i % 5).collect()
            };
            assert_eq!(kinds(far_apart(&data, 5, &mut rng)).len(), 5);
            assert_eq!(far_apart(&data, 8, &mut rng).len(), 8);
        }
    }
}
