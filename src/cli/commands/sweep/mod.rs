//! `bmm sweep`: fits every K asked for, says which one each criterion picks, and keeps one.

mod criteria;
mod figure;
mod k_list;
mod report;
mod rows;

use crate::cli::input::fit::{FitArgs, announce};
use crate::cli::input::{Input, Words};
use crate::cli::results::document::training_data;
use crate::cli::results::train_report::Results;
use crate::cli::run_folder::Run;
use crate::cli::terminal::{Console, Count, Failure, Outcome, Progress, number, whole_number};
use crate::em::{
    self, Assignments, BootstrapTest, FitParams, FitSettings, HeldOut, InitKind, Origin, Sweep,
    SweptFit,
};
use crate::error::{Error, Result};
use criteria::{Criterion, Row};
use k_list::KList;
use report::{Beyond, Report};
use rows::Rows;

/// Fit every number of clusters, compare them by criteria, and keep one
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm sweep --k 2..8 --data answers.csv --blrt 3
  bmm sweep --k 5,10,20,50 --holdout 0.1 --out models/chosen")]
pub(crate) struct Args {
    /// Numbers of clusters, such as 2..20 or 5,10,20; 1 is always among them
    /// [default: 2..10, as far as the data goes; with --blrt, those that it compares]
    #[arg(long, value_name = "LIST")]
    k: Option<KList>,
    /// Share of the rows, drawn by --seed, to hold out: they are not trained on
    /// [default: none; a test split is held out where there is one]
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with = "folds")]
    holdout: Option<f64>,
    /// Cross-validation: parts, drawn by --seed, each predicted by fits to all others; the model
    /// kept is fitted to all rows [default: none]
    #[arg(long, value_name = "N", value_parser = whole_number(2..=usize::MAX))]
    folds: Option<usize>,
    /// Whose K is kept [default: held-out where rows are held out, else bic]
    #[arg(long, value_enum, value_name = "NAME")]
    criterion: Option<Criterion>,
    /// Test K against K - 1 by a parametric bootstrap of the likelihood ratio; a list as for --k
    /// [default: none]
    #[arg(long, value_name = "K", value_parser = k_list::read_tested)]
    blrt: Option<KList>,
    /// Samples of the bootstrap, each fitted by 10 random starts and a few warm ones
    #[arg(long, default_value_t = 99, value_name = "B", requires = "blrt")]
    #[arg(value_parser = whole_number(1..=MAX_SAMPLES))]
    bootstrap: usize,
    #[command(flatten)]
    fit: FitArgs,
}

/// The largest K of a sweep, unless another is asked for.
const DEFAULT_MAX_K: usize = 10;
/// Every sample leaves a number in the document, so their number is limited.
const MAX_SAMPLES: usize = 100_000;
/// A bootstrap of more rows times components times samples takes more than seconds.
const LONG_BOOTSTRAP: usize = 5_000_000;

fn share(text: &str) -> Result<f64, String> {
    let allowed = "a number between 0 and 1, such as 0.1";
    number(text, |share| share > 0.0 && share < 1.0, allowed)
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let mut run = Run::begin(args.fit.out.as_deref(), args.fit.force)?;
    let source = args.fit.source(console);
    let (input, test) = run.clock.load(|| args.fit.read(&source, None, console))?;
    args.fit.say_that_labels_judge(&input, console);
    let rows = Rows::new(input, test, args.holdout, args.folds, args.fit.seed)?;
    let ks = args.ks(&rows);
    let params = args.fit.params(1, rows.train.rows().n_varying());
    args.check(&rows, &ks, &params)?;
    announce(&rows.train, *ks.last().unwrap_or(&1), console)?;
    let found = run.clock.fit(|| args.find(&rows, &ks, &params, console))?;
    let interrupted = found.interrupted;
    let (report, results) = found.judge(args.criterion, &rows, &params)?;
    let written = run.write(&rows.train, &results, files(&report)?, console)?;
    let text = || report.text() + &results.text(&written.folder);
    console.result(&report.document(&written), text)?;
    Ok(if interrupted { Outcome::Interrupted } else { Outcome::Done })
}

fn files(report: &Report) -> Result<Vec<(String, Vec<u8>)>> {
    let (svg, png) = figure::draw(report)?;
    Ok(vec![
        ("sweep.csv".into(), report.csv()?),
        ("sweep.svg".into(), svg.into_bytes()),
        ("sweep.png".into(), png),
    ])
}

impl Args {
    /// The numbers of clusters, ascending: those asked for, those that the tests compare, and 1.
    fn ks(&self, rows: &Rows) -> Vec<usize> {
        let tested: &[usize] = self.blrt.as_ref().map_or(&[], |list| &list.0);
        let nulls = tested.iter().map(|k| k - 1);
        let usual = || (2..=rows.n_distinct_up_to(DEFAULT_MAX_K)).collect();
        let asked = match (&self.k, tested) {
            (Some(list), _) => list.0.clone(),
            (None, []) => usual(),
            (None, _) => Vec::new(),
        };
        let mut ks: Vec<usize> =
            asked.into_iter().chain(nulls).chain(tested.iter().copied()).chain([1]).collect();
        ks.sort_unstable();
        ks.dedup();
        ks
    }

