//! `bmm bench`, the ladder: one E-step from scalar loops to the production kernel, timed and drawn.

mod demonstrations;
mod engine;
mod figure;
mod iterations;
mod ladder;
mod report;
mod timing;

use crate::cli::input::{self, Input, Reading, Words};
use crate::cli::terminal::{Console, Failure, Outcome, number, whole_number};
use crate::error::{Error, Result};
use crate::model_file::atomic;
use ladder::Ladder;
use report::Results;
use std::ffi::OsString;
use std::path::PathBuf;

/// Time the E-step from scalar loops to the production kernel, as tables and a plot
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm bench
  bmm bench --n 10,100,1000 --k 20 --threads 1 --out timings")]
pub(crate) struct Args {
    /// Numbers of images to time the E-step on
    /// [default: 5,10,20,50,100,200,500,1000, as far as the data goes]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    #[arg(value_parser = whole_number(1..=MAX_IMAGES))]
    n: Option<Vec<usize>>,
    /// Clusters of the mixture whose E-step is timed
    #[arg(long, default_value_t = 10, value_parser = whole_number(1..=MAX_CLUSTERS))]
    k: usize,
    /// A folder of IDX files or pictures, an IDX, .npy, CSV or .bits file, or `demo`
    /// [default: data/mnist or $BMM_DATA/mnist, else demo]
    #[arg(long, value_name = "SRC", value_parser = input::source_parser())]
    data: Option<OsString>,
    /// Seconds to spend on each measurement; three runs are made in any case
    #[arg(long, default_value_t = 0.2, value_name = "S", value_parser = seconds)]
    seconds: f64,
    /// The folder to write ladder.svg, ladder.png and bench.json into
    #[arg(long, default_value = "bench", value_name = "FOLDER")]
    out: PathBuf,
    /// Replace files of these names that exist [default: off]
    #[arg(long)]
    force: bool,
}

/// The plain attempts take seconds for a thousand images.
const MAX_IMAGES: usize = 10_000;
const MAX_CLUSTERS: usize = 1000;
const MAX_SECONDS: f64 = 60.0;

/// The numbers of images by default: those of the article.
const SIZES: [usize; 8] = [5, 10, 20, 50, 100, 200, 500, 1000];

const SVG: &str = "ladder.svg";
const PNG: &str = "ladder.png";
const JSON: &str = "bench.json";

fn seconds(text: &str) -> Result<f64, String> {
    let allowed = format!("a number from 0 to {MAX_SECONDS}");
    number(text, |s| (0.0..=MAX_SECONDS).contains(&s), &allowed)
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    // Files in the way are refused before the minute of timing.
    let is_free = |name: &&str| atomic::check_file_target(args.out.join(name), args.force);
    [SVG, PNG, JSON].iter().try_for_each(is_free)?;
    let source = input::source_or_default(args.data.as_ref(), console);
    let input = input::read(&source, &Reading::default(), console)?;
    let sizes = args.sizes(&input)?;
    console.note(format_args!("data      {}", input.summary()));
    console.note(format_args!("kernel    {}", engine::kernel()));
    let results = args.measure(&input, &sizes, console)?;
    let (svg, png) = figure::draw(&results)?;
    let json = console.json_text(&results.document())?;
    // Each file is there whole or not at all. Other files in the folder stay.
    for (name, bytes) in [(SVG, svg.into_bytes()), (PNG, png), (JSON, json)] {
        atomic::write_file(args.out.join(name), &bytes, args.force)?;
    }
    console.result(&results.document(), || results.text(&args.out))
}

impl Args {
    /// The numbers of images, ascending: those asked for, or the default ones that the data has.
    fn sizes(&self, input: &Input) -> Result<Vec<usize>> {
        let n = input.bits.n_samples();
        let Some(asked) = &self.n else { return Ok(up_to(&SIZES, n)) };
        if let Some(too_many) = asked.iter().find(|size| **size > n) {
            let allowed = format!("at most {n}, as many as the data has");
            return Err(Error::parameter("--n", too_many, allowed));
        }
        let mut sizes = asked.clone();
        sizes.sort_unstable();
        sizes.dedup();
        Ok(sizes)
    }

    fn measure(&self, input: &Input, sizes: &[usize], console: &Console) -> Result<Results> {
        let stage = |name: &str| console.note(format_args!("timing    {name}"));
        stage("the ladder: five ways to one E-step");
        let ladder = Ladder::measure(&input.bits, sizes, self.k, self.seconds)?;
        stage("two demonstrations");
        let demonstrations = demonstrations::measure(self.seconds);
        stage("iterations of EM");
        let iterations = iterations::measure(&input.bits, self.seconds)?;
        Ok(Results {
            name: input.name.clone(),
            summary: input.summary(),
            synthetic: input.synthetic,
            words: Words::for_height(input.height),
            n_features: input.bits.n_features(),
            budget: self.seconds,
            ladder,
            demonstrations,
            iterations,
        })
    }
}

fn up_to(numbers: &[usize], n: usize) -> Vec<usize> {
    let fitting: Vec<_> = numbers.iter().copied().filter(|number| *number <= n).collect();
    if fitting.is_empty() { vec![n] } else { fitting }
}
