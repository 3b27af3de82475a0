//! What the parts cost: kernels, one EM iteration, the plain E-step it replaces, loading, assigning.
//!
//! `cargo bench` prints the times; `cargo bench -- iteration` only those whose name contains the word. Data are digits
//! drawn from the shipped mixture, or random bits of a given density; the E-steps of `reference` run on a tenth of the
//! rows: compare items a second, not times.

use bmm::bits::BitMatrix;
use bmm::data::{self, Binarize, Pixels, Source};
use bmm::em::{EStep, FitParams, Init, NInit, Silent, fit, m_step};
use bmm::kernels::{Candidates, Octet, Pairs, RowBlock, exp_all, ln_all};
use bmm::mixture::BernoulliMixture;
use bmm::scorer::{DenseScorer, Screen, Totals};
use bmm::{model_file, reference};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use std::path::Path;

/// Rows drawn for the production path.
const N_SAMPLES: usize = 10_000;
/// Rows given to the plain E-steps.
const N_REFERENCE: usize = N_SAMPLES / 10;
/// Rows of one block, for single kernels.
const N_BLOCK: usize = 1024;
/// Nats within which a component counts.
const REACH: f64 = 23.0;

fn main() {
    divan::main();
}

/// Digits drawn from the shipped mixture.
fn digits(n_samples: usize) -> BitMatrix {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/mnist-k100.bmm");
    let model = model_file::read(path).expect("the shipped model");
    model.mixture.sample(n_samples, 1).expect("a draw").0
}

