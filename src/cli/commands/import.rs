//! `bmm import`: makes a run folder of a model that another program wrote.

use crate::cli::input::ImageShape;
use crate::cli::run_folder;
use crate::cli::terminal::{Console, Failure, Outcome};
use crate::error::{Error, Result};
use crate::mixture::WEIGHT_SUM_TOLERANCE;
use crate::model_file::Model;
use crate::model_file::exchange::{self, Format};
use crate::record::Binarize;
use std::path::PathBuf;

/// Make a run folder of weights and means from .safetensors, .npy, .csv or .json
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm import means.json --out models/means
  bmm import notebook.npy --out models/notebook --shape 28x28")]
pub(crate) struct Args {
    /// The file to read; its ending names the format
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The run folder to write
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Replace a run folder that exists [default: off]
    #[arg(long)]
    force: bool,
    /// Height and width of an image [default: those of the file, else a square, else 1 x columns]
    #[arg(long, value_name = "HxW")]
    shape: Option<ImageShape>,
    /// How the rows became bits: threshold:T, bernoulli:SEED or none [default: that of the file,
    /// else threshold:128 of 255 for images and none for rows]
    #[arg(long, value_name = "RULE")]
    binarize: Option<Binarize>,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (model, sum) = args.read()?;
    if (sum - 1.0).abs() > WEIGHT_SUM_TOLERANCE {
        console.note(format_args!(
            "note      the weights sum to {sum:.6}, as rounded ones do: each was divided by it"
        ));
    }
    run_folder::write_imported(&args.out, args.force, &model)?;
    let document = serde_json::json!({
        "model": args.out,
        "n_components": model.mixture.n_components(),
        "n_features": model.mixture.n_features(),
        "height": model.height,
        "width": model.width,
        "weights_summed_to": sum,
    });
    console.result(&document, || format!("written   {}\n", args.out.display()))
}

impl Args {
    /// The model, and the sum of the weights in the file.
    fn read(&self) -> Result<(Model, f64)> {
        let format = Format::from_path(&self.file)?;
        run_folder::check(Some(&self.out), self.force)?;
        let bytes = std::fs::read(&self.file).map_err(Error::io(&self.file))?;
        let shape = self.shape.map(|shape| (shape.height as u32, shape.width as u32));
        let (model, sum) = exchange::import_with_sum(&bytes, format, shape)
            .map_err(|p| Error::model(&self.file, p))?;
        match self.binarize {
            Some(Binarize::Otsu) => {
                let allowed = "threshold:T with the T that Otsu's method found in the data";
                Err(Error::parameter("--binarize", "otsu", allowed))
            }
            rule => Ok((Model { binarize: rule.unwrap_or(model.binarize), ..model }, sum)),
        }
    }
}
