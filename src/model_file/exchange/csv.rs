//! CSV: header `weight,p0,p1,...`, then a line for each component. Each number has the fewest
//! digits that give it back.

use ::csv::{ReaderBuilder, StringRecord, Trim, Writer};

use super::{Foreign, Parts, weighted_rows};
use crate::model_file::Model;

pub(super) fn export(model: &Model) -> Result<Vec<u8>, Foreign> {
    let mut writer = Writer::from_writer(Vec::new());
    let names = (0..model.mixture.n_features()).map(|d| format!("p{d}"));
    writer.write_record(std::iter::once("weight".into()).chain(names))?;
    for row in weighted_rows(model) {
        writer.write_record(row.map(|value| format!("{value:?}")))?;
    }
    Ok(writer.into_inner()?)
}

/// The numbers in CSV `bytes`. The header must begin with `weight`; the other names are free.
pub(super) fn import(bytes: &[u8]) -> Result<Parts, Foreign> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes); // as spreadsheets write it
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(bytes);
    let header = reader.headers()?;
    if header.get(0) != Some("weight") {
        return Err("its header does not begin with \"weight\"".into());
    }
    let mut parts = Parts { n_features: header.len() - 1, ..Parts::default() };
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
