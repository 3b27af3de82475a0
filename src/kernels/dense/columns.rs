//! Columns as lists of rows that are not blank in them: [`crate::kernels::row_block`] transposed.
//!
//! Adding a row's responsibilities to the cells of its nibbles stores a cell for each, and the next
//! rows soon load it again. Adding up the rows of a cell in a register stores nothing, and takes
//! half of the time.

use crate::kernels::row_block::{CELLS, LIST_STEP, RowBlock, tile_count};

/// Patterns of a group of four features.
pub(crate) const PATTERNS: usize = 16;

/// A block of rows, listed by cell. A row is known by its position in the block.
#[derive(Debug)]
pub struct Columns {
    /// Where the list of each cell begins (`group * 16 + pattern`), and where the last one ends.
    starts: Vec<u32>,
    /// Positions, ascending within each list.
    rows: Vec<u16>,
}

impl Columns {
    /// Lists the rows of `block`, of data with `n_features` features.
    pub fn new(block: &RowBlock, n_features: usize) -> Self {
        assert!(block.n_rows() <= 1 << 16, "{} rows are too many for one list", block.n_rows());
        // The list of cell c will begin at `starts[c]`: the lengths of all lists before it.
        let mut starts = vec![0; n_features.div_ceil(4) * PATTERNS + 1];
        for_each_entry(block, n_features, |cell, _| starts[cell + 1] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let (mut next, mut rows) = (starts.clone(), vec![0; sum as usize]);
        for_each_entry(block, n_features, |cell, row| {
            rows[next[cell] as usize] = row;
            next[cell] += 1;
        });
        Self { starts, rows }
    }

    /// The memory that the columns of `block` would take, in bytes.
    pub fn n_bytes(block: &RowBlock, n_features: usize) -> usize {
        let n_entries: usize = (0..block.n_rows()).map(|position| block.n_nibbles(position)).sum();
        size_of::<u32>() * n_features.div_ceil(4) * PATTERNS + size_of::<u16>() * n_entries
    }

    /// The positions of the rows with a pattern, not a blank one, in a group of four features.
    #[inline(always)]
    pub(crate) fn rows(&self, group: usize, pattern: usize) -> &[u16] {
        let cell = group * PATTERNS + pattern;
        &self.rows[self.starts[cell] as usize..self.starts[cell + 1] as usize]
    }
}

/// Visits every entry in the lists of nibbles with the position of its row. Lists are padded with
/// cell 0, which is blank.
#[inline(always)]
fn for_each_entry(block: &RowBlock, n_features: usize, mut visit: impl FnMut(usize, u16)) {
    for tile in 0..tile_count(n_features) {
        for position in 0..block.n_rows() {
            for four in block.nibbles(tile, position) {
                for i in 0..LIST_STEP {
                    visit(tile * CELLS + four.cell(i), position as u16);
                }
            }
        }
    }
}
