//! Means drawn uniformly from [0.25, 0.75], as in Bishop, *Pattern Recognition and Machine
//! Learning* (2006), section 9.3.3 (there (0.25, 0.75) too, and then normalised; a Bernoulli mean
//! needs no normalising).

use crate::error::Result;
use crate::mixture::BernoulliMixture;
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;

pub(crate) fn draw(
    n_features: usize,
    n_components: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<BernoulliMixture> {
    let uniform = Uniform::new(0.25, 0.75).expect("a proper interval");
    let means = uniform.sample_iter(rng).take(n_features * n_components).collect();
    BernoulliMixture::equally_weighted(n_components, means)
}
