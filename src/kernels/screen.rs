//! Screening: for every row, the few components that are worth an exact score, found in 16-bit integers.
//!
//! All that matters is how far components lie behind the best one, so a cell of the table holds, for one pattern of four
//! features, how far each component's log-odds lie behind the largest among all components (the *envelope*), in whole
//! units: never above 0. A row's total is a saturating sum of such marks. No order of additions changes it, for a sum of
//! numbers that are not positive saturates at the end or not at all; and what has saturated is hopeless anyway. Rounding is
//! at most half a unit for each mark, so with a margin for it no component that counts is ever missed.
//!
//! What is here is inlined into [`super::dispatch`], which compiles it once for each instruction set.

use super::lanes::Octet;
use super::pairs::Pairs;
use super::pick::Pick;
use super::row_block::{CELLS, Entries, RowBlock};

/// The marks of `N` components, side by side.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub struct Marks<const N: usize>(pub [i16; N]);

/// The mark of what is hopeless; a total that reaches it has lost count.
pub const HOPELESS: i16 = i16::MIN;

/// The sums of all 16 patterns of four log-odds.
pub type Patterns = [f32; 16];

impl<const N: usize> Marks<N> {
    #[inline(always)]
    fn add(self, other: &Self) -> Self {
        let mut sums = self.0;
        sums.iter_mut().zip(other.0).for_each(|(sum, mark)| *sum = sum.saturating_add(mark));
        Self(sums)
    }

    #[inline(always)]
    fn max(self, other: &Self) -> Self {
        let mut largest = self.0;
        largest.iter_mut().zip(other.0).for_each(|(large, mark)| *large = mark.max(*large));
        Self(largest)
    }

    /// The marks below `lowest`; in the place of others, hopeless ones.
    #[inline(always)]
    fn below(&self, lowest: i16) -> Self {
        Self(self.0.map(|mark| if mark < lowest { mark } else { HOPELESS }))
    }

    #[inline(always)]
    fn largest(self) -> i16 {
        self.0.into_iter().fold(HOPELESS, i16::max)
    }

    /// Bit l is set where mark l is at least `lowest` (N is at most 64).
    #[inline(always)]
    fn at_least<P: Pick>(&self, lowest: i16) -> u64 {
        let (sixteens, _) = self.0.as_chunks::<16>();
        let bits = sixteens.iter().zip((0..).step_by(16));
        bits.fold(0, |bits, (marks, at)| bits | u64::from(P::at_least(marks, lowest)) << at)
    }
}

/// Nats in which nothing can hope: stands in for minus infinity, which must not meet itself in a subtraction.
pub const NEVER: f32 = -1e5;

/// Raises `envelope` (two groups for each byte, from byte `first` on) to the pattern sums of one component.
#[inline(always)]
pub(super) fn raise_envelope(envelope: &mut [[Patterns; 2]], component: Screened, first: usize) {
    for (index, groups) in (first..).zip(envelope) {
        let octet = component.octet(index);
        for (features, envelope) in octet.as_chunks::<4>().0.iter().zip(groups) {
            let mut raised = *envelope;
            for (pattern, largest) in raised.iter_mut().enumerate() {
                let mut sum = 0.0;
                for (j, feature) in features.iter().enumerate() {
                    sum += if pattern >> j & 1 == 1 { *feature } else { 0.0 };
                }
                *largest = if sum > *largest { sum } else { *largest };
            }
            *envelope = raised;
        }
    }
}

/// Nats behind the best as whole units, to the nearest; anything beyond the range is the lowest that is not hopeless.
#[inline(always)]
pub fn mark(nats: f32, units_per_nat: f32) -> i16 {
    /// Adding 1.5 * 2^23 rounds to the nearest whole number and leaves it in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let units = nats * units_per_nat;
    let units = if units > -32_767.0 { units } else { -32_767.0 };
    (units + ROUND).to_bits() as i16
}

