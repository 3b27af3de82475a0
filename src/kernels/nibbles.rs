//! Rows as lists of their non-zero nibbles.
//!
//! A nibble is a group of four neighbouring features with its pattern of ones. Handwriting leaves most groups blank
//! (45 of 196 are not, on MNIST), so listing the rest once and walking the list in every iteration beats decoding
//! bits again. Wide rows are cut into tiles of 1024 features: a tile's table stays in the second-level cache, and an
//! entry fits in 12 bits.

use crate::bits::BitMatrix;
use std::ops::Range;

/// Features in one tile.
pub const TILE_FEATURES: usize = 1024;

/// Table cells of one tile: 16 patterns for each of its groups of four features.
pub const CELLS: usize = TILE_FEATURES / 4 * 16;

/// Bytes of a packed row in one tile.
const TILE_BYTES: usize = TILE_FEATURES / 8;

/// The number of tiles that `n_features` take.
pub const fn tile_count(n_features: usize) -> usize {
    n_features.div_ceil(TILE_FEATURES)
}

/// The non-zero nibbles of consecutive rows, tile by tile.
///
/// An entry is `group * 16 + pattern` (group within the tile; bit j of the pattern is feature `4 * group + j`).
#[derive(Debug)]
pub struct NibbleBlock {
    rows: Range<usize>,
    /// Ends of the lists: for each tile, one for each row.
    ends: Vec<u32>,
    entries: Vec<u16>,
}

impl NibbleBlock {
    /// Lists the nibbles of `rows` of `data`.
    pub fn new(data: &BitMatrix, rows: Range<usize>) -> Self {
        let n_tiles = tile_count(data.n_features());
        let mut ends = Vec::with_capacity(n_tiles * rows.len());
        let mut entries = Vec::new();
        for tile in 0..n_tiles {
            for i in rows.clone() {
                let bytes = data.row(i);
                let tile_end = bytes.len().min((tile + 1) * TILE_BYTES);
                list_nibbles(&bytes[tile * TILE_BYTES..tile_end], &mut entries);
                ends.push(entries.len() as u32);
            }
        }
        entries.shrink_to_fit();
        Self { rows, ends, entries }
    }

    /// The rows of the data set that are listed.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// The lists of one tile, row after row.
    #[inline(always)]
    pub(super) fn lists(&self, tile: usize) -> impl Iterator<Item = &[u16]> {
        let n = self.rows.len();
        let first = tile * n;
        let mut start = if first == 0 { 0 } else { self.ends[first - 1] as usize };
        self.ends[first..first + n].iter().map(move |&end| {
            let list = &self.entries[start..end as usize];
            start = end as usize;
            list
        })
    }
}

fn list_nibbles(bytes: &[u8], entries: &mut Vec<u16>) {
    for (index, &byte) in bytes.iter().enumerate() {
        for (half, pattern) in [byte & 0xf, byte >> 4].into_iter().enumerate() {
            if pattern != 0 {
                entries.push(((index * 2 + half) * 16) as u16 + u16::from(pattern));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_every_one_and_nothing_else() {
        for n_features in [1, 3, 4, 8, 13, 784, 1023, 1024, 1025, 2500] {
            let data = BitMatrix::from_fn(9, n_features, |i, d| (i * 7 + d * 13) % 11 < 2 + i % 3);
            let block = NibbleBlock::new(&data, 2..9);
            let mut again = BitMatrix::zeros(9, n_features);
            for tile in 0..tile_count(n_features) {
                for (list, i) in block.lists(tile).zip(2..) {
                    for &entry in list {
                        let first = tile * TILE_FEATURES + usize::from(entry) / 16 * 4;
                        (0..4)
                            .filter(|j| entry >> j & 1 == 1)
                            .for_each(|j| again.set(i, first + j));
                    }
                }
            }
            assert_eq!(again.select(&[2, 3, 4, 5, 6, 7, 8]), data.select(&[2, 3, 4, 5, 6, 7, 8]));
            assert_eq!(again.row(0), BitMatrix::zeros(1, n_features).row(0));
        }
    }
}
