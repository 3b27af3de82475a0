//! The standard errors of a model's weights and means, for `bmm info --errors`.

use crate::cli::input;
use crate::cli::input::Input;
use crate::cli::input::reading::Reading;
use crate::cli::terminal::console::Console;
use crate::cli::terminal::memory;
use crate::cli::terminal::tables;
use crate::data;
use crate::em::{self, Bootstrap, FitParams, StandardErrors};
use crate::error::{Error, Result};
use crate::model_file::Model;
use crate::scorer::KnownLabels;
use serde::Serialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Which standard errors are asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct ErrorArgs {
    /// The data that the model was trained on, for --errors
    #[arg(value_name = "SRC", requires = "errors", value_parser = input::source_parser())]
    source: Option<OsString>,
    /// Add the standard errors of weights and means on SRC, by observed information: for at most
    /// 2000 means. Means on the boundary have none (NA) and are held fixed, which makes the others'
    /// a little small; --bootstrap lets them move [default: off]
    #[arg(long, requires = "source")]
    errors: bool,
    /// Find them by refits to B resamplings of the rows instead [default: off]
    #[arg(long, value_name = "B", requires = "errors")]
    bootstrap: Option<usize>,
    /// Labels of the rows, for a model whose clusters were fitted to labels [default: those of SRC]
    #[arg(long, value_name = "FILE", requires = "errors")]
    labels: Option<PathBuf>,
    /// Seeds the resampling [default: 0]
    #[arg(long, value_name = "N", requires = "bootstrap")]
    seed: Option<u64>,
}

/// They, and how they were found.
#[derive(Debug, Serialize)]
pub(crate) struct Errors {
    method: &'static str,
    data: String,
    /// Whether the model was trained on these very bits; `null` where it does not say on which.
    trained_on_it: Option<bool>,
    n_refits: Option<usize>,
    n_converged: Option<usize>,
    /// Means on the boundary, which have none.
    n_without: usize,
    /// `null` for what has none.
    weights: Vec<Option<f64>>,
    /// A list for each cluster.
    means: Vec<Vec<Option<f64>>>,
}

impl ErrorArgs {
    /// Data have no weights and means.
    pub(crate) fn refuse_for_data(&self, subject: &OsString) -> Result<()> {
        if !self.errors {
            return Ok(());
        }
        let value = format!("asked of {}", Path::new(subject).display());
        let allowed = "left out: only models have standard errors".into();
        Err(Error::Parameter { name: "errors", value, allowed })
    }

    /// The standard errors of `model`, if they are asked for.
    pub(crate) fn errors(&self, model: &Model, console: &Console) -> Result<Option<Errors>> {
        let (true, Some(source)) = (self.errors, &self.source) else { return Ok(None) };
        let source = std::slice::from_ref(source);
        let reading = Reading { labels: self.labels.clone(), ..Reading::default() };
        let input =
            console.with_notes(|notes| input::read_for_model(source, reading, model, notes))?;
        let trained_on = model.provenance.as_ref().map(|p| &p.data_sha256);
        let trained_on_it =
            trained_on.map(|sha| *sha == data::fingerprint(&input.bits, input.weights.as_deref()));
        if trained_on_it == Some(false) {
            console.note(
                "note      the model was trained on other data: standard errors suppose a maximum on these",
            );
        }
        let params = self.params(model, &input);
        let label_of = model.labels.as_ref().map_or(&[][..], |table| &table.label_of);
        let of_row = if label_of.is_empty() { Vec::new() } else { labels_of(model, &input)? };
        let known = KnownLabels { of_row: &of_row, of_component: label_of };
        let (data, rows) = (input.summary(), input.rows().labelled(known));
        Ok(Some(match self.bootstrap {
            Some(n_refits) => {
                let found = em::bootstrap(&model.mixture, rows, &params, n_refits)?;
                Errors::by_bootstrap(model, data, trained_on_it, &found)
            }
            None => {
                let mixture = &model.mixture;
                let found = StandardErrors::by_information(mixture, rows, params.alpha)?;
                Errors::new("observed information", model, data, trained_on_it, &found)
            }
        }))
    }

