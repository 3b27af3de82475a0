//! Screening: for every row, the few components that are worth a score, found in 16-bit integers.
//!
//! # Glossary
//!
//! The same words are used in all of `kernels/`, `scorer/` and `em/e_step/`.
//!
//! - **Group, pattern, pattern sum.** Four neighbouring features are a group. Which of them are one
//!   in a row is the pattern: one of 16. The sum of their log-odds under a component is its pattern
//!   sum.
//! - **Nibble, word.** The four bits of a group in a packed row; the bits of sixteen neighbouring
//!   features. Rows are kept as lists of the nibbles and words that are not zero.
//! - **Cell, table.** A table is indexed by group and pattern. Its cells hold a pattern sum, or
//!   what comes of it, for several components side by side. A row's score is the sum of the cells
//!   that its list of nibbles names.
//! - **Tile, chunk.** A tile is 1024 features: its part of a table stays in the second-level cache.
//!   A chunk is as many components as lie side by side in a cell.
//! - **Position.** The place of a row in its block.
//! - **Upper bound, envelope.** The largest pattern sum of all components is the upper bound of a
//!   pattern. With the smallest one it makes the *envelope*.
//! - **Unit, mark.** Screening counts in whole units, a fraction of a nat. A cell holds by how many
//!   units each pattern sum lies below the upper bound. A component's mark for a row is minus the
//!   sum of these units: the score in units, up to rounding and a constant of the row.
//! - **Saturated.** A mark at the lowest number that 16 bits hold. The component is farther behind
//!   than can be told.
//! - **Reach.** A component that many nats behind the best one of a row has a responsibility of 0.
//!   In units, the reach has a margin for rounding.
//! - **Candidates.** The components of a row whose marks are within reach of the best mark. Only
//!   candidates are scored. If the best mark is saturated, all components are candidates.
//! - **Single, two-way, multi-way rows.** Rows with one, two, or more candidates.
//! - **Slack.** For a single row, by how much the next component lies beyond reach. While scores
//!   have not moved by more, the row need not be screened again.
//!
//! # Why no component is missed
//!
//! The order of the sums does not matter: numbers of one sign saturate at the end or not at all.
//! Rounding is at most half a unit for each cell, and the reach has a margin for that.
//!
//! [`super::dispatch`] compiles the functions here once for each instruction set.

pub(crate) mod cell;
pub(crate) mod envelope;
pub(crate) mod fill;
pub(crate) mod marks;
pub(crate) mod select;
