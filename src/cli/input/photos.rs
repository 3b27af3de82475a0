//! Pictures unlike the images of a model: photos, which are prepared, and inverted images.

use super::rows::Input;
use crate::cli::terminal::{Console, counted};
use crate::model_file::Model;

/// The smallest height and width, in pixels, of images in which something can be cut out.
const MIN_SIDE: usize = 8;
/// The largest share of ink at the edge of images that are centred on empty ground.
const MAX_INK_AT_EDGE: f64 = 0.05;

/// Height and width that photos are made into for `model`. `None` if its images are not ink in the
/// middle of empty ground: then nobody knows how they were cut out.
pub(crate) fn size_for(model: &Model) -> Option<(usize, usize)> {
    let (height, width) = (model.height as usize, model.width as usize);
    let mixture = &model.mixture;
    let edge = edge(model);
    let ink = |(k, weight): (usize, &f64)| -> f64 {
        weight * edge.iter().map(|&d| mixture.mean(k)[d]).sum::<f64>()
    };
    let ink: f64 = mixture.weights().iter().enumerate().map(ink).sum();
    let is_known = height.min(width) >= MIN_SIDE && !edge.is_empty();
    let is_centred = is_known && ink <= MAX_INK_AT_EDGE * edge.len() as f64;
    is_centred.then_some((height, width))
}

/// The features at the edge of an image, of those that the model knows.
fn edge(model: &Model) -> Vec<usize> {
    let (height, width) = (model.height as usize, model.width as usize);
    let is_edge =
        |d: &usize| [0, height - 1].contains(&(d / width)) || [0, width - 1].contains(&(d % width));
    let is_seen = |d: &usize| !model.unseen.contains(&(*d as u32));
    (0..height * width).filter(is_edge).filter(is_seen).collect()
}

/// Says what was made of photos, and which images look as if ink and ground had changed places.
pub(crate) fn say(input: &Input, model: &Model, console: &Console) {
    let n_prepared = input.parts.iter().filter(|part| part.is_prepared).count();
    if n_prepared > 0 {
        let (height, width) = (model.height, model.width);
        console.note(format_args!(
            "note      {} cut out, centred and scaled to {height} x {width}; \
             assign --show shows them",
            counted(n_prepared, "picture")
        ));
    }
    let inverted = inverted(input, model);
    if let Some(&first) = inverted.first() {
        let (source, index) = input.origin(first);
        console.warn(format_args!(
            "{} ({source}, {index}, for one) mostly ink at the edge, where the model has none: \
             inverted?",
            counted(inverted.len(), "image")
        ));
    }
}

/// Rows with more ink than ground at the edge of an image, where the model has next to none.
fn inverted(input: &Input, model: &Model) -> Vec<usize> {
    if size_for(model).is_none() {
        return Vec::new();
    }
    let edge = edge(model);
    let n_ink = |i: usize| edge.iter().filter(|&&d| input.bits.get(i, d)).count();
    (0..input.bits.n_samples()).filter(|&i| 2 * n_ink(i) > edge.len()).collect()
}
