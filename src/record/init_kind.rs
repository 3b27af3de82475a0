//! The kinds of initialisation and their names.

use super::Digest;
use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// How the starts of a fit began, without the mixture of [`Init::From`](crate::em::Init::From).
///
/// [`fmt::Display`] writes its name: `random-rows`, or `from` and a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InitKind {
    /// [`Init::RandomRows`](crate::em::Init::RandomRows).
    RandomRows,
    /// [`Init::RandomMeans`](crate::em::Init::RandomMeans).
    RandomMeans,
    /// [`Init::RandomResp`](crate::em::Init::RandomResp).
    RandomResp,
    /// [`Init::KMeansPlusPlus`](crate::em::Init::KMeansPlusPlus).
    KMeansPlusPlus,
    /// A given mixture; with the SHA-256 of the model file that it came from, if it came from one.
    From(Option<Digest>),
    /// In a sweep, the fit of this smaller K, a component split.
    Split(u64),
    /// In a sweep, the fit of this larger K, two components merged.
    Merge(u64),
}

const RANDOM: [(&str, InitKind); 4] = [
    ("random-rows", InitKind::RandomRows),
    ("random-means", InitKind::RandomMeans),
    ("random-resp", InitKind::RandomResp),
    ("kmeans++", InitKind::KMeansPlusPlus),
];

const SPLIT: &str = "split of K = ";
const MERGE: &str = "merge of K = ";

impl fmt::Display for InitKind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::From(Some(digest)) => write!(f, "from {digest}"),
            Self::Split(k) => write!(f, "{SPLIT}{k}"),
            Self::Merge(k) => write!(f, "{MERGE}{k}"),
            _ => {
                let random = RANDOM.iter().find(|(_, kind)| kind == self);
                f.write_str(random.map_or("from", |(name, _)| name))
            }
        }
    }
}

impl InitKind {
    /// The random kind of this name.
    pub(crate) fn random(name: &str) -> Result<Self> {
        let named = RANDOM.into_iter().find(|(known, _)| *known == name);
        named.map(|(_, kind)| kind).ok_or_else(|| {
            let allowed = format!("one of {}", RANDOM.map(|(name, _)| name).join(", "));
            Error::parameter("init", format!("'{name}'"), allowed)
        })
    }
}

impl FromStr for InitKind {
    type Err = Error;

    /// The inverse of [`fmt::Display`].
    ///
    /// # Errors
    /// [`Error::Parameter`], which lists the random kinds.
    fn from_str(text: &str) -> Result<Self> {
        let digest = || Some(Self::From(Some(text.strip_prefix("from ")?.parse().ok()?)));
        let split = || Some(Self::Split(text.strip_prefix(SPLIT)?.parse().ok()?));
        let merge = || Some(Self::Merge(text.strip_prefix(MERGE)?.parse().ok()?));
        let given = (text == "from").then_some(Self::From(None));
        given.or_else(digest).or_else(split).or_else(merge).map_or_else(|| Self::random(text), Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_from_what_it_is_shown_as_and_from_nothing_else() {
        let given = [None, Some(Digest::of_bytes(b"model"))].map(InitKind::From);
        let warm = [InitKind::Split(3), InitKind::Merge(5)];
        for kind in RANDOM.map(|(_, kind)| kind).into_iter().chain(given).chain(warm) {
            assert_eq!(kind.to_string().parse::<InitKind>().unwrap(), kind);
        }
        for wrong in ["from 12", "from ", "frominto", "random", "from é", "split of K = ", ""] {
            assert!(wrong.parse::<InitKind>().is_err(), "{wrong}");
        }
    }
}
