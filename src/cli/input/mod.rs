//! From what the user names as data to packed rows, by way of the readers, the demo and the binarisation rule.

pub(crate) mod demo;
pub(crate) mod known_labels;
pub(crate) mod models;
pub(crate) mod photos;
pub(crate) mod reading;
pub(crate) mod similar;

use crate::bits::BitMatrix;
use crate::cli::terminal::console::Console;
use crate::cli::terminal::tables::counted;
use crate::data::{self, Binarize, Dataset, Labels, Part, Source, SourceKind, Split};
use crate::em::Rows;
use crate::error::{DataProblem, Error, Result};
use crate::model_file::Model;
use clap::builder::{PathBufValueParser, TypedValueParser};
use reading::{ImageShape, Reading};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Data, ready for the library.
pub(super) struct Input {
    /// A short name, for naming what is made from it.
    pub(super) name: String,
    /// What kind of data it is, in words.
    pub(super) kind: String,
    pub(super) bits: BitMatrix,
    pub(super) height: usize,
    pub(super) width: usize,
    /// The rule that made the bits, to be applied to what comes later.
    pub(super) rule: Binarize,
    pub(super) labels: Option<Labels>,
    /// How much each row counts, if they do not count the same.
    pub(super) weights: Option<Vec<f64>>,
    /// The names of the columns (D), or none.
    pub(super) names: Vec<String>,
    pub(super) parts: Vec<Part>,
    pub(super) synthetic: bool,
    /// What was left out: files and folders that cannot be read, and folders that are not looked into.
    pub(super) left_out: Vec<LeftOut>,
    /// Counted once, for the rows may lie on a disk.
    n_ones: OnceLock<u64>,
}

/// A file or folder that was left out.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct LeftOut {
    file: String,
    reason: String,
}

/// Reads a source from the command line: any path but the empty one.
pub(super) fn source_parser() -> impl TypedValueParser<Value = OsString> {
    PathBufValueParser::new().map(PathBuf::into_os_string)
}

/// The source named, or the default one: MNIST where it is, else the demo, with a notice.
pub(super) fn source_or_default(named: Option<&OsString>, console: &Console) -> OsString {
    if let Some(named) = named {
        return named.clone();
    }
    let elsewhere = std::env::var_os("BMM_DATA").filter(|folder| !folder.is_empty());
    let elsewhere = elsewhere.map(|folder| Path::new(&folder).join("mnist"));
    let places = elsewhere.into_iter().chain([PathBuf::from("data/mnist")]);
    if let Some(mnist) = places.into_iter().find(|place| place.is_dir()) {
        return mnist.into_os_string();
    }
    console.note(format_args!(
        "note: no MNIST in data/mnist or $BMM_DATA/mnist, so this uses the built-in demo: {}\n\
         note: {}, then run the same command again",
        demo::SYNTHETIC,
        match cfg!(feature = "fetch") {
            true => "for the real MNIST run `bmm fetch mnist`",
            false => "put the real MNIST there, as data/README.md says",
        }
    ));
    demo::NAME.into()
}

/// Reads `source`.
pub(super) fn read(source: &OsString, reading: &Reading, console: &Console) -> Result<Input> {
    let (set, name) = match source.to_str().and_then(demo::split_of) {
        Some(split) => (demo::draw(split)?, demo::NAME.into()),
        None => (data::load(&reading.source(source))?, name_of(source)),
    };
    binarised(set, name, reading, console)
}

/// Reads several sources of images as one, as `model` sees them.
pub(super) fn read_for_model(
    sources: &[OsString],
    reading: Reading,
    model: &Model,
    console: &Console,
) -> Result<Input> {
    let picture_size = photos::size_for(model);
    let model_size = Some((model.height as usize, model.width as usize));
    let model_rule = Some(model.binarize.parse()?);
    let reading = Reading { model_rule, model_size, picture_size, ..reading };
    match sources {
        [source] => read(source, &reading, console),
        _ => {
            let sources: Vec<_> = sources.iter().map(|source| reading.source(source)).collect();
            binarised(data::load_all(&sources)?, "images".into(), &reading, console)
        }
    }
}

