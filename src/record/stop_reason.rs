//! Why EM ended.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a start ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StopReason {
    /// An M-step gained less than `tol`; the gain of an extrapolation does not count.
    Converged,
    /// `max_iter` E-steps were spent first.
    MaxIter,
    /// The observer said so.
    Interrupted,
    /// Left behind by a more promising start, or by the one that a move led away from.
    Abandoned,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Converged => "converged",
            Self::MaxIter => "max-iter",
            Self::Interrupted => "interrupted",
            Self::Abandoned => "abandoned",
        })
    }
}
