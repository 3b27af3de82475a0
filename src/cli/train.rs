//! `bmm train`: fits a mixture and writes a run folder.

use super::console::Console;
use super::failure::{Failure, Outcome};
use super::input::{self, ImageShape, Input, Reading};
use super::models;
use super::progress::{self, Progress};
use super::run_folder::{self, Run};
use super::tables::counted;
use super::train_report::{Clock, Results};
use crate::data::Binarize;
use crate::em::{self, Fit, FitParams, Init, NInit, StopReason};
use crate::error::{Error, Result};
use crate::kernels;
use crate::model_file::{self, Model};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Fit a mixture to images or rows and write a run folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm train --k 10
  bmm train --k 50 --data pictures/ --seed 7 --out models/pictures")]
pub(super) struct Args {
    /// Clusters to look for [default: 10, or as many as --from has]
    #[arg(long)]
    k: Option<usize>,
    /// A folder of IDX files or pictures, an IDX, .npy or CSV file, or `demo`; `:test` takes a test split
    /// [default: data/mnist or $BMM_DATA/mnist, else demo]
    #[arg(long, value_name = "SRC", value_parser = input::source_parser())]
    data: Option<OsString>,
    /// The run folder to write [default: models/NAME, after data and k]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Replace a run folder that exists [default: off]
    #[arg(long)]
    force: bool,
    /// Seeds every random choice
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// Starts: a number, each run to its end, or auto: rounds of short ones, the best continued and moved on
    /// by splits and merges, until two rounds end in the best optimum or enough was spent
    #[arg(long, default_value_t = NInit::Auto, value_name = "auto|N", value_parser = starts, conflicts_with = "from")]
    n_init: NInit,
    /// How a start begins: random-rows, random-means, random-resp or kmeans++
    #[arg(long, default_value_t = Init::RandomRows, value_name = "KIND", conflicts_with = "from")]
    init: Init,
    /// Start from this model instead [default: none]
    #[arg(long, value_name = "MODEL")]
    from: Option<PathBuf>,
    /// The most iterations of one start; extrapolations that were tried in vain count
    /// [default: 500; 5000 for rows of fewer than 64 features]
    #[arg(long, value_name = "N")]
    max_iter: Option<NonZeroUsize>,
    /// A start has converged when an iteration gains less than this many nats per image; 0: never
    /// [default: 1e-6; 1e-10 for rows of fewer than 64 features]
    #[arg(long, value_name = "T")]
    tol: Option<f64>,
    /// Plain EM: no extrapolation in late iterations, which saves many of them [default: off]
    #[arg(long)]
    no_accelerate: bool,
    /// Pseudo-count of ink and of blank in every mean; 0: maximum likelihood
    /// [default: 0.1; 0 for rows of fewer than 64 features]
    #[arg(long, value_name = "A")]
    alpha: Option<f64>,
    /// From grey to bits: threshold:T (ink is T or more of 255), otsu, bernoulli:SEED or none
    /// [default: threshold:128; none for tables of 0 and 1; with --from, that model's rule]
    #[arg(long, value_name = "RULE")]
    binarize: Option<Binarize>,
    /// Height and width of an image in rows that have none, such as 28x28 [default: 1 x columns]
    #[arg(long, value_name = "HxW")]
    shape: Option<ImageShape>,
    /// Use the first N images only [default: all]
    #[arg(long, value_name = "N")]
    limit: Option<NonZeroUsize>,
    /// Labels of the images: an IDX file, or text with one a line [default: those of the source]
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Exit with code 3 if the fit did not converge [default: off]
    #[arg(long)]
    strict: bool,
}

/// Every start is remembered, so there is an end to them.
const MOST_STARTS: usize = 100_000;

fn starts(text: &str) -> Result<NInit> {
    match text.parse() {
        Ok(n_init) if !matches!(n_init, NInit::Exactly(n) if n > MOST_STARTS) => Ok(n_init),
        _ => {
            let allowed = format!("auto or a whole number from 1 to {MOST_STARTS}");
            Err(Error::Parameter { name: "n-init", value: text.into(), allowed })
        }
    }
}

