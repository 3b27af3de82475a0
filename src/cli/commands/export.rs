//! `bmm export`: writes a model in a format that other programs read.

use crate::cli::input::{ModelArgs, models};
use crate::cli::terminal::{Console, Failure, Outcome, output};
use crate::error::{Error, Result};
use crate::model_file::Model;
use crate::model_file::exchange::{self, Format, usual_rule};
use std::path::PathBuf;

/// Write a model as .safetensors, .npy, .csv or .json
///
/// For K clusters and D pixels, a .csv file has a header weight,p0,p1 and so on, or with the names
/// of a table's items, and a line for each cluster. A .npy file has an array of K x (D + 1)
/// doubles, the weights in front. A .json file has the lists "weights" and "means", the latter K
/// lists of D numbers, and "items" with names and values. A .safetensors file has two tensors and
/// an entry of its metadata of these names. The weights always add up to 1.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm export --output means.json
  bmm export --model models/mnist-k10 --output mnist.safetensors")]
pub(crate) struct Args {
    #[command(flatten)]
    model: ModelArgs,
    /// The file to write; its ending chooses the format
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Replace the file if it exists [default: off]
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let format = Format::from_path(&args.output)?;
    let (path, model) = args.model.read()?;
    let bytes = exchange::export(&model, format).map_err(|p| Error::model(&path, p))?;
    models::announce(&path, &model, console);
    note_what_is_lost(&model, format, console);
    output::deliver(Some(&args.output), bytes, args.force, console)?;
    console.document(|| serde_json::json!({ "model": path, "output": args.output }))
}

/// Says which formats keep what this one does not.
fn note_what_is_lost(model: &Model, format: Format, console: &Console) {
    let is_recoded = model.items.iter().any(|item| !item.categories.is_empty());
    let (is_npy, is_csv) = (format == Format::Npy, format == Format::Csv);
    let lost = [
        ("names and values of items", is_npy && !model.items.is_empty()),
        ("the values that items were read from", is_csv && is_recoded),
        ("the rule that makes bits", (is_npy || is_csv) && model.binarize != usual_rule(model)),
        ("that grey values are inverted", (is_npy || is_csv) && model.inverted),
        ("that pictures are scaled", (is_npy || is_csv) && model.scaled),
        ("which pixels were hidden", (is_npy || is_csv) && !model.unseen.is_empty()),
    ];
    for (what, _) in lost.into_iter().filter(|(_, is_lost)| *is_lost) {
        console.note(format_args!(
            "note      a .{} file does not hold {what}; .json and .safetensors do",
            format.extension()
        ));
    }
}
