//! Labels that a fit uses: which clusters are of which label.

use super::rows::Input;
use crate::data::Labels;
use crate::em::{self, Assignments, Fit, FitParams, Observe, Policy};
use crate::error::{Error, Result};
use crate::scorer::KnownLabels;

/// Labels with clusters of their own.
pub(crate) struct Supervision {
    n_per_label: usize,
    /// The label of each cluster; `None` for those of rows whose label is not known.
    label_of: Vec<Option<u32>>,
    is_complete: bool,
}

impl Supervision {
    /// The labels of a fit with `n_per_label` clusters for each, `k` in all. Fails if there are no
    /// labels, if a label has fewer rows than clusters, or if `k` is not the number of clusters of
    /// all labels.
    pub(crate) fn new(n_per_label: usize, k: Option<usize>, input: &Input) -> Result<Self> {
        let Some(labels) = &input.labels else {
            return Err(wrong(n_per_label, "left out: the data has no labels".into()));
        };
        let n_rows = rows_of_labels(labels, input);
        let is_complete = labels.is_complete();
        let least = n_rows.iter().min_by_key(|(_, n)| *n);
        if let Some((label, n)) = least.filter(|(_, n)| is_complete && *n < n_per_label) {
            let name = &labels.names()[*label as usize];
            return Err(wrong(
                n_per_label,
                format!("at most {n}, the rows of label {name} that weigh anything"),
            ));
        }
        let mut label_of: Vec<Option<u32>> = n_rows
            .iter()
            .flat_map(|(label, _)| std::iter::repeat_n(Some(*label), n_per_label))
            .collect();
        label_of.resize(n_components(k, label_of.len(), is_complete)?, None);
        Ok(Self { n_per_label, label_of, is_complete })
    }

    pub(crate) fn n_components(&self) -> usize {
        self.label_of.len()
    }

    pub(crate) fn fit(
        &self,
        input: &Input,
        params: &FitParams,
        observe: &mut dyn Observe,
    ) -> Result<(Fit, Assignments)> {
        let of_row = input.labels.as_ref().map(Labels::of_row).unwrap_or_default();
        let rows = input.rows().labelled(KnownLabels { of_row, of_component: &self.label_of });
        if self.is_complete {
            return em::fit_assigned_by_label(&rows, self.n_per_label, params, observe);
        }
        em::fit_assigned(&Policy::for_params(params), rows, params, observe)
    }
}

/// The labels of rows, each with the number of its rows that have a weight.
fn rows_of_labels(labels: &Labels, input: &Input) -> Vec<(u32, usize)> {
    let rows = input.rows();
    let mut counts = vec![None; labels.names().len()];
    for (i, label) in labels.of_row().iter().enumerate() {
        if let Some(label) = label {
            *counts[*label as usize].get_or_insert(0) += usize::from(rows.weight(i) > 0.0);
        }
    }
    (0..).zip(counts).filter_map(|(label, count)| Some((label, count?))).collect()
}

/// The clusters asked for: those of the labels, or more if rows without a label can fill them.
fn n_components(asked: Option<usize>, of_labels: usize, is_complete: bool) -> Result<usize> {
    let k = asked.unwrap_or(of_labels);
    let allowed = if is_complete && k != of_labels {
        format!("left out, or {of_labels}: so many in each label")
    } else if k < of_labels {
        format!("at least {of_labels}, so that every label has one")
    } else {
        return Ok(k);
    };
    Err(Error::parameter("--k", k, allowed))
}

fn wrong(n: usize, allowed: String) -> Error {
    Error::parameter("--components-per-label", n, allowed)
}
