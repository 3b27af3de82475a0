//! All components of a row at once, by tables of summed log-odds.

use super::log_odds::Scorer;
use crate::kernels::{self, CELLS, LANES, Lanes, RowBlock, SOFTMAX_ROWS};
use crate::kernels::{TILE_BYTES, TILE_FEATURES};

/// A scorer of all components at once. No table is kept: filling one costs little more than
/// fetching it from memory.
#[derive(Debug, Clone)]
pub struct DenseScorer<'a> {
    scorer: &'a Scorer,
    bias: Vec<Lanes<f64>>,
    prior: Vec<Lanes<f64>>,
}

/// Responsibilities of some rows. The memory is kept from one use to the next.
#[derive(Debug, Default)]
pub struct BlockResponsibilities {
    /// One column for each chunk of components, `stride` apart.
    lanes: Vec<Lanes<f64>>,
    stride: usize,
    log_prob: Vec<f64>,
    sums: Vec<Lanes<f64>>,
}

/// Scratch of one thread: log-odds and cells of one chunk of components in one tile.
#[derive(Debug)]
pub struct Tables {
    /// One value for each feature of the tile.
    log_odds: Vec<Lanes<f64>>,
    cells: Vec<Lanes<f64>>,
}

impl Default for Tables {
    fn default() -> Self {
        let zeros = |n| vec![Lanes::default(); n];
        Self { log_odds: zeros(TILE_FEATURES), cells: zeros(CELLS) }
    }
}

impl<'a> DenseScorer<'a> {
    /// A dense scorer of the mixture that `scorer` holds.
    pub fn new(scorer: &'a Scorer) -> Self {
        Self {
            bias: in_lanes(&scorer.biases().collect::<Vec<_>>(), f64::NEG_INFINITY),
            prior: in_lanes(scorer.weights(), 0.0),
            scorer,
        }
    }

    /// Sets `resp` to the responsibilities of the rows in `block`, by position.
    pub fn responsibilities(
        &self,
        block: &RowBlock,
        tables: &mut Tables,
        resp: &mut BlockResponsibilities,
    ) {
        resp.resize(self.bias.len(), block.n_rows());
        self.scores(block, tables, resp);
        let BlockResponsibilities { lanes, stride, log_prob, sums, .. } = resp;
        kernels::softmax_rows(lanes, *stride, &self.bias, &self.prior, log_prob, sums);
    }

    /// Sums of log-odds over each row's ones, without the bias; -inf where the row is ruled out.
    fn scores(&self, block: &RowBlock, tables: &mut Tables, resp: &mut BlockResponsibilities) {
        let Tables { log_odds, cells } = tables;
        for (chunk, column) in resp.lanes.chunks_exact_mut(resp.stride).enumerate() {
            for tile in 0..kernels::tile_count(self.scorer.n_columns()) {
                let n_features = fill_log_odds(self.scorer, chunk, tile, log_odds);
                kernels::fill_table(&log_odds[..n_features], cells);
                kernels::score_rows(cells, block, tile, &mut column[..block.n_rows()]);
            }
        }
        for k in self.scorer.bounded_components() {
            let column = &mut resp.lanes[k / LANES * resp.stride..];
            for (position, score) in column[..block.n_rows()].iter_mut().enumerate() {
                if self.scorer.rules_out(k, block, position) {
                    score.0[k % LANES] = f64::NEG_INFINITY;
                }
            }
        }
    }
}

impl BlockResponsibilities {
    fn resize(&mut self, n_chunks: usize, n_rows: usize) {
        // An odd multiple: otherwise all chunks of a row fall on the same lines of a cache.
        self.stride = (n_rows.div_ceil(SOFTMAX_ROWS) | 1) * SOFTMAX_ROWS;
        self.lanes.resize(n_chunks * self.stride, Lanes::default());
        self.log_prob.resize(n_rows, 0.0);
        self.sums.clear();
        self.sums.resize(n_chunks, Lanes::default());
    }

    /// Multiplies responsibilities and log p(x) of each row by its weight, by position.
    pub fn apply_weights(&mut self, weights: impl Iterator<Item = f64>) {
        self.sums.fill(Lanes::default());
        for (position, weight) in weights.enumerate() {
            self.log_prob[position] *= weight;
            let columns = self.lanes.chunks_exact_mut(self.stride);
            for (sum, column) in self.sums.iter_mut().zip(columns) {
                column[position] = column[position].map(|r| r * weight);
                sum.add(&column[position]);
            }
        }
    }

    /// log p(x) of each row, in nats; -inf for a row that every component rules out.
    pub fn log_prob(&self) -> &[f64] {
        &self.log_prob
    }

    /// The responsibilities of one row: p(k given x) for each of `n_components` components.
    pub fn row(&self, i: usize, n_components: usize) -> impl Iterator<Item = f64> + '_ {
        let columns = self.lanes.chunks_exact(self.stride);
        columns.flat_map(move |column| column[i].0).take(n_components)
    }

    /// The responsibilities of all rows for one chunk of components.
    pub fn chunk(&self, chunk: usize) -> &[Lanes<f64>] {
        &self.lanes[chunk * self.stride..][..self.log_prob.len()]
    }

    /// The sum over rows of each component's responsibility, chunk by chunk.
    pub fn sums(&self) -> &[Lanes<f64>] {
        &self.sums
    }
}

/// Sets `lanes` to the log-odds of one chunk of components in one tile, feature after feature.
/// Returns the number of features, up to whole bytes. Lanes without a component are left alone.
fn fill_log_odds(scorer: &Scorer, chunk: usize, tile: usize, lanes: &mut [Lanes<f64>]) -> usize {
    let components = (chunk * LANES..scorer.n_components()).take(LANES);
    let rows: Vec<_> = components
        .map(|k| scorer.log_odds(k).chunks(TILE_BYTES).nth(tile).unwrap_or_default())
        .collect();
    let n_bytes = rows.first().map_or(0, |row| row.len());
    for (octet, lanes) in lanes.as_chunks_mut::<8>().0[..n_bytes].iter_mut().enumerate() {
        for (l, row) in rows.iter().enumerate() {
            for (lanes, value) in lanes.iter_mut().zip(row[octet].0) {
                lanes.0[l] = value;
            }
        }
    }
    n_bytes * 8
}

/// One value for each component, in lanes. The last lanes are filled up with `padding`.
fn in_lanes(values: &[f64], padding: f64) -> Vec<Lanes<f64>> {
    let mut lanes = vec![Lanes([padding; LANES]); values.len().div_ceil(LANES)];
    values.iter().enumerate().for_each(|(k, value)| lanes[k / LANES].0[k % LANES] = *value);
    lanes
}
