//! All components of a row at once, by tables of summed log-odds.

use super::Scorer;
use crate::bits::BitMatrix;
use crate::kernels::{self, CELLS, LANES, Lanes, RowBlock, SoftmaxSums, TILE_FEATURES};

/// A scorer with its tables: for each chunk of [`LANES`] components, for each tile, [`CELLS`] cells.
#[derive(Debug, Clone)]
pub struct DenseScorer {
    scorer: Scorer,
    bias: Vec<Lanes<f64>>,
    prior: Vec<Lanes<f64>>,
    table: Vec<Lanes<f64>>,
}

impl DenseScorer {
    /// Fills the tables.
    pub fn new(scorer: Scorer) -> Self {
        let n_chunks = kernels::chunk_count(scorer.n_components());
        let n_tiles = kernels::tile_count(scorer.n_features());
        let table = vec![Lanes::default(); n_chunks * n_tiles * CELLS];
        let mut dense = Self { bias: Vec::new(), prior: Vec::new(), table, scorer };
        dense.fill();
        dense
    }

    /// Takes over another mixture of the same K and D.
    pub fn refill(&mut self, scorer: Scorer) {
        self.scorer = scorer;
        self.fill();
    }

    fn fill(&mut self) {
        let n_tiles = kernels::tile_count(self.scorer.n_features());
        for (chunk, cells) in self.table.chunks_exact_mut(n_tiles * CELLS).enumerate() {
            let log_odds = chunk_log_odds(&self.scorer, chunk);
            let tiles = log_odds.chunks(TILE_FEATURES).zip(cells.chunks_exact_mut(CELLS));
            tiles.for_each(|(features, cells)| kernels::fill_table(features, cells));
        }
        self.bias = in_lanes(&self.scorer.bias, f64::NEG_INFINITY);
        self.prior = in_lanes(&self.scorer.weights, 0.0);
    }

    /// The number of chunks of components, and so of [`Lanes`] in each row of scores.
    pub fn n_chunks(&self) -> usize {
        self.bias.len()
    }

    /// Responsibilities of the rows in `block` (rows of `data`), and their sums.
    ///
    /// `resp` is overwritten: for each position, [`Self::n_chunks`] chunks.
    pub fn responsibilities(
        &self,
        data: &BitMatrix,
        block: &RowBlock,
        resp: &mut [Lanes<f64>],
        sums: &mut SoftmaxSums,
    ) {
        self.scores(data, block, resp);
        kernels::softmax_rows(resp, &self.bias, &self.prior, sums);
    }

    /// For each row of `block`, its log p(x) in nats and its responsibilities (K values).
    pub fn for_each_row(
        &self,
        data: &BitMatrix,
        block: &RowBlock,
        mut visit: impl FnMut(usize, f64, &mut dyn Iterator<Item = f64>),
    ) {
        let mut resp = vec![Lanes::default(); block.len() * self.n_chunks()];
        self.scores(data, block, &mut resp);
        for (i, row) in block.rows().zip(resp.chunks_exact_mut(self.n_chunks())) {
            let mut sums = SoftmaxSums::new(self.n_chunks());
            kernels::softmax_rows(row, &self.bias, &self.prior, &mut sums);
            let mut values = row.iter().flat_map(|c| c.0).take(self.scorer.n_components());
            visit(i, sums.log_likelihood, &mut values);
        }
    }

    /// Sums of log-odds over each row's ones, without the bias; -inf where a boundary mean rules the row out.
    fn scores(&self, data: &BitMatrix, block: &RowBlock, scores: &mut [Lanes<f64>]) {
        scores.fill(Lanes::default());
        let n_tiles = kernels::tile_count(self.scorer.n_features);
        for (slot, cells) in self.table.chunks_exact(CELLS).enumerate() {
            let (chunk, tile) = (slot / n_tiles, slot % n_tiles);
            kernels::score_rows(cells, block, tile, scores, self.n_chunks(), chunk);
        }
        let bounded = self.scorer.boundary.iter().enumerate().filter(|(_, b)| b.is_some());
        for (k, _) in bounded {
            for (i, row) in block.rows().zip(scores.chunks_exact_mut(self.n_chunks())) {
                if self.scorer.rules_out(k, data.row(i)) {
                    row[k / LANES].0[k % LANES] = f64::NEG_INFINITY;
                }
            }
        }
    }
}

/// The log-odds of one chunk of components, feature after feature.
fn chunk_log_odds(scorer: &Scorer, chunk: usize) -> Vec<Lanes<f64>> {
    let mut lanes = vec![Lanes::default(); scorer.n_features];
    for k in (chunk * LANES..scorer.n_components()).take(LANES) {
        let values = scorer.log_odds(k).iter().flat_map(|octet| octet.0);
        for (lanes, value) in lanes.iter_mut().zip(values) {
            lanes.0[k % LANES] = value;
        }
    }
    lanes
}

/// One value for each component, in lanes, the last ones filled up with `padding`.
fn in_lanes(values: &[f64], padding: f64) -> Vec<Lanes<f64>> {
    let lane =
        |chunk: &[f64]| Lanes(std::array::from_fn(|l| chunk.get(l).copied().unwrap_or(padding)));
    values.chunks(LANES).map(lane).collect()
}
