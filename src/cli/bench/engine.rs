//! The production side of the ladder, all of it: what `bmm train` runs, behind three calls.

use crate::bits::BitMatrix;
use crate::cli::tables::counted;
use crate::em::{self, BLOCK_ROWS, EStep, SufficientStats};
use crate::kernels;
use crate::mixture::BernoulliMixture;

/// Rows that are listed once, ready for many E-steps.
pub(super) struct Engine<'a>(EStep<'a>);

impl<'a> Engine<'a> {
    /// Lists the nibbles of all rows: done once for a fit, whatever its starts and iterations.
    pub(super) fn list(rows: &'a BitMatrix, n_components: usize) -> Self {
        Self(EStep::new(rows, n_components))
    }

    /// One whole E-step: the tables of `mixture`, then all rows, up to the sums that the M-step needs.
    pub(super) fn e_step(&mut self, mixture: &BernoulliMixture) -> SufficientStats {
        self.0.run(mixture)
    }
}

/// Up to so many rows an E-step is one block, so it runs on one thread, as the plain attempts do.
pub(super) const ROWS_OF_ONE_THREAD: usize = BLOCK_ROWS;

/// What runs here, in words, and on how many threads.
pub(super) fn kernel() -> String {
    format!("{}, {}", kernel_of_one_thread(), counted(em::n_threads(), "thread"))
}

/// What runs here, in words.
pub(super) fn kernel_of_one_thread() -> String {
    format!("nibble tables, {}", kernels::instruction_set())
}

/// `exp` of every number, none of them positive: a polynomial without branches, eight numbers to a register.
pub(super) fn exp_each(values: &[f64], results: &mut [f64]) {
    results.copy_from_slice(values);
    kernels::exp_all(results);
}
