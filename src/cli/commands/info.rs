//! `bmm info`: what is known of a model or a data source.

use crate::cli::input::{self, ColumnArgs, Input, PictureArgs, Reading, demo, models};
use crate::cli::results::standard_errors::ErrorArgs;
use crate::cli::results::trust::TrustInWords;
use crate::cli::results::{clusters, items};
use crate::cli::terminal::{Console, Failure, Outcome, brief, fixed, tables, trimmed};
use crate::data;
use crate::error::{Error, ModelProblem, Result};
use crate::model_file::Model;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fmt::Write;
use std::path::Path;

/// Say what is known of a model or a data source
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm info data/mnist:test --json
  bmm info models/answers-k3 answers.csv --errors")]
pub(crate) struct Args {
    /// A run folder, a model file, or a data source
    #[arg(value_name = "MODEL|SRC", value_parser = input::source_parser())]
    subject: OsString,
    #[command(flatten)]
    errors: ErrorArgs,
    #[command(flatten)]
    pictures: PictureArgs,
    #[command(flatten)]
    columns: ColumnArgs,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let path = models::file_in(Path::new(&args.subject));
    let is_run = path != Path::new(&args.subject) && path.exists();
    let Some(model) = read_if_model(&path, is_run)? else {
        args.errors.refuse_for_data(&args.subject)?;
        let (columns, invert) = (args.columns.columns(), args.pictures.invert);
        let picture_size = args.pictures.size();
        let reading = Reading { columns, invert, picture_size, ..Reading::default() };
        let input = input::read(&args.subject, &reading, console)?;
        let facts = data_facts(&input);
        return console.result(&facts, || text(&facts, None));
    };
    let trust = TrustInWords::of_model(&model);
    let mut facts = model_facts(&path, &model, trust.as_ref());
    let errors = args.errors.errors(&model, args.columns.columns(), console)?;
    if let Some(errors) = &errors {
        facts["standard_errors"] = errors.document();
    }
    let of_errors = || errors.as_ref().map(|errors| errors.table(&model)).unwrap_or_default();
    console
        .result(&facts, || text(&facts, trust.as_ref()) + &items::table(&model, &[]) + &of_errors())
}

/// The model at `path`, or `None` if what is there is data.
fn read_if_model(path: &Path, is_run: bool) -> Result<Option<Model>> {
    if !is_run && !path.is_file() && !demo::is_built_in(path) {
        return Ok(None);
    }
    match models::read(path) {
        Ok(model) => Ok(Some(model)),
        Err(Error::Model {
            problem: ModelProblem::NotAModel(_) | ModelProblem::Compressed,
            ..
        }) if !is_run => Ok(None),
        Err(error) => Err(error),
    }
}

fn model_facts(path: &Path, model: &Model, trust: Option<&TrustInWords>) -> Value {
    let mixture = &model.mixture;
    let mut facts = json!({
        "model": path.display().to_string(),
        "n_components": mixture.n_components(),
        "n_features": mixture.n_features(),
        "height": model.height,
        "width": model.width,
        "binarize": model.binarize,
        "inverted": model.inverted,
        "n_unseen": model.unseen.len(),
        "n_parameters": n_parameters(model),
        "weights": mixture.weights(),
        "items": items::document(model, &[]),
    });
    if model.scaled {
        facts["scaled"] = json!(true);
    }
    if let Some(table) = &model.labels {
        let k = 0..mixture.n_components();
        facts["cluster_sizes"] = k.clone().map(|k| clusters::size(table, k)).collect();
        facts["majority_labels"] = k.map(|k| table.majority(k).map(|(name, _)| name)).collect();
    }
    if let Some(provenance) = &model.provenance {
        facts["provenance"] = json!(provenance);
    }
    if let Some(report) = &model.report {
        facts["fit"] = json!({
            "log_likelihood": report.log_likelihood,
            "n_iter": report.n_iter,
            "stop": report.stop,
            "best_start": report.best_start,
            "starts": report.starts,
        });
    }
    if let Some(trust) = trust {
        facts["trust"] = json!(trust);
    }
    facts
}

