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

mod exp;
mod lanes;
mod nibbles;
mod rows;
mod softmax;

pub use lanes::{LANES, Lanes, Real, chunk_count};
pub use nibbles::{CELLS, NibbleBlock, TILE_FEATURES, tile_count};
pub use rows::{accumulate_rows, fill_table, fold_cells, score_rows};
pub use softmax::{SoftmaxSums, softmax_rows};

use multiversion::{multiversion, target::match_target};

/// The instruction set that the kernels run on here.
#[multiversion(targets = "simd")]
pub fn instruction_set() -> &'static str {
    match_target! {
        "x86_64+avx512f" => "avx512",
        "x86_64+avx2" => "avx2",
        "x86_64+sse4.2" => "sse4.2",
        "aarch64+sve" => "sve",
        "aarch64+neon" => "neon",
        _ => "portable",
    }
}
