//! The members of a cluster, read back from a page, for `bmm view --cluster`.

use super::FILE;
use super::members::KINDS;
use crate::cli::input::models;
use crate::model_file::Model;
use crate::render::{self, Base64Numbers, Tile};
use serde_json::Value;
use std::path::Path;

pub(crate) struct Member {
    /// Its kind, its name, and how typical it is.
    caption: Vec<String>,
    values: Vec<f64>,
}

impl Member {
    pub(crate) fn tile(&self) -> Tile<'_> {
        Tile { values: &self.values, caption: self.caption.clone() }
    }
}

/// The members of cluster `k` in the page beside a model; none where there is no such page.
pub(crate) fn members(model_path: &Path, model: &Model, k: usize) -> Vec<Member> {
    let page = models::file_in(model_path).with_file_name(FILE);
    let page = std::fs::read_to_string(page).unwrap_or_default();
    let document: Value = render::report_data(&page)
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default();
    // The page may be that of another model.
    if document["means"] != Base64Numbers(model.mixture.means()).to_string().as_str() {
        return Vec::new();
    }
    let kinds = &document["clusters"][k]["members"];
    let read_kind = |kind: &'static str| {
        let members = kinds[kind].as_array().map_or(&[][..], Vec::as_slice);
        members.iter().filter_map(move |member| read(kind, member, model))
    };
    KINDS.into_iter().flat_map(read_kind).collect()
}

fn read(kind: &str, member: &Value, model: &Model) -> Option<Member> {
    let bits = render::from_base64(member["bits"].as_str()?)?;
    let d = model.mixture.n_features();
    let bit = |d: usize| Some(f64::from(bits.get(d / 8)? >> (d % 8) & 1));
    let values = (0..d).map(bit).collect::<Option<Vec<_>>>()?;
    let word = match kind {
        "odd" => "least probable",
        "undecided" => "least certain",
        _ => "most probable",
    };
    let name = match &member["name"] {
        Value::Number(index) => Some(format!("number {index}")),
        index => index.as_str().map(str::to_owned),
    };
    let typicality = member["typicality"].as_f64().map(|t| format!("typicality {t:.2}"));
    Some(Member {
        caption: [Some(word.into()), name, typicality].into_iter().flatten().collect(),
        values,
    })
}
