//! `bmm assign`: gives each image its cluster.

mod evidence;

use crate::cli::input;
use crate::cli::input::Input;
use crate::cli::input::demo;
use crate::cli::input::models;
use crate::cli::input::models::ModelArgs;
use crate::cli::input::photos;
use crate::cli::input::reading::{MaskArgs, Reading};
use crate::cli::results::classifier::Classifier;
use crate::cli::results::clusters::most_probable_first;
use crate::cli::terminal::console::Console;
use crate::cli::terminal::failure::{Failure, Outcome};
use crate::cli::terminal::output;
use crate::cli::terminal::tables;
use crate::error::{Error, Result};
use crate::mixture::Scoring;
use crate::model_file::Model;
use crate::scorer::KnownLabels;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::{self, Write};
use std::ops::Range;
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
    /// Draw which pixels spoke for the cluster, and which for the runner-up, to this PNG
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

/// The values of an image, in the order of the head.
struct Row {
    cells: Vec<Cell>,
}

enum Cell {
    Text(String),
    Whole(usize),
    Real(f64),
    /// No label, no typicality.
    Nothing,
}

/// What a model says of an image.
struct Scored<'a> {
    log_prob: f64,
    typicality: Option<f64>,
    resp: &'a [f64],
    /// Clusters, the most probable first.
    order: &'a [usize],
    label: Option<(&'a str, f64)>,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (path, model) = args.model.read()?;
    args.check(&model)?;
    let reading = Reading { mask: args.mask.mask.clone(), ..Reading::default() };
    let input =
        console.with_notes(|notes| input::read_for_model(&args.sources, reading, &model, notes))?;
    models::announce(&path, &model, console);
    console.notes(photos::remarks(&input, &model));
    if input.synthetic {
        console.note(format_args!("data      {}", demo::SYNTHETIC));
    }
    let is_drawn = args.show || args.explain.is_some();
    let drawn = if is_drawn { evidence::assigned(&model, &input)? } else { Vec::new() };
    if let Some(file) = &args.explain {
        let sheet = evidence::sheet(&model, &input, &drawn)?;
        output::save(file, &sheet, args.force, console)?;
    }
    let (head, scoring) =
        (args.head(&model), model.mixture.scoring(&input.bits, KnownLabels::default())?);
    if console.json {
        let rows = args.rows(&model, &input, &scoring, 0..input.bits.n_samples());
        let objects: Vec<_> = rows.iter().map(|row| object(&head, row)).collect();
        let document = json!({
            "model": path.display().to_string(),
            "synthetic": input.synthetic,
            "assignments": objects,
        });
        let text = crate::cli::terminal::console::json_text(&document)?;
        output::deliver(args.output.as_deref(), &text, args.force, console)?;
    } else {
        let write = |out: &mut dyn Write| args.write(&head, &model, &input, &scoring, out);
        output::deliver_by(args.output.as_deref(), &write, args.force, console)?;
    }
    if args.show {
        console.print(&format!("\n{}", evidence::shown(&model, &input, &drawn, console)?))?;
    }
    if let (true, Some(file)) = (console.json, &args.output) {
        let (model, output) = (path.display().to_string(), file.display().to_string());
        let document =
            json!({ "model": model, "output": output, "n_samples": input.bits.n_samples() });
        console.result(&document, String::new)?;
    }
    Ok(Outcome::Done)
}

impl Args {
    fn check(&self, model: &Model) -> Result<()> {
        if let Some(file) = &self.explain {
            output::check_png("explain", file, self.force)?;
        }
        if self.show && self.format != Format::Table {
            let value = "asked with another --format".into();
            let allowed = "left out, or asked with --format table".into();
            return Err(Error::Parameter { name: "show", value, allowed });
        }
        let k = model.mixture.n_components();
        if (1..=k).contains(&self.top) {
            return Ok(());
        }
        let allowed = format!("from 1 to {k}, the clusters of the model");
        Err(Error::Parameter { name: "top", value: self.top.to_string(), allowed })
    }

    fn head(&self, model: &Model) -> Vec<String> {
        let first = ["source", "index", "cluster", "probability"].map(String::from);
        let mut head = first.to_vec();
        head.push("log_likelihood".into());
        if model.typicality.is_some() {
            head.push("typicality".into());
        }
        if model.labels.is_some() {
            head.extend(["cluster_label", "label", "label_probability"].map(String::from));
        }
        for n in 2..=self.top {
            head.extend([format!("cluster_{n}"), format!("probability_{n}")]);
        }
        if self.proba {
            head.extend((0..model.mixture.n_components()).map(|k| format!("p{k}")));
        }
        head
    }