pub(super) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let mut clock = Clock::start();
    let from = args.from.as_deref().map(models::read).transpose()?;
    let source = input::source_or_default(args.data.as_ref(), console);
    run_folder::check(args.out.as_deref(), args.force)?;
    let (input, held_out) = clock.load(|| args.read(&source, from.as_ref()))?;
    let (params, init) = args.params(from, input.bits.n_features())?;
    let fit = clock.fit(|| fit(&input, &params, console))?;
    let results = Results::new(&input, held_out.as_ref(), params, init, fit)?;
    let run = Run::write(args.out.as_deref(), args.force, &input, &results, &mut clock)?;
    console.result(&results.document(&run, &clock), || results.text(&run))?;
    Ok(args.outcome(results.stop()))
}

fn fit(input: &Input, params: &FitParams, console: &Console) -> Result<Fit> {
    check_storable(input, params.n_components)?;
    progress::catch_interrupt();
    console.note(format_args!("data      {}", input.summary()));
    console.note(format_args!("kernel    {}", kernel()));
    if [0, (input.bits.n_samples() * input.bits.n_features()) as u64]
        .contains(&input.bits.count_ones())
    {
        console.note(
            "warning   all bits are the same: is --binarize right for this data? otsu finds a cut",
        );
    }
    let mut progress = Progress::new(console);
    let fit = em::fit(&input.bits, params, &mut progress);
    progress.finish();
    fit
}

/// Says before a long fit, and not after it, that the model would be too large for its file.
fn check_storable(input: &Input, k: usize) -> Result<()> {
    let most =
        model_file::MAX_FILE_LEN as usize / size_of::<f64>() / input.bits.n_features().max(1);
    if k < most {
        return Ok(());
    }
    let allowed = format!("below {most}: a model file holds at most 1 GiB");
    Err(Error::Parameter { name: "k", value: k.to_string(), allowed })
}

/// The SHA-256 of a model's file.
fn digest(model: &Model) -> Result<String> {
    let bytes = model_file::encode(model).map_err(|p| Error::model(models::FILE, p))?;
    Ok(model_file::sha256_hex(&bytes))
}

/// The kernels that will fit: instruction set and threads.
fn kernel() -> String {
    let threads = counted(em::n_threads(), "thread");
    format!("nibble tables, screened, {}, {threads}", kernels::instruction_set())
}

impl Args {
    /// The data, and the test split that goes with it: both before the fit, so that a damaged file costs no fit.
    fn read(&self, source: &OsString, from: Option<&Model>) -> Result<(Input, Option<Input>)> {
        input::read_with_held_out(source, &self.reading(from)?)
    }

    fn reading(&self, from: Option<&Model>) -> Result<Reading> {
        let model_rule = from.map(|model| model.binarize.parse()).transpose()?;
        let limit = self.limit.map(NonZeroUsize::get);
        let Self { binarize: rule, shape, labels, .. } = self;
        Ok(Reading { rule: *rule, model_rule, shape: *shape, limit, labels: labels.clone() })
    }

    /// How to fit; and how the starts begin, for whoever wants to repeat it: a kind, or the digest of the model file.
    fn params(&self, from: Option<Model>, n_features: usize) -> Result<(FitParams, String)> {
        let beginning = match &from {
            Some(model) => format!("from {}", digest(model)?),
            None => self.init.to_string(),
        };
        let init = from.map_or_else(|| self.init.clone(), |model| Init::From(model.mixture));
        let default_k = match &init {
            Init::From(mixture) => mixture.n_components(),
            _ => 10,
        };
        let defaults = FitParams::for_features(n_features);
        let params = FitParams {
            n_components: self.k.unwrap_or(default_k),
            init,
            n_init: self.n_init,
            alpha: self.alpha.unwrap_or(defaults.alpha),
            tol: self.tol.unwrap_or(defaults.tol),
            max_iter: self.max_iter.map_or(defaults.max_iter, NonZeroUsize::get),
            accelerate: !self.no_accelerate,
            seed: self.seed,
        };
        Ok((params, beginning))
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
