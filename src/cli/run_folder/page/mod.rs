//! The page of a run, `report.html`, around one JSON document.

mod members;
pub(crate) mod stored;

use crate::cli::input::{Input, demo, photos};
use crate::cli::results::document::as_text;
use crate::cli::results::train_report::Results;
use crate::cli::results::trust::TrustInWords;
use crate::cli::terminal::{counted, fixed};
use crate::error::{Error, Result};
use crate::model_file::{LEVELS, Model};
use crate::render::{self, Axes, Base64Numbers, Line, LinePlot};
use serde::Serialize;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::{BufWriter, Write};

/// The file of the page in a run folder.
pub(crate) const FILE: &str = "report.html";
/// Rows that the page scores to show that its scores are those of the program.
const N_CHECKS: usize = 5;
/// Points of a chart, at most.
const MAX_POINTS: usize = 300;

/// The page of a run with the `warnings` about it; `more` are further charts, each a title and an
/// SVG.
pub(crate) fn render(
    input: &Input,
    results: &Results,
    warnings: Vec<String>,
    more: Vec<(String, String)>,
) -> Result<Vec<u8>> {
    let model = &results.model;
    let words = results.training.words;
    let title = format!("{}, {}", input.name, counted(results.n_components(), "cluster"));
    let fact = |(name, value)| json!({ "name": name, "value": value });
    let rest = json!({
        "title": title,
        "data": input.summary(),
        "warnings": warnings,
        "synthetic": input.synthetic.then_some(demo::SYNTHETIC),
        "command": command(),
        "version": env!("CARGO_PKG_VERSION"),
        "sample": words.sample,
        "feature": words.feature,
        "height": model.height,
        "width": model.width,
        "binarize": model.binarize,
        "inverted": model.inverted,
        "scaled": model.scaled,
        "unseen": model.unseen,
        "names": input.items.iter().map(|item| &item.name).collect::<Vec<_>>(),
        "facts": results.facts().map(fact).collect::<Vec<_>>(),
        "trust": TrustInWords::of_model(model),
        "weights": Base64Numbers(model.mixture.weights()).to_string(),
        "typicality": typicality(model),
        "clusters": clusters(input, results)?,
        "labels": model.labels.as_ref().map_or(&[][..], |table| &table.names),
        "confusion": confusion(model),
        "agreement": results.agreement(),
        "charts": charts(results, more)?,
        "checks": checks(input, model)?,
        "has_pad": input.height > 1 && photos::size_for(model).is_some(),
    });
    let document = Document { means: Base64Numbers(model.mixture.means()), rest };
    let write = |out: &mut dyn Write| Ok(serde_json::to_writer(BufWriter::new(out), &document)?);
    render::report_page(&title, write).map_err(Error::io("the page"))
}

/// What a page holds. The means are as long as all the rest of a run together. They are written
/// piece by piece, and never are a text of their own.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(serialize_with = "as_text")]
    means: Base64Numbers<'a>,
    #[serde(flatten)]
    rest: Value,
}

/// The command line, quoted so that a shell takes it apart again in the same way.
fn command() -> String {
    let word = |word: OsString| {
        let text = word.to_string_lossy().into_owned();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
        if !text.is_empty() && text.chars().all(is_plain) {
            text
        } else {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
    };
    let words = std::env::args_os().skip(1).map(word);
    ["bmm".into()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

fn typicality(model: &Model) -> Option<Value> {
    let quantiles = model.typicality.as_ref()?;
    Some(json!({
        "levels": LEVELS,
        "log_prob": Base64Numbers(&quantiles.log_prob).to_string(),
        "ones": Base64Numbers(&quantiles.ones).to_string(),
    }))
}

fn clusters(input: &Input, results: &Results) -> Result<Vec<Value>> {
    let (model, sizes) = (&results.model, results.cluster_sizes());
    let mut members = members::choose(input, model, &results.judged)?;
    let cluster = |k: usize| {
        let majority = model.labels.as_ref().and_then(|table| table.majority(k));
        json!({
            "size": sizes[k],
            "label": majority.map(|(name, _)| name),
            "label_share": majority.map(|(_, share)| share),
            "members": members[k].take(),
        })
    };
    Ok((0..sizes.len()).map(cluster).collect())
}

fn confusion(model: &Model) -> Option<Vec<&[u64]>> {
    let table = model.labels.as_ref()?;
    Some(table.counts.chunks(table.names.len()).collect())
}

fn charts(results: &Results, more: Vec<(String, String)>) -> Result<Vec<Value>> {
    let (history, sample) = (results.history(), results.training.words.sample);
    let step = history.len().div_ceil(MAX_POINTS).max(1);
    let points = history
        .iter()
        .enumerate()
        .filter(|(i, _)| i.is_multiple_of(step) || i + 1 == history.len());
    let points: Vec<(f64, f64)> = points.map(|(i, score)| (i as f64, *score)).collect();
    let y_label = format!("objective, nats per {sample}");
    let plot = LinePlot {
        title: "The course of the fit",
        subtitle: "the best start: log-likelihood plus log prior",
        x_label: "iteration",
        y_label: &y_label,
        axes: Axes::Linear,
        lines: vec![Line { name: "objective", points, ringed: None }],
    };
    // A fit that a model file began may have nothing finite to draw.
    let course = plot.svg().ok().map(|svg| {
        let ends = history.first().zip(history.last());
        let alt = ends.map_or_else(String::new, |(first, last)| {
            let [first, last] = [first, last].map(|value| fixed(*value, 3));
            format!("The objective climbs from {first} to {last} nats per {sample}")
        });
        json!({ "title": "Convergence", "svg": svg, "alt": alt })
    });
    let more =
        more.into_iter().map(|(title, svg)| json!({ "alt": title, "title": title, "svg": svg }));
    Ok(course.into_iter().chain(more).collect())
}

fn checks(input: &Input, model: &Model) -> Result<Vec<Value>> {
    let n_missing = |i: usize| input.bits.missing().map_or(0, |missing| missing.n_ones(i));
    let is_complete = |i: &usize| n_missing(*i) == model.unseen.len();
    let complete: Vec<usize> = (0..input.bits.n_samples()).filter(is_complete).collect();
    let n = N_CHECKS.min(complete.len());
    let rows: Vec<usize> =
        (0..n).map(|i| complete[i * (complete.len() - 1) / (n - 1).max(1)]).collect();
    let bits = input.bits.select(&rows);
    model.mixture.map_rows(&bits, |i, log_prob, resp| {
        json!({
            "bits": render::base64(&bits.row(i)),
            "log_prob": log_prob,
            "responsibilities": resp.collect::<Vec<_>>(),
        })
    })
}
