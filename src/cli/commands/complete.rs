//! `bmm complete`: fills in what is missing.

use crate::cli::input::{
    self, ColumnArgs, Input, MaskArgs, ModelArgs, Reading, Words, demo, models, photos,
};
use crate::cli::results::own_values::{self, OwnValue};
use crate::cli::run_folder::pictures::{self, numbers};
use crate::cli::terminal::{Console, Failure, Outcome, counted, output, whole_number};
use crate::data::{self, Pixels};
use crate::error::{Error, Result};
use crate::file_kind::has_ending;
use crate::model_file::Model;
use crate::render::{self, Sheet, Tile};
use serde_json::json;
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

struct Completed {
    input: Input,
    /// N times D, from 0 to 1.
    values: Vec<f64>,
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
    let n_missing = input.n_missing();
    if input.weights.is_some() || input.labels.is_some() {
        console.note("note      only items are written: labels and weights stay in the source");
    }
    if n_missing == 0 {
        console
            .warn("nothing is missing: --mask names pixels that are, in tables blank cells and NA");
    }
    if n_missing > 0 && args.draw.is_none() && own_values::have_words(&input.items) {
        console.note("note: of two words the likelier is filled in; --draw draws by probability");
    }
    let completed = Completed::new(input, &model, args.draw)?;
    match &args.output {
        Some(file) => {
            output::deliver(Some(file), completed.encode(file, &model)?, args.force, console)?
        }
        None if console.is_json() => {}
        None => console.print(&completed.csv()?)?,
    }
    let rows = || completed.own_values().map(Iterator::collect).collect::<Vec<Vec<_>>>();
    let ids = args.output.is_none().then_some(completed.input.ids.as_ref()).flatten();
    let ids = ids.map(|ids| ids.iter().collect::<Vec<_>>());
    console.document(|| {
        let mut document = json!({
            "model": path.display().to_string(),
            "data": completed.input.summary(),
            "n_samples": completed.input.bits.n_samples(),
            "n_features": completed.input.bits.n_features(),
            "n_missing": n_missing,
            "seed": args.draw,
            "output": args.output.as_ref().map(|file| file.display().to_string()),
            "rows": args.output.is_none().then(rows),
        });
        if let Some(ids) = ids {
            document["ids"] = ids.into();
        }
        document
    })
}

impl Completed {
    fn new(input: Input, model: &Model, seed: Option<u64>) -> Result<Self> {
        let values = match seed {
            None => model.mixture.complete(&input.bits)?,
            Some(seed) => numbers(&model.mixture.complete_by_draw(&input.bits, seed)?),
        };
        Ok(Self { input, values })
    }

    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks(self.input.bits.n_features())
    }

    fn encode(&self, file: &Path, model: &Model) -> Result<Vec<u8>> {
        let Input { height, width, .. } = self.input;
        if has_ending(file, "png") {
            return self.sheet(model);
        }
        if has_ending(file, "csv") {
            return Ok(self.csv()?.into_bytes());
        }
        own_values::check_file(file, &self.input.items)?;
        if has_ending(file, "npy") {
            let shape = [self.input.bits.n_samples(), height, width].map(|size| size as u64);
            // Rows that are no images stay rows.
            let shape = if height == 1 { vec![shape[0], shape[2]] } else { shape.to_vec() };
            data::write_npy_numbers(&self.values, &shape)
        } else {
            let grey = self.values.iter().map(|value| (255.0 * value).round() as u8).collect();
            let images = Pixels::new(self.input.bits.n_samples(), height, width, grey)?;
            data::write_idx(&images, has_ending(file, "gz"))
        }
    }

    fn own_values(&self) -> impl Iterator<Item = impl Iterator<Item = OwnValue<'_>>> {
        let items = &self.input.items;
        let own = |(d, p): (usize, &f64)| OwnValue::new(items.get(d), *p);
        self.rows().map(move |row| row.iter().enumerate().map(own))
    }

    /// A line for each row, headed by the names of the columns or by their numbers. The names of
    /// the rows come first.
    fn csv(&self) -> Result<String> {
        let ids = self.input.ids.as_ref();
        let headings = || own_values::headings(&self.input.items, self.input.bits.n_features());
        // No item has the heading of the row names.
        let is_free = |name: &String| headings().all(|heading| !heading.eq_ignore_ascii_case(name));
        let names = ["id".to_owned(), "row".into()].into_iter();
        let free = names.chain((1..).map(|i| format!("row_{i}"))).find(is_free);
        let head: Vec<String> =
            free.filter(|_| ids.is_some()).into_iter().chain(headings()).collect();
        let rows = self.own_values().enumerate().map(|(i, row)| {
            let id = ids.map(|ids| ids.get(i).to_owned());
            id.into_iter().chain(row.map(|value| value.to_string())).collect()
        });
        output::csv(&head, rows)
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
        let pairs = given.chunks(d).zip(self.rows());
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
