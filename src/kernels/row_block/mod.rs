//! Rows as lists of what is not blank in them.
//!
//! Handwriting leaves most features blank, so listing the rest once and walking the list in every iteration beats
//! decoding bits again. Two walks, two lists: *nibbles* (groups of four neighbouring features; on MNIST 40 of 196 are
//! not blank) index tables with a cell for each pattern, *words* (16 of 49) pick sixteen numbers of one component at once.
//! Wide rows are cut into tiles of 1024 features: a tile's table stays in the second-level cache, and an entry in a list of
//! nibbles fits in 16 bits.

mod block;
mod entries;
mod list;
mod tile;

pub use block::RowBlock;
pub use entries::FourNibbles;
pub(super) use entries::{FourWords, LIST_STEP, word_and_index};
pub use tile::{CELLS, TILE_BYTES, TILE_FEATURES, TILE_WORDS, row_words, tile_count};
