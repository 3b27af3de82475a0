//! What one EM iteration, the plain E-step it replaces, and scoring cost, on digits drawn from the shipped mixture.
//!
//! `cargo bench` prints the times; `cargo bench -- reference` only those whose name contains the word. The single
//! E-step of `reference` runs on a tenth of the rows: compare the items a second, not the times.

use bmm::bits::BitMatrix;
use bmm::em::{EStep, FitParams, Init, NInit, Silent, fit, m_step};
use bmm::mixture::BernoulliMixture;
use bmm::{model_file, reference};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use std::path::Path;

/// Rows drawn for the production path.
const N_SAMPLES: usize = 10_000;
/// Rows given to the plain E-step.
const N_REFERENCE: usize = N_SAMPLES / 10;

fn main() {
    divan::main();
}

/// Digits drawn from the shipped mixture.
fn digits(n_samples: usize) -> BitMatrix {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/mnist-k100.bmm");
    let model = model_file::read(path).expect("the shipped model");
    model.mixture.sample(n_samples, 1).expect("a draw").0
}

/// A mixture of `n_components` after two iterations: no longer random, not yet sharp.
fn mixture(data: &BitMatrix, n_components: usize) -> BernoulliMixture {
    let params = FitParams {
        n_components,
        init: Init::RandomRows,
        n_init: NInit::Exactly(1),
        max_iter: 2,
        ..FitParams::default()
    };
    fit(data, &params, &mut Silent).expect("a fit").mixture
}

/// One EM iteration, E-step and M-step, on all threads.
#[divan::bench(args = [10, 100])]
fn iteration(bencher: Bencher, n_components: usize) {
    let data = digits(N_SAMPLES);
    let start = mixture(&data, n_components);
    let mut e_step = EStep::new(&data, n_components);
    bencher.counter(ItemsCount::new(N_SAMPLES)).bench_local(|| {
        let stats = e_step.run(black_box(&start));
        m_step(&stats, 0.1, &start)
    });
}

/// The E-step for K = 10 in the four attempts of `reference`, in double precision.
#[divan::bench(args = ["scalar loops", "vector over features", "matrix-vector", "matrix-matrix"], sample_count = 5, sample_size = 1)]
fn reference_e_step(bencher: Bencher, attempt: &str) {
    let data = digits(N_REFERENCE);
    let start = mixture(&data, 10);
    let x = reference::dense(&data);
    let e_step = match attempt {
        "scalar loops" => reference::scalar_loops,
        "vector over features" => reference::vector_over_features,
        "matrix-vector" => reference::matrix_vector,
        _ => reference::matrix_matrix,
    };
    bencher
        .counter(ItemsCount::new(N_REFERENCE))
        .bench_local(|| e_step(black_box(&x), start.weights(), start.means()));
}

/// The production E-step on as many rows.
#[divan::bench]
fn production_e_step(bencher: Bencher) {
    let data = digits(N_REFERENCE);
    let start = mixture(&data, 10);
    let mut e_step = EStep::new(&data, 10);
    bencher.counter(ItemsCount::new(N_REFERENCE)).bench_local(|| e_step.run(black_box(&start)));
}

/// Log p(x) of every row in double precision, tables included: what `assign` and `eval` spend.
#[divan::bench(args = [10, 100])]
fn scoring(bencher: Bencher, n_components: usize) {
    let data = digits(N_SAMPLES);
    let start = mixture(&data, n_components);
    bencher
        .counter(ItemsCount::new(N_SAMPLES))
        .bench_local(|| black_box(&start).score_samples(&data));
}
