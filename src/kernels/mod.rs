//! The hot loops over packed rows, in two families. The glossary stands in [`screen`].
//!
//! *Dense*, for data whose rows belong to many components at the same time. For each component a
//! table holds the summed log-odds of all 16 patterns of every group of four features. A row's
//! scores are one look-up and addition for each listed nibble, with components side by side in
//! [`LANES`] lanes. The M-step's sums follow from [`Columns`], lists of the rows that have a cell.
//!
//! *Sparse*, for data whose rows belong to few components. *Screening* finds, in 16-bit integers,
//! the candidates of a row. Only these are scored: two of them by one difference, more by one score
//! each. Their responsibilities are whole numbers, so sums of them are exact.
//!
//! Every function is compiled for each common instruction set, and the choice is made at run time.
//! The data alone fix the order of every floating-point operation: the width of a register does
//! not. No fused multiply-add is used. So all versions give the same bytes.

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
    add_columns, add_multi_way, add_two_way, exp_all, fill_cells, fill_table, flush_sums,
    instruction_set, ln_all, odds_all, replace_log_odds, score_multi_way, score_rows,
    score_two_way, screen_rows, select, softmax_rows, softmax_two_way, widen_envelope,
    zero_prob_products,
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
