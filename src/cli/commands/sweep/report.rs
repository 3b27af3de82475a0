//! What a sweep tells: a row for each K, what the criteria pick, and the tests.

use super::criteria::{Criterion, Row, pick};
use crate::cli::input::Words;
use crate::cli::results::document::{Written, merged};
use crate::cli::terminal::{fixed, output, tables};
use crate::em::{self, BootstrapTest, FitSettings};
use crate::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::iter;

pub(super) struct Report {
    pub(super) name: String,
    pub(super) data: Value,
    pub(super) total_weight: f64,
    pub(super) words: Words,
    pub(super) settings: FitSettings,
    /// `None` if no row was held out, or none of those was scored.
    pub(super) how_held_out: Option<String>,
    pub(super) rows: Vec<Row>,
    pub(super) criterion: Criterion,
    /// The place of the row that is kept.
    pub(super) chosen: usize,
    /// What one cluster more than those of the kept row would be.
    pub(super) beyond: Beyond,
    pub(super) tests: Vec<BootstrapTest>,
    pub(super) interrupted: bool,
}

/// What a larger K would bring.
#[derive(Debug, Clone, Copy)]
pub(super) enum Beyond {
    Open,
    /// Infinitely many mixtures would fit as well.
    Unidentified,
    /// There are no more distinct rows than the clusters kept.
    NoRows,
}

impl Beyond {
    /// Of `k` clusters for `n_distinct` distinct rows, of which `n_varying` features vary.
    pub(super) fn new(k: usize, n_varying: usize, n_distinct: usize) -> Self {
        match () {
            () if n_distinct < k => Self::NoRows,
            () if !em::is_identified(k, n_varying) => Self::Unidentified,
            () => Self::Open,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Open => "larger ones may be better",
            Self::Unidentified => "larger ones are not identified by so few items",
            Self::NoRows => "there are no distinct rows for more clusters",
        }
    }
}

type Cell = fn(&Row) -> String;

/// The columns of `sweep.csv`.
const COLUMNS: [(&str, Cell); 12] = [
    ("k", |row| row.k.to_string()),
    ("log_likelihood", |row| row.log_likelihood.to_string()),
    ("n_parameters", |row| row.n_parameters.to_string()),
    ("aic", |row| row.criteria.aic.to_string()),
    ("bic", |row| row.criteria.bic.to_string()),
    ("icl", |row| row.criteria.icl.to_string()),
    ("entropy", |row| row.entropy.to_string()),
    ("held_out", |row| row.held_out.map_or_else(String::new, |score| score.to_string())),
    ("held_out_standard_error", |row| {
        row.held_out_standard_error.map_or_else(String::new, |error| error.to_string())
    }),
    ("n_iter", |row| row.n_iter.to_string()),
    ("stop", |row| row.stop.to_string()),
    ("found_by", |row| row.origin.to_string()),
];

impl Report {
    /// The criteria that have a value, each with the place of the row that it picks, if any.
    pub(super) fn picks(&self) -> impl Iterator<Item = (Criterion, Option<usize>)> {
        let all = Criterion::ALL.into_iter();
        let there = all.filter(|c| *c != Criterion::HeldOut || self.how_held_out.is_some());
        there.map(|criterion| (criterion, pick(&self.rows, criterion)))
    }

    pub(super) fn csv(&self) -> Result<Vec<u8>> {
        let head = COLUMNS.iter().map(|(name, _)| name.to_string()).collect();
        let cells = |row| COLUMNS.iter().map(|(_, cell)| cell(row)).collect();
        let rows = self.rows.iter().map(cells);
        output::csv(iter::once::<Vec<String>>(head).chain(rows)).map_err(Error::io("sweep.csv"))
    }

    /// The JSON document. Numbers that are not finite are null.
    pub(super) fn document(&self, written: &Written) -> Value {
        let picks = self.picks().map(|(criterion, i)| {
            (criterion.key(), i.map_or(Value::Null, |i| self.rows[i].k.into()))
        });
        merged([
            json!({ "model": written.folder.display().to_string() }),
            self.data.clone(),
            json!(self.settings),
            json!({
                "held_out_by": self.how_held_out,
                "fits": self.rows,
                "picks": picks.collect::<Map<_, _>>(),
                "criterion": self.criterion.key(),
                "chosen": self.rows[self.chosen].k,
                "blrt": self.tests.iter().map(test).collect::<Vec<_>>(),
                "interrupted": self.interrupted,
                "seconds": written.seconds,
                "model_sha256": written.model_sha256,
            }),
        ])
    }

