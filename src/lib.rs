//! Model-based clustering of binary data: a Bernoulli mixture fitted by EM.

pub mod bits;
pub mod error;
pub mod mixture;
pub mod model_file;
