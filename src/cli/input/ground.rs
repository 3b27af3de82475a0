//! Whether images are bright on dark, or are inverted first, and whether their ink is seen.

use super::reading::Reading;
use crate::cli::terminal::{Console, counted};
use crate::data::{Binarize, Dataset};
use crate::error::{Error, Result};

/// Inverts the grey values of `set` if asked, if the rule of a model does it, or for pictures dark
/// on bright, and says so. Returns whether values were inverted.
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
    let told = asked.or(reading.model_inverted);
    let is_inverted = told.unwrap_or_else(|| set.is_dark_on_bright());
    say_frames(set, is_inverted, reading, console);
    let others = if asked.is_none() { set.with_other_ground(is_inverted) } else { Vec::new() };
    if let Some(asked) = asked {
        warn_of_known_ink(set, asked, console);
    }
    let is_done = is_inverted && set.invert();
    match (asked, reading.model_inverted) {
        (None, Some(_)) if is_done => {
            console.note("note      grey values are inverted, as those of the model were");
        }
        (None, None) if is_done => {
            console.warn("dark on bright: grey values are inverted; --invert no keeps them");
        }
        _ => {}
    }
    warn_of_others(set, &others, is_inverted, reading, console);
    Ok(is_done)
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

/// Says which pictures seem to show paper in a frame, and which of the two counts as ink. Paper
/// that counts as ink is the ground of another picture, which is said elsewhere, or is asked for.
fn say_frames(set: &Dataset, is_inverted: bool, reading: &Reading, console: &Console) {
    let framed = set.framed();
    for (ink, is_bright) in [("frame", is_inverted), ("paper", !is_inverted)] {
        let mut some = framed.iter().filter(|(_, is_so)| *is_so == is_bright).map(|(i, _)| *i);
        let Some(first) = some.next() else { continue };
        let pictures = format!(
            "{} ({}, for one) with what looks like paper in a frame",
            counted(1 + some.count(), "picture"),
            set.origin(first).0
        );
        if let Some(asked) = reading.invert.asked() {
            let value = if asked { "yes" } else { "no" };
            console.remark(format_args!("{pictures}: by --invert {value} the {ink} is ink"));
        } else if ink == "frame" {
            let way_out = match &reading.model {
                Some(_) => "crop it off, unless the pictures of the model have such frames",
                None => {
                    "crop it off, or let train, sweep or pack cut out what is drawn, by \
                     --shape 28x28, for example"
                }
            };
            console.warn(format_args!("{pictures}, which counts as ink: {way_out}"));
        }
    }
}

/// Says which pictures `--invert` does not concern.
fn warn_of_known_ink(set: &Dataset, asked: bool, console: &Console) {
    let known = set.with_known_ink();
    let Some(&first) = known.first() else { return };
    console.warn(format_args!(
        "--invert {} does nothing to {} ({}, for one): what is cut out, and a shape on a \
         transparent ground, is ink whether dark or bright",
        if asked { "yes" } else { "no" },
        counted(known.len(), "picture"),
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

/// Says which pictures do not have the ground of the others, or most not that of the model's.
fn warn_of_others(
    set: &Dataset,
    others: &[usize],
    is_inverted: bool,
    reading: &Reading,
    console: &Console,
) {
    let Some(&first) = others.first() else { return };
    let is_of_model = reading.model_inverted.is_some();
    // Some images of a model may well be mostly ink.
    if is_of_model && 2 * others.len() <= set.pixels.n_images() {
        return;
    }
    let (unlike, way_out) = if is_of_model {
        ("those of the model", "if so, invert them first")
    } else {
        ("the others", "if so, invert them first; --invert yes or no ends this check")
    };
    console.warn(format_args!(
        "{} ({}, for one) on {} ground, unlike {unlike}: ink and ground may be read the wrong way \
         round; {way_out}",
        counted(others.len(), "picture"),
        set.origin(first).0,
        if is_inverted { "dark" } else { "bright" },
    ));
}
