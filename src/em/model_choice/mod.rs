//! How many components: a fit for each K, held-out scores, the bootstrap test.

pub(crate) mod bootstrap_test;
pub(crate) mod held_out;
pub(crate) mod sweep;
