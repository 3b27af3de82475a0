//! From what a source holds to rows of bits: flags are checked, files joined, a rule applied.

use super::pictures::ImageShape;
use super::reading::Reading;
use super::rows::{Input, LeftOut, Words};
use super::{demo, ground, names, photos, pictures};
use crate::cli::terminal::{Console, counted, hints};
use crate::data::{self, Binarize, Dataset, Remark, Source, SourceKind};
use crate::error::{DataProblem, Error, Result};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The rows of `set` as bits. What is to be said of them is said, even if they cannot be used.
pub(super) fn binarised(
    mut set: Dataset,
    name: String,
    reading: &Reading,
    console: &Console,
) -> Result<Input> {
    let left_out = left_out(&mut set, console);
    if reading.labels.is_some() {
        set.remarks.iter_mut().for_each(Remark::leave_out_labels);
    }
    say(&set.remarks, console);
    check_flags(&set, reading)?;
    let inverted = ground::inverted(&mut set, reading, console)?;
    join(&mut set, reading)?;
    say(set.scale_weights().as_slice(), console);
    let unseen = if reading.is_for_training { unseen(&set, reading, console)? } else { Vec::new() };
    fit_shape(&mut set, reading)?;
    let (rule, remarks) = rule(&set, reading)?;
    say(&remarks, console);
    warn_of_rare_draws(&set, rule, reading, console);
    ground::warn_of_faint_ink(&set, rule, reading, console);
    let synthetic = set.kind == SourceKind::Synthetic;
    let input = Input {
        name,
        kind: if synthetic { demo::SYNTHETIC.into() } else { set.kind.to_string() },
        height: set.pixels.height(),
        width: set.pixels.width(),
        bits: set.pixels.into_bits().or_else(|pixels| rule.apply(&pixels))?,
        rule,
        inverted,
        scaled: photos::are_scaled(&set.parts, reading),
        unseen,
        labels: set.labels,
        weights: set.weights,
        items: set.items,
        ids: set.ids,
        parts: set.parts,
        synthetic,
        left_out,
        n_ones: OnceLock::new(),
    };
    photos::say_made(&input, reading, console);
    photos::warn_of_scaling(&input, reading, console);
    Ok(input)
}

/// Draws are by share of 255: says of rows of numbers if none comes near it.
fn warn_of_rare_draws(set: &Dataset, rule: Binarize, reading: &Reading, console: &Console) {
    let is_of_numbers = set.pixels.height() == 1 && !reading.is_of_images() && !set.is_binary();
    if !matches!(rule, Binarize::Bernoulli(_)) || !is_of_numbers {
        return;
    }
    let most = set.pixels.values().iter().max().copied().unwrap_or_default();
    if most < 128 {
        console.warn(format_args!(
            "{rule} draws a one with probability value / 255, and no value is above {most}: ones \
             are rare; --binarize threshold:T compares the numbers themselves"
        ));
    }
}

/// Says how a table was read.
fn say(remarks: &[Remark], console: &Console) {
    for remark in remarks {
        let way_out = hints::way_out(remark).map_or(String::new(), |hint| format!("; {hint}"));
        if remark.is_warning() {
            console.warn(format_args!("{remark}{way_out}"));
        } else {
            console.remark(format_args!("{remark}{way_out}"));
        }
    }
}

/// Files that cannot be read and folders that were not looked into.
fn left_out(set: &mut Dataset, console: &Console) -> Vec<LeftOut> {
    if let [first, ..] = set.passed_over.as_slice() {
        console.note(format_args!(
            "note      {} not looked into, such as {}: pictures are taken from a folder and its \
             sub-folders, but not from theirs nor from a run",
            counted(set.passed_over.len(), "folder"),
            first.display()
        ));
    }
    let mut left_out = Vec::new();
    for (path, problem) in std::mem::take(&mut set.unreadable) {
        left_out.push(LeftOut::new(&path, problem.to_string()));
        console.leave_out(&names::lines(&Error::data(path, problem)));
    }
    let passed_over = set.passed_over.iter();
    left_out.extend(passed_over.map(|path| LeftOut::new(path, "is not looked into".into())));
    left_out
}

/// Refuses flags about columns and pictures for data that has none.
fn check_flags(set: &Dataset, reading: &Reading) -> Result<()> {
    let asked = &reading.columns;
    let is_mixed = [SourceKind::Table, SourceKind::Mixed].contains(&set.kind);
    let missing = set.kind != SourceKind::Npy && !asked.missing.is_empty();
    let flags = [
        ("--columns", asked.items.is_some()),
        ("--drop", !asked.drop.is_empty()),
        ("--id", asked.id.is_some()),
        ("--weights", asked.weights.is_some()),
        ("--labels-column", asked.labels.is_some()),
        ("--missing", missing),
    ];
    if let Some((flag, _)) = flags.into_iter().find(|(_, is_asked)| *is_asked && !is_mixed) {
        let value = format!("given for data of kind {}", set.kind);
        return Err(Error::parameter(flag, value, "left out: it is about the columns of a table"));
    }
    set.check_codes(&asked.missing)?;
    pictures::check_resize(set, reading.picture_size, reading.model_scaled)
}

/// Joins labels and a mask from files of their own, which are about all rows, then keeps the first
/// rows.
fn join(set: &mut Dataset, reading: &Reading) -> Result<()> {
    if let Some(file) = &reading.labels {
        set.set_labels(data::read_labels(file)?, file)?;
    }
    if let Some(file) = &reading.mask {
        set.hide(&data::load(&Source::parse(file.as_os_str()))?.pixels, file)?;
    }
    if let Some(limit) = reading.limit {
        set.truncate(limit);
    }
    Ok(())
}

