//! The candidates of rows: the tables of screening, and its margins for rounding.

use super::log_odds::Scorer;
use crate::bits::row_bytes;
use crate::kernels::{self, CELLS, Candidates, Cell, Chunks, Envelope, Marks, RowBlock};
use crate::kernels::{SATURATED, ScreenedComponent, TILE_BYTES, Tile};
use crate::parallel;

/// The finest units: with 64 units in a nat, 512 nats fit into 16 bits.
const MAX_UNITS_PER_NAT: f32 = 64.0;

/// Nats behind the best that are out of reach, except in rows so long that rounding takes most.
const FAR_NATS: f32 = 64.0;

/// The tables of a mixture of K components over D features, N components side by side.
#[derive(Debug)]
pub struct Screen<C, const N: usize> {
    n_components: usize,
    n_features: usize,
    /// How far behind the best a component must be to be left out, in nats.
    reach: f64,
    /// The units that are used, as a part of those that are possible: 1, 1/2, 1/4, ...
    fineness: f32,
    units_per_nat: f32,
    /// The largest possible pattern sum in any cell, whatever its sign, in nats.
    largest_sum: f32,
    /// For each chunk of components, the marks that a row begins with: those of the biases.
    first: Vec<Marks<N>>,
    /// The tables: for each chunk, one for each tile.
    tiles: Vec<Tile<C>>,
    envelope: Vec<[Envelope; 2]>,
    /// For each number of nibbles in the list of a row, its reach in units.
    reaches: Vec<i16>,
}

/// Scratch of one thread for [`Screen::find`].
#[derive(Debug, Default)]
pub struct ScreenScratch<const N: usize> {
    totals: Vec<Marks<N>>,
    reach: Vec<i16>,
}

impl<C: Cell<N>, const N: usize> Screen<C, N> {
    /// Tables for K components over D features. [`Self::set_mixture`] must follow. A component is a
    /// candidate while it is within `reach` nats of the best.
    pub fn new(n_components: usize, n_features: usize, reach: f64) -> Self {
        let (n_chunks, n_tiles) = (n_components.div_ceil(N), kernels::tile_count(n_features));
        Self {
            n_components,
            n_features,
            reach,
            fineness: 1.0,
            units_per_nat: MAX_UNITS_PER_NAT,
            largest_sum: 0.0,
            first: vec![Marks([SATURATED; N]); n_chunks],
            tiles: vec![Tile::filled(C::ZERO); n_chunks * n_tiles],
            envelope: vec![[Envelope::NONE; 2]; row_bytes(n_features)],
            reaches: Vec::new(),
        }
    }

    /// Takes over another mixture of the same K and D.
    pub fn set_mixture(&mut self, scorer: &Scorer) {
        let components: Vec<ScreenedComponent> =
            (0..self.n_components).map(|k| scorer.screened(k)).collect();
        let most_nats = self.fill_envelope(&components);
        self.largest_sum = self.largest_sum();
        // What a mean of 0 rules out is as far behind as a cell holds, which should be far.
        let most_nats = if scorer.has_boundary() { most_nats.max(FAR_NATS) } else { most_nats };
        // Units are so coarse that every difference fits into a cell. If one were cut short, its
        // component could seem to lead.
        let finest = MAX_UNITS_PER_NAT.min(f32::from(C::MAX_UNITS) / most_nats);
        self.units_per_nat = self.fineness * finest;
        self.fill_first(scorer);
        // In every tile a list is padded to a multiple of four.
        let n_tiles = kernels::tile_count(self.n_features);
        let most_nibbles = (row_bytes(self.n_features) + 2 * n_tiles) * 2;
        self.reaches = (0..=most_nibbles).map(|n| self.reach_of(n)).collect();
        let Self { tiles, envelope, units_per_nat, .. } = self;
        let of_chunks = tiles.chunks_exact_mut(n_tiles).zip(components.chunks(N));
        parallel::for_each(of_chunks, |(tiles, components)| {
            let bytes = tiles.iter_mut().flat_map(Tile::bytes_mut);
            for (index, (cells, envelope)) in bytes.zip(&*envelope).enumerate() {
                kernels::fill_cells(cells, components, index, envelope, *units_per_nat);
            }
        });
    }

    /// Takes the finest possible units, from the next [`Self::set_mixture`] on.
    pub fn refine(&mut self) {
        self.fineness = 1.0;
    }

    /// Halves the number of units in a nat. Marks then saturate twice as far below the upper bound.
    /// Returns false if the units are as coarse as they get. Otherwise another
    /// [`Self::set_mixture`] must follow.
    pub fn coarsen(&mut self) -> bool {
        let can = self.fineness > 1.0 / MAX_UNITS_PER_NAT;
        if can {
            self.fineness /= 2.0;
        }
        can
    }

    /// Units in nats.
    pub fn nats(&self, units: i16) -> f64 {
        f64::from(units) / f64::from(self.units_per_nat)
    }

    /// Sets the envelope. Returns the largest difference of two pattern sums in one cell, in nats.
    fn fill_envelope(&mut self, components: &[ScreenedComponent]) -> f32 {
        /// Bytes of a packed row in one task.
        const BYTES_PER_TASK: usize = 16;
        let widen = |(task, envelope): (usize, &mut [[Envelope; 2]])| {
            envelope.fill([Envelope::NONE; 2]);
            for component in components {
                kernels::widen_envelope(envelope, *component, task * BYTES_PER_TASK);
            }
            // If a pattern is impossible in all components, its lower bound is +inf.
            bounds(envelope).map(|(upper, lower)| upper - lower).fold(0.0, f32::max)
        };
        let tasks = self.envelope.chunks_mut(BYTES_PER_TASK).enumerate();
        parallel::map(tasks, widen).into_iter().fold(0.0, f32::max)
    }