/// The 16 cells of one group: the pattern sums of four features of N components, behind the envelope.
#[inline(always)]
fn fill_group<const N: usize>(
    cells: &mut [Marks<N>; 16],
    features: &[[f32; N]; 4],
    envelope: &Patterns,
    units_per_nat: f32,
) {
    let mut sums = [[0.0_f32; N]; 16];
    for pattern in 1..16_usize {
        let lowest = pattern & pattern.wrapping_neg();
        let (before, feature) =
            (sums[pattern ^ lowest], &features[lowest.trailing_zeros() as usize]);
        let sum = sums[pattern].iter_mut().zip(before).zip(feature);
        sum.for_each(|((sum, before), feature)| *sum = before + feature);
    }
    for (pattern, cell) in cells.iter_mut().enumerate().skip(1) {
        for (cell, sum) in cell.0.iter_mut().zip(sums[pattern]) {
            *cell = mark(sum - envelope[pattern], units_per_nat);
        }
    }
}

/// What screening needs to know of one component: its log-odds, and the features that are never one in it.
#[derive(Debug, Clone, Copy)]
pub struct Screened<'a> {
    /// One octet for each byte of a packed row.
    pub log_odds: &'a [Octet<f64>],
    /// Features with a mean of exactly 0, as a packed row.
    pub never: Option<&'a [u8]>,
}

impl Screened<'_> {
    /// The eight log-odds of one byte, in single precision.
    #[inline(always)]
    fn octet(&self, index: usize) -> [f32; 8] {
        let never = self.never.map_or(0, |bytes| bytes[index]);
        let mut narrowed = self.log_odds[index].0.map(|o| o as f32);
        for (j, o) in narrowed.iter_mut().enumerate() {
            *o = if never >> j & 1 == 1 { NEVER } else { *o };
        }
        narrowed
    }
}

/// Fills the cells of one byte's two groups with the pattern sums of up to N components, behind the envelope.
#[inline(always)]
pub(super) fn fill_byte<const N: usize>(
    cells: &mut [Marks<N>; 32],
    components: &[Screened],
    index: usize,
    envelope: &[Patterns; 2],
    units_per_nat: f32,
) {
    // Lanes without a component: an envelope below 0 must not raise them.
    let mut features = [[NEVER; N]; 8];
    for (l, component) in components.iter().enumerate() {
        for (feature, o) in features.iter_mut().zip(component.octet(index)) {
            feature[l] = o;
        }
    }
    let (halves, _) = features.as_chunks::<4>();
    let (groups, _) = cells.as_chunks_mut::<16>();
    for ((cells, features), envelope) in groups.iter_mut().zip(halves).zip(envelope) {
        fill_group(cells, features, envelope, units_per_nat);
    }
}

#[inline(always)]
pub(super) fn screen_rows<const N: usize>(
    cells: &[Marks<N>],
    block: &RowBlock,
    tile: usize,
    positions: &[u32],
    totals: &mut [Marks<N>],
    stride: usize,
    offset: usize,
) {
    let cells: &[Marks<N>; CELLS] = cells.try_into().expect("a whole tile");
    for (&position, row) in positions.iter().zip(totals.chunks_exact_mut(stride)) {
        row[offset] = total(row[offset], cells, block.nibbles(tile, position as usize));
    }
}

/// `first` and the marks of `list`, as two interleaved sums: additions of one need not wait for the other's.
///
/// Entries are looked up with their bounds checked: masking them would be done for four at a time in a vector register, and
/// getting them out of there again costs more than the additions.
#[inline(always)]
fn total<const N: usize>(first: Marks<N>, cells: &[Marks<N>; CELLS], list: &[Entries]) -> Marks<N> {
    let (mut even, mut odd) = (first, Marks([0; N]));
    for four in list {
        even = even.add(&cells[usize::from(four[0])]);
        odd = odd.add(&cells[usize::from(four[1])]);
        even = even.add(&cells[usize::from(four[2])]);
        odd = odd.add(&cells[usize::from(four[3])]);
    }
    even.add(&odd)
}

