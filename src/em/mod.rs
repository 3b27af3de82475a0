//! Fitting by expectation-maximisation (Dempster, Laird & Rubin, 1977): the loop and its parts.
//!
//! One iteration: mixture -> [`EStep`] over fixed blocks -> [`SufficientStats`] -> [`m_step`] -> mixture.
//! Once gains are small, leaps beyond the M-step ([`Direction`]) save iterations, unless [`FitParams::accelerate`] is off.
//! [`fit`] runs it from several starts and keeps the best. Nothing here prints, opens a path or reads a clock;
//! progress leaves through [`Observe`].

mod accelerate;
mod climb;
mod dense_step;
mod e_step;
mod feature_order;
mod init;
mod m_step;
mod observe;
mod orient;
mod params;
mod policy;
mod race;
mod report;
mod rounding;
mod sparse_step;
mod split_merge;
mod starts;
mod stats;

pub use accelerate::Direction;
pub use e_step::{BLOCK_ROWS, EStep, n_threads, use_threads};
pub use init::Init;
pub use m_step::{log_prior, m_step};
pub use observe::{Iteration, Observe, Silent};
pub use params::{FitParams, NInit};
pub use policy::Policy;
pub use report::{Fit, FitReport, RunnerUp, SAME_OPTIMUM, StartReport, StopReason};
pub use starts::{fit, fit_by};
pub use stats::SufficientStats;
