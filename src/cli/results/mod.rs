//! What is said of a fit: scores, trust, labels, items, standard errors.

pub(crate) mod classifier;
pub(crate) mod clusters;
pub(crate) mod comparison;
pub(crate) mod confusion;
pub(crate) mod document;
mod findings;
pub(crate) mod items;
pub(crate) mod own_rows;
pub(crate) mod own_values;
pub(crate) mod standard_errors;
pub(crate) mod train_report;
pub(crate) mod trust;
