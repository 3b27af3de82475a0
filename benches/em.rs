//! What the parts cost: kernels, one EM iteration, the plain E-step it replaces, loading, assigning.
//!
//! `cargo bench` prints the times; `cargo bench -- iteration` only those whose name contains the word. Data are digits
//! drawn from the shipped mixture, or random bits of a given density; the E-steps of `reference` run on a tenth of the
//! rows: compare items a second, not times.

use bmm::bench::data;
use bmm::bench::em::{EStep, Prior, m_step};
use bmm::bench::kernels::{
    Candidates, Cell, Lanes16, MultiWayRows, Narrow, REACH, RowBlock, TwoWayRows, Wide,
    add_multi_way, add_two_way, exp_all, ln_all, row_words, softmax_two_way,
};
use bmm::bench::scorer::{Screen, ScreenScratch};
use bmm::bench::{model_file, reference};
use bmm::{
    BernoulliMixture, Binarize, BitMatrix, FitParams, Init, NInit, Pixels, Rows, Source, fit,
};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Rows drawn for the production path.
const N_SAMPLES: usize = 10_000;
/// Rows given to the plain E-steps.
const N_REFERENCE: usize = N_SAMPLES / 10;
/// Rows of one block, for single kernels.
const N_BLOCK: usize = 1024;

fn main() {
    divan::main();
}

/// Digits drawn from the shipped mixture.
fn digits(n_samples: usize) -> BitMatrix {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/mnist-k100.bmm.gz");
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(path).expect("the shipped model"))
        .read_to_end(&mut bytes)
        .expect("a gzip file");
    let model = model_file::decode(&bytes).expect("a model");
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
    let params =
        FitParams::new(n_components).init(Init::RandomRows).n_init(NInit::Exactly(1)).max_iter(3);
    fit(data, &params).expect("a fit").mixture
}

