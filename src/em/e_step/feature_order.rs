//! An order of the features in which those that tend to be one together are neighbours.
//!
//! The kernels walk over the groups of 4 and of 16 neighbouring features that are not all zero. A
//! good order leaves few such groups. In the order of the pixels, a row of MNIST has 45 groups of 4
//! and 26 of 16; in this order, 40 and 16.

use crate::bits::{BitMatrix, WIDE_FROM};
use crate::kernels::TILE_FEATURES;
use crate::parallel;
use crate::scorer::Layout;

/// Rows in the sample that chooses the order.
const SAMPLE: usize = 512;

/// For each row of the sample, whether a feature, or any of a group, is one.
type Column = [u64; SAMPLE / 64];

/// Numbers of features that are put in order. Fewer gain nothing; more cost too much.
const FEATURES: std::ops::Range<usize> = WIDE_FROM..16 * TILE_FEATURES + 1;

/// Features in a group, and groups in a word.
const GROUP_SIZE: usize = 4;

/// For each place the column of `layout` that is to stand there, or `None` if none is to move.
/// `labels` are the known labels of `data`.
pub(crate) fn feature_order(
    layout: &Layout,
    data: &BitMatrix,
    labels: &[Option<u32>],
) -> Option<Vec<usize>> {
    if data.n_samples() < SAMPLE || !FEATURES.contains(&layout.n_columns()) {
        return None;
    }
    let rows: Vec<usize> = (0..SAMPLE).map(|i| i * (data.n_samples() / SAMPLE)).collect();
    let labels: Vec<_> = rows.iter().filter_map(|&i| labels.get(i).copied()).collect();
    let columns = columns(&layout.part(&data.select(&rows), &labels, 0..SAMPLE, Vec::new()));
    // Within a tile only: the kernels walk over one tile after another.
    let of_tile = |(tile, columns): (usize, &[Column])| {
        let first = tile * TILE_FEATURES;
        let groups = join(columns);
        // A last group that is not full stays last, for it would shift all groups behind it.
        let (full, rest) = groups.split_at(columns.len() / GROUP_SIZE);
        let unions: Vec<Column> = full.iter().map(|group| union(group, columns)).collect();
        let words = join(&unions).into_iter().flatten().map(|group| &full[group]);
        words.chain(rest).flatten().map(|d| first + d).collect::<Vec<_>>()
    };
    Some(parallel::map(columns.chunks(TILE_FEATURES).enumerate(), of_tile).concat())
}

fn columns(sample: &BitMatrix) -> Vec<Column> {
    let mut columns = vec![[0; SAMPLE / 64]; sample.n_features()];
    for i in 0..SAMPLE {
        for d in sample.ones(i) {
            columns[d][i / 64] |= 1 << (i % 64);
        }
    }
    columns
}

/// Joins columns to groups of [`GROUP_SIZE`]; only the last may have fewer. A group begins with the
/// most frequent column that is left. Then it takes, one by one, the column that differs least from
/// the union of the group.
fn join(columns: &[Column]) -> Vec<Vec<usize>> {
    let count = |column: &Column| column.iter().map(|bits| bits.count_ones()).sum::<u32>();
    let mut left: Vec<usize> = (0..columns.len()).collect();
    left.sort_by_key(|&d| std::cmp::Reverse(count(&columns[d])));
    let mut groups = Vec::with_capacity(columns.len().div_ceil(GROUP_SIZE));
    while !left.is_empty() {
        let mut group = vec![left.remove(0)];
        let mut together = columns[group[0]];
        while group.len() < GROUP_SIZE && !left.is_empty() {
            let distance = |&i: &usize| {
                let differ = columns[left[i]].iter().zip(&together).map(|(a, b)| a ^ b);
                differ.map(u64::count_ones).sum::<u32>()
            };
            let nearest = (0..left.len()).min_by_key(distance).unwrap_or(0);
            group.push(left.remove(nearest));
            together = union(&group, columns);
        }
        groups.push(group);
    }
    groups
}