/// Gives rows the shape asked for, checks it against the model's, and leaves out what that does not
/// know.
fn fit_shape(set: &mut Dataset, reading: &Reading) -> Result<()> {
    if let Some(shape) = reading.shape {
        give_shape(set, shape)?;
    }
    if let Some(model) = &reading.model {
        check_size(set, model.size)?;
    }
    set.leave_out(&reading.unseen)
}

/// The features that are hidden in every row by a mask, are missing in every image, or that the
/// model to start from leaves out: the fit leaves them out, too. Without a mask, a column of a
/// table that is missing in every row is an error.
fn unseen(set: &Dataset, reading: &Reading, console: &Console) -> Result<Vec<u32>> {
    let unseen: BTreeSet<u32> = set.unseen().into_iter().chain(reading.unseen.clone()).collect();
    let is_all = unseen.len() == set.pixels.n_features();
    let is_of_images = set.pixels.height() > 1 || reading.is_of_images();
    if let Some(mask) = reading.mask.as_ref().filter(|_| is_all) {
        let Words { sample, feature } = Words::for_height(set.pixels.height());
        let allowed = format!(
            "a mask that leaves something to see: with this one every {feature} is hidden or \
             missing in every {sample}; bright {feature}s (128 of 255 and more) of a mask hide"
        );
        return Err(Error::parameter("--mask", mask.display(), allowed));
    }
    if reading.mask.is_none() && (is_all || !is_of_images) {
        set.check_columns()?;
    } else if !unseen.is_empty() {
        let words = Words::for_height(set.pixels.height());
        console.note(format_args!(
            "note      {} hidden or missing in every {}: the model leaves them out of all {}s",
            counted(unseen.len(), words.feature),
            words.sample,
            words.sample,
        ));
    }
    Ok(unseen.into_iter().collect())
}

/// Gives rows the shape that they lack. Images have a shape already.
fn give_shape(set: &mut Dataset, ImageShape { height, width }: ImageShape) -> Result<()> {
    let own = (set.pixels.height(), set.pixels.width());
    if own.0 > 1 && own != (height, width) {
        let allowed = format!("left out: these are images of {} x {}", own.0, own.1);
        return Err(Error::parameter("--shape", format!("{height}x{width}"), allowed));
    }
    set.pixels.reshape(height, width)
}

/// The rule asked for or that fits, with what is to be said of it.
fn rule(set: &Dataset, reading: &Reading) -> Result<(Binarize, Vec<Remark>)> {
    if let (Some(cut), false) = (reading.cut_of_rows(), reading.is_of_images())
        && set.is_array_of_bits()
    {
        return Ok(match cut {
            rule @ Binarize::Threshold(threshold) if rule == Binarize::default() => {
                (Binarize::None, vec![Remark::KeptBits(threshold)])
            }
            rule @ Binarize::Threshold(threshold) if threshold > 1 => {
                (rule, vec![Remark::BelowThreshold { threshold, are_shares: true }])
            }
            rule => (rule, Vec::new()),
        });
    }
    let rule = rule_that_fits(set, reading)?;
    let remarks = match rule {
        Binarize::Threshold(threshold) if !reading.is_of_images() => {
            set.said_of_cut(threshold, reading.model.is_some())
        }
        _ => Vec::new(),
    };
    Ok((rule, remarks))
}

/// Packed files name a rule, tables of 0 and 1 need none.
fn rule_that_fits(set: &Dataset, reading: &Reading) -> Result<Binarize> {
    if reading.rule.is_none() {
        let inverted = reading.model_inverted.unwrap_or_default();
        reading.model_rule.map_or(Ok(()), |rule| check_packed(set, rule, inverted))?;
    }
    match (set.packed_by(), reading.rule) {
        // In a table Otsu's method found the threshold.
        (Some(by), Some(asked)) if asked != by && set.kind != SourceKind::Table => {
            let allowed = format!("left out: {} was packed by {by}", set.origin(0).0);
            Err(Error::parameter("--binarize", asked, allowed))
        }
        (Some(by), _) => Ok(by),
        (None, Some(asked)) => Ok(asked.resolve(&set.pixels)),
        (None, None) if set.is_binary() => Ok(Binarize::None),
        (None, None) => {
            if reading.model_rule == Some(Binarize::None) {
                set.check_binary()?;
            }
            if reading.model_rule.is_none() {
                set.check_array()?;
            }
            if !reading.is_of_images() || reading.model_rule.is_none() {
                set.check_scale()?;
            }
            Ok(reading.model_rule.unwrap_or_default().resolve(&set.pixels))
        }
    }
}

/// Refuses files packed by another rule than the model's. Rows that were binary have no rule.
fn check_packed(set: &Dataset, model: Binarize, inverted: bool) -> Result<()> {
    for part in &set.parts {
        let is_other =
            |by: &Binarize| *by != Binarize::None && (*by != model || part.is_inverted != inverted);
        if let Some(by) = part.packed_by.filter(is_other) {
            let (by, model) = (by.in_words(part.is_inverted), model.in_words(inverted));
            return Err(Error::data(&part.source, DataProblem::OtherRule { by, model }));
        }
    }
    Ok(())
}

/// A row of a table has no shape of its own; an image must have the model's.
fn check_size(set: &Dataset, model: (usize, usize)) -> Result<()> {
    let found = (set.pixels.height(), set.pixels.width());
    if found == model || found == (1, model.0 * model.1) {
        return Ok(());
    }
    let path = set.parts.first().map_or_else(PathBuf::new, |part| PathBuf::from(&part.source));
    Err(Error::Size { path, found, model })
}
