//! Components of two mixtures: how far apart their means are, and which belong together.

use super::matching::cheapest_matching;

/// The distance of two components with means `a` and `b` (D values each, in [0, 1]), from 0 for
/// equal ones to D for opposite ones.
///
/// It is the sum over features of `1 - sqrt(a_d b_d) - sqrt((1 - a_d)(1 - b_d))`, the squared
/// Hellinger distance of two Bernoulli distributions. Unlike a divergence it is finite for means of
/// 0 and 1. Unlike the distance of the two products it does not saturate as D grows. For small
/// distances it is the Bhattacharyya distance. Source: Hellinger (1909), *Journal für die reine und
/// angewandte Mathematik* 136; Kailath (1967), *IEEE Transactions on Communication Technology* 15.
///
/// # Panics
/// If the two are not of one length.
pub fn hellinger(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "means over other features");
    // As half a sum of squares, which loses no digits for means that are nearly equal.
    let square = |a: f64, b: f64| (a.sqrt() - b.sqrt()).powi(2);
    a.iter().zip(b).map(|(&a, &b)| 0.5 * (square(a, b) + square(1.0 - a, 1.0 - b))).sum()
}

/// The one-to-one matching of components with means `a` to those with means `b` whose distances
/// ([`hellinger`]) add up to the least. Gives for each of `a` its partner in `b`, or `None` for
/// those left over where `b` has fewer.
///
/// Of several best matchings the same one is always returned. Time: cubic in the larger number.
///
/// # Panics
/// If the means are not all of one length.
pub fn match_components(a: &[&[f64]], b: &[&[f64]]) -> Vec<Option<usize>> {
    let cost = |i: usize, j: usize| (hellinger(a[i], b[j]) / COST_UNIT) as i128;
    cheapest_matching(a.len(), b.len(), cost)
}

/// Distances are told apart down to this: the solver wants whole numbers.
const COST_UNIT: f64 = 1.0 / (1_u64 << 32) as f64;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn distances_by_hand() {
        assert_eq!(hellinger(&[0.3, 1.0], &[0.3, 1.0]), 0.0);
        assert_eq!(hellinger(&[0.0, 1.0, 0.0], &[1.0, 0.0, 0.0]), 2.0);
        let half = hellinger(&[0.5], &[1.0]);
        assert!((half - (1.0 - 0.5_f64.sqrt())).abs() < 1e-15, "{half}");
        // To first order an eighth of d^2 / (p (1 - p)).
        let near = hellinger(&[0.2], &[0.2 + 1e-6]);
        assert!((near / (1e-12 / (8.0 * 0.2 * 0.8)) - 1.0).abs() < 1e-4, "{near}");
    }

    #[test]
    fn none_is_matched_to_nothing_and_nothing_to_none() {
        assert!(match_components(&[], &[]).is_empty());
        assert_eq!(match_components(&[&[0.1], &[0.9]], &[]), [None, None]);
        assert_eq!(match_components(&[&[0.1], &[0.9]], &[&[0.8]]), [None, Some(0)]);
        assert_eq!(match_components(&[&[0.8]], &[&[0.1], &[0.9]]), [Some(1)]);
    }

    fn means(n: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
        prop::collection::vec(prop::collection::vec(0.0..1.0_f64, 5), n)
    }

    proptest! {
        #[test]
        fn components_in_another_order_find_themselves(
            means in means(6),
            order in Just([0_usize, 1, 2, 3, 4, 5]).prop_shuffle(),
        ) {
            let a: Vec<&[f64]> = means.iter().map(Vec::as_slice).collect();
            let b: Vec<&[f64]> = order.iter().map(|&k| a[k]).collect();
            for (k, matched) in match_components(&a, &b).into_iter().enumerate() {
                prop_assert_eq!(order[matched.unwrap()], k);
            }
        }

        #[test]
        fn no_swap_of_two_makes_a_matching_cheaper(a in means(5), b in means(5)) {
            let a: Vec<&[f64]> = a.iter().map(Vec::as_slice).collect();
            let b: Vec<&[f64]> = b.iter().map(Vec::as_slice).collect();
            let to: Vec<usize> = match_components(&a, &b).into_iter().flatten().collect();
            let cost = |i: usize, j: usize| hellinger(a[i], b[j]);
            for i in 0..5 {
                for j in 0..i {
                    let kept = cost(i, to[i]) + cost(j, to[j]);
                    prop_assert!(kept <= cost(i, to[j]) + cost(j, to[i]) + 1e-6);
                }
            }
        }
    }
}
