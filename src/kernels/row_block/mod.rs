//! Rows as lists of what is not blank in them.
//!
//! Handwriting leaves most features blank. Listing the rest once, and walking the lists in every
//! iteration, beats decoding bits again. Every row has two lists:
//!
//! - *Nibbles*, groups of four neighbouring features, index tables with a cell for each pattern. On
//!   MNIST, 40 of 196 are not blank.
//! - *Words*, sixteen neighbouring features, mask sixteen numbers of one component at once. On
//!   MNIST, 16 of 49 are not blank.
//!
//! Wide rows are cut into tiles of 1024 features. A tile's table stays in the second-level cache,
//! and an entry in a list of nibbles fits in 16 bits.

mod block;
mod entries;
mod list;
mod tile;

pub use block::RowBlock;
pub use entries::FourNibbles;
pub(super) use entries::{FourWords, LIST_STEP, word_and_index};
pub use tile::{CELLS, TILE_BYTES, TILE_FEATURES, TILE_WORDS, row_words, tile_count};
