//! JSON: weights and means as arrays of numbers, and everything else a model file holds, by name.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Deserializer, IgnoredAny, Visitor};
use serde::{Deserialize, Serialize};

use super::Parts;
use crate::error::ModelProblem;
use crate::model_file::{FitRecord, LabelTable, Model, Provenance};

/// The document as written.
#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    height: u32,
    width: u32,
    binarize: &'a str,
    weights: &'a [f64],
    means: Vec<&'a [f64]>,
    labels: &'a Option<LabelTable>,
    report: &'a Option<FitRecord>,
    provenance: &'a Option<Provenance>,
}

/// The document as read: weights and means are needed, other names are passed over.
#[derive(Deserialize)]
struct Read {
    weights: Vec<Number<f64>>,
    means: Vec<Vec<Number<f64>>>,
    height: Option<Number<u32>>,
    width: Option<Number<u32>>,
    binarize: Option<String>,
    labels: Option<ReadLabels>,
}

#[derive(Deserialize)]
struct ReadLabels {
    names: Vec<String>,
    counts: Vec<Number<u64>>,
}

/// The JSON text of `model`.
pub(super) fn export(model: &Model) -> Result<Vec<u8>, ModelProblem> {
    let mixture = &model.mixture;
    let document = Written {
        format: "bmm",
        height: model.height,
        width: model.width,
        binarize: &model.binarize,
        weights: mixture.weights().as_slice(),
        means: (0..mixture.n_components()).map(|k| mixture.mean(k)).collect(),
        labels: &model.labels,
        report: &model.report,
        provenance: &model.provenance,
    };
    let mut text = serde_json::to_vec(&document).map_err(foreign)?;
    text.push(b'\n');
    Ok(text)
}

/// The numbers, picture shape, rule and labels in JSON `bytes`.
pub(super) fn import(bytes: &[u8]) -> Result<Parts, ModelProblem> {
    let text = std::str::from_utf8(bytes).map_err(foreign)?.trim_start_matches('\u{feff}');
    let IgnoredAny = serde_json::from_str(text).map_err(foreign)?; // places errors where the user sees them
    let read: Read = serde_json::from_str(&quote_numbers(text)).map_err(without_place)?;
    let n_features = read.means.first().map_or(0, Vec::len);
    if let Some(odd) = read.means.iter().find(|row| row.len() != n_features) {
        let lengths = format!("{n_features} and {}", odd.len());
        return Err(foreign(format!("its rows of means differ in length: {lengths}")));
    }
    Ok(Parts {
        weights: plain(read.weights),
        means: read.means.into_iter().flat_map(plain).collect(),
        n_features,
        shape: read.height.zip(read.width).map(|(height, width)| (height.0, width.0)),
        binarize: read.binarize,
        labels: read.labels.map(|l| LabelTable { names: l.names, counts: plain(l.counts) }),
    })
}

fn plain<T>(numbers: Vec<Number<T>>) -> Vec<T> {
    numbers.into_iter().map(|number| number.0).collect()
}

/// A number read from its digits by the standard library. Without its `float_roundtrip` feature serde_json may read an
/// f64 one unit in the last place off, and export then import must give the same bits.
struct Number<T>(T);

impl<'de, T: FromStr> Deserialize<'de> for Number<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits(PhantomData)).map(Number)
    }
}

struct Digits<T>(PhantomData<T>);

impl<T: FromStr> Visitor<'_> for Digits<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number in range")
    }

    fn visit_str<E: de::Error>(self, digits: &str) -> Result<T, E> {
        digits.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(digits), &self))
    }
}

/// The valid JSON `text` with each number made a string, so that its digits arrive unchanged.
fn quote_numbers(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() * 5 / 4);
    let (mut in_string, mut escaped, mut in_number) = (false, false, false);
    for c in text.chars() {
        let goes_on = in_number && matches!(c, '0'..='9' | '.' | 'e' | 'E' | '+' | '-');
        let begins = !in_number && !in_string && matches!(c, '0'..='9' | '-');
        if begins || (in_number && !goes_on) {
            quoted.push('"');
        }
        in_number = begins || goes_on;
        quoted.push(c);
        in_string ^= c == '"' && !escaped;
        escaped = in_string && c == '\\' && !escaped;
    }
    quoted.extend(in_number.then_some('"'));
    quoted
}

/// The message of `error` without line and column, which count in the quoted text.
fn without_place(error: serde_json::Error) -> ModelProblem {
    let text = error.to_string();
    foreign(text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what))
}

fn foreign(what: impl ToString) -> ModelProblem {
    ModelProblem::Foreign { format: "JSON", what: what.to_string() }
}

#[cfg(test)]
mod tests {
    use super::quote_numbers;

    #[test]
    fn numbers_are_quoted_and_digits_in_strings_are_not() {
        let text = r#"{"a1": [-1.5e-7,0], "\"2\\": "3", "b": true, "c": 4}"#;
        let quoted = r#"{"a1": ["-1.5e-7","0"], "\"2\\": "3", "b": true, "c": "4"}"#;
        assert_eq!(quote_numbers(text), quoted);
        assert_eq!(quote_numbers("12"), "\"12\"");
    }
}