fn union(group: &[usize], columns: &[Column]) -> Column {
    let mut union = Column::default();
    for &d in group {
        union.iter_mut().zip(columns[d]).for_each(|(all, bits)| *all |= bits);
    }
    union
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::em::e_step::EStep;
    use crate::mixture::BernoulliMixture;

    fn order(data: &BitMatrix) -> Option<Vec<usize>> {
        feature_order(&Layout::plain(data.n_features()), data, &[])
    }

    fn ordered(data: &BitMatrix, order: &[usize]) -> BitMatrix {
        let layout = Layout::plain(data.n_features()).in_order(order);
        layout.part(data, &[], 0..data.n_samples(), Vec::new())
    }

    /// Rows in which one of some bands of neighbouring features is one, but features lie scattered.
    fn scattered(n: usize, d: usize) -> BitMatrix {
        BitMatrix::from_fn(n, d, |i, f| (f * 37 % d) / 16 == i % d.div_ceil(16))
    }

    fn blank_words(data: &BitMatrix) -> usize {
        (0..data.n_samples())
            .map(|i| data.row(i).chunks(2).filter(|word| word.iter().all(|b| *b == 0)).count())
            .sum()
    }

    #[test]
    fn every_feature_stands_at_one_place_within_its_tile() {
        for d in [64, 100, 784, 1024, 1025, 2500] {
            let order = order(&scattered(600, d)).unwrap();
            for (tile, places) in order.chunks(TILE_FEATURES).enumerate() {
                let mut features = places.to_vec();
                features.sort_unstable();
                let first = tile * TILE_FEATURES;
                assert_eq!(features, (first..d.min(first + TILE_FEATURES)).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn features_that_are_one_together_come_to_share_words() {
        let data = scattered(600, 320);
        let ordered = ordered(&data, &order(&data).unwrap());
        assert_eq!(blank_words(&data), 600 * 5);
        assert_eq!(blank_words(&ordered), 600 * 19);
    }

    #[test]
    fn few_features_and_few_rows_stay_as_they_are() {
        for data in [scattered(600, 63), scattered(511, 320), scattered(600, 1)] {
            assert!(order(&data).is_none());
        }
    }

    /// Components that have two bands of [`scattered`] rows each, or all of them in common.
    fn mixture(k: usize, d: usize, edge: f64) -> BernoulliMixture {
        let is_one = |f: usize, k: usize| (f * 37 % d) / 32 == k;
        let mean = |f, k| if is_one(f, k) { 0.5 } else { edge };
        let weights = (1..=k).map(|k| k as f64).collect();
        let means = (0..k * d).map(|i| mean(i % d, i / d)).collect();
        BernoulliMixture::normalised(weights, means).unwrap()
    }

    #[test]
    fn the_statistics_do_not_depend_on_the_order_of_the_features() {
        for (d, step) in [(64, 5), (100, 7), (320, 33), (1025, 11), (2500, 7)] {
            let (data, k) = (scattered(700, d), 12);
            let order: Vec<usize> = (0..d).map(|j| j * step % d).collect();
            let shuffled = ordered(&data, &order);
            for edge in [1e-3, 0.05, 0.45] {
                let there = mixture(k, d, edge);
                let in_order = |mean: &[f64]| order.iter().map(|&f| mean[f]).collect::<Vec<_>>();
                let means: Vec<f64> = there.each_mean().flat_map(in_order).collect();
                let here = BernoulliMixture::new(there.weights(), means).unwrap();
                let stats = EStep::new(&data, k).run(&there);
                let other = EStep::new(&shuffled, k).run(&here);
                let (a, b) = (stats.log_likelihood(), other.log_likelihood());
                assert!((a - b).abs() <= 1e-9 * a.abs(), "{d} features, {edge}: {a} and {b}");
                for k in 0..k {
                    // Rounding in another order, and responsibilities to the nearest 2^-24.
                    let close = |a: f64, b: f64| (a - b).abs() <= 700.0 * 1e-6;
                    assert!(close(stats.resp_sum(k), other.resp_sum(k)), "{d} features, {edge}");
                    let sums =
                        |f: usize| (stats.weighted_sum(order[f], k), other.weighted_sum(f, k));
                    assert!((0..d).map(sums).all(|(a, b)| close(a, b)), "{d} features, {edge}");
                }
            }
        }
    }
}
