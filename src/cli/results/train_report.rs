//! What a fit tells: table, trust and scores as text and as JSON, the history as CSV.

use super::clusters::{self, Agreement, Clustering};
use super::document::{Criteria, Ending, Scores, TrainingData, Written};
use super::findings::Finding;
use super::trust::{self, LabelTrust, TrustInWords};
use crate::cli::input::{Input, demo};
use crate::cli::terminal::{Clock, tables};
use crate::data;
use crate::em::{Fit, FitReport, FitSettings, SAME_OPTIMUM, StartReport, StopReason};
use crate::error::Result;
use crate::mixture::Assignment;
use crate::model_file::{
    FitRecord, Item, Member, Model, NextOptimum, Provenance, StartRecord, Typicality,
};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

pub(crate) struct Results {
    data: TrainingData,
    settings: FitSettings,
    report: FitReport,
    /// The clusters of the rows as new rows would get them: without their labels.
    pub(crate) judged: Vec<Assignment>,
    pub(crate) model: Model,
    pub(crate) training: Clustering,
    held_out: Option<Clustering>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    model: String,
    #[serde(flatten)]
    data: &'a TrainingData,
    n_components: usize,
    #[serde(flatten)]
    settings: &'a FitSettings,
    #[serde(flatten)]
    trust: Trust,
    /// Whether clusters were fitted to labels. The log-likelihood of the training data is then that
    /// of the rows together with their labels.
    uses_labels: bool,
    #[serde(flatten)]
    ending: Ending,
    #[serde(flatten)]
    scores: Scores,
    #[serde(flatten)]
    criteria: Criteria,
    weights: &'a [f64],
    cluster_sizes: &'a [u64],
    #[serde(flatten)]
    agreement: Option<Agreement>,
    held_out: Option<HeldOut>,
    seconds: Clock,
    model_sha256: &'a str,
}

#[derive(Debug, Serialize)]
struct Trust {
    starts: Vec<Start>,
    best_found: usize,
    /// Ends closer than this are the same optimum, in nats per sample.
    same_optimum: f64,
    /// The trust of each label's own fit, where each label has clusters of its own.
    by_label: Vec<LabelTrust>,
    second_best: Option<NextOptimum>,
    diagnoses: Vec<Finding>,
    gradient_residual: f64,
}

#[derive(Debug, Serialize)]
struct Start {
    objective: f64,
    n_iter: usize,
    /// Iterations that were extrapolations.
    n_leaps: usize,
    /// Extrapolations tried in vain.
    n_rejected: usize,
    stop: String,
    /// The start that a split and a merge led on from; null if initialised anew, or warm.
    moved_from: Option<usize>,
    /// Whether it began at the fit of another K.
    is_warm: bool,
}

#[derive(Debug, Serialize)]
struct HeldOut {
    n_samples: usize,
    #[serde(flatten)]
    scores: Scores,
    #[serde(flatten)]
    agreement: Option<Agreement>,
}

impl Results {
    /// Sorts the rows into the clusters of the fit, and scores held-out rows where there are some.
    pub(crate) fn new(
        input: &Input,
        held_out: Option<&Input>,
        settings: FitSettings,
        (fit, assignments): (Fit, Vec<Assignment>),
    ) -> Result<Self> {
        let Fit { mixture, report, label_of } = fit;
        let k = mixture.n_components();
        let mut training = Clustering::new(k, &assignments, input)?;
        let mut judged = assignments;
        if !label_of.is_empty() {
            drop(judged);
            judged = mixture.assign(&input.bits)?;
            training.judge_by(Clustering::new(k, &judged, input)?);
        }
        let typicality = typicality(k, &judged, input);
        let held_out = held_out.map(|test| Clustering::of(&mixture, test)).transpose()?;
        let model = Model {
            mixture,
            height: input.height as u32,
            width: input.width as u32,
            binarize: input.rule,
            items: input.names.iter().cloned().map(Item::binary).collect(),
            provenance: Some(provenance(input, settings.clone())),
            report: Some(record(&report)),
            labels: training.label_table(&label_of),
            trust: Some(trust::record(&report)),
            typicality: Some(typicality),
        };
        let data = TrainingData::new(input);
        Ok(Self { data, settings, report, judged, model, training, held_out })
    }

