//! What may be wrong with a fit: a code, what was found, and one sentence of advice.

use std::fmt;

/// A finding about a fit. [`fmt::Display`] writes it as one clause; rows are the samples, components are numbered as in the
/// returned mixture.
#[derive(Debug, Clone, PartialEq)]
pub enum Diagnosis {
    /// `max-iter`: the best start spent `max_iter` E-steps before its stop rule held.
    MaxIter {
        /// The limit.
        max_iter: usize,
    },
    /// `not-stationary`: the start converged by its stop rule, but the gradient residual is more than twice `tol`.
    ///
    /// Gains that shrink cannot leave that much. It happens where a mean is stuck at 0 or 1 though the objective rises from
    /// there: EM never moves such a mean.
    NotStationary {
        /// [`FitReport::gradient_residual`](crate::em::FitReport::gradient_residual), nats per row.
        residual: f64,
    },
    /// `dead-components`: components with less than a hundredth of a row, `N_k < 0.01`.
    ///
    /// No row is theirs by more than a hundredth, so to drop one costs the log-likelihood less than `sum_i r_ik^2`, so
    /// less than 1e-4 nats in all: nothing that a criterion could see.
    DeadComponents {
        /// Which, ascending.
        components: Vec<usize>,
    },
    /// `duplicate-components`: to merge the two costs at most 1e-4 nats a row, and at most 1 nat in all.
    ///
    /// The cost is bounded by `N_k KL(mu_k, m) + N_l KL(mu_l, m)`, where `m` is the mean of the two, weighted. The
    /// bound of 1e-4 is that below which two fits count as one optimum; one nat is what AIC charges for a single
    /// parameter, and a component has D + 1. Dead components are not compared.
    DuplicateComponents {
        /// Each component that repeats another, with the first one that it repeats: (lower, higher) numbers.
        pairs: Vec<(usize, usize)>,
    },
    /// `boundary-means`: with `alpha` 0, means within 1e-6 of 0 or 1.
    ///
    /// Neither those of features that have one value in all rows count, which every model has there, nor those of dead
    /// components.
    BoundaryMeans {
        /// The components that have some, ascending.
        components: Vec<usize>,
        /// How many means.
        n_means: usize,
    },
    /// `saddle`: the objective rises on both sides of the returned mixture, a small step away.
    ///
    /// Looked for only where the mixture is stationary to 1e-5 nats a row, for a start that stopped early climbs on one side anyhow.
    Saddle {
        /// By how much, the mean of both sides, nats per row.
        rise: f64,
    },
    /// `too-many-components`: the rows cannot support K of them.
    TooManyComponents(Excess),
}

/// In what way there are too many components; the first that holds is reported.
#[derive(Debug, Clone, PartialEq)]
pub enum Excess {
    /// K exceeds the number of distinct rows, beyond which no further component raises the likelihood (Lindsay, *The
    /// geometry of mixture likelihoods*, 1983).
    DistinctRows {
        /// The number of distinct rows.
        n_distinct: usize,
        /// K.
        n_components: usize,
    },
    /// Infinitely many mixtures of K components give every row the same probability.
    ///
    /// So it is where `K (D + 1) - 1` free parameters exceed the `2^D - 1` of the table of all patterns, D counting the features
    /// that are not the same in all rows, and for K = 3 and D = 4 (Goodman, 1974). These are all cases: otherwise only finitely
    /// many mixtures do, save for exceptional parameters (Catalisano, Geramita & Gimigliano, *Secant varieties of P1 x ... x
    /// P1 (n-times) are not defective for n >= 5*, 2011).
    Unidentified {
        /// The number of free parameters, K (D + 1) - 1.
        n_parameters: usize,
        /// The number of features that vary, D.
        n_features: usize,
    },
    /// Components with less than two rows, `N_k < 2`, that are not dead: what they are a mean of is one row.
    ThinComponents {
        /// Which, ascending.
        components: Vec<usize>,
    },
}

