//! The hot loops: scoring and accumulating packed rows, with lanes over components.
//!
//! A row is a short list of its non-zero nibbles (groups of four features), see [`NibbleBlock`]. For each component a
//! table holds the summed log-odds of all 16 patterns of every group, so a row's score is one lookup and add for each
//! listed nibble; the transpose of the same walk collects the M-step's sums. Components lie side by side in
//! [`LANES`] lanes, which the compiler turns into vector registers.
//!
//! Every function is compiled once for each common instruction set and chosen at run time (`multiversion`). The order
//! of every floating-point operation is fixed by the data, not by the width of a register, and no fused
//! multiply-add is used, so all versions give the same bytes.

mod dispatch;
mod exp;
mod lanes;
mod nibbles;
mod rows;
mod softmax;

pub use dispatch::{accumulate_rows, fold_cells, instruction_set, score_rows, softmax_rows};
pub use lanes::{LANES, Lanes, Real, chunk_count};
pub use nibbles::{CELLS, NibbleBlock, TILE_FEATURES, tile_count};
pub use rows::fill_table;
pub use softmax::SoftmaxSums;
