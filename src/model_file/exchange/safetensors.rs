//! safetensors: tensors `weights` (K) and `means` (K, D), both F64. Metadata hold height, width,
//! the binarisation rule, how pictures are read, and as JSON the items of a table and the features
//! never seen.

use ::safetensors::SafeTensors;
use ::safetensors::tensor::{Dtype, Metadata};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::str::FromStr;

use super::{Foreign, Parts};
use crate::model_file::Model;

/// The safetensors bytes of `model`. The header is put together here: the crate writes metadata in
/// the order of a hash map, which is another one every time.
pub(super) fn export(model: &Model) -> Vec<u8> {
    let (weights, means) = (model.mixture.weights(), model.mixture.means());
    let mut header = header(model).into_bytes();
    header.resize(header.len().next_multiple_of(8), b' '); // aligns the tensors
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut header);
    bytes.extend(weights.iter().chain(means).flat_map(|value| value.to_le_bytes()));
    bytes
}

fn header(model: &Model) -> String {
    let (k, d) = (model.mixture.n_components(), model.mixture.n_features());
    let (middle, end) = (8 * k, 8 * k + 8 * k * d);
    let mut metadata = json!({
        "binarize": model.binarize.to_string(),
        "format": "bmm",
        "height": model.height.to_string(),
        "inverted": model.inverted.to_string(),
        "width": model.width.to_string(),
    });
    if model.scaled {
        metadata["scaled"] = json!("true");
    }
    if !model.items.is_empty() {
        metadata["items"] = json!(json!(model.items).to_string());
    }
    if !model.unseen.is_empty() {
        metadata["unseen"] = json!(json!(model.unseen).to_string());
    }
    json!({
        "__metadata__": metadata,
        "weights": {"dtype": "F64", "shape": [k], "data_offsets": [0, middle]},
        "means": {"dtype": "F64", "shape": [k, d], "data_offsets": [middle, end]},
    })
    .to_string()
}

/// The numbers and metadata in safetensors `bytes`; other tensors in the file are passed over.
pub(super) fn import(bytes: &[u8]) -> Result<Parts, Foreign> {
    let (_, metadata) = SafeTensors::read_metadata(bytes)?;
    let file = SafeTensors::deserialize(bytes)?;
    let (weights, dims) = tensor(&file, "weights")?;
    let [n_components] = dims[..] else {
        return Err(format!("the shape of \"weights\" is {dims:?}, not [K]").into());
    };
    let (means, dims) = tensor(&file, "means")?;
    let [n_rows, n_features] = dims[..] else {
        return Err(format!("the shape of \"means\" is {dims:?}, not [K, D]").into());
    };
    if n_rows != n_components {
        return Err(format!("it has {n_components} weights but {n_rows} rows of means").into());
    }
    let shape = parsed(&metadata, "height")?.zip(parsed(&metadata, "width")?);
    let binarize = parsed(&metadata, "binarize")?;
    let inverted = parsed(&metadata, "inverted")?.unwrap_or_default();
    let scaled = parsed(&metadata, "scaled")?.unwrap_or_default();
    let (items, unseen) = (list(&metadata, "items")?, list(&metadata, "unseen")?);
    let known = Parts { weights, means, n_features, shape, ..Parts::default() };
    Ok(Parts { binarize, inverted, scaled, unseen, items, ..known })
}

/// Values and shape of the tensor called `name`.
fn tensor(file: &SafeTensors, name: &str) -> Result<(Vec<f64>, Vec<usize>), Foreign> {
    let tensor = file.tensor(name)?;
    if tensor.dtype() != Dtype::F64 {
        return Err(format!("tensor {name:?} is {:?}, not F64", tensor.dtype()).into());
    }
    let (values, _) = tensor.data().as_chunks::<8>();
    let values = values.iter().map(|value| f64::from_le_bytes(*value)).collect();
    Ok((values, tensor.shape().to_vec()))
}

/// The metadata entry called `name`, if there is one.
fn entry<'a>(metadata: &'a Metadata, name: &str) -> Option<&'a String> {
    metadata.metadata().as_ref().and_then(|entries| entries.get(name))
}

/// The list that the metadata entry called `name` holds as JSON; none without it.
fn list<T: DeserializeOwned>(metadata: &Metadata, name: &str) -> Result<Vec<T>, Foreign> {
    let Some(text) = entry(metadata, name) else { return Ok(Vec::new()) };
    Ok(serde_json::from_str(text).map_err(|e| format!("its {name} are no JSON: {e}"))?)
}

/// The value of the metadata entry called `name`, if there is one.
fn parsed<T: FromStr>(metadata: &Metadata, name: &str) -> Result<Option<T>, Foreign> {
    let text = entry(metadata, name);
    let parse = |text: &String| text.parse().map_err(|_| format!("its {name} is {text:?}"));
    Ok(text.map(parse).transpose()?)
}
