//! `bmm train`: fits a mixture and writes a run folder.

use crate::cli::input;
use crate::cli::input::Input;
use crate::cli::input::known_labels::Supervision;
use crate::cli::input::models;
use crate::cli::input::reading::{Reading, ReadingArgs};
use crate::cli::results::train_report::Results;
use crate::cli::run_folder;
use crate::cli::run_folder::Run;
use crate::cli::run_folder::pictures;
use crate::cli::terminal::clock::Clock;
use crate::cli::terminal::console::Console;
use crate::cli::terminal::failure::{Failure, Outcome};
use crate::cli::terminal::memory;
use crate::cli::terminal::progress;
use crate::cli::terminal::progress::Progress;
use crate::cli::terminal::text::counted;
use crate::em::{self, Fit, FitParams, Init, InitKind, NInit, StopReason};
use crate::error::{Error, Result};
use crate::kernels;
use crate::model_file::{self, Digest, Model};
use std::ffi::OsString;
use std::num::NonZeroUsize;
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
    /// Fit so many clusters to each label, and assign new images to labels: rows whose label is known belong to its clusters,
    /// the others to any [default: labels only judge the clusters; with blanks in --labels, as many as --k allows]
    #[arg(long, value_name = "N", conflicts_with = "from")]
    components_per_label: Option<NonZeroUsize>,
    /// Start from this model instead [default: none]
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["n_init", "init"])]
    from: Option<PathBuf>,
    /// Exit with code 3 if the fit did not converge [default: off]
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    fit: FitArgs,
}

/// What to fit to, how, and where to: common to `train` and `sweep`.
#[derive(Debug, clap::Args)]
pub(crate) struct FitArgs {
    /// A folder of IDX files or pictures, an IDX, .npy, CSV or .bits file, or `demo`; `:test` takes a test split
    /// [default: data/mnist or $BMM_DATA/mnist, else demo]
    #[arg(long, value_name = "SRC", value_parser = input::source_parser())]
    pub(crate) data: Option<OsString>,
    /// The run folder to write [default: models/NAME, after data and k]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Replace a run folder that exists [default: off]
    #[arg(long)]
    pub(crate) force: bool,
    /// Seeds every random choice
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) seed: u64,
    /// Starts: a number, each run to its end, or auto: rounds of short ones, the best continued and moved on
    /// by splits and merges, until two rounds end in the best optimum or enough was spent
    #[arg(long, default_value_t = NInit::Auto, value_name = "auto|N", value_parser = starts)]
    n_init: NInit,
    /// How a start begins: random-rows, random-means, random-resp or kmeans++
    #[arg(long, default_value_t = Init::RandomRows, value_name = "KIND")]
    init: Init,
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
    /// Memory for lists of the rows of a .bits file that stays on disk, such as 4G: less takes longer and changes no
    /// result [default: half of what is free; 2G where the system does not say]
    #[arg(long, value_name = "SIZE", value_parser = memory::size)]
    memory: Option<usize>,
    #[command(flatten)]
    reading: ReadingArgs,
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

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let mut clock = Clock::start();
    let FitArgs { out, force, .. } = &args.fit;
    let from = args.from.as_deref().map(models::read).transpose()?;
    let source =
        console.with_notes(|notes| input::source_or_default(args.fit.data.as_ref(), notes));
    run_folder::check(out.as_deref(), *force)?;
    let (input, held_out) = clock.load(|| args.fit.read(&source, from.as_ref(), console))?;
    from.iter().try_for_each(|model| check_rows(&source, &input, model))?;
    let (mut params, init) = args.params(from, input.bits.n_features())?;
    let supervision = args.supervision(&input)?;
    params.n_components =
        supervision.as_ref().map_or(params.n_components, Supervision::n_components);
    let fit = clock.fit(|| fit(&input, supervision.as_ref(), &params, console))?;
    let results = Results::new(&input, held_out.as_ref(), params, init, fit)?;
    let run = Run::write(out.as_deref(), *force, &input, &results, vec![], &mut clock)?;
    let means = pictures::small_means(results.model(), console)?;
    console.result(&results.document(&run, &clock), || means + &results.text(&run))?;
    Ok(args.outcome(results.stop()))
}

