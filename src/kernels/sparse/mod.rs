//! The few components of a row that are scored one by one.

pub(crate) mod fixed_point;
pub(crate) mod multi_way;
pub(crate) mod two_way;
