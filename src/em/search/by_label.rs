//! One mixture for each label: where all labels are known, there is a fit for each, and all
//! classify.

use super::fit_view;
use super::policy::Policy;
use super::report::report_without_starts;
use crate::em::assignments::Assignments;
use crate::em::diagnose::{Findings, diagnose};
use crate::em::report::{Fit, FitReport};
use crate::em::rows::{Margins, Rows, condensed, gathered};
use crate::em::{e_step::EStep, observe::Observe, params::FitParams, view::View};
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use crate::record::StopReason;
use crate::scorer::KnownLabels;
use std::collections::BTreeSet;

/// Fits a mixture of `n_per_label` components to the rows of each label alone, and joins them to
/// one of all components.
///
/// EM over all rows would come to the same. p(label given x) is then the sum of the
/// responsibilities of its components: mixture discriminant analysis (Hastie & Tibshirani, 1996).
/// The program tells labels by what training rows bear instead (`LabelTable::shares`).
///
/// Every row must have a label. `params` hold for each label, but for `n_components`.
///
/// # Errors
/// As for [`crate::em::fit`], of each label's rows: `n_per_label` must not exceed their number.
pub fn fit_by_label(
    rows: &Rows,
    n_per_label: usize,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<Fit> {
    fit_assigned_by_label(rows, n_per_label, params, observe).map(|(fit, _)| fit)
}

/// [`fit_by_label`], and what its mixture says of every row and its label.
pub(crate) fn fit_assigned_by_label(
    rows: &Rows,
    n_per_label: usize,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<(Fit, Assignments)> {
    let params = FitParams { n_components: n_per_label, ..params.clone() };
    parallel::within_threads(|| fit_each_label(rows, &params, observe))
}

fn fit_each_label(
    rows: &Rows,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<(Fit, Assignments)> {
    let margins = Margins::new(rows);
    let labels: BTreeSet<u32> = rows.labels.iter().copied().flatten().collect();
    let policy = Policy::for_params(params).sharing_budget(labels.len());
    let (mut weights, mut means) = (Vec::new(), Vec::new());
    let (mut label_of, mut reports) = (Vec::new(), Vec::new());
    for label in labels {
        let members: Vec<usize> =
            (0..rows.labels.len()).filter(|&i| rows.labels[i] == Some(label)).collect();
        let members = rows.select(&members).labelled(KnownLabels::default());
        let share = members.total_weight() / rows.total_weight();
        params.check(members.borrowed())?;
        let few = gathered(&members);
        // All labels share one prior, as in a fit to all rows at once.
        let view = View::of_part(&few, &margins, params.alpha);
        let fit = view.restored_fit(fit_view(&policy, &view, params, observe)?.0)?;
        weights.extend(fit.mixture.weights().iter().map(|weight| share * weight));
        means.extend_from_slice(fit.mixture.means());
        label_of.resize(weights.len(), Some(label));
        reports.push(fit.report);
    }
    let mixture = BernoulliMixture::normalised(weights, means)?;
    let order = mixture.order_by_weight();
    let label_of = order.iter().map(|&k| label_of[k]).collect();
    joined(mixture.permuted(&order), label_of, reports, rows, params)
}

/// The fit of all labels together, from the fits of each. `label_of` holds the labels of the
/// components of `mixture`.
fn joined(
    mixture: BernoulliMixture,
    label_of: Vec<Option<u32>>,
    reports: Vec<FitReport>,
    rows: &Rows,
    params: &FitParams,
) -> Result<(Fit, Assignments)> {
    let known = KnownLabels { of_row: &rows.labels, of_component: &label_of };
    let assignments = Assignments::new(&mixture, &rows.borrowed().labelled(known))?;
    let (few, each) = assignments.of_few(rows);
    let is_reason = |stop: &StopReason| reports.iter().any(|report| report.stop == *stop);
    let stop = BY_SEVERITY.into_iter().rfind(is_reason).unwrap_or(StopReason::Converged);
    let view = View::new(&few, params.alpha);
    let findings = examined(&mixture, stop, &label_of, &view, params)?;
    let history = vec![few.weighted_sum(each.iter().map(|row| row.log_prob))];
    let report = report_without_starts(stop, history, label_of.len(), &view, each, findings);
    let n_iter = reports.iter().map(|report| report.n_iter).sum();
    let report = FitReport { n_iter, by_label: reports, ..report };
    Ok((Fit { mixture, label_of, report }, assignments))
}

/// What is to be said of the whole, where every component belongs to a label.
fn examined(
    mixture: &BernoulliMixture,
    stop: StopReason,
    label_of: &[Option<u32>],
    view: &View,
    params: &FitParams,
) -> Result<Findings> {
    let rows = Rows { label_of: label_of.to_vec().into(), ..view.rows.borrowed() };
    let rows = condensed(&rows);
    let of_all = FitParams { n_components: label_of.len(), ..params.clone() };
    let mut e_step = EStep::for_fit(rows.borrowed(), &of_all);
    diagnose(&view.mixture(mixture)?, stop, &rows, &mut e_step, &view.prior, params)
}

/// The stop reason of many fits is that of the one that ended worst: the last of these.
const BY_SEVERITY: [StopReason; 4] =
    [StopReason::Converged, StopReason::Abandoned, StopReason::MaxIter, StopReason::Interrupted];
