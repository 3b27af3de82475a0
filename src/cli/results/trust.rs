//! How far a fit can be trusted: how often its optimum was reached, what the next one is like, and what may be wrong with it.

use crate::cli::terminal::text::counted;
use crate::em::{Diagnosis, FitReport, RunnerUp, SAME_OPTIMUM, StopReason};
use crate::model_file::{Finding, LabelTable, Trust};
use serde::Serialize;
use std::collections::BTreeSet;

/// The best optimum but one.
#[derive(Debug, Serialize)]
pub(crate) struct SecondBest {
    start: usize,
    objective: f64,
    /// How far below the best one, in nats per sample.
    gap: f64,
    /// Of its clusters with those of the best one.
    ari: Option<f64>,
}

impl SecondBest {
    pub(crate) fn of(report: &FitReport) -> Option<Self> {
        let RunnerUp { start, objective, ari } = report.runner_up?;
        let best = report.starts[report.best_start].objective;
        Some(Self { start, objective, gap: (best - objective) / report.total_weight, ari })
    }
}

/// The trust of one label's own fit.
#[derive(Debug, Serialize)]
pub(crate) struct OfLabel {
    label: String,
    n_starts: usize,
    best_found: usize,
    second_best: Option<SecondBest>,
}

/// Of the fits of all labels, in the order of the labels; none where clusters are of the whole.
pub(crate) fn of_each_label(report: &FitReport, table: Option<&LabelTable>) -> Vec<OfLabel> {
    let labels: BTreeSet<u32> =
        table.iter().flat_map(|t| t.label_of.iter().flatten()).copied().collect();
    let name =
        |label: u32| table.and_then(|t| t.names.get(label as usize)).cloned().unwrap_or_default();
    let of_label = |(label, report): (u32, &FitReport)| OfLabel {
        label: name(label),
        n_starts: report.starts.len(),
        best_found: report.n_best(),
        second_best: SecondBest::of(report),
    };
    labels.into_iter().zip(&report.by_label).map(of_label).collect()
}

/// What a model keeps of it.
pub(crate) fn record(report: &FitReport, sample: &str) -> Trust {
    Trust {
        line: line(report, sample),
        gradient_residual: report.gradient_residual,
        findings: report.diagnoses.iter().map(finding).collect(),
    }
}

fn finding(found: &Diagnosis) -> Finding {
    Finding {
        code: found.code().into(),
        components: found.components().into_iter().map(|k| k as u64).collect(),
        message: found.to_string(),
        advice: found.advice().into(),
    }
}

/// As lines, each with its name.
pub(crate) fn lines(trust: &Trust) -> impl Iterator<Item = (&'static str, String)> {
    let found = trust.findings.iter().map(|found| {
        let Finding { code, message, advice, .. } = found;
        ("diagnosis", format!("{code}: {message}; {advice}"))
    });
    std::iter::once(("trust", trust.line.clone())).chain(found)
}

/// How often the best optimum was reached, what the next one is like, and how the fit ended; rows are called `sample`.
fn line(report: &FitReport, sample: &str) -> String {
    if !report.by_label.is_empty() {
        return of_labels(report);
    }
    let starts = counted(report.starts.len(), "start");
    let (finished, best) = (report.finished().count(), report.n_best());
    if finished == 0 {
        return format!("{starts}, none run to the end; {}", end(report));
    }
    let second = SecondBest::of(report).map_or_else(String::new, |second| {
        let ari = second.ari.map_or_else(String::new, |ari| format!(" (ARI {ari:.2} with it)"));
        format!("; the next one is {:.2e} nats per {sample} lower{ari}", second.gap)
    });
    let end = end(report);
    format!(
        "{starts}, {finished} run to the end, {best} reached the best objective (within {SAME_OPTIMUM:e} nats per \
         {sample}){second}; {end}"
    )
}

/// The same of a fit by labels.
fn of_labels(report: &FitReport) -> String {
    let reports = &report.by_label;
    let n_starts: usize = reports.iter().map(|report| report.starts.len()).sum();
    let several = reports.iter().filter(|report| report.starts.len() > 1);
    let n_confirmed = several.clone().filter(|report| report.n_best() > 1).count();
    // One start each says nothing of other optima, and a single cluster has none.
    let confirmed = match several.count() {
        0 => String::new(),
        n => format!(
            "; the best objective was reached more than once in {n_confirmed} of {n} labels"
        ),
    };
    format!(
        "{} labels, each with clusters of its own, {} in all{confirmed}; {}",
        reports.len(),
        counted(n_starts, "start"),
        end(report)
    )
}

fn end(report: &FitReport) -> String {
    let iterations = counted(report.n_iter, "iteration");
    match report.stop {
        StopReason::Converged => format!("converged after {iterations}"),
        StopReason::Interrupted => format!("interrupted after {iterations}"),
        _ => format!("not converged after {iterations} (raise --max-iter)"),
    }
}