/// EM iterations going on from `start`: E-step and M-step on all threads, never twice from the same mixture.
fn iterate(bencher: Bencher, data: &BitMatrix, start: BernoulliMixture) {
    let mut e_step = EStep::new(data, start.n_components());
    let prior = Prior::new(&Rows::new(data), 2.0);
    let mut current = start;
    bencher.counter(ItemsCount::new(data.n_samples())).bench_local(|| {
        let stats = e_step.run(black_box(&current));
        current = m_step(stats, &prior, &current).expect("finite sums");
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
    let (weights, means) = reference::parameters(start.weights(), start.means());
    let e_step = match attempt {
        "scalar loops" => reference::scalar_loops,
        "vector over features" => reference::vector_over_features,
        "matrix-vector" => reference::matrix_vector,
        _ => reference::matrix_matrix,
    };
    bencher
        .counter(ItemsCount::new(N_REFERENCE))
        .bench_local(|| e_step(black_box(&x), &weights, &means));
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

    /// Preparing a new mixture, and filling the tables of the sparse path.
    #[divan::bench(args = [10, 100, 500])]
    fn log_odds(bencher: Bencher, n_components: usize) {
        let start = mixture(&digits(N_BLOCK), n_components);
        bencher.bench_local(|| black_box(&start).scorer());
    }

    #[divan::bench(args = [10, 100, 500])]
    fn screen_tables(bencher: Bencher, n_components: usize) {
        let start = mixture(&digits(N_BLOCK), n_components);
        match n_components {
            ..=16 => tables_of::<Wide<16>, 16>(bencher, &start),
            _ => tables_of::<Narrow, 64>(bencher, &start),
        }
    }

    fn tables_of<C: Cell<N>, const N: usize>(bencher: Bencher, start: &BernoulliMixture) {
        let mut screen = Screen::<C, N>::new(start.n_components(), start.n_features(), REACH);
        bencher.bench_local(|| screen.set_mixture(&black_box(start).scorer()));
    }

    /// Screening one block of rows: which components come into question.
    #[divan::bench(args = [10, 100, 500])]
    fn screening(bencher: Bencher, n_components: usize) {
        match n_components {
            ..=16 => screening_of::<Wide<16>, 16>(bencher, n_components),
            _ => screening_of::<Narrow, 64>(bencher, n_components),
        }
    }

    fn screening_of<C: Cell<N>, const N: usize>(bencher: Bencher, n_components: usize) {
        let data = digits(N_BLOCK);
        let block = RowBlock::by_length(&data, 0);
        let scorer = mixture(&data, n_components).scorer();
        let mut screen = Screen::<C, N>::new(n_components, 784, REACH);
        screen.set_mixture(&scorer);
        let positions: Vec<u32> = (0..N_BLOCK as u32).collect();
        let (mut totals, mut found) = (ScreenScratch::default(), Candidates::default());
        bencher.counter(ItemsCount::new(N_BLOCK)).bench_local(|| {
            found.clear();
            screen.find(&scorer, &block, black_box(&positions), &mut totals, &mut found);
        });
    }

    /// Scores of three components for every row of a block, and adding a responsibility of each.
    #[divan::bench(args = [10, 100, 500])]
    fn scoring_multi_way(bencher: Bencher, n_components: usize) {
        let data = digits(N_BLOCK);
        let block = RowBlock::by_length(&data, 0);
        let scorer = mixture(&data, n_components).scorer();
        let mut rows = three_of_each(n_components, 0.0);
        bencher.counter(ItemsCount::new(rows.n_entries())).bench_local(|| {
            scorer.score_multi_way(&block, black_box(&mut rows));
        });
    }

    #[divan::bench(args = [10, 100, 500])]
    fn adding_multi_way(bencher: Bencher, n_components: usize) {
        let block = RowBlock::by_length(&digits(N_BLOCK), 0);
        let multi_way = three_of_each(n_components, 1);
        let stride = row_words(784);
        let mut sums = vec![Lanes16::default(); n_components * stride];
        bencher.counter(ItemsCount::new(multi_way.n_entries())).bench_local(|| {
            add_multi_way(&mut sums, stride, &block, 0, black_box(&multi_way), 0..N_BLOCK);
        });
    }

    /// For every row of a block, how far the second of two components is ahead; what both get; adding that.
    #[divan::bench(args = [10, 100, 500])]
    fn scoring_two_way(bencher: Bencher, n_components: usize) {
        let data = digits(N_BLOCK);
        let block = RowBlock::by_length(&data, 0);
        let scorer = mixture(&data, n_components).scorer();
        let mut two_way = two_of_each(n_components, 0.0);
        bencher.counter(ItemsCount::new(two_way.n_rows())).bench_local(|| {
            scorer.score_two_way(&block, black_box(&mut two_way));
        });
    }

    #[divan::bench]
    fn softmax_of_two(bencher: Bencher) {
        let leads: Vec<f64> = (0..N_BLOCK).map(|i| i as f64 * 0.03 - 15.0).collect();
        let mut shares = vec![0; N_BLOCK];
        bencher
            .counter(ItemsCount::new(N_BLOCK))
            .bench_local(|| softmax_two_way(black_box(&leads), REACH, &mut shares));
    }

    #[divan::bench(args = [10, 100, 500])]
    fn adding_two_way(bencher: Bencher, n_components: usize) {
        let block = RowBlock::by_length(&digits(N_BLOCK), 0);
        let two_way = two_of_each(n_components, 1);
        let stride = row_words(784);
        let mut sums = vec![Lanes16::default(); n_components * stride];
        bencher.counter(ItemsCount::new(two_way.n_rows())).bench_local(|| {
            add_two_way(&mut sums, stride, &block, 0, black_box(&two_way), 0..N_BLOCK);
        });
    }

    fn two_of_each<T: Copy + Default>(n_components: usize, value: T) -> TwoWayRows<T> {
        let mut two_way = TwoWayRows::default();
        for position in 0..N_BLOCK as u32 {
            let first = position * 7 % (n_components as u32 - 1);
            two_way.push(position, [first, first + 1], value);
        }
        two_way
    }

    fn three_of_each<T: Copy + Default>(n_components: usize, value: T) -> MultiWayRows<T> {
        let mut multi_way = MultiWayRows::default();
        for position in 0..N_BLOCK as u32 {
            let first = position * 7 % (n_components as u32 - 2);
            (first..first + 3).for_each(|k| multi_way.push(k, value));
            multi_way.end_row(position);
        }
        multi_way
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
