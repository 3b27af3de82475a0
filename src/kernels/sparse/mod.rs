//! The few components of a row that are scored one by one.

pub(crate) mod duos;
pub(crate) mod fixed_point;
pub(crate) mod pairs;
