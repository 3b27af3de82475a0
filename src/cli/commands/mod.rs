//! The commands, a file for each: `Args` with the flags and the help, and `run`.

pub(crate) mod assign;
pub(crate) mod bench;
pub(crate) mod compare;
pub(crate) mod complete;
pub(crate) mod completions;
pub(crate) mod eval;
pub(crate) mod export;
#[cfg(feature = "fetch")]
pub(crate) mod fetch;
pub(crate) mod import;
pub(crate) mod info;
pub(crate) mod man;
pub(crate) mod pack;
pub(crate) mod sample;
pub(crate) mod sweep;
pub(crate) mod train;
pub(crate) mod view;
