//! From marks to candidates: every row by how many components are within reach of its best.
//!
//! What is here is inlined into [`super::dispatch`], which compiles it once for each instruction set.

use super::duos::Duos;
use super::pairs::Pairs;
use super::pick::Pick;
use super::screen::{HOPELESS, Marks};

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
    /// Scratch: for each row the lowest mark within reach.
    lowest: Vec<i16>,
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

    fn make_room(&mut self, n_rows: usize, stride: usize) {
        self.soles.resize(n_rows);
        self.duos.positions.resize(n_rows, 0);
        self.duos.components.resize(n_rows, [0; 2]);
        self.crowded.resize(n_rows, 0);
        self.lowest.resize(n_rows, 0);
        self.within.resize(n_rows * stride, 0);
    }

    /// The components of all rows in `crowded`.
    #[inline(always)]
    fn push_crowds(&mut self, stride: usize, width: usize, n_components: usize, positions: &[u32]) {
        for row in self.crowded.iter().map(|row| *row as usize) {
            if self.lowest[row] == HOPELESS {
                (0..n_components as u32).for_each(|k| self.crowd.push(k, 0.0));
                self.n_lost += 1;
            } else {
                push_all(&self.within[row * stride..(row + 1) * stride], width, &mut self.crowd);
            }
            self.crowd.end_row(positions[row]);
        }
    }
}

#[inline(always)]
pub(super) fn select<P: Pick, const N: usize>(
    totals: &[Marks<N>],
    n_components: usize,
    positions: &[u32],
    reach: &[i16],
    found: &mut Candidates,
) {
    // For the usual numbers of chunks loops without a loop inside; marks of fewer than 64 lanes are used for a single chunk.
    match n_components.div_ceil(N) {
        1 => select_of::<P, N>(1, totals, n_components, positions, reach, found),
        2 if N == 64 => select_of::<P, N>(2, totals, n_components, positions, reach, found),
        stride => select_of::<P, N>(stride, totals, n_components, positions, reach, found),
    }
}

/// Puts each row where rows with so many components within reach belong.
///
/// What is written is kept only if it counts: no branch to be predicted wrongly.
#[inline(always)]
fn select_of<P: Pick, const N: usize>(
    stride: usize,
    totals: &[Marks<N>],
    n_components: usize,
    positions: &[u32],
    reach: &[i16],
    found: &mut Candidates,
) {
    let n = positions.len();
    found.make_room(n, stride);
    let (mut n_soles, mut n_duos, mut n_crowded) = (0, 0, 0);
    {
        // Slices of one length: the compiler then knows that all places are in range.
        let Candidates { soles, duos, lowest, within, crowded, .. } = &mut *found;
        let (sole_positions, sole_components) =
            (&mut soles.positions[..n], &mut soles.components[..n]);
        let (sole_slack, crowded) = (&mut soles.slack[..n], &mut crowded[..n]);
        let (duo_positions, duo_components) = (&mut duos.positions[..n], &mut duos.components[..n]);
        let (lowest, reach, positions) = (&mut lowest[..n], &reach[..n], &positions[..n]);
        for (i, row) in totals[..n * stride].chunks_exact(stride).enumerate() {
            let low = lowest_of::<P, N>(row, reach[i]);
            let within = &mut within[i * stride..][..stride];
            for (chunk, marks) in row.iter().enumerate() {
                within[chunk] = marks.at_least::<P>(low);
            }
            let (count, ends) = first_and_last(within, N);
            // A best one that has lost count too: only scores can tell.
            let count = if low == HOPELESS { 3 } else { count };
            lowest[i] = low;
            sole_positions[n_soles] = positions[i];
            sole_components[n_soles] = ends[0];
            sole_slack[n_soles] = slack_of::<P, N>(row, low);
            n_soles += usize::from(count == 1);
            duo_positions[n_duos] = positions[i];
            duo_components[n_duos] = ends;
            n_duos += usize::from(count == 2);
            crowded[n_crowded] = i as u32;
            n_crowded += usize::from(count > 2);
        }
    }
    found.soles.resize(n_soles);
    found.duos.positions.truncate(n_duos);
    found.duos.components.truncate(n_duos);
    found.duos.values.resize(n_duos, 0.0);
    found.crowded.truncate(n_crowded);
    found.push_crowds(stride, N, n_components, positions);
}

/// The lowest mark within reach of the largest.
#[inline(always)]
fn lowest_of<P: Pick, const N: usize>(row: &[Marks<N>], reach: i16) -> i16 {
    let mut largest = row[0];
    for marks in &row[1..] {
        largest = largest.max(marks);
    }
    // A margin of more than 16 bits: nothing can be left out.
    let lowest = largest.largest::<P>().saturating_sub(reach);
    if reach == i16::MAX { HOPELESS } else { lowest }
}

/// How far the best mark beyond reach lies behind the lowest within.
#[inline(always)]
fn slack_of<P: Pick, const N: usize>(row: &[Marks<N>], lowest: i16) -> i16 {
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

/// Appends the numbers of all bits that are set.
#[inline(always)]
fn push_all(masks: &[u64], width: usize, found: &mut Pairs<f64>) {
    for (chunk, &mask) in masks.iter().enumerate() {
        let (from, mut mask) = ((chunk * width) as u32, mask);
        while mask != 0 {
            found.push(from + mask.trailing_zeros(), 0.0);
            mask &= mask - 1;
        }
    }
}
