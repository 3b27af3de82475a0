//! Model-based clustering of binary data: a Bernoulli mixture fitted by EM, from images to clusters one can see.
//!
//! # The model
//!
//! A row `x` of D zeros and ones comes from one of K components; component k has weight `pi_k` and, for every feature
//! d, the mean `mu_kd`, its probability of a one (Bishop, *Pattern Recognition and Machine Learning*, 2006, section
//! 9.3.3):
//!
//! ```text
//! p(x)      = sum_k pi_k prod_d mu_kd^x_d (1 - mu_kd)^(1 - x_d)
//! E-step    gamma_ik = pi_k p(x_i | k) / p(x_i)                          responsibilities
//! M-step    N_k = sum_i gamma_ik,   S_kd = sum_i gamma_ik x_id           sufficient statistics
//!           pi_k = N_k / N,         mu_kd = (S_kd + alpha) / (N_k + 2 alpha)
//! extrapolation  theta = x + j / (j + 2) (x - x')   x, x': the last two M-steps in log-odds and logs; j = 1, 2, ...
//! objective sum_i log p(x_i) + alpha sum_kd log(mu_kd (1 - mu_kd))       log-likelihood + log prior, in nats
//! scoring   log pi_k + sum_d log(1 - mu_kd) + sum_{d: x_d = 1} log(mu_kd / (1 - mu_kd))
//! ```
//!
//! The objective never falls: an extrapolation that would lower it is not taken. The last line is why it is fast: a
//! bias, and a sum over the ones of a row alone.
//!
//! # Use
//!
//! ```
//! use bmm::{BernoulliMixture, BitMatrix, FitParams, fit};
//!
//! # fn main() -> bmm::Result<()> {
//! // Two kinds of rows: ones on the left, ones on the right, and one bit in thirteen flipped.
//! let rows = BitMatrix::from_fn(200, 20, |i, d| ((d < 10) == (i % 2 == 0)) != ((i * 7 + d * 3) % 13 == 0));
//! let fitted = fit(&rows, &FitParams::new(2))?;
//!
//! let mixture: &BernoulliMixture = &fitted.mixture;
//! let clusters = mixture.predict(&rows)?;
//! assert_ne!(clusters[0], clusters[1]);
//! assert!(mixture.mean(clusters[0])[0] > 0.8);
//! println!("{:.3} nats per row", fitted.report.log_likelihood / 200.0);
//! # Ok(())
//! # }
//! ```
//!
//! # Where things are
//!
//! [`em`] fits, [`mixture`] scores, predicts and samples, [`data`] reads images and tables, [`model_file`] stores,
//! [`render`] draws, [`metrics`] compares clusters with labels, [`reference`](mod@reference) is the slow and obvious
//! truth that all of it is tested against.

pub mod bits;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod data;
mod digest;
pub mod em;
pub mod error;
mod file_kind;
pub mod kernels;
pub mod metrics;
pub mod mixture;
pub mod model_file;
mod npy;
mod parallel;
mod record;
pub mod reference;
#[cfg(feature = "cli")]
pub mod render;
pub mod scorer;

pub use bits::BitMatrix;
pub use em::{
    Fit, FitParams, FitReport, Init, NInit, Observe, Rows, StopReason, fit, fit_observed,
};
pub use error::{Error, Result};
pub use mixture::BernoulliMixture;

/// The examples of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The examples of the page on the library, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/rust-api.md")]
struct RustApi;
