//! The packed bit matrix: one bit a feature, rows padded to whole bytes.
//!
//! Feature `d` of a row is bit `d % 8` (least significant first) of byte `d / 8`, so 784 pixels take 98 bytes.
//! Padding bits are always zero; every constructor keeps or checks that.

use crate::error::{Error, Result};
use rayon::prelude::*;
use std::collections::HashSet;

/// A binary data matrix of shape (`n_samples`, `n_features`), packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitMatrix {
    n_samples: usize,
    n_features: usize,
    bytes: Vec<u8>,
}

/// The number of bytes that a row of `n_features` bits takes.
pub const fn row_bytes(n_features: usize) -> usize {
    n_features.div_ceil(8)
}

/// Each byte with its bits spread over the bytes of a word, the lowest bit in the lowest byte.
static SPREAD: [u64; 256] = {
    let mut spread = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            spread[byte] |= (byte as u64 >> bit & 1) << (8 * bit);
            bit += 1;
        }
        byte += 1;
    }
    spread
};

/// The mask of the bits in use in the last byte of a row.
const fn last_byte_mask(n_features: usize) -> u8 {
    match n_features % 8 {
        0 => 0xff,
        used => (1 << used) - 1,
    }
}

impl BitMatrix {
    /// A matrix of zeros.
    pub fn zeros(n_samples: usize, n_features: usize) -> Self {
        let bytes = vec![0; n_samples * row_bytes(n_features)];
        Self { n_samples, n_features, bytes }
    }

    /// A matrix from rows that are already packed.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the length does not fit the shape or a padding bit is set.
    pub fn from_packed(n_samples: usize, n_features: usize, bytes: Vec<u8>) -> Result<Self> {
        let stride = row_bytes(n_features);
        if Some(bytes.len()) != n_samples.checked_mul(stride) {
            return Err(Error::Parameter {
                name: "packed bytes",
                value: format!("{} bytes long", bytes.len()),
                allowed: format!("{n_samples} rows of {stride} bytes"),
            });
        }
        let padding = !last_byte_mask(n_features);
        if stride > 0 && bytes.iter().skip(stride - 1).step_by(stride).any(|b| b & padding != 0) {
            return Err(Error::Parameter {
                name: "packed bytes",
                value: "a row with padding bits set".into(),
                allowed: "zero in every padding bit".into(),
            });
        }
        Ok(Self { n_samples, n_features, bytes })
    }

    /// A matrix of shape (`n_samples`, `n_features`) whose bit at (i, d) is `bit(i, d)`.
    pub fn from_fn(
        n_samples: usize,
        n_features: usize,
        mut bit: impl FnMut(usize, usize) -> bool,
    ) -> Self {
        let mut matrix = Self::zeros(n_samples, n_features);
        for i in 0..n_samples {
            for d in 0..n_features {
                if bit(i, d) {
                    matrix.set(i, d);
                }
            }
        }
        matrix
    }

    /// The number of rows, N.
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// The number of columns, D.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The packed bytes of row `i`.
    pub fn row(&self, i: usize) -> &[u8] {
        let stride = row_bytes(self.n_features);
        &self.bytes[i * stride..(i + 1) * stride]
    }

    /// All packed bytes, row after row.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bit at (i, d).
    ///
    /// # Panics
    /// If the place is outside of the matrix, as [`Self::set`] and [`Self::row`].
    pub fn get(&self, i: usize, d: usize) -> bool {
        assert!(d < self.n_features, "column {d} of {}", self.n_features);
        self.row(i)[d / 8] >> (d % 8) & 1 == 1
    }

    /// Sets the bit at (i, d).
    pub fn set(&mut self, i: usize, d: usize) {
        assert!(d < self.n_features, "column {d} of {}", self.n_features);
        let stride = row_bytes(self.n_features);
        self.bytes[i * stride + d / 8] |= 1 << (d % 8);
    }

    /// The rows `rows`, in that order, as a matrix of their own.
    pub fn select(&self, rows: &[usize]) -> Self {
        let bytes = rows.iter().flat_map(|&i| self.row(i)).copied().collect();
        Self { n_samples: rows.len(), n_features: self.n_features, bytes }
    }

    /// The number of rows that differ from each other.
    pub fn n_distinct(&self) -> usize {
        (0..self.n_samples).map(|i| self.row(i)).collect::<HashSet<_>>().len()
    }

    /// Keeps the first `n_samples` rows only.
    pub fn truncate(&mut self, n_samples: usize) {
        self.n_samples = self.n_samples.min(n_samples);
        self.bytes.truncate(self.n_samples * row_bytes(self.n_features));
    }

