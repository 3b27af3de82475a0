//! What lists are made of: entries, four together.

use super::CELLS;

/// Lists are filled up with a blank first nibble or word to a multiple of this, so that loops need no rest.
pub const AT_ONCE: usize = 4;

/// Entries of a list of words that are worked on together.
pub type Words = [u32; AT_ONCE];

/// Entries of a list of nibbles that are worked on together, in one number, the first one lowest: the walk along a list is bound
/// by loads, and this is one for four.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nibbles(u64);

impl Nibbles {
    /// Sixteen times the cell that entry `i` stands for.
    #[inline(always)]
    pub(in super::super) fn place(self, i: usize) -> usize {
        usize::from((self.0 >> (16 * i)) as u16)
    }

    /// The cell that entry `i` stands for: `group * 16 + pattern` (group within the tile; bit j of the pattern is feature
    /// `4 * group + j`).
    #[inline(always)]
    pub(in super::super) fn cell(self, i: usize) -> usize {
        self.place(i) / 16
    }
}

/// What lists are made of: [`AT_ONCE`] entries.
pub trait Entries: Copy {
    /// One of them.
    type Entry: Copy + Default;

    /// From single ones.
    fn new(entries: [Self::Entry; AT_ONCE]) -> Self;
}

impl Entries for Words {
    type Entry = u32;

    fn new(entries: [u32; AT_ONCE]) -> Self {
        entries
    }
}

impl Entries for Nibbles {
    type Entry = u16;

    fn new(cells: [u16; AT_ONCE]) -> Self {
        Self(cells.iter().rev().fold(0, |all, cell| all << 16 | u64::from(cell * 16)))
    }
}

const _: () = assert!(CELLS * 16 == 1 << 16);
