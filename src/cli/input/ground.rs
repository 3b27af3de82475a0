//! Whether images are bright on dark, or are inverted first.

use super::reading::Reading;
use crate::cli::terminal::{Console, counted};
use crate::data::Dataset;
use crate::error::{Error, Result};

/// Inverts the grey values of `set` if asked, if the rule of a model does it, or for pictures dark
/// on bright, and says so. Returns whether the bits are those of inverted values.
///
/// # Errors
/// [`Error::Parameter`] for `--invert` about what is no image, or has no grey values.
pub(super) fn inverted(set: &mut Dataset, reading: &Reading, console: &Console) -> Result<bool> {
    let asked = reading.invert.asked();
    if set.is_binary() {
        return inverted_bits(set, asked);
    }
    if asked == Some(true) && set.pixels.height() == 1 && !reading.is_of_images() {
        return Err(refused("yes", format!("{} holds rows of numbers", set.origin(0).0)));
    }
    let Some(is_inverted) = asked.or(reading.model_inverted) else {
        return Ok(inverted_by_ground(set, console));
    };
    if is_inverted && set.invert() && asked.is_none() {
        console.note("note      grey values are inverted, as those of the model were");
    }
    Ok(is_inverted)
}

/// Bits stay what they are: those of a packed file may be of inverted values.
fn inverted_bits(set: &Dataset, asked: Option<bool>) -> Result<bool> {
    let own = set.parts.first().is_some_and(|part| part.is_inverted);
    match asked.filter(|asked| *asked != own) {
        Some(true) => Err(refused("yes", format!("{} holds bits", set.origin(0).0))),
        Some(false) => {
            Err(refused("no", format!("{} holds bits of inverted values", set.origin(0).0)))
        }
        None => Ok(own),
    }
}

fn refused(value: &str, why: String) -> Error {
    Error::parameter("--invert", value, format!("left out: {why}, not images of grey values"))
}

/// Inverts pictures that are dark on bright. Says it, and which pictures are not like the others.
fn inverted_by_ground(set: &mut Dataset, console: &Console) -> bool {
    let is_inverted = set.is_dark_on_bright();
    let others = set.with_other_ground(is_inverted);
    if is_inverted && set.invert() {
        console.warn("dark on bright: grey values are inverted; --invert no keeps them");
    }
    if let Some(&first) = others.first() {
        let ground = if is_inverted { "dark" } else { "bright" };
        console.warn(format_args!(
            "{} ({}, for one) on {ground} ground, unlike the others: ink and ground are read the \
             wrong way round",
            counted(others.len(), "picture"),
            set.origin(first).0,
        ));
    }
    is_inverted
}
