//! The wording of what may be wrong with a fit, and of what to do about it. Advice that cannot work
//! for the fit at hand is not given.

use crate::cli::terminal::{brief, counted};
use crate::em::{Diagnosis, Excess};
use crate::wording::some;
use serde::Serialize;

/// A diagnosis in words. Rows are the samples; clusters are numbered as in the model.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding {
    code: &'static str,
    /// The clusters that it is about, ascending; none if it is about the fit as a whole.
    components: Vec<usize>,
    message: String,
    advice: &'static str,
}

/// What a fit was asked for, as far as advice depends on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) alpha: f64,
    pub(crate) tol: f64,
    /// Whether it has no more clusters than it must: one, or one for each label that it knew.
    pub(crate) is_least_k: bool,
}

impl Finding {
    pub(crate) fn new(found: &Diagnosis, asked: Asked) -> Self {
        Self {
            code: found.code(),
            components: found.components(),
            message: message(found),
            advice: advice(found, asked),
        }
    }

    pub(crate) fn line(&self) -> String {
        let Self { code, message, advice, .. } = self;
        format!("{code}: {message}; {advice}")
    }
}

fn message(found: &Diagnosis) -> String {
    match found {
        Diagnosis::MaxIter { max_iter } => {
            format!("the stop rule did not hold within {max_iter} E-steps")
        }
        Diagnosis::NotStationary { residual } => {
            format!("the fit stopped where {} nats per row can still be gained", brief(*residual))
        }
        Diagnosis::DeadComponents { components } => {
            format!("less than a hundredth of a row: {}", clusters(components))
        }
        Diagnosis::DuplicateComponents { pairs } => {
            let repeats = |(k, l): &(usize, usize)| format!("{l} repeats {k}");
            format!("cluster {}", some(&pairs.iter().map(repeats).collect::<Vec<_>>(), MAX_LISTED))
        }
        Diagnosis::BoundaryMeans { components, n_means } => {
            let means = if *n_means == 1 { "mean" } else { "means" };
            format!("{n_means} {means} at 0 or 1: {}", clusters(components))
        }
        Diagnosis::Saddle { rise } => {
            format!("a small step to either side gains {} nats per row", brief(*rise))
        }
        Diagnosis::TooManyComponents(excess) => excess_message(excess),
    }
}

fn excess_message(excess: &Excess) -> String {
    match excess {
        Excess::DistinctRows { n_distinct, n_components } => {
            format!("{n_components} clusters for {n_distinct} distinct rows")
        }
        Excess::Unidentified { n_parameters, n_features } => {
            let features = counted(*n_features, "varying feature");
            let parameters = counted(*n_parameters, "free parameter");
            format!("{parameters} on {features}: they are not identified")
        }
        Excess::ThinComponents { components } => {
            format!("less than two rows: {}", clusters(components))
        }
    }
}

fn advice(found: &Diagnosis, asked: Asked) -> &'static str {
    match found {
        Diagnosis::MaxIter { .. } if asked.tol <= 0.0 => {
            "by tol 0 no start ever converges: take tol above 0, unless that is wanted"
        }
        Diagnosis::MaxIter { .. } => "raise max-iter, or tol if the last digits do not matter",
        Diagnosis::NotStationary { .. } => {
            "start anew from means inside (0, 1), or take alpha > 0, which keeps them there"
        }
        Diagnosis::DeadComponents { .. } | Diagnosis::TooManyComponents(_) if asked.is_least_k => {
            "give more rows: there are too few for even so many clusters"
        }
        Diagnosis::DeadComponents { .. } if asked.alpha <= 0.0 => "take a smaller k",
        Diagnosis::DeadComponents { .. } => {
            "no rows are left that gain more there than the prior costs: take a smaller k or alpha"
        }
        Diagnosis::DuplicateComponents { .. } => "take a smaller k, or more starts",
        Diagnosis::BoundaryMeans { .. } => {
            "standard errors do not exist there; alpha > 0 keeps means inside (0, 1)"
        }
        Diagnosis::Saddle { .. } => {
            "do not use this fit: try another --init; more starts of this kind may end here too"
        }
        Diagnosis::TooManyComponents(Excess::Unidentified { .. }) => {
            "trust the fit, not its parameters, or take a smaller k"
        }
        Diagnosis::TooManyComponents(_) => "take a smaller k",
    }
}

fn clusters(components: &[usize]) -> String {
    let name = if components.len() == 1 { "cluster" } else { "clusters" };
    let numbers: Vec<String> = components.iter().map(usize::to_string).collect();
    format!("{name} {}", some(&numbers, MAX_LISTED))
}

const MAX_LISTED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Asked = Asked { alpha: 2.0, tol: 1e-6, is_least_k: false };

    #[test]
    fn advice_that_cannot_work_is_not_given() {
        let max_iter = Diagnosis::MaxIter { max_iter: 9 };
        assert!(advice(&max_iter, USUAL).contains("raise max-iter"));
        assert!(!advice(&max_iter, Asked { tol: 0.0, ..USUAL }).contains("raise"));
        let dead = Diagnosis::DeadComponents { components: vec![1] };
        assert!(advice(&dead, USUAL).contains("alpha"));
        assert_eq!(advice(&dead, Asked { alpha: 0.0, ..USUAL }), "take a smaller k");
        let thin = Excess::ThinComponents { components: vec![0] };
        let thin = Diagnosis::TooManyComponents(thin);
        assert_eq!(advice(&thin, USUAL), "take a smaller k");
        assert!(!advice(&thin, Asked { is_least_k: true, ..USUAL }).contains("smaller"));
    }

    #[test]
    fn a_sentence_names_a_few_components_and_counts_the_rest() {
        let dead = |components| message(&Diagnosis::DeadComponents { components });
        assert_eq!(dead(vec![3]), "less than a hundredth of a row: cluster 3");
        assert!(dead((0..11).collect()).contains("clusters 0, 1, 2, 3, 4, 5, 6, 7 and 3 more"));
    }

    #[test]
    fn duplicates_name_every_component_once() {
        let pairs = vec![(0, 2), (0, 3), (1, 5)];
        let found = Finding::new(&Diagnosis::DuplicateComponents { pairs }, USUAL);
        assert_eq!(found.components, [0, 1, 2, 3, 5]);
        assert_eq!(found.message, "cluster 2 repeats 0, 3 repeats 0, 5 repeats 1");
    }
}
