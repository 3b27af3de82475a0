//! CSV: header `weight`, then the names of the items, or `p0,p1,...` where they have none; then a
//! line for each component. Each number has the fewest digits that give it back. There is no place
//! for the values of recoded items.

use ::csv::{ReaderBuilder, StringRecord, Trim, Writer};

use super::{Foreign, Parts, weighted_rows};
use crate::model_file::Model;
use crate::record::Item;

pub(super) fn export(model: &Model) -> Result<Vec<u8>, Foreign> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(std::iter::once("weight".into()).chain(names(model)))?;
    for row in weighted_rows(model) {
        writer.write_record(row.map(|value| format!("{value:?}")))?;
    }
    Ok(writer.into_inner()?)
}

/// The names of the columns of means.
fn names(model: &Model) -> Vec<String> {
    let (d, items) = (model.mixture.n_features(), &model.items);
    if items.len() == d && Item::are_named(items) {
        items.iter().map(|item| item.name.clone()).collect()
    } else {
        (0..d).map(|d| format!("p{d}")).collect()
    }
}

/// The items that columns of these `names` stand for; none if they have no names of their own.
fn items(names: Vec<String>) -> Vec<Item> {
    let is_own = |(d, name): (usize, &String)| !name.is_empty() && *name != format!("p{d}");
    if names.iter().enumerate().any(is_own) {
        names.into_iter().map(Item::binary).collect()
    } else {
        Vec::new()
    }
}

/// The numbers and the items in CSV `bytes`. The header must begin with `weight`; the other names
/// are those of items of zeros and ones, unless they are `p0,p1,...`.
pub(super) fn import(bytes: &[u8]) -> Result<Parts, Foreign> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes); // as spreadsheets write it
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(bytes);
    let header = reader.headers()?;
    if header.get(0) != Some("weight") {
        return Err("its header does not begin with \"weight\"".into());
    }
    let items = items(header.iter().skip(1).map(String::from).collect());
    let mut parts = Parts { n_features: header.len() - 1, items, ..Parts::default() };
    for record in reader.records() {
        let row = numbers(&record?)?;
        let (weight, mean) = row.split_first().ok_or("it has an empty row")?;
        parts.weights.push(*weight);
        parts.means.extend_from_slice(mean);
    }
    Ok(parts)
}

fn numbers(record: &StringRecord) -> Result<Vec<f64>, Foreign> {
    let line = record.position().map_or(0, |position| position.line());
    let number = |field: &str| {
        field.parse().map_err(|_| format!("line {line} has {field:?} for a number").into())
    };
    record.iter().map(number).collect()
}
