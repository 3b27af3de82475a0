//! The kinds of initialisation: their names in texts, their codes in binary files.

use crate::error::{Error, Result};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// How a start is initialised, without the mixture that [`Init::From`](super::Init::From) holds.
///
/// In text formats it is its [`Display`](fmt::Display): `random-rows`, or `from` and a digest. In binary ones it is a code
/// (`u8`, from 0 in the order below), then the digest as an `Option<[u8; 32]>`, which is `None` for all kinds but the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitKind {
    /// [`Init::RandomRows`](super::Init::RandomRows).
    RandomRows,
    /// [`Init::RandomMeans`](super::Init::RandomMeans).
    RandomMeans,
    /// [`Init::RandomResp`](super::Init::RandomResp).
    RandomResp,
    /// [`Init::KMeansPlusPlus`](super::Init::KMeansPlusPlus).
    KMeansPlusPlus,
    /// [`Init::From`](super::Init::From): the SHA-256 of the model file that the mixture came from, if it came from one.
    From(Option<[u8; 32]>),
}

/// The names of the random kinds; a kind's place is its code.
const NAMED: [(&str, InitKind); 4] = [
    ("random-rows", InitKind::RandomRows),
    ("random-means", InitKind::RandomMeans),
    ("random-resp", InitKind::RandomResp),
    ("kmeans++", InitKind::KMeansPlusPlus),
];

const CODE_OF_FROM: u8 = NAMED.len() as u8;

impl InitKind {
    /// The random kind of this name.
    pub(super) fn random(name: &str) -> Result<Self> {
        let named = NAMED.into_iter().find(|(known, _)| *known == name);
        named.map(|(_, kind)| kind).ok_or_else(|| unknown(name))
    }

    fn code(self) -> u8 {
        NAMED.iter().zip(0..).find(|((_, kind), _)| *kind == self).map_or(CODE_OF_FROM, |at| at.1)
    }
}

impl fmt::Display for InitKind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self::From(digest) = self else {
            return f.write_str(NAMED[usize::from(self.code())].0);
        };
        f.write_str("from")?;
        let Some(digest) = digest else { return Ok(()) };
        f.write_str(" ")?;
        digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for InitKind {
    type Err = Error;

    /// The inverse of [`Display`](fmt::Display).
    fn from_str(text: &str) -> Result<Self> {
        let digest = || match text.strip_prefix("from")?.strip_prefix(' ') {
            Some(digest) => bytes_of_hex(digest).map(|digest| Self::From(Some(digest))),
            None => (text == "from").then_some(Self::From(None)),
        };
        Self::random(text).ok().or_else(digest).ok_or_else(|| unknown(text))
    }
}

pub(super) fn unknown(text: &str) -> Error {
    Error::Parameter {
        name: "init",
        value: format!("'{text}'"),
        allowed: format!("one of {}", NAMED.map(|(name, _)| name).join(", ")),
    }
}

fn bytes_of_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, i) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[i..i + 2], 16).ok()?;
    }
    Some(bytes)
}

impl Serialize for InitKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_str(self);
        }
        let digest = if let Self::From(digest) = self { *digest } else { None };
        (self.code(), digest).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for InitKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return String::deserialize(deserializer)?.parse().map_err(D::Error::custom);
        }
        match <(u8, Option<[u8; 32]>)>::deserialize(deserializer)? {
            (CODE_OF_FROM, digest) => Ok(Self::From(digest)),
            (code @ ..CODE_OF_FROM, None) => Ok(NAMED[usize::from(code)].1),
            (code, _) => Err(D::Error::custom(format!("{code} is no kind of initialisation"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_from_what_it_is_shown_as_and_from_nothing_else() {
        let digest = std::array::from_fn(|i| 7 * i as u8);
        let kinds = NAMED.map(|(_, kind)| kind).into_iter();
        for kind in kinds.chain([InitKind::From(None), InitKind::From(Some(digest))]) {
            assert_eq!(kind.to_string().parse::<InitKind>().unwrap(), kind);
        }
        for wrong in ["from 12", "from ", "frominto", "random", "from é", ""] {
            assert!(wrong.parse::<InitKind>().is_err(), "{wrong}");
        }
    }
}
