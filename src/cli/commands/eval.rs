//! `bmm eval`: scores a model on data.

use crate::cli::input::{self, ColumnArgs, Input, MaskArgs, ModelArgs, Reading, demo, photos};
use crate::cli::results::classifier::Classification;
use crate::cli::results::clusters::{self, Clustering};
use crate::cli::results::confusion::Confusion;
use crate::cli::results::document::{data_facts, merged};
use crate::cli::terminal::{Console, Failure, Outcome, tables};
use serde_json::{Value, json};
use std::ffi::OsString;
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
    #[command(flatten)]
    columns: ColumnArgs,
    /// Labels of the images: an IDX file, or text with a whole number a line
    /// [default: those of the source]
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let (path, model) = args.model.read()?;
    let (labels, mask) = (args.labels.clone(), args.mask.mask.clone());
    let columns = args.columns.columns();
    let reading = Reading { labels, mask, columns, ..Reading::default() };
    let source = input::source_or_default(args.source.as_ref(), console);
    let input = input::read_for_model(&[source], reading, &model, console)?;
    console.notes(photos::remarks(&input, &model));
    let evaluation = Evaluation {
        model: path.display().to_string(),
        input: &input,
        clustering: Clustering::assign(&model.mixture, &input)?,
        classifier: Classification::judge(&model, &input)?,
    };
    let Clustering { n_impossible, words, .. } = evaluation.clustering;
    clusters::warn_of_impossible(n_impossible, words, console);
    console.result(&evaluation.document(), || evaluation.text())
}

/// A model on data.
struct Evaluation<'a> {
    model: String,
    input: &'a Input,
    clustering: Clustering,
    /// By the labels that the model was trained with.
    classifier: Option<Classification>,
}

impl Evaluation<'_> {
    fn document(&self) -> Value {
        let clustering = &self.clustering;
        merged([
            json!({ "model": self.model }),
            data_facts(self.input),
            json!(clustering.scores),
            json!({ "cluster_sizes": clustering.sizes }),
            json!(clustering.agreement()),
            json!({
                "confusion": Confusion::new(clustering),
                "classifier": self.classifier.as_ref().map(Classification::document),
            }),
        ])
    }

    fn text(&self) -> String {
        let (input, clustering) = (self.input, &self.clustering);
        let mut lines = vec![("model", self.model.clone()), ("data", input.summary())];
        if input.synthetic {
            lines.push(("note", demo::SYNTHETIC.into()));
        }
        let log_likelihood = clustering.scores.log_likelihood;
        lines.push(("log-likelihood", format!("{log_likelihood:.4} nats in all")));
        lines.push(("score", clustering.score_line()));
        lines.extend(clustering.agreement().map(|agreement| ("labels", agreement.line())));
        lines.extend(self.classifier.as_ref().map(|judged| ("classifier", judged.line())));
        tables::lines(15, lines) + &self.tables()
    }

    fn tables(&self) -> String {
        let classifier = self.classifier.as_ref();
        let samples = &format!("{}s", self.clustering.words.sample);
        let confusion = Confusion::new(&self.clustering);
        let confusion = confusion.map(|table| table.text(classifier, samples));
        let reliability = classifier.map(|classifier| {
            let table = classifier.reliability_table(samples);
            format!("\nHow sure the classifier is of its label, and how often it is right\n{table}")
        });
        confusion.into_iter().chain(reliability).collect()
    }
}