/// Reads `source` and the held-out split that goes with it, if there is one, by the same rule and in the same shape.
pub(super) fn read_with_held_out(
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
    let same = Reading { rule: Some(input.rule), shape: reading.shape, ..Reading::default() };
    let held_out = test.map(|test| binarised(test, "test".into(), &same, console)).transpose()?;
    Ok((input, held_out))
}

fn binarised(
    mut set: Dataset,
    name: String,
    reading: &Reading,
    console: &Console,
) -> Result<Input> {
    let left_out = tell_what_is_left_out(&mut set, console);
    if let Some(file) = &reading.labels {
        set.set_labels(data::read_labels(file)?, file)?;
    }
    if let Some(file) = &reading.mask {
        set.hide(&data::load(&Source::parse(file.as_os_str()))?.pixels, file)?;
    }
    if let Some(limit) = reading.limit {
        set.truncate(limit);
    }
    if reading.is_for_training {
        set.check_columns()?;
    }
    if let Some(shape) = reading.shape {
        give_shape(&mut set, shape)?;
    }
    reading.model_size.map_or(Ok(()), |size| check_size(&set, size))?;
    let rule = rule(&set, reading)?;
    let synthetic = set.kind == SourceKind::Synthetic;
    Ok(Input {
        name,
        kind: if synthetic { demo::SYNTHETIC.into() } else { set.kind.to_string() },
        height: set.pixels.height(),
        width: set.pixels.width(),
        bits: set.pixels.into_bits().or_else(|pixels| rule.apply(&pixels))?,
        rule,
        labels: set.labels,
        weights: set.weights,
        names: set.names,
        parts: set.parts,
        synthetic,
        left_out,
        n_ones: OnceLock::new(),
    })
}

/// Says which files cannot be read and which folders were not looked into.
fn tell_what_is_left_out(set: &mut Dataset, console: &Console) -> Vec<LeftOut> {
    if let [first, ..] = set.passed_over.as_slice() {
        console.note(format_args!(
            "note: {} not looked into, such as {}: pictures are taken from a folder and its sub-folders, but not from theirs nor from a run",
            counted(set.passed_over.len(), "folder"),
            first.display()
        ));
    }
    let left_out =
        |path: &Path, reason: String| LeftOut { file: path.display().to_string(), reason };
    let tell = |(path, problem): (PathBuf, DataProblem)| {
        let left_out = left_out(&path, problem.to_string());
        console.left_out(&Error::data(path, problem));
        left_out
    };
    let unreadable = std::mem::take(&mut set.unreadable).into_iter().map(tell);
    let passed_over =
        set.passed_over.iter().map(|path| left_out(path, "is not looked into".into()));
    unreadable.chain(passed_over).collect()
}

/// Rows get the shape that they lack; images have theirs, and a model of another would refuse them.
fn give_shape(set: &mut Dataset, ImageShape { height, width }: ImageShape) -> Result<()> {
    let own = (set.pixels.height(), set.pixels.width());
    if own.0 > 1 && own != (height, width) {
        let allowed = format!("left out: these are images of {} x {}", own.0, own.1);
        return Err(Error::Parameter {
            name: "shape",
            value: format!("{height}x{width}"),
            allowed,
        });
    }
    set.pixels.reshape(height, width)
}

/// The rule asked for, or the one that fits: tables of 0 and 1 are binary already, packed files by the rule they say, everything else
/// is grey.
fn rule(set: &Dataset, reading: &Reading) -> Result<Binarize> {
    if reading.rule.is_none() {
        reading.model_rule.map_or(Ok(()), |rule| check_packed(set, rule))?;
    }
    match (set.packed_by(), reading.rule) {
        (Some(by), Some(asked)) if asked != by => Err(Error::Parameter {
            name: "binarize",
            value: asked.to_string(),
            allowed: format!("left out: {} was packed by {by}", set.origin(0).0),
        }),
        (Some(by), _) => Ok(by),
        (None, Some(asked)) => Ok(asked.resolve(&set.pixels)),
        (None, None) if set.is_binary() => Ok(Binarize::None),
        (None, None) => {
            if reading.model_rule == Some(Binarize::None) {
                set.check_binary()?;
            }
            set.check_scale()?;
            Ok(reading.model_rule.unwrap_or_default().resolve(&set.pixels))
        }
    }
}

