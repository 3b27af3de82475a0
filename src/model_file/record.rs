//! What a model file holds: plain records, so that neither the trainer nor the file format dictates to the other.
//!
//! The order of the fields of [`Provenance`], [`FitRecord`], [`StartRecord`] and [`LabelTable`] is part of the file
//! format: to add, drop or move one is a new format version.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use crate::error::ModelProblem;
use crate::mixture::BernoulliMixture;

/// A mixture with all that is needed to use it on pictures and to say where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Weights (K) and means (D x K).
    pub mixture: BernoulliMixture,
    /// Height of a picture in pixels; height x width is D.
    pub height: u32,
    /// Width of a picture in pixels.
    pub width: u32,
    /// The binarisation rule as the user writes it, such as `threshold:128`.
    pub binarize: String,
    /// What is needed to fit it again; `None` for an imported model.
    pub provenance: Option<Provenance>,
    /// How the fit went; `None` for an imported model.
    pub report: Option<FitRecord>,
    /// Labels met in each cluster, where the training data had labels.
    pub labels: Option<LabelTable>,
}

/// What is needed to reproduce a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The version of the program that fitted it, such as `0.1.0`.
    pub program_version: String,
    /// SHA-256 of the training data, 64 hexadecimal digits.
    pub data_sha256: String,
    /// Rows of the training data, N.
    pub n_samples: u64,
    /// Whether the data was drawn by a program rather than observed.
    pub synthetic: bool,
    /// The seed of the fit.
    pub seed: u64,
    /// The number of starts as asked for: `auto` or a number.
    pub n_init: String,
    /// How the starts began: a kind, or `from` and the SHA-256 of the model file that was continued.
    pub init: String,
    /// The pseudo-count of the means, at least 0.
    pub alpha: f64,
    /// The stop rule: gain in nats per sample.
    pub tol: f64,
    /// The most iterations of one start.
    pub max_iter: u64,
}

/// How a fit went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitRecord {
    /// Log-likelihood of all training data, in nats; finite.
    pub log_likelihood: f64,
    /// Iterations of the best start.
    pub n_iter: u64,
    /// Why the fit ended: `converged`, `max-iter`, `interrupted` or `abandoned`.
    pub stop: String,
    /// The objective of the best start's initial parameters, then after each of its iterations, in nats over all samples;
    /// values that are not finite are left out.
    pub objective_history: Vec<f64>,
    /// Every start that was run.
    pub starts: Vec<StartRecord>,
    /// The position in `starts` of the one that was kept.
    pub best_start: u64,
}

/// How one start of a fit went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartRecord {
    /// Which stream of the seed it drew from.
    pub seed_index: u64,
    /// Its iterations.
    pub n_iter: u64,
    /// The objective it reached, in nats over all samples; not NaN.
    pub objective: f64,
    /// Why it stopped: `converged`, `max-iter`, `interrupted` or `abandoned` for a more promising one.
    pub stop: String,
}

/// How many training samples of each label fell in each cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelTable {
    /// The L names of the labels.
    pub names: Vec<String>,
    /// K x L counts, one component after another.
    pub counts: Vec<u64>,
}

impl LabelTable {
    /// The most frequent label of component `k` and its share in (0, 1]; the first of equals.
    ///
    /// `None` for a component without samples or beyond the table.
    pub fn majority(&self, k: usize) -> Option<(&str, f64)> {
        let n_labels = self.names.len();
        let counts = self.counts.get(k.checked_mul(n_labels)?..)?.get(..n_labels)?;
        let most = *counts.iter().max().filter(|most| **most > 0)?;
        let label = counts.iter().position(|count| *count == most)?;
        let total: f64 = counts.iter().map(|count| *count as f64).sum();
        Some((self.names.get(label)?, most as f64 / total))
    }

    /// `p(label | k)` (K x L, one component after another), each in (0, 1): `(n_kl + 1/2) / (n_k + L / 2)`.
    ///
    /// The half is Jeffreys' prior, so that no label is impossible because a few images did not bear it; a component without
    /// images says nothing, `1 / L`. Source: Krichevsky and Trofimov (1981), *IEEE Transactions on Information Theory* 27.
    pub fn shares(&self) -> Vec<f64> {
        let half_labels = self.names.len() as f64 / 2.0;
        let of_component = |counts: &[u64]| {
            let total: f64 = counts.iter().map(|count| *count as f64).sum();
            let share = |count: &u64| (*count as f64 + 0.5) / (total + half_labels);
            counts.iter().map(share).collect::<Vec<_>>()
        };
        self.counts.chunks(self.names.len().max(1)).flat_map(of_component).collect()
    }

