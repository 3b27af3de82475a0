//! What the integration tests share: data sets, oracles and comparisons.
#![allow(dead_code)] // each test binary uses a part

pub mod cases;

use bmm::bits::BitMatrix;
use bmm::mixture::BernoulliMixture;
use flate2::read::GzDecoder;
use nalgebra::{DMatrix, DVector};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Ink is a pixel of at least this value.
const INK: u8 = 128;

/// Bytes before the first pixel of an IDX file with three dimensions.
const IDX3_HEADER: usize = 16;

/// A file of `../shared`, or `None` (said on stderr) where the checkout has none.
///
/// With `BMM_REQUIRE_DATA=1` in the environment a missing file is a failure.
pub fn shared(path: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if file.exists() {
        return Some(file);
    }
    let this = std::thread::current();
    let news = format!("skipped: {} needs ../shared/{path}", this.name().unwrap_or("a test"));
    assert_ne!(std::env::var("BMM_REQUIRE_DATA").as_deref(), Ok("1"), "not allowed: {news}");
    eprintln!("{news}");
    None
}

/// The images of a gzipped IDX3 file, ink as one.
pub fn idx_images(path: &Path) -> BitMatrix {
    let mut raw = Vec::new();
    GzDecoder::new(File::open(path).unwrap()).read_to_end(&mut raw).unwrap();
    let number = |at: usize| u32::from_be_bytes(raw[at..at + 4].try_into().unwrap()) as usize;
    let (n_samples, n_features) = (number(4), number(8) * number(12));
    let pixels = &raw[IDX3_HEADER..];
    assert_eq!(pixels.len(), n_samples * n_features);
    BitMatrix::from_fn(n_samples, n_features, |i, d| pixels[i * n_features + d] >= INK)
}

/// A table of 0 and 1 with a header row.
pub fn binary_csv(path: &Path) -> BitMatrix {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows: Vec<Vec<u8>> = reader.deserialize().map(Result::unwrap).collect();
    assert!(rows.iter().flatten().all(|&value| value <= 1));
    BitMatrix::from_fn(rows.len(), rows[0].len(), |i, d| rows[i][d] == 1)
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
    let weights = DVector::from_vec(weights);
    BernoulliMixture::new(&weights / weights.sum(), means).unwrap()
}

/// The bit patterns of all parameters: equal only if every byte is.
pub fn parameter_bits(mixture: &BernoulliMixture) -> Vec<u64> {
    mixture.weights().iter().chain(mixture.means()).map(|v| v.to_bits()).collect()
}
