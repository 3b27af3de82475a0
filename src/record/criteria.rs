//! Information criteria: the fit of a model against the number of its parameters.

/// The information criteria of a fit. Of each, less is better.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Criteria {
    /// Akaike's criterion, `2 p - 2 log L`. Source: Akaike (1974), *IEEE Transactions on Automatic
    /// Control* 19.
    pub aic: f64,
    /// The Bayesian information criterion, `p log N - 2 log L`. Source: Schwarz (1978), *Annals of
    /// Statistics* 6.
    pub bic: f64,
    /// The integrated completed likelihood: BIC plus twice the entropy of the responsibilities.
    /// Source: Biernacki, Celeux and Govaert (2000), *IEEE PAMI* 22; McLachlan and Peel (2000),
    /// section 6.10.
    pub icl: f64,
}

impl Criteria {
    /// Of `n_parameters` (p) fitted to rows that weigh `n` (N) in all. `log_likelihood` (log L) and
    /// `entropy` are sums over the rows, in nats.
    pub(crate) fn new(n_parameters: usize, n: f64, log_likelihood: f64, entropy: f64) -> Self {
        let p = n_parameters as f64;
        let bic = p * libm::log(n) - 2.0 * log_likelihood;
        Self { aic: 2.0 * p - 2.0 * log_likelihood, bic, icl: bic + 2.0 * entropy }
    }
}
