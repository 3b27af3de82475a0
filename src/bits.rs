//! The packed bit matrix: one bit a feature, rows padded to whole bytes.
//!
//! Feature `d` of a row is bit `d % 8` (least significant first) of byte `d / 8`, so 784 pixels take 98 bytes.
//! Padding bits are always zero; every constructor keeps or checks that.
//!
//! Entries may be missing ([`BitMatrix::with_missing`]): then the matrix carries a second one that says which. Their bits are zero,
//! whatever stood there before.

mod missing;
#[cfg(test)]
mod tests;

use crate::error::{Error, Result};
use std::collections::HashSet;

/// A binary data matrix of shape (`n_samples`, `n_features`), packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitMatrix {
    n_samples: usize,
    n_features: usize,
    bytes: Vec<u8>,
    /// Ones where entries are missing; `None` if none is.
    missing: Option<Box<BitMatrix>>,
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
        Self { n_samples, n_features, bytes, missing: None }
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
        Ok(Self { n_samples, n_features, bytes, missing: None })
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

    /// Sets the bit at (i, d), which must not be missing.
    pub fn set(&mut self, i: usize, d: usize) {
        assert!(d < self.n_features, "column {d} of {}", self.n_features);
        let stride = row_bytes(self.n_features);
        self.bytes[i * stride + d / 8] |= 1 << (d % 8);
    }

    /// The rows `rows`, in that order, as a matrix of their own.
    pub fn select(&self, rows: &[usize]) -> Self {
        let bytes = rows.iter().flat_map(|&i| self.row(i)).copied().collect();
        let missing = self.missing.as_ref().map(|missing| Box::new(missing.select(rows)));
        Self { n_samples: rows.len(), n_features: self.n_features, bytes, missing }
    }

    /// These rows and behind them those of `more`, which must have as many features.
    ///
    /// # Panics
    /// If it has not.
    pub fn followed_by(mut self, more: &Self) -> Self {
        assert_eq!(self.n_features, more.n_features, "rows of other features");
        let none = |matrix: &Self| Self::zeros(matrix.n_samples, matrix.n_features);
        if self.missing.is_some() || more.missing.is_some() {
            let before = self.missing.take().map_or_else(|| none(&self), |missing| *missing);
            let behind = more.missing.clone().map_or_else(|| none(more), |missing| *missing);
            self.missing = Some(Box::new(before.followed_by(&behind)));
        }
        self.bytes.extend_from_slice(&more.bytes);
        self.n_samples += more.n_samples;
        self
    }

    /// The number of rows that differ from each other.
    pub fn n_distinct(&self) -> usize {
        self.n_distinct_up_to(usize::MAX)
    }

    /// The same, but counted up to `at_most` only.
    pub fn n_distinct_up_to(&self, at_most: usize) -> usize {
        let mut seen = HashSet::new();
        for i in 0..self.n_samples {
            seen.insert((self.row(i), self.missing().map(|missing| missing.row(i))));
            if seen.len() >= at_most {
                break;
            }
        }
        seen.len()
    }

    /// Keeps the first `n_samples` rows only.
    pub fn truncate(&mut self, n_samples: usize) {
        self.n_samples = self.n_samples.min(n_samples);
        self.bytes.truncate(self.n_samples * row_bytes(self.n_features));
        if let Some(missing) = &mut self.missing {
            missing.truncate(n_samples);
        }
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

    /// The same rows with ones and zeros swapped in the columns where `swapped` (`n_features` values) is true; what is missing
    /// stays missing.
    ///
    /// # Panics
    /// If `swapped` is shorter than a row.
    pub fn with_swapped(&self, swapped: &[bool]) -> Self {
        let mask = Self::from_fn(1, self.n_features, |_, d| swapped[d]).bytes;
        let mut turned = self.clone();
        for row in turned.bytes.chunks_exact_mut(mask.len().max(1)) {
            row.iter_mut().zip(&mask).for_each(|(byte, mask)| *byte ^= mask);
        }
        turned.clear_missing();
        turned
    }

    /// The number of ones in the matrix.
    pub fn count_ones(&self) -> u64 {
        count_ones(&self.bytes)
    }

    /// The number of ones in row `i`.
    pub fn n_ones(&self, i: usize) -> usize {
        count_ones(self.row(i)) as usize
    }

    /// Whether nothing of row `i` is missing.
    pub fn is_complete(&self, i: usize) -> bool {
        self.missing().is_none_or(|missing| missing.n_ones(i) == 0)
    }
}

fn count_ones(bytes: &[u8]) -> u64 {
    // Eight bytes at a time: not every processor counts bits at all, and none wants to by the byte.
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from(u64::from_le_bytes(*word).count_ones()));
    words.sum::<u64>() + rest.iter().map(|b| u64::from(b.count_ones())).sum::<u64>()
}
