//! The hot loops over packed rows, in two families.
//!
//! *Dense*, for data whose rows belong to many components at the same time: for each component a table holds the summed
//! log-odds of all 16 patterns of every group of four features, so a row's scores are one look-up and add for each listed
//! nibble, with components side by side in [`LANES`] lanes; the transpose of the same walk collects the M-step's sums.
//!
//! *Sparse*, for data whose rows belong to few: *screening* finds, in 16-bit integers, the components that come into
//! question for a row, and only these *pairs* are scored and added up exactly.
//!
//! Every function is compiled once for each common instruction set and chosen at run time (`multiversion`). The order
//! of every floating-point operation is fixed by the data, not by the width of a register, and no fused
//! multiply-add is used, so all versions give the same bytes.

mod dense;
mod dispatch;
mod exp;
mod lanes;
mod pairs;
mod pick;
mod row_block;
mod screen;
mod softmax;

pub use dispatch::{
    accumulate_rows, add_pairs, exp_all, fill_byte, fill_table, fold_cells, instruction_set,
    ln_all, raise_envelope, score_pairs, score_rows, screen_rows, select, softmax_rows, sum_lanes,
};
pub use lanes::{LANES, Lanes, Octet, chunk_count};
pub use pairs::Pairs;
pub use row_block::{CELLS, RowBlock, TILE_BYTES, TILE_FEATURES, tile_count};
pub use screen::{Candidates, HOPELESS, Marks, NEVER, Patterns, SEVERAL, Screened, mark};
pub use softmax::SoftmaxSums;
