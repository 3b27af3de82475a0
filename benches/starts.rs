//! Ways to start measured against each other: which reach the best optimum, and for how much work.
//!
//! `cargo run --release --example starts -- --mnist FOLDER --lca FOLDER` prints the table of `docs/results/starts.md`. Work is
//! counted in E-steps over all rows, which are the same on every machine; seconds stand beside them.

use bmm::bench::data;
use bmm::bench::em::{Policy, SAME_OPTIMUM, fit_by};
use bmm::{BernoulliMixture, Binarize, BitMatrix, FitParams, Init, Silent, Source, StartReport};
use clap::Parser;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Parser)]
struct Args {
    /// A folder with the four files of MNIST.
    #[arg(long)]
    mnist: Option<PathBuf>,
    /// A folder with carcinoma.csv, values.csv and cheating.csv.
    #[arg(long)]
    lca: Option<PathBuf>,
    /// Seeds of every cell: 0, 1, ...
    #[arg(long, default_value_t = 30)]
    seeds: u64,
    /// The same for `auto` on MNIST at K = 50 and 100, which takes long.
    #[arg(long, default_value_t = 5)]
    seeds_of_long: u64,
}

/// A data set and a K.
struct Cell {
    name: String,
    data: BitMatrix,
    n_components: usize,
    is_long: bool,
}

/// A way to start.
struct Way {
    name: &'static str,
    init: Init,
    policy: Policy,
}

/// What one seed gave.
struct Run {
    /// Nats per row.
    objective: f64,
    n_e_steps: usize,
    seconds: f64,
}

/// The name of the default way.
const AUTO: &str = "auto";

fn main() -> bmm::Result<()> {
    let args = Args::parse();
    println!(
        "| data | rows | K | starts | seeds | reached the best | median below it | E-steps | seconds |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for cell in cells(&args)? {
        let ways = ways();
        let runs = ways.iter().map(|way| runs(&cell, way, &args));
        let runs: Vec<Vec<Run>> = runs.collect::<bmm::Result<_>>()?;
        let objectives = runs.iter().flatten().map(|run| run.objective);
        let best = objectives.fold(f64::NEG_INFINITY, f64::max);
        ways.iter().zip(&runs).for_each(|(way, runs)| print(&cell, way, runs, best));
    }
    Ok(())
}

fn ways() -> Vec<Way> {
    let one = |name, init| Way { name, init, policy: Policy::one_by_one(1) };
    let of_rows = |name, policy| Way { name, init: Init::RandomRows, policy };
    let once = Policy { n_rounds: Some(1), may_sample: false, ..Policy::auto() };
    vec![
        one("random-means, one", Init::RandomMeans),
        one("random-resp, one", Init::RandomResp),
        one("random-rows, one", Init::RandomRows),
        one("kmeans++, one", Init::KMeansPlusPlus),
        of_rows("short EM: best of 10", Policy { n_starts: 10, n_tries: 0, ..once }),
        of_rows("split and merge from one", Policy { n_starts: 1, ..once }),
        of_rows(
            "rounds of 20, four continued",
            Policy { n_starts: 20, short_iter: 20, n_continued: 4, n_tries: 0, ..once },
        ),
        of_rows(AUTO, Policy::auto()),
    ]
}

fn runs(cell: &Cell, way: &Way, args: &Args) -> bmm::Result<Vec<Run>> {
    let n_seeds = if cell.is_long && way.name == AUTO { args.seeds_of_long } else { args.seeds };
    (0..n_seeds).map(|seed| run(cell, way, seed)).collect()
}

fn run(cell: &Cell, way: &Way, seed: u64) -> bmm::Result<Run> {
    let Cell { data, n_components, .. } = cell;
    let defaults = FitParams::default().for_features(data.n_features());
    let init = way.init.clone();
    let params = defaults.n_components(*n_components).init(init).seed(seed);
    let began = Instant::now();
    let report = fit_by(&way.policy, data, &params, &mut Silent)?.report;
    let of_start = |start: &StartReport| 1 + start.n_iter + start.n_rejected;
    Ok(Run {
        objective: report.starts[report.best_start].objective / data.n_samples() as f64,
        n_e_steps: report.starts.iter().map(of_start).sum(),
        seconds: began.elapsed().as_secs_f64(),
    })
}

fn print(cell: &Cell, way: &Way, runs: &[Run], best: f64) {
    let n = runs.len();
    let reached = runs.iter().filter(|run| run.objective >= best - SAME_OPTIMUM).count();
    let mut below: Vec<f64> = runs.iter().map(|run| best - run.objective).collect();
    below.sort_by(f64::total_cmp);
    let median = (below[(n - 1) / 2] + below[n / 2]) / 2.0;
    let n_e_steps = runs.iter().map(|run| run.n_e_steps).sum::<usize>() / n;
    let seconds = runs.iter().map(|run| run.seconds).sum::<f64>() / n as f64;
    let Cell { name, data, n_components, .. } = cell;
    let (rows, share) = (data.n_samples(), 100 * reached / n);
    println!(
        "| {name} | {rows} | {n_components} | {} | {n} | {share} % | {median:.4} | {n_e_steps} | {seconds:.3} |",
        way.name
    );
}

fn cells(args: &Args) -> bmm::Result<Vec<Cell>> {
    let mut cells = Vec::new();
    let mut add = |name: &str, data: &BitMatrix, n_components, is_long| {
        cells.push(Cell { name: name.into(), data: data.clone(), n_components, is_long });
    };
    if let Some(folder) = &args.lca {
        for (name, ks) in [("carcinoma", &[2, 3, 4][..]), ("values", &[2, 3]), ("cheating", &[2])] {
            let table = bits(folder.join(format!("{name}.csv")), Binarize::None)?;
            ks.iter().for_each(|k| add(name, &table, *k, false));
        }
    }
    add("sampled", &sampled()?, 8, false);
    if let Some(folder) = &args.mnist {
        let mut images = bits(folder.clone(), Binarize::default())?;
        add("MNIST", &images, 10, false);
        images.truncate(10_000);
        [50, 100].into_iter().for_each(|k| add("MNIST, the first", &images, k, true));
    }
    Ok(cells)
}

fn bits(path: PathBuf, rule: Binarize) -> bmm::Result<BitMatrix> {
    rule.apply(&data::load(&Source::new(path))?.pixels)
}

/// 2000 rows of 100 features from eight components of unequal weight that share most of what they are.
fn sampled() -> bmm::Result<BitMatrix> {
    let is_high =
        |d: usize, k: usize| (d * d * 31 + (k + 3) * (d + 7) * 17 + k * k * 101) % 97 < 48;
    let mean = |i: usize| match ((i % 100).is_multiple_of(3), is_high(i % 100, i / 100)) {
        (true, true) => 0.7,
        (true, false) => 0.3,
        (false, _) => 0.2,
    };
    let means: Vec<f64> = (0..800).map(mean).collect();
    let weights: Vec<f64> = (1..=8).map(|k| f64::from(k) / 36.0).collect();
    Ok(BernoulliMixture::new(weights, means)?.sample(2000, 1)?.0)
}
