//! One EM run: iterate, accelerate, stop.

pub(crate) mod accelerate;
pub(crate) mod climb;
pub(crate) mod rounding;
