//! From marks to candidates: every row by how many components are within reach of its best.
//!
//! What is here is inlined into [`crate::kernels::dispatch`], which compiles it once for each instruction set.

use crate::kernels::pick::Pick;
use crate::kernels::screen::{HOPELESS, Marks};
use crate::kernels::sparse::duos::Duos;
use crate::kernels::sparse::pairs::Pairs;

/// What screening finds: every row by how many components are within reach of its best.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Rows with one.
    pub soles: Soles,
    /// Rows with two; their values are 0.
    pub duos: Duos<f64>,
    /// Rows with more; their values are 0.
    pub crowd: Pairs<f64>,
    /// Rows so far behind the envelope that all components had to be taken.
    pub n_lost: usize,
    /// Scratch: for each row and chunk which components are within reach.
    within: Vec<u64>,
    /// Scratch: the rows with more than two.
    crowded: Vec<u32>,
}

/// Rows with one component within reach.
#[derive(Debug, Default)]
pub struct Soles {
    /// Their positions, ascending.
    pub positions: Vec<u32>,
    /// For each of them the component.
    pub components: Vec<u32>,
    /// For each of them, how many units lie between the reach and the best component beyond it, at least.
    pub slack: Vec<i16>,
}

impl Soles {
    fn resize(&mut self, n: usize) {
        self.positions.resize(n, 0);
        self.components.resize(n, 0);
        self.slack.resize(n, 0);
    }
}

impl Candidates {
    /// The number of candidates of all rows.
    pub fn len(&self) -> usize {
        self.soles.positions.len() + 2 * self.duos.len() + self.crowd.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all rows, keeping the memory.
    pub fn clear(&mut self) {
        self.soles.resize(0);
        self.duos.clear();
        self.crowd.clear();
        self.n_lost = 0;
    }

    /// Makes room for all rows in each of the lists.
    fn make_room(&mut self, n_rows: usize, stride: usize) {
        self.soles.resize(n_rows);
        self.duos.positions.resize(n_rows, 0);
        self.duos.components.resize(n_rows, [0; 2]);
        self.crowded.resize(n_rows, 0);
        self.within.resize(n_rows * stride, 0);
    }

    /// Cuts the lists to what counts in them, and lists the components of all rows with more than two: of `stride` masks, `width` bits
    /// each.
    #[inline(always)]
    fn finish(
        &mut self,
        numbers: &Numbers,
        stride: usize,
        width: usize,
        n_components: usize,
        positions: &[u32],
    ) {
        self.soles.resize(numbers.soles);
        self.duos.positions.truncate(numbers.duos);
        self.duos.components.truncate(numbers.duos);
        self.duos.values.resize(numbers.duos, 0.0);
        self.n_lost += numbers.lost;
        for row in self.crowded[..numbers.crowded].iter().map(|row| *row as usize) {
            let masks = &self.within[row * stride..(row + 1) * stride];
            push_all(masks, width, n_components, &mut self.crowd);
            self.crowd.end_row(positions[row]);
        }
    }
}

#[inline(always)]
pub(crate) fn select<P: Pick, const N: usize>(
    totals: &[Marks<N>],
    n_components: usize,
    positions: &[u32],
    reach: &[i16],
    found: &mut Candidates,
) {
    let stride = n_components.div_ceil(N);
    found.make_room(positions.len(), stride);
    // For the usual numbers of chunks loops without a loop inside; marks of fewer than 64 lanes are used for a single chunk.
    let numbers = match stride {
        1 => sort_by_number::<P, N>(1, totals, positions, reach, found),
        2 if N == 64 => sort_by_number::<P, N>(2, totals, positions, reach, found),
        stride => sort_by_number::<P, N>(stride, totals, positions, reach, found),
    };
    found.finish(&numbers, stride, N, n_components, positions);
}

/// How many rows have one component within reach, two, more; and how many have lost count.
struct Numbers {
    soles: usize,
    duos: usize,
    crowded: usize,
    lost: usize,
}

/// Puts each row where rows with so many components within reach belong.
///
/// What is written is kept only if it counts: no branch to be predicted wrongly.
#[inline(always)]
fn sort_by_number<P: Pick, const N: usize>(
    stride: usize,
    totals: &[Marks<N>],
    positions: &[u32],
    reach: &[i16],
    found: &mut Candidates,
) -> Numbers {
    let n = positions.len();
    // Slices of one length, for one check of a place instead of several.
    let Candidates { soles, duos, within, crowded, .. } = found;
    let (sole_positions, sole_components) = (&mut soles.positions[..n], &mut soles.components[..n]);
    let (sole_slack, crowded) = (&mut soles.slack[..n], &mut crowded[..n]);
    let (duo_positions, duo_components) = (&mut duos.positions[..n], &mut duos.components[..n]);
    let (reach, within) = (&reach[..n], &mut within[..n * stride]);
    let mut numbers = Numbers { soles: 0, duos: 0, crowded: 0, lost: 0 };
    for (i, row) in totals[..n * stride].chunks_exact(stride).enumerate() {
        let lowest = lowest::<P, N>(row, reach[i]);
        let masks = &mut within[i * stride..][..stride];
        for (chunk, marks) in row.iter().enumerate() {
            masks[chunk] = marks.at_least::<P>(lowest);
        }
        let (count, ends) = first_and_last(masks, N);
        // A best one that has lost count too: only scores can tell, and no mask leaves anyone out.
        let is_lost = lowest == HOPELESS;
        let count = if is_lost { 3 } else { count };
        numbers.lost += usize::from(is_lost);
        sole_positions[numbers.soles] = positions[i];
        sole_components[numbers.soles] = ends[0];
        sole_slack[numbers.soles] = slack::<P, N>(row, lowest);
        numbers.soles += usize::from(count == 1);
        duo_positions[numbers.duos] = positions[i];
        duo_components[numbers.duos] = ends;
        numbers.duos += usize::from(count == 2);
        crowded[numbers.crowded] = i as u32;
        numbers.crowded += usize::from(count > 2);
    }
    numbers
}

/// The lowest mark within reach of the largest.
#[inline(always)]
fn lowest<P: Pick, const N: usize>(row: &[Marks<N>], reach: i16) -> i16 {
    let mut largest = Marks([HOPELESS; N]);
    for marks in row {
        largest = largest.max(marks);
    }
    let lowest = largest.largest::<P>().saturating_sub(reach);
    // A margin of more than 16 bits: nothing can be left out.
    if reach == i16::MAX { HOPELESS } else { lowest }
}

/// How far the best mark beyond reach lies behind the lowest within.
#[inline(always)]
fn slack<P: Pick, const N: usize>(row: &[Marks<N>], lowest: i16) -> i16 {
    let mut beyond = Marks([HOPELESS; N]);
    for marks in row {
        beyond = beyond.max(&marks.below(lowest));
    }
    // A total that has lost count is lower still.
    lowest.saturating_sub(beyond.largest::<P>())
}

/// How many bits are set in `masks`, `width` bits each, and the numbers of the first and the last one.
#[inline(always)]
fn first_and_last(masks: &[u64], width: usize) -> (u32, [u32; 2]) {
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

/// Appends the numbers of all bits that are set, but for those of padding.
#[inline(always)]
fn push_all(masks: &[u64], width: usize, n_components: usize, found: &mut Pairs<f64>) {
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
