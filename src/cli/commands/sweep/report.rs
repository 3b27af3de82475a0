//! What a sweep tells: a row for each K as text, CSV and JSON, what the criteria pick, and the tests.

use super::criteria::{Criterion, Row, pick};
use super::figure;
use super::rows::Rows;
use crate::cli::input::{LeftOut, Words};
use crate::cli::run_folder::Run;
use crate::cli::terminal::clock::Clock;
use crate::cli::terminal::output;
use crate::cli::terminal::tables;
use crate::em::{BootstrapTest, FitParams};
use crate::error::Result;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// A sweep, judged.
pub(super) struct Report {
    pub(super) name: String,
    summary: String,
    synthetic: bool,
    pub(super) words: Words,
    pub(super) n_samples: usize,
    left_out: Vec<LeftOut>,
    pub(super) total_weight: f64,
    n_features: usize,
    params: FitParams,
    how_held_out: Option<String>,
    pub(super) rows: Vec<Row>,
    criterion: Criterion,
    /// The place of the row that is kept.
    chosen: usize,
    tests: Vec<BootstrapTest>,
    interrupted: bool,
}

const HEAD: [&str; 12] = [
    "k",
    "log_likelihood",
    "n_parameters",
    "aic",
    "bic",
    "icl",
    "entropy",
    "held_out",
    "held_out_standard_error",
    "n_iter",
    "stop",
    "found_by",
];

impl Report {
    pub(super) fn new(
        rows: &Rows,
        params: &FitParams,
        of_ks: Vec<Row>,
        (criterion, chosen): (Criterion, usize),
        tests: Vec<BootstrapTest>,
        interrupted: bool,
    ) -> Self {
        let input = &rows.train;
        let has_held_out = of_ks.iter().any(|row| row.held_out.is_some());
        Self {
            name: input.name.clone(),
            summary: input.summary(),
            synthetic: input.synthetic,
            words: Words::of(input.height),
            n_samples: input.bits.n_samples(),
            left_out: input.left_out.clone(),
            total_weight: input.rows().total_weight(),
            n_features: input.bits.n_features(),
            params: params.clone(),
            how_held_out: rows.how_held_out().filter(|_| has_held_out).map(str::to_owned),
            rows: of_ks,
            criterion,
            chosen,
            tests,
            interrupted,
        }
    }

    /// The criteria that have a value, each with the place of the row that it picks, if any.
    pub(super) fn picks(&self) -> impl Iterator<Item = (Criterion, Option<usize>)> {
        let all = Criterion::ALL.into_iter();
        let there = all.filter(|c| *c != Criterion::HeldOut || self.how_held_out.is_some());
        there.map(|criterion| (criterion, pick(&self.rows, criterion)))
    }

    /// What is written beside the model.
    pub(super) fn files(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let figure = figure::plot(self);
        let plot = figure.as_plot();
        Ok(vec![
            ("sweep.csv".into(), self.csv()?.into_bytes()),
            ("sweep.svg".into(), plot.svg()?.into_bytes()),
            ("sweep.png".into(), plot.png()?),
        ])
    }

    fn csv(&self) -> Result<String> {
        let row = |row: &Row| {
            let held_out = row.held_out.map(|h| [h.score, h.standard_error].map(|v| v.to_string()));
            let numbers = [row.log_likelihood, row.aic, row.bic, row.icl, row.entropy];
            let [log_likelihood, aic, bic, icl, entropy] = numbers.map(|v| v.to_string());
            let [k, n_parameters, n_iter] =
                [row.k, row.n_parameters, row.n_iter].map(|v| v.to_string());
            let [score, error] = held_out.unwrap_or_default();
            let (stop, found_by) = (row.stop.to_string(), row.origin.to_string());
            vec![
                k,
                log_likelihood,
                n_parameters,
                aic,
                bic,
                icl,
                entropy,
                score,
                error,
                n_iter,
                stop,
                found_by,
            ]
        };
        output::csv(&HEAD.map(str::to_owned), self.rows.iter().map(row))
    }

    /// The JSON document; numbers that are not finite are null.
    pub(super) fn document(&self, run: &Run, clock: &Clock) -> Value {
        let picks = self.picks().map(|(criterion, i)| {
            (criterion.key().to_string(), i.map_or(Value::Null, |i| self.rows[i].k.into()))
        });
        json!({
            "model": run.folder.display().to_string(),
            "data": self.summary,
            "synthetic": self.synthetic,
            "n_samples": self.n_samples,
            "left_out": self.left_out,
            "total_weight": self.total_weight,
            "n_features": self.n_features,
            "seed": self.params.seed,
            "n_init": self.params.n_init.to_string(),
            "init": self.params.init.to_string(),
            "alpha": self.params.alpha,
            "tol": self.params.tol,
            "max_iter": self.params.max_iter,
            "accelerate": self.params.accelerate,
            "held_out_by": self.how_held_out,
            "fits": self.rows.iter().map(fit).collect::<Vec<_>>(),
            "picks": picks.collect::<Map<_, _>>(),
            "criterion": self.criterion.key(),
            "chosen": self.rows[self.chosen].k,
            "blrt": self.tests.iter().map(test).collect::<Vec<_>>(),
            "interrupted": self.interrupted,
            "seconds": clock,
            "model_sha256": run.model_sha256,
        })
    }

