//! `bmm train`: fits a mixture and writes a run folder.

use crate::cli::input::fit::{FitArgs, announce};
use crate::cli::input::known_labels::Supervision;
use crate::cli::input::{Input, models};
use crate::cli::results::train_report::Results;
use crate::cli::run_folder::{self, Run, pictures};
use crate::cli::terminal::hints::BY_DEFAULT;
use crate::cli::terminal::{Console, Failure, Outcome, Progress, whole_number};
use crate::em::{
    self, Assignments, Fit, FitParams, FitSettings, Init, InitKind, Policy, StopReason,
};
use crate::error::{Error, Result};
use crate::model_file::{Digest, Model};
use std::ffi::OsString;
use std::path::PathBuf;

/// Fit a mixture to images or rows and write a run folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm train --k 10
  bmm train --k 50 --data pictures/ --seed 7 --out models/pictures")]
pub(crate) struct Args {
    /// Clusters to look for [default: 10, or as many as --from has or labels that the fit uses]
    #[arg(long)]
    k: Option<usize>,
    /// Fit so many clusters to each label, and assign new images to labels: rows whose label is
    /// known belong to its clusters, the others to any [default: labels only judge the clusters]
    #[arg(long, value_name = "N", conflicts_with = "from")]
    #[arg(value_parser = whole_number(1..=usize::MAX))]
    components_per_label: Option<usize>,
    /// Start from this model instead [default: none]
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["n_init", "init"])]
    from: Option<PathBuf>,
    /// Exit with code 3 if the fit did not converge [default: off]
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    fit: FitArgs,
}

const DEFAULT_K: usize = 10;

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let mut run = Run::begin(args.fit.out.as_deref(), args.fit.force)?;
    let (source, from) = args.source(console)?;
    let (input, held_out) = run.clock.load(|| args.fit.read(&source, from.as_ref(), console))?;
    let plan = args.plan(&source, &input, from)?;
    if plan.supervision.is_none() {
        args.fit.say_that_labels_judge(&input, console);
    }
    let fit = run.clock.fit(|| plan.fit(&input, console));
    let fit = fit.map_err(|error| args.of_default_k(error, &plan))?;
    let results = Results::new(&input, held_out.as_ref(), plan.settings, fit)?;
    let written = run.write(&input, &results, Vec::new(), console)?;
    let means = pictures::small_means(&results.model, console)?;
    console.result(&results.document(&written), || means + &results.text(&written.folder))?;
    Ok(args.outcome(results.stop()))
}

/// A fit as it was asked for.
struct Plan {
    params: FitParams,
    /// The settings as they are recorded. A model to start from is recorded by its digest.
    settings: FitSettings,
    /// Labels that have clusters of their own.
    supervision: Option<Supervision>,
}

impl Plan {
    fn fit(&self, input: &Input, console: &Console) -> Result<(Fit, Assignments)> {
        let params = &self.params;
        announce(input, params.n_components, console)?;
        let mut progress = Progress::new(console);
        let fit = match &self.supervision {
            Some(supervision) => supervision.fit(input, params, &mut progress),
            None => {
                let policy = Policy::for_params(params);
                em::fit_assigned(&policy, input.rows(), params, &mut progress)
            }
        };
        progress.finish();
        fit
    }
}

impl Args {
    /// What to cluster, and the model to start from.
    fn source(&self, console: &Console) -> Result<(OsString, Option<Model>)> {
        let from = self.from.as_deref().map(models::read).transpose()?;
        Ok((self.fit.source(console), from))
    }

    fn plan(&self, source: &OsString, input: &Input, from: Option<Model>) -> Result<Plan> {
        let mut params = self.fit.params(self.k.unwrap_or(DEFAULT_K), input.rows().n_varying());
        let mut init = params.init.kind();
        if let Some(model) = from {
            check_rows(source, input, &model)?;
            init = InitKind::From(Some(Digest::of_bytes(&run_folder::encode(&model)?)));
            params.n_components = self.k.unwrap_or(model.mixture.n_components());
            params.init = Init::From(model.mixture);
        }
        let supervision = |n| Supervision::new(n, self.k, input);
        let supervision = self.components_per_label.map(supervision).transpose()?;
        if let Some(supervision) = &supervision {
            params.n_components = supervision.n_components();
        }
        let settings = FitSettings { init, ..params.settings() };
        Ok(Plan { params, settings, supervision })
    }

    /// An error about the number of clusters says that nobody asked for that number.
    fn of_default_k(&self, error: Error, plan: &Plan) -> Error {
        let is_default = self.k.is_none() && self.from.is_none() && plan.supervision.is_none();
        match error {
            Error::Parameter { name: "n_components", value, allowed } if is_default => {
                Error::Parameter { name: "n_components", value: value + BY_DEFAULT, allowed }
            }
            error => error,
        }
    }

    fn outcome(&self, stop: StopReason) -> Outcome {
        match stop {
            StopReason::Interrupted => Outcome::Interrupted,
            StopReason::Converged => Outcome::Done,
            _ if self.strict => Outcome::NotConverged,
            _ => Outcome::Done,
        }
    }
}

fn check_rows(source: &OsString, input: &Input, model: &Model) -> Result<()> {
    if input.bits.n_features() == model.mixture.n_features() {
        return Ok(());
    }
    let model = (model.height as usize, model.width as usize);
    Err(Error::Size { path: source.into(), found: (input.height, input.width), model })
}