    fn fill_first(&mut self, scorer: &Scorer) {
        let largest = scorer.biases().fold(f64::NEG_INFINITY, f64::max);
        let first = self.first.iter_mut().flat_map(|marks| &mut marks.0);
        for (mark, bias) in first.zip(scorer.biases()) {
            // A component of weight 0 has a bias of -inf.
            let is_possible = bias > f64::NEG_INFINITY;
            let behind = (bias - largest) as f32;
            *mark = if is_possible { kernels::mark(behind, self.units_per_nat) } else { SATURATED };
        }
    }

    /// The largest possible pattern sum in any cell, whatever its sign, in nats.
    fn largest_sum(&self) -> f32 {
        let sums = bounds(&self.envelope).filter(|(_, lower)| lower.is_finite());
        sums.fold(0.0, |largest, (upper, lower)| largest.max(upper.abs()).max(lower.abs()))
    }

    /// The reach of a row with `n_nibbles` in its list, in units, with a margin for rounding. Two
    /// marks are each off by half a unit for each cell and for the bias. Besides, single precision
    /// rounds whatever is added up, and no such sum exceeds [`Self::largest_sum`]:
    ///
    /// - in a cell, ten roundings: six in two pattern sums, and four of their difference, which is
    ///   up to twice as large and is scaled. A bias is at most 32,767 units, and rounded twice.
    /// - in the scores that decide: a lane adds up half of the words, which are no more than
    ///   nibbles, and lanes take eight additions more.
    fn reach_of(&self, n_nibbles: usize) -> i16 {
        const UNIT_ROUNDOFF: f64 = f32::EPSILON as f64 / 2.0;
        const OF_BIASES: f64 = 4.0 * 32_767.0 * UNIT_ROUNDOFF;
        let (n, units_per_nat) = (n_nibbles as f64, f64::from(self.units_per_nat));
        let largest_sum = f64::from(self.largest_sum) * units_per_nat;
        let in_single_precision = 2.0 * n * (10.0 + n / 2.0 + 8.0) * UNIT_ROUNDOFF * largest_sum;
        let rounding = n + 1.0 + OF_BIASES + in_single_precision;
        // A cast from f64 saturates.
        (self.reach * units_per_nat + rounding).ceil() as i16
    }

    fn chunks_of(&self, tile: usize) -> impl Iterator<Item = &Tile<C>> {
        self.tiles.iter().skip(tile).step_by(kernels::tile_count(self.n_features))
    }

    /// Leaves in `found`, which must be clear, the candidates of the rows at `positions` of
    /// `block`. These are all components whose score is within reach of the best, and a few more.
    pub fn find(
        &self,
        scorer: &Scorer,
        block: &RowBlock,
        positions: &[u32],
        scratch: &mut ScreenScratch<N>,
        found: &mut Candidates,
    ) {
        /// Chunks whose tables are walked together.
        const CHUNKS_PER_WALK: usize = 2;
        let stride = self.first.len();
        let ScreenScratch { totals, reach } = scratch;
        totals.resize(positions.len() * stride, Marks([SATURATED; N]));
        for tile in 0..kernels::tile_count(self.n_features) {
            for chunk in (0..stride).step_by(CHUNKS_PER_WALK) {
                let cells: Vec<_> =
                    self.chunks_of(tile).skip(chunk).take(CHUNKS_PER_WALK).collect();
                let first = (tile == 0).then_some(&self.first[chunk..]);
                let chunks = Chunks { totals, stride, offset: chunk, first };
                kernels::screen_rows(&cells, block, tile, positions, chunks);
            }
        }
        reach.clear();
        reach.extend(positions.iter().map(|&p| self.reaches[block.n_nibbles(p as usize)]));
        if scorer.has_boundary() {
            let rows = positions.iter().zip(totals.chunks_exact_mut(stride));
            rows.for_each(|(p, totals)| rule_out_leaders(scorer, block, *p as usize, totals));
        }
        kernels::select(totals, self.n_components, positions, reach, found);
    }
}

/// The upper and the lower bound of every pattern.
fn bounds(envelope: &[[Envelope; 2]]) -> impl Iterator<Item = (f32, f32)> + '_ {
    envelope.as_flattened().iter().flat_map(|e| e.upper_bound.into_iter().zip(e.lower_bound))
}

/// Saturates the marks of components that seem to lead a row that a mean or label rules out.
fn rule_out_leaders<const N: usize>(
    scorer: &Scorer,
    block: &RowBlock,
    position: usize,
    totals: &mut [Marks<N>],
) {
    loop {
        let largest = totals.iter().flat_map(|marks| marks.0).fold(SATURATED, i16::max);
        let mut all = totals.iter_mut().flat_map(|marks| &mut marks.0).enumerate();
        match all.find(|(_, total)| **total == largest) {
            Some((k, total)) if largest > SATURATED && scorer.rules_out(k, block, position) => {
                *total = SATURATED;
            }
            _ => return,
        }
    }
}

const _: () = assert!(TILE_BYTES * 32 == CELLS);

#[cfg(test)]
pub(super) mod tests;
