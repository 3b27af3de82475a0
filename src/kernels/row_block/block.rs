//! A block of rows, each as its lists.

use super::entries::{FourNibbles, FourWords, LIST_STEP, word_and_index};
use super::list::{SCRATCH, Scratch, list_nibbles, list_words, n_not_blank};
use super::tile::{TILE_BYTES, TILE_WORDS, tile_count};
use crate::bits::BitMatrix;
use crate::kernels::masked::prefetch;

/// How many rows ahead lists are prefetched.
const PREFETCH_ROWS: usize = 12;

/// Some rows of a data set, listed. A row is known by its *position* in the block.
#[derive(Debug, Default)]
pub struct RowBlock {
    first: usize,
    offsets: Vec<u32>,
    nibbles: Lists<FourNibbles>,
    words: Lists<FourWords>,
}

/// One list for each tile and position.
#[derive(Debug, Default)]
struct Lists<T> {
    n_tiles: usize,
    n_rows: usize,
    /// Where the lists begin, tile after tile, and where the last one ends.
    starts: Vec<u32>,
    entries: Vec<T>,
}

impl RowBlock {
    /// Lists all rows of `data`, in their order. Outside, the first of them is row `first`.
    pub fn new(data: &BitMatrix, first: usize) -> Self {
        let mut block = Self::default();
        block.list(data, first, (0..data.n_samples() as u32).collect());
        block
    }

    /// Lists all rows of `data`, shortest first: loops over lists of one length are predicted well.
    pub fn by_length(data: &BitMatrix, first: usize) -> Self {
        let mut block = Self::default();
        block.list_by_length(data, first);
        block.nibbles.entries.shrink_to_fit();
        block.words.entries.shrink_to_fit();
        block
    }

    /// Lists rows like [`Self::by_length`], in the memory of what was listed before.
    pub fn list_by_length(&mut self, data: &BitMatrix, first: usize) {
        let in_steps = |n: u32| n.div_ceil(LIST_STEP as u32); // steps of loops
        let mut lengths: Vec<_> = (0..data.n_samples() as u32)
            .map(|row| (n_not_blank(&data.row(row as usize)).map(in_steps), row))
            .collect();
        lengths.sort_unstable();
        self.list(data, first, lengths.into_iter().map(|(_, row)| row).collect());
    }

    fn list(&mut self, data: &BitMatrix, first: usize, offsets: Vec<u32>) {
        let rows: Vec<_> = offsets.iter().map(|&offset| data.row(offset as usize)).collect();
        let rows = || rows.iter().map(|row| &**row);
        let n_tiles = tile_count(data.n_features());
        self.nibbles.list_all(n_tiles, rows(), list_nibbles);
        self.words.list_all(n_tiles, rows(), list_words);
        (self.first, self.offsets) = (first, offsets);
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.offsets.len()
    }

    /// The memory that the lists take, in bytes.
    pub fn n_bytes(&self) -> usize {
        let Self { offsets, nibbles, words, .. } = self;
        size_of_val(&offsets[..]) + nibbles.n_bytes() + words.n_bytes()
    }

    /// The row of the data set at a position.
    pub fn row(&self, position: usize) -> usize {
        self.first + self.offsets[position] as usize
    }

    /// The rows of the data set, position after position.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.n_rows()).map(|position| self.row(position))
    }

    /// Entries in the list of nibbles at a position, over all tiles.
    #[inline(always)]
    pub fn n_nibbles(&self, position: usize) -> usize {
        self.nibbles.n_entries(position)
    }

    /// Whether the row at a position has a one of `never`, or lacks one of the `n_always` ones of
    /// `always`. Both are packed rows, in words.
    pub fn contradicts(
        &self,
        position: usize,
        never: &[u16],
        always: &[u16],
        n_always: u32,
    ) -> bool {
        let mut n_met = 0;
        let tiles = never.chunks(TILE_WORDS).zip(always.chunks(TILE_WORDS)).enumerate();
        for (tile, (never, always)) in tiles {
            for entry in self.words(tile, position).as_flattened() {
                let (word, index) = word_and_index(*entry);
                if word & never[index] != 0 {
                    return true;
                }
                n_met += (word & always[index]).count_ones();
            }
        }
        n_met < n_always
    }

    #[inline(always)]
    pub(in crate::kernels) fn prefetch_words(&self, tile: usize, positions: &[u32], now: usize) {
        if let Some(&position) = positions.get(now + PREFETCH_ROWS) {
            prefetch(self.words(tile, position as usize));
        }
    }

    #[inline(always)]
    pub(in crate::kernels) fn prefetch_nibbles(&self, tile: usize, positions: &[u32], now: usize) {
        if let Some(&position) = positions.get(now + PREFETCH_ROWS) {
            prefetch(self.nibbles(tile, position as usize));
        }
    }

    #[inline(always)]
    pub(in crate::kernels) fn nibbles(&self, tile: usize, position: usize) -> &[FourNibbles] {
        self.nibbles.list(tile, position)
    }

    #[inline(always)]
    pub(in crate::kernels) fn words(&self, tile: usize, position: usize) -> &[FourWords] {
        self.words.list(tile, position)
    }
}

