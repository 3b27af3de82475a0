//! Pictures of another size than images, which are made into such; images that look inverted.

use super::reading::Reading;
use super::rows::Input;
use crate::bits::BitMatrix;
use crate::cli::terminal::{Console, counted};
use crate::data::{Fitting, Frame, Made, Part, PictureSize};
use crate::model_file::Model;
use std::iter;

/// The smallest height and width, in pixels, of images in which something can be cut out.
const MIN_SIDE: usize = 8;
/// The largest share of ink at the edge of images that are centred on empty ground.
const MAX_INK_AT_EDGE: f64 = 0.05;

/// Height and width that photos are made into for `model`. `None` if its images are not ink in the
/// middle of empty ground: how they were cut out is not known then.
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

/// What pictures are made into for `model`. If it was fitted to pictures that were scaled, they
/// are, too. Else they are cut out, and so are those of its size with the other ground, unless the
/// user said what is ink.
pub(super) fn fitting_for(model: &Model, reading: &Reading) -> Option<PictureSize> {
    scaling_for(model).or_else(|| {
        let (height, width) = size_for(model)?;
        let size = PictureSize::for_photos(height, width);
        let is_asked = reading.invert.asked().is_some();
        let fitting = Fitting::ForGround { is_bright: model.inverted };
        Some(if is_asked { size } else { PictureSize { fitting, ..size } })
    })
}

/// The size that pictures are scaled to for `model`, if those that it was fitted to were.
fn scaling_for(model: &Model) -> Option<PictureSize> {
    let (height, width) = (model.height as usize, model.width as usize);
    model.scaled.then_some(PictureSize { height, width, fitting: Fitting::Scaled })
}

/// Whether pictures are scaled, or were before they were packed.
pub(super) fn are_scaled(parts: &[Part], reading: &Reading) -> bool {
    reading.picture_size.is_some_and(|size| size.fitting == Fitting::Scaled)
        || parts.iter().any(|part| part.made == Made::Scaled)
}

/// Says what was made of pictures, and of which a frame may have been taken for ink.
pub(super) fn say_made(input: &Input, reading: &Reading, console: &Console) {
    let made = |is_meant: &dyn Fn(Made) -> bool| -> Option<(String, &str)> {
        let is_picture = |part: &&Part| part.packed_by.is_none();
        let parts = input.parts.iter().filter(is_picture).filter(|part| is_meant(part.made));
        let mut parts = parts.peekable();
        let first = &parts.peek()?.source;
        Some((counted(parts.count(), "picture"), first))
    };
    let (height, width) = (input.height, input.width);
    if let Some((pictures, _)) = made(&|made| matches!(made, Made::CutOut(_))) {
        let hint = if reading.can_show { "; --show shows them" } else { "" };
        console.remark(format_args!(
            "{pictures} cut out, centred and scaled to {height} x {width}{hint}"
        ));
    }
    if let Some((pictures, first)) = made(&|made| made == Made::CutOut(Frame::LeftOut)) {
        console.remark(format_args!(
            "the frame around the paper left out of {pictures} ({first}, for one)"
        ));
    }
    if let Some((pictures, first)) = made(&|made| made == Made::CutOut(Frame::Kept)) {
        console.warn(format_args!(
            "{pictures} ({first}, for one) cut out with ink along most of the edge: if that is a \
             frame around the paper, crop it off"
        ));
    }
    if let Some((pictures, _)) = made(&|made| made == Made::Scaled) {
        let why =
            if reading.model_scaled { "as those of the model were" } else { "nothing cut out" };
        console.remark(format_args!("{pictures} scaled to {height} x {width}, {why}"));
    }
}

/// Says which packed rows are pictures that were scaled as a whole, if those of the model were not.
pub(super) fn warn_of_scaling(input: &Input, reading: &Reading, console: &Console) {
    let is_scaled = |part: &&Part| part.packed_by.is_some() && part.made == Made::Scaled;
    let is_other = reading.model.is_some() && !reading.model_scaled;
    if let Some(part) = input.parts.iter().find(is_scaled).filter(|_| is_other) {
        console.warn(format_args!(
            "{} holds pictures that were scaled as a whole, and those of the model were not",
            part.source
        ));
    }
}

/// Says that pictures are made into images as those of model A were, but not as those of B, if
/// there are some.
pub(crate) fn warn_of_other_model(input: &Input, a: &Model, b: &Model, console: &Console) {
    if a.scaled == b.scaled || input.parts.iter().all(|part| part.made == Made::AsItWas) {
        return;
    }
    let (scaled, other) = if a.scaled { ("A", "B") } else { ("B", "A") };
    console.warn(format_args!(
        "pictures of {scaled} were scaled as a whole, those of {other} were not: here both models \
         get them as A did"
    ));
}

/// Says which images look as if ink and ground had changed places.
pub(crate) fn say(input: &Input, model: &Model, console: &Console) {
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
    let mut mask = BitMatrix::zeros(1, input.bits.n_features());
    edge.iter().for_each(|&d| mask.set(0, d));
    let mask = mask.row(0);
    let n_ink = |i: usize| {
        let row = input.bits.row(i);
        let both = iter::zip(&*row, &*mask).map(|(row, mask)| row & mask);
        both.map(|byte| byte.count_ones() as usize).sum::<usize>()
    };
    (0..input.bits.n_samples()).filter(|&i| 2 * n_ink(i) > edge.len()).collect()
}