    /// How the model was fitted, as far as it says so.
    fn params(&self, model: &Model, input: &Input) -> FitParams {
        let memory = memory::for_lists(None);
        let defaults = FitParams { memory, ..FitParams::for_features(input.bits.n_features()) };
        let seed = self.seed.unwrap_or(0);
        match model.provenance.as_ref().map(|provenance| &provenance.settings) {
            Some(fit) => {
                let max_iter = fit.max_iter as usize;
                FitParams { alpha: fit.alpha, tol: fit.tol, max_iter, seed, ..defaults }
            }
            // Nobody knows what an imported model maximises: the likelihood, most likely.
            None => FitParams { alpha: 0.0, seed, ..defaults },
        }
    }
}

/// The label of each row as the model numbers them, for a model whose clusters were fitted to labels.
fn labels_of(model: &Model, input: &Input) -> Result<Vec<Option<u32>>> {
    let names = model.labels.as_ref().map_or(&[][..], |table| &table.names);
    let Some(labels) = &input.labels else {
        let (value, allowed) = ("not given".into(), "those that the model was fitted to".into());
        return Err(Error::Parameter { name: "labels", value, allowed });
    };
    let number = |name: &String| names.iter().zip(0..).find(|(known, _)| *known == name);
    let numbers: Vec<Option<u32>> =
        labels.names().iter().map(|name| number(name).map(|(_, n)| n)).collect();
    Ok(labels.of_row().iter().map(|label| label.and_then(|l| numbers[l as usize])).collect())
}

impl Errors {
    fn new(
        method: &'static str,
        model: &Model,
        data: String,
        trained_on_it: Option<bool>,
        errors: &StandardErrors,
    ) -> Self {
        Self {
            method,
            data,
            trained_on_it,
            n_refits: None,
            n_converged: None,
            n_without: errors.n_unknown(),
            weights: errors.weights().to_vec(),
            means: (0..model.mixture.n_components()).map(|k| errors.mean(k).to_vec()).collect(),
        }
    }

    fn by_bootstrap(
        model: &Model,
        data: String,
        trained_on_it: Option<bool>,
        found: &Bootstrap,
    ) -> Self {
        let (n_refits, n_converged) = (Some(found.n_refits), Some(found.n_converged));
        let errors = Self::new("bootstrap", model, data, trained_on_it, &found.errors);
        Self { n_refits, n_converged, ..errors }
    }

    /// A table of every weight and mean with its error, or of what is typical where there are many.
    pub(crate) fn table(&self, model: &Model) -> String {
        let is_small = model.mixture.n_features() <= 40 && model.mixture.n_components() <= 6;
        if is_small { self.in_full(model) } else { self.in_short(model) }
    }

    fn in_full(&self, model: &Model) -> String {
        let (mixture, clusters) = (&model.mixture, 0..self.weights.len());
        let head: Vec<String> = clusters.clone().map(|k| format!("cluster {k}")).collect();
        let head: Vec<&str> = [""].into_iter().chain(head.iter().map(String::as_str)).collect();
        let weights =
            clusters.clone().map(|k| with_error(mixture.weights()[k], self.weights[k])).collect();
        let mean = |d: usize| {
            clusters.clone().map(|k| with_error(mixture.mean(k)[d], self.means[k][d])).collect()
        };
        let means = (0..mixture.n_features()).map(|d| (format!("mean of item {d}"), mean(d)));
        let rows = [("weight".into(), weights)].into_iter().chain(means);
        let rows = rows.map(|(name, cells): (String, Vec<String>)| {
            [name].into_iter().chain(cells).collect::<Vec<_>>()
        });
        format!("\nEstimates (standard errors)\n{}", tables::table(&head, &[0], rows))
    }

    fn in_short(&self, model: &Model) -> String {
        let head = ["cluster", "weight", "error", "median error of means", "largest", "without"];
        let rows = self.weights.iter().zip(&self.means).enumerate().map(|(k, (weight, means))| {
            let mut known: Vec<f64> = means.iter().flatten().copied().collect();
            known.sort_unstable_by(f64::total_cmp);
            let without = (means.len() - known.len()).to_string();
            let typical = [known.get(known.len() / 2), known.last()].map(|e| number(e.copied()));
            let weights = [format!("{:.4}", model.mixture.weights()[k]), number(*weight)];
            [k.to_string()].into_iter().chain(weights).chain(typical).chain([without]).collect()
        });
        format!("\nStandard errors; --json has all of them\n{}", tables::table(&head, &[], rows))
    }
}

fn with_error(estimate: f64, error: Option<f64>) -> String {
    format!("{estimate:.4} ({})", number(error))
}

fn number(error: Option<f64>) -> String {
    error.map_or_else(|| "NA".into(), |error| format!("{error:.4}"))
}
