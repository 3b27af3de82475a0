//! The labels met in the clusters of a model.

use crate::error::ModelProblem;
use serde::{Deserialize, Serialize};

/// How many training samples of each label fell in each cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
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
    /// The most frequent label of component `k` and its share in (0, 1]; of equals the first.
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

    /// `p(label | k)` (K x L, one component after another), each in (0, 1): `(n_kl + 1 / L) / (n_k
    /// + 1)`.
    ///
    /// One sample more, spread over all labels, is the prior of Perks (1947), *Journal of the
    /// Institute of Actuaries* 73. So no label is impossible, and a component without samples says
    /// nothing, `1 / L`. A component that was fitted to a label has one sample of that label more.
    /// That is our choice, and decides where no sample with a label is in the component. Elsewhere
    /// the counts decide: better on MNIST than the label alone (`docs/results.md`).
    pub fn shares(&self) -> Vec<f64> {
        let n_labels = self.names.len();
        let component_shares = |(k, counts): (usize, &[u64])| {
            let fitted_to = self.label_of.get(k).copied().flatten();
            let extra = |label: usize| f64::from(u8::from(fitted_to == Some(label as u32)));
            let total: f64 = counts.iter().map(|count| *count as f64).sum();
            let total = total + 1.0 + f64::from(u8::from(fitted_to.is_some()));
            let share = move |(label, count): (usize, &u64)| {
                (*count as f64 + 1.0 / n_labels as f64 + extra(label)) / total
            };
            counts.iter().enumerate().map(share).collect::<Vec<_>>()
        };
        self.counts.chunks(n_labels.max(1)).enumerate().flat_map(component_shares).collect()
    }

    pub(super) fn check(&self, n_components: usize) -> Result<(), ModelProblem> {
        let needs = self.names.len().checked_mul(n_components);
        ModelProblem::ensure(needs == Some(self.counts.len()) && !self.names.is_empty(), || {
            let (l, counts) = (self.names.len(), self.counts.len());
            format!(
                "its label table has {counts} counts for {n_components} clusters and {l} labels"
            )
        })?;
        let known = self.label_of.iter().flatten().all(|&l| (l as usize) < self.names.len());
        ModelProblem::ensure(known && [0, n_components].contains(&self.label_of.len()), || {
            "its clusters are of labels that it does not name".into()
        })
    }
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
        // Without images, and beyond the table.
        assert!([1, 3, usize::MAX].iter().all(|&k| table().majority(k).is_none()));
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
