//! `bmm assign`: gives each image its cluster.

mod columns;
mod evidence;

use crate::cli::input::{
    self, ColumnArgs, Input, MaskArgs, ModelArgs, PictureArgs, Reading, Words, demo, models, photos,
};
use crate::cli::results::classifier::Classifier;
use crate::cli::results::clusters::{self, most_probable_first};
use crate::cli::terminal::{Console, Failure, Outcome, output, tables};
use crate::error::{Error, Result};
use crate::mixture::Scoring;
use crate::model_file::{Model, atomic};
use crate::scorer::KnownLabels;
use columns::{Cell, Column, Scored};
use evidence::Drawn;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    let assignments = Assignments {
        columns: columns::columns(&model, input.ids.is_some(), args.top, args.proba),
        scoring: model.mixture.scoring(&input.bits, KnownLabels::default())?,
        model: &model,
        input: &input,
        n_impossible: AtomicUsize::new(0),
    };
    let path = path.display().to_string();
    args.deliver(&assignments, &path, console)?;
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
        model: &str,
        console: &Console,
    ) -> Result<(), Failure> {
        let file = self.output.as_deref();
        if !console.is_json() {
            let write = |out: &mut dyn Write| assignments.write(self.format, out);
            output::deliver_by(file, &write, self.force, console)?;
            assignments.warn(console);
            return Ok(());
        }
        let input = assignments.input;
        let objects: Vec<Value> = assignments.objects(0..input.bits.n_samples()).collect();
        assignments.warn(console);
        let document =
            json!({ "model": model, "synthetic": input.synthetic, "assignments": objects });
        output::deliver(file, console.json_text(&document)?, self.force, console)
    }
}

/// The images, the model that scores them, and what is said of each.
struct Assignments<'a> {
    model: &'a Model,
    input: &'a Input,
    scoring: Scoring<'a>,
    columns: Vec<Column<'a>>,
    /// Rows met so far that no cluster allows.
    n_impossible: AtomicUsize,
}

/// Rows of CSV and JSON lines are written in parts of this size.
const ROWS_A_PART: usize = 1 << 15;

impl Assignments<'_> {
    /// Says how many of the rows that were assigned no cluster allows.
    fn warn(&self, console: &Console) {
        let n = self.n_impossible.load(Ordering::Relaxed);
        clusters::warn_of_impossible(n, Words::for_height(self.input.height), console);
    }

    /// Writes all rows. A table comes in one part: each column is as wide as its widest cell.
    fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        let n = self.input.bits.n_samples();
        let part = if format == Format::Table { n.max(1) } else { ROWS_A_PART };
        for first in (0..n).step_by(part) {
            let rows = first..n.min(first + part);
            out.write_all(self.text(format, rows).map_err(io::Error::other)?.as_bytes())?;
        }
        Ok(())
    }

    /// Some of the rows as text, with a head if they are the first.
    fn text(&self, format: Format, rows: Range<usize>) -> Result<String> {
        let is_first = rows.start == 0;
        match format {
            Format::Table => {
                let head: Vec<&str> = self.names().collect();
                let rows = self.rows(rows).into_iter();
                let rounded = rows.map(|row| row.iter().map(Cell::rounded).collect());
                Ok(tables::table(head, &[0], rounded))
            }
            Format::Csv => {
                let head: Vec<&str> = self.names().filter(|_| is_first).collect();
                let rows = self.rows(rows).into_iter();
                let plain = rows.map(|row| row.iter().map(Cell::plain).collect());
                output::csv(&head, plain)
            }
            Format::Jsonl => {
                Ok(self.objects(rows).map(|object| object.to_string() + "\n").collect())
            }
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Some of the rows as JSON, made one by one: with every probability they are large.
    fn objects(&self, rows: Range<usize>) -> impl Iterator<Item = Value> {
        self.rows(rows).into_iter().map(|row| {
            let cells = row.iter().map(Cell::json);
            Value::Object(self.names().map(str::to_owned).zip(cells).collect())
        })
    }

    fn rows(&self, rows: Range<usize>) -> Vec<Vec<Cell>> {
        let Self { model, input, columns, .. } = self;
        let classifier = Classifier::new(model);
        self.scoring.map(rows, |i, log_prob, resp| {
            let resp: Vec<f64> = resp.collect();
            let order = most_probable_first(&resp);
            let known = model.typicality.as_ref().filter(|_| input.bits.is_complete(i));
            let n_ones = input.bits.n_ones(i);
            if log_prob == f64::NEG_INFINITY {
                self.n_impossible.fetch_add(1, Ordering::Relaxed);
            }
            let (source, index) = input.origin(i);
            let scored = Scored {
                source,
                index,
                id: input.ids.as_ref().map(|ids| ids.get(i)),
                log_prob,
                typicality: known.and_then(|t| t.of_sample(order[0], log_prob, n_ones)),
                label: classifier.as_ref().map(|c| c.predict(resp.iter().copied())),
                resp: &resp,
                order: &order,
            };
            columns.iter().map(|column| (column.cell)(&scored)).collect()
        })
    }
}