    fn uses_labels(&self) -> bool {
        self.model.labels.as_ref().is_some_and(|table| !table.label_of.is_empty())
    }

    pub(crate) fn n_components(&self) -> usize {
        self.model.mixture.n_components()
    }

    pub(crate) fn stop(&self) -> StopReason {
        self.report.stop
    }

    pub(crate) fn cluster_sizes(&self) -> &[u64] {
        &self.training.sizes
    }

    /// `iteration,objective,gain`: total nats, and the gain in nats per sample.
    pub(crate) fn history_csv(&self) -> String {
        let history = &self.report.objective_history;
        let mut csv = String::from("iteration,objective,gain\n");
        for (i, objective) in history.iter().enumerate() {
            let before = i.checked_sub(1).map(|before| history[before]);
            let gain = before.map(|b| ((objective - b) / self.data.total_weight).to_string());
            let _ = writeln!(csv, "{i},{objective},{}", gain.unwrap_or_default());
        }
        csv
    }

    /// The finite objectives of the best start, in nats per sample.
    pub(crate) fn history(&self) -> Vec<f64> {
        let per_sample = |objective: f64| objective / self.data.total_weight;
        finite(&self.report.objective_history).into_iter().map(per_sample).collect()
    }

    /// Agreement with labels: of held-out rows, if there are some.
    pub(crate) fn agreement(&self) -> Option<Agreement> {
        let held_out = self.held_out.as_ref().and_then(Clustering::agreement);
        held_out.or_else(|| self.training.agreement())
    }

    pub(crate) fn facts(&self) -> impl Iterator<Item = (&'static str, String)> {
        let held_out = self.held_out.as_ref().map(|test| ("held out", test.score_line()));
        let Criteria { bic, icl, .. } = self.criteria();
        let own = [("training", self.training.score_line())].into_iter().chain(held_out);
        own.chain([("BIC", format!("{bic:.1}")), ("ICL", format!("{icl:.1}"))])
    }

    fn criteria(&self) -> Criteria {
        let Clustering { scores, entropy, .. } = &self.training;
        let (mixture, n) = (&self.model.mixture, self.data.total_weight);
        Criteria::new(mixture, scores.log_likelihood, *entropy, n)
    }

    pub(crate) fn document<'a>(&'a self, written: &'a Written) -> Document<'a> {
        let held_out = |test: &Clustering| {
            let (n_samples, scores) = (test.n_samples, test.scores);
            HeldOut { n_samples, scores, agreement: test.agreement() }
        };
        Document {
            model: written.model(),
            data: &self.data,
            n_components: self.n_components(),
            settings: &self.settings,
            trust: self.trust(),
            uses_labels: self.uses_labels(),
            ending: Ending::new(&self.report),
            scores: self.training.scores,
            criteria: self.criteria(),
            weights: self.model.mixture.weights(),
            cluster_sizes: self.cluster_sizes(),
            agreement: self.training.agreement(),
            held_out: self.held_out.as_ref().map(held_out),
            seconds: written.seconds,
            model_sha256: &written.model_sha256,
        }
    }

    fn trust(&self) -> Trust {
        let (report, model) = (&self.report, &self.model);
        Trust {
            starts: report.starts.iter().map(Start::from).collect(),
            best_found: report.n_best(),
            same_optimum: SAME_OPTIMUM,
            by_label: trust::of_each_label(model),
            second_best: model.trust.as_ref().and_then(|trust| trust.whole.runner_up),
            diagnoses: TrustInWords::of_model(model).map_or_else(Vec::new, |t| t.findings),
            gradient_residual: report.gradient_residual,
        }
    }

