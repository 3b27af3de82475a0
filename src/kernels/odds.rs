//! From means to log-odds, and from those of one mixture to those of the next.
//!
//! It is inlined into [`super::dispatch`], which compiles it once for each instruction set.

use super::lanes::{Lanes, Lanes8, Lanes16, array};

/// Factors multiplied before one logarithm is taken. Each is at least 2^-53: 16 cannot underflow.
const FACTORS_PER_LOG: usize = 16;

/// Means that make eight products.
const MEANS_PER_BATCH: usize = 8 * FACTORS_PER_LOG;

/// The number of products that `n_means` means make.
pub fn n_products(n_means: usize) -> usize {
    n_means.div_ceil(MEANS_PER_BATCH) * 8
}

/// Whether a mean is neither 0 nor 1.
#[inline(always)]
pub fn is_inside(mean: f64) -> bool {
    mean > 0.0 && mean < 1.0
}

#[inline(always)]
pub(super) fn odds_all(means: &mut [f64]) {
    for mean in means {
        let odds = *mean / (1.0 - *mean);
        *mean = if is_inside(*mean) { odds } else { 1.0 };
    }
}

#[inline(always)]
pub(super) fn zero_prob_products(means: &[f64], products: &mut [f64]) {
    let (products, _) = products.as_chunks_mut::<8>();
    for (batch, product) in products.iter_mut().enumerate() {
        let means = &means[batch * MEANS_PER_BATCH..means.len().min((batch + 1) * MEANS_PER_BATCH)];
        let (octets, rest) = means.as_chunks::<8>();
        *product = [1.0; 8];
        for octet in octets {
            *product = array(|l| product[l] * zero_prob(octet[l]));
        }
        for (l, mean) in rest.iter().enumerate() {
            product[l] *= zero_prob(*mean);
        }
    }
}

/// The probability of a zero; 1 where that is certain or impossible.
#[inline(always)]
fn zero_prob(mean: f64) -> f64 {
    if is_inside(mean) { 1.0 - mean } else { 1.0 }
}

#[inline(always)]
pub(super) fn replace_log_odds(
    new: &[f64],
    log_odds: &mut [Lanes8<f64>],
    narrow: &mut [Lanes16<f32>],
) -> [f64; 2] {
    let (mut ups, mut downs) = (Lanes8::default(), Lanes8::default());
    let (whole, rest) = new.as_chunks::<8>();
    let mut last = [0.0; 8];
    last[..rest.len()].copy_from_slice(rest);
    for (i, octet) in log_odds.iter_mut().enumerate() {
        let after = Lanes(if i < whole.len() { whole[i] } else { last });
        let change = after.zip(*octet, |after, before| after - before);
        ups.add(&change.map(|by| if by > 0.0 { by } else { 0.0 }));
        downs.add(&change.map(|by| if by > 0.0 { 0.0 } else { by }));
        *octet = after;
        let (halves, _) = narrow[i / 2].0.as_chunks_mut::<8>();
        halves[i % 2] = after.map(|o| o as f32).0;
    }
    let sum = |lanes: Lanes8<f64>| lanes.reduce(|a, b| a + b);
    [sum(ups), sum(downs)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mean_inside_is_in_one_product_and_none_underflows() {
        for n in [0, 1, 7, 8, 127, 128, 129, 784] {
            let mut products = vec![f64::NAN; n_products(n)];
            // Powers of two, with exact products. The nearest to 1 would underflow in a longer one.
            let mean = |i: usize| [0.5, 0.0, 1.0, 1.0 - f64::EPSILON / 2.0][i % 4];
            let means: Vec<f64> = (0..n).map(mean).collect();
            zero_prob_products(&means, &mut products);
            let log_2: f64 = products.iter().map(|product| product.log2()).sum();
            let expected: i32 = (0..n).map(|i| [-1, 0, 0, -53][i % 4]).sum();
            assert_eq!(log_2, f64::from(expected), "{n} means");
        }
    }
}
