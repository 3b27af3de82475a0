//! From the name of a source to rows: by the readers or the demo.

use super::binarised::binarised;
use super::pictures::Invert;
use super::reading::Reading;
use super::rows::Input;
use super::{columns, demo, photos};
use crate::cli::terminal::Console;
use crate::data::{self, ModelRows, Source, Split};
use crate::error::{DataProblem, Error, Result};
use crate::model_file::Model;
use clap::builder::{PathBufValueParser, TypedValueParser};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

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
        None => {
            let set = data::load(&reading.source(source)).map_err(|e| of_size(e, reading))?;
            (set, name_of(source))
        }
    };
    binarised(set, name, reading, console)
}

/// `reading` with what `model` demands where the user says nothing.
pub(super) fn of_model(reading: Reading, model: &Model) -> Reading {
    Reading {
        picture_size: reading.picture_size.or_else(|| photos::fitting_for(model, &reading)),
        model_rule: Some(model.binarize),
        model_inverted: Some(model.inverted),
        model_scaled: model.scaled,
        unseen: [&*reading.unseen, &model.unseen].concat(),
        model: Some(columns::rows_of(model)),
        ..reading
    }
}

/// Reads several sources of images as one, as `model` sees them.
pub(crate) fn read_for_model(
    sources: &[OsString],
    reading: Reading,
    model: &Model,
    console: &Console,
) -> Result<Input> {
    let reading = of_model(reading, model);
    if let [source] = sources {
        return read(source, &reading, console);
    }
    let sources: Vec<_> = sources.iter().map(|source| reading.source(source)).collect();
    let set = data::load_all(&sources).map_err(|error| of_size(error, &reading))?;
    binarised(set, "images".into(), &reading, console)
}

/// Pictures of several sizes, where a model says which one: the error names a picture that has not
/// that size.
fn of_size(error: Error, reading: &Reading) -> Error {
    match (error, &reading.model) {
        (
            Error::Data {
                path,
                problem: DataProblem::PictureSizes { size, other, other_size, .. },
            },
            Some(ModelRows { size: model, .. }),
        ) => {
            let is_first = size == *model;
            let path = if is_first { PathBuf::from(other) } else { path };
            let found = if is_first { other_size } else { size };
            Error::Size { path, found, model: *model }
        }
        (error, _) => error,
    }
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
            let (set, test) =
                data::load_with_test(&reading.source(source)).map_err(|e| of_size(e, reading))?;
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
