//! The standard errors of a model's weights and means, for `bmm info --errors`.

use super::document::trained_on;
use super::items;
use crate::cli::input::{self, Input, Reading, demo};
use crate::cli::terminal::{Console, memory, tables};
use crate::data::{Columns, Source};
use crate::em::{self, FitParams, StandardErrors};
use crate::error::{Error, Result, singular_at};
use crate::model_file::Model;
use crate::scorer::KnownLabels;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The largest model whose weights and means are all printed.
const MAX_ITEMS_IN_FULL: usize = 40;
const MAX_CLUSTERS_IN_FULL: usize = 6;

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

/// Standard errors, and how they were found.
#[derive(Debug)]
pub(crate) struct Errors {
    method: &'static str,
    data: String,
    /// Whether the model was trained on these very bits, if it says so.
    trained_on_it: Option<bool>,
    /// All refits of a bootstrap, and those that converged.
    refits: Option<(usize, usize)>,
    errors: StandardErrors,
}

impl ErrorArgs {
    /// Refuses `--errors` for data, which have no weights and means, and for what is not there.
    pub(crate) fn refuse_for_data(&self, subject: &OsString) -> Result<()> {
        if !self.errors {
            return Ok(());
        }
        if subject.to_str().and_then(demo::split_of).is_none() {
            let source = Source::parse(subject);
            source.path().metadata().map_err(Error::io(source.path()))?;
        }
        let value = format!("asked of {}", Path::new(subject).display());
        Err(Error::parameter("--errors", value, "left out: only models have standard errors"))
    }

    /// The standard errors of `model`, if they were asked for, by a table read as `columns` say.
    pub(crate) fn errors(
        &self,
        model: &Model,
        columns: Columns,
        console: &Console,
    ) -> Result<Option<Errors>> {
        let (true, Some(source)) = (self.errors, &self.source) else { return Ok(None) };
        let source = std::slice::from_ref(source);
        let reading = Reading { labels: self.labels.clone(), columns, ..Reading::default() };
        let input = input::read_for_model(source, reading, model, console)?;
        let trained_on_it = trained_on(model, &input);
        if trained_on_it == Some(false) {
            console.note(
                "note      the model was trained on other data: \
                 standard errors suppose a maximum on these",
            );
        }
        let params = self.params(model, &input);
        let of_component = model.labels.as_ref().map_or(&[][..], |table| &table.label_of);
        let of_row = if of_component.is_empty() { Vec::new() } else { labels_of(model, &input)? };
        let rows = input.rows().labelled(KnownLabels { of_row: &of_row, of_component });
        let (method, errors, refits) = match self.bootstrap {
            Some(n_refits) => {
                let found = em::bootstrap(&model.mixture, rows, &params, n_refits)?;
                ("bootstrap", found.errors, Some((found.n_refits, found.n_converged)))
            }
            None => {
                let errors = StandardErrors::by_information(&model.mixture, rows, params.alpha)
                    .map_err(|error| with_names(error, model))?;
                ("observed information", errors, None)
            }
        };
        Ok(Some(Errors { method, data: input.summary(), trained_on_it, refits, errors }))
    }

    fn params(&self, model: &Model, input: &Input) -> FitParams {
        let memory = memory::for_lists(None);
        let n_varying = input.rows().n_varying();
        let defaults = FitParams::default().for_features(n_varying).memory(memory);
        let seed = self.seed.unwrap_or(0);
        match model.provenance.as_ref().map(|provenance| &provenance.settings) {
            Some(fit) => {
                let max_iter = fit.max_iter as usize;
                FitParams { alpha: fit.alpha, tol: fit.tol, max_iter, seed, ..defaults }
            }
            // An imported model does not say what it maximises: probably the likelihood.
            None => FitParams { alpha: 0.0, seed, ..defaults },
        }
    }
}

