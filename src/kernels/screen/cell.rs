//! The cells of screening's tables, and the walk along a row's list that adds them up.

use super::marks::Marks;
use crate::kernels::lanes::array;
use crate::kernels::row_block::{CELLS, FourNibbles, LIST_STEP, RowBlock};

/// One cell of a table: how far `N` components side by side lie below the upper bound, in units.
pub trait Cell<const N: usize>: Copy + Send + Sync {
    /// One number of a cell.
    type Lane;

    /// All components at the upper bound.
    const ZERO: Self;

    /// The largest number of units that a cell holds.
    const MAX_UNITS: u16;

    /// From the units of each component, none of them above [`Self::MAX_UNITS`].
    fn new(units: &[u16; N]) -> Self;

    /// All numbers of a table, cell after cell.
    fn lanes(table: &Tile<Self>) -> &[Self::Lane];

    /// The marks of a row for M chunks of components: for each chunk its marks in `first`, from
    /// which the cells of its table that `list` names are subtracted. Subtractions saturate.
    fn totals<const M: usize>(
        first: [Marks<N>; M],
        tables: [&[Self::Lane]; M],
        list: &[FourNibbles],
    ) -> [Marks<N>; M];
}

/// The cells of one tile, on cache lines of their own. There is one more, which is never looked up.
/// It makes any place that an entry can name valid, so a look-up needs no check.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Tile<C>([C; CELLS + 1]);

/// A cell with two bytes for each component: units are so fine that few beyond reach remain.
pub type Wide<const N: usize> = [i16; N];

/// A cell with one byte for each of 64 components, for tables that come from the second-level
/// cache. Its units are coarser, so it leaves more candidates. It is read in half the time, which
/// outweighs that. A number holds two components: `l` in the low byte, `32 + l` in the high one.
pub type Narrow = [u16; 32];

impl<C: Copy> Tile<C> {
    /// All cells alike.
    pub fn filled(cell: C) -> Self {
        Self([cell; CELLS + 1])
    }

    /// The cells, byte of a row after byte: two groups of 16 each.
    pub fn bytes_mut(&mut self) -> &mut [[C; 32]] {
        self.0.as_chunks_mut().0
    }
}

/// The lanes of all cells of a table. Cut to a length that the compiler knows, they need no check
/// at a look-up. `as_flattened` may stay a call, so this is called for tables, not for rows.
#[inline(always)]
fn table_lanes<T, const L: usize>(table: &Tile<[T; L]>) -> &[T] {
    const { assert!(L.is_multiple_of(16)) }
    &table.0.as_flattened()[..(CELLS + 1) * L]
}

/// The cell of L lanes at a place. A place is 16 times the cell's number: nothing is multiplied.
#[inline(always)]
fn cell_at<T, const L: usize>(lanes: &[T], place: usize) -> &[T; L] {
    lanes[place * (L / 16)..].first_chunk().expect("a cell behind the last place")
}

/// Some chunks of the marks of rows.
#[derive(Debug)]
pub struct Chunks<'a, const N: usize> {
    /// The marks of each row in turn, `stride` chunks for each.
    pub totals: &'a mut [Marks<N>],
    /// The number of chunks of a row.
    pub stride: usize,
    /// The first chunk of a row that is worked on.
    pub offset: usize,
    /// The marks that these chunks begin with. `None`: those that they hold.
    pub first: Option<&'a [Marks<N>]>,
}

#[inline(always)]
pub(crate) fn screen_rows<C: Cell<N>, const N: usize>(
    cells: &[&Tile<C>],
    block: &RowBlock,
    tile: usize,
    positions: &[u32],
    chunks: Chunks<N>,
) {
    match *cells {
        [a] => subtract_cells([a], block, tile, positions, chunks),
        [a, b] => subtract_cells([a, b], block, tile, positions, chunks),
        _ => unreachable!("one or two tables"),
    }
}