impl Diagnosis {
    /// The name of the finding, in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MaxIter { .. } => "max-iter",
            Self::NotStationary { .. } => "not-stationary",
            Self::DeadComponents { .. } => "dead-components",
            Self::DuplicateComponents { .. } => "duplicate-components",
            Self::BoundaryMeans { .. } => "boundary-means",
            Self::Saddle { .. } => "saddle",
            Self::TooManyComponents(_) => "too-many-components",
        }
    }

    /// The components that it is about, ascending; none if it is about the fit as a whole.
    pub fn components(&self) -> Vec<usize> {
        match self {
            Self::DeadComponents { components }
            | Self::BoundaryMeans { components, .. }
            | Self::TooManyComponents(Excess::ThinComponents { components }) => components.clone(),
            Self::DuplicateComponents { pairs } => {
                let mut both: Vec<usize> = pairs.iter().flat_map(|&(k, l)| [k, l]).collect();
                both.sort_unstable();
                both.dedup();
                both
            }
            _ => Vec::new(),
        }
    }

    /// What to do about it, one sentence.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::MaxIter { .. } => "raise max-iter, or tol if the last digits do not matter",
            Self::NotStationary { .. } => {
                "start anew from means inside (0, 1), or take alpha > 0, which keeps them there"
            }
            Self::DeadComponents { .. } => "take a smaller k: this fit has that many clusters less",
            Self::DuplicateComponents { .. } => "take a smaller k, or more starts",
            Self::BoundaryMeans { .. } => {
                "standard errors do not exist there; alpha > 0 keeps means inside (0, 1)"
            }
            Self::Saddle { .. } => "do not use this fit: start from elsewhere, or take more starts",
            Self::TooManyComponents(Excess::Unidentified { .. }) => {
                "trust the fit, not its parameters, or take a smaller k"
            }
            Self::TooManyComponents(_) => "take a smaller k",
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::MaxIter { max_iter } => {
                write!(f, "the stop rule did not hold within {max_iter} E-steps")
            }
            Self::NotStationary { residual } => {
                write!(f, "the fit stopped where {residual:.1e} nats per row can still be gained")
            }
            Self::DeadComponents { components } => {
                write!(f, "less than a hundredth of a row: {}", Named(components))
            }
            Self::DuplicateComponents { pairs } => {
                let of_pair = |(k, l): &(usize, usize)| format!("{l} repeats {k}");
                write!(f, "cluster {}", listed(pairs.iter().map(of_pair)))
            }
            Self::BoundaryMeans { components, n_means } => {
                let means = if *n_means == 1 { "mean" } else { "means" };
                write!(f, "{n_means} {means} at 0 or 1: {}", Named(components))
            }
            Self::Saddle { rise } => {
                write!(f, "a small step to either side gains {rise:.1e} nats per row")
            }
            Self::TooManyComponents(excess) => write!(f, "{excess}"),
        }
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::DistinctRows { n_distinct, n_components } => {
                write!(f, "{n_components} clusters for {n_distinct} distinct rows")
            }
            Self::Unidentified { n_parameters, n_features } => write!(
                f,
                "{n_parameters} parameters on {n_features} varying features are not identified"
            ),
            Self::ThinComponents { components } => {
                write!(f, "less than two rows: {}", Named(components))
            }
        }
    }
}

/// Components by their numbers.
struct Named<'a>(&'a [usize]);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let name = if self.0.len() == 1 { "cluster" } else { "clusters" };
        write!(f, "{name} {}", listed(self.0.iter().map(usize::to_string)))
    }
}

/// The most that are named in a sentence.
const MOST_NAMED: usize = 8;

/// The first few, and how many more.
fn listed(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(MOST_NAMED);
    let first = all.take(MOST_NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_a_few_components_and_counts_the_rest() {
        let dead = |components| Diagnosis::DeadComponents { components }.to_string();
        assert_eq!(dead(vec![3]), "less than a hundredth of a row: cluster 3");
        assert!(dead((0..11).collect()).contains("clusters 0, 1, 2, 3, 4, 5, 6, 7 and 3 more"));
    }

    #[test]
    fn duplicates_name_every_component_once() {
        let pairs = vec![(0, 2), (0, 3), (1, 5)];
        let found = Diagnosis::DuplicateComponents { pairs };
        assert_eq!(found.components(), [0, 1, 2, 3, 5]);
        assert_eq!(found.to_string(), "cluster 2 repeats 0, 3 repeats 0, 5 repeats 1");
    }
}
