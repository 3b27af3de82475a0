//! Fitting by expectation-maximisation (Dempster, Laird & Rubin, 1977): the loop and its parts.
//!
//! One iteration: mixture -> [`EStep`] over fixed blocks -> [`SufficientStats`] -> [`m_step`] ->
//! mixture. Once gains are small, extrapolations beyond the M-step ([`Direction`]) save iterations,
//! unless [`FitParams::accelerate`] is off. [`fit`] runs EM from several starts and keeps the best.
//! [`StandardErrors`] and [`bootstrap`] say how well its parameters are known. Nothing here prints,
//! opens a path or reads a clock; progress leaves through [`Observe`].

mod assignments;
mod diagnose;
mod e_step;
mod init;
mod m_step;
mod model_choice;
mod observe;
mod params;
mod prior;
mod report;
mod rows;
mod run;
mod search;
mod stats;
mod uncertainty;
mod view;

pub use crate::parallel::{n_threads, use_threads};
pub use crate::record::{Diagnosis, Excess, FitSettings, InitKind, NInit, StopReason};
pub(crate) use assignments::Assignments;
pub(crate) use diagnose::is_identified;
pub use e_step::{BLOCK_ROWS, EStep};
pub use init::Init;
pub use m_step::m_step;
pub use model_choice::bootstrap_test::{BootstrapTest, bootstrap_test};
pub use model_choice::held_out::{HeldOut, all_but, cross_validate, folds, hold_out};
pub use model_choice::sweep::{Origin, Sweep, SweptFit, check_distinct, sweep};
pub use observe::{Iteration, Observe, Silent};
pub use params::FitParams;
pub use prior::Prior;
pub use report::{Fit, FitReport, RunnerUp, SAME_OPTIMUM, StartReport};
pub use rows::Rows;
#[doc(hidden)]
pub use rows::condensed;
pub(crate) use rows::gathered;
pub use run::accelerate::Direction;
pub(crate) use search::by_label::fit_assigned_by_label;
pub use search::by_label::fit_by_label;
pub(crate) use search::fit_assigned;
pub use search::policy::Policy;
pub use search::split_merge::neighbours::{merge, split};
pub use search::{fit, fit_by, fit_observed};
pub use stats::SufficientStats;
pub use uncertainty::bootstrap::{Bootstrap, bootstrap};
pub use uncertainty::standard_errors::{MAX_MEANS, StandardErrors};
