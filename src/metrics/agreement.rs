//! Scores of two partitions as equals: normalised mutual information and the adjusted Rand index.
//!
//! Both are symmetric in clusters and labels and need no matching between them. The conventions at
//! the edges are those of scikit-learn, so that numbers can be compared.

use super::Contingency;

impl Contingency {
    /// Normalised mutual information with the arithmetic mean, in [0, 1]:
    /// `I(C; L) / ((H(C) + H(L)) / 2)`, entropies in nats.
    ///
    /// By convention 1 if all samples share one cluster and also one label, and 0 if only one of
    /// the two holds. Source: Vinh, Epps and Bailey (2010), *JMLR* 11 (`NMI_sum`); the default of
    /// scikit-learn's `normalized_mutual_info_score`.
    pub fn nmi(&self) -> f64 {
        let (clusters, labels) = (self.cluster_sizes(), self.label_sizes());
        let n_single = u8::from(is_single(&clusters)) + u8::from(is_single(&labels));
        if n_single > 0 {
            return f64::from(n_single - 1);
        }
        let mean_entropy = (self.entropy(&clusters) + self.entropy(&labels)) / 2.0;
        (self.mutual_information(&clusters, &labels) / mean_entropy).clamp(0.0, 1.0)
    }

    /// The adjusted Rand index, in [-0.5, 1]: the agreement about pairs of samples, 0 in
    /// expectation for random partitions of the same sizes and 1 for equal ones.
    ///
    /// Let `a` be the number of pairs together in both partitions, `b` those together only among
    /// clusters, `c` only among labels, and `d` in neither. Then it is
    /// `2 (a d - b c) / ((a + b)(b + d) + (a + c)(c + d))`. The four counts are exact for any
    /// number of samples. By convention it is 1 if `b = c = 0`, as for a single sample. Source:
    /// Hubert and Arabie (1985), *Journal of Classification* 2, equation 5, in the pair-count form
    /// of Steinley (2004), *Psychological Methods* 9.
    pub fn ari(&self) -> f64 {
        let together = pairs_within(&self.counts);
        let in_cluster = pairs_within(&self.cluster_sizes());
        let in_label = pairs_within(&self.label_sizes());
        let only_cluster = in_cluster - together;
        let only_label = in_label - together;
        if only_cluster == 0 && only_label == 0 {
            return 1.0;
        }
        let apart = pairs(self.n_samples) - in_cluster - only_label;
        let [a, b, c, d] = [together, only_cluster, only_label, apart].map(|pairs| pairs as f64);
        2.0 * (a * d - b * c) / ((a + b) * (b + d) + (a + c) * (c + d))
    }

    /// The entropy of one partition in nats, from the `sizes` of its parts.
    fn entropy(&self, sizes: &[u64]) -> f64 {
        let n = self.n_samples as f64;
        let parts = sizes.iter().filter(|&&size| size > 0).map(|&size| size as f64 / n);
        -parts.map(|p| p * libm::log(p)).sum::<f64>()
    }

    /// The mutual information of both partitions in nats, given the sizes of their parts.
    fn mutual_information(&self, clusters: &[u64], labels: &[u64]) -> f64 {
        let n = self.n_samples as f64;
        let term = |joint: u64, cluster: u64, label: u64| {
            let [p, cluster, label] = [joint, cluster, label].map(|count| count as f64 / n);
            if joint == 0 { 0.0 } else { p * libm::log(p / (cluster * label)) }
        };
        let of_cluster = |(row, &cluster): (&[u64], &u64)| {
            row.iter().zip(labels).map(|(&joint, &label)| term(joint, cluster, label)).sum::<f64>()
        };
        self.rows().zip(clusters).map(of_cluster).sum()
    }
}

/// Whether one part holds every sample.
fn is_single(sizes: &[u64]) -> bool {
    sizes.iter().filter(|&&size| size > 0).count() == 1
}

/// The number of pairs that `n` samples form; u128, because `n` up to 2^64 is allowed.
fn pairs(n: u64) -> u128 {
    let n = u128::from(n);
    n * n.saturating_sub(1) / 2
}

fn pairs_within(sizes: &[u64]) -> u128 {
    sizes.iter().copied().map(pairs).sum()
}
