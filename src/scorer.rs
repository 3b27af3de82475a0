//! A mixture prepared for scoring: log-odds tables in the kernels' order. The single scoring path.
//!
//! With `o_kd = log(mu_kd / (1 - mu_kd))`, the weighted log-probability of a row is
//! `log pi_k + sum_d log(1 - mu_kd) + sum over ones of o_kd`: a bias for each component and a sum over the row's ones
//! only (Bishop, *Pattern Recognition and Machine Learning*, 2006, eq. 9.48 rearranged).
//!
//! **Precision.** Tables, row sums and responsibilities have the precision `F`; biases, the row maximum, normalisers,
//! logarithms and all sums over rows are f64. A table cell is summed in f64 and rounded once. With `F = f32` a row's
//! log-probability is off by a few 1e-5 nats where a row has some hundred ones (1e-4 with a thousand), with either sign, so a log-likelihood over many rows keeps 8 digits;
//! `tests/laws.rs` bounds the effect against `reference`.
//!
//! **Boundary means.** A mean of exactly 0 or 1 has no finite log-odds. Such features are left out of the tables
//! (0 * log 0 = 0, so they add nothing where the row agrees) and kept as bit masks: a row that disagrees with one has
//! probability 0 under that component, exactly.

use crate::bits::{BitMatrix, row_bytes};
use crate::kernels::{self, CELLS, LANES, Lanes, NibbleBlock, Real, SoftmaxSums, TILE_FEATURES};

/// Log-odds tables and biases of a mixture of K components over D features.
#[derive(Debug, Clone)]
pub struct Scorer<F> {
    n_features: usize,
    n_components: usize,
    bias: Vec<Lanes<f64>>,
    prior: Vec<Lanes<f64>>,
    /// For each chunk, for each tile, [`CELLS`] cells.
    table: Vec<Lanes<F>>,
    boundary: Vec<Boundary>,
}

/// The features on which a component tolerates one value only, as packed rows.
#[derive(Debug, Clone)]
struct Boundary {
    component: usize,
    never: Vec<u8>,
    always: Vec<u8>,
}

impl<F: Real> Scorer<F> {
    /// Prepares `weights` (K) and `means` (component after component, `n_features` values each).
    ///
    /// Both must be those of a checked mixture.
    pub fn new(weights: &[f64], means: &[f64], n_features: usize) -> Self {
        let n_components = weights.len();
        let n_chunks = kernels::chunk_count(n_components);
        let n_tiles = kernels::tile_count(n_features);
        let mut scorer = Self {
            n_features,
            n_components,
            bias: vec![Lanes([f64::NEG_INFINITY; LANES]); n_chunks],
            prior: vec![Lanes::default(); n_chunks],
            table: vec![Lanes::default(); n_chunks * n_tiles * CELLS],
            boundary: Vec::new(),
        };
        for chunk in 0..n_chunks {
            scorer.fill_chunk(chunk, weights, means);
        }
        scorer
    }

    fn fill_chunk(&mut self, chunk: usize, weights: &[f64], means: &[f64]) {
        let mut log_odds = vec![Lanes::default(); self.n_features];
        for k in (chunk * LANES..self.n_components).take(LANES) {
            let mean = &means[k * self.n_features..(k + 1) * self.n_features];
            for (d, &m) in mean.iter().enumerate().filter(|(_, m)| is_inside(**m)) {
                log_odds[d].0[k % LANES] = libm::log(m / (1.0 - m));
            }
            self.bias[chunk].0[k % LANES] = libm::log(weights[k]) + log_prob_of_zeros(mean);
            self.prior[chunk].0[k % LANES] = weights[k];
            self.boundary.extend(Boundary::of(k, mean));
        }
        let n_tiles = kernels::tile_count(self.n_features);
        let tiles = self.table[chunk * n_tiles * CELLS..].chunks_exact_mut(CELLS);
        for (features, cells) in log_odds.chunks(TILE_FEATURES).zip(tiles) {
            kernels::fill_table(features, cells);
        }
    }

