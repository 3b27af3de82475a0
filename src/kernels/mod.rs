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
mod odds;
mod pick;
mod row_block;
mod screen;
mod sparse;

pub use dense::columns::Columns;
pub use dense::softmax::SOFTMAX_ROWS;
pub use dispatch::{
    add_duos, add_pairs, exp_all, fill_byte, fill_table, instruction_set, ln_all, move_sums,
    multiply_zeros, odds_all, replace_log_odds, score_duos, score_pairs, score_rows, screen_rows,
    select, soften_duos, softmax_rows, sum_columns, widen_envelope,
};
pub use lanes::{LANES, Lanes, Octet, Word, chunk_count};
pub use odds::{is_inside, n_products};
pub use row_block::{
    CELLS, REGIONS, RowBlock, SHAPES, TILE_BYTES, TILE_FEATURES, TILE_WORDS, regions, row_words,
    tile_count,
};
pub use screen::cell::{Cell, Chunks, Narrow, Tile, Wide};
pub use screen::select::{Candidates, Soles};
pub use screen::{Envelope, HOPELESS, Marks, NEVER, Screened, mark};
pub use sparse::duos::Duos;
pub use sparse::fixed_point::{ONE, REACH, SMALLEST, entropy_nats, entropy_units, reach, real};
pub use sparse::pairs::Pairs;
