//! Model-based clustering of binary data: a Bernoulli mixture fitted by EM.

pub mod bits;
#[doc(hidden)]
pub mod cli;
pub mod data;
pub mod em;
pub mod error;
pub mod kernels;
pub mod metrics;
pub mod mixture;
pub mod model_file;
pub mod reference;
pub mod render;
pub mod scorer;