/// Refuses files that were packed by another rule than the one by which a model sees images. Rows that were binary before have no rule.
fn check_packed(set: &Dataset, model: Binarize) -> Result<()> {
    for part in &set.parts {
        if let Some(by) = part.packed_by.filter(|by| ![model, Binarize::None].contains(by)) {
            let (by, model) = (by.to_string(), model.to_string());
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
pub(super) fn name_of(source: &OsString) -> String {
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

/// What samples and features are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) sample: &'static str,
    pub(super) feature: &'static str,
}

impl Words {
    /// Images have pixels; what is one pixel high is a row of a table, and has items.
    pub(super) fn of(height: usize) -> Self {
        match height {
            1 => Self { sample: "row", feature: "item" },
            _ => Self { sample: "image", feature: "pixel" },
        }
    }
}

impl Input {
    /// Says so if there is nothing to tell rows apart by.
    pub(super) fn warn_if_all_the_same(&self, console: &Console) {
        let n_bits = (self.bits.n_samples() * self.bits.n_features()) as u64;
        if [0, n_bits].contains(&self.n_ones()) {
            console.note(
                "warning   all bits are the same: is --binarize right for this data? otsu finds a cut",
            );
        }
    }

    /// The number of ones in all rows.
    pub(super) fn n_ones(&self) -> u64 {
        *self.n_ones.get_or_init(|| self.bits.count_ones())
    }

    /// Some of the rows, which no longer know their place in the files.
    pub(super) fn select(&self, rows: &[usize]) -> Self {
        Self {
            name: self.name.clone(),
            kind: self.kind.clone(),
            bits: self.bits.select(rows),
            labels: self.labels.as_ref().map(|labels| labels.select(rows)),
            weights: self
                .weights
                .as_ref()
                .map(|weights| rows.iter().map(|&i| weights[i]).collect()),
            names: self.names.clone(),
            parts: Vec::new(),
            left_out: self.left_out.clone(),
            n_ones: OnceLock::new(),
            ..*self
        }
    }

    /// The file and the place in it of row `i`.
    pub(super) fn origin(&self, i: usize) -> (&str, usize) {
        Part::origin(&self.parts, i)
    }

    /// The rows with their weights.
    pub(super) fn rows(&self) -> Rows<'_> {
        let rows = Rows::new(&self.bits);
        match &self.weights {
            Some(weights) => rows.weighted(weights),
            None => rows,
        }
    }

    /// One line about the data.
    pub(super) fn summary(&self) -> String {
        let (n, d) = (self.bits.n_samples(), self.bits.n_features());
        let n_missing = self.bits.missing().map_or(0, BitMatrix::count_ones);
        let percent = |part: u64, of: u64| 100.0 * part as f64 / of.max(1) as f64;
        let ink = percent(self.n_ones(), (n * d) as u64 - n_missing);
        let samples = counted(n, Words::of(self.height).sample);
        let size = match self.height {
            1 => d.to_string(),
            height => format!("{height} x {}", self.width),
        };
        let labels = self
            .labels
            .as_ref()
            .map(|labels| format!(", {}", counted(labels.names().len(), "label")));
        let labels = labels.unwrap_or_default();
        let missing = match n_missing {
            0 => String::new(),
            _ => format!(", {:.1} % missing", percent(n_missing, (n * d) as u64)),
        };
        let left_out = match self.left_out.len() {
            0 => String::new(),
            n => format!(", {n} left out"),
        };
        let weights = self.weights.as_ref().map(|weights| weights.iter().sum::<f64>());
        let weights = weights.map_or_else(String::new, |sum| {
            format!(", weighing {} in all", crate::cli::results::clusters::amount(sum))
        });
        format!(
            "{} ({}): {samples} of {size}, {ink:.1} % ones by {}{missing}{weights}{labels}{left_out}",
            self.name, self.kind, self.rule
        )
    }
}
