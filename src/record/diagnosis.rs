//! What may be wrong with a fit: a code and numbers.

use serde::{Deserialize, Serialize};

/// What may be wrong with a fit. Rows are the samples; components are numbered as in the mixture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Diagnosis {
    /// `max-iter`: the best start spent `max_iter` E-steps before its stop rule held.
    MaxIter {
        /// The limit.
        max_iter: usize,
    },
    /// `not-stationary`: the start has converged, but the gradient residual is above twice `tol`.
    ///
    /// Gains that shrink cannot leave that much. It happens where a mean is stuck at 0 or 1 though
    /// the objective rises from there: EM never moves such a mean.
    NotStationary {
        /// [`FitReport::gradient_residual`](crate::em::FitReport::gradient_residual), nats per row.
        residual: f64,
    },
    /// `dead-components`: components with less than a hundredth of a row, `N_k < 0.01`.
    ///
    /// To drop one costs the log-likelihood less than `sum_i r_ik^2`. No row is theirs by more than
    /// a hundredth, so that is less than 1e-4 nats in all, which no criterion could see.
    DeadComponents {
        /// Which, ascending.
        components: Vec<usize>,
    },
    /// `duplicate-components`: to merge the two costs at most 1e-4 nats a row and 1 nat in all.
    ///
    /// The cost is bounded by `N_k KL(mu_k, m) + N_l KL(mu_l, m)`, where `m` is the weighted mean
    /// of the two. Two fits that differ by less than 1e-4 nats a row count as one optimum. One nat
    /// is what AIC charges for a parameter. Dead components are not compared.
    DuplicateComponents {
        /// Each component that repeats another, behind the first that it repeats: (lower, higher).
        pairs: Vec<(usize, usize)>,
    },
    /// `boundary-means`: with `alpha` 0, means within 1e-6 of 0 or 1.
    ///
    /// Every model has such means for features with one value in all rows: these do not count.
    /// Means of dead components do not count either.
    BoundaryMeans {
        /// The components that have some, ascending.
        components: Vec<usize>,
        /// The number of such means.
        n_means: usize,
    },
    /// `saddle`: the objective rises on both sides of the mixture, a small step away.
    ///
    /// It is looked for where the mixture is stationary to 1e-5 nats a row. A start that stopped
    /// earlier would rise on one side anyhow.
    Saddle {
        /// The mean rise of both sides, in nats per row.
        rise: f64,
    },
    /// `too-many-components`: the rows cannot support K of them.
    TooManyComponents(Excess),
}

/// In what way there are too many components. The first that holds is reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Excess {
    /// K exceeds the number of distinct rows. No further component raises the likelihood then
    /// (Lindsay, *The geometry of mixture likelihoods*, 1983).
    DistinctRows {
        /// The number of distinct rows.
        n_distinct: usize,
        /// K.
        n_components: usize,
    },
    /// Infinitely many mixtures of K components give every row the same probability.
    ///
    /// This holds where the `K (D + 1) - 1` free parameters exceed the `2^D - 1` probabilities of
    /// all patterns. D counts the features that vary. It also holds for K = 3 and D = 4 (Goodman,
    /// 1974). There are no other cases, save for exceptional parameters: see Catalisano, Geramita
    /// and Gimigliano, *Secant varieties of P1 x ... x P1 (n-times) are not defective for n >= 5*,
    /// 2011.
    Unidentified {
        /// The number of free parameters, K (D + 1) - 1.
        n_parameters: usize,
        /// The number of features that vary, D.
        n_features: usize,
    },
    /// Components with less than two rows, `N_k < 2`, that are not dead: means of one row.
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
}
