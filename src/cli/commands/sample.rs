//! `bmm sample`: draws images from a model.

use crate::bits::BitMatrix;
use crate::cli::input::{ModelArgs, models};
use crate::cli::results::own_rows::{Format, OwnRows};
use crate::cli::results::own_values;
use crate::cli::run_folder::pictures::{self, Style};
use crate::cli::terminal::{Console, Failure, Outcome, counted, output};
use crate::data::ArrayFile;
use crate::error::{Error, Result};
use crate::file_kind::has_ending;
use crate::mixture::{BernoulliMixture, Sampler};
use crate::model_file::{Model, atomic};
use crate::render::{self, Shape, Sheet, Tile};
use std::ops::Range;
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

/// Of images on a picture or in the terminal, and of pictures in a folder.
const MAX_DRAWN: usize = 10_000;
/// Of pixels of all images in a file or a JSON document.
const MAX_PIXELS: usize = 1 << 31;

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (path, model) = args.model.read()?;
    let mixture = args.mixture(&model)?;
    args.check(&model, console)?;
    models::announce(&path, &model, console);
    console.note(format_args!("note      {}", origin(&model)));
    let drawing = Drawing { n: args.n, sampler: mixture.sampler(args.seed)?, model: &model };
    match &args.output {
        Some(folder) if is_folder(folder) => {
            atomic::write_pictures(folder, drawing.pictures()?, args.force)?;
            console.note(format_args!("written   {}", folder.display()));
        }
        Some(file) => drawing.deliver(file, args.force, console)?,
        None if console.is_json() => {}
        None => console.print(&drawing.in_terminal(console)?)?,
    }
    console.document(|| Document {
        model: path.display().to_string(),
        synthetic: true,
        n_samples: args.n,
        height: model.height,
        width: model.width,
        cluster: args.cluster,
        seed: args.seed,
        output: args.output.as_ref().map(|file| file.display().to_string()),
        images: args.output.is_none().then(|| drawing.rows()),
    })
}

/// The JSON document. It holds the rows, in the values of the items, unless a file does.
#[derive(serde::Serialize)]
struct Document<'a> {
    model: String,
    synthetic: bool,
    n_samples: usize,
    height: u32,
    width: u32,
    cluster: Option<usize>,
    seed: u64,
    output: Option<String>,
    images: Option<OwnRows<'a>>,
}

fn origin(model: &Model) -> &'static str {
    if model.is_synthetic() {
        "images drawn from a model of synthetic digits: not real data"
    } else {
        "images drawn from the model: not real data"
    }
}

impl Args {
    fn check(&self, model: &Model, console: &Console) -> Result<()> {
        let is_drawn = |file: &Path| has_ending(file, "png") || is_folder(file);
        let is_picture = self.output.as_deref().map_or(!console.is_json(), is_drawn);
        let most = if is_picture { MAX_DRAWN } else { MAX_PIXELS / model.mixture.n_features() };
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

/// Rows to be drawn, and the model that they are drawn from.
struct Drawing<'a> {
    n: usize,
    sampler: Sampler,
    model: &'a Model,
}

impl Drawing<'_> {
    /// The rows in the values of the model's items; 0 and 1 without. Features that the model never
    /// saw are missing.
    fn rows(&self) -> OwnRows<'_> {
        let d = self.n_features();
        let rows = Box::new(move || {
            let mut sampler = self.sampler.clone();
            Box::new(move |rows: Range<usize>| {
                let values = self.values(&sampler.draw(rows.len()).0, f64::NAN);
                values.chunks(d).map(<[f64]>::to_vec).collect()
            }) as Box<_>
        });
        OwnRows::new(self.n, d, &self.model.items, rows)
    }

    /// The bits of rows as numbers, with this one for every feature that the model never saw.
    fn values(&self, bits: &BitMatrix, unseen: f64) -> Vec<f64> {
        let mut values = pictures::numbers(bits);
        for row in values.chunks_mut(bits.n_features()) {
            self.model.unseen.iter().for_each(|d| row[*d as usize] = unseen);
        }
        values
    }

    /// All rows as numbers for pictures, black where the model never saw anything.
    fn pixels(&self) -> Vec<f64> {
        self.values(&self.sampler.clone().draw(self.n).0, 0.0)
    }

    fn n_features(&self) -> usize {
        self.model.mixture.n_features()
    }

    /// A grey PNG of each image, in its own size, white ink on black.
    fn pictures(&self) -> Result<Vec<Vec<u8>>> {
        let (values, shape) = (self.pixels(), pictures::shape(self.model));
        values.chunks(self.n_features()).map(|image| render::grey_png(image, shape, 1)).collect()
    }

    fn deliver(&self, file: &Path, force: bool, console: &Console) -> Result<(), Failure> {
        if has_ending(file, "png") {
            return output::deliver(Some(file), self.sheet()?, force, console);
        }
        let (rows, format) = (self.rows(), self.format(file)?);
        output::deliver_by(Some(file), &|out| rows.write(&format, out), force, console)
    }

    fn sheet(&self) -> Result<Vec<u8>> {
        let (values, shape) = (self.pixels(), pictures::shape(self.model));
        let title = format!("{} drawn from the model", counted(self.n, "image"));
        let sheet = Sheet { title: &title, foot: origin(self.model), columns: None };
        render::sheet_png(&tiles(&values, self.n_features()), shape, &sheet)
    }

    /// How `file` holds the rows.
    fn format(&self, file: &Path) -> Result<Format> {
        let Shape { height, width } = pictures::shape(self.model);
        let shape = [self.n, height, width];
        if has_ending(file, "csv") {
            Ok(Format::Csv)
        } else if ["idx", "idx.gz"].iter().any(|ending| has_ending(file, ending)) {
            ArrayFile::idx(shape, has_ending(file, "gz")).map(Format::Grey)
        } else if has_ending(file, "npy") {
            Ok(Format::Grey(ArrayFile::npy("|u1", &shape)))
        } else {
            let allowed = "a file ending in .png, .csv, .idx, .idx.gz or .npy, or a folder, with a slash at the end";
            Err(Error::parameter("--output", file.display(), allowed))
        }
    }

    fn in_terminal(&self, console: &Console) -> Result<String> {
        let (values, shape) = (self.pixels(), pictures::shape(self.model));
        pictures::images(
            &tiles(&values, self.n_features()),
            shape,
            None,
            Style::suited(console),
            console,
        )
    }
}

fn tiles(values: &[f64], n_features: usize) -> Vec<Tile<'_>> {
    let rows = values.chunks(n_features);
    rows.map(|values| Tile { values, caption: Vec::new() }).collect()
}
