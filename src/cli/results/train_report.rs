//! What a fit tells: table, trust and scores as text and as JSON, the history as CSV.

use super::classifier::Classification;
use super::clusters::{self, Clustering};
use super::document::{Written, merged, training_data};
use super::items;
use super::trust::{self, TrustInWords};
use crate::cli::input::{Input, demo};
use crate::cli::terminal::{counted, fixed, tables};
use crate::data;
use crate::em::{
    Assignments, Fit, FitReport, FitSettings, NInit, SAME_OPTIMUM, StartReport, StopReason,
};
use crate::error::Result;
use crate::model_file::{FitRecord, Member, Model, Provenance, StartRecord, Typicality};
use crate::record::Criteria;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

pub(crate) struct Results {
    data: Value,
    settings: FitSettings,
    report: FitReport,
    /// The clusters of the rows as new rows would get them: without their labels.
    pub(crate) judged: Assignments,
    pub(crate) model: Model,
    pub(crate) training: Clustering,
    held_out: Option<Clustering>,
    /// What labels a model fitted to labels gives to the training and to the held-out rows.
    classified: [Option<Classification>; 2],
    /// The values of the items of a table that do not vary.
    constant: Vec<Option<bool>>,
}

impl Results {
    /// Sorts the rows into the clusters of the fit, and scores held-out rows where there are some.
    pub(crate) fn new(
        input: &Input,
        held_out: Option<&Input>,
        settings: FitSettings,
        (fit, assignments): (Fit, Assignments),
    ) -> Result<Self> {
        let Fit { mixture, report, label_of } = fit;
        let k = mixture.n_components();
        let mut training = Clustering::new(k, &assignments, input)?;
        let mut judged = assignments;
        if !label_of.is_empty() {
            drop(judged);
            judged = Assignments::new(&mixture, &input.rows())?;
            training.judge_by(Clustering::new(k, &judged, input)?);
        }
        let typicality = typicality(k, &judged, input);
        let test = held_out;
        let held_out = test.map(|test| Clustering::assign(&mixture, test)).transpose()?;
        let model = Model {
            mixture,
            height: input.height as u32,
            width: input.width as u32,
            binarize: input.rule,
            inverted: input.inverted,
            unseen: input.unseen.clone(),
            items: input.items.clone(),
            provenance: Some(provenance(input, settings.clone())),
            report: Some(record(&report)),
            labels: training.label_table(&label_of),
            trust: Some(trust::record(&report)),
            typicality: Some(typicality),
            scaled: input.scaled,
        };
        let classified = [classified(&model, Some(input))?, classified(&model, test)?];
        let constant = if input.height == 1 { input.rows().constants() } else { Vec::new() };
        let data = training_data(input);
        Ok(Self { data, settings, report, judged, model, training, held_out, classified, constant })
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
            let gain = before.map(|b| ((objective - b) / self.training.total_weight).to_string());
            let _ = writeln!(csv, "{i},{objective},{}", gain.unwrap_or_default());
        }
        csv
    }

    /// The finite objectives of the best start, in nats per sample.
    pub(crate) fn history(&self) -> Vec<f64> {
        let per_sample = |objective: f64| objective / self.training.total_weight;
        finite(&self.report.objective_history).into_iter().map(per_sample).collect()
    }

    /// Agreement with labels, and of which rows: of held-out ones, if they have labels. A model
    /// fitted to labels is judged as a classifier.
    pub(crate) fn agreement(&self) -> Option<Value> {
        let [training, held_out] = &self.classified;
        let of_held_out = self.held_out.as_ref().map(|test| ("held-out", test, held_out));
        let all = of_held_out.into_iter().chain([("training", &self.training, training)]);
        let judged = all.filter_map(|(rows, clustering, classified)| {
            let (judged, figures) = match classified {
                Some(classified) => ("classifier", classified.figures()),
                None => ("clusters, one label each", clustering.agreement()?.figures()),
            };
            let figure = |(name, value)| json!({ "name": name, "value": value });
            Some(json!({
                "rows": format!("{} {rows} {}s", clustering.n_samples, clustering.words.sample),
                "judged": judged,
                "figures": figures.map(figure),
            }))
        });
        judged.into_iter().next()
    }

    pub(crate) fn facts(&self) -> impl Iterator<Item = (&'static str, String)> {
        let held_out = self.held_out.as_ref().map(|test| ("held out", test.score_line()));
        let Criteria { bic, icl, .. } = self.criteria();
        let own = [("training", self.training.score_line())].into_iter().chain(held_out);
        own.chain([("BIC, training", fixed(bic, 1)), ("ICL, training", fixed(icl, 1))])
    }

    fn criteria(&self) -> Criteria {
        let Clustering { scores, entropy, .. } = &self.training;
        let FitReport { n_parameters, answered_weight, .. } = self.report;
        // Where the fit knew labels, its own log-likelihood is that of rows and labels.
        Criteria::new(n_parameters, answered_weight, scores.log_likelihood, *entropy)
    }

    pub(crate) fn document(&self, written: &Written) -> Value {
        let (report, model) = (&self.report, &self.model);
        let held_out = self.held_out.as_ref().map(|test| {
            let n_samples = json!({ "n_samples": test.n_samples });
            let classifier = json!({ "classifier": document(&self.classified[1]) });
            merged([n_samples, json!(test.scores), json!(test.agreement()), classifier])
        });
        merged([
            json!({ "model": written.folder.display().to_string() }),
            self.data.clone(),
            json!({ "n_components": self.n_components() }),
            json!(self.settings),
            json!({
                "starts": report.starts.iter().map(start).collect::<Vec<_>>(),
                "best_found": report.n_best(),
                "same_optimum": SAME_OPTIMUM,
                "by_label": trust::by_label(model),
                "second_best": model.trust.as_ref().and_then(|trust| trust.whole.runner_up),
                "diagnoses": TrustInWords::of_model(model).map_or_else(Vec::new, |t| t.findings),
                "gradient_residual": report.gradient_residual,
                "uses_labels": self.model.has_label_clusters(),
                "n_iter": report.n_iter,
                "converged": report.stop == StopReason::Converged,
                "stop": report.stop,
            }),
            json!(self.training.scores),
            json!(self.criteria()),
            json!({ "weights": model.mixture.weights(), "cluster_sizes": self.cluster_sizes() }),
            json!({ "items": items::document(model, &self.constant) }),
            json!(self.training.agreement()),
            json!({
                "classifier": document(&self.classified[0]),
                "held_out": held_out,
                "seconds": written.seconds,
                "model_sha256": written.model_sha256,
            }),
        ])
    }

    /// The text: clusters, trust, scores, and the folder where everything is.
    pub(crate) fn text(&self, folder: &Path) -> String {
        let trust = TrustInWords::of_model(&self.model);
        let mut lines: Vec<_> = trust.iter().flat_map(TrustInWords::lines).collect();
        lines.extend(self.searched());
        let [classified, held_out_classified] = &self.classified;
        lines.extend(scores("training", &self.training, classified.as_ref()));
        if self.model.has_label_clusters() {
            let sample = self.training.words.sample;
            lines.push((
                "",
                format!("(each {sample} scored with its label, and judged without it)"),
            ));
        }
        let held_out = self.held_out.iter();
        lines.extend(
            held_out.flat_map(|rows| scores("held out", rows, held_out_classified.as_ref())),
        );
        if self.model.is_synthetic() {
            lines.push(("note", demo::SYNTHETIC.into()));
        }
        lines.push(("written", folder.display().to_string()));
        let items = items::table(&self.model, &self.constant);
        let gap = if items.is_empty() { "" } else { "\n" };
        self.cluster_table() + &items + gap + &tables::lines(10, lines)
    }

    /// What a search by `auto` spent.
    fn searched(&self) -> Option<(&'static str, String)> {
        let Self { report, settings, training, .. } = self;
        if settings.n_init != NInit::Auto || report.starts.is_empty() {
            return None;
        }
        let n_e_steps = |starts: &mut dyn Iterator<Item = &StartReport>| -> usize {
            starts.map(|start| 1 + start.n_iter + start.n_rejected).sum()
        };
        let is_sampled = |start: &&StartReport| start.n_sampled.is_some();
        let on_all = n_e_steps(&mut report.starts.iter().filter(|start| !is_sampled(start)));
        let (n, samples) = (training.n_samples, format!("{}s", training.words.sample));
        let sizes: BTreeSet<usize> =
            report.starts.iter().filter_map(|start| start.n_sampled).collect();
        let Some((first, last)) = sizes.first().zip(sizes.last()) else {
            return Some(("", format!("spent {}", counted(on_all, "E-step"))));
        };
        let on_samples = n_e_steps(&mut report.starts.iter().filter(is_sampled));
        let size = if first == last { first.to_string() } else { format!("{first} to {last}") };
        Some((
            "",
            format!(
                "spent {} on samples of {size} {samples}, {on_all} on all {n}",
                counted(on_samples, "E-step")
            ),
        ))
    }

    fn cluster_table(&self) -> String {
        let rows = self.model.mixture.weights().iter().enumerate().map(|(k, weight)| {
            let label = clusters::majority(self.model.labels.as_ref(), k);
            let cells = [k.to_string(), format!("{weight:.4}"), self.training.sizes[k].to_string()];
            cells.into_iter().chain(label).collect()
        });
        let samples = format!("{}s", self.training.words.sample);
        let label = self.model.labels.as_ref().map(|_| "majority label");
        let head = ["cluster", "weight", &samples].into_iter().chain(label);
        tables::table(head, &[3], rows)
    }
}

