//! Means at K rows far apart, each half-way to the overall mean: the seeding of k-means++.
//!
//! Arthur & Vassilvitskii, *k-means++: the advantages of careful seeding* (SODA 2007). The first
//! row is any one. Each further one is drawn in proportion to its squared Euclidean distance to the
//! nearest row chosen so far. Between rows of bits that is the number of bits in which they differ;
//! what is missing counts as a zero. A row's weight multiplies its distance. Sums are taken over
//! fixed blocks in order, so they are the same at any number of threads.

use super::random_rows;
use crate::bits::BitMatrix;
use crate::em::rows::Rows;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;

const BLOCK_ROWS: usize = 4096;

pub(super) fn draw(
    rows: &Rows,
    n_components: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<BernoulliMixture> {
    random_rows::means_near(rows, &far_apart(rows, n_components, rng))
}

/// `count` rows. One is chosen again only where no other row differs from all chosen ones.
fn far_apart(rows: &Rows, count: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<usize> {
    let data = &*rows.data;
    let any = |rng: &mut Xoshiro256PlusPlus| {
        let weights = (0..data.n_samples()).map(|i| rows.weight(i));
        place(weights, uniform_below(rows.total_weight(), rng))
    };
    let mut chosen = vec![any(rng)];
    let mut distances = vec![u32::MAX; data.n_samples()];
    while chosen.len() < count {
        update_distances(data, chosen[chosen.len() - 1], &mut distances);
        let weighted = |(i, distance): (usize, &u32)| rows.weight(i) * f64::from(*distance);
        let blocks = distances.chunks(BLOCK_ROWS).enumerate();
        let sums = parallel::map(blocks, |(block, distances)| {
            (block * BLOCK_ROWS..).zip(distances).map(weighted).sum::<f64>()
        });
        let total: f64 = sums.into_iter().sum();
        let next = if total > 0.0 {
            place(distances.iter().enumerate().map(weighted), uniform_below(total, rng))
        } else {
            any(rng)
        };
        chosen.push(next);
    }
    chosen
}

/// Lowers every row's distance to the nearest chosen row, now that `row` is chosen too.
fn update_distances(data: &BitMatrix, row: usize, distances: &mut [u32]) {
    let chosen = data.row(row);
    parallel::for_each(distances.chunks_mut(BLOCK_ROWS).enumerate(), |(block, distances)| {
        for (distance, i) in distances.iter_mut().zip(block * BLOCK_ROWS..) {
            *distance = (*distance).min(hamming(&data.row(i), &chosen));
        }
    });
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

/// The number of the interval that holds `target`; intervals of these lengths follow from 0.
///
/// Rounding may lead beyond all: then the last one that is not empty.
fn place(lengths: impl Iterator<Item = f64>, target: f64) -> usize {
    let (mut end, mut last) = (0.0, 0);
    for (i, length) in lengths.enumerate().filter(|(_, length)| *length > 0.0) {
        (end, last) = (end + length, i);
        if target < end {
            break;
        }
    }
    last
}

/// A number from 0 to below `most`, which must be above 0.
fn uniform_below(most: f64, rng: &mut Xoshiro256PlusPlus) -> f64 {
    Uniform::new(0.0, most).map_or(0.0, |uniform| uniform.sample(rng))
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
            assert_eq!(hamming(&data.row(0), &data.row(1)) as usize, differ, "{d}");
        }
    }

    #[test]
    fn a_row_is_drawn_in_proportion_to_its_distance() {
        let lengths = [0.0, 2.0, 0.0, 1.0, 3.0];
        let place_of = |target: u32| place(lengths.into_iter(), f64::from(target));
        assert_eq!((0..7).map(place_of).collect::<Vec<_>>(), [1, 1, 3, 4, 4, 4, 4]);
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
            for rows in [Rows::new(&data), Rows::new(&data).weighted(&[0.5; 20])] {
                assert_eq!(kinds(far_apart(&rows, 5, &mut rng)).len(), 5);
                assert_eq!(far_apart(&rows, 8, &mut rng).len(), 8);
            }
        }
    }
}
