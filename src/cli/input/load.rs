//! From the name of a source to rows: by the readers, the demo and the binarisation rule.

use super::pictures::{ImageShape, Invert};
use super::reading::Reading;
use super::rows::{Input, LeftOut};
use super::words::Words;
use super::{columns, demo, ground, names, photos, pictures};
use crate::cli::terminal::{Console, counted, hints};
use crate::data::{self, Binarize, Columns, Dataset, Remark, Source, SourceKind, Split};
use crate::error::{DataProblem, Error, Result};
use crate::model_file::Model;
use clap::builder::{PathBufValueParser, TypedValueParser};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Reads a source from the command line: any path but the empty one.
pub(crate) fn source_parser() -> impl TypedValueParser<Value = OsString> {
    PathBufValueParser::new().map(PathBuf::into_os_string)
}

/// The source named, or the default one. If that is the demo, a note says so.
pub(crate) fn source_or_default(named: Option<&OsString>, console: &Console) -> OsString {
    let source = named.cloned().unwrap_or_else(default_source);
    if named.is_none() {
        announce_default(&source, console);
    }
    source
}

/// MNIST where it is, else the demo.
pub(crate) fn default_source() -> OsString {
    let elsewhere = std::env::var_os("BMM_DATA").filter(|folder| !folder.is_empty());
    let elsewhere = elsewhere.map(|folder| Path::new(&folder).join("mnist"));
    let places = elsewhere.into_iter().chain([PathBuf::from("data/mnist")]);
    let mnist = places.into_iter().find(|place| place.is_dir());
    mnist.map_or_else(|| demo::NAME.into(), PathBuf::into_os_string)
}

/// Says of the default source that it is the demo, if it is.
pub(crate) fn announce_default(source: &OsString, console: &Console) {
    if source != demo::NAME {
        return;
    }
    let real = if cfg!(feature = "fetch") {
        "for the real MNIST run `bmm fetch mnist`"
    } else {
        "put the real MNIST there, as data/README.md says"
    };
    console.note(format_args!(
        "note: no MNIST in data/mnist or $BMM_DATA/mnist, so this uses the built-in demo: {}\n\
         note: {real}, then run the same command again",
        demo::SYNTHETIC,
    ));
}

/// Reads `source`. What is to be said of it is said, even if it cannot be used.
pub(crate) fn read(source: &OsString, reading: &Reading, console: &Console) -> Result<Input> {
    let (set, name) = match source.to_str().and_then(demo::split_of) {
        Some(split) => (demo::draw(split)?, demo::NAME.into()),
        None => (data::load(&reading.source(source))?, name_of(source)),
    };
    binarised(set, name, reading, console)
}

/// Reads several sources of images as one, as `model` sees them.
pub(crate) fn read_for_model(
    sources: &[OsString],
    reading: Reading,
    model: &Model,
    console: &Console,
) -> Result<Input> {
    let picture_size = reading.picture_size.or_else(|| photos::fitting_for(model, &reading));
    let (model_rule, model_inverted) = (Some(model.binarize), Some(model.inverted));
    let model_scaled = model.scaled;
    let unseen = [&*reading.unseen, &model.unseen].concat();
    let model = Some(columns::rows_of(model));
    let reading = Reading { model_rule, model_inverted, unseen, model, picture_size, ..reading };
    let reading = Reading { model_scaled, ..reading };
    if let [source] = sources {
        return read(source, &reading, console);
    }
    let sources: Vec<_> = sources.iter().map(|source| reading.source(source)).collect();
    binarised(data::load_all(&sources)?, "images".into(), &reading, console)
}

/// Reads `source` and its held-out split, if there is one, by the same rule and in the same shape.
pub(crate) fn read_with_held_out(
    source: &OsString,
    reading: &Reading,
    console: &Console,
) -> Result<(Input, Option<Input>)> {
    let (set, test, name) = match source.to_str().and_then(demo::split_of) {
        Some(split) => {
            let test = (split == Split::Train).then(|| demo::draw(Split::Test)).transpose()?;
            (demo::draw(split)?, test, demo::NAME.into())
        }
        None => {
            let (set, test) = data::load_with_test(&reading.source(source))?;
            (set, test, name_of(source))
        }
    };
    let input = binarised(set, name, reading, console)?;
    let (rule, invert) = (Some(input.rule), Invert::from(input.inverted));
    let (unseen, shape) = (input.unseen.clone(), reading.shape);
    let same = Reading { rule, invert, unseen, shape, ..Reading::default() };
    let held_out = test.map(|test| binarised(test, "test".into(), &same, console)).transpose()?;
    Ok((input, held_out))
}

