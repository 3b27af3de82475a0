//! How well a fit is known: observed information, standard errors, bootstrap.

pub(crate) mod bootstrap;
pub(crate) mod information;
pub(crate) mod standard_errors;
