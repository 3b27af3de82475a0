//! `bmm complete`: fills in what is missing.

use crate::cli::input::{
    self, ColumnArgs, Input, MaskArgs, ModelArgs, Reading, Words, demo, models, photos,
};
use crate::cli::results::clusters;
use crate::cli::results::own_rows::{Format, OwnRows};
use crate::cli::results::own_values;
use crate::cli::run_folder::pictures::{self, numbers};
use crate::cli::terminal::{Console, Failure, Outcome, counted, output, whole_number};
use crate::data::{ArrayFile, Texts};
use crate::error::{Error, Result};
use crate::file_kind::has_ending;
use crate::mixture::Completion;
use crate::model_file::Model;
use crate::record::Binarize;
use crate::render::{self, Sheet, Tile};
use serde::{Serialize, Serializer};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Fill in missing pixels with what a model expects there
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm complete data/mnist:test --mask half.png --limit 10 --output halves.png
  bmm complete answers.csv --output completed.csv")]
pub(crate) struct Args {
    /// A picture or a folder of them, an IDX, .npy, CSV or .bits file
    #[arg(value_name = "SRC", value_parser = input::source_parser())]
    source: OsString,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    mask: MaskArgs,
    #[command(flatten)]
    columns: ColumnArgs,
    /// Use the first N images only [default: all]
    #[arg(long, value_name = "N", value_parser = whole_number(1..=usize::MAX))]
    limit: Option<usize>,
    /// Draw 0 or 1, seeded by this number, instead of expected values [default: off]
    #[arg(long, value_name = "SEED")]
    draw: Option<u64>,
    /// A sheet.png that shows images as given and completed, or values as .csv, .npy, .idx or
    /// .idx.gz [default: CSV on standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists [default: off]
    #[arg(long)]
    force: bool,
}

/// Of images on one sheet, each there twice.
const MAX_DRAWN: usize = 200;

struct Completed<'a> {
    input: &'a Input,
    completion: Completion<'a>,
}

/// The JSON document. It holds the rows, unless a file does, and their names, if they have some.
#[derive(Serialize)]
struct Document<'a> {
    model: String,
    data: String,
    n_samples: usize,
    n_features: usize,
    n_missing: u64,
    seed: Option<u64>,
    output: Option<String>,
    rows: Option<OwnRows<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ids: Option<Names<'a>>,
}

struct Names<'a>(&'a Texts);

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
    }
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    if let Some(file) = &args.output {
        output::check_ending("--output", file, &["png", "csv", "npy", "idx", "idx.gz"])?;
    }
    let (path, mut model) = args.model.read()?;
    // What is known of pixels that a mask hid in training is kept, not filled in.
    model.unseen.clear();
    let (mask, columns) = (args.mask.mask.clone(), args.columns.columns());
    let reading = Reading { mask, columns, limit: args.limit, ..Reading::default() };
    let sources = std::slice::from_ref(&args.source);
    let input = input::read_for_model(sources, reading, &model, console)?;
    models::announce(&path, &model, console);
    photos::say(&input, &model, console);
    console.note(format_args!("data      {}", input.summary()));
    let (n_missing, words) = (input.n_missing(), Words::for_height(input.height));
    if input.weights.is_some() || input.labels.is_some() {
        console.note("note      only items are written: labels and weights stay in the source");
    }
    if n_missing == 0 {
        console
            .warn("nothing is missing: --mask names pixels that are, in tables blank cells and NA");
    }
    if n_missing > 0 && args.draw.is_none() && own_values::have_words(&input.items) {
        console
            .note("note      of two words the likelier is filled in; --draw draws by probability");
    }
    if matches!(model.binarize, Binarize::Threshold(_)) && input.height == 1 {
        console.note(format_args!("note      values are written as bits, by {}", model.rule()));
    }
    let completion = model.mixture.completion(&input.bits, args.draw)?;
    clusters::warn_of_impossible(completion.n_impossible(), words, console);
    let completed = Completed { input: &input, completion };
    if args.output.is_some() || !console.is_json() {
        completed.deliver(args, &model, console)?;
    }
    let ids = input.ids.as_ref().filter(|_| args.output.is_none());
    console.document(|| Document {
        model: path.display().to_string(),
        data: input.summary(),
        n_samples: input.bits.n_samples(),
        n_features: input.bits.n_features(),
        n_missing,
        seed: args.draw,
        output: args.output.as_ref().map(|file| file.display().to_string()),
        rows: args.output.is_none().then(|| completed.rows()),
        ids: ids.map(Names),
    })
}

