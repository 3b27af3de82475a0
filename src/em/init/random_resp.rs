//! Random responsibilities, uniform and normalised for each row, followed by an M-step.
//!
//! The usual start of latent-class programs. All components begin close to the overall mean.

use crate::bits::BitMatrix;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;

pub(super) fn draw(
    data: &BitMatrix,
    n_components: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<BernoulliMixture> {
    let uniform = Uniform::new_inclusive(0.0, 1.0).expect("a proper interval");
    // One pseudo-count of each value keeps every mean inside (0, 1).
    let mut resp_sums = DVector::from_element(n_components, 2.0);
    let mut sums = DMatrix::from_element(n_components, data.n_features(), 1.0);
    for i in 0..data.n_samples() {
        let resp: DVector<f64> = DVector::from_fn(n_components, |_, _| uniform.sample(rng));
        let resp = &resp / resp.sum().max(f64::MIN_POSITIVE);
        for d in data.ones(i) {
            let mut column = sums.column_mut(d);
            column += &resp;
        }
        resp_sums += resp;
    }
    let means =
        DMatrix::from_fn(data.n_features(), n_components, |d, k| sums[(k, d)] / resp_sums[k]);
    BernoulliMixture::new(&resp_sums / resp_sums.sum(), means)
}
