//! `bmm compare`: which clusters of two models belong together, and how the two differ on data.

use crate::cli::input::{self, ColumnArgs, Reading, models, photos};
use crate::cli::results::comparison::{Comparison, OnData};
use crate::cli::run_folder::pictures;
use crate::cli::terminal::{Console, Failure, Outcome, output};
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;
use crate::model_file::{Item, Model, atomic};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Match the clusters of two models, and compare the two on data
///
/// Clusters are matched one to one so that the distances of their means add up to the least. The
/// distance is the squared Hellinger distance, summed over the pixels: 0 for equal means, and as
/// much as there are pixels for opposite ones.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm compare models/mnist-k10 models/mnist-k10-2
  bmm compare models/mnist-k10 models/mnist-k12 data/mnist:test --output matched.png")]
pub(crate) struct Args {
    /// A run folder, a model file, or mnist-k100 for the built-in one
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The model to compare it with
    #[arg(value_name = "B")]
    b: PathBuf,
    /// A folder of IDX files or pictures, an IDX, .npy, CSV or .bits file, or demo [default: as for
    /// train, if it has images of this size]
    #[arg(value_name = "SRC", value_parser = input::source_parser())]
    source: Option<OsString>,
    #[command(flatten)]
    columns: ColumnArgs,
    /// Write the matched means side by side to this PNG [default: none]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists [default: off]
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (a, b) = (models::read(&args.a)?, models::read(&args.b)?);
    check_comparable(&a, &b)?;
    let b = in_order_of(&a, b)?;
    check_values(&a, &b)?;
    if let Some(text) = by_position(&a, &b) {
        console.note(text);
    }
    if let Some(file) = &args.output {
        output::check_ending("--output", file, &["png"])?;
        atomic::check_file_target(file, args.force)?;
    }
    let paths = [&args.a, &args.b].map(|path| models::file_in(path).display().to_string());
    let on_data = args.on_data(&a, &b, console)?;
    let comparison = Comparison::new(paths, [&a, &b], on_data);
    if let Some(file) = &args.output {
        save_sheet(&comparison, [&a, &b], file, args.force, console)?;
    }
    console.result(&comparison.document(), || comparison.text())
}

fn check_comparable(a: &Model, b: &Model) -> Result<()> {
    let [size_a, size_b] = [a, b].map(|model| (model.height, model.width));
    if size_a == size_b {
        return Ok(());
    }
    let size = |(height, width)| format!("{height} x {width}");
    let allowed = format!("a model of {}, as A is", size(size_a));
    Err(Error::parameter("B", format!("a model of {}", size(size_b)), allowed))
}

/// `b` with its items in the order of those of `a`, where both models name them.
fn in_order_of(a: &Model, b: Model) -> Result<Model> {
    if a.items == b.items || !Item::are_named(&a.items) || !Item::are_named(&b.items) {
        return Ok(b);
    }
    let place = |item: &Item| b.items.iter().position(|other| other.name == item.name);
    let places: Vec<Option<usize>> = a.items.iter().map(place).collect();
    if let Some(d) = places.iter().position(Option::is_none) {
        let allowed = format!("a model of the items of A, with {}", a.items[d].name);
        return Err(Error::parameter("B", "a model of other items", allowed));
    }
    let k = b.mixture.n_components();
    let mean = |k: usize| places.iter().flatten().map(move |&d| (k, d));
    let means: Vec<f64> = (0..k).flat_map(mean).map(|(k, d)| b.mixture.mean(k)[d]).collect();
    let mixture = BernoulliMixture::new(b.mixture.weights(), means)?;
    let is_unseen = |place: &Option<usize>| place.is_some_and(|d| b.unseen.contains(&(d as u32)));
    let unseen = (0..).zip(&places).filter(|(_, place)| is_unseen(place)).map(|(d, _)| d).collect();
    let items = places.iter().flatten().map(|&d| b.items[d].clone()).collect();
    Ok(Model { mixture, items, unseen, ..b })
}

/// Refuses models that read other values as 0 and 1 at the same place.
fn check_values(a: &Model, b: &Model) -> Result<()> {
    let bits = Item::binary(String::new());
    for d in 0..a.items.len().max(b.items.len()) {
        let [of_a, of_b] =
            [a, b].map(|model| model.items.get(d).unwrap_or(&bits).values().join(" and "));
        if of_a != of_b {
            let name = [a, b].into_iter().find_map(|model| model.items.get(d)).map(|i| &*i.name);
            let name = name.filter(|name| !name.is_empty());
            let name = name.map_or_else(|| format!("item {}", d + 1), str::to_owned);
            let value = format!("a model with {name} coded {of_b}");
            return Err(Error::parameter("B", value, format!("coded {of_a}, as A is")));
        }
    }
    Ok(())
}

/// The note that items are compared by their place, if only one of the models names them.
fn by_position(a: &Model, b: &Model) -> Option<String> {
    let [a_is_named, b_is_named] = [a, b].map(|model| Item::are_named(&model.items));
    let unnamed = if a_is_named { "B" } else { "A" };
    (a_is_named != b_is_named && a.height == 1)
        .then(|| format!("note      {unnamed} has no names: items are matched by their place"))
}

impl Args {
    /// Both models on the source named, or on the default source if it fits.
    fn on_data(&self, a: &Model, b: &Model, console: &Console) -> Result<Option<OnData>> {
        let [rule_a, rule_b] = [a, b].map(Model::rule);
        if rule_a != rule_b {
            console.note(format_args!(
                "note      B was made for bits by {rule_b}; \
                 here both get bits by {rule_a}, as A was"
            ));
        }
        let source = self.source.clone().unwrap_or_else(input::default_source);
        let (columns, unseen) = (self.columns.columns(), b.unseen.clone());
        let reading = Reading { columns, unseen, ..Reading::default() };
        match input::read_for_model(std::slice::from_ref(&source), reading, a, console) {
            // The default source has another size, or the model has no rule for grey images.
            Err(Error::Size { .. } | Error::Parameter { .. }) if self.source.is_none() => {
                console.note(
                    "note      no SRC was named and the default one does not fit: \
                     only the means are compared",
                );
                Ok(None)
            }
            input => {
                if self.source.is_none() {
                    input::announce_default(&source, console);
                }
                let input = input?;
                photos::warn_of_other_model(&input, a, b, console);
                OnData::new(&a.mixture, &b.mixture, &input).map(Some)
            }
        }
    }
}

/// Writes one picture: each cluster of A beside its match in B, then those without a match.
fn save_sheet(
    comparison: &Comparison,
    models: [&Model; 2],
    file: &Path,
    force: bool,
    console: &Console,
) -> Result<(), Failure> {
    let [a, b] = models.map(|model| {
        let all: Vec<_> = (0..model.mixture.n_components()).collect();
        pictures::tiles(model, None, &all)
    });
    let sheet = pictures::matched_sheet(comparison.pairs(), &a, &b, models[0])?;
    output::deliver(Some(file), sheet, force, console)
}