    /// The text: clusters, trust, scores, and the folder where everything is.
    pub(crate) fn text(&self, folder: &Path) -> String {
        let mut text = self.cluster_table();
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:<10}{value}");
        };
        let trust = TrustInWords::of_model(&self.model);
        trust.iter().flat_map(TrustInWords::lines).for_each(|(name, value)| line(name, &value));
        line("training", &with_agreement(&self.training));
        if self.uses_labels() {
            let sample = self.training.words.sample;
            line("", &format!("(each {sample} scored with its label, and judged without it)"));
        }
        if let Some(held_out) = &self.held_out {
            line("held out", &with_agreement(held_out));
        }
        if self.data.facts.synthetic {
            line("note", demo::SYNTHETIC);
        }
        line("written", &folder.display().to_string());
        text
    }

    fn cluster_table(&self) -> String {
        let rows = self.model.mixture.weights().iter().enumerate().map(|(k, weight)| {
            let label = clusters::majority(self.model.labels.as_ref(), k);
            let cells = [k.to_string(), format!("{weight:.4}"), self.training.sizes[k].to_string()];
            cells.into_iter().chain(label).collect()
        });
        let samples = format!("{}s", self.training.words.sample);
        let head = ["cluster", "weight", &samples, "majority label"];
        let columns = if self.model.labels.is_some() { 4 } else { 3 };
        tables::table(&head[..columns], &[3], rows)
    }
}

/// What the rows of each cluster are like. Rows that weigh nothing or miss something are left out.
fn typicality(n_components: usize, assignments: &[Assignment], input: &Input) -> Typicality {
    let (bits, rows) = (&input.bits, input.rows());
    // Counted once: the rows may lie on a disk.
    let n_ones: Vec<u32> = (0..bits.n_samples()).map(|i| bits.n_ones(i) as u32).collect();
    let member = |(i, &assignment)| {
        let (n_ones, weight) = (n_ones[i] as usize, rows.weight(i));
        Member { assignment, n_ones, weight }
    };
    let members = assignments.iter().enumerate().filter(|(i, _)| bits.is_complete(*i));
    Typicality::from_members(n_components, members.map(member).filter(|member| member.weight > 0.0))
}

fn provenance(input: &Input, settings: FitSettings) -> Provenance {
    Provenance {
        program_version: env!("CARGO_PKG_VERSION").into(),
        data_sha256: data::fingerprint(&input.bits, input.weights.as_deref()),
        n_samples: input.bits.n_samples() as u64,
        synthetic: input.synthetic,
        settings,
    }
}

fn record(report: &FitReport) -> FitRecord {
    let starts = report.starts.iter().zip(0..).map(|(start, seed_index)| StartRecord {
        seed_index,
        n_iter: start.n_iter as u64,
        objective: start.objective,
        stop: start.stop,
    });
    FitRecord {
        log_likelihood: report.log_likelihood,
        n_iter: report.n_iter as u64,
        stop: report.stop,
        // A --from model may rule rows out: its -inf cannot be drawn or stored.
        objective_history: finite(&report.objective_history),
        starts: starts.collect(),
        best_start: report.best_start as u64,
    }
}

fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| value.is_finite()).collect()
}

/// The scores, and below them the agreement with labels where there are any.
fn with_agreement(clustering: &Clustering) -> String {
    let agreement = clustering.agreement().map(|agreement| agreement.line());
    let below = agreement.map(|line| format!("\n{:<10}{line}", ""));
    clustering.score_line() + &below.unwrap_or_default()
}

impl From<&StartReport> for Start {
    fn from(start: &StartReport) -> Self {
        let StartReport { n_iter, n_extrapolations: n_leaps, n_rejected, .. } = *start;
        let StartReport { objective, moved_from, is_warm, .. } = *start;
        let stop = start.stop.to_string();
        Self { objective, n_iter, n_leaps, n_rejected, stop, moved_from, is_warm }
    }
}
