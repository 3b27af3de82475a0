//! From scores to responsibilities: a softmax over components for each row, in place.

use crate::kernels::exp::{exp_lanes, ln_lanes};
use crate::kernels::lanes::{LANES, Lanes};

/// Rows that are worked on together, so that the arithmetic of one fills the waits of another.
pub const SOFTMAX_ROWS: usize = LANES;

/// The scores of a tile's rows for one chunk of components.
type Column = [Lanes<f64>; SOFTMAX_ROWS];
/// One value for each row of a tile.
type OfRows = Lanes<f64, SOFTMAX_ROWS>;

#[inline(always)]
pub(crate) fn softmax_rows(
    scores: &mut [Lanes<f64>],
    stride: usize,
    bias: &[Lanes<f64>],
    prior: &[Lanes<f64>],
    log_prob: &mut [f64],
    sums: &mut [Lanes<f64>],
) {
    let (tiles, stride) = (scores.as_chunks_mut().0, stride / SOFTMAX_ROWS);
    for (first, log_prob) in log_prob.chunks_mut(SOFTMAX_ROWS).enumerate() {
        let mut tile = Tile { tiles: &mut *tiles, stride, first };
        tile.clear_from(log_prob.len(), bias.len());
        let top = tile.largest(bias);
        let normaliser = tile.exponentiate(bias, &top);
        // A row that no component explains has no exponentials to be scaled.
        for row in (0..log_prob.len()).filter(|row| top.0[*row] == f64::NEG_INFINITY) {
            tile.spread(row, prior);
        }
        tile.scale(&normaliser.map(|n| 1.0 / n), log_prob.len(), sums);
        let values = top.zip(ln_lanes(normaliser), |top, ln| top + ln);
        log_prob.copy_from_slice(&values.0[..log_prob.len()]);
    }
}

/// The larger of two numbers, neither of them NaN: one instruction, unlike `f64::max`.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// No instruction, but a fence that the loop vectoriser does not cross. Without it, the vectoriser
/// takes the same lane of several rows together, with gathers. The lanes of one row lie side by
/// side and need none.
#[inline(always)]
fn keep_rows_apart() {
    std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
}

/// The scores of some rows: one column for each chunk of components, `stride` columns apart.
struct Tile<'a> {
    tiles: &'a mut [Column],
    stride: usize,
    first: usize,
}

impl Tile<'_> {
    #[inline(always)]
    fn column(&mut self, chunk: usize) -> &mut Column {
        &mut self.tiles[chunk * self.stride + self.first]
    }

    /// Sets what lies behind the last row to 0, so that arithmetic on it is harmless.
    #[inline(always)]
    fn clear_from(&mut self, n_rows: usize, n_chunks: usize) {
        if n_rows < SOFTMAX_ROWS {
            (0..n_chunks).for_each(|chunk| self.column(chunk)[n_rows..].fill(Lanes::default()));
        }
    }

    /// The largest weighted log-probability of each row.
    #[inline(always)]
    fn largest(&mut self, bias: &[Lanes<f64>]) -> OfRows {
        let mut tops = [Lanes([f64::NEG_INFINITY; LANES]); SOFTMAX_ROWS];
        for (chunk, &bias) in bias.iter().enumerate() {
            let column = self.column(chunk);
            for (row, top) in tops.iter_mut().enumerate() {
                keep_rows_apart();
                *top = top.zip(column[row].zip(bias, |s, b| s + b), larger);
            }
        }
        Lanes(tops).map(|top| top.reduce(larger))
    }

    /// Replaces scores by exp(weighted log-probability - `top`). Returns the sum of each row: in
    /// [1, K], and 1 for impossible rows.
    #[inline(always)]
    fn exponentiate(&mut self, bias: &[Lanes<f64>], top: &OfRows) -> OfRows {
        let mut sums = [Lanes::<f64>::default(); SOFTMAX_ROWS];
        for (chunk, bias) in bias.iter().enumerate() {
            let column = self.column(chunk);
            for half in 0..2 {
                let rows = half * HALF..(half + 1) * HALF;
                exp_half(&mut column[rows.clone()], bias, &top.0[rows.clone()], &mut sums[rows]);
            }
        }
        let sums = Lanes(sums).map(|sum| sum.reduce(|a, b| a + b));
        sums.zip(*top, |sum, top| if top > f64::NEG_INFINITY { sum } else { 1.0 })
    }

    /// Gives a row that no component explains the weights as responsibilities.
    #[inline(always)]
    fn spread(&mut self, row: usize, prior: &[Lanes<f64>]) {
        for (chunk, prior) in prior.iter().enumerate() {
            self.column(chunk)[row] = *prior;
        }
    }

    #[inline(always)]
    fn scale(&mut self, scale: &OfRows, n_rows: usize, sums: &mut [Lanes<f64>]) {
        for (chunk, sum) in sums.iter_mut().enumerate() {
            let column = self.column(chunk);
            for (row, score) in column.iter_mut().enumerate() {
                let scale = scale.0[row];
                keep_rows_apart();
                *score = score.map(|e| e * scale);
            }
            for resp in &column[..n_rows] {
                keep_rows_apart();
                sum.add(resp);
            }
        }
    }
}

/// Half of a tile: what is exponentiated at once fits in registers.
const HALF: usize = SOFTMAX_ROWS / 2;

#[inline(always)]
fn exp_half(scores: &mut [Lanes<f64>], bias: &Lanes<f64>, top: &[f64], sums: &mut [Lanes<f64>]) {
    let mut x = Lanes([0.0; HALF * LANES]);
    for (row, x) in x.0.as_chunks_mut().0.iter_mut().enumerate() {
        let top = top[row];
        keep_rows_apart();
        *x = scores[row].zip(*bias, |s, b| (s + b) - top).0;
    }
    let exp = exp_lanes(x);
    for (row, exp) in exp.0.as_chunks().0.iter().enumerate() {
        keep_rows_apart();
        scores[row] = Lanes(*exp);
        sums[row].add(&scores[row]);
    }
}
