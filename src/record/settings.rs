//! The settings of a fit.

use super::InitKind;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a fit was asked for. With the same rows and K it gives the same mixture again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FitSettings {
    /// The seed of every random choice.
    pub seed: u64,
    /// The number of starts.
    pub n_init: NInit,
    /// How the starts were initialised.
    pub init: InitKind,
    /// The pseudo-count of the means, at least 0.
    pub alpha: f64,
    /// A start has converged when an iteration gains less, in nats per sample.
    pub tol: f64,
    /// The largest number of E-steps of one start after its first.
    pub max_iter: u64,
    /// Whether late iterations may extrapolate.
    pub accelerate: bool,
}

/// The number of starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NInit {
    /// Several short starts, the most promising ones continued.
    Auto,
    /// So many starts, each run to its end.
    Exactly(usize),
}

impl FromStr for NInit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.parse() {
            _ if text == "auto" => Ok(Self::Auto),
            Ok(n) if n > 0 => Ok(Self::Exactly(n)),
            _ => {
                let value = format!("'{text}'");
                Err(Error::parameter("n_init", value, "auto or a whole number from 1"))
            }
        }
    }
}

impl fmt::Display for NInit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Auto => write!(f, "auto"),
            Self::Exactly(n) => write!(f, "{n}"),
        }
    }
}
