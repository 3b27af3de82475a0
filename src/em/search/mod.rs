//! Fits: several EM runs, the best of which is kept and reported.

pub(crate) mod by_label;
mod climb;
mod ends;
pub(crate) mod policy;
mod race;
mod report;
mod restarts;
mod round;
mod sample;
mod smoothing;
pub(crate) mod split_merge;
mod task;

use crate::em::observe::{Observe, Silent};
use crate::em::rows::{Kinds, Rows, condensed, standing_for};
use crate::em::{assignments::Assignments, diagnose::diagnose, e_step::EStep};
use crate::em::{params::FitParams, report::Fit, view::View};
use crate::error::Result;
use crate::mixture::Assignment;
use crate::parallel;
use policy::Policy;
use restarts::search;
use std::sync::Arc;

/// Fits a Bernoulli mixture to `rows`: a [`BitMatrix`](crate::bits::BitMatrix) (N x D), or [`Rows`]
/// with weights or labels.
///
/// Every start is initialised anew. The one with the best objective is kept, and all are reported.
/// The result depends on the data and the parameters alone, not on threads or the machine.
///
/// # Errors
/// [`crate::error::Error::Parameter`] or [`crate::error::Error::Features`] if `params` do not suit
/// `rows`. [`crate::error::Error::ObjectiveFell`] if EM ever loses ground, which would be a defect.
pub fn fit<'a>(rows: impl Into<Rows<'a>>, params: &FitParams) -> Result<Fit> {
    fit_observed(rows, params, &mut Silent)
}

/// [`fit`] with an observer of every iteration, who may end it with the best parameters so far.
///
/// # Errors
/// As [`fit`].
pub fn fit_observed<'a>(
    rows: impl Into<Rows<'a>>,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<Fit> {
    fit_by(&Policy::for_params(params), rows, params, observe)
}

/// [`fit_observed`] by a policy of one's own, whatever `n_init` says.
///
/// # Errors
/// As [`fit`].
pub fn fit_by<'a>(
    policy: &Policy,
    rows: impl Into<Rows<'a>>,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<Fit> {
    fit_assigned(policy, rows, params, observe).map(|(fit, _)| fit)
}

/// A fit, and what its mixture says of every row. Equal rows are found once, and all else is done
/// with one row of each kind.
pub(crate) fn fit_assigned<'a>(
    policy: &Policy,
    rows: impl Into<Rows<'a>>,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<(Fit, Assignments)> {
    let rows = rows.into();
    params.check(rows.borrowed())?;
    parallel::within_threads(|| {
        let kinds = Kinds::of(&rows);
        let few = standing_for(kinds.as_ref(), &rows);
        let (fit, each) = fit_few(policy, &few, params, observe)?;
        Ok((fit, Assignments::of_kinds(each, kinds)))
    })
}

/// A fit to rows that stand for all, with parameters that were checked against all rows, and what
/// its mixture says of each.
pub(crate) fn fit_few(
    policy: &Policy,
    few: &Rows,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<(Fit, Vec<Assignment>)> {
    let view = View::new(few, params.alpha);
    let (fit, assignments) = fit_view(policy, &view, &view.params(params)?, observe)?;
    Ok((view.restored_fit(fit)?, assignments))
}

/// A fit to the rows of `view` as they are seen, and what it says of each with all its features.
pub(crate) fn fit_view(
    policy: &Policy,
    view: &View,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<(Fit, Vec<Assignment>)> {
    let (rows, prior, observe) = (&view.rows, &view.prior, &mut view.observed_by(observe));
    let condensed = condensed(rows);
    let mut e_step = EStep::for_fit(condensed.borrowed(), params);
    let mut found = search(policy, &condensed, params, prior, &mut e_step, observe)?;
    let order = found.best.mixture.order_by_weight();
    let mixture = Arc::new(found.best.mixture.permuted(&order));
    found.best.mixture = mixture.clone();
    let label_of: Vec<_> = order.iter().filter_map(|&k| rows.label_of.get(k).copied()).collect();
    let ordered = Rows { label_of: label_of.clone().into(), ..condensed.borrowed() };
    if !label_of.is_empty() {
        // Components have changed places, and labels with them.
        drop(e_step);
        e_step = EStep::for_fit(ordered.borrowed(), params);
    }
    let findings = diagnose(&mixture, found.stop(), &ordered, &mut e_step, prior, params)?;
    drop(e_step);
    let assignments = view.assignments(&mixture, &label_of)?;
    let report = found.report(view, &assignments, findings)?;
    Ok((Fit { mixture: Arc::unwrap_or_clone(mixture), label_of, report }, assignments))
}
