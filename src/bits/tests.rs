//! Tests of the packed bit matrix.

use super::*;

#[test]
fn mnist_rows_take_98_bytes() {
    assert_eq!(row_bytes(784), 98);
    assert_eq!(BitMatrix::zeros(3, 784).pieces().map(|piece| piece.len()).sum::<usize>(), 3 * 98);
}

#[test]
fn bits_come_back_as_they_went_in_over_all_words_of_a_row() {
    for d in [1, 3, 8, 19, 63, 64, 65, 127, 128, 129, 784, 1025] {
        for step in [1, 2, 5, 63, 64, 65] {
            let bit = |i: usize, f: usize| i != 1 && (f + i * 3).is_multiple_of(step);
            let matrix = BitMatrix::from_fn(4, d, bit);
            let mut n_ones = 0;
            for i in 0..4 {
                let ones: Vec<_> = (0..d).filter(|&f| bit(i, f)).collect();
                assert_eq!(matrix.ones(i).collect::<Vec<_>>(), ones, "{d} by {step}");
                assert_eq!(matrix.n_ones(i), ones.len(), "{d} by {step}");
                assert!((0..d).all(|f| matrix.get(i, f) == bit(i, f)), "{d} by {step}");
                n_ones += ones.len() as u64;
            }
            assert_eq!(matrix.count_ones(), n_ones, "{d} by {step}");
            let packed = matrix.clone().into_packed();
            assert_eq!(BitMatrix::from_packed(4, d, packed).unwrap(), matrix);
        }
    }
    assert_eq!(BitMatrix::zeros(0, 5).count_ones(), 0);
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
fn selecting_and_truncating_keep_rows_whole_with_what_they_miss() {
    let missing = BitMatrix::from_fn(5, 10, |i, d| d == i + 1);
    let matrix = BitMatrix::from_fn(5, 10, |i, d| d == i).with_missing(&missing).unwrap();
    let picked = matrix.select(&[4, 0, 4]);
    for (place, i) in [4, 0, 4].into_iter().enumerate() {
        assert!(picked.get(place, i) && picked.is_missing(place, i + 1));
    }
    assert_eq!((picked.count_ones(), picked.missing().unwrap().count_ones()), (3, 3));
    assert_eq!((picked.n_distinct_up_to(9), matrix.n_distinct_up_to(9)), (2, 5));
    assert_eq!((picked.n_distinct_up_to(1), matrix.n_distinct_up_to(3)), (1, 3));
    let mut head = matrix.clone();
    head.truncate(2);
    assert_eq!(head, matrix.select(&[0, 1]));
}

#[test]
fn nothing_hangs_on_what_stood_where_entries_are_missing() {
    let missing = BitMatrix::from_fn(9, 21, |i, d| (i * 5 + d * 3) % 7 == 0);
    let matrix = |filling: bool| {
        let bit = |i, d| if missing.get(i, d) { filling } else { (i + d) % 3 == 0 };
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
fn a_mask_without_ones_is_none_and_one_of_another_shape_is_refused() {
    let matrix = BitMatrix::zeros(2, 3);
    assert_eq!(matrix.clone().with_missing(&matrix).unwrap().missing(), None);
    assert!(matrix.clone().with_missing(&BitMatrix::zeros(3, 2)).is_err());
    assert_eq!(matrix.observed_counts(), [2; 3]);
}

/// The same rows behind something else, not the matrix's own.
pub(crate) fn mapped(matrix: &BitMatrix) -> BitMatrix {
    let there = |matrix: &BitMatrix| {
        let bytes = [vec![0xff; 5], matrix.pieces().collect::<Vec<_>>().concat(), vec![0xff]];
        let (n, d) = (matrix.n_samples(), matrix.n_features());
        BitMatrix::mapped(n, d, std::sync::Arc::new(bytes.concat()), 5).unwrap()
    };
    match matrix.missing() {
        Some(missing) => there(matrix).with_mapped_missing(there(missing)).unwrap(),
        None => there(matrix),
    }
}

#[test]
fn mapped_rows_are_those_that_a_matrix_owns() {
    let holes = BitMatrix::from_fn(9, 21, |i, d| (i * 5 + d * 3) % 7 == 0);
    let whole = BitMatrix::from_fn(9, 21, |i, d| (i * 31 + d * 17) % 5 < 2);
    let mask: Vec<bool> = (0..21).map(|d| d % 3 == 0).collect();
    for own in [whole.clone().with_missing(&holes).unwrap(), whole] {
        let there = mapped(&own);
        assert!(there.is_mapped() && !own.is_mapped());
        let changed = |matrix: &BitMatrix| {
            let swapped = matrix.with_swapped(&mask);
            let selected = matrix.select(&[7, 0, 3, 3, 8, 1]);
            let both = selected.with_swapped(&mask);
            let again = both.select(&[5, 1, 0, 2, 4, 4]);
            let back = swapped.with_swapped(&mask);
            let mut short = matrix.clone();
            short.truncate(4);
            [matrix.clone(), swapped, selected, both, again, back, short]
        };
        for (own, there) in changed(&own).iter().zip(&changed(&there)) {
            assert!(there.is_mapped());
            assert_eq!(own, there);
            assert_eq!(own.column_sums(), there.column_sums());
            assert_eq!(own.count_ones(), there.count_ones());
            assert_eq!(own.observed_counts(), there.observed_counts());
            let bytes = |matrix: &BitMatrix| matrix.pieces().collect::<Vec<_>>().concat();
            assert_eq!(bytes(own), bytes(there));
            for i in 0..own.n_samples() {
                assert!(own.ones(i).eq(there.ones(i)));
                assert_eq!(own.is_complete(i), there.is_complete(i));
            }
            assert_eq!(own.part(1..4, vec![3; 9]), there.part(1..4, Vec::new()));
            assert_eq!(own.clone().followed_by(there), there.clone().followed_by(own));
            let more = BitMatrix::from_fn(own.n_samples(), 21, |i, d| i == d);
            let holes = [own, there].map(|matrix| matrix.clone().with_missing(&more).unwrap());
            assert_eq!(holes[0], holes[1]);
        }
        let few = [&own, &there].map(|matrix| matrix.with_swapped(&mask).select(&[2, 1]));
        assert_eq!(few[0], few[1]);
        assert!(!few[1].is_mapped(), "few rows are copied");
    }
}

#[test]
fn bytes_that_are_too_few_or_no_rows_are_refused_wherever_they_lie() {
    let is_accepted = |n, d, len: usize, offset| {
        BitMatrix::mapped(n, d, std::sync::Arc::new(vec![0b11; len]), offset).is_ok()
    };
    assert!(is_accepted(2, 10, 5, 1) && is_accepted(2, 8, 3, 1) && is_accepted(0, 3, 0, 0));
    assert!(!is_accepted(2, 10, 4, 1) && !is_accepted(2, 9, 4, 0) && !is_accepted(0, 3, 0, 1));
    assert!(!is_accepted(usize::MAX, 16, 4, 0) && !is_accepted(1, 8, 4, usize::MAX));
}
