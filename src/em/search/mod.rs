//! Several runs, the best of which is kept: restarts, split and merge, by label.

pub(crate) mod by_label;
pub(crate) mod neighbours;
pub(crate) mod policy;
pub(crate) mod race;
pub(crate) mod split_merge;
pub(crate) mod starts;
