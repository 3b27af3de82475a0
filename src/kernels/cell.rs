//! The cells of screening's tables, and the walk along a row's list that adds them up.
//!
//! What is here is inlined into [`super::dispatch`], which compiles it once for each instruction set.

use super::lanes::array;
use super::row_block::{CELLS, Entries, RowBlock};
use super::screen::Marks;

/// One cell of a table: how far `N` components side by side lie behind the envelope, in units.
pub trait Cell<const N: usize>: Copy + Send + Sync {
    /// On the envelope.
    const ZERO: Self;

    /// The largest number of units that a cell holds.
    const MOST: u16;

    /// From so many units for each component, none of them above [`Self::MOST`].
    fn new(units: &[u16; N]) -> Self;

    /// For each of M tables, `first` less the cells of `list`, saturating.
    fn totals<const M: usize>(
        first: [Marks<N>; M],
        cells: [&Tile<Self>; M],
        list: &[Entries],
    ) -> [Marks<N>; M];
}

/// The cells of one tile, on cache lines of their own.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Tile<C>(pub [C; CELLS]);

/// A cell with two bytes for each component: units can be so fine that hardly any component beyond reach remains.
#[derive(Debug, Clone, Copy)]
pub struct Wide<const N: usize>([i16; N]);

/// A cell with one byte for each of 64 components, for tables that come from the second-level cache: a small one with
/// coarse units is read in half the time, which outweighs the candidates that it fails to leave out.
///
/// Two components to a number: `l` in the low byte, `32 + l` in the high one.
#[derive(Debug, Clone, Copy)]
pub struct Narrow([u16; 32]);

/// Some chunks of the totals of rows.
#[derive(Debug)]
pub struct Chunks<'a, const N: usize> {
    /// For each row, `stride` chunks.
    pub totals: &'a mut [Marks<N>],
    /// See there.
    pub stride: usize,
    /// The first chunk of a row that is meant.
    pub offset: usize,
    /// What these chunks are to begin with, whatever they hold.
    pub first: Option<&'a [Marks<N>]>,
}

#[inline(always)]
pub(super) fn screen_rows<C: Cell<N>, const N: usize>(
    cells: &[&Tile<C>],
    block: &RowBlock,
    tile: usize,
    positions: &[u32],
    chunks: Chunks<N>,
) {
    let Chunks { totals, stride, offset, first } = chunks;
    for (i, &position) in positions.iter().enumerate() {
        block.ask_for_nibbles(tile, positions, i);
        let list = block.nibbles(tile, position as usize);
        let row = &mut totals[i * stride + offset..(i + 1) * stride];
        match *cells {
            [a] => take_off([a], list, first, row),
            [a, b] => take_off([a, b], list, first, row),
            _ => {}
        }
    }
}

/// Takes the cells of `list` from the first M of `totals`, which begin as those of `first` where there are any.
#[inline(always)]
fn take_off<C: Cell<N>, const M: usize, const N: usize>(
    cells: [&Tile<C>; M],
    list: &[Entries],
    first: Option<&[Marks<N>]>,
    totals: &mut [Marks<N>],
) {
    if let Some(totals) = totals.first_chunk_mut::<M>() {
        let first = first.and_then(<[_]>::first_chunk);
        *totals = C::totals(*first.unwrap_or(totals), cells, list);
    }
}

// Entries are looked up with their bounds checked: masking them would be done for four at a time in a vector register, and
// getting them out of there again costs more than the additions.

impl<const N: usize> Cell<N> for Wide<N> {
    const ZERO: Self = Self([0; N]);
    const MOST: u16 = i16::MAX as u16;

    #[inline(always)]
    fn new(units: &[u16; N]) -> Self {
        Self(array(|l| units[l] as i16))
    }

    /// As two interleaved sums: additions of one need not wait for the other's.
    #[inline(always)]
    fn totals<const M: usize>(
        first: [Marks<N>; M],
        cells: [&Tile<Self>; M],
        list: &[Entries],
    ) -> [Marks<N>; M] {
        let mut sums = [first, [Marks([0; N]); M]];
        for four in list {
            for (i, &entry) in four.iter().enumerate() {
                for (m, sum) in sums[i % 2].iter_mut().enumerate() {
                    *sum = sum.less(&cells[m].0[usize::from(entry)].0);
                }
            }
        }
        let [mut even, odd] = sums;
        for (m, sum) in even.iter_mut().enumerate() {
            *sum = sum.add(odd[m]);
        }
        even
    }
}

impl Cell<64> for Narrow {
    const ZERO: Self = Self([0; 32]);
    const MOST: u16 = u8::MAX as u16;

    #[inline(always)]
    fn new(units: &[u16; 64]) -> Self {
        let (low, high) = units.split_at(32);
        Self(array(|l| low[l] | high[l] << 8))
    }

    /// Sums the numbers whole and their high bytes apart, from which the sums of the low bytes follow: one shift, no unpacking.
    /// A tile has 256 groups, so neither sum of bytes exceeds 16 bits.
    #[inline(always)]
    fn totals<const M: usize>(
        mut first: [Marks<64>; M],
        cells: [&Tile<Self>; M],
        list: &[Entries],
    ) -> [Marks<64>; M] {
        let (mut both, mut high) = ([[0_u16; 32]; M], [[0_u16; 32]; M]);
        for four in list {
            for &entry in four {
                for m in 0..M {
                    let cell = cells[m].0[usize::from(entry)].0;
                    for l in 0..32 {
                        both[m][l] = both[m][l].wrapping_add(cell[l]);
                        high[m][l] = high[m][l].wrapping_add(cell[l] >> 8);
                    }
                }
            }
        }
        let most = |units: u16| units.min(i16::MAX as u16) as i16;
        for (m, first) in first.iter_mut().enumerate() {
            let mut units = [0; 64];
            for l in 0..32 {
                units[l] = most(both[m][l].wrapping_sub(high[m][l] << 8));
                units[32 + l] = most(high[m][l]);
            }
            *first = first.less(&units);
        }
        first
    }
}

const _: () = assert!(CELLS / 16 * (u8::MAX as usize) <= u16::MAX as usize);
