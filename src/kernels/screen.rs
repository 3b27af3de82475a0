//! Screening: for every row, the few components that are worth an exact score, found in 16-bit integers.
//!
//! All that matters is how far components lie behind the best one, so a cell of the table holds, for one pattern of four
//! features, how far each component's log-odds lie behind the largest among all components (the *envelope*), in whole
//! units: never above 0. A row's total is a saturating sum of such marks. No order of additions changes it, for a sum of
//! numbers that are not positive saturates at the end or not at all; and what has saturated is hopeless anyway. Rounding is
//! at most half a unit for each mark, so with a margin for it no component that counts is ever missed.
//!
//! What is here is inlined into [`super::dispatch`], which compiles it once for each instruction set.

// Indices over arrays of one length are what the compiler turns into registers.
#![allow(clippy::needless_range_loop)]

use super::lanes::Octet;
use super::pairs::Pairs;
use super::row_block::{CELLS, RowBlock};

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
        for l in 0..N {
            sums[l] = sums[l].saturating_add(other.0[l]);
        }
        Self(sums)
    }

    #[inline(always)]
    fn max(self, other: &Self) -> Self {
        let mut largest = self.0;
        for l in 0..N {
            largest[l] = largest[l].max(other.0[l]);
        }
        Self(largest)
    }

    #[inline(always)]
    fn sixteens(&self) -> &[[i16; 16]] {
        self.0.as_chunks().0
    }

    #[inline(always)]
    fn largest(&self) -> i16 {
        let mut values = self.0;
        let mut width = N / 2;
        while width > 0 {
            for l in 0..width {
                values[l] = values[l].max(values[l + width]);
            }
            width /= 2;
        }
        values[0]
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
            for pattern in 0..16 {
                let mut sum = 0.0;
                for (j, feature) in features.iter().enumerate() {
                    sum += if pattern >> j & 1 == 1 { *feature } else { 0.0 };
                }
                raised[pattern] = if sum > raised[pattern] { sum } else { raised[pattern] };
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
        for l in 0..N {
            sums[pattern][l] = before[l] + feature[l];
        }
    }
    for (pattern, cell) in cells.iter_mut().enumerate().skip(1) {
        for l in 0..N {
            cell.0[l] = mark(sums[pattern][l] - envelope[pattern], units_per_nat);
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
fn total<const N: usize>(first: Marks<N>, cells: &[Marks<N>; CELLS], list: &[u16]) -> Marks<N> {
    let (mut even, mut odd) = (first, Marks([0; N]));
    for four in list.as_chunks::<4>().0 {
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
    /// The components within reach of rows that have several, to be scored; a row is known by its place in `sole`.
    pub several: Pairs<f64>,
    /// Rows so far behind the envelope that all components had to be taken.
    pub n_lost: usize,
}

impl Candidates {
    /// Forgets all rows, keeping the memory.
    pub fn clear(&mut self) {
        self.sole.clear();
        self.several.clear();
        self.n_lost = 0;
    }
}

#[inline(always)]
pub(super) fn select<const N: usize>(
    totals: &[Marks<N>],
    n_components: usize,
    reach: &[i16],
    found: &mut Candidates,
) {
    let stride = n_components.div_ceil(N);
    for (row, &reach) in totals.chunks_exact(stride).zip(reach) {
        let mut largest = Marks([HOPELESS; N]);
        for marks in row {
            largest = largest.max(marks);
        }
        let lowest = largest.largest().saturating_sub(reach);
        let (mut count, mut last) = (0, 0);
        for (sixteen, from) in row.iter().flat_map(Marks::sixteens).zip((0..).step_by(16)) {
            let within = at_least(lowest, sixteen);
            count += within.count_ones();
            last = if within == 0 { last } else { from + within.trailing_zeros() };
        }
        let position = found.sole.len() as u32;
        if lowest == HOPELESS {
            // The best one has lost count too: only exact scores can tell.
            (0..n_components as u32).for_each(|k| found.several.push(k, 0.0));
            found.n_lost += 1;
        } else if count > 1 {
            push_from(lowest, row, &mut found.several);
        }
        found.sole.push(if count == 1 && lowest > HOPELESS { last } else { SEVERAL });
        found.several.end_row(position);
    }
}

/// Bit l is set where mark l is at least `lowest`.
#[inline(always)]
fn at_least(lowest: i16, marks: &[i16; 16]) -> u16 {
    let mut bits = [0_u16; 16];
    for l in 0..16 {
        bits[l] = if marks[l] >= lowest { 1 << l } else { 0 };
    }
    let mut width = 8;
    while width > 0 {
        for l in 0..width {
            bits[l] |= bits[l + width];
        }
        width /= 2;
    }
    bits[0]
}

/// Appends the components whose mark is at least `lowest`.
#[inline(always)]
fn push_from<const N: usize>(lowest: i16, row: &[Marks<N>], found: &mut Pairs<f64>) {
    for (sixteen, from) in row.iter().flat_map(Marks::sixteens).zip((0..).step_by(16)) {
        let mut within = at_least(lowest, sixteen);
        while within != 0 {
            found.push(from + within.trailing_zeros(), 0.0);
            within &= within - 1;
        }
    }
}
