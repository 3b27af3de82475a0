//! CSV: header `weight,p0,p1,...`, then one line per component, each number in the fewest digits that give it back.

use ::csv::{ReaderBuilder, StringRecord, Trim, Writer};

use super::{Parts, weighted_rows};
use crate::error::ModelProblem;
use crate::model_file::Model;

/// The CSV text of `model`.
pub(super) fn export(model: &Model) -> Result<Vec<u8>, ModelProblem> {
    let mut writer = Writer::from_writer(Vec::new());
    let names = (0..model.mixture.n_features()).map(|d| format!("p{d}"));
    writer.write_record(std::iter::once("weight".into()).chain(names)).map_err(foreign)?;
    for row in weighted_rows(model) {
        writer.write_record(row.map(|value| format!("{value:?}"))).map_err(foreign)?;
    }
    writer.into_inner().map_err(foreign)
}

/// The numbers in CSV `bytes`. The header must begin with `weight`; the other names are free.
pub(super) fn import(bytes: &[u8]) -> Result<Parts, ModelProblem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes); // as spreadsheets write it
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(foreign)?;
    if header.get(0) != Some("weight") {
        return Err(foreign("its header does not begin with \"weight\""));
    }
    let n_features = header.len() - 1;
    let (mut weights, mut means) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let row = numbers(&record.map_err(foreign)?)?;
        let (weight, mean) = row.split_first().ok_or_else(|| foreign("it has an empty row"))?;
        weights.push(*weight);
        means.extend_from_slice(mean);
    }
    Ok(Parts::numbers(weights, means, n_features))
}

fn numbers(record: &StringRecord) -> Result<Vec<f64>, ModelProblem> {
    let line = record.position().map_or(0, |position| position.line());
    let number = |field: &str| {
        field.parse().map_err(|_| foreign(format!("line {line} has {field:?} for a number")))
    };
    record.iter().map(number).collect()
}

fn foreign(what: impl ToString) -> ModelProblem {
    ModelProblem::Foreign { format: "CSV", what: what.to_string() }
}
