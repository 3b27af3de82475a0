//! The slow, obvious truth: the E-step in four steps of vectorisation, and plain EM, all in f64.
//!
//! The four functions compute the same responsibilities, and each leaves less work to loops. They
//! use scalars; a vector over features; a matrix-vector product for each row; and one matrix
//! product for all rows. The fast path is tested against them, and `benches/em.rs` compares it with
//! them. So they stay as plain as the formulas:
//!
//! `gamma_ik = pi_k prod_d mu_kd^x_id (1 - mu_kd)^(1 - x_id) / sum_j (the same for j)`
//!
//! Source: Bishop, *Pattern Recognition and Machine Learning*, 2006, eq. 9.56.
//!
//! Shapes: `x` is N x D with entries 0 and 1. `weights` has K entries. `means` is D x K with
//! entries strictly inside (0, 1). Responsibilities are N x K.
//!
//! The four exponentiate without a shift, so a probability below 1e-308 underflows and its row
//! becomes NaN. That takes some 1000 features. [`log_sum_exp_e_step`] does not underflow.

use crate::bits::BitMatrix;
use nalgebra::{DMatrix, DVector, RowDVector};

type Matrix = DMatrix<f64>;
type Vector = DVector<f64>;

/// `data` as an N x D matrix of 0.0 and 1.0.
pub fn dense(data: &BitMatrix) -> Matrix {
    DMatrix::from_fn(data.n_samples(), data.n_features(), |i, d| {
        f64::from(u8::from(data.get(i, d)))
    })
}

/// Weights (K) and means (K x D, component after component) as a vector and a D x K matrix.
pub fn parameters(weights: &[f64], means: &[f64]) -> (Vector, Matrix) {
    let n_features = means.len() / weights.len().max(1);
    let means = DMatrix::from_column_slice(n_features, weights.len(), means);
    (DVector::from_column_slice(weights), means)
}

/// First attempt: three nested loops that multiply probabilities, without a logarithm.
pub fn scalar_loops(x: &Matrix, weights: &Vector, means: &Matrix) -> Matrix {
    let mut resp = DMatrix::zeros(x.nrows(), weights.len());
    for i in 0..x.nrows() {
        for k in 0..weights.len() {
            let mut p = 1.0;
            for d in 0..x.ncols() {
                p *= means[(d, k)].powf(x[(i, d)]) * (1.0 - means[(d, k)]).powf(1.0 - x[(i, d)]);
            }
            resp[(i, k)] = weights[k] * p;
        }
    }
    normalise_rows(resp)
}

/// Second attempt: for each row and component, one vector expression over the features.
pub fn vector_over_features(x: &Matrix, weights: &Vector, means: &Matrix) -> Matrix {
    let mut resp = DMatrix::zeros(x.nrows(), weights.len());
    for i in 0..x.nrows() {
        let ones = x.row(i).transpose();
        let zeros = ones.map(|v| 1.0 - v);
        for k in 0..weights.len() {
            let mean = means.column(k);
            let log_prob = ones.component_mul(&mean.map(f64::ln))
                + zeros.component_mul(&mean.map(|m| (1.0 - m).ln()));
            resp[(i, k)] = (weights[k].ln() + log_prob.sum()).exp();
        }
    }
    normalise_rows(resp)
}

/// Third attempt: for each row, two matrix-vector products over features and components.
pub fn matrix_vector(x: &Matrix, weights: &Vector, means: &Matrix) -> Matrix {
    let mut resp = DMatrix::zeros(x.nrows(), weights.len());
    for i in 0..x.nrows() {
        let ones = x.row(i).transpose();
        let zeros = ones.map(|v| 1.0 - v);
        let log_prob = means.map(f64::ln).tr_mul(&ones)
            + means.map(|m| (1.0 - m).ln()).tr_mul(&zeros)
            + weights.map(f64::ln);
        resp.set_row(i, &log_prob.map(f64::exp).transpose());
    }
    normalise_rows(resp)
}

/// Fourth attempt: matrix products over rows, features and components at once.
pub fn matrix_matrix(x: &Matrix, weights: &Vector, means: &Matrix) -> Matrix {
    normalise_rows(weighted_log_prob(x, weights, means).map(f64::exp))
}

