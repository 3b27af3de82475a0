//! `bmm assign`: gives each image its cluster.

mod assignments;
mod columns;
mod evidence;

use crate::cli::input::{
    self, ColumnArgs, MaskArgs, ModelArgs, PictureArgs, Reading, demo, models, photos,
};
use crate::cli::terminal::{Console, Failure, Outcome, output};
use crate::error::{Error, Result};
use crate::model_file::{Model, atomic};
use assignments::{Assignments, Document};
use evidence::Drawn;
use serde_json::json;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

/// Put images into the clusters of a model
///
/// A model that was trained on labelled images also names the majority label of the cluster and the
/// most probable label of the image, by the labels of all clusters: cluster_label, label and
/// label_probability.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm assign digit.png
  bmm assign data/mnist:test --model models/mnist-k10 --format csv --output clusters.csv")]
pub(crate) struct Args {
    /// Pictures, folders, IDX, .npy, CSV or .bits files, or demo
    #[arg(required = true, value_name = "SRC", value_parser = input::source_parser())]
    sources: Vec<OsString>,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    mask: MaskArgs,
    #[command(flatten)]
    pictures: PictureArgs,
    #[command(flatten)]
    columns: ColumnArgs,
    /// How to print the result
    #[arg(long, value_enum, default_value = "table", conflicts_with = "json")]
    format: Format,
    /// Write the result to this file [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists [default: off]
    #[arg(long)]
    force: bool,
    /// Add the probability of every cluster, columns p0, p1 and so on [default: off]
    #[arg(long)]
    proba: bool,
    /// Show what the model saw of each image, beside the mean of its cluster, below the table
    /// [default: off]
    #[arg(long, conflicts_with_all = ["json", "output"])]
    show: bool,
    /// Draw which pixels or items spoke for the cluster, and which for the runner-up, to this PNG
    /// [default: none]
    #[arg(long, value_name = "FILE")]
    explain: Option<PathBuf>,
    /// Name the N most probable clusters, in columns cluster_2, probability_2 and so on
    #[arg(long, value_name = "N", default_value_t = 1)]
    top: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Aligned columns
    Table,
    /// Comma-separated values with a head
    Csv,
    /// One JSON object a line
    Jsonl,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (path, model) = args.model.read()?;
    args.check(&model)?;
    let (mask, columns) = (args.mask.mask.clone(), args.columns.columns());
    let (invert, picture_size) = (args.pictures.invert, args.pictures.size());
    let can_show = true;
    let reading = Reading { mask, columns, invert, picture_size, can_show, ..Reading::default() };
    let input = input::read_for_model(&args.sources, reading, &model, console)?;
    models::announce(&path, &model, console);
    photos::say(&input, &model, console);
    if input.synthetic {
        console.note(format_args!("data      {}", demo::SYNTHETIC));
    }
    if let Some(file) = &args.explain {
        output::deliver(Some(file), Drawn::new(&model, &input)?.sheet()?, args.force, console)?;
    }
    let columns = columns::columns(&model, input.ids.is_some(), args.top, args.proba);
    let assignments = Assignments::new(&model, &input, columns, args.top, console)?;
    let path = path.display().to_string();
    let document = Document { model: &path, synthetic: input.synthetic, assignments: &assignments };
    args.deliver(&assignments, &document, console)?;
    if args.show {
        console.print(&format!("\n{}", Drawn::new(&model, &input)?.text(console)?))?;
    }
    let Some(file) = &args.output else { return Ok(Outcome::Done) };
    let (output, n_samples) = (file.display().to_string(), input.bits.n_samples());
    console.document(|| json!({ "model": path, "output": output, "n_samples": n_samples }))
}

impl Args {
    fn check(&self, model: &Model) -> Result<()> {
        if let Some(file) = &self.explain {
            output::check_ending("--explain", file, &["png"])?;
            atomic::check_file_target(file, self.force)?;
        }
        if self.show && self.format != Format::Table {
            let allowed = "left out, or asked with --format table";
            return Err(Error::parameter("--show", "asked with another --format", allowed));
        }
        let k = model.mixture.n_components();
        if (1..=k).contains(&self.top) {
            return Ok(());
        }
        let allowed = format!("from 1 to {k}, the clusters of the model");
        Err(Error::parameter("--top", self.top, allowed))
    }

    fn deliver(
        &self,
        assignments: &Assignments,
        document: &Document,
        console: &Console,
    ) -> Result<(), Failure> {
        let write = |out: &mut dyn Write| match console.is_json() {
            true => console.write_json(document, out),
            false => assignments.write(self.format, out),
        };
        output::deliver_by(self.output.as_deref(), &write, self.force, console)
    }
}