    fn rows(
        &self,
        model: &Model,
        input: &Input,
        scoring: &Scoring,
        rows: Range<usize>,
    ) -> Vec<Row> {
        let (classifier, bits) = (Classifier::of(model), &input.bits);
        scoring.map(rows, |i, log_prob, resp| {
            let resp: Vec<f64> = resp.collect();
            let label = classifier.as_ref().map(|c| c.predict(resp.iter().copied()));
            let best = most_probable_first(&resp);
            let typicality = model.typicality.as_ref().filter(|_| bits.is_complete(i));
            let n_ones = bits.n_ones(i);
            let typicality = typicality.and_then(|t| t.of_sample(best[0], log_prob, n_ones));
            let cells = Scored { log_prob, typicality, resp: &resp, order: &best, label };
            self.row(model, input.origin(i), cells)
        })
    }

    fn row(&self, model: &Model, (source, index): (&str, usize), scored: Scored) -> Row {
        let Scored { log_prob, typicality, resp, order, label } = scored;
        let best = order[0];
        let mut cells = vec![Cell::Text(source.into()), Cell::Whole(index)];
        cells.extend([Cell::Whole(best), Cell::Real(resp[best]), Cell::Real(log_prob)]);
        if model.typicality.is_some() {
            cells.push(typicality.map_or(Cell::Nothing, Cell::Real));
        }
        if let Some(labels) = &model.labels {
            let label = labels.majority(best).map(|(name, _)| Cell::Text(name.into()));
            cells.push(label.unwrap_or(Cell::Nothing));
        }
        if let Some((label, probability)) = label {
            cells.extend([Cell::Text(label.into()), Cell::Real(probability)]);
        }
        for &k in &order[1..self.top] {
            cells.extend([Cell::Whole(k), Cell::Real(resp[k])]);
        }
        if self.proba {
            cells.extend(resp.iter().map(|&r| Cell::Real(r)));
        }
        Row { cells }
    }
}

/// Rows that are written together, but in a table, whose columns are as wide as the widest of all.
const AT_ONCE: usize = 1 << 15;

impl Args {
    /// Writes all rows in the format asked for.
    fn write(
        &self,
        head: &[String],
        model: &Model,
        input: &Input,
        scoring: &Scoring,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let n = input.bits.n_samples();
        let at_once = if self.format == Format::Table { n } else { AT_ONCE };
        for first in (0..n).step_by(at_once.max(1)) {
            let rows = self.rows(model, input, scoring, first..n.min(first + at_once));
            let text = self.format.text(head, &rows, first == 0).map_err(io::Error::other)?;
            out.write_all(text.as_bytes())?;
        }
        Ok(())
    }
}

impl Format {
    fn text(self, head: &[String], rows: &[Row], is_first: bool) -> Result<String> {
        match self {
            Self::Table => {
                let head: Vec<&str> = head.iter().map(String::as_str).collect();
                Ok(tables::table(&head, &[0], rows.iter().map(Row::for_people)))
            }
            Self::Csv => {
                let cells =
                    rows.iter().map(|row| row.cells.iter().map(Cell::plain).collect::<Vec<_>>());
                output::csv(if is_first { head } else { &[] }, cells)
            }
            Self::Jsonl => {
                Ok(rows.iter().map(|row| object(head, row).to_string() + "\n").collect())
            }
        }
    }
}

impl Row {
    /// Probabilities and log-likelihoods to four places; everything else as it is.
    fn for_people(&self) -> Vec<String> {
        let round = |cell: &Cell| match cell {
            Cell::Real(value) => format!("{value:.4}"),
            other => other.plain(),
        };
        self.cells.iter().map(round).collect()
    }
}

impl Cell {
    fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(value) => value.to_string(),
            Self::Real(value) => format!("{value:?}"),
            Self::Nothing => String::new(),
        }
    }

    /// The same as JSON, which has no word for the log-likelihood of an impossible image: it becomes null.
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Whole(value) => json!(value),
            Self::Real(value) => json!(value),
            Self::Nothing => Value::Null,
        }
    }
}

fn object(head: &[String], row: &Row) -> Value {
    Value::Object(head.iter().cloned().zip(row.cells.iter().map(Cell::json)).collect())
}
