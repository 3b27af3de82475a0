//! Sixty-four rows of bits as columns, and back. To reorder the features is then to move words.

use super::{BitMatrix, row_bytes};

/// Rows that are turned into columns together.
pub(crate) const ROWS: usize = u64::BITS as usize;

impl BitMatrix {
    /// Replaces `columns` by one word for each feature, for the 64 rows from `first` on, or as many
    /// as there are. Bit j of a word is that of row `first + j`. Padding words follow, up to a
    /// multiple of 64.
    pub(crate) fn columns(&self, first: usize, columns: &mut Vec<u64>) {
        let last = self.n_samples().min(first + ROWS);
        let rows: Vec<_> = (first..last).map(|i| self.row(i)).collect();
        columns.clear();
        columns.resize(self.n_features().next_multiple_of(ROWS), 0);
        for (eight, square) in columns.as_chunks_mut().0.iter_mut().enumerate() {
            for (word, row) in square.iter_mut().zip(&rows) {
                *word = word_at(row, eight * 8);
            }
            transpose(square);
        }
    }
}

/// Fills `rows`, up to 64 packed rows of `n_features` bits, from their `columns`. `columns` holds a
/// word for each feature and zeros up to a multiple of 64. Its content is lost.
pub(crate) fn fill_rows(rows: &mut [u8], n_features: usize, columns: &mut [u64]) {
    for (eight, square) in columns.as_chunks_mut().0.iter_mut().enumerate() {
        transpose(square);
        for (word, row) in square.iter().zip(rows.chunks_exact_mut(row_bytes(n_features))) {
            let (row, bytes) = (&mut row[eight * 8..], word.to_le_bytes());
            match row.first_chunk_mut() {
                Some(there) => *there = bytes,
                None => row.copy_from_slice(&bytes[..row.len()]),
            }
        }
    }
}

/// Eight bytes of a packed row, the first one lowest; zeros behind its end.
pub(super) fn word_at(row: &[u8], at: usize) -> u64 {
    match row[at..].first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => row[at..].iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// Transposes a square of bits: bit c of word r becomes bit r of word c. Halves change places, then
/// quarters, and so on (Warren, *Hacker's Delight*, 2012, section 7-3).
fn transpose(square: &mut [u64; ROWS]) {
    exchange::<32>(square, 0x0000_0000_ffff_ffff);
    exchange::<16>(square, 0x0000_ffff_0000_ffff);
    exchange::<8>(square, 0x00ff_00ff_00ff_00ff);
    exchange::<4>(square, 0x0f0f_0f0f_0f0f_0f0f);
    exchange::<2>(square, 0x3333_3333_3333_3333);
    exchange::<1>(square, 0x5555_5555_5555_5555);
}

/// The bits above those of `low` in `N` words change places with those of `low` in the next `N`.
fn exchange<const N: usize>(square: &mut [u64; ROWS], low: u64) {
    for both in square.chunks_exact_mut(2 * N) {
        let (above, below) = both.split_at_mut(N);
        // By index, so that the compiler makes a few wide instructions of every step.
        for i in 0..N {
            let differ = (above[i] >> N ^ below[i]) & low;
            above[i] ^= differ << N;
            below[i] ^= differ;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_the_bits_of_their_rows_and_make_them_again() {
        for (n, d) in [(1, 1), (64, 64), (63, 65), (130, 784), (70, 7), (100, 130)] {
            let matrix = BitMatrix::from_fn(n, d, |i, f| (i * 31 + f * 17) % 7 < 3);
            let (mut columns, mut packed) = (vec![3; 5], Vec::new());
            for first in (0..n).step_by(ROWS) {
                matrix.columns(first, &mut columns);
                let rows = first..n.min(first + ROWS);
                for (i, f) in rows.clone().flat_map(|i| (0..d).map(move |f| (i, f))) {
                    assert_eq!(columns[f] >> (i - first) & 1 == 1, matrix.get(i, f));
                }
                let mut again = vec![0xff; rows.len() * row_bytes(d)];
                fill_rows(&mut again, d, &mut columns);
                packed.extend(again);
            }
            assert_eq!(BitMatrix::from_packed(n, d, packed).unwrap(), matrix);
        }
    }
}