    pub(super) fn text(&self) -> String {
        let picks = self.picks().map(|(criterion, i)| match i {
            Some(i) => format!("{criterion} K = {}", self.rows[i].k),
            None => format!("{criterion} none"),
        });
        let mut lines = vec![("best (*)", picks.collect::<Vec<_>>().join(", "))];
        let but = if self.how_held_out.is_some() { " but held-out" } else { "" };
        lines.push(("training", format!("all figures{but} are of the training rows")));
        lines.extend(self.how_held_out.iter().map(|how| {
            ("held out", format!("{how}; nats per {}, with standard errors", self.words.sample))
        }));
        lines.extend(self.tests.iter().map(|test| ("test", in_words(test))));
        lines.extend(self.remarks().into_iter().map(|remark| ("note", remark)));
        let kept = self.rows[self.chosen].k;
        lines.push(("kept", format!("K = {kept}, by {}", self.criterion)));
        self.table() + &tables::lines(10, lines) + "\n"
    }

    fn table(&self) -> String {
        let reals = |value: fn(&Row) -> f64| self.column(move |row| fixed(value(row), 4));
        let entropy = format!("entropy/{}", self.words.sample);
        let mut columns = vec![
            ("K", self.column(|row| row.k.to_string())),
            ("log-likelihood", reals(|row| row.log_likelihood)),
            ("parameters", self.column(|row| row.n_parameters.to_string())),
            ("AIC", self.starred(Criterion::Aic, 2)),
            ("BIC", self.starred(Criterion::Bic, 2)),
            ("ICL", self.starred(Criterion::Icl, 2)),
            (&entropy, reals(|row| row.entropy)),
        ];
        if self.how_held_out.is_some() {
            let error = |row: &Row| row.held_out_standard_error.filter(|error| error.is_finite());
            let error = |row: &Row| error(row).map_or_else(String::new, |e| fixed(e, 4));
            columns.push(("held-out", self.starred(Criterion::HeldOut, 4)));
            columns.push(("s.e.", self.column(error)));
        }
        columns.push(("found by", self.column(|row| row.origin.to_string())));
        columns.push(("stop", self.column(|row| row.stop.to_string())));
        let head: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let left = [head.len() - 2, head.len() - 1];
        let rows = (0..self.rows.len())
            .map(|i| columns.iter().map(|(_, cells)| cells[i].clone()).collect());
        tables::table(head, &left, rows)
    }

    fn column(&self, cell: impl Fn(&Row) -> String) -> Vec<String> {
        self.rows.iter().map(cell).collect()
    }

    /// The values of a criterion, the one that it picks with a star.
    fn starred(&self, criterion: Criterion, digits: usize) -> Vec<String> {
        let best = pick(&self.rows, criterion);
        let cell = |(place, row): (usize, &Row)| {
            let star = if best == Some(place) { "*" } else { " " };
            row.value(criterion).map_or_else(String::new, |v| fixed(v, digits) + star)
        };
        self.rows.iter().enumerate().map(cell).collect()
    }

    /// What else must be known to judge the table.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let ks_where = |is_meant: fn(&Row) -> bool| {
            let rows = self.rows.iter().filter(|row| is_meant(row));
            rows.map(|row| row.k.to_string()).collect::<Vec<_>>().join(", ")
        };
        let unfinished = ks_where(|row| !row.converged);
        if !unfinished.is_empty() {
            remarks.push(format!(
                "not converged, so never the best: K = {unfinished} (raise --max-iter)"
            ));
        }
        if let Some(first) = self.rows.iter().find(|row| !row.identified) {
            remarks.push(format!(
                "not identified, as infinitely many mixtures fit as well: K = {} and more",
                first.k
            ));
        }
        let ruled_out = ks_where(|row| row.held_out == Some(f64::NEG_INFINITY));
        if !ruled_out.is_empty() {
            remarks.push(format!(
                "a held-out {} is impossible by means of 0 or 1, which --alpha 2 smooths: \
                 K = {ruled_out}",
                self.words.sample
            ));
        }
        if self.rows.len() > 1 && self.chosen + 1 == self.rows.len() {
            let beyond = self.beyond.in_words();
            remarks.push(format!("the largest K is the best one: {beyond}"));
        }
        if self.interrupted {
            remarks.push("interrupted: not all that was asked for was fitted".into());
        }
        remarks
    }
}

fn in_words(test: &BootstrapTest) -> String {
    let (k, statistic, p) = (test.n_components, test.statistic, test.p_value());
    let (b, n) = (test.n_as_large(), test.bootstrapped.len());
    let null = k - 1;
    format!(
        "K = {k} against {null}: 2 log (L_{k} / L_{null}) = {}, p = {p:.4} \
         ({b} of {n} samples from K = {null} have as much)",
        fixed(statistic, 2)
    )
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
