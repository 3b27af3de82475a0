//! `bmm eval`: scores a model on data.

use super::clusters::{Agreement, Clustering, agreement_line};
use super::console::Console;
use super::demo;
use super::failure::{Failure, Outcome};
use super::input::{self, MaskArgs, Reading};
use super::models::ModelArgs;
use super::tables;
use crate::error::Result;
use serde::Serialize;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::PathBuf;

/// Score a model on data and compare its clusters with the labels
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm eval data/mnist:test
  bmm eval pictures/ --model models/pictures-k10 --json")]
pub(super) struct Args {
    /// A folder of IDX files or pictures, an IDX, .npy or CSV file, or demo [default: as for train]
    #[arg(value_name = "SRC", value_parser = input::source_parser())]
    source: Option<OsString>,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    mask: MaskArgs,
    /// Labels of the images: an IDX file, or text with one a line [default: those of the source]
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
}

/// The JSON document.
#[derive(Debug, Serialize)]
struct Document {
    model: String,
    data: String,
    synthetic: bool,
    n_samples: usize,
    log_likelihood: f64,
    score: f64,
    bits_per_pixel: f64,
    #[serde(skip)]
    score_line: String,
    cluster_sizes: Vec<u64>,
    #[serde(flatten)]
    agreement: Option<Agreement>,
    confusion: Option<Confusion>,
}

/// Images of each label in each cluster.
#[derive(Debug, Serialize)]
struct Confusion {
    labels: Vec<String>,
    counts: Vec<Vec<u64>>,
}

pub(super) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (path, model) = args.model.read()?;
    let source = input::source_or_default(args.source.as_ref(), console);
    let (labels, mask) = (args.labels.clone(), args.mask.mask.clone());
    let reading = Reading { labels, mask, ..Reading::default() };
    let input = input::read_for_model(&[source], reading, &model)?;
    let clustering = Clustering::of(&model.mixture, &input)?;
    let document = Document::new(path.display().to_string(), &input, &clustering);
    console.result(&document, || document.text())?;
    Ok(Outcome::Done)
}

impl Document {
    fn new(model: String, input: &input::Input, clustering: &Clustering) -> Self {
        let confusion = clustering.confusion().map(|(labels, table)| Confusion {
            labels: labels.to_vec(),
            counts: (0..table.n_clusters()).map(|k| table.cluster(k).to_vec()).collect(),
        });
        Self {
            model,
            data: input.summary(),
            synthetic: input.synthetic,
            n_samples: clustering.n_samples,
            log_likelihood: clustering.log_likelihood,
            score: clustering.score(),
            bits_per_pixel: clustering.bits_per_pixel(),
            score_line: clustering.score_line(),
            cluster_sizes: clustering.sizes.clone(),
            agreement: clustering.agreement(),
            confusion,
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:<15}{value}");
        };
        line("model", &self.model);
        line("data", &self.data);
        if self.synthetic {
            line("note", demo::SYNTHETIC);
        }
        line("log-likelihood", &format!("{:.4} nats in all", self.log_likelihood));
        line("score", &self.score_line);
        if let Some(agreement) = &self.agreement {
            line("labels", &agreement_line(agreement));
        }
        text + &self.confusion.as_ref().map(Confusion::text).unwrap_or_default()
    }
}

impl Confusion {
    fn text(&self) -> String {
        let head: Vec<&str> =
            ["cluster"].into_iter().chain(self.labels.iter().map(String::as_str)).collect();
        let rows = self.counts.iter().enumerate().map(|(k, counts)| {
            let counts = counts.iter().map(u64::to_string);
            [k.to_string()].into_iter().chain(counts).collect()
        });
        format!("\nImages of each label in each cluster\n{}", tables::table(&head, &[], rows))
    }
}
