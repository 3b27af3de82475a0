//! What lists are made of: entries, in groups of four.

use super::tile::CELLS;

/// Entries that one step of a loop takes. Lists are padded to a multiple with blank ones.
pub const LIST_STEP: usize = 4;

/// Four entries of a list of words. An entry is `index * 2^16 + word`, with the index within the
/// tile. Bit j of the word is feature `16 * index + j`.
pub type FourWords = [u32; LIST_STEP];

/// The bits and the index of an entry in a list of words.
#[inline(always)]
pub fn word_and_index(entry: u32) -> (u16, usize) {
    (entry as u16, (entry >> 16) as usize)
}

/// Four entries of a list of nibbles in one number, the first one lowest. The walk along a list is
/// bound by loads, and this is one load for four. An entry is sixteen times the number of a cell.
/// That number is `group * 16 + pattern`, with the group within the tile. Bit j of the pattern is
/// feature `4 * group + j`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FourNibbles(u64);

/// Whatever an entry holds, it is the place of a cell, so looking it up needs no check.
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