    fn check(&self, rows: &Rows, ks: &[usize], params: &FitParams) -> Result<()> {
        rows.check(ks).map_err(|error| self.with_flag(error))?;
        if params.tol <= 0.0 {
            let allowed = "above 0 in a sweep: what never converges is never chosen";
            return Err(Error::parameter("--tol", "0", allowed));
        }
        if self.criterion == Some(Criterion::HeldOut) && rows.how_held_out().is_none() {
            let allowed = "bic, aic or icl unless rows are held out, as by --folds 5";
            return Err(Error::parameter("--criterion", Criterion::HeldOut, allowed));
        }
        Ok(())
    }

    /// An error about the largest K, under the flag that asked for it.
    fn with_flag(&self, error: Error) -> Error {
        let last = |list: &Option<KList>| list.as_ref().and_then(|list| list.0.last().copied());
        match error {
            Error::Parameter { value, allowed, .. } if last(&self.blrt) > last(&self.k) => {
                Error::Parameter { name: "--blrt", value, allowed }
            }
            error => error,
        }
    }

    fn find(
        &self,
        rows: &Rows,
        ks: &[usize],
        params: &FitParams,
        console: &Console,
    ) -> Result<Found> {
        let mut progress = Progress::new(console);
        let sweep = em::sweep(rows.train.rows(), ks, params, &mut progress)?;
        let held_out = if sweep.interrupted {
            None
        } else {
            rows.held_out(&sweep, ks, params, &mut progress)?
        };
        progress.finish();
        let mut found =
            Found { interrupted: sweep.interrupted, sweep, held_out, tests: Vec::new() };
        found.interrupted |= rows.how_held_out().is_some() && found.held_out.is_none();
        for &k in self.blrt.iter().flat_map(|list| &list.0) {
            if !found.interrupted {
                let test = self.test(k, &found.sweep, &rows.train, params, console)?;
                found.interrupted = test.is_none();
                found.tests.extend(test);
            }
        }
        Ok(found)
    }

    /// The bootstrap test of `k`; `None` if it was interrupted.
    fn test(
        &self,
        k: usize,
        sweep: &Sweep,
        input: &Input,
        params: &FitParams,
        console: &Console,
    ) -> Result<Option<BootstrapTest>> {
        let (n, n_samples) = (input.bits.n_samples(), self.bootstrap);
        if n.saturating_mul(k).saturating_mul(n_samples) > LONG_BOOTSTRAP {
            console.note(format_args!(
                "note      --blrt {k} fits {n_samples} samples of {n} rows by some two dozen starts \
                 each, which takes long; --limit and --bootstrap make it less"
            ));
        }
        let fit = |k: usize| {
            let fits = sweep.fits.iter().map(|swept| &swept.fit);
            fits.into_iter().find(|fit| fit.mixture.n_components() == k)
        };
        let (Some(null), Some(alternative)) = (fit(k - 1), fit(k)) else { return Ok(None) };
        let things = format!("K = {k} against {}: samples", k - 1);
        let count = Count::new(console, &things, n_samples);
        let done = || count.done();
        let test = em::bootstrap_test(null, alternative, input.rows(), params, n_samples, &done);
        count.finish();
        test
    }
}

/// All that was computed. If interrupted, that is less than was asked for.
struct Found {
    sweep: Sweep,
    held_out: Option<Vec<HeldOut>>,
    tests: Vec<BootstrapTest>,
    interrupted: bool,
}

impl Found {
    /// What each criterion picks, and what is kept. Fails if there is nothing to choose from.
    fn judge(
        mut self,
        criterion: Option<Criterion>,
        rows: &Rows,
        params: &FitParams,
    ) -> Result<(Report, Results)> {
        let n_varying = rows.train.rows().n_varying();
        let row = |(i, swept): (usize, &SweptFit)| {
            Row::new(swept, self.held_out.as_ref().map(|scores| scores[i]), n_varying)
        };
        let fits: Vec<Row> = self.sweep.fits.iter().enumerate().map(row).collect();
        let has_held_out = fits.iter().any(|row| row.held_out.is_some());
        let choice = criteria::choose(&fits, criterion);
        // After an interruption there may be no held-out scores, or a single unfinished fit.
        let instead = || criteria::choose(&fits, None).unwrap_or((Criterion::Bic, 0));
        let choice = choice.or_else(|| self.interrupted.then(instead));
        let Some((criterion, chosen)) = choice else {
            let allowed = "enough for a fit to converge: none did that could be chosen";
            return Err(Error::parameter("--max-iter", params.max_iter, allowed));
        };
        let settings = params.settings();
        let swept = self.sweep.fits.swap_remove(chosen);
        let assignments = Assignments::new(&swept.fit.mixture, &rows.train.rows())?;
        let init = match swept.origin {
            Origin::Start => settings.init,
            Origin::Split(k) => InitKind::Split(k as u64),
            Origin::Merge(k) => InitKind::Merge(k as u64),
        };
        let kept = FitSettings { init, ..settings.clone() };
        let input = &rows.train;
        let next_k = fits[chosen].k + 1;
        let report = Report {
            beyond: Beyond::new(next_k, n_varying, rows.n_distinct_up_to(next_k)),
            name: input.name.clone(),
            data: training_data(input),
            total_weight: input.rows().total_weight(),
            words: Words::for_height(input.height),
            settings,
            how_held_out: rows.how_held_out().filter(|_| has_held_out).map(str::to_owned),
            rows: fits,
            criterion,
            chosen,
            tests: self.tests,
            interrupted: self.interrupted,
        };
        let results = Results::new(input, rows.held.as_ref(), kept, (swept.fit, assignments))?;
        Ok((report, results))
    }
}
