//! The production path, timed and reported just as `numpy_em.py` does it: same data, same start, same timer.
//!
//! `peer IMAGES.idx3.gz --k 10 --iterations 20` prints one JSON document with the milliseconds of one iteration of plain EM:
//! everything from one mixture to the next, tables included. With `--to-score S` it runs a fit as `bmm train` does,
//! accelerated, until the mean log-likelihood is that high; the seconds are then those from packed rows to that
//! score, listing the rows included, which the peer's timer is not asked to count.

use bmm::bench::data;
use bmm::bench::em::{self, EStep, Prior, m_step};
use bmm::{BernoulliMixture, Binarize, BitMatrix, FitParams, Init, Iteration, NInit, Source};
use clap::Parser;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::ops::ControlFlow;
use std::time::Instant;

#[derive(Parser)]
struct Args {
    images: OsString,
    #[arg(long, default_value_t = 10)]
    k: usize,
    #[arg(long, default_value_t = 20)]
    iterations: usize,
    #[arg(long, default_value_t = 0.1)]
    alpha: f64,
    /// Fit until the mean log-likelihood (nats per image) is this high.
    #[arg(long, allow_hyphen_values = true)]
    to_score: Option<f64>,
    /// With --to-score: plain EM, without acceleration.
    #[arg(long)]
    plain: bool,
    /// Use the images so many times over.
    #[arg(long, default_value_t = 1)]
    repeat: usize,
    /// Threads; 0: all cores.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

fn main() -> bmm::Result<()> {
    let args = Args::parse();
    em::use_threads(args.threads)?;
    let images = Binarize::default().apply(&data::load(&Source::parse(&args.images))?.pixels)?;
    let rows: Vec<usize> = (0..args.repeat).flat_map(|_| 0..images.n_samples()).collect();
    let data = if args.repeat == 1 { images } else { images.select(&rows) };
    let start = start(args.k, data.n_features())?;
    let mut result = match args.to_score {
        None => iterations(&data, start, &args)?,
        Some(score) => to_score(&data, start, score, &args)?,
    };
    result["k"] = args.k.into();
    result["n_samples"] = data.n_samples().into();
    result["threads"] = em::n_threads().into();
    println!("{result}");
    Ok(())
}

/// Iterations of plain EM from `start`.
fn iterations(data: &BitMatrix, start: BernoulliMixture, args: &Args) -> bmm::Result<Value> {
    let began = Instant::now();
    let mut e_step = EStep::new(data, args.k);
    let listing = began.elapsed().as_secs_f64();
    // `alpha` ones and zeros in every mean, as the peers have them.
    let prior = Prior::centred(2.0 * args.alpha, vec![0.5; data.n_features()]);
    let (mut mixture, mut times, mut score) = (start, Vec::new(), f64::NEG_INFINITY);
    for _ in 0..args.iterations {
        let began = Instant::now();
        let stats = e_step.run(&mixture);
        score = stats.log_likelihood() / data.n_samples() as f64;
        mixture = m_step(stats, &prior, &mixture)?;
        times.push(began.elapsed().as_secs_f64());
    }
    let in_order: Vec<f64> = times.iter().map(|t| (t * 1e5).round() / 1e2).collect();
    let seconds: f64 = times.iter().sum();
    times.sort_by(f64::total_cmp);
    let median = (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2.0;
    Ok(json!({
        "iterations": times.len(), "score": score, "seconds": seconds, "listing_seconds": listing,
        "ms_per_iteration_min": 1e3 * times[0], "ms_per_iteration_median": 1e3 * median,
        "ms_of_iterations": in_order,
    }))
}

/// A fit from `start` until its score is at least `to`.
fn to_score(data: &BitMatrix, start: BernoulliMixture, to: f64, args: &Args) -> bmm::Result<Value> {
    let params = FitParams::new(args.k)
        .init(Init::From(start))
        .n_init(NInit::Exactly(1))
        .alpha(args.alpha)
        .tol(0.0)
        .max_iter(args.iterations)
        .accelerate(!args.plain);
    let began = Instant::now();
    let mut reached = (0.0, f64::NEG_INFINITY, 0);
    let mut watch = |news: &Iteration| {
        reached = (began.elapsed().as_secs_f64(), news.score, news.iteration);
        if news.score >= to { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    em::fit_observed(data, &params, &mut watch)?;
    let (seconds, score, iterations) = reached;
    Ok(json!({
        "iterations": iterations, "score": score, "seconds": seconds, "reached": score >= to,
    }))
}

/// Equal weights; means from a multiplicative sequence in exact integer arithmetic, as in `numpy_em.py`.
fn start(k: usize, d: usize) -> bmm::Result<BernoulliMixture> {
    let uniform = |i: u64| ((i * 2_654_435_761) & 0xffff_ffff) as f64 / 2f64.powi(32);
    let means = (1..=(k * d) as u64).map(|i| 0.25 + 0.5 * uniform(i));
    BernoulliMixture::new(vec![1.0 / k as f64; k], means.collect::<Vec<_>>())
}