fn fit(
    input: &Input,
    supervision: Option<&Supervision>,
    params: &FitParams,
    console: &Console,
) -> Result<Fit> {
    announce(input, params.n_components, console)?;
    let mut progress = Progress::new(console);
    let fit = match supervision {
        Some(supervision) => supervision.fit(input, params, &mut progress),
        None => em::fit(input.rows(), params, &mut progress),
    };
    progress.finish();
    fit
}

/// Says what will be fitted, of `k` components at most, and how; from here on Ctrl-C ends the fit, not the program.
pub(crate) fn announce(input: &Input, k: usize, console: &Console) -> Result<()> {
    check_storable(input, k)?;
    progress::catch_interrupt();
    console.note(format_args!("data      {}", input.summary()));
    console.note(format_args!("kernel    {}", kernel()));
    console.notes(input.warning());
    Ok(())
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

/// Says by the name of the source that its rows are not as long as those of the model to start from.
fn check_rows(source: &OsString, input: &Input, model: &Model) -> Result<()> {
    if input.bits.n_features() == model.mixture.n_features() {
        return Ok(());
    }
    let model = (model.height as usize, model.width as usize);
    Err(Error::Size { path: source.into(), found: (input.height, input.width), model })
}

/// The SHA-256 of a model's file.
fn digest(model: &Model) -> Result<Digest> {
    let bytes = model_file::encode(model).map_err(|p| Error::model(models::FILE, p))?;
    Ok(Digest::of_bytes(&bytes))
}

/// The kernels that will fit: instruction set and threads.
fn kernel() -> String {
    let threads = counted(em::n_threads(), "thread");
    format!("nibble tables, screened, {}, {threads}", kernels::instruction_set())
}

impl FitArgs {
    /// The data, and the test split that goes with it: both before the fit, so that a damaged file costs no fit.
    pub(crate) fn read(
        &self,
        source: &OsString,
        from: Option<&Model>,
        console: &Console,
    ) -> Result<(Input, Option<Input>)> {
        let reading = self.reading(from);
        console.with_notes(|notes| input::read_with_held_out(source, &reading, notes))
    }

    /// Whether labels were given beside the data.
    pub(crate) fn has_labels(&self) -> bool {
        self.reading.labels.is_some()
    }

    fn reading(&self, from: Option<&Model>) -> Reading {
        let model_rule = from.map(|model| model.binarize);
        Reading { model_rule, is_for_training: true, ..self.reading.reading() }
    }

    /// How to fit `n_components` to rows of `n_features`.
    pub(crate) fn params(&self, n_components: usize, n_features: usize) -> FitParams {
        let defaults = FitParams::for_features(n_features);
        FitParams {
            n_components,
            init: self.init.clone(),
            n_init: self.n_init,
            alpha: self.alpha.unwrap_or(defaults.alpha),
            tol: self.tol.unwrap_or(defaults.tol),
            max_iter: self.max_iter.map_or(defaults.max_iter, NonZeroUsize::get),
            accelerate: !self.no_accelerate,
            seed: self.seed,
            memory: memory::for_lists(self.memory),
        }
    }
}

impl Args {
    fn supervision(&self, input: &Input) -> Result<Option<Supervision>> {
        let per_label = self.components_per_label.map(NonZeroUsize::get);
        // Whose the clusters of a model to start from are, nobody knows: then labels only judge.
        let are_used = self.fit.reading.labels.is_some() && self.from.is_none();
        Supervision::of(per_label, self.k, are_used, input)
    }

    /// How to fit, and how the starts begin, for whoever wants to repeat it.
    fn params(&self, from: Option<Model>, n_features: usize) -> Result<(FitParams, InitKind)> {
        let Some(model) = from else {
            let params = self.fit.params(self.k.unwrap_or(10), n_features);
            return Ok((params, self.fit.init.kind()));
        };
        let beginning = InitKind::From(Some(digest(&model)?));
        let k = self.k.unwrap_or(model.mixture.n_components());
        let params = self.fit.params(k, n_features);
        Ok((FitParams { init: Init::From(model.mixture), ..params }, beginning))
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