/// The label of each row, numbered as in `model`, whose clusters were fitted to labels.
fn labels_of(model: &Model, input: &Input) -> Result<Vec<Option<u32>>> {
    let names = model.labels.as_ref().map_or(&[][..], |table| &table.names);
    let Some(labels) = &input.labels else {
        let allowed = "those that the model was fitted to";
        return Err(Error::parameter("--labels", "not given", allowed));
    };
    let number = |name: &String| names.iter().zip(0..).find(|(known, _)| *known == name);
    let numbers: Vec<Option<u32>> =
        labels.names().iter().map(|name| number(name).map(|(_, n)| n)).collect();
    Ok(labels.of_row().iter().map(|label| label.and_then(|l| numbers[l as usize])).collect())
}

/// An error about a feature of a table, by the name of the item.
fn with_names(error: Error, model: &Model) -> Error {
    match (error, items::names(model)) {
        (Error::Singular { component, feature: Some(d) }, Some(names)) => {
            let mean = format!("the mean of {} in cluster {component}", names[d]);
            Error::Information(singular_at(&mean))
        }
        (error, _) => error,
    }
}

impl Errors {
    /// `null` stands for a weight or mean that has no standard error.
    pub(crate) fn document(&self) -> Value {
        let Self { method, data, trained_on_it, refits, errors } = self;
        let clusters = 0..errors.weights().len();
        json!({
            "method": method,
            "data": data,
            "trained_on_it": trained_on_it,
            "n_refits": refits.map(|(n_refits, _)| n_refits),
            "n_converged": refits.map(|(_, n_converged)| n_converged),
            "n_without": errors.n_unknown(),
            "weights": errors.weights(),
            "means": clusters.map(|k| errors.mean(k)).collect::<Vec<_>>(),
        })
    }

    /// A table of every weight and mean with its error, or of medians where there are many.
    pub(crate) fn table(&self, model: &Model) -> String {
        let (d, k) = (model.mixture.n_features(), model.mixture.n_components());
        if d <= MAX_ITEMS_IN_FULL && k <= MAX_CLUSTERS_IN_FULL {
            self.in_full(model)
        } else {
            self.in_short(model)
        }
    }

    fn in_full(&self, model: &Model) -> String {
        let (mixture, errors, names) = (&model.mixture, &self.errors, items::names(model));
        let row = |name: String, cell: &dyn Fn(usize) -> String| -> Vec<String> {
            [name].into_iter().chain((0..mixture.n_components()).map(cell)).collect()
        };
        let head = row(String::new(), &|k| format!("cluster {k}"));
        let weights =
            row("weight".into(), &|k| with_error(mixture.weights()[k], errors.weights()[k]));
        let name = |d: usize| match &names {
            Some(names) => names[d].clone(),
            None => format!("pixel {d}"),
        };
        let means = (0..mixture.n_features()).map(|d| {
            let mean = |k: usize| with_error(mixture.mean(k)[d], errors.mean(k)[d]);
            row(format!("mean of {}", name(d)), &mean)
        });
        let rows = [weights].into_iter().chain(means);
        format!("\nEstimates (standard errors)\n{}", tables::table(head, &[0], rows))
    }

    fn in_short(&self, model: &Model) -> String {
        let head = ["cluster", "weight", "error", "median error of means", "largest", "without"];
        let rows = self.errors.weights().iter().enumerate().map(|(k, weight)| {
            let means = self.errors.mean(k);
            let mut known: Vec<f64> = means.iter().flatten().copied().collect();
            known.sort_unstable_by(f64::total_cmp);
            let [median, largest] = [known.get(known.len() / 2), known.last()];
            vec![
                k.to_string(),
                format!("{:.4}", model.mixture.weights()[k]),
                number(*weight),
                number(median.copied()),
                number(largest.copied()),
                (means.len() - known.len()).to_string(),
            ]
        });
        format!("\nStandard errors; --json has all of them\n{}", tables::table(head, &[], rows))
    }
}

fn with_error(estimate: f64, error: Option<f64>) -> String {
    format!("{estimate:.4} ({})", number(error))
}

fn number(error: Option<f64>) -> String {
    error.map_or_else(|| "NA".into(), |error| format!("{error:.4}"))
}
