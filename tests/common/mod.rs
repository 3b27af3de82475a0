//! What the integration tests share: data sets, oracles and comparisons.
#![allow(dead_code)] // each test binary uses a part

pub mod cases;
pub mod photo;
pub mod program;

use bmm::bench::data;
use bmm::bench::em::{EStep, Prior, SufficientStats};
use bmm::{BernoulliMixture, Binarize, BitMatrix, Rows, Source};
use nalgebra::{DMatrix, DVector};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file or folder `path` under `shared/` beside the repository, or `None`, with a note that
/// names what was skipped.
///
/// # Panics
/// If it is missing and the environment variable `BMM_REQUIRE_DATA` is 1.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    let required = std::env::var("BMM_REQUIRE_DATA").is_ok_and(|value| value == "1");
    assert!(!required, "BMM_REQUIRE_DATA is 1, but {} is missing", found.display());
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not by a macro: what those print, the harness hides when a test passes.
    let _ = writeln!(std::io::stderr(), "skipped: {test} needs ../shared/{path}");
    None
}

/// The rows of a data file, binarised by `rule`.
pub fn bits(path: &Path, rule: Binarize) -> BitMatrix {
    rule.apply(&data::load(&Source::new(path)).unwrap().pixels).unwrap()
}

/// The prior centred on `data`.
pub fn prior(data: &BitMatrix, alpha: f64) -> Prior {
    Prior::new(&Rows::new(data), alpha)
}

/// The difference of two numbers relative to the larger one; 0 for equal ones, infinities included.
pub fn relative_error(a: f64, b: f64) -> f64 {
    if a == b { 0.0 } else { (a - b).abs() / a.abs().max(b.abs()) }
}

/// The largest [`relative_error`] of two sequences of one length.
pub fn worst_relative_error(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| relative_error(a, b)).fold(0.0, f64::max)
}

/// A mixture from weights in any unit and means, one component per column.
pub fn mixture(weights: Vec<f64>, means: DMatrix<f64>) -> BernoulliMixture {
    let sum: f64 = weights.iter().sum();
    let weights: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
    BernoulliMixture::new(weights, means.as_slice()).unwrap()
}

/// The largest difference of two numbers at the same place.
pub fn max_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The weights as a vector.
pub fn weights_of(mixture: &BernoulliMixture) -> DVector<f64> {
    DVector::from_column_slice(mixture.weights())
}

/// The means as a matrix, one component per column.
pub fn means_of(mixture: &BernoulliMixture) -> DMatrix<f64> {
    let (d, k) = shape_of(mixture);
    DMatrix::from_column_slice(d, k, mixture.means())
}

/// D and K.
pub fn shape_of(mixture: &BernoulliMixture) -> (usize, usize) {
    (mixture.n_features(), mixture.n_components())
}

/// The responsibilities of every row as a matrix, N x K.
pub fn proba(mixture: &BernoulliMixture, data: &BitMatrix) -> DMatrix<f64> {
    let resp = mixture.predict_proba(data).unwrap();
    DMatrix::from_row_iterator(
        resp.n_samples(),
        resp.n_components(),
        resp.rows().flatten().copied(),
    )
}

/// The bit patterns of all parameters: equal only if every byte is.
pub fn parameter_bits(mixture: &BernoulliMixture) -> Vec<u64> {
    mixture.weights().iter().chain(mixture.means()).map(|v| v.to_bits()).collect()
}

/// The statistics of one E-step.
pub fn stats(data: &BitMatrix, mixture: &BernoulliMixture) -> SufficientStats {
    EStep::new(data, mixture.n_components()).run(mixture)
}

/// The bit patterns of all statistics of K components; that of the log-likelihood is the last.
pub fn stats_bits(stats: &SufficientStats, k: usize) -> Vec<u64> {
    let sums = (0..k).flat_map(|k| {
        std::iter::once(stats.resp_sum(k)).chain(stats.weighted_sums(k).iter().copied())
    });
    sums.chain([stats.n_samples() as f64, stats.log_likelihood()]).map(f64::to_bits).collect()
}

/// Does `work` on a pool of `n` threads.
pub fn with_threads<T: Send>(n: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(work)
}
