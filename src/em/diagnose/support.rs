//! Whether the rows can support K components at all, whatever the fit.

use super::components::varying;
use super::{Excess, Scored};
use crate::em::rows::Rows;

/// The finding that K is too large for the number of distinct rows or of features. Known labels add
/// to what the rows tell, so then neither limit holds.
pub(super) fn by_rows(found: &Scored, rows: &Rows) -> Option<Excess> {
    if !rows.label_of.is_empty() {
        return None;
    }
    let data = &rows.data;
    let n_components = found.mixture.n_components();
    let n_distinct = data.n_distinct_up_to(n_components);
    if n_distinct < n_components {
        return Some(Excess::DistinctRows { n_distinct, n_components });
    }
    let n_features = varying(found).into_iter().filter(|&varies| varies).count();
    let n_parameters = n_components * (n_features + 1) - 1;
    let unidentified = !is_identified(n_components, n_features);
    unidentified.then_some(Excess::Unidentified { n_parameters, n_features })
}

/// Whether a typical mixture shares its distribution with only finitely many mixtures of K
/// components over D features.
///
/// See [`Excess::Unidentified`].
pub(crate) fn is_identified(n_components: usize, n_features: usize) -> bool {
    let n_patterns = u32::try_from(n_features).ok().and_then(|d| 1_usize.checked_shl(d));
    let has_room = n_patterns.is_none_or(|n| n_components * (n_features + 1) <= n);
    // One component is a product of its margins.
    n_components == 1 || (has_room && (n_components, n_features) != (3, 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    /// The rank of the derivative of all pattern probabilities by all parameters, at a mixture
    /// without any regularity.
    fn rank(n_components: usize, n_features: usize) -> usize {
        let mean = |k: usize, d: usize| {
            0.1 + 0.8 * ((k * 37 + d * 61 + k * d * 23 + 5) % 97) as f64 / 97.0
        };
        let factor = |pattern: usize, k: usize, d: usize| {
            if pattern >> d & 1 == 1 { mean(k, d) } else { 1.0 - mean(k, d) }
        };
        // D + 1 parameters for each component: its means and its scale. Scales are one parameter
        // more than weights that sum to 1.
        let entry = |pattern: usize, parameter: usize| {
            let (k, of) = (parameter / (n_features + 1), parameter % (n_features + 1));
            let others = (0..n_features).filter(|&d| d != of).map(|d| factor(pattern, k, d));
            let sign = if of == n_features || pattern >> of & 1 == 1 { 1.0 } else { -1.0 };
            sign * others.product::<f64>()
        };
        DMatrix::from_fn(1 << n_features, n_components * (n_features + 1), entry).rank(1e-9)
    }

    #[test]
    fn a_mixture_is_identified_where_its_derivative_has_full_rank() {
        for n_features in 1..=6 {
            for n_components in 2..=9 {
                let is_full = rank(n_components, n_features) == n_components * (n_features + 1);
                let is_identified = is_identified(n_components, n_features);
                assert_eq!(is_identified, is_full, "k = {n_components}, d = {n_features}");
            }
        }
    }

    #[test]
    fn many_features_identify_any_number_of_components() {
        assert!(is_identified(1000, 784) && is_identified(3, 64) && is_identified(1, 0));
        assert!(!is_identified(2, 0) && !is_identified(2, 1));
    }
}
