//! All components of a row at once, by tables of summed log-odds.

use super::Scorer;
use crate::bits::BitMatrix;
use crate::kernels::{self, CELLS, LANES, Lanes, RowBlock, SOFTMAX_ROWS, TILE_FEATURES};

/// A scorer with its log-odds in lanes, as tables are filled from them.
///
/// No table is kept: filling one costs little more than fetching it from far away, and it is then near.
#[derive(Debug, Clone)]
pub struct DenseScorer {
    scorer: Scorer,
    bias: Vec<Lanes<f64>>,
    prior: Vec<Lanes<f64>>,
    /// For each chunk of [`LANES`] components, one [`Lanes`] for each feature.
    log_odds: Vec<Lanes<f64>>,
}

/// Responsibilities of some rows, and the buffers that they are computed in: kept from one use to the next.
#[derive(Debug, Default)]
pub struct Responsibilities {
    /// One column for each chunk of components, `stride` apart.
    lanes: Vec<Lanes<f64>>,
    stride: usize,
    log_prob: Vec<f64>,
    sums: Vec<Lanes<f64>>,
    table: Vec<Lanes<f64>>,
}

impl DenseScorer {
    /// Takes `scorer` over.
    pub fn new(scorer: Scorer) -> Self {
        let n_chunks = kernels::chunk_count(scorer.n_components());
        let log_odds = vec![Lanes::default(); n_chunks * scorer.n_features()];
        let mut dense = Self { bias: Vec::new(), prior: Vec::new(), log_odds, scorer };
        dense.fill();
        dense
    }

    /// Takes over another mixture of the same K and D.
    pub fn refill(&mut self, scorer: Scorer) {
        self.scorer = scorer;
        self.fill();
    }

    fn fill(&mut self) {
        let n_features = self.scorer.n_features();
        for (chunk, lanes) in self.log_odds.chunks_exact_mut(n_features).enumerate() {
            fill_log_odds(&self.scorer, chunk, lanes);
        }
        self.bias = in_lanes(&self.scorer.bias, f64::NEG_INFINITY);
        self.prior = in_lanes(&self.scorer.weights, 0.0);
    }

    /// The number of chunks of components.
    pub fn n_chunks(&self) -> usize {
        self.bias.len()
    }

    /// Sets `resp` to the responsibilities of the rows in `block` (rows of `data`), by position.
    pub fn responsibilities(
        &self,
        data: &BitMatrix,
        block: &RowBlock,
        resp: &mut Responsibilities,
    ) {
        resp.resize(self.n_chunks(), block.len());
        self.scores(data, block, resp);
        let Responsibilities { lanes, stride, log_prob, sums, .. } = resp;
        kernels::softmax_rows(lanes, *stride, &self.bias, &self.prior, log_prob, sums);
    }

    /// Sums of log-odds over each row's ones, without the bias; -inf where a boundary mean rules the row out.
    fn scores(&self, data: &BitMatrix, block: &RowBlock, resp: &mut Responsibilities) {
        let of_chunks = self.log_odds.chunks_exact(self.scorer.n_features());
        for (column, log_odds) in resp.lanes.chunks_exact_mut(resp.stride).zip(of_chunks) {
            for (tile, features) in log_odds.chunks(TILE_FEATURES).enumerate() {
                kernels::fill_table(features, &mut resp.table);
                kernels::score_rows(&resp.table, block, tile, &mut column[..block.len()]);
            }
        }
        let bounded = self.scorer.boundary.iter().enumerate().filter(|(_, b)| b.is_some());
        for (k, _) in bounded {
            let column = &mut resp.lanes[k / LANES * resp.stride..];
            for (i, score) in block.rows().zip(column) {
                if self.scorer.rules_out(k, data.row(i)) {
                    score.0[k % LANES] = f64::NEG_INFINITY;
                }
            }
        }
    }
}

impl Responsibilities {
    fn resize(&mut self, n_chunks: usize, n_rows: usize) {
        // An odd multiple: chunks of one row would otherwise all fall on the same lines of a cache.
        self.stride = (n_rows.div_ceil(SOFTMAX_ROWS) | 1) * SOFTMAX_ROWS;
        self.lanes.resize(n_chunks * self.stride, Lanes::default());
        self.log_prob.resize(n_rows, 0.0);
        self.sums.clear();
        self.sums.resize(n_chunks, Lanes::default());
        self.table.resize(CELLS, Lanes::default());
    }

    /// log p(x) of each row, in nats; -inf for a row that every component rules out.
    pub fn log_prob(&self) -> &[f64] {
        &self.log_prob
    }

    /// The responsibilities of one row: p(k given x) for each of `n_components` components.
    pub fn row(&self, i: usize, n_components: usize) -> impl Iterator<Item = f64> + '_ {
        let of_chunks = self.lanes.chunks_exact(self.stride);
        of_chunks.flat_map(move |column| column[i].0).take(n_components)
    }

    /// The responsibilities of all rows for each chunk of components.
    pub fn columns(&self) -> impl Iterator<Item = &[Lanes<f64>]> + '_ {
        self.lanes.chunks_exact(self.stride).map(|column| &column[..self.log_prob.len()])
    }

    /// The sum over rows of each component's responsibility, chunk by chunk.
    pub fn sums(&self) -> &[Lanes<f64>] {
        &self.sums
    }
}

/// The log-odds of one chunk of components, feature after feature. Lanes without a component are left alone.
fn fill_log_odds(scorer: &Scorer, chunk: usize, lanes: &mut [Lanes<f64>]) {
    let components = (chunk * LANES..scorer.n_components()).take(LANES);
    let rows: Vec<_> = components.map(|k| scorer.log_odds(k)).collect();
    for (octet, lanes) in lanes.chunks_mut(8).enumerate() {
        for (l, row) in rows.iter().enumerate() {
            for (lanes, value) in lanes.iter_mut().zip(row[octet].0) {
                lanes.0[l] = value;
            }
        }
    }
}

/// One value for each component, in lanes, the last ones filled up with `padding`.
fn in_lanes(values: &[f64], padding: f64) -> Vec<Lanes<f64>> {
    let lane =
        |chunk: &[f64]| Lanes(std::array::from_fn(|l| chunk.get(l).copied().unwrap_or(padding)));
    values.chunks(LANES).map(lane).collect()
}