    fn check(&self, n_components: usize) -> Result<(), ModelProblem> {
        let needs = self.names.len().checked_mul(n_components);
        ensure(needs == Some(self.counts.len()) && !self.names.is_empty(), || {
            let (labels, counts) = (self.names.len(), self.counts.len());
            format!(
                "its label table has {counts} counts for {n_components} clusters and {labels} labels"
            )
        })
    }
}

impl Model {
    /// Whether the parts fit together; done before every writing and after every reading.
    ///
    /// # Errors
    /// [`ModelProblem::Invalid`] if height x width is not D, the label table is not K x L, the fit report has a value
    /// that is not finite or a best start that is not there, or `alpha` or `tol` is not finite.
    pub fn check(&self) -> Result<(), ModelProblem> {
        let (height, width) = (self.height, self.width);
        let n_features = self.mixture.n_features();
        ensure(u64::from(height) * u64::from(width) == n_features as u64, || {
            format!("its pictures are {height} x {width}, its means {n_features} long")
        })?;
        self.labels.iter().try_for_each(|labels| labels.check(self.mixture.n_components()))?;
        self.report.iter().try_for_each(FitRecord::check)?;
        self.provenance.iter().try_for_each(Provenance::check)
    }
}

impl FitRecord {
    fn check(&self) -> Result<(), ModelProblem> {
        let finite = self.log_likelihood.is_finite()
            && self.objective_history.iter().all(|value| value.is_finite())
            && !self.starts.iter().any(|start| start.objective.is_nan());
        ensure(finite, || "its fit report has a value that is not a finite number".into())?;
        let n_starts = self.starts.len() as u64;
        ensure(n_starts == 0 || self.best_start < n_starts, || {
            format!("its best start is number {} of {n_starts}", self.best_start)
        })
    }
}

impl Provenance {
    fn check(&self) -> Result<(), ModelProblem> {
        ensure(self.alpha.is_finite() && self.tol.is_finite(), || {
            format!("its alpha is {} and its tol {}", self.alpha, self.tol)
        })
    }
}

/// A mixture from numbers that nobody has checked: `weights` (K) and `means` (K x D, one component after another).
pub(super) fn mixture_from(
    weights: Vec<f64>,
    means: Vec<f64>,
    n_features: usize,
) -> Result<BernoulliMixture, ModelProblem> {
    let n_components = weights.len();
    ensure(n_components.checked_mul(n_features) == Some(means.len()), || {
        format!("it has {} means, not {n_components} x {n_features}", means.len())
    })?;
    let means = DMatrix::from_vec(n_features, n_components, means);
    BernoulliMixture::new(DVector::from_vec(weights), means)
        .map_err(|error| ModelProblem::Invalid(error.to_string()))
}

fn ensure(good: bool, what: impl FnOnce() -> String) -> Result<(), ModelProblem> {
    if good { Ok(()) } else { Err(ModelProblem::Invalid(what())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> LabelTable {
        let names = ["zero", "one", "two"].map(String::from).to_vec();
        LabelTable { names, counts: vec![1, 6, 1, 0, 0, 0, 5, 0, 5] }
    }

    #[test]
    fn the_majority_label_is_the_most_frequent_and_the_first_of_equals() {
        assert_eq!(table().majority(0), Some(("one", 0.75)));
        assert_eq!(table().majority(2), Some(("zero", 0.5)));
    }

    #[test]
    fn a_cluster_without_images_or_beyond_the_table_has_no_majority() {
        assert_eq!(table().majority(1), None);
        assert_eq!(table().majority(3), None);
        assert_eq!(table().majority(usize::MAX), None);
    }

    #[test]
    fn shares_sum_to_one_and_none_is_zero() {
        let shares = table().shares();
        for (k, shares) in shares.chunks(3).enumerate() {
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-15, "{k}");
        }
        assert_eq!(shares[..3], [1.5 / 9.5, 6.5 / 9.5, 1.5 / 9.5]);
        assert_eq!(shares[3..6], [1.0 / 3.0; 3]);
    }

    #[test]
    fn counts_near_the_end_of_their_range_do_not_overflow() {
        let names = vec!["a".into(), "b".into()];
        let table = LabelTable { names, counts: vec![u64::MAX, u64::MAX] };
        assert_eq!(table.majority(0), Some(("a", 0.5)));
    }
}
