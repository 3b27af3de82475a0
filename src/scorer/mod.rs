//! A mixture prepared for scoring: log-odds in the kernels' order. The single scoring path.
//!
//! The log-odds are `o_kd = log(mu_kd / (1 - mu_kd))`. The weighted log-probability of a row is
//! `log pi_k + sum_d log(1 - mu_kd) + sum over ones of o_kd`. So it is a bias for each component
//! and a sum over the row's ones (Bishop, *Pattern Recognition and Machine Learning*, 2006, eq.
//! 9.48 rearranged).
//!
//! [`DenseScorer`] scores all components of a row at once, by tables. [`Screen`] finds the
//! candidates of a row, and [`Scorer::score_multi_way`] and [`Scorer::score_two_way`] score these.
//!
//! **Precision.** Tables of all components are f64. Scores that only decide how a row is shared are
//! f32 on the way: the objective feels their error squared (see `em/e_step/sparse_step/`).
//! Screening counts in integers, but it leaves out only what is proven not to matter.
//!
//! **Boundary means.** A mean of exactly 0 or 1 has no finite log-odds. Such features are left out
//! of the sums: where the row agrees they add nothing, because 0 log 0 = 0. They are kept as bit
//! masks: a row that disagrees with one has probability 0 under that component, exactly.
//!
//! Rows may come in other columns than the features of the mixture: a [`Layout`] says which.

mod component;
mod dense;
mod drift;
mod layout;
mod log_odds;
mod screen;

pub use dense::{BlockResponsibilities, DenseScorer, Tables};
pub use drift::Drift;
pub use layout::{Column, KnownLabels, Layout};
pub use log_odds::Scorer;
#[cfg(test)]
pub(crate) use screen::tests::uniform;
pub use screen::{Screen, ScreenScratch};
