//! Random responsibilities, uniform and normalised for each row, followed by an M-step.
//!
//! That is how latent-class programs usually start. All components begin close to the overall mean.

use crate::em::rows::Rows;
use crate::error::Result;
use crate::mixture::BernoulliMixture;
use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::ops::AddAssign;

pub(super) fn draw(
    rows: &Rows,
    n_components: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<BernoulliMixture> {
    let uniform = Uniform::new_inclusive(0.0, 1.0).expect("a proper interval");
    let data = &rows.data;
    // One pseudo-count of each value keeps every mean inside (0, 1).
    let mut resp_sums = DVector::from_element(n_components, 2.0);
    let mut sums = DMatrix::from_element(n_components, data.n_features(), 1.0);
    let mut missing_sums = DMatrix::zeros(n_components, data.n_features());
    for i in 0..data.n_samples() {
        let resp: DVector<f64> = DVector::from_fn(n_components, |_, _| uniform.sample(rng));
        let resp = &resp * (rows.weight(i) / resp.sum().max(f64::MIN_POSITIVE));
        data.ones(i).for_each(|d| sums.column_mut(d).add_assign(&resp));
        if let Some(missing) = data.missing() {
            missing.ones(i).for_each(|d| missing_sums.column_mut(d).add_assign(&resp));
        }
        resp_sums += resp;
    }
    let mean = |k: usize, d: usize| sums[(k, d)] / (resp_sums[k] - missing_sums[(k, d)]);
    let of_component = |k| (0..data.n_features()).map(move |d| mean(k, d));
    let means = (0..n_components).flat_map(of_component).collect();
    BernoulliMixture::normalised(resp_sums.as_slice().to_vec(), means)
}
