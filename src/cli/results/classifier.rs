//! A model with labels as a classifier: `p(label | x) = sum_k p(k | x) p(label | k)`.

use super::clusters;
use crate::cli::input::Input;
use crate::cli::terminal::{amount, fixed, tables};
use crate::em;
use crate::error::Result;
use crate::metrics::{Bin, Calibration, Contingency, Judged, N_BINS};
use crate::model_file::Model;
use crate::scorer::KnownLabels;
use serde_json::{Value, json};

/// The probability of each label in each cluster, from the labels met in training.
pub(crate) struct Classifier<'a> {
    names: &'a [String],
    /// `p(label | k)`, one cluster after another.
    shares: Vec<f64>,
}

/// The classifier judged on labelled data.
#[derive(Debug)]
pub(crate) struct Classification {
    scores: Calibration,
    labels: Vec<String>,
    /// The number of images by predicted label (rows) and by label of the data (columns).
    counts: Vec<Vec<u64>>,
    /// Images with a label that the model never met.
    n_unknown: u64,
}

impl<'a> Classifier<'a> {
    pub(crate) fn new(model: &'a Model) -> Option<Self> {
        let table = model.labels.as_ref()?;
        Some(Self { names: &table.names, shares: table.shares() })
    }

    /// The probability of every label (L values), from the responsibilities of all clusters.
    pub(crate) fn forecast(&self, resp: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut forecast = vec![0.0; self.names.len()];
        // Nearly all are 0 and add nothing.
        for (k, r) in resp.enumerate().filter(|(_, r)| *r > 0.0) {
            let shares = &self.shares[k * self.names.len()..(k + 1) * self.names.len()];
            forecast.iter_mut().zip(shares).for_each(|(p, share)| *p += r * share);
        }
        forecast
    }

    pub(crate) fn predict(&self, resp: impl Iterator<Item = f64>) -> (&'a str, f64) {
        let judged = Judged::new(&self.forecast(resp), None);
        (&self.names[judged.predicted], judged.confidence)
    }
}

impl Classification {
    /// Judges `model` on the rows whose label is known. `None` where either has no labels.
    pub(crate) fn judge(model: &Model, input: &Input) -> Result<Option<Self>> {
        let (Some(classifier), Some(labels)) = (Classifier::new(model), &input.labels) else {
            return Ok(None);
        };
        // The labels of the data, numbered as in the model; `None` for one that it never met.
        let number = |name: &String| classifier.names.iter().position(|known| known == name);
        let truths: Vec<Option<usize>> = labels.names().iter().map(number).collect();
        let known = KnownLabels { of_row: labels.of_row(), of_component: &[] };
        let all = input.rows().labelled(known);
        let rows = em::gathered(&all);
        let label_of = |i: usize| rows.labels[i].filter(|_| rows.weight(i) > 0.0);
        let judged = model.mixture.map_rows(&rows.data, |i, _, resp| {
            let label = label_of(i)?;
            let judged = Judged::new(&classifier.forecast(resp), truths[label as usize]);
            Some(Judged { weight: rows.weight(i), ..judged })
        })?;
        let judged: Vec<Judged> = judged.into_iter().flatten().collect();
        if judged.is_empty() {
            return Ok(None);
        }
        let labelled = rows.counts().enumerate();
        let labelled = labelled.filter_map(|(i, count)| Some((label_of(i)? as usize, count)));
        let both = judged.iter().zip(labelled);
        let both = both.map(|(sample, (label, count))| (sample.predicted, label, count));
        let (n_predicted, n_labels) = (classifier.names.len(), labels.names().len());
        let table = Contingency::weighted(n_predicted, n_labels, both)?;
        let unit = rows.count_unit();
        let unknown = table.label_sizes().into_iter().zip(&truths).filter(|(_, t)| t.is_none());
        Ok(Some(Self {
            scores: Calibration::new(&judged)?,
            labels: classifier.names.to_vec(),
            counts: clusters::weighed_rows(&table, unit),
            n_unknown: unknown.map(|(size, _)| clusters::weighed(size, unit)).sum(),
        }))
    }

    /// In JSON `null` stands for an infinite loss.
    pub(crate) fn document(&self) -> Value {
        let Calibration { accuracy, log_loss, brier, calibration_error, .. } = self.scores;
        let reliability = |bin: &Bin| {
            json!({
                "above": bin.above,
                "up_to": bin.up_to,
                "confidence": bin.confidence,
                "accuracy": bin.accuracy,
                "count": bin.count,
            })
        };
        json!({
            "accuracy": accuracy,
            "log_loss": log_loss,
            "brier": brier,
            "calibration_error": calibration_error,
            "n_bins": N_BINS,
            "reliability": self.scores.bins.iter().map(reliability).collect::<Vec<_>>(),
            "labels": self.labels,
            "counts": self.counts,
            "n_unknown": self.n_unknown,
        })
    }

    /// The figures for people, each with its name.
    pub(crate) fn figures(&self) -> [(&'static str, String); 4] {
        let Calibration { accuracy, log_loss, brier, calibration_error, .. } = self.scores;
        [
            ("accuracy", fixed(accuracy, 4)),
            ("log loss", format!("{} nats", fixed(log_loss, 4))),
            ("Brier score", fixed(brier, 4)),
            ("calibration error", fixed(calibration_error, 4)),
        ]
    }

    pub(crate) fn line(&self) -> String {
        let unknown = match self.n_unknown {
            0 => String::new(),
            n => format!("; {n} with a label that the model never met"),
        };
        let figures = self.figures().map(|(name, value)| format!("{name} {value}")).join(", ");
        format!("{figures} ({N_BINS} bins){unknown}")
    }

    /// The predicted labels, and for each the number of images by label of the data.
    pub(crate) fn confusion(&self) -> (&[String], &[Vec<u64>]) {
        (&self.labels, &self.counts)
    }

    /// The reliability table: predicted probability against accuracy, bin by bin.
    pub(crate) fn reliability_table(&self, samples: &str) -> String {
        let rows = self.scores.bins.iter().map(|bin| {
            let range = format!("{:.1} to {:.1}", bin.above, bin.up_to);
            let means = [bin.confidence, bin.accuracy].map(|mean| format!("{mean:.4}"));
            [range].into_iter().chain(means).chain([amount(bin.count)]).collect()
        });
        tables::table(["probability", "mean", "accuracy", samples], &[0], rows)
    }
}
