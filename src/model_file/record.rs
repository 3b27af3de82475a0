//! What a model file holds: plain records, so that neither the trainer nor the file format dictates to the other.
//!
//! The order of the fields of [`Provenance`], [`FitRecord`], [`StartRecord`], [`Trust`], [`Finding`] and [`LabelTable`] is part of
//! the file format: to add, drop or move one is a new format version.

use serde::{Deserialize, Serialize};

use super::typicality::Typicality;
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
    /// How far the fit can be trusted; `None` for an imported model.
    pub trust: Option<Trust>,
    /// What the training samples of each cluster were like; `None` for an imported model.
    pub typicality: Option<Typicality>,
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
    /// Whether late iterations were extrapolated.
    #[serde(default = "accelerated")]
    pub accelerate: bool,
}

/// What fits do unless they are told not to.
fn accelerated() -> bool {
    true
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
    /// Its place among the starts.
    pub seed_index: u64,
    /// Its iterations.
    pub n_iter: u64,
    /// The objective it reached, in nats over all samples; not NaN.
    pub objective: f64,
    /// Why it stopped: `converged`, `max-iter`, `interrupted` or `abandoned` for a more promising one.
    pub stop: String,
}

/// How far a fit can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// In one line: how many starts there were, how many reached the best objective, and what the next one was.
    pub line: String,
    /// What one more M-step would gain at least, in nats per sample; not NaN.
    pub gradient_residual: f64,
    /// What may be wrong with it.
    pub findings: Vec<Finding>,
}

/// Something that may be wrong with a fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its name, such as `dead-components`.
    pub code: String,
    /// The components that it is about, ascending; none if it is about the fit as a whole.
    pub components: Vec<u64>,
    /// What it is, in words.
    pub message: String,
    /// What to do about it, one sentence.
    pub advice: String,
}

/// How many training samples of each label fell in each cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelTable {
    /// The L names of the labels.
    pub names: Vec<String>,
    /// K x L counts, one component after another.
    pub counts: Vec<u64>,
    /// The label that each component was fitted to (K), or nothing (0) where labels only judge.
    #[serde(default)]
    pub label_of: Vec<Option<u32>>,
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

    /// `p(label | k)` (K x L, one component after another), each in (0, 1): `(n_kl + 1 / L) / (n_k + 1)`.
    ///
    /// One sample more, spread over all labels, is the prior of Perks (1947), *Journal of the Institute of Actuaries* 73: no label is
    /// impossible because no sample bore it, and a component without samples says nothing, `1 / L`. A component that was fitted to a label
    /// has one sample of that label more, which is our choice: it decides where no sample with a label is in the component. That the counts decide
    /// otherwise, and not the label alone, gives a classifier with clusters for each label far better probabilities on MNIST
    /// (`docs/results.md`).
    pub fn shares(&self) -> Vec<f64> {
        let n_labels = self.names.len();
        let of_component = |(k, counts): (usize, &[u64])| {
            let fitted_to = self.label_of.get(k).copied().flatten();
            let extra = |label: usize| f64::from(u8::from(fitted_to == Some(label as u32)));
            let total: f64 = counts.iter().map(|count| *count as f64).sum();
            let total = total + 1.0 + f64::from(u8::from(fitted_to.is_some()));
            let share = move |(label, count): (usize, &u64)| {
                (*count as f64 + 1.0 / n_labels as f64 + extra(label)) / total
            };
            counts.iter().enumerate().map(share).collect::<Vec<_>>()
        };
        self.counts.chunks(n_labels.max(1)).enumerate().flat_map(of_component).collect()
    }

    fn check(&self, n_components: usize) -> Result<(), ModelProblem> {
        let needs = self.names.len().checked_mul(n_components);
        ensure(needs == Some(self.counts.len()) && !self.names.is_empty(), || {
            let (labels, counts) = (self.names.len(), self.counts.len());
            format!(
                "its label table has {counts} counts for {n_components} clusters and {labels} labels"
            )
        })?;
        let of_labels = self.label_of.iter().flatten();
        let known = of_labels.into_iter().all(|&label| (label as usize) < self.names.len());
        ensure(known && [0, n_components].contains(&self.label_of.len()), || {
            "its clusters are of labels that it does not name".into()
        })
    }
}

impl Model {
    /// Whether the model was fitted to data drawn by a program.
    pub fn is_synthetic(&self) -> bool {
        self.provenance.as_ref().is_some_and(|provenance| provenance.synthetic)
    }

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
        self.typicality.iter().try_for_each(|t| t.check(self.mixture.n_components()))?;
        let is_sound = self.trust.as_ref().is_none_or(|trust| !trust.gradient_residual.is_nan());
        ensure(is_sound, || "its gradient residual is not a number".into())?;
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
    BernoulliMixture::new(weights, means).map_err(|error| ModelProblem::Invalid(error.to_string()))
}

fn ensure(good: bool, what: impl FnOnce() -> String) -> Result<(), ModelProblem> {
    if good { Ok(()) } else { Err(ModelProblem::Invalid(what())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> LabelTable {
        let names = ["zero", "one", "two"].map(String::from).to_vec();
        LabelTable { names, counts: vec![1, 6, 1, 0, 0, 0, 5, 0, 5], label_of: vec![] }
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
        let third = 1.0 / 3.0;
        assert_eq!(shares[..3], [1.0 + third, 6.0 + third, 1.0 + third].map(|count| count / 9.0));
        assert_eq!(shares[3..6], [1.0 / 3.0; 3]);
    }

    #[test]
    fn a_cluster_that_was_fitted_to_a_label_has_one_sample_of_it_more() {
        let table = LabelTable { label_of: vec![Some(2), Some(0), None], ..table() };
        let (shares, third) = (table.shares(), 1.0 / 3.0);
        let wanted = [(1.0 + third) / 10.0, (6.0 + third) / 10.0, (2.0 + third) / 10.0];
        let wanted = [wanted, [(1.0 + third) / 2.0, third / 2.0, third / 2.0]].concat();
        assert!(shares.iter().zip(&wanted).all(|(share, wanted)| (share - wanted).abs() < 1e-15));
        assert_eq!(shares[6..], LabelTable { label_of: vec![], ..table.clone() }.shares()[6..]);
        assert!(table.check(3).is_ok());
        let unknown = LabelTable { label_of: vec![Some(3), None, None], ..table };
        assert!(unknown.check(3).is_err());
    }

    #[test]
    fn counts_near_the_end_of_their_range_do_not_overflow() {
        let names = vec!["a".into(), "b".into()];
        let table = LabelTable { names, counts: vec![u64::MAX, u64::MAX], label_of: vec![] };
        assert_eq!(table.majority(0), Some(("a", 0.5)));
    }
}
