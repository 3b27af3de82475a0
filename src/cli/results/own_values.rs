//! Rows of items in the values that they were read from: 1 and 2, or words.

use crate::error::{Error, Result};
use crate::model_file::Item;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::path::Path;

/// A value of an item: a number between its two, one of two words, or none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OwnValue<'a> {
    Number(f64),
    Word(&'a str),
    Missing,
}

/// The two values of an item, that of a zero and that of a one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale<'a> {
    Numbers(f64, f64),
    Words(&'a str, &'a str),
}

impl<'a> Scale<'a> {
    /// 0 and 1 without an item.
    pub(crate) fn new(item: Option<&'a Item>) -> Self {
        let [zero, one] = item.map_or(["0", "1"], Item::values);
        match [zero, one].map(str::parse::<f64>) {
            [Ok(zero), Ok(one)] => Self::Numbers(zero, one),
            _ => Self::Words(zero, one),
        }
    }

    /// What the item has where 1 is expected with probability `p`, from 0 to 1. Of two numbers it
    /// is the expected one, of two words the likelier. NaN: nothing is known of the item.
    pub(crate) fn value(self, p: f64) -> OwnValue<'a> {
        match self {
            _ if p.is_nan() => OwnValue::Missing,
            Self::Numbers(zero, one) => OwnValue::Number((1.0 - p) * zero + p * one),
            Self::Words(zero, one) => OwnValue::Word(if p < 0.5 { zero } else { one }),
        }
    }

    /// The same as text. Most values are observed: those take no memory.
    pub(crate) fn text(self, p: f64) -> Cow<'a, str> {
        match self.value(p) {
            OwnValue::Word(word) => word.into(),
            OwnValue::Number(value) if value.to_bits() == 0.0_f64.to_bits() => "0".into(),
            OwnValue::Number(1.0) => "1".into(),
            value => value.to_string().into(),
        }
    }
}

/// The shortest text that reads back as the same number, with an exponent for small ones.
impl fmt::Display for OwnValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Number(value) if *value == 0.0 || value.abs() >= 1e-4 => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value:e}"),
            Self::Word(word) => f.write_str(word),
            Self::Missing => Ok(()),
        }
    }
}

/// A number, a text or null; whole numbers without a point.
impl Serialize for OwnValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Number(value) if *value == f64::from(*value as i32) => {
                serializer.serialize_i32(*value as i32)
            }
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Word(word) => serializer.serialize_str(word),
            Self::Missing => serializer.serialize_none(),
        }
    }
}

/// Whether any item is made of words.
pub(crate) fn have_words(items: &[Item]) -> bool {
    items.iter().any(|item| matches!(Scale::new(Some(item)), Scale::Words(..)))
}

/// The heading of each of `n_features` columns: its name, or `x` and its number from 0.
pub(crate) fn headings(items: &[Item], n_features: usize) -> impl Iterator<Item = String> {
    (0..n_features).map(|d| match items.get(d).map_or("", |item| &item.name) {
        "" => format!("x{d}"),
        name => name.to_owned(),
    })
}

/// Refuses a file that holds zeros and ones alone, for items of other values.
pub(crate) fn check_file(file: &Path, items: &[Item]) -> Result<()> {
    let Some(d) = items.iter().position(|item| item.values() != ["0", "1"]) else { return Ok(()) };
    let ([zero, one], column) = (items[d].values(), Item::column_name(items, d));
    let allowed = format!(
        "a name that ends in .csv: column {column} is made of {zero} and {one}, which it keeps"
    );
    Err(Error::parameter("--output", file.display(), allowed))
}

#[cfg(test)]
mod tests {
    use super::Scale;
    use crate::model_file::Item;

    #[test]
    fn numbers_are_short_and_read_back_the_same() {
        let text = |p| Scale::new(None).text(p).into_owned();
        assert_eq!([0.0, 1.0, 0.25, 1e-4, 3e-7].map(text), ["0", "1", "0.25", "0.0001", "3e-7"]);
        for value in [1e-300, f64::MIN_POSITIVE, 0.1 + 0.2, 1.0 - f64::EPSILON] {
            assert_eq!(text(value).parse(), Ok(value));
        }
    }

    #[test]
    fn items_keep_their_own_values() {
        let of = |values: [&str; 2]| {
            let item = Item { name: "a".into(), categories: values.map(String::from).to_vec() };
            [0.0, 0.25, 0.75, 1.0].map(|p| Scale::new(Some(&item)).text(p).into_owned())
        };
        assert_eq!(of(["1", "2"]), ["1", "1.25", "1.75", "2"]);
        assert_eq!(of(["-1", "1"]), ["-1", "-0.5", "0.5", "1"]);
        assert_eq!(of(["-0", "-1"]), ["-0", "-0.25", "-0.75", "-1"]);
        assert_eq!(of(["no", "yes"]), ["no", "no", "yes", "yes"]);
        assert_eq!(Scale::Words("no", "yes").text(f64::NAN), "");
    }
}