impl Completed<'_> {
    fn rows(&self) -> OwnRows<'_> {
        let Input { bits, items, ids, .. } = self.input;
        let rows = Box::new(|| Box::new(|rows| self.completion.rows(rows)) as Box<_>);
        OwnRows::new(bits.n_samples(), bits.n_features(), items, rows).named(ids.as_ref())
    }

    /// Writes what is asked for: a sheet, values in a file, or CSV.
    fn deliver(&self, args: &Args, model: &Model, console: &Console) -> Result<(), Failure> {
        let file = args.output.as_deref();
        if file.is_some_and(|file| has_ending(file, "png")) {
            return output::deliver(file, self.sheet(model)?, args.force, console);
        }
        let (rows, format) = (self.rows(), self.format(file)?);
        output::deliver_by(file, &|out| rows.write(&format, out), args.force, console)
    }

    /// How `file`, or standard output, holds values.
    fn format(&self, file: Option<&Path>) -> Result<Format> {
        let Some(file) = file.filter(|file| !has_ending(file, "csv")) else {
            return Ok(Format::Csv);
        };
        let Input { height, width, ref items, .. } = *self.input;
        own_values::check_file(file, items)?;
        let shape = [self.input.bits.n_samples(), height, width];
        if !has_ending(file, "npy") {
            return ArrayFile::idx(shape, has_ending(file, "gz")).map(Format::Grey);
        }
        // Rows that are no images stay rows.
        let shape = if height == 1 { vec![shape[0], width] } else { shape.to_vec() };
        Ok(Format::Numbers(ArrayFile::npy("<f8", &shape)))
    }

    /// Every image twice: what is missing in grey, and filled in.
    fn sheet(&self, model: &Model) -> Result<Vec<u8>> {
        const MISSING: f64 = 0.35;
        let (bits, d) = (&self.input.bits, self.input.bits.n_features());
        if bits.n_samples() > MAX_DRAWN {
            let n_images = format!("{} images", bits.n_samples());
            let allowed = format!("at most {MAX_DRAWN} images on a sheet");
            return Err(Error::parameter("--limit", n_images, allowed));
        }
        let mut given = numbers(bits);
        for (i, row) in given.chunks_mut(d).enumerate() {
            bits.missing().into_iter().flat_map(|m| m.ones(i)).for_each(|d| row[d] = MISSING);
        }
        let tile = |values, caption: &str| Tile { values, caption: vec![caption.into()] };
        let full = self.completion.rows(0..bits.n_samples());
        let pairs = given.chunks(d).zip(&full);
        let tiles: Vec<Tile> = pairs
            .flat_map(|(given, full)| [tile(given, "as given"), tile(full, "completed")])
            .collect();
        let sample = Words::for_height(self.input.height).sample;
        let title = format!("{} completed", counted(bits.n_samples(), sample));
        let k = model.mixture.n_components();
        let origin = self.input.synthetic.then(|| format!(". From {}", demo::SYNTHETIC));
        let origin = origin.unwrap_or_default();
        let foot = format!("Grey is missing; filled in by a mixture of {k} clusters{origin}");
        let columns = (bits.n_samples() > 1).then_some(if bits.n_samples() > 8 { 8 } else { 4 });
        let sheet = Sheet { title: &title, foot: &foot, columns };
        render::sheet_png(&tiles, pictures::shape(model), &sheet)
    }
}
