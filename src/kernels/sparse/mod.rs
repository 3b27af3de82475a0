//! The candidates of a row: their scores, responsibilities and sums.

pub(crate) mod fixed_point;
pub(crate) mod multi_way;
pub(crate) mod two_way;