/// Subtracts the cells that each row's list names from M of its chunks.
#[inline(always)]
fn subtract_cells<C: Cell<N>, const M: usize, const N: usize>(
    cells: [&Tile<C>; M],
    block: &RowBlock,
    tile: usize,
    positions: &[u32],
    chunks: Chunks<N>,
) {
    let Chunks { totals, stride, offset, first } = chunks;
    let first = first.map(|first| *first.first_chunk::<M>().expect("marks of all chunks"));
    let mut tables: [&[C::Lane]; M] = [&[]; M];
    for (table, cells) in tables.iter_mut().zip(cells) {
        *table = C::lanes(cells);
    }
    for (i, &position) in positions.iter().enumerate() {
        block.prefetch_nibbles(tile, positions, i);
        let list = block.nibbles(tile, position as usize);
        let row = &mut totals[i * stride + offset..(i + 1) * stride];
        let totals = row.first_chunk_mut::<M>().expect("totals of all chunks");
        *totals = C::totals(first.unwrap_or(*totals), tables, list);
    }
}

impl<const N: usize> Cell<N> for Wide<N> {
    type Lane = i16;

    const ZERO: Self = [0; N];
    const MAX_UNITS: u16 = i16::MAX as u16;

    #[inline(always)]
    fn new(units: &[u16; N]) -> Self {
        array(|l| units[l] as i16)
    }

    #[inline(always)]
    fn lanes(table: &Tile<Self>) -> &[i16] {
        table_lanes(table)
    }

    /// There are two interleaved sums: additions of one do not wait for the other's.
    #[inline(always)]
    fn totals<const M: usize>(
        first: [Marks<N>; M],
        tables: [&[Self::Lane]; M],
        list: &[FourNibbles],
    ) -> [Marks<N>; M] {
        let mut sums = [first, [Marks([0; N]); M]];
        for four in list {
            for i in 0..LIST_STEP {
                for (m, sum) in sums[i % 2].iter_mut().enumerate() {
                    *sum = sum.subtract(cell_at(tables[m], four.place(i)));
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
    type Lane = u16;

    const ZERO: Self = [0; 32];
    const MAX_UNITS: u16 = u8::MAX as u16;

    #[inline(always)]
    fn new(units: &[u16; 64]) -> Self {
        let (low, high) = units.split_at(32);
        array(|l| low[l] | high[l] << 8)
    }

    #[inline(always)]
    fn lanes(table: &Tile<Self>) -> &[u16] {
        table_lanes(table)
    }

    /// It sums whole numbers, and their high bytes apart. The sums of the low bytes follow from
    /// these: one shift, no unpacking. A tile has 256 groups, so neither exceeds 16 bits.
    #[inline(always)]
    fn totals<const M: usize>(
        mut first: [Marks<64>; M],
        tables: [&[Self::Lane]; M],
        list: &[FourNibbles],
    ) -> [Marks<64>; M] {
        let (mut both, mut high) = ([[0_u16; 32]; M], [[0_u16; 32]; M]);
        for four in list {
            for i in 0..LIST_STEP {
                for m in 0..M {
                    let cell: &Self = cell_at(tables[m], four.place(i));
                    for l in 0..32 {
                        both[m][l] = both[m][l].wrapping_add(cell[l]);
                        high[m][l] = high[m][l].wrapping_add(cell[l] >> 8);
                    }
                }
            }
        }
        let capped = |units: u16| units.min(i16::MAX as u16) as i16;
        for (m, first) in first.iter_mut().enumerate() {
            let mut units = [0; 64];
            for l in 0..32 {
                units[l] = capped(both[m][l].wrapping_sub(high[m][l] << 8));
                units[32 + l] = capped(high[m][l]);
            }
            *first = first.subtract(&units);
        }
        first
    }
}

const _: () = assert!(CELLS / 16 * (u8::MAX as usize) <= u16::MAX as usize);
