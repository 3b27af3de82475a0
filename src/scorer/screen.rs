//! Which components come into question for a row: the tables of [`crate::kernels`]' screening, and its margins.

use super::Scorer;
use crate::bits::{BitMatrix, row_bytes};
use crate::kernels::{
    self, CELLS, Candidates, HOPELESS, Marks, NEVER, Patterns, RowBlock, Screened, TILE_BYTES,
};
use rayon::prelude::*;

/// Units of a mark in one nat, to begin with: 512 nats fit into 16 bits.
const UNITS_PER_NAT: f32 = 64.0;

/// Marks of a mixture of K components over D features, N components side by side.
#[derive(Debug)]
pub struct Screen<const N: usize> {
    n_components: usize,
    n_features: usize,
    /// How far behind the best a component must be to be left out, in nats.
    reach: f64,
    units_per_nat: f32,
    /// For each chunk of components, the marks that a row begins with.
    first: Vec<Marks<N>>,
    /// For each chunk, for each tile, [`CELLS`] cells.
    cells: Vec<Marks<N>>,
    envelope: Vec<[Patterns; 2]>,
}

/// Scratch of one thread.
#[derive(Debug, Default)]
pub struct Totals<const N: usize> {
    totals: Vec<Marks<N>>,
    reach: Vec<i16>,
}

impl<const N: usize> Screen<N> {
    /// Makes room for K components over D features; a component counts while it is within `reach` nats of the best.
    pub fn new(n_components: usize, n_features: usize, reach: f64) -> Self {
        let (n_chunks, n_tiles) = (n_components.div_ceil(N), kernels::tile_count(n_features));
        Self {
            n_components,
            n_features,
            reach,
            units_per_nat: UNITS_PER_NAT,
            first: vec![Marks([HOPELESS; N]); n_chunks],
            cells: vec![Marks([0; N]); n_chunks * n_tiles * CELLS],
            envelope: vec![[[0.0; 16]; 2]; row_bytes(n_features)],
        }
    }

    /// Takes over another mixture of the same K and D.
    pub fn refill(&mut self, scorer: &Scorer) {
        let components: Vec<Screened> =
            (0..self.n_components).map(|k| scorer.screened(k)).collect();
        self.fill_envelope(&components);
        self.fill_first(scorer);
        let Self { cells, envelope, units_per_nat, n_features, .. } = self;
        let n_tiles = kernels::tile_count(*n_features);
        let of_chunks = cells.par_chunks_exact_mut(n_tiles * CELLS).zip(components.par_chunks(N));
        of_chunks.for_each(|(cells, components)| {
            let (bytes, _) = cells.as_chunks_mut::<32>();
            for (index, (cells, envelope)) in bytes.iter_mut().zip(&*envelope).enumerate() {
                kernels::fill_byte(cells, components, index, envelope, *units_per_nat);
            }
        });
    }

    /// Halves the units, so that rows twice as far behind the envelope can be told apart, though less finely. False if
    /// they are as coarse as they get; else another [`Self::refill`] must follow.
    pub fn coarsen(&mut self) -> bool {
        let can = self.units_per_nat > 1.0;
        if can {
            self.units_per_nat /= 2.0;
        }
        can
    }

    /// So many units in nats.
    pub fn nats(&self, units: i16) -> f64 {
        f64::from(units) / f64::from(self.units_per_nat)
    }

    fn fill_envelope(&mut self, components: &[Screened]) {
        /// Bytes of rows to one task.
        const AT_ONCE: usize = 16;
        self.envelope.par_chunks_mut(AT_ONCE).enumerate().for_each(|(task, envelope)| {
            envelope.fill([[f32::NEG_INFINITY; 16]; 2]);
            for component in components {
                kernels::raise_envelope(envelope, *component, task * AT_ONCE);
            }
            // Where nobody can be, nobody leads: there the marks of all must be hopeless.
            let patterns = envelope.as_flattened_mut().as_flattened_mut();
            patterns.iter_mut().filter(|sum| **sum <= NEVER / 2.0).for_each(|sum| *sum = 0.0);
        });
    }

    fn fill_first(&mut self, scorer: &Scorer) {
        let largest = scorer.bias.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (first, bias) in self.first.iter_mut().zip(scorer.bias.chunks(N)) {
            for (mark, &bias) in first.0.iter_mut().zip(bias) {
                // A component of weight 0 has a bias of -inf.
                let is_possible = bias > f64::NEG_INFINITY;
                let behind = (bias - largest) as f32;
                *mark =
                    if is_possible { kernels::mark(behind, self.units_per_nat) } else { HOPELESS };
            }
        }
    }

    /// Leaves in `found`, which must be clear, for each of the rows at `positions` of `block` (rows of `data`), every component whose score is
    /// within reach of the best, and a few more.
    pub fn find(
        &self,
        scorer: &Scorer,
        data: &BitMatrix,
        block: &RowBlock,
        positions: &[u32],
        scratch: &mut Totals<N>,
        found: &mut Candidates,
    ) {
        let stride = self.first.len();
        let Totals { totals, reach } = scratch;
        totals.clear();
        positions.iter().for_each(|_| totals.extend_from_slice(&self.first));
        let n_tiles = kernels::tile_count(self.n_features);
        for (slot, cells) in self.cells.chunks_exact(CELLS).enumerate() {
            let (chunk, tile) = (slot / n_tiles, slot % n_tiles);
            kernels::screen_rows(cells, block, tile, positions, totals, stride, chunk);
        }
        reach.clear();
        reach.extend(positions.iter().map(|&p| self.reach_of(block.n_nibbles(p as usize))));
        if scorer.has_always() {
            let rows = positions.iter().map(|&p| data.row(block.row(p as usize)));
            rows.zip(totals.chunks_exact_mut(stride))
                .for_each(|(row, totals)| rule_out_leaders(scorer, row, totals));
        }
        let beyond_counting = reach.iter().zip(totals.chunks_exact_mut(stride));
        for (_, totals) in beyond_counting.filter(|(reach, _)| **reach == i16::MAX) {
            // A margin of more than 16 bits: nothing can be left out.
            totals.fill(Marks([HOPELESS; N]));
        }
        kernels::select(totals, self.n_components, positions, reach, found);
    }

    /// The reach of a row with so many nibbles, in units: two totals are each off by half a unit for each mark, and
    /// by a little more because sums before rounding are in single precision.
    fn reach_of(&self, n_nibbles: usize) -> i16 {
        let rounding = (n_nibbles + 1) + n_nibbles / 8 + 2;
        let reach = (self.reach * f64::from(self.units_per_nat)) as usize + 1 + rounding;
        reach.min(i16::MAX as usize) as i16
    }
}

/// Takes out of a row's totals what only seems to lead: a component that a feature missing in `row` rules out.
fn rule_out_leaders<const N: usize>(scorer: &Scorer, row: &[u8], totals: &mut [Marks<N>]) {
    loop {
        let all = totals.iter().flat_map(|marks| marks.0).zip(0..scorer.n_components());
        match all.max_by_key(|&(total, k)| (total, std::cmp::Reverse(k))) {
            Some((total, k)) if total > HOPELESS && scorer.rules_out(k, row) => {
                totals[k / N].0[k % N] = HOPELESS;
            }
            _ => return,
        }
    }
}

const _: () = assert!(TILE_BYTES * 32 == CELLS);

#[cfg(test)]
mod tests;
