//! The built-in digits, drawn from the mixture that the program carries: no image is shipped.

use crate::data::{Dataset, Labels, Pixels, SourceKind, Split};
use crate::error::{Error, Result};
use crate::model_file::{self, Model};
use flate2::read::GzDecoder;
use std::io::Read;
use std::path::Path;

/// The names of the model that the program carries, unless there are files of these names. The
/// second is what unpacking the shipped file would give.
pub(crate) const BUILT_IN: [&str; 2] = ["mnist-k100", "models/mnist-k100.bmm"];

pub(crate) const NAME: &str = "demo";

/// What every output made from it says.
pub(crate) const SYNTHETIC: &str = "synthetic digits, drawn from a mixture: not real data";

/// The mixture it is drawn from, compressed to half its size.
static MODEL: &[u8] = include_bytes!("../../../models/mnist-k100.bmm.gz");

/// Images and seed of each split: disjoint draws.
const TRAIN: (usize, u64) = (10_000, 1);
const TEST: (usize, u64) = (2_000, 2);

/// `demo`, `demo:train` or `demo:test`, unless something of that name is there.
pub(crate) fn split_of(text: &str) -> Option<Split> {
    match text {
        _ if Path::new(text).exists() => None,
        "demo" | "demo:train" => Some(Split::Train),
        "demo:test" => Some(Split::Test),
        _ => None,
    }
}

/// Draws one split. The label of a digit is the majority label of the component that it came from.
pub(crate) fn draw(split: Split) -> Result<Dataset> {
    let model = model()?;
    let (n_samples, seed) = if split == Split::Train { TRAIN } else { TEST };
    let (bits, components) = model.mixture.sample(n_samples, seed)?;
    let labels = model.labels.as_ref().map(|table| {
        Labels::from_names(components.iter().map(|&k| table.majority(k).map_or("", |m| m.0)))
    });
    let pixels = Pixels::from_bits(&bits, model.height as usize, model.width as usize)?;
    let name = format!("{NAME}:{}", split.name());
    Dataset::new(name, SourceKind::Synthetic, pixels, labels)
}

/// Whether `path` names the model that the program carries, and nothing else.
pub(crate) fn is_built_in(path: &Path) -> bool {
    BUILT_IN.iter().any(|name| Path::new(name) == path) && !path.exists()
}

pub(crate) fn model() -> Result<Model> {
    let name = BUILT_IN[0];
    let mut bytes = Vec::new();
    GzDecoder::new(MODEL).read_to_end(&mut bytes).map_err(Error::io(name))?;
    model_file::decode(&bytes).map_err(|problem| Error::model(name, problem))
}
