//! `bmm sample`: draws images from a model.

use crate::bits::BitMatrix;
use crate::cli::input::{ModelArgs, models};
use crate::cli::results::own_values::{self, OwnValue};
use crate::cli::run_folder::pictures::{self, Style};
use crate::cli::terminal::{Console, Failure, Outcome, counted, output};
use crate::data::{self, Pixels};
use crate::error::{Error, Result};
use crate::file_kind::has_ending;
use crate::mixture::BernoulliMixture;
use crate::model_file::{Model, atomic};
use crate::render::{self, Sheet, Tile};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Draw images from a model
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm sample -n 20
  bmm sample -n 200 --cluster 3 --output pictures/")]
pub(crate) struct Args {
    /// Images to draw
    #[arg(short, value_name = "N", default_value_t = 10)]
    n: usize,
    #[command(flatten)]
    model: ModelArgs,
    /// Draw from this cluster only [default: all, by weight]
    #[arg(long, value_name = "K")]
    cluster: Option<usize>,
    /// Seeds the draw
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// A sheet.png, table.csv, images.idx, images.idx.gz or array.npy, or with a slash at the end a
    /// new folder of pictures, drawn-000.png and so on [default: draw in the terminal]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file, or a folder of such pictures, if it exists [default: off]
    #[arg(long)]
    force: bool,
}

/// Of images on a picture, in the terminal or in a JSON document, and of pictures in a folder.
const MAX_DRAWN: usize = 10_000;
/// Of pixels of all images in a file; each takes a byte.
const MAX_PIXELS: usize = 1 << 31;

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (path, model) = args.model.read()?;
    let mixture = args.mixture(&model)?;
    args.check(&model)?;
    models::announce(&path, &model, console);
    console.note(format_args!("note      {}", origin(&model)));
    let (bits, _) = mixture.sample(args.n, args.seed)?;
    match &args.output {
        Some(folder) if is_folder(folder) => {
            atomic::write_pictures(folder, pictures_of(&bits, &model)?, args.force)?;
            console.note(format_args!("written   {}", folder.display()));
        }
        Some(file) => {
            output::deliver(Some(file), encode(file, &bits, &model)?, args.force, console)?
        }
        None if console.is_json() => {}
        None => console.print(&in_terminal(&bits, &model, console)?)?,
    }
    console.document(|| args.document(&path, &model, &bits))
}

fn origin(model: &Model) -> &'static str {
    if model.is_synthetic() {
        "images drawn from a model of synthetic digits: not real data"
    } else {
        "images drawn from the model: not real data"
    }
}

impl Args {
    fn check(&self, model: &Model) -> Result<()> {
        let is_drawn = |file: &Path| has_ending(file, "png") || is_folder(file);
        let most = if self.output.as_deref().is_none_or(is_drawn) {
            MAX_DRAWN
        } else {
            MAX_PIXELS / model.mixture.n_features()
        };
        if let Some(file) = &self.output
            && ["idx", "idx.gz", "npy"].iter().any(|ending| has_ending(file, ending))
        {
            own_values::check_file(file, &model.items)?;
        }
        if (1..=most).contains(&self.n) {
            return Ok(());
        }
        let allowed = format!("from 1 to {most} for this kind of output");
        Err(Error::parameter("-n", self.n, allowed))
    }

    /// The JSON document. It holds the rows, in the values of the items, unless a file does.
    fn document(&self, path: &Path, model: &Model, bits: &BitMatrix) -> Value {
        let images = || own_values(bits, model).map(Iterator::collect).collect::<Vec<Vec<_>>>();
        json!({
            "model": path.display().to_string(),
            "synthetic": true,
            "n_samples": bits.n_samples(),
            "height": model.height,
            "width": model.width,
            "cluster": self.cluster,
            "seed": self.seed,
            "output": self.output.as_ref().map(|file| file.display().to_string()),
            "images": self.output.is_none().then(images),
        })
    }

    /// The mixture to draw from: all of the model's, or one cluster alone.
    fn mixture(&self, model: &Model) -> Result<BernoulliMixture> {
        let n_components = model.mixture.n_components();
        match self.cluster {
            None => Ok(model.mixture.clone()),
            Some(k) if k < n_components => Ok(model.mixture.component(k)),
            Some(k) => Err(models::no_such_cluster(k, n_components)),
        }
    }
}

fn is_folder(name: &Path) -> bool {
    name.to_string_lossy().ends_with(std::path::is_separator)
}

/// A grey PNG of each image, in its own size, white ink on black.
fn pictures_of(bits: &BitMatrix, model: &Model) -> Result<Vec<Vec<u8>>> {
    let (shape, values) = (pictures::shape(model), pictures::numbers(bits));
    values.chunks(bits.n_features()).map(|image| render::grey_png(image, shape, 1)).collect()
}

fn encode(file: &Path, bits: &BitMatrix, model: &Model) -> Result<Vec<u8>> {
    let shape = pictures::shape(model);
    let images = || Pixels::from_bits(bits, shape.height, shape.width);
    if has_ending(file, "png") {
        let title = format!("{} drawn from the model", counted(bits.n_samples(), "image"));
        let sheet = Sheet { title: &title, foot: origin(model), columns: None };
        render::sheet_png(&tiles(&pictures::numbers(bits), bits), shape, &sheet)
    } else if has_ending(file, "csv") {
        let head: Vec<_> = own_values::headings(&model.items, bits.n_features()).collect();
        let rows = own_values(bits, model).map(|row| row.map(|value| value.to_string()).collect());
        Ok(output::csv(&head, rows)?.into_bytes())
    } else if ["idx", "idx.gz"].iter().any(|ending| has_ending(file, ending)) {
        data::write_idx(&images()?, has_ending(file, "gz"))
    } else if has_ending(file, "npy") {
        Ok(data::write_npy(&images()?))
    } else {
        let allowed = "a file ending in .png, .csv, .idx, .idx.gz or .npy, or a folder, with a slash at the end";
        Err(Error::parameter("--output", file.display(), allowed))
    }
}

/// The rows in the values of the model's items; 0 and 1 without.
fn own_values<'a>(
    bits: &'a BitMatrix,
    model: &'a Model,
) -> impl Iterator<Item = impl Iterator<Item = OwnValue<'a>>> {
    let bit = |i, d| f64::from(u8::from(bits.get(i, d)));
    let own = move |i, d| OwnValue::new(model.items.get(d), bit(i, d));
    (0..bits.n_samples()).map(move |i| (0..bits.n_features()).map(move |d| own(i, d)))
}

fn in_terminal(bits: &BitMatrix, model: &Model, console: &Console) -> Result<String> {
    let (values, shape) = (pictures::numbers(bits), pictures::shape(model));
    pictures::images(&tiles(&values, bits), shape, None, Style::suited(console), console)
}

fn tiles<'a>(values: &'a [f64], bits: &BitMatrix) -> Vec<Tile<'a>> {
    let rows = values.chunks(bits.n_features());
    rows.map(|values| Tile { values, caption: Vec::new() }).collect()
}
