//! Model-based clustering of binary data: a Bernoulli mixture fitted by expectation-maximisation.
//!
//! # The model
//!
//! A row `x` of D zeros and ones comes from one of K components. Component k has the weight `pi_k`
//! and, for every feature d, the mean `mu_kd`: its probability of a one (Bishop, *Pattern
//! Recognition and Machine Learning*, 2006, section 9.3.3).
//!
//! ```text
//! p(x)       = sum_k pi_k prod_d mu_kd^x_d (1 - mu_kd)^(1 - x_d)
//! E-step     gamma_ik = pi_k p(x_i | k) / p(x_i)                     responsibilities
//! M-step     N_k = sum_i gamma_ik,   S_kd = sum_i gamma_ik x_id      sufficient statistics
//!            pi_k = N_k / N,         mu_kd = (S_kd + alpha) / (N_k + 2 alpha)
//! extrapolation  theta = x + j / (j + 2) (x - x')
//!            x, x': the last two M-steps, as log-odds of means and logs of weights; j = 1, 2, ...
//! objective  sum_i log p(x_i) + alpha sum_kd log(mu_kd (1 - mu_kd))  in nats
//! scoring    log pi_k + sum_d log(1 - mu_kd) + sum_{d: x_d = 1} log(mu_kd / (1 - mu_kd))
//! ```
//!
//! The objective is the log-likelihood plus the log prior. It never falls: an extrapolation that
//! would lower it is not taken. A score is a bias and a sum over a row's ones.
//!
//! # Use
//!
//! ```
//! use bmm::{BitMatrix, FitParams, fit};
//!
//! # fn main() -> bmm::Result<()> {
//! // Two kinds of rows: ones on the left, ones on the right, and one bit in thirteen flipped.
//! let is_flipped = |i: usize, d: usize| (i * 7 + d * 3) % 13 == 0;
//! let rows = BitMatrix::from_fn(200, 20, |i, d| ((d < 10) == (i % 2 == 0)) != is_flipped(i, d));
//! let fitted = fit(&rows, &FitParams::new(2))?;
//!
//! let clusters = fitted.mixture.predict(&rows)?;
//! assert_ne!(clusters[0], clusters[1]);
//! assert!(fitted.mixture.mean(clusters[0])[0] > 0.8);
//! println!("{:.3} nats per row", fitted.report.log_likelihood / 200.0);
//! # Ok(())
//! # }
//! ```
//!
//! # Where things are
//!
//! [`fit`] fits a [`BernoulliMixture`] to a [`BitMatrix`], or to [`Rows`] with weights or labels.
//! The mixture scores, predicts and samples. [`sweep`] fits several numbers of components.
//! [`StandardErrors`] says how well parameters are known. [`load`] reads images and tables,
//! [`Model`] stores a mixture, and [`Contingency`] compares clusters with labels.

// Some private parts serve the program alone.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

mod bits;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod data;
mod digest;
mod em;
mod error;
mod file_kind;
mod kernels;
mod metrics;
mod mixture;
mod model_file;
mod npy;
mod parallel;
mod record;
mod reference;
#[cfg(feature = "cli")]
mod render;
mod scorer;
mod wording;

pub use bits::BitMatrix;
pub use data::{Columns, ModelRows, Remark, Texts, Values};
pub use data::{Dataset, Labels, Pixels, Source, Split, load, load_with_test, write_npy};
pub use em::{Fit, FitParams, FitReport, Init, RunnerUp, StartReport, fit, fit_observed};
pub use em::{Iteration, Observe, Rows, Silent, n_threads, use_threads};
pub use em::{StandardErrors, Sweep, SweptFit, sweep};
pub use error::{DataProblem, Error, ModelProblem, Result, TableProblem};
pub use metrics::Contingency;
pub use mixture::{Assignment, BernoulliMixture, Responsibilities};
pub use model_file::{LabelTable, Member, Model, Typicality};
pub use record::{Binarize, Criteria, Diagnosis, Excess, Item, NInit, StopReason};
pub use scorer::KnownLabels;

/// What the tests and benches of this crate see beyond its public names. It may change any day.
#[doc(hidden)]
pub mod bench {
    pub mod data {
        pub use crate::data::*;
    }
    pub mod em {
        pub use crate::em::*;
    }
    pub mod kernels {
        pub use crate::kernels::*;
    }
    pub mod metrics {
        pub use crate::metrics::*;
    }
    pub mod model_file {
        pub use crate::model_file::*;
    }
    pub mod reference {
        pub use crate::reference::*;
    }
    pub mod scorer {
        pub use crate::scorer::*;
    }
}

/// The examples of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The examples of the page on the library, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/rust-api.md")]
struct RustApi;
