//! Random small problems: every kind of data that has its own way to go wrong, in shapes that cross
//! every seam.

use super::{mixture, shape_of};
use bmm::{BernoulliMixture, BitMatrix};
use nalgebra::DMatrix;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::fmt;

/// `cases` cases, the same ones in every run.
pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(20_240_229),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Data and a mixture with means strictly inside (0, 1).
#[derive(Clone)]
pub struct Case {
    pub data: BitMatrix,
    pub mixture: BernoulliMixture,
    pub kind: Kind,
    pub seed: u64,
}

impl fmt::Debug for Case {
    /// What made the case, not its thousands of numbers.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (n, (d, k)) = (self.data.n_samples(), shape_of(&self.mixture));
        write!(f, "{:?}, n = {n}, d = {d}, k = {k}, seed {}", self.kind, self.seed)
    }
}

/// The columns of `data` that vary, each with ones and zeros swapped if it is mostly one. A fit
/// works on data like that as it is. `None` if no column varies.
pub fn as_seen(data: &BitMatrix) -> Option<BitMatrix> {
    let (n, sums) = (data.n_samples() as u64, data.column_sums());
    let seen: Vec<usize> = (0..sums.len()).filter(|&d| (1..n).contains(&sums[d])).collect();
    let is_one = |i: usize, f: usize| data.get(i, seen[f]) != (2 * sums[seen[f]] > n);
    (!seen.is_empty()).then(|| BitMatrix::from_fn(data.n_samples(), seen.len(), is_one))
}

/// A number in [0, 1) that depends on the arguments only (splitmix64).
pub fn uniform(seed: u64, i: usize, d: usize) -> f64 {
    let mut z = seed ^ ((i as u64) << 32 | d as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for multiplier in [0xbf58_476d_1ce4_e5b9_u64, 0x94d0_49bb_1331_11eb] {
        z = (z ^ z >> 29).wrapping_mul(multiplier);
    }
    ((z ^ z >> 32) >> 11) as f64 / 2f64.powi(53)
}

/// N x D: small; more rows than one block has (1024); more columns than one tile has (1024).
pub fn shape() -> impl Strategy<Value = (usize, usize)> {
    prop_oneof![
        4 => (1..60_usize, 1..40_usize),
        1 => Just((1, 1)),
        1 => (1..60_usize, Just(1)),
        1 => (Just(1), 1..40_usize),
        1 => (1020..2100_usize, 1..7_usize),
        1 => (1..12_usize, 1020..2100_usize),
    ]
}

/// What the rows look like.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Noise(f64),
    Zeros,
    Ones,
    ConstantColumns,
    Duplicates,
    Clusters,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        2 => (0.02..0.98_f64).prop_map(Kind::Noise),
        1 => Just(Kind::Zeros),
        1 => Just(Kind::Ones),
        2 => Just(Kind::ConstantColumns),
        2 => Just(Kind::Duplicates),
        2 => Just(Kind::Clusters),
    ]
}

/// Rows of the given kind.
pub fn rows(kind: Kind, (n, d): (usize, usize), seed: u64) -> BitMatrix {
    let noise = |i, d, p| uniform(seed, i, d) < p;
    let prototype = |i: usize, d| uniform(seed ^ 7, i % 3, d) < 0.5;
    BitMatrix::from_fn(n, d, |i, d| match kind {
        Kind::Noise(p) => noise(i, d, p),
        Kind::Zeros => false,
        Kind::Ones => true,
        Kind::ConstantColumns if d % 3 < 2 => d % 3 == 1,
        Kind::ConstantColumns => noise(i, d, 0.5),
        Kind::Duplicates => prototype(i, d),
        Kind::Clusters => prototype(i, d) != noise(i, d, 0.1),
    })
}

/// A mixture of K components over D features, weights within a factor of 20 and means at least
/// `edge` inside (0, 1).
pub fn inner_mixture(k: usize, d: usize, edge: f64, seed: u64) -> BernoulliMixture {
    let weights = (0..k).map(|k| 0.05 + 0.95 * uniform(seed ^ 1, k, 0)).collect();
    let mean = |d, k| edge + (1.0 - 2.0 * edge) * uniform(seed ^ 2, k, d);
    mixture(weights, DMatrix::from_fn(d, k, mean))
}

/// Any data and a mixture of 1 to 20 components: one chunk of 16 lanes or two, full or padded.
pub fn case() -> impl Strategy<Value = Case> {
    (kind(), shape(), 1..=20_usize, any::<u64>()).prop_map(|(kind, shape, k, seed)| {
        let data = rows(kind, shape, seed);
        let mixture = inner_mixture(k, data.n_features(), 1e-3, seed);
        Case { data, mixture, kind, seed }
    })
}

/// No smoothing, or any amount of it.
pub fn alpha() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(0.1), Just(1.0), 1e-3..50.0_f64]
}

/// How far fixed point may take the responsibilities of one row from the exact ones. That is half
/// of 2^-24 for each component, and one component of a row makes up for all others. It is 0 where
/// the E-step never works in fixed point: with fewer than 64 features, or with one component.
pub fn fixed_point(n_components: usize, n_features: usize) -> f64 {
    let is_exact = n_features < 64 || n_components == 1;
    if is_exact { 0.0 } else { n_components as f64 * 2f64.powi(-25) }
}

/// How far single precision may take the scores of row `i` from the exact ones, in nats; 0 where
/// [`fixed_point`] is.
///
/// Log-odds are rounded, and their difference may be. Every lane adds up half of the words of a
/// tile, then even and odd words, then the lanes in halves. Each is rounded to the nearest, so by
/// at most 2^-24 of its sum.
pub fn single_precision(data: &BitMatrix, mixture: &BernoulliMixture, i: usize) -> f64 {
    if fixed_point(mixture.n_components(), mixture.n_features()) == 0.0 {
        return 0.0;
    }
    let n_words = data.n_features().div_ceil(16).min(64);
    let n_roundings = 2 + n_words.div_ceil(2) + 1 + 4;
    let log_odds = |m: f64| if m > 0.0 && m < 1.0 { (m / (1.0 - m)).ln().abs() } else { 0.0 };
    let size = |k: usize| data.ones(i).map(|d| log_odds(mixture.mean(k)[d])).sum::<f64>();
    let most = (0..mixture.n_components()).map(size).fold(0.0, f64::max);
    // A thousandth for what is left out of first order.
    n_roundings as f64 * 2f64.powi(-24) * most * 1.001
}

/// An order of `n` things.
pub fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| uniform(seed, a, 0).total_cmp(&uniform(seed, b, 0)));
    order
}