    /// The features of row `i` that are one, ascending.
    pub fn ones(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        self.row(i).chunks(8).zip((0..).step_by(64)).flat_map(|(bytes, first)| {
            let mut bits =
                bytes.iter().rev().fold(0, |bits: u64, &byte| bits << 8 | u64::from(byte));
            std::iter::from_fn(move || {
                let next = (bits != 0).then(|| first + bits.trailing_zeros() as usize);
                bits &= bits.wrapping_sub(1);
                next
            })
        })
    }

    /// The number of ones in every column (`n_features` counts).
    pub fn column_sums(&self) -> Vec<u64> {
        let stride = row_bytes(self.n_features);
        let mut sums = vec![0; stride * 8];
        // Eight counts of one byte each in a word: they hold as many rows as a byte can count.
        let mut counts = vec![0_u64; stride];
        for rows in self.bytes.chunks(stride.max(1) * usize::from(u8::MAX)) {
            counts.fill(0);
            for row in rows.chunks_exact(stride) {
                counts
                    .iter_mut()
                    .zip(row)
                    .for_each(|(count, &byte)| *count += SPREAD[byte as usize]);
            }
            let bytes = counts.iter().flat_map(|count| count.to_le_bytes());
            sums.iter_mut().zip(bytes).for_each(|(sum, count)| *sum += u64::from(count));
        }
        sums.truncate(self.n_features);
        sums
    }

    /// The same rows with ones and zeros swapped in the columns where `swapped` (`n_features` values) is true.
    ///
    /// # Panics
    /// If `swapped` is shorter than a row.
    pub fn with_swapped(&self, swapped: &[bool]) -> Self {
        let mask = Self::from_fn(1, self.n_features, |_, d| swapped[d]).bytes;
        let mut turned = self.clone();
        for row in turned.bytes.chunks_exact_mut(mask.len().max(1)) {
            row.iter_mut().zip(&mask).for_each(|(byte, mask)| *byte ^= mask);
        }
        turned
    }

    /// The same rows with their columns in another order: column `j` is column `order[j]` of this matrix.
    ///
    /// # Panics
    /// If `order` does not hold every column once.
    pub fn with_columns(&self, order: &[usize]) -> Self {
        let mut place_of = vec![usize::MAX; self.n_features];
        order.iter().enumerate().for_each(|(place, &d)| place_of[d] = place);
        assert!(order.len() == self.n_features && !place_of.contains(&usize::MAX));
        let mut ordered = Self::zeros(self.n_samples, self.n_features);
        let stride = row_bytes(self.n_features);
        // Rows of no features have no bytes.
        let rows = ordered.bytes.par_chunks_exact_mut(stride.max(1)).enumerate();
        rows.for_each(|(i, row)| {
            for d in self.ones(i) {
                let place = place_of[d];
                row[place / 8] |= 1 << (place % 8);
            }
        });
        ordered
    }

    /// The number of ones in the matrix.
    pub fn count_ones(&self) -> u64 {
        // Eight bytes at a time: not every processor counts bits at all, and none wants to by the byte.
        let (words, rest) = self.bytes.as_chunks::<8>();
        let words = words.iter().map(|word| u64::from(u64::from_le_bytes(*word).count_ones()));
        words.sum::<u64>() + rest.iter().map(|b| u64::from(b.count_ones())).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
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
            let sums =
                (0..n_features).map(|d| (0..1000).filter(|&i| matrix.get(i, d)).count() as u64);
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
        let mut head = matrix.clone();
        head.truncate(2);
        assert_eq!(head, matrix.select(&[0, 1]));
    }
    #[test]
    fn columns_come_in_the_order_that_is_asked_for() {
        for d in [1, 7, 8, 9, 63, 64, 65, 130, 784] {
            let matrix = BitMatrix::from_fn(9, d, |i, d| (i * 31 + d * 17) % 5 < i % 4);
            for step in [1, 11, 13] {
                let order: Vec<usize> = (0..d).map(|j| (j * step + d / 2) % d).collect();
                // 11 and 13 divide 130 and others: only orders with every column once.
                let is_order = (0..d).all(|column| order.contains(&column));
                if is_order {
                    let ordered = matrix.with_columns(&order);
                    assert_eq!(ordered, BitMatrix::from_fn(9, d, |i, j| matrix.get(i, order[j])));
                }
            }
        }
        assert_eq!(BitMatrix::zeros(3, 0).with_columns(&[]), BitMatrix::zeros(3, 0));
        assert_eq!(BitMatrix::zeros(0, 3).with_columns(&[2, 0, 1]), BitMatrix::zeros(0, 3));
    }

    #[test]
    fn orders_without_every_column_once_are_refused() {
        for order in [&[0, 1][..], &[0, 1, 1], &[0, 1, 2, 2]] {
            let ordered = std::panic::catch_unwind(|| BitMatrix::zeros(2, 3).with_columns(order));
            assert!(ordered.is_err(), "{order:?}");
        }
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
}
