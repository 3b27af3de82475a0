//! `bmm eval`: scores a model on data.

use crate::cli::input::{self, Input, MaskArgs, ModelArgs, Reading, demo, photos};
use crate::cli::results::classifier::Classification;
use crate::cli::results::clusters::{Agreement, Clustering};
use crate::cli::results::confusion::Confusion;
use crate::cli::results::document::{DataFacts, Scores};
use crate::cli::terminal::{Console, Failure, Outcome};
use crate::error::Result;
use crate::model_file::Model;
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
pub(crate) struct Args {
    /// A folder of IDX files or pictures, an IDX, .npy, CSV or .bits file, or demo [default: as for
    /// train]
    #[arg(value_name = "SRC", value_parser = input::source_parser())]
    source: Option<OsString>,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    mask: MaskArgs,
    /// Labels of the images: an IDX file, or text with a whole number a line
    /// [default: those of the source]
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Document {
    model: String,
    #[serde(flatten)]
    data: DataFacts,
    #[serde(flatten)]
    scores: Scores,
    #[serde(skip)]
    score_line: String,
    #[serde(skip)]
    samples: String,
    cluster_sizes: Vec<u64>,
    #[serde(flatten)]
    agreement: Option<Agreement>,
    confusion: Option<Confusion>,
    /// By the labels that the model was trained with.
    classifier: Option<Classification>,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (path, model) = args.model.read()?;
    let (labels, mask) = (args.labels.clone(), args.mask.mask.clone());
    let reading = Reading { labels, mask, ..Reading::default() };
    let source = input::source_or_default(args.source.as_ref(), console);
    let input = input::read_for_model(&[source], reading, &model, console)?;
    console.notes(photos::remarks(&input, &model));
    let document = Document::new(path.display().to_string(), &model, &input)?;
    console.result(&document, || document.text())
}

impl Document {
    fn new(path: String, model: &Model, input: &Input) -> Result<Self> {
        let clustering = Clustering::of(&model.mixture, input)?;
        Ok(Self {
            model: path,
            data: DataFacts::new(input),
            scores: clustering.scores,
            score_line: clustering.score_line(),
            samples: format!("{}s", clustering.words.sample),
            cluster_sizes: clustering.sizes.clone(),
            agreement: clustering.agreement(),
            confusion: Confusion::of(&clustering),
            classifier: Classification::of(model, input)?,
        })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:<15}{value}");
        };
        line("model", &self.model);
        line("data", &self.data.data);
        if self.data.synthetic {
            line("note", demo::SYNTHETIC);
        }
        line("log-likelihood", &format!("{:.4} nats in all", self.scores.log_likelihood));
        line("score", &self.score_line);
        if let Some(agreement) = &self.agreement {
            line("labels", &agreement.line());
        }
        if let Some(classifier) = &self.classifier {
            line("classifier", &classifier.line());
        }
        text + &self.tables()
    }

    fn tables(&self) -> String {
        let (classifier, samples) = (self.classifier.as_ref(), &self.samples);
        let confusion = self.confusion.as_ref().map(|table| table.text(classifier, samples));
        let reliability = classifier.map(|classifier| {
            let table = classifier.reliability_table(samples);
            format!("\nHow sure the classifier is of its label, and how often it is right\n{table}")
        });
        confusion.into_iter().chain(reliability).collect()
    }
}