/// What the rows of each cluster are like. Rows that weigh nothing or miss something are left out.
fn typicality(n_components: usize, assignments: &Assignments, input: &Input) -> Typicality {
    let rows = input.rows();
    let (rows, assignments) = assignments.of_few(&rows);
    let bits = &rows.data;
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
        n_parameters: report.n_parameters as u64,
        n_iter: report.n_iter as u64,
        stop: report.stop,
        // A --from model may rule rows out: its -inf cannot be drawn or stored.
        objective_history: finite(&report.objective_history),
        starts: starts.collect(),
        best_start: report.best_start as u64,
    }
}

fn start(start: &StartReport) -> Value {
    json!({
        "objective": start.objective,
        "n_iter": start.n_iter,
        "n_leaps": start.n_extrapolations,
        "n_rejected": start.n_rejected,
        "stop": start.stop.to_string(),
        "moved_from": start.moved_from,
        "is_warm": start.is_warm,
        "n_sampled": start.n_sampled,
    })
}

/// The labels that `model` gives to rows with labels, if it was fitted to labels.
fn classified(model: &Model, rows: Option<&Input>) -> Result<Option<Classification>> {
    match rows.filter(|_| model.has_label_clusters()) {
        Some(rows) => Classification::judge(model, rows),
        None => Ok(None),
    }
}

fn document(classified: &Option<Classification>) -> Option<Value> {
    classified.as_ref().map(Classification::document)
}

fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| value.is_finite()).collect()
}

/// The scores, and below them the agreement with labels where there are any.
fn scores(
    name: &'static str,
    clustering: &Clustering,
    classified: Option<&Classification>,
) -> impl Iterator<Item = (&'static str, String)> {
    let agreement = match classified {
        Some(classified) => Some(format!("classifier: {}", classified.line())),
        None => clustering.agreement().map(|agreement| agreement.line()),
    };
    let agreement = agreement.map(|line| ("", line));
    [(name, clustering.score_line())].into_iter().chain(agreement)
}