/// `log pi_k + log p(x_i given k)` in nats (N x K), by matrix products.
pub fn weighted_log_prob(x: &Matrix, weights: &Vector, means: &Matrix) -> Matrix {
    let log_zero = means.map(|m| (-m).ln_1p());
    let log_odds = means.map(f64::ln) - &log_zero;
    let bias: RowDVector<f64> = log_zero.row_sum() + weights.map(f64::ln).transpose();
    let mut log_prob = x * log_odds;
    log_prob.row_iter_mut().for_each(|mut row| row += &bias);
    log_prob
}

/// Responsibilities (N x K) and the log-likelihood in total nats, by log-sum-exp over components.
pub fn log_sum_exp_e_step(x: &Matrix, weights: &Vector, means: &Matrix) -> (Matrix, f64) {
    let mut resp = weighted_log_prob(x, weights, means);
    let mut log_likelihood = 0.0;
    for mut row in resp.row_iter_mut() {
        let top = row.max();
        row.apply(|v| *v = (*v - top).exp());
        log_likelihood += row.sum().ln() + top;
    }
    (normalise_rows(resp), log_likelihood)
}

/// The base rate of every feature (D values), `b_d = (n_d + 1/2) / (N + 1)` for `n_d` ones.
pub fn base_rates(x: &Matrix) -> Vector {
    x.row_sum().transpose().add_scalar(0.5) / (x.nrows() as f64 + 1.0)
}

/// New weights (K) and means (D x K): `N_k / N` and `(S_kd + alpha b_d) / (N_k + alpha)`.
pub fn m_step(x: &Matrix, resp: &Matrix, alpha: f64) -> (Vector, Matrix) {
    let (resp_sums, base_rates) = (resp.row_sum().transpose(), base_rates(x));
    let mut means = x.tr_mul(resp);
    for (k, mut mean) in means.column_iter_mut().enumerate() {
        mean.zip_apply(&base_rates, |s, b| *s = (*s + alpha * b) / (resp_sums[k] + alpha));
    }
    (resp_sums / x.nrows() as f64, means)
}

/// Pins the features that are the same in every row: their mean is the base rate everywhere. If
/// `alpha` is 0, the means of such features are 0 or 1 after one M-step, and nothing is done.
fn pin(x: &Matrix, means: &mut Matrix, alpha: f64) {
    for (d, b) in base_rates(x).iter().enumerate().filter(|_| alpha > 0.0) {
        if x.column(d).min() == x.column(d).max() {
            means.row_mut(d).fill(*b);
        }
    }
}

/// Plain EM: `n_iter` iterations from the given parameters.
///
/// Returns the parameters reached and, for each iteration, the log-likelihood (total nats) of the
/// parameters entering it.
pub fn em(
    x: &Matrix,
    mut weights: Vector,
    mut means: Matrix,
    alpha: f64,
    n_iter: usize,
) -> (Vector, Matrix, Vec<f64>) {
    let mut trace = Vec::with_capacity(n_iter);
    pin(x, &mut means, alpha);
    for _ in 0..n_iter {
        let (resp, log_likelihood) = log_sum_exp_e_step(x, &weights, &means);
        trace.push(log_likelihood);
        (weights, means) = m_step(x, &resp, alpha);
        pin(x, &mut means, alpha);
    }
    (weights, means, trace)
}

/// Divides each row by its sum.
fn normalise_rows(mut resp: Matrix) -> Matrix {
    resp.row_iter_mut().for_each(|mut row| row /= row.sum());
    resp
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_attempts_agree() {
        let x = DMatrix::from_fn(11, 23, |i, d| f64::from((i * 5 + d * 3) % 7 < 3));
        let weights = DVector::from_vec(vec![0.5, 0.3, 0.2]);
        let means =
            DMatrix::from_fn(23, 3, |d, k| 0.05 + 0.9 * ((d * 13 + k * 7) % 10) as f64 / 10.0);
        let scalar = scalar_loops(&x, &weights, &means);
        assert!((scalar.column_sum().add_scalar(-1.0)).amax() < 1e-14);
        for faster in [vector_over_features, matrix_vector, matrix_matrix] {
            assert!((faster(&x, &weights, &means) - &scalar).amax() < 1e-13);
        }
        assert!((log_sum_exp_e_step(&x, &weights, &means).0 - &scalar).amax() < 1e-13);
    }
}
