//! Which components come into question for a row: the tables of [`crate::kernels`]' screening, and its margins.

use super::log_odds::Scorer;
use crate::bits::row_bytes;
use crate::kernels::{
    self, CELLS, Candidates, Cell, Chunks, Envelope, Marks, RowBlock, SATURATED, ScreenedComponent,
    TILE_BYTES, Tile,
};
use crate::parallel;

/// Units of a mark in one nat, at most: 512 nats fit into 16 bits.
const UNITS_PER_NAT: f32 = 64.0;

/// Nats behind the best that are out of reach, but for rows so long that rounding takes most of them.
const FAR: f32 = 64.0;

/// Marks of a mixture of K components over D features, N components side by side.
#[derive(Debug)]
pub struct Screen<C, const N: usize> {
    n_components: usize,
    n_features: usize,
    /// How far behind the best a component must be to be left out, in nats.
    reach: f64,
    /// The part of the units that would be possible: 1, 1/2, 1/4, ...
    fineness: f32,
    units_per_nat: f32,
    /// The largest sum of log-odds in a cell, in nats, whatever its sign.
    largest_sum: f32,
    /// For each chunk of components, the marks that a row begins with.
    first: Vec<Marks<N>>,
    /// For each chunk, one for each tile.
    tiles: Vec<Tile<C>>,
    envelope: Vec<[Envelope; 2]>,
    /// For each number of nibbles in the list of a row, its reach in units.
    reaches: Vec<i16>,
}

/// Scratch of one thread.
#[derive(Debug, Default)]
pub struct ScreenScratch<const N: usize> {
    totals: Vec<Marks<N>>,
    reach: Vec<i16>,
}

impl<C: Cell<N>, const N: usize> Screen<C, N> {
    /// Makes room for K components over D features; a component counts while it is within `reach` nats of the best.
    pub fn new(n_components: usize, n_features: usize, reach: f64) -> Self {
        let (n_chunks, n_tiles) = (n_components.div_ceil(N), kernels::tile_count(n_features));
        Self {
            n_components,
            n_features,
            reach,
            fineness: 1.0,
            units_per_nat: UNITS_PER_NAT,
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
        let most_nats = if scorer.has_boundary() { most_nats.max(FAR) } else { most_nats };
        // No component that is possible may be farther behind than a cell holds: where it is cut short, a component could seem to lead.
        self.units_per_nat = self.fineness * UNITS_PER_NAT.min(f32::from(C::MAX_UNITS) / most_nats);
        self.fill_first(scorer);
        // In every tile a list is filled up to a multiple of four.
        let most_nibbles =
            (row_bytes(self.n_features) + 2 * kernels::tile_count(self.n_features)) * 2;
        self.reaches = (0..=most_nibbles).map(|n| self.reach_of(n)).collect();
        let Self { tiles, envelope, units_per_nat, n_features, .. } = self;
        let n_tiles = kernels::tile_count(*n_features);
        let of_chunks = tiles.chunks_exact_mut(n_tiles).zip(components.chunks(N));
        parallel::for_each(of_chunks, |(tiles, components)| {
            let bytes = tiles.iter_mut().flat_map(Tile::bytes_mut);
            for (index, (cells, envelope)) in bytes.zip(&*envelope).enumerate() {
                kernels::fill_cells(cells, components, index, envelope, *units_per_nat);
            }
        });
    }

    /// Takes units as fine as they can be from the next [`Self::set_mixture`] on.
    pub fn refine(&mut self) {
        self.fineness = 1.0;
    }

    /// Halves the units, so that rows twice as far behind the envelope can be told apart, though less finely. False if
    /// they are as coarse as they get; else another [`Self::set_mixture`] must follow.
    pub fn coarsen(&mut self) -> bool {
        let can = self.fineness > 1.0 / UNITS_PER_NAT;
        if can {
            self.fineness /= 2.0;
        }
        can
    }

    /// So many units in nats.
    pub fn nats(&self, units: i16) -> f64 {
        f64::from(units) / f64::from(self.units_per_nat)
    }

    /// Returns by how many nats a component lies behind another in one cell, at most.
    fn fill_envelope(&mut self, components: &[ScreenedComponent]) -> f32 {
        /// Bytes of rows to one task.
        const AT_ONCE: usize = 16;
        let of_task = |(task, envelope): (usize, &mut [[Envelope; 2]])| {
            envelope.fill([Envelope::NONE; 2]);
            for component in components {
                kernels::widen_envelope(envelope, *component, task * AT_ONCE);
            }
            let patterns = envelope
                .as_flattened()
                .iter()
                .flat_map(|e| e.upper_bound.iter().zip(&e.lower_bound));
            // Where nobody can be, the smallest sum is infinite.
            patterns.map(|(upper, lower)| upper - lower).fold(0.0, f32::max)
        };
        let of_tasks = parallel::map(self.envelope.chunks_mut(AT_ONCE).enumerate(), of_task);
        of_tasks.into_iter().fold(0.0, f32::max)
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

    /// The largest sum of log-odds in a cell, whatever its sign, of what is possible.
    fn largest_sum(&self) -> f32 {
        let envelope = self.envelope.as_flattened().iter();
        let sums = envelope
            .flat_map(|e| e.upper_bound.into_iter().zip(e.lower_bound))
            .filter(|(_, lower)| lower.is_finite());
        sums.fold(0.0, |largest, (upper, lower)| largest.max(upper.abs()).max(lower.abs()))
    }

    /// The reach of a row with so many nibbles, in units: two totals are each off by half a unit for each cell, and by a little
    /// more because the sums in cells are in single precision. So are the two scores that decide: of each, a lane adds up half of the
    /// words, which are no more than the nibbles.
    fn reach_of(&self, n_nibbles: usize) -> i16 {
        const UNIT_ROUNDOFF: f32 = f32::EPSILON / 2.0;
        let n = n_nibbles as f32;
        let of_scores = 2.0 * (n / 2.0 + 8.0) * UNIT_ROUNDOFF * n * self.largest_sum;
        let rounding =
            (n_nibbles + 1) + n_nibbles / 32 + 2 + (of_scores * self.units_per_nat) as usize;
        let reach = (self.reach * f64::from(self.units_per_nat)) as usize + 1 + rounding;
        reach.min(i16::MAX as usize) as i16
    }

    /// One tile of every chunk.
    fn chunks_of(&self, tile: usize) -> impl Iterator<Item = &Tile<C>> {
        self.tiles.iter().skip(tile).step_by(kernels::tile_count(self.n_features))
    }

    /// Leaves in `found`, which must be clear, for each of the rows at `positions` of `block`, every component whose score
    /// is within reach of the best, and a few more.
    pub fn find(
        &self,
        scorer: &Scorer,
        block: &RowBlock,
        positions: &[u32],
        scratch: &mut ScreenScratch<N>,
        found: &mut Candidates,
    ) {
        /// Chunks whose tables are walked together.
        const AT_ONCE: usize = 2;
        let stride = self.first.len();
        let ScreenScratch { totals, reach } = scratch;
        totals.resize(positions.len() * stride, Marks([SATURATED; N]));
        for tile in 0..kernels::tile_count(self.n_features) {
            for chunk in (0..stride).step_by(AT_ONCE) {
                let cells: Vec<_> = self.chunks_of(tile).skip(chunk).take(AT_ONCE).collect();
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

/// Takes out of a row's totals what only seems to lead: a component that a mean on the boundary rules out.
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
mod tests;