    /// The number of chunks of components, and so of [`Lanes`] in each row of scores.
    pub fn n_chunks(&self) -> usize {
        self.bias.len()
    }

    /// Responsibilities of the rows in `block` (rows of `data`), and their sums.
    ///
    /// `resp` is overwritten: for each row, [`Self::n_chunks`] chunks.
    pub fn responsibilities(
        &self,
        data: &BitMatrix,
        block: &NibbleBlock,
        resp: &mut [Lanes<F>],
        sums: &mut SoftmaxSums,
    ) {
        self.scores(data, block, resp);
        kernels::softmax_rows(resp, &self.bias, &self.prior, sums);
    }

    /// For each row of `block`, its log p(x) in nats and its responsibilities (K values).
    pub fn for_each_row(
        &self,
        data: &BitMatrix,
        block: &NibbleBlock,
        mut visit: impl FnMut(usize, f64, &mut dyn Iterator<Item = f64>),
    ) {
        let mut resp = vec![Lanes::default(); block.rows().len() * self.n_chunks()];
        self.scores(data, block, &mut resp);
        for (i, row) in block.rows().zip(resp.chunks_exact_mut(self.n_chunks())) {
            let mut sums = SoftmaxSums::new(self.n_chunks());
            kernels::softmax_rows(row, &self.bias, &self.prior, &mut sums);
            let mut values = row.iter().flat_map(|c| c.0).map(F::to_f64).take(self.n_components);
            visit(i, sums.log_likelihood, &mut values);
        }
    }

    /// Sums of log-odds over each row's ones, without the bias; -inf where a boundary mean rules the row out.
    fn scores(&self, data: &BitMatrix, block: &NibbleBlock, scores: &mut [Lanes<F>]) {
        scores.fill(Lanes::default());
        let n_tiles = kernels::tile_count(self.n_features);
        for (slot, cells) in self.table.chunks_exact(CELLS).enumerate() {
            let (chunk, tile) = (slot / n_tiles, slot % n_tiles);
            kernels::score_rows(cells, block, tile, scores, self.n_chunks(), chunk);
        }
        for boundary in &self.boundary {
            let (chunk, lane) = (boundary.component / LANES, boundary.component % LANES);
            for (i, row) in block.rows().zip(scores.chunks_exact_mut(self.n_chunks())) {
                if boundary.rules_out(data.row(i)) {
                    row[chunk].0[lane] = F::from_f64(f64::NEG_INFINITY);
                }
            }
        }
    }
}

impl Boundary {
    /// The masks of component `k`, if any of its means is exactly 0 or 1.
    fn of(k: usize, mean: &[f64]) -> Option<Self> {
        if mean.iter().all(|&m| is_inside(m)) {
            return None;
        }
        let pack = |value: f64| {
            let mut mask = vec![0; row_bytes(mean.len())];
            for (d, _) in mean.iter().enumerate().filter(|(_, m)| **m == value) {
                mask[d / 8] |= 1 << (d % 8);
            }
            mask
        };
        Some(Self { component: k, never: pack(0.0), always: pack(1.0) })
    }

    fn rules_out(&self, row: &[u8]) -> bool {
        let masks = self.never.iter().zip(&self.always);
        row.iter().zip(masks).any(|(x, (never, always))| x & never | !x & always != 0)
    }
}

fn is_inside(mean: f64) -> bool {
    mean > 0.0 && mean < 1.0
}

/// Factors multiplied before one logarithm is taken: each is at least 2^-53, so 16 of them cannot underflow.
const LOG_BATCH: usize = 16;

/// The sum of log(1 - mean) over the features whose mean is not on the boundary, in nats.
fn log_prob_of_zeros(mean: &[f64]) -> f64 {
    let product = |batch: &[f64]| -> f64 {
        batch.iter().filter(|m| is_inside(**m)).map(|m| 1.0 - m).product()
    };
    mean.chunks(LOG_BATCH).map(|batch| libm::log(product(batch))).sum()
}
