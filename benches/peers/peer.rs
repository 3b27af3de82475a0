//! The production path, timed and reported just as `numpy_em.py` does it: same data, same start, same timer.
//!
//! `peer IMAGES.idx3.gz --k 10 --iterations 20 [--alpha 0.1] [--to-score S]` prints one JSON document. One iteration is
//! what the peer times: everything from one mixture to the next, tables included.

use bmm::bits::BitMatrix;
use bmm::data::{self, Binarize, Source};
use bmm::em::{EStep, m_step};
use bmm::mixture::BernoulliMixture;
use clap::Parser;
use nalgebra::{DMatrix, DVector};
use serde_json::json;
use std::ffi::OsString;
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
    /// Stop once the mean log-likelihood (nats per image) is this high.
    #[arg(long, allow_hyphen_values = true)]
    to_score: Option<f64>,
    /// Threads; 0: all cores.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

fn main() -> bmm::Result<()> {
    let args = Args::parse();
    bmm::em::use_threads(args.threads)?;
    let data = load(&args.images)?;
    let began = Instant::now();
    let mut e_step = EStep::new(&data, args.k);
    let prepare = began.elapsed().as_secs_f64();
    let mut mixture = start(args.k, data.n_features())?;
    let (mut times, mut score) = (Vec::new(), f64::NEG_INFINITY);
    while times.len() < args.iterations && args.to_score.is_none_or(|to| score < to) {
        let began = Instant::now();
        let stats = e_step.run(&mixture);
        score = stats.log_likelihood() / data.n_samples() as f64;
        mixture = m_step(&stats, args.alpha, &mixture)?;
        times.push(began.elapsed().as_secs_f64());
    }
    let seconds: f64 = times.iter().sum();
    if std::env::var_os("BMM_TRACE").is_some() {
        eprintln!("{:?}", times.iter().map(|t| (t * 1e5).round() / 1e2).collect::<Vec<_>>());
    }
    let iterations = times.len();
    times.sort_by(f64::total_cmp);
    println!(
        "{}",
        json!({
            "k": args.k, "iterations": iterations, "score": score, "seconds": seconds,
            "prepare_seconds": prepare, "threads": bmm::em::n_threads(),
            "ms_per_iteration_min": 1e3 * times[0], "ms_per_iteration_median": 1e3 * times[iterations / 2],
        })
    );
    Ok(())
}

fn load(path: &OsString) -> bmm::Result<BitMatrix> {
    let dataset = data::load(&Source::parse(path))?;
    Binarize::default().apply(&dataset.pixels)
}

/// Equal weights; means from a multiplicative sequence in exact integer arithmetic, as in `numpy_em.py`.
fn start(k: usize, d: usize) -> bmm::Result<BernoulliMixture> {
    let uniform = |i: u64| ((i * 2_654_435_761) & 0xffff_ffff) as f64 / 2f64.powi(32);
    let means = (1..=(k * d) as u64).map(|i| 0.25 + 0.5 * uniform(i));
    BernoulliMixture::new(
        DVector::from_element(k, 1.0 / k as f64),
        DMatrix::from_iterator(d, k, means),
    )
}
