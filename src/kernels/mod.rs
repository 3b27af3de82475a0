//! The hot loops over packed rows, in two families.
//!
//! *Dense*, for data whose rows belong to many components at the same time: for each component a table holds the summed
//! log-odds of all 16 patterns of every group of four features, so a row's scores are one look-up and add for each listed
//! nibble, with components side by side in [`LANES`] lanes; the lists of the rows that have a cell, [`Columns`], give the M-step's sums.
//!
//! *Sparse*, for data whose rows belong to few: *screening* finds, in 16-bit integers, the components that come into
//! question for a row, and only these are scored: *duos*, rows between two, by one difference, a crowd by *pairs* of row and
//! component. Their responsibilities are whole numbers, so what is added up is exact.
//!
//! Every function is compiled once for each common instruction set and chosen at run time (`multiversion`). The order
//! of every floating-point operation is fixed by the data, not by the width of a register, and no fused
//! multiply-add is used, so all versions give the same bytes.

mod dense;
mod dispatch;
mod exp;
mod lanes;
mod masked;
mod odds;
mod row_block;
mod screen;
mod sparse;

pub use dense::columns::Columns;
pub use dense::softmax::SOFTMAX_ROWS;
pub use dispatch::{
    add_multi_way, add_two_way, exp_all, fill_cells, fill_table, flush_sums, instruction_set,
    ln_all, odds_all, replace_log_odds, score_multi_way, score_rows, score_two_way, screen_rows,
    select, softmax_rows, softmax_two_way, sum_columns, widen_envelope, zero_prob_products,
};
pub use lanes::{LANES, Lanes, Lanes8, Lanes16, chunk_count};
pub use odds::{is_inside, n_products};
pub use row_block::{
    CELLS, RowBlock, TILE_BYTES, TILE_FEATURES, TILE_WORDS, row_words, tile_count,
};
pub use screen::cell::{Cell, Chunks, Narrow, Tile, Wide};
pub use screen::envelope::{Envelope, ScreenedComponent};
pub use screen::marks::{Marks, SATURATED, mark};
pub use screen::select::{Candidates, SingleRows};
pub use sparse::fixed_point::{ONE, REACH, SMALLEST, entropy_nats, entropy_units, reach, real};
pub use sparse::multi_way::MultiWayRows;
pub use sparse::two_way::TwoWayRows;
