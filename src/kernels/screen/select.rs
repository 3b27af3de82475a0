//! From marks to candidates.

use super::marks::{Marks, SATURATED};
use crate::kernels::masked::Masked;
use crate::kernels::sparse::multi_way::MultiWayRows;
use crate::kernels::sparse::two_way::TwoWayRows;

/// What screening finds: the rows by their number of candidates.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Rows with one candidate.
    pub single: SingleRows,
    /// Rows with two candidates; their values are 0.
    pub two_way: TwoWayRows<f64>,
    /// Rows with more candidates; their values are 0.
    pub multi_way: MultiWayRows<f64>,
    /// The number of rows whose best mark is saturated, so that all components are candidates.
    pub n_saturated: usize,
    /// Scratch: for each row and chunk the components within reach, as bits.
    within: Vec<u64>,
    /// Scratch: the rows with more than two candidates.
    multi_way_rows: Vec<u32>,
}

/// Rows with one candidate.
#[derive(Debug, Default)]
pub struct SingleRows {
    /// Their positions, ascending.
    pub positions: Vec<u32>,
    /// The component of each row.
    pub components: Vec<u32>,
    /// The slack of each row, in units: a lower bound on how far beyond reach the others are.
    pub slack: Vec<i16>,
}

impl SingleRows {
    fn resize(&mut self, n: usize) {
        self.positions.resize(n, 0);
        self.components.resize(n, 0);
        self.slack.resize(n, 0);
    }
}

impl Candidates {
    /// The number of candidates of all rows.
    pub fn n_candidates(&self) -> usize {
        self.single.positions.len() + 2 * self.two_way.n_rows() + self.multi_way.n_entries()
    }

    /// Forgets all rows, keeping the memory.
    pub fn clear(&mut self) {
        self.single.resize(0);
        self.two_way.clear();
        self.multi_way.clear();
        self.n_saturated = 0;
    }

    fn make_room(&mut self, n_rows: usize, stride: usize) {
        self.single.resize(n_rows);
        self.two_way.positions.resize(n_rows, 0);
        self.two_way.components.resize(n_rows, [0; 2]);
        self.multi_way_rows.resize(n_rows, 0);
        self.within.resize(n_rows * stride, 0);
    }

    /// Cuts the lists to what counts in them, and lists the components of all multi-way rows. Each
    /// row has `stride` masks of `width` bits.
    #[inline(always)]
    fn finish(
        &mut self,
        counts: &RowCounts,
        stride: usize,
        width: usize,
        n_components: usize,
        positions: &[u32],
    ) {
        self.single.resize(counts.single);
        self.two_way.positions.truncate(counts.two_way);
        self.two_way.components.truncate(counts.two_way);
        self.two_way.values.resize(counts.two_way, 0.0);
        self.n_saturated += counts.saturated;
        for row in self.multi_way_rows[..counts.multi_way].iter().map(|row| *row as usize) {
            let masks = &self.within[row * stride..(row + 1) * stride];
            push_all(masks, width, n_components, &mut self.multi_way);
            self.multi_way.end_row(positions[row]);
        }
    }
}

#[inline(always)]
pub(crate) fn select<P: Masked, const N: usize>(
    totals: &[Marks<N>],
    n_components: usize,
    positions: &[u32],
    reach: &[i16],
    found: &mut Candidates,
) {
    let stride = n_components.div_ceil(N);
    found.make_room(positions.len(), stride);
    // A constant stride, for one chunk and for two, spares the loop over the chunks of a row. Only
    // marks of 64 lanes ever come in two chunks.
    let counts = match stride {
        1 => sort_by_number::<P, N>(1, totals, positions, reach, found),
        2 if N == 64 => sort_by_number::<P, N>(2, totals, positions, reach, found),
        stride => sort_by_number::<P, N>(stride, totals, positions, reach, found),
    };
    found.finish(&counts, stride, N, n_components, positions);
}

/// The numbers of rows of each kind, and of those whose best mark is saturated.
struct RowCounts {
    single: usize,
    two_way: usize,
    multi_way: usize,
    saturated: usize,
}

