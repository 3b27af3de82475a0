//! Means drawn uniformly from [0.25, 0.75], as in Bishop, *Pattern Recognition and Machine Learning* (2006), section
//! 9.3.3 (there (0.25, 0.75) too, and then normalised; a Bernoulli mean needs no normalising).

use crate::error::Result;
use crate::mixture::BernoulliMixture;
use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;

pub(crate) fn draw(
    n_features: usize,
    n_components: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<BernoulliMixture> {
    let uniform = Uniform::new(0.25, 0.75).expect("a proper interval");
    let means = DMatrix::from_fn(n_features, n_components, |_, _| uniform.sample(rng));
    BernoulliMixture::new(DVector::from_element(n_components, 1.0 / n_components as f64), means)
}