/// In the place of a component: the row has several, or none is known.
pub const SEVERAL: u32 = u32::MAX;

/// What screening finds.
#[derive(Debug, Default)]
pub struct Candidates {
    /// For each row the one component within reach of the best, or [`SEVERAL`].
    pub sole: Vec<u32>,
    /// For each row, how many units lie between the reach and the best component beyond it, at least.
    pub slack: Vec<i16>,
    /// The components within reach of rows that have several, to be scored.
    pub several: Pairs<f64>,
    /// Rows so far behind the envelope that all components had to be taken.
    pub n_lost: usize,
    /// Scratch: for each row the lowest mark within reach.
    lowest: Vec<i16>,
    /// Scratch: for each row and chunk which components are within reach.
    within: Vec<u64>,
}

impl Candidates {
    /// Forgets all rows, keeping the memory.
    pub fn clear(&mut self) {
        self.sole.clear();
        self.slack.clear();
        self.several.clear();
        self.n_lost = 0;
    }
}

// Three simple loops one after another, not one over rows that does everything: what is simple, the compiler vectorises.
#[inline(always)]
pub(super) fn select<P: Pick, const N: usize>(
    totals: &[Marks<N>],
    n_components: usize,
    positions: &[u32],
    reach: &[i16],
    found: &mut Candidates,
) {
    let stride = n_components.div_ceil(N);
    let Candidates { sole, slack, several, n_lost, lowest, within } = found;
    let rows = || totals.chunks_exact(stride);
    lowest.resize(reach.len(), HOPELESS);
    for ((lowest, row), &reach) in lowest.iter_mut().zip(rows()).zip(reach) {
        let largest = row.iter().fold(Marks([HOPELESS; N]), |largest, marks| largest.max(marks));
        *lowest = largest.largest().saturating_sub(reach);
    }
    slack.resize(reach.len(), 0);
    for ((slack, row), &lowest) in slack.iter_mut().zip(rows()).zip(&*lowest) {
        let beyond = row
            .iter()
            .fold(Marks([HOPELESS; N]), |largest, marks| largest.max(&marks.below(lowest)));
        // A total that has lost count is lower still.
        *slack = lowest.saturating_sub(beyond.largest());
    }
    within.resize(totals.len(), 0);
    for ((within, row), &lowest) in within.chunks_exact_mut(stride).zip(rows()).zip(&*lowest) {
        for (within, marks) in within.iter_mut().zip(row) {
            *within = marks.at_least::<P>(lowest);
        }
    }
    for ((masks, &lowest), &position) in within.chunks_exact(stride).zip(&*lowest).zip(positions) {
        if lowest == HOPELESS {
            // The best one has lost count too: only exact scores can tell.
            (0..n_components as u32).for_each(|k| several.push(k, 0.0));
            several.end_row(position);
            *n_lost += 1;
            sole.push(SEVERAL);
        } else if let Some(k) = only(masks, N) {
            sole.push(k);
        } else {
            push_all(masks, N, several);
            several.end_row(position);
            sole.push(SEVERAL);
        }
    }
}

/// The number of the only bit that is set in `masks`, `width` bits each, if it is the only one.
#[inline(always)]
fn only(masks: &[u64], width: usize) -> Option<u32> {
    let (mut count, mut last) = (0, 0);
    for (&mask, from) in masks.iter().zip((0..).step_by(width)) {
        count += mask.count_ones();
        last = if mask == 0 { last } else { from + mask.trailing_zeros() };
    }
    (count == 1).then_some(last)
}

/// Appends the numbers of all bits that are set.
#[inline(always)]
fn push_all(masks: &[u64], width: usize, found: &mut Pairs<f64>) {
    for (&mask, from) in masks.iter().zip((0..).step_by(width)) {
        let mut mask = mask;
        while mask != 0 {
            found.push(from + mask.trailing_zeros(), 0.0);
            mask &= mask - 1;
        }
    }
}
