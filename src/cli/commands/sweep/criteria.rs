//! The criteria by which numbers of clusters are compared, and which one each of them picks.

use crate::cli::results::document::as_text;
use crate::em::{self, HeldOut, Origin, StopReason, SweptFit};
use crate::record::Criteria;
use serde::Serialize;
use std::fmt;

/// What a sweep can be judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Criterion {
    /// Akaike's information criterion.
    Aic,
    /// The Bayesian information criterion.
    Bic,
    /// The integrated completed likelihood: BIC, and clusters that overlap count against K.
    Icl,
    /// The log-likelihood of rows that were not trained on.
    HeldOut,
}

impl Criterion {
    pub(super) const ALL: [Self; 4] = [Self::Aic, Self::Bic, Self::Icl, Self::HeldOut];

    /// The name in JSON.
    pub(super) fn key(self) -> String {
        self.to_string().to_lowercase().replace('-', "_")
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Aic => "AIC",
            Self::Bic => "BIC",
            Self::Icl => "ICL",
            Self::HeldOut => "held-out",
        })
    }
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) k: usize,
    /// Total nats of the training rows, as all criteria but the held-out one.
    pub(super) log_likelihood: f64,
    /// Whether only finitely many mixtures of K components fit as well.
    pub(super) identified: bool,
    pub(super) n_parameters: usize,
    #[serde(flatten)]
    pub(super) criteria: Criteria,
    /// Entropy of the responsibilities, in nats per sample.
    pub(super) entropy: f64,
    /// Mean log-likelihood of held-out rows, in nats per sample.
    pub(super) held_out: Option<f64>,
    pub(super) held_out_standard_error: Option<f64>,
    pub(super) n_iter: usize,
    pub(super) converged: bool,
    pub(super) stop: StopReason,
    #[serde(rename = "found_by", serialize_with = "as_text")]
    pub(super) origin: Origin,
}

impl Row {
    /// `n_varying`: the number of features that vary.
    pub(super) fn new(swept: &SweptFit, held_out: Option<HeldOut>, n_varying: usize) -> Self {
        let (mixture, report) = (&swept.fit.mixture, &swept.fit.report);
        let n = report.total_weight;
        let (log_likelihood, entropy) = (report.log_likelihood, report.entropy);
        Self {
            k: mixture.n_components(),
            log_likelihood,
            identified: em::is_identified(mixture.n_components(), n_varying),
            n_parameters: report.n_parameters,
            criteria: report.criteria(),
            entropy: entropy / n,
            held_out: held_out.map(|held_out| held_out.score),
            held_out_standard_error: held_out.map(|held_out| held_out.standard_error),
            n_iter: report.n_iter,
            converged: report.stop == StopReason::Converged,
            stop: report.stop,
            origin: swept.origin,
        }
    }

    pub(super) fn value(&self, criterion: Criterion) -> Option<f64> {
        match criterion {
            Criterion::Aic => Some(self.criteria.aic),
            Criterion::Bic => Some(self.criteria.bic),
            Criterion::Icl => Some(self.criteria.icl),
            Criterion::HeldOut => self.held_out,
        }
    }

    /// The value of a criterion with a sign by which less is better, if it is finite.
    fn cost(&self, criterion: Criterion) -> Option<f64> {
        let sign = if criterion == Criterion::HeldOut { -1.0 } else { 1.0 };
        self.value(criterion).map(|value| sign * value).filter(|cost| cost.is_finite())
    }
}

/// Values closer than this are equal. With smoothing, surplus components die, and the mixture is
/// the same up to rounding.
const SAME: f64 = 1e-4;

/// The row that a criterion picks: the best that has converged, the smallest K of equals.
pub(super) fn pick(rows: &[Row], criterion: Criterion) -> Option<usize> {
    let candidates = rows.iter().enumerate().filter(|(_, row)| row.converged);
    let costs = candidates.filter_map(|(i, row)| Some((i, row.cost(criterion)?)));
    let costs: Vec<(usize, f64)> = costs.collect();
    let least = costs.iter().map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min);
    costs.into_iter().find(|(_, cost)| *cost <= least + SAME).map(|(i, _)| i)
}

/// The criterion that decides, and its pick: the one asked for, else held-out nats, else BIC.
pub(super) fn choose(rows: &[Row], asked: Option<Criterion>) -> Option<(Criterion, usize)> {
    let in_turn = match asked {
        Some(criterion) => vec![criterion],
        None => vec![Criterion::HeldOut, Criterion::Bic],
    };
    in_turn.into_iter().find_map(|criterion| Some((criterion, pick(rows, criterion)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(k: usize, bic: f64, converged: bool, held_out: Option<f64>) -> Row {
        let stop = if converged { StopReason::Converged } else { StopReason::MaxIter };
        Row {
            k,
            log_likelihood: 0.0,
            identified: true,
            n_parameters: k,
            criteria: Criteria::new(0, 1.0, -bic / 2.0, 0.0),
            entropy: 0.0,
            held_out,
            held_out_standard_error: held_out.map(|_| 0.1),
            n_iter: 1,
            converged,
            stop,
            origin: Origin::Start,
        }
    }

    #[test]
    fn what_has_not_converged_is_never_picked() {
        let rows = [row(1, 9.0, true, None), row(2, 5.0, false, None), row(3, 7.0, true, None)];
        assert_eq!(pick(&rows, Criterion::Bic), Some(2));
        assert_eq!(choose(&rows[1..2], None), None);
    }

    #[test]
    fn among_equals_the_smallest_k_is_picked() {
        let scored = |k, held_out| row(k, 1.0, true, Some(held_out));
        let rows = [scored(1, -3.0), scored(2, -2.5), scored(3, -2.5 + 1e-9), scored(4, -2.6)];
        assert_eq!(pick(&rows, Criterion::HeldOut), Some(1));
        assert_eq!(pick(&rows, Criterion::Bic), Some(0));
    }

    #[test]
    fn held_out_nats_decide_where_there_are_any_and_more_of_them_are_better() {
        let mut rows = vec![
            row(1, 4.0, true, Some(-5.0)),
            row(2, 4.0, true, Some(-3.0)),
            row(3, 6.0, true, Some(f64::NEG_INFINITY)),
        ];
        assert_eq!(choose(&rows, None), Some((Criterion::HeldOut, 1)));
        assert_eq!(choose(&rows, Some(Criterion::Bic)), Some((Criterion::Bic, 0)));
        rows.drain(..2);
        assert_eq!(choose(&rows, None), Some((Criterion::Bic, 0)));
        assert_eq!(choose(&rows, Some(Criterion::HeldOut)), None);
    }
}