impl<T: Copy> Lists<T> {
    fn list_all<'a, E: Copy + Default>(
        &mut self,
        n_tiles: usize,
        rows: impl ExactSizeIterator<Item = &'a [u8]> + Clone,
        list: impl Fn(&[u8], &mut Scratch<E>) -> usize,
    ) where
        T: From<[E; LIST_STEP]>,
    {
        (self.n_tiles, self.n_rows) = (n_tiles, rows.len());
        let Self { starts, entries, .. } = self;
        starts.clear();
        entries.clear();
        starts.push(0);
        let mut scratch = [E::default(); SCRATCH];
        for tile in 0..n_tiles {
            for row in rows.clone() {
                let tile_end = row.len().min((tile + 1) * TILE_BYTES);
                let n = list(&row[tile * TILE_BYTES..tile_end], &mut scratch);
                let padded = n.next_multiple_of(LIST_STEP);
                scratch[n..padded].fill(E::default());
                for four in scratch[..padded].as_chunks().0 {
                    entries.push(T::from(*four));
                }
                starts.push(entries.len() as u32);
            }
        }
    }

    fn n_bytes(&self) -> usize {
        size_of_val(&self.starts[..]) + size_of_val(&self.entries[..])
    }

    /// The number of entries at a position, over all tiles, with the padding.
    #[inline(always)]
    fn n_entries(&self, position: usize) -> usize {
        let mut n = 0;
        for tile in 0..self.n_tiles {
            let index = tile * self.n_rows + position;
            n += self.starts[index + 1] - self.starts[index];
        }
        n as usize * LIST_STEP
    }

    #[inline(always)]
    fn list(&self, tile: usize, position: usize) -> &[T] {
        let index = tile * self.n_rows + position;
        &self.entries[self.starts[index] as usize..self.starts[index + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::tile::TILE_FEATURES;
    use super::*;

    const WIDTHS: [usize; 10] = [1, 3, 4, 8, 13, 784, 1023, 1024, 1025, 2500];

    fn data(n_features: usize) -> BitMatrix {
        BitMatrix::from_fn(9, n_features, |i, d| (i * 7 + d * 13) % 11 < 2 + i % 3)
    }

    #[test]
    fn memory_that_is_used_again_holds_what_is_listed_last() {
        let mut again = RowBlock::by_length(&data(2500), 7);
        for n_features in WIDTHS {
            let data = data(n_features);
            let fresh = RowBlock::by_length(&data, 3);
            again.list_by_length(&data, 3);
            assert!(again.rows().eq(fresh.rows()));
            for position in 0..9 {
                for tile in 0..tile_count(n_features) {
                    assert_eq!(again.nibbles(tile, position), fresh.nibbles(tile, position));
                    assert_eq!(again.words(tile, position), fresh.words(tile, position));
                }
                if n_features <= TILE_FEATURES {
                    let n = n_not_blank(&data.row(fresh.row(position) - 3));
                    let n = n.map(|n| (n as usize).next_multiple_of(LIST_STEP));
                    assert_eq!(fresh.n_nibbles(position), n[0]);
                    assert_eq!(fresh.words(0, position).len() * LIST_STEP, n[1]);
                }
            }
        }
    }

    #[test]
    fn shorter_rows_come_first_and_every_row_once() {
        let data = BitMatrix::from_fn(50, 40, |i, d| d < i * 17 % 41);
        let block = RowBlock::by_length(&data, 0);
        let lengths: Vec<_> = (0..50).map(|position| block.n_nibbles(position)).collect();
        assert!(lengths.is_sorted());
        let mut rows: Vec<_> = block.rows().collect();
        rows.sort_unstable();
        assert_eq!(rows, (0..50).collect::<Vec<_>>());
    }
}
