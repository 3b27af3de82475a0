//! Tests of the packed bit matrix.

use super::*;

#[test]
fn mnist_rows_take_98_bytes() {
    assert_eq!(row_bytes(784), 98);
    assert_eq!(BitMatrix::zeros(3, 784).as_bytes().len(), 3 * 98);
}

#[test]
fn bits_come_back_as_they_went_in() {
    let bit = |i: usize, d: usize| (i * 31 + d * 17) % 5 < 2;
    let matrix = BitMatrix::from_fn(7, 19, bit);
    for i in 0..7 {
        let ones: Vec<_> = (0..19).filter(|&d| bit(i, d)).collect();
        assert_eq!(matrix.ones(i).collect::<Vec<_>>(), ones);
        assert!((0..19).all(|d| matrix.get(i, d) == bit(i, d)));
    }
    let again = BitMatrix::from_packed(7, 19, matrix.as_bytes().to_vec()).unwrap();
    assert_eq!(again, matrix);
}

#[test]
fn ones_are_counted_in_whole_words_and_in_what_is_left() {
    for (n, d) in [(0, 5), (1, 3), (1, 64), (3, 40), (5, 19), (9, 784)] {
        let matrix = BitMatrix::from_fn(n, d, |i, d| (i * 31 + d * 17) % 5 < 2);
        let one_by_one: usize = (0..n).map(|i| matrix.ones(i).count()).sum();
        assert_eq!(matrix.count_ones(), one_by_one as u64, "{n} x {d}");
    }
}

#[test]
fn columns_are_summed_over_more_rows_than_a_byte_can_count() {
    for n_features in [1, 8, 19, 40] {
        let matrix = BitMatrix::from_fn(1000, n_features, |i, d| d == 0 || i % (d + 1) == 0);
        let sums = (0..n_features).map(|d| (0..1000).filter(|&i| matrix.get(i, d)).count() as u64);
        assert_eq!(matrix.column_sums(), sums.collect::<Vec<_>>());
    }
    assert_eq!(BitMatrix::zeros(0, 5).column_sums(), [0; 5]);
}

#[test]
fn wrong_length_and_padding_are_refused() {
    assert!(BitMatrix::from_packed(2, 9, vec![0; 3]).is_err());
    assert!(BitMatrix::from_packed(1, 9, vec![0, 0b10]).is_err());
    assert!(BitMatrix::from_packed(1, 9, vec![0, 0b01]).is_ok());
    assert!(BitMatrix::from_packed(usize::MAX, 16, vec![0; 2]).is_err());
}

#[test]
fn selecting_and_truncating_keep_rows_whole() {
    let matrix = BitMatrix::from_fn(5, 10, |i, d| d == i);
    let picked = matrix.select(&[4, 0, 4]);
    assert!(picked.get(0, 4) && picked.get(1, 0) && picked.get(2, 4));
    assert_eq!(picked.count_ones(), 3);
    assert_eq!((picked.n_distinct(), matrix.n_distinct()), (2, 5));
    assert_eq!((picked.n_distinct_up_to(1), matrix.n_distinct_up_to(9)), (1, 5));
    let mut head = matrix.clone();
    head.truncate(2);
    assert_eq!(head, matrix.select(&[0, 1]));
}

#[test]
fn ones_are_listed_over_all_words_of_a_row() {
    for d in [1, 8, 63, 64, 65, 127, 128, 129, 784, 1025] {
        for step in [1, 2, 63, 64, 65] {
            let matrix = BitMatrix::from_fn(3, d, |i, f| i != 1 && (f + i) % step == 0);
            for i in 0..3 {
                let ones: Vec<_> = (0..d).filter(|&f| matrix.get(i, f)).collect();
                assert_eq!(matrix.ones(i).collect::<Vec<_>>(), ones, "{d} by {step}");
            }
        }
    }
}

#[test]
fn nothing_hangs_on_what_stood_where_entries_are_missing() {
    let missing = BitMatrix::from_fn(9, 21, |i, d| (i * 5 + d * 3) % 7 == 0);
    let matrix = |filling: bool| {
        let bit = |i: usize, d: usize| {
            if missing.get(i, d) { filling } else { (i + d).is_multiple_of(3) }
        };
        BitMatrix::from_fn(9, 21, bit).with_missing(&missing).unwrap()
    };
    let one = matrix(true);
    assert_eq!(one, matrix(false));
    assert!((0..9).all(|i| (0..21).all(|d| one.is_missing(i, d) == missing.get(i, d))));
    let swapped = one.with_swapped(&[true; 21]);
    assert_eq!(swapped.missing(), Some(&missing));
    assert_eq!(swapped.with_swapped(&[true; 21]), one);
    let rest = 9 * 21 - missing.count_ones();
    assert_eq!(one.count_ones() + swapped.count_ones(), rest);
    assert_eq!(one.observed_counts().iter().sum::<u64>(), rest);
}

#[test]
fn rows_take_what_they_miss_along() {
    let missing = BitMatrix::from_fn(5, 10, |i, d| d == i);
    let matrix = BitMatrix::from_fn(5, 10, |_, d| d % 2 == 0).with_missing(&missing).unwrap();
    let picked = matrix.select(&[4, 0]);
    assert!(picked.is_missing(0, 4) && picked.is_missing(1, 0) && !picked.is_missing(0, 0));
    let mut head = matrix.clone();
    head.truncate(2);
    assert_eq!(head, matrix.select(&[0, 1]));
}

#[test]
fn a_mask_without_ones_is_none_and_one_of_another_shape_is_refused() {
    let matrix = BitMatrix::zeros(2, 3);
    assert_eq!(matrix.clone().with_missing(&matrix).unwrap().missing(), None);
    assert!(matrix.clone().with_missing(&BitMatrix::zeros(3, 2)).is_err());
    assert_eq!(matrix.observed_counts(), [2; 3]);
}
