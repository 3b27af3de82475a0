//! `bmm view`: shows the means of the clusters.

use super::clusters;
use super::console::Console;
use super::failure::{Failure, Outcome};
use super::models::{self, ModelArgs};
use super::output;
use super::pictures;
use crate::error::{Error, Result};
use crate::model_file::Model;
use serde_json::{Value, json};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Show the means of the clusters, in the terminal or as a PNG
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm view
  bmm view --model models/mnist-k10 --output means.png")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,
    /// How to draw; auto: png with --output *.png, else blocks where there is colour, else shade
    #[arg(long = "as", value_enum, default_value = "auto", value_name = "HOW")]
    how: How,
    /// Show this cluster only [default: all]
    #[arg(long, value_name = "K")]
    cluster: Option<usize>,
    /// Images side by side [default: as many as fit]
    #[arg(long, value_name = "N")]
    columns: Option<NonZeroUsize>,
    /// Write to this file [default: standard output; a PNG needs a file]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists [default: off]
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum How {
    /// Chosen by the output
    Auto,
    /// Half blocks in colour
    Blocks,
    /// Characters from blank to @
    Shade,
    /// A contact sheet
    Png,
}

pub(super) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (path, model) = args.model.read()?;
    let shown = args.shown(&model)?;
    models::announce(&path, &model, console);
    match (args.how, &args.output) {
        (How::Png | How::Auto, Some(file)) if args.how == How::Png || is_png(file) => {
            let sheet = pictures::sheet(&model, None, &shown, args.columns())?;
            output::save(file, &sheet, args.force, console)?;
        }
        (How::Png, None) => return Err(needs_file().into()),
        (_, None) if console.json => {}
        _ => {
            let tiles = pictures::tiles(&model, None, &shown);
            let text = pictures::text(
                &tiles,
                pictures::shape(&model),
                args.columns(),
                args.style(console),
                console,
            )?;
            output::deliver(args.output.as_deref(), &text, args.force, console)?;
        }
    }
    if console.json {
        console.result(&args.document(&path, &model, &shown), String::new)?;
    }
    Ok(Outcome::Done)
}

impl Args {
    /// The clusters to be shown.
    fn shown(&self, model: &Model) -> Result<Vec<usize>> {
        let k = model.mixture.n_components();
        match self.cluster {
            None => Ok((0..k).collect()),
            Some(cluster) if cluster < k => Ok(vec![cluster]),
            Some(cluster) => Err(no_such_cluster(cluster, k)),
        }
    }

    fn columns(&self) -> Option<usize> {
        self.columns.map(NonZeroUsize::get)
    }

    /// The JSON document: what is drawn, in numbers.
    fn document(&self, path: &Path, model: &Model, shown: &[usize]) -> Value {
        let cluster = |&k: &usize| {
            json!({
                "cluster": k,
                "weight": model.mixture.weights()[k],
                "images": model.labels.as_ref().map(|table| clusters::size(table, k)),
                "majority_label": model.labels.as_ref().and_then(|table| table.majority(k)).map(|m| m.0),
                "mean": model.mixture.mean(k),
            })
        };
        json!({
            "model": path.display().to_string(),
            "synthetic": pictures::is_synthetic(model),
            "height": model.height,
            "width": model.width,
            "output": self.output.as_ref().map(|file| file.display().to_string()),
            "clusters": shown.iter().map(cluster).collect::<Vec<_>>(),
        })
    }

    fn style(&self, console: &Console) -> pictures::Style {
        match self.how {
            How::Blocks if !console.refuses_colour() => pictures::Style::Blocks,
            How::Auto if self.output.is_none() && console.colours().is_some() => {
                pictures::Style::Blocks
            }
            _ => pictures::Style::Shade,
        }
    }
}

/// The error for a cluster that the model does not have.
pub(super) fn no_such_cluster(cluster: usize, n_components: usize) -> Error {
    let allowed = format!("from 0 to {}, the clusters of the model", n_components - 1);
    Error::Parameter { name: "cluster", value: cluster.to_string(), allowed }
}

pub(super) fn is_png(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
}

fn needs_file() -> Error {
    let allowed = "a file to write a PNG to, such as means.png".into();
    Error::Parameter { name: "output", value: "not given".into(), allowed }
}