/// The number of free parameters. Of a model that was not fitted here it is taken that all means
/// are free, but those of features that it never saw.
fn n_parameters(model: &Model) -> usize {
    let (k, d) = (model.mixture.n_components(), model.mixture.n_features());
    let of_mixture = k - 1 + k * (d - model.unseen.len());
    model.report.as_ref().map_or(of_mixture, |report| report.n_parameters as usize)
}

fn data_facts(input: &Input) -> Value {
    let (n, d) = (input.bits.n_samples(), input.bits.n_features());
    let (column_sums, observed) = (input.bits.column_sums(), input.bits.observed_counts());
    let n_missing = input.n_missing();
    let labels = input.labels.as_ref().map(|labels| {
        let mut counts = vec![0_u64; labels.names().len()];
        labels.of_row().iter().flatten().for_each(|&label| counts[label as usize] += 1);
        labels.names().iter().zip(counts).map(|(name, n)| (name.clone(), json!(n))).collect()
    });
    json!({
        "data": input.name,
        "kind": input.kind,
        "synthetic": input.synthetic,
        "n_samples": n,
        "n_features": d,
        "height": input.height,
        "width": input.width,
        "binarize": input.rule.to_string(),
        "inverted": input.inverted,
        "missing": n_missing,
        "total_weight": input.rows().total_weight(),
        "ones": input.n_ones(),
        "share_of_ones": input.n_ones() as f64 / ((n * d) as u64 - n_missing).max(1) as f64,
        "never_one": column_sums.iter().filter(|&&sum| sum == 0).count(),
        "always_one": column_sums.iter().zip(observed).filter(|(sum, n)| **sum == *n).count(),
        "labels": Value::Object(labels.unwrap_or_default()),
        "data_sha256": data::fingerprint(&input.bits, input.weights.as_deref()),
    })
}

fn text(facts: &Value, trust: Option<&TrustInWords>) -> String {
    let mut text = String::new();
    for (name, value) in facts.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) => inner.iter().for_each(|(inner_name, value)| {
                line(&mut text, &format!("{name}.{inner_name}"), value);
            }),
            _ => line(&mut text, name, value),
        }
    }
    let findings = trust.into_iter().flat_map(|trust| trust.lines().skip(1));
    findings.for_each(|(name, value)| line(&mut text, name, &Value::String(value)));
    text + &cluster_table(facts)
}

/// One fact; lists of numbers are left to the table.
fn line(text: &mut String, name: &str, value: &Value) {
    let value = match value {
        Value::Array(list) if list.first().is_some_and(Value::is_object) => list.len().to_string(),
        Value::Array(_) | Value::Null => return,
        Value::String(string) => string.clone(),
        Value::Number(number) => {
            number.as_f64().filter(|_| number.is_f64()).map_or_else(|| number.to_string(), figure)
        }
        other => other.to_string(),
    };
    let _ = writeln!(text, "{name:<27} {value}");
}

/// A number for people: to four places, or to three digits where it is small.
fn figure(real: f64) -> String {
    if real.abs() < 1.0 { brief(real) } else { trimmed(&fixed(real, 4)).to_owned() }
}

fn cluster_table(facts: &Value) -> String {
    let names = ["weights", "cluster_sizes", "majority_labels"];
    let columns: Vec<_> =
        names.into_iter().filter_map(|name| Some((name, facts.get(name)?.as_array()?))).collect();
    let Some((_, weights)) = columns.first() else { return String::new() };
    let sample = if facts["height"] == 1 { "rows" } else { "images" };
    let samples = format!("training {sample}");
    let heads = ["cluster", "weight", &samples, "majority label"];
    let cell = |value: &Value| match value {
        Value::String(string) => string.clone(),
        Value::Number(n) if n.is_f64() => fixed(n.as_f64().unwrap_or_default(), 4),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let rows = (0..weights.len()).map(|k| {
        let cells = columns.iter().map(|(_, column)| cell(&column[k]));
        [k.to_string()].into_iter().chain(cells).collect()
    });
    tables::table(heads.into_iter().take(columns.len() + 1), &[], rows)
}