/// Puts each row among those with as many candidates. A row is written to every list, and kept only
/// where it belongs: there is no branch to be predicted wrongly.
#[inline(always)]
fn sort_by_number<P: Masked, const N: usize>(
    stride: usize,
    totals: &[Marks<N>],
    positions: &[u32],
    reach: &[i16],
    found: &mut Candidates,
) -> RowCounts {
    let n = positions.len();
    // Slices of one length: one check of a place instead of several.
    let Candidates { single, two_way, within, multi_way_rows, .. } = found;
    let (single_positions, single_components) =
        (&mut single.positions[..n], &mut single.components[..n]);
    let (single_slack, multi_way_rows) = (&mut single.slack[..n], &mut multi_way_rows[..n]);
    let (two_way_positions, two_way_components) =
        (&mut two_way.positions[..n], &mut two_way.components[..n]);
    let (reach, within) = (&reach[..n], &mut within[..n * stride]);
    let mut counts = RowCounts { single: 0, two_way: 0, multi_way: 0, saturated: 0 };
    for (i, row) in totals[..n * stride].chunks_exact(stride).enumerate() {
        let lowest = lowest::<P, N>(row, reach[i]);
        let masks = &mut within[i * stride..][..stride];
        for (chunk, marks) in row.iter().enumerate() {
            masks[chunk] = marks.at_least::<P>(lowest);
        }
        let (count, ends) = count_and_ends(masks, N);
        // If the best mark is saturated, only scores can tell: the masks hold all components.
        let is_saturated = lowest == SATURATED;
        let count = if is_saturated { 3 } else { count };
        counts.saturated += usize::from(is_saturated);
        single_positions[counts.single] = positions[i];
        single_components[counts.single] = ends[0];
        single_slack[counts.single] = slack::<P, N>(row, lowest);
        counts.single += usize::from(count == 1);
        two_way_positions[counts.two_way] = positions[i];
        two_way_components[counts.two_way] = ends;
        counts.two_way += usize::from(count == 2);
        multi_way_rows[counts.multi_way] = i as u32;
        counts.multi_way += usize::from(count > 2);
    }
    counts
}

#[inline(always)]
fn lowest<P: Masked, const N: usize>(row: &[Marks<N>], reach: i16) -> i16 {
    let mut largest = Marks([SATURATED; N]);
    for marks in row {
        largest = largest.max(marks);
    }
    let lowest = largest.largest::<P>().saturating_sub(reach);
    // A reach of more than 16 bits: nothing can be left out.
    if reach == i16::MAX { SATURATED } else { lowest }
}

/// How far the best mark beyond reach lies behind the lowest mark within reach.
#[inline(always)]
fn slack<P: Masked, const N: usize>(row: &[Marks<N>], lowest: i16) -> i16 {
    let mut beyond = Marks([SATURATED; N]);
    for marks in row {
        beyond = beyond.max(&marks.keep_below(lowest));
    }
    // The true mark of a saturated one is lower still.
    lowest.saturating_sub(beyond.largest::<P>())
}

/// How many bits of `masks` (`width` each) are set, and the numbers of the first and the last.
#[inline(always)]
fn count_and_ends(masks: &[u64], width: usize) -> (u32, [u32; 2]) {
    if let [mask] = masks {
        return (
            mask.count_ones(),
            [mask.trailing_zeros(), 63_u32.wrapping_sub(mask.leading_zeros())],
        );
    }
    let (mut count, mut ends) = (0, [0; 2]);
    for (chunk, &mask) in masks.iter().enumerate() {
        let from = (chunk * width) as u32;
        ends[0] = if count == 0 { from + mask.trailing_zeros() } else { ends[0] };
        ends[1] = if mask == 0 { ends[1] } else { from + 63 - mask.leading_zeros() };
        count += mask.count_ones();
    }
    (count, ends)
}

/// Appends the numbers of all bits that are set, except those of padding.
#[inline(always)]
fn push_all(masks: &[u64], width: usize, n_components: usize, found: &mut MultiWayRows<f64>) {
    for (chunk, &mask) in masks.iter().enumerate() {
        let from = (chunk * width) as u32;
        let n_lanes = n_components - chunk * width;
        let mut mask = if n_lanes < 64 { mask & ((1 << n_lanes) - 1) } else { mask };
        while mask != 0 {
            found.push(from + mask.trailing_zeros(), 0.0);
            mask &= mask - 1;
        }
    }
}
