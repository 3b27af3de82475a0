//! All components of a row at once, for data whose rows belong to many components at the same time.

pub(crate) mod columns;
pub(crate) mod softmax;
pub(crate) mod tables;