fn binarised(
    mut set: Dataset,
    name: String,
    reading: &Reading,
    console: &Console,
) -> Result<Input> {
    let left_out = left_out(&mut set, console);
    say(&set.remarks, console);
    check_flags(&set, &reading.columns)?;
    set.check_codes(&reading.columns.missing)?;
    pictures::check_resize(&set, reading.picture_size, reading.model_scaled)?;
    let inverted = ground::inverted(&mut set, reading, console)?;
    if let Some(file) = &reading.labels {
        set.set_labels(data::read_labels(file)?, file)?;
    }
    if let Some(file) = &reading.mask {
        set.hide(&data::load(&Source::parse(file.as_os_str()))?.pixels, file)?;
    }
    if let Some(limit) = reading.limit {
        set.truncate(limit);
    }
    say(set.scale_weights().as_slice(), console);
    let unseen = if reading.is_for_training { unseen(&set, reading, console)? } else { Vec::new() };
    if let Some(shape) = reading.shape {
        give_shape(&mut set, shape)?;
    }
    if let Some(model) = &reading.model {
        check_size(&set, model.size)?;
    }
    set.leave_out(&reading.unseen)?;
    let (rule, remark) = rule(&set, reading)?;
    say(remark.as_slice(), console);
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
    Ok(input)
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
            "note: {} not looked into, such as {}: pictures are taken from a folder and its \
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

/// Refuses flags about columns for data that has none.
fn check_flags(set: &Dataset, asked: &Columns) -> Result<()> {
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
    match flags.into_iter().find(|(_, is_asked)| *is_asked && !is_mixed) {
        Some((flag, _)) => {
            let value = format!("given for data of kind {}", set.kind);
            Err(Error::parameter(flag, value, "left out: it is about the columns of a table"))
        }
        None => Ok(()),
    }
}

/// The features that are hidden in every row by a mask, or are missing in every image: the fit goes
/// without them. Without a mask, a column of a table that is missing in every row is an error.
fn unseen(set: &Dataset, reading: &Reading, console: &Console) -> Result<Vec<u32>> {
    let unseen = set.unseen();
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
            "note      {} hidden or missing in every {}: the model goes without, here and in what it sees later",
            counted(unseen.len(), words.feature),
            words.sample,
        ));
    }
    Ok(unseen)
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
fn rule(set: &Dataset, reading: &Reading) -> Result<(Binarize, Option<Remark>)> {
    if let (Some(cut), false) = (reading.cut_of_rows(), reading.is_of_images())
        && set.is_array_of_bits()
    {
        return Ok(match cut {
            rule @ Binarize::Threshold(threshold) if rule == Binarize::default() => {
                (Binarize::None, Some(Remark::KeptBits(threshold)))
            }
            rule @ Binarize::Threshold(threshold) if threshold > 1 => {
                (rule, Some(Remark::BelowThreshold(threshold)))
            }
            rule => (rule, None),
        });
    }
    Ok((rule_that_fits(set, reading)?, None))
}

/// Packed files name a rule, tables of 0 and 1 need none.
fn rule_that_fits(set: &Dataset, reading: &Reading) -> Result<Binarize> {
    if reading.rule.is_none() {
        let inverted = reading.model_inverted.unwrap_or_default();
        reading.model_rule.map_or(Ok(()), |rule| check_packed(set, rule, inverted))?;
    }
    match (set.packed_by(), reading.rule) {
        (Some(by), Some(asked)) if asked != by => {
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

/// The last part of a path, without its ending and split.
pub(crate) fn name_of(source: &OsString) -> String {
    let source = Source::parse(source);
    if source.is_stdin() {
        return "stdin".into();
    }
    let path = source.path().canonicalize().unwrap_or_else(|_| source.path().to_path_buf());
    let stem = if path.is_dir() { path.file_name() } else { path.file_stem() };
    let name = stem.map_or("data".into(), |stem| stem.to_string_lossy().to_lowercase());
    let safe = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    name.chars().map(safe).collect()
}
