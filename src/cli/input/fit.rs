//! What a user says of a fit, to `train` and to `sweep`: data, settings, and where to write.

use super::reading::{Reading, ReadingArgs};
use super::{Input, load, read_with_held_out, source_or_default, source_parser};
use crate::cli::terminal::{Console, counted, memory, progress, whole_number};
use crate::data::SourceKind;
use crate::em::{self, FitParams, Init, NInit};
use crate::error::{DataProblem, Error, Result};
use crate::kernels;
use crate::model_file::{self, Model};
use std::ffi::OsString;
use std::path::PathBuf;

/// The flags that `train` and `sweep` share.
#[derive(Debug, clap::Args)]
pub(crate) struct FitArgs {
    /// A folder of IDX files or pictures, an IDX, .npy, CSV or .bits file, or `demo`; `:test`
    /// takes a test split [default: data/mnist or $BMM_DATA/mnist, else demo]
    #[arg(long, value_name = "SRC", value_parser = source_parser())]
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
    /// Starts: a number, each run to its end, or auto: rounds of short ones, the best continued and
    /// moved on by splits and merges, until two rounds end in the best optimum or enough was spent
    #[arg(long, default_value_t = NInit::Auto, value_name = "auto|N", value_parser = starts)]
    n_init: NInit,
    /// How a start begins: random-rows, random-means, random-resp or kmeans++
    #[arg(long, default_value_t = Init::RandomRows, value_name = "KIND")]
    init: Init,
    /// The most iterations of one start; extrapolations that were tried in vain count
    /// [default: 500; 5000 if fewer than 64 features vary]
    #[arg(long, value_name = "N", value_parser = whole_number(1..=usize::MAX))]
    max_iter: Option<usize>,
    /// A start has converged when an iteration gains less than this many nats per image; 0: never
    /// [default: 1e-6; 1e-10 if fewer than 64 features vary]
    #[arg(long, value_name = "T")]
    tol: Option<f64>,
    /// Plain EM: no extrapolation in late iterations, which saves many of them [default: off]
    #[arg(long)]
    no_accelerate: bool,
    /// Average rows that the prior adds to every cluster; 0: maximum likelihood [default: 2; 0 if
    /// fewer than 64 features vary]
    #[arg(long, value_name = "A")]
    alpha: Option<f64>,
    /// Memory for lists of the rows of a .bits file that stays on disk, such as 4G: less takes
    /// longer and changes no result [default: half of what is free; 2G where the system does not
    /// say]
    #[arg(long, value_name = "SIZE", value_parser = memory::size)]
    memory: Option<usize>,
    #[command(flatten)]
    reading: ReadingArgs,
}

/// Every start leaves a record, so their number is limited.
const MAX_STARTS: usize = 100_000;

fn starts(text: &str) -> Result<NInit, String> {
    let is_allowed = |n_init: &NInit| !matches!(n_init, NInit::Exactly(n) if *n > MAX_STARTS);
    let wrong = || format!("must be auto or a whole number from 1 to {MAX_STARTS}");
    text.parse().ok().filter(is_allowed).ok_or_else(wrong)
}

impl FitArgs {
    pub(crate) fn source(&self, console: &Console) -> OsString {
        source_or_default(self.data.as_ref(), console)
    }

    /// The data and its test split. Both are read first: a damaged test split costs no fit.
    pub(crate) fn read(
        &self,
        source: &OsString,
        from: Option<&Model>,
        console: &Console,
    ) -> Result<(Input, Option<Input>)> {
        let (input, test) = read_with_held_out(source, &self.reading(from), console)?;
        self.check(&input, console)?;
        Ok((input, test))
    }

    /// Refuses rows that leave nothing to cluster, unless `--force` says that it is meant.
    fn check(&self, input: &Input, console: &Console) -> Result<()> {
        if let Some(what) = input.sameness() {
            if !self.force {
                let are_pictures = input.kind == SourceKind::Pictures.to_string();
                let problem = DataProblem::AllTheSame { what, are_pictures };
                return Err(Error::data(input.place(), problem));
            }
            console.warn(format_args!("{what}: there is nothing to cluster"));
        }
        match input.n_unanswered() {
            0 => {}
            n => console.note(format_args!(
                "note      {} without any answer: not counted in N of BIC",
                counted(n, "row")
            )),
        }
        Ok(())
    }

    /// Says that a fit does not use labels, if blanks among them may be meant for that.
    pub(crate) fn say_that_labels_judge(&self, input: &Input, console: &Console) {
        let have_blanks = input.labels.as_ref().is_some_and(|labels| !labels.is_complete());
        if have_blanks && self.reading.labels.is_some() {
            console.note(
                "note      labels only judge the clusters; `bmm train --components-per-label N` \
                 fits by them",
            );
        }
    }

    fn reading(&self, from: Option<&Model>) -> Reading {
        let reading = Reading { is_for_training: true, ..self.reading.reading() };
        match from {
            Some(model) => load::of_model(reading, model),
            None => reading,
        }
    }

    pub(crate) fn params(&self, n_components: usize, n_varying: usize) -> FitParams {
        let defaults = FitParams::new(n_components).for_features(n_varying);
        FitParams {
            n_components,
            init: self.init.clone(),
            n_init: self.n_init,
            alpha: self.alpha.unwrap_or(defaults.alpha),
            tol: self.tol.unwrap_or(defaults.tol),
            max_iter: self.max_iter.unwrap_or(defaults.max_iter),
            accelerate: !self.no_accelerate,
            seed: self.seed,
            memory: memory::for_lists(self.memory),
        }
    }
}

/// Announces a fit of at most `k` components. From here on Ctrl-C ends the fit, not the program.
pub(crate) fn announce(input: &Input, k: usize, console: &Console) -> Result<()> {
    check_storable(input, k)?;
    progress::catch_interrupt();
    console.note(format_args!("data      {}", input.summary()));
    console.note(format_args!("kernel    {}", kernel()));
    Ok(())
}

/// Checks before a long fit that the model will not be too large for its file.
fn check_storable(input: &Input, k: usize) -> Result<()> {
    let most =
        model_file::MAX_FILE_LEN as usize / size_of::<f64>() / input.bits.n_features().max(1);
    if k < most {
        return Ok(());
    }
    let allowed = format!("below {most}: a model file holds at most 1 GiB");
    Err(Error::parameter("--k", k, allowed))
}

fn kernel() -> String {
    let threads = counted(em::n_threads(), "thread");
    format!("nibble tables, screened, {}, {threads}", kernels::instruction_set())
}
