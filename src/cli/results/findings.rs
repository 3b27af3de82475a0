//! The wording of what may be wrong with a fit, and of what to do about it.

use crate::cli::terminal::counted;
use crate::em::{Diagnosis, Excess};
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

impl Finding {
    pub(crate) fn new(found: &Diagnosis) -> Self {
        Self {
            code: found.code(),
            components: found.components(),
            message: message(found),
            advice: advice(found),
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
            format!("the fit stopped where {residual:.1e} nats per row can still be gained")
        }
        Diagnosis::DeadComponents { components } => {
            format!("less than a hundredth of a row: {}", clusters(components))
        }
        Diagnosis::DuplicateComponents { pairs } => {
            let repeats = |(k, l): &(usize, usize)| format!("{l} repeats {k}");
            format!("cluster {}", listed(pairs.iter().map(repeats)))
        }
        Diagnosis::BoundaryMeans { components, n_means } => {
            let means = if *n_means == 1 { "mean" } else { "means" };
            format!("{n_means} {means} at 0 or 1: {}", clusters(components))
        }
        Diagnosis::Saddle { rise } => {
            format!("a small step to either side gains {rise:.1e} nats per row")
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
            format!("{n_parameters} free parameters on {features}: they are not identified")
        }
        Excess::ThinComponents { components } => {
            format!("less than two rows: {}", clusters(components))
        }
    }
}

fn advice(found: &Diagnosis) -> &'static str {
    match found {
        Diagnosis::MaxIter { .. } => "raise max-iter, or tol if the last digits do not matter",
        Diagnosis::NotStationary { .. } => {
            "start anew from means inside (0, 1), or take alpha > 0, which keeps them there"
        }
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
    format!("{name} {}", listed(components.iter().map(usize::to_string)))
}

const MAX_LISTED: usize = 8;

fn listed(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(MAX_LISTED);
    let first = all.take(MAX_LISTED).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_a_few_components_and_counts_the_rest() {
        let dead = |components| message(&Diagnosis::DeadComponents { components });
        assert_eq!(dead(vec![3]), "less than a hundredth of a row: cluster 3");
        assert!(dead((0..11).collect()).contains("clusters 0, 1, 2, 3, 4, 5, 6, 7 and 3 more"));
    }

    #[test]
    fn duplicates_name_every_component_once() {
        let pairs = vec![(0, 2), (0, 3), (1, 5)];
        let found = Finding::new(&Diagnosis::DuplicateComponents { pairs });
        assert_eq!(found.components, [0, 1, 2, 3, 5]);
        assert_eq!(found.message, "cluster 2 repeats 0, 3 repeats 0, 5 repeats 1");
    }
}
