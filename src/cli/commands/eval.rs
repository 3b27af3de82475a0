//! `bmm eval`: scores a model on data.

use crate::cli::input::{
    self, ColumnArgs, Input, MaskArgs, ModelArgs, PictureArgs, Reading, demo, photos,
};
use crate::cli::results::classifier::Classification;
use crate::cli::results::clusters::{self, Clustering};
use crate::cli::results::confusion::Confusion;
use crate::cli::results::document::{data_facts, merged, trained_on};
use crate::cli::terminal::{Console, Failure, Outcome, fixed, tables};
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
    pictures: PictureArgs,
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
    let (columns, picture_size) = (args.columns.columns(), args.pictures.size());
    let invert = args.pictures.invert;
    let reading = Reading { labels, mask, columns, invert, picture_size, ..Reading::default() };
    let source = input::source_or_default(args.source.as_ref(), console);
    let input = input::read_for_model(&[source], reading, &model, console)?;
    photos::say(&input, &model, console);
    let evaluation = Evaluation {
        model: path.display().to_string(),
        input: &input,
        clustering: Clustering::assign(&model.mixture, &input)?,
        classifier: Classification::judge(&model, &input)?,
        trained_on_it: trained_on(&model, &input),
        is_classifier: model.has_label_clusters(),
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
    /// Whether the scores are of the training rows, if the model knows that.
    trained_on_it: Option<bool>,
    /// Whether clusters were fitted to labels, so that they are not judged one to one.
    is_classifier: bool,
}

impl Evaluation<'_> {
    fn document(&self) -> Value {
        let clustering = &self.clustering;
        merged([
            json!({ "model": self.model }),
            data_facts(self.input),
            json!({ "trained_on_it": self.trained_on_it }),
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
        let rows = self.trained_on_it.map(|is_trained_on| match is_trained_on {
            true => "the training data of the model: how it does on new data, this does not tell",
            false => "not the training data of the model as a whole; some rows may be of it",
        });
        lines.extend(rows.map(|rows| ("rows", rows.into())));
        let log_likelihood = clustering.scores.log_likelihood;
        lines.push(("log-likelihood", format!("{} nats in all", fixed(log_likelihood, 4))));
        lines.push(("score", clustering.score_line()));
        let agreement = clustering.agreement().filter(|_| !self.is_classifier);
        lines.extend(agreement.map(|agreement| ("labels", agreement.line())));
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
