//! Model-based clustering of binary data: a Bernoulli mixture fitted by EM.

pub mod bits;
pub mod data;
pub mod error;
pub mod mixture;
