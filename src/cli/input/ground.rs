//! Whether images are bright on dark, or are inverted first, and whether their ink is seen.

use super::reading::Reading;
use crate::cli::terminal::{Console, counted};
use crate::data::{Binarize, Dataset};
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
    if reading.model_inverted.is_none() {
        warn_of_frames(set, console);
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

/// Says which pictures show paper in a frame, which counts as ink.
fn warn_of_frames(set: &Dataset, console: &Console) {
    let framed = set.framed();
    let Some(&first) = framed.first() else { return };
    console.warn(format_args!(
        "{} ({}, for one) with a frame around the paper, which counts as ink: crop it off, or give \
         --shape 28x28, for example: what is drawn is cut out and scaled",
        counted(framed.len(), "picture"),
        set.origin(first).0,
    ));
}

/// Images of which less than this share is ink may be faint.
const LITTLE: f64 = 0.005;
/// They are faint if at least so many times the ink lies above the middle of their grey values...
const FAINT: usize = 10;
/// ... and if these differ by at least so much.
const CONTRAST: u8 = 32;

/// Says which images lose their ink by the usual threshold, and what finds it.
pub(super) fn warn_of_faint_ink(
    set: &Dataset,
    rule: Binarize,
    reading: &Reading,
    console: &Console,
) {
    let is_grey_image = set.pixels.height() > 1 && !set.is_binary();
    if reading.rule.is_some() || rule != Binarize::default() || !is_grey_image {
        return;
    }
    let n_ink = |i: usize, rule: Binarize| match rule {
        Binarize::Threshold(least) => {
            set.pixels.image(i).iter().filter(|value| **value >= least).count()
        }
        _ => 0,
    };
    let little = (LITTLE * set.pixels.n_features() as f64).ceil() as usize;
    let n = set.pixels.n_images();
    let pale: Vec<usize> = (0..n).filter(|&i| n_ink(i, rule) < little).collect();
    // A few pale images among many others are no reason to read all in another way.
    if pale.is_empty() || 100 * pale.len() < n {
        return;
    }
    let middle = |i: usize| {
        let values = || set.pixels.image(i).iter();
        let (least, most) = (values().min().copied()?, values().max().copied()?);
        (most - least >= CONTRAST).then_some(least + (most - least) / 2 + 1)
    };
    let is_faint = |&(i, middle): &(usize, u8)| {
        n_ink(i, Binarize::Threshold(middle)) >= little.max(FAINT * n_ink(i, rule))
    };
    let faint = pale.into_iter().filter_map(|i| Some((i, middle(i)?))).filter(is_faint);
    let faint: Vec<(usize, u8)> = faint.collect();
    let Some(&(first, _)) = faint.first().filter(|_| 100 * faint.len() >= n) else { return };
    let otsu = Binarize::Otsu.resolve(&set.pixels);
    let is_found = |(i, _): &(usize, u8)| n_ink(*i, otsu) >= little;
    let least = faint.iter().map(|(_, middle)| *middle).min().unwrap_or(1);
    let way_out = match reading.model_rule {
        Some(_) => "faint ink is lost by the rule of the model, so make it stronger first".into(),
        None if faint.iter().all(is_found) => "faint ink is found by --binarize otsu".into(),
        None => format!("faint ink is found by --binarize {}", Binarize::Threshold(least)),
    };
    console.warn(format_args!(
        "{} ({}, for one) with next to no ink by {rule}: {way_out}",
        counted(faint.len(), "image"),
        set.origin(first).0,
    ));
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
