//! How far a fit can be trusted: what a model keeps of that, and how it is worded.

use super::findings::{Asked, Finding};
use crate::cli::input::Words;
use crate::cli::terminal::{brief, counted, fixed};
use crate::em::{FitReport, RunnerUp, SAME_OPTIMUM, StopReason};
use crate::model_file::{Confirmation, FitRecord, Model, NextOptimum, Trust};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) fn record(report: &FitReport) -> Trust {
    Trust {
        whole: confirmation(report),
        by_label: report.by_label.iter().map(confirmation).collect(),
        gradient_residual: report.gradient_residual,
        diagnoses: report.diagnoses.clone(),
    }
}

fn confirmation(report: &FitReport) -> Confirmation {
    let next_optimum = |RunnerUp { start, objective, ari }| {
        let gap = (report.starts[report.best_start].objective - objective) / report.total_weight;
        NextOptimum { start: start as u64, objective, gap, ari }
    };
    Confirmation {
        n_starts: report.starts.len() as u64,
        n_finished: report.finished().count() as u64,
        n_best: report.n_best() as u64,
        runner_up: report.runner_up.map(next_optimum),
    }
}

/// The trust of each label's own fit, in the order of the labels; none if labels have none.
pub(crate) fn by_label(model: &Model) -> Vec<Value> {
    let (Some(table), Some(trust)) = (&model.labels, &model.trust) else { return Vec::new() };
    let labels: BTreeSet<u32> = table.label_of.iter().flatten().copied().collect();
    let label_trust = |(label, fit): (u32, &Confirmation)| {
        json!({
            "label": table.names.get(label as usize).map_or("", String::as_str),
            "n_starts": fit.n_starts,
            "best_found": fit.n_best,
            "second_best": fit.runner_up,
        })
    };
    labels.into_iter().zip(&trust.by_label).map(label_trust).collect()
}

/// The trust of a model in words, as documents show it.
#[derive(Debug, Serialize)]
pub(crate) struct TrustInWords {
    line: String,
    gradient_residual: f64,
    pub(crate) findings: Vec<Finding>,
}

impl TrustInWords {
    /// That of a model which was fitted by `bmm`.
    pub(crate) fn of_model(model: &Model) -> Option<Self> {
        let trust = model.trust.as_ref()?;
        let asked = asked(model)?;
        let sample = Words::for_height(model.height as usize).sample;
        Some(Self {
            line: line(trust, &end(model.report.as_ref()?, asked), sample),
            gradient_residual: trust.gradient_residual,
            findings: trust.diagnoses.iter().map(|found| Finding::new(found, asked)).collect(),
        })
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = (&'static str, String)> {
        let findings = self.findings.iter().map(|found| ("diagnosis", found.line()));
        std::iter::once(("trust", self.line.clone())).chain(findings)
    }
}

/// How many starts reached the best optimum, what the next one is like, and how the fit ended.
fn line(trust: &Trust, end: &str, sample: &str) -> String {
    if !trust.by_label.is_empty() {
        return format!("{}; {end}", labels_line(&trust.by_label));
    }
    let Confirmation { n_starts, n_finished, n_best, runner_up } = &trust.whole;
    let starts = counted(*n_starts as usize, "start");
    if *n_finished == 0 {
        return format!("{starts}, none run to the end; {end}");
    }
    let next = runner_up.map_or_else(String::new, |next| {
        let ari =
            next.ari.map_or_else(String::new, |ari| format!(" (ARI {} with it)", fixed(ari, 2)));
        format!("; the next one is {} nats per {sample} lower{ari}", brief(next.gap))
    });
    format!(
        "{starts}, {n_finished} run to the end, {n_best} reached the best objective (within \
         {} nats per {sample}){next}; {end}",
        brief(SAME_OPTIMUM)
    )
}

/// How many labels there are, and in how many of them starts agreed.
fn labels_line(fits: &[Confirmation]) -> String {
    let n_starts: u64 = fits.iter().map(|fit| fit.n_starts).sum();
    let several = fits.iter().filter(|fit| fit.n_starts > 1);
    let n_confirmed = several.clone().filter(|fit| fit.n_best > 1).count();
    // One start each says nothing of other optima, and a single cluster has none.
    let confirmed = match several.count() {
        0 => String::new(),
        n => format!(
            "; the best objective was reached more than once in {n_confirmed} of {n} labels"
        ),
    };
    let (n, starts) = (fits.len(), counted(n_starts as usize, "start"));
    format!("{n} labels, each with clusters of its own, {starts} in all{confirmed}")
}

/// `None` for a model that does not say how it was fitted.
fn asked(model: &Model) -> Option<Asked> {
    let settings = &model.provenance.as_ref()?.settings;
    let label_of = model.labels.as_ref().map_or(&[][..], |table| &table.label_of);
    let n_labels = label_of.iter().flatten().collect::<BTreeSet<_>>().len();
    let is_least_k = model.mixture.n_components() <= n_labels.max(1);
    Some(Asked { alpha: settings.alpha, tol: settings.tol, is_least_k })
}

fn end(report: &FitRecord, asked: Asked) -> String {
    let iterations = counted(report.n_iter as usize, "iteration");
    match report.stop {
        StopReason::Converged => format!("converged after {iterations}"),
        StopReason::MaxIter if asked.tol <= 0.0 => format!("stopped after {iterations}, by tol 0"),
        StopReason::Interrupted => format!("interrupted after {iterations}"),
        _ => format!("not converged after {iterations} (raise --max-iter)"),
    }
}
