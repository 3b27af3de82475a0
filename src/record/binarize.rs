//! The rule that turns grey values into bits, as users write it and files keep it.

use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// Which pixels count as ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Binarize {
    /// Ink where the value is at least this, 1 to 255.
    Threshold(u8),
    /// The threshold that Otsu's method finds in the data; see [`Binarize::resolve`].
    Otsu,
    /// Ink with probability value / 255, drawn once for each pixel from this seed.
    Bernoulli(u64),
    /// The values are 0 and 1 already.
    None,
}

impl Binarize {
    /// The rule as users read it, and that it cuts inverted grey values if it does.
    pub(crate) fn in_words(self, inverted: bool) -> String {
        if inverted { format!("{self} of inverted grey values") } else { self.to_string() }
    }
}

impl Default for Binarize {
    fn default() -> Self {
        Self::Threshold(128)
    }
}

impl fmt::Display for Binarize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Threshold(t) => write!(f, "threshold:{t}"),
            Self::Otsu => f.write_str("otsu"),
            Self::Bernoulli(seed) => write!(f, "bernoulli:{seed}"),
            Self::None => f.write_str("none"),
        }
    }
}

impl FromStr for Binarize {
    type Err = Error;

    /// From `threshold:T` (T 1 to 255), `otsu`, `bernoulli:SEED` or `none`.
    fn from_str(text: &str) -> Result<Self> {
        let rule = match text.split_once(':') {
            None if text == "otsu" => Some(Self::Otsu),
            None if text == "none" => Some(Self::None),
            Some(("threshold", t)) => t.parse().ok().filter(|&t| t > 0).map(Self::Threshold),
            Some(("bernoulli", seed)) => seed.parse().ok().map(Self::Bernoulli),
            _ => None,
        };
        rule.ok_or_else(|| refused(format!("{text:?}"), "with T 1 to 255"))
    }
}

/// The error for a rule that cannot be used, with a note about the ones that can.
pub(crate) fn refused(value: String, note: &str) -> Error {
    let allowed = format!("threshold:T, otsu, bernoulli:SEED or none, {note}");
    Error::parameter("binarize", value, allowed)
}