/// Rows around ten random prototypes with so many ones in a hundred.
fn of_density(percent: usize) -> BitMatrix {
    let mixed = |x: u64| {
        let x = (x ^ x >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((x ^ x >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as usize
    };
    BitMatrix::from_fn(N_SAMPLES, 784, |i, d| {
        let own = mixed((i * 784 + d) as u64);
        let prototype = mixed((1 << 40) + (i % 10 * 784 + d) as u64);
        let chosen = if own % 10 < 8 { prototype } else { own };
        chosen / 16 % 100 < percent
    })
}

/// A mixture of `n_components` after three iterations: no longer random, not yet sharp.
fn mixture(data: &BitMatrix, n_components: usize) -> BernoulliMixture {
    let params = FitParams {
        n_components,
        init: Init::RandomRows,
        n_init: NInit::Exactly(1),
        max_iter: 3,
        ..FitParams::default()
    };
    fit(data, &params, &mut Silent).expect("a fit").mixture
}

/// EM iterations going on from `start`: E-step and M-step on all threads, never twice from the same mixture.
fn iterate(bencher: Bencher, data: &BitMatrix, start: BernoulliMixture) {
    let mut e_step = EStep::new(data, start.n_components());
    let mut current = start;
    bencher.counter(ItemsCount::new(data.n_samples())).bench_local(|| {
        let stats = e_step.run(black_box(&current));
        current = m_step(&stats, 0.1, &current).expect("finite sums");
    });
}

#[divan::bench(args = [10, 100, 500, 1000], sample_count = 20, sample_size = 1)]
fn iteration(bencher: Bencher, n_components: usize) {
    let data = digits(N_SAMPLES);
    let start = mixture(&data, n_components);
    iterate(bencher, &data, start);
}

#[divan::bench(args = [1, 13, 50], sample_count = 20, sample_size = 1)]
fn iteration_at_density(bencher: Bencher, percent: usize) {
    let data = of_density(percent);
    let start = mixture(&data, 10);
    iterate(bencher, &data, start);
}

/// Listing what is not blank in the rows: once for a fit.
#[divan::bench]
fn listing(bencher: Bencher) {
    let data = digits(N_SAMPLES);
    bencher.counter(ItemsCount::new(N_SAMPLES)).bench_local(|| {
        EStep::new(black_box(&data), 10);
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

/// Log p(x), responsibilities and component of every row, tables included: what `assign` and `eval` spend.
#[divan::bench(args = [10, 100])]
fn assigning(bencher: Bencher, n_components: usize) {
    let data = digits(N_SAMPLES);
    let start = mixture(&data, n_components);
    bencher.counter(ItemsCount::new(N_SAMPLES)).bench_local(|| black_box(&start).assign(&data));
}

/// From an IDX file to packed bits.
#[divan::bench]
fn loading(bencher: Bencher) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let data = digits(N_SAMPLES);
    let values = (0..N_SAMPLES * 784).map(|v| u8::from(data.get(v / 784, v % 784)) * 255);
    let pixels = Pixels::new(N_SAMPLES, 28, 28, values.collect()).expect("images");
    std::fs::write(file.path(), data::write_idx(&pixels, false).expect("an IDX file"))
        .expect("a file");
    bencher.counter(ItemsCount::new(N_SAMPLES)).bench_local(|| {
        let dataset = data::load(&Source::new(file.path())).expect("images");
        Binarize::default().apply(&dataset.pixels)
    });
}

mod kernels {
    use super::*;

    /// Filling the tables of the dense and of the sparse path for a new mixture.
    #[divan::bench(args = [10, 100, 500])]
    fn dense_tables(bencher: Bencher, n_components: usize) {
        let start = mixture(&digits(N_BLOCK), n_components);
        bencher.bench_local(|| DenseScorer::new(black_box(&start).scorer()));
    }

    #[divan::bench(args = [10, 100, 500])]
    fn screen_tables(bencher: Bencher, n_components: usize) {
        let start = mixture(&digits(N_BLOCK), n_components);
        let mut screen = Screen::<64>::new(n_components, 784, REACH);
        bencher.bench_local(|| screen.refill(&black_box(&start).scorer()));
    }

    /// Screening one block of rows: which components come into question.
    #[divan::bench(args = [10, 100, 500])]
    fn screening(bencher: Bencher, n_components: usize) {
        let data = digits(N_BLOCK);
        let block = RowBlock::by_length(&data, 0..N_BLOCK);
        let scorer = mixture(&data, n_components).scorer();
        let mut screen = Screen::<64>::new(n_components, 784, REACH);
        screen.refill(&scorer);
        let positions: Vec<u32> = (0..N_BLOCK as u32).collect();
        let (mut totals, mut found) = (Totals::default(), Candidates::default());
        bencher.counter(ItemsCount::new(N_BLOCK)).bench_local(|| {
            found.clear();
            screen.find(&scorer, &data, &block, black_box(&positions), &mut totals, &mut found);
        });
    }

    /// Exact scores of two components for every row of a block, and adding two responsibilities of each.
    #[divan::bench(args = [10, 100, 500])]
    fn scoring_pairs(bencher: Bencher, n_components: usize) {
        let data = digits(N_BLOCK);
        let block = RowBlock::by_length(&data, 0..N_BLOCK);
        let scorer = mixture(&data, n_components).scorer();
        let mut pairs = two_of_each(n_components, 0.0);
        let mut sums = Vec::new();
        bencher.counter(ItemsCount::new(pairs.len())).bench_local(|| {
            scorer.score_pairs(&data, &block, black_box(&mut pairs), &mut sums);
        });
    }

    #[divan::bench(args = [10, 100, 500])]
    fn adding_pairs(bencher: Bencher, n_components: usize) {
        let data = digits(N_BLOCK);
        let block = RowBlock::by_length(&data, 0..N_BLOCK);
        let pairs = two_of_each(n_components, 1_i64);
        let mut sums = vec![Octet::default(); n_components * 98];
        bencher.counter(ItemsCount::new(pairs.len())).bench_local(|| {
            bmm::kernels::add_pairs(&mut sums, 98, &block, 0, black_box(&pairs));
        });
    }

    fn two_of_each<T: Copy>(n_components: usize, value: T) -> Pairs<T> {
        let mut pairs = Pairs::default();
        for position in 0..N_BLOCK as u32 {
            let first = position * 7 % (n_components as u32 - 1);
            pairs.push_two([first, first + 1], [value; 2]);
            pairs.end_row(position);
        }
        pairs
    }

    /// A thousand exponentials and logarithms.
    #[divan::bench]
    fn exponentials(bencher: Bencher) {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i) * -0.02).collect();
        bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| {
            let mut values = black_box(values.clone());
            exp_all(&mut values);
            values
        });
    }

    #[divan::bench]
    fn logarithms(bencher: Bencher) {
        let values: Vec<f64> = (1..1001).map(|i| f64::from(i) * 0.02).collect();
        bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| {
            let mut values = black_box(values.clone());
            ln_all(&mut values);
            values
        });
    }
}
