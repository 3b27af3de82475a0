//! A mixture made smoother, so that its rare features hold no row.
//!
//! In the component of a row that has a rare feature, the feature is far more frequent than
//! elsewhere, because of that very row. So the row stays, and close to an optimum there are others
//! that differ in few rows. From smoother means, such rows find the component that suits their
//! other features.

use crate::em::prior::Prior;
use crate::error::Result;
use crate::mixture::BernoulliMixture;

/// How many times as many average rows as in the prior.
const STRENGTH: f64 = 50.0;

/// `mixture` as if each component held 50 `alpha` average rows more, beside its part of
/// `total_weight`, the weight of all rows. `None` without a prior.
pub(super) fn smoothed(
    mixture: &BernoulliMixture,
    total_weight: f64,
    prior: &Prior,
) -> Result<Option<BernoulliMixture>> {
    if prior.alpha() == 0.0 {
        return Ok(None);
    }
    let n_average = STRENGTH * prior.alpha();
    let mut means = mixture.means().to_vec();
    let components = means.chunks_exact_mut(mixture.n_features()).zip(mixture.weights());
    for (mean, weight) in components {
        let share = n_average / (weight * total_weight + n_average);
        mean.iter_mut().zip(prior.base_rates()).for_each(|(m, b)| *m += share * (b - *m));
    }
    BernoulliMixture::new(mixture.weights(), means).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_go_to_the_base_rates_by_the_share_of_average_rows() {
        let mixture = BernoulliMixture::new([0.9, 0.1], [0.0, 1.0, 0.5, 0.25]).unwrap();
        // 100 average rows beside 900 and 100 rows.
        let of_alpha =
            |alpha| smoothed(&mixture, 1000.0, &Prior::centred(alpha, vec![0.5, 0.125])).unwrap();
        assert_eq!(of_alpha(0.0), None);
        let smoothed = of_alpha(2.0).unwrap();
        let expected = [0.05, 0.9125, 0.5, 0.1875];
        for (found, expected) in smoothed.means().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{:?}", smoothed.means());
        }
        assert_eq!(smoothed.weights(), mixture.weights());
    }
}
