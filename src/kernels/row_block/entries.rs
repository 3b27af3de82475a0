//! What lists are made of: entries, four together.

use super::tile::CELLS;

/// Lists are filled up with a blank first nibble or word to a multiple of this, so that loops need no rest.
pub const LIST_STEP: usize = 4;

/// Four entries of a list of words: `index * 2^16 + word` (index within the tile; bit j of the word is feature `16 * index + j`).
pub type FourWords = [u32; LIST_STEP];

/// The bits and the index of an entry in a list of words.
#[inline(always)]
pub fn word_and_index(entry: u32) -> (u16, usize) {
    (entry as u16, (entry >> 16) as usize)
}

/// Four entries of a list of nibbles in one number, the first one lowest: the walk along a list is bound by loads, and this is one
/// for four.
///
/// An entry is sixteen times a cell, which is `group * 16 + pattern` (group within the tile; bit j of the pattern is feature
/// `4 * group + j`).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FourNibbles(u64);

/// Whatever an entry holds, it is the place of a cell: what is looked up needs no check.
const _: () = assert!(CELLS * 16 == 1 << 16);

impl From<[u16; LIST_STEP]> for FourNibbles {
    /// From cells.
    #[inline(always)]
    fn from(cells: [u16; LIST_STEP]) -> Self {
        let mut all = 0;
        for (i, &cell) in cells.iter().enumerate() {
            all |= u64::from(cell) << (16 * i + 4);
        }
        Self(all)
    }
}

impl FourNibbles {
    /// Sixteen times the cell that entry `i` stands for.
    #[inline(always)]
    pub fn place(self, i: usize) -> usize {
        usize::from((self.0 >> (16 * i)) as u16)
    }

    /// The cell that entry `i` stands for.
    #[inline(always)]
    pub fn cell(self, i: usize) -> usize {
        self.place(i) / 16
    }
}
