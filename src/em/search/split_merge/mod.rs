//! Splits and merges of components: [`moves`] from an optimum, and [`neighbours`] with another K.
//!
//! After Ueda, Nakano, Ghahramani & Hinton, *SMEM algorithm for mixture models* (Neural Computation
//! 12, 2000), with criteria of our own. Per sample, in nats, with `H` the entropy of Bernoulli
//! variables:
//!
//! ```text
//! merging j and k costs    (pi_j + pi_k) H(m) - pi_j H(mu_j) - pi_k H(mu_k),  m = mean of both
//! ```
//!
//! That is what rows known to come from j or k lose: a weighted Jensen-Shannon divergence.

pub(crate) mod moves;
pub(crate) mod neighbours;

use crate::error::Result;
use crate::kernels;
use crate::mixture::BernoulliMixture;

struct Component {
    weight: f64,
    /// D values.
    mean: Vec<f64>,
    /// Nats per row of this component.
    entropy: f64,
}

impl Component {
    fn new(weight: f64, mean: Vec<f64>) -> Self {
        Self { weight, entropy: entropy(mean.clone()), mean }
    }

    /// All components of `mixture` (K).
    fn all_of(mixture: &BernoulliMixture) -> Vec<Self> {
        let weights = mixture.weights().iter().enumerate();
        weights.map(|(k, w)| Self::new(*w, mixture.mean(k).to_vec())).collect()
    }

    /// One component in place of two.
    fn merged(&self, other: &Self) -> Self {
        let total = self.weight + other.weight;
        let share = if total > 0.0 { self.weight / total } else { 0.5 };
        let both = self.mean.iter().zip(&other.mean);
        Self::new(total, both.map(|(a, b)| share * a + (1.0 - share) * b).collect())
    }

    /// What merging costs, in nats per sample.
    fn merge_cost(&self, other: &Self) -> f64 {
        self.merged(other).unexplained() - self.unexplained() - other.unexplained()
    }

    /// Weight times entropy, in nats per sample.
    fn unexplained(&self) -> f64 {
        self.weight * self.entropy
    }
}

fn mixture_of(components: Vec<Component>) -> Result<BernoulliMixture> {
    let weights = components.iter().map(|component| component.weight).collect();
    let means = components.into_iter().flat_map(|component| component.mean).collect();
    BernoulliMixture::normalised(weights, means)
}

/// The entropy of a row of independent Bernoulli variables with these means, in nats.
fn entropy(mut means: Vec<f64>) -> f64 {
    let mut logs = means.clone();
    kernels::ln_all(&mut logs);
    let term = |(p, log): (&f64, &f64)| if *p > 0.0 { -p * log } else { 0.0 };
    let entropy_of_ones: f64 = means.iter().zip(&logs).map(term).sum();
    means.iter_mut().for_each(|mean| *mean = 1.0 - *mean);
    logs.copy_from_slice(&means);
    kernels::ln_all(&mut logs);
    entropy_of_ones + means.iter().zip(&logs).map(term).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_that_of_bernoulli_variables_and_0_where_all_is_certain() {
        assert_eq!(entropy(vec![0.0, 1.0, 1.0]), 0.0);
        assert!((entropy(vec![0.5, 0.5, 1.0]) - 2.0 * 2.0_f64.ln()).abs() < 1e-15);
        let of_quarter = -(0.25 * 0.25_f64.ln() + 0.75 * 0.75_f64.ln());
        assert!((entropy(vec![0.25, 0.75]) - 2.0 * of_quarter).abs() < 1e-15);
    }
}