    /// The table, what it says, and what is kept.
    pub(super) fn text(&self) -> String {
        let mut text = self.table();
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:<10}{value}");
        };
        let picks = self.picks().map(|(criterion, i)| match i {
            Some(i) => format!("{criterion} K = {}", self.rows[i].k),
            None => format!("{criterion} none"),
        });
        line("best (*)", &picks.collect::<Vec<_>>().join(", "));
        if let Some(how) = &self.how_held_out {
            line(
                "held out",
                &format!("{how}; nats per {}, with standard errors", self.words.sample),
            );
        }
        self.tests.iter().for_each(|test| line("test", &in_words(test)));
        self.remarks().iter().for_each(|remark| line("note", remark));
        let kept = self.rows[self.chosen].k;
        line("kept", &format!("K = {kept}, by {}", self.criterion));
        text + "\n"
    }

    fn table(&self) -> String {
        let samples = format!("entropy/{}", self.words.sample);
        let all = [
            "K",
            "log-likelihood",
            "parameters",
            "AIC",
            "BIC",
            "ICL",
            &samples,
            "held-out",
            "s.e.",
            "found by",
            "stop",
        ];
        let with_held_out = self.how_held_out.is_some();
        let shown = |i: usize| with_held_out || !(7..9).contains(&i);
        let head: Vec<&str> =
            all.iter().enumerate().filter(|(i, _)| shown(*i)).map(|(_, h)| *h).collect();
        let left = [head.len() - 2, head.len() - 1];
        let rows = self.rows.iter().enumerate().map(|(place, row)| {
            let cells = self.cells(place, row).into_iter().enumerate();
            cells.filter(|(i, _)| shown(*i)).map(|(_, cell)| cell).collect()
        });
        tables::table(&head, &left, rows)
    }

    fn cells(&self, place: usize, row: &Row) -> [String; 11] {
        let starred = |criterion: Criterion, digits: usize| {
            let star = if pick(&self.rows, criterion) == Some(place) { '*' } else { ' ' };
            row.value(criterion).map_or_else(String::new, |v| format!("{v:.digits$}{star}"))
        };
        let error = row.held_out.map(|held_out| held_out.standard_error);
        let error = error.filter(|error| error.is_finite());
        [
            row.k.to_string(),
            format!("{:.4}", row.log_likelihood),
            row.n_parameters.to_string(),
            starred(Criterion::Aic, 2),
            starred(Criterion::Bic, 2),
            starred(Criterion::Icl, 2),
            format!("{:.4}", row.entropy),
            starred(Criterion::HeldOut, 4),
            error.map_or_else(String::new, |error| format!("{error:.4}")),
            row.origin.to_string(),
            row.stop.to_string(),
        ]
    }

    /// What else must be known to judge the table.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let list = |of: &dyn Fn(&Row) -> bool| {
            let ks: Vec<String> =
                self.rows.iter().filter(|row| of(row)).map(|row| row.k.to_string()).collect();
            ks.join(", ")
        };
        let unfinished = list(&|row| !row.has_converged());
        if !unfinished.is_empty() {
            remarks.push(format!(
                "not converged, so never the best: K = {unfinished} (raise --max-iter)"
            ));
        }
        let ruled_out = list(&|row| row.held_out.is_some_and(|h| h.score == f64::NEG_INFINITY));
        if !ruled_out.is_empty() {
            remarks.push(format!(
                "K = {ruled_out} rule out a held-out {} by means of 0 or 1: --alpha 0.1 smooths them",
                self.words.sample
            ));
        }
        if self.rows.len() > 1 && self.chosen + 1 == self.rows.len() {
            remarks.push("the largest K is the best one: larger ones may be better".into());
        }
        if self.interrupted {
            remarks.push("interrupted: not all that was asked for was fitted".into());
        }
        remarks
    }
}

/// `K = 3 against 2: 2 log (L_3 / L_2) = 47.10, p = 0.0100 (0 of 99 samples from K = 2 are as large)`.
fn in_words(test: &BootstrapTest) -> String {
    let (k, statistic, p) = (test.n_components, test.statistic, test.p_value());
    let (b, n) = (test.n_as_large(), test.bootstrapped.len());
    let null = k - 1;
    format!(
        "K = {k} against {null}: 2 log (L_{k} / L_{null}) = {statistic:.2}, p = {p:.4} \
         ({b} of {n} samples from K = {null} have as much)"
    )
}

fn fit(row: &Row) -> Value {
    json!({
        "k": row.k,
        "log_likelihood": row.log_likelihood,
        "n_parameters": row.n_parameters,
        "aic": row.aic,
        "bic": row.bic,
        "icl": row.icl,
        "entropy": row.entropy,
        "held_out": row.held_out.map(|held_out| held_out.score),
        "held_out_standard_error": row.held_out.map(|held_out| held_out.standard_error),
        "n_iter": row.n_iter,
        "converged": row.has_converged(),
        "stop": row.stop.to_string(),
        "found_by": row.origin.to_string(),
    })
}

fn test(test: &BootstrapTest) -> Value {
    json!({
        "k": test.n_components,
        "statistic": test.statistic,
        "n_bootstrap": test.bootstrapped.len(),
        "n_as_large": test.n_as_large(),
        "p_value": test.p_value(),
        "bootstrapped": test.bootstrapped,
    })
}
