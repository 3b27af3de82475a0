//! Fitting by expectation-maximisation (Dempster, Laird & Rubin, 1977): the loop and its parts.
//!
//! One iteration: mixture -> [`EStep`] over fixed blocks -> [`SufficientStats`] -> [`m_step`] -> mixture.
//! Once gains are small, leaps beyond the M-step ([`Direction`]) save iterations, unless [`FitParams::accelerate`] is off.
//! [`fit`] runs it from several starts and keeps the best; [`StandardErrors`] and [`bootstrap`] say how well its parameters are known. Nothing here prints, opens a path or reads a clock;
//! progress leaves through [`Observe`].

mod accelerate;
mod blocks;
mod bootstrap;
mod bootstrap_test;
mod by_label;
mod climb;
mod dense_step;
mod diagnose;
mod diagnosis;
mod distinct;
mod e_step;
mod feature_order;
mod held_out;
mod information;
mod init;
mod m_step;
mod neighbours;
mod observe;
mod orient;
mod params;
mod policy;
mod race;
mod report;
mod rounding;
mod rows;
mod sparse_step;
mod split_merge;
mod standard_errors;
mod starts;
mod stats;
mod sweep;

pub use crate::parallel::{n_threads, use_threads};
pub use accelerate::Direction;
pub use bootstrap::{Bootstrap, bootstrap};
pub use bootstrap_test::{BootstrapTest, bootstrap_test};
pub use by_label::fit_by_label;
pub use diagnosis::{Diagnosis, Excess};
pub use e_step::{BLOCK_ROWS, EStep};
pub use held_out::{HeldOut, all_but, cross_validate, folds, hold_out};
pub use init::Init;
pub use m_step::{log_prior, m_step};
pub use neighbours::{merge, split};
pub use observe::{Iteration, Observe, Silent};
pub use params::{FitParams, NInit};
pub use policy::Policy;
pub use report::{Fit, FitReport, RunnerUp, SAME_OPTIMUM, StartReport, StopReason};
pub use rows::Rows;
pub use standard_errors::{MOST_MEANS, StandardErrors};
pub use starts::{fit, fit_by};
pub use stats::SufficientStats;
pub use sweep::{Origin, Sweep, SweptFit, check_distinct, sweep};
