//! What the kernels of screening give.

use super::*;
use crate::kernels::row_block::FourNibbles;
use crate::kernels::screen::cell::{Chunks, Tile};
use crate::kernels::screen::envelope::{Envelope, LOG_ODDS_OF_ZERO, ScreenedComponent};
use crate::kernels::screen::marks::{Marks, SATURATED};
use crate::kernels::screen::select::Candidates;

/// Chunks of components in the walk that screens.
const N_CHUNKS: usize = 3;

fn marks<const N: usize>(n: usize, scale: f64) -> Vec<Marks<N>> {
    let mark = |i| if i % 97 == 5 { SATURATED } else { ((noise(i) - 1.0) * scale) as i16 };
    (0..n).map(|n| Marks(std::array::from_fn(|l| mark(n * N + l)))).collect()
}

fn bits_of_marks<const N: usize>(marks: &[Marks<N>]) -> impl Iterator<Item = u64> + '_ {
    marks.iter().flat_map(|v| v.0).map(|mark| mark as u64)
}

/// What cells take from totals of 0: all that can be told of them.
fn bits_of_cells<C: Cell<N>, const N: usize>(cells: &[C]) -> Vec<u64> {
    let mut tile = Box::new(Tile::filled(C::ZERO));
    let taken = |cell: &C| {
        tile.bytes_mut()[0][1] = *cell;
        C::totals([Marks([0; N])], [C::lanes(&tile)], &[FourNibbles::from([1, 0, 0, 0])])[0].0
    };
    cells.iter().flat_map(taken).map(|mark| mark as u64).collect()
}

/// A table with any cells: small ones, and one in 97 as large as they get.
fn tile<C: Cell<N>, const N: usize>(seed: usize, scale: f64) -> Box<Tile<C>> {
    let mut tile = Box::new(Tile::filled(C::ZERO));
    for (c, cell) in tile.bytes_mut().as_flattened_mut().iter_mut().enumerate() {
        let units = |l: usize| match seed + c * N + l {
            i if i % 97 == 5 => C::MAX_UNITS,
            i => ((noise(i) + 1.0) * scale).min(f64::from(C::MAX_UNITS)) as u16,
        };
        *cell = C::new(&std::array::from_fn(units));
    }
    tile
}

/// Features that are never one, for every third component.
fn never(n: usize, stride: usize) -> Vec<Option<Vec<u16>>> {
    let mask = |k: usize, w: usize| match (k + w) % 5 {
        0 => 0xffff,
        _ => ((k * 7 + w) * 0x101) as u16 & 0x1111,
    };
    (0..n).map(|k| (k % 3 == 0).then(|| (0..stride).map(|w| mask(k, w)).collect())).collect()
}

/// Calls `use_them` with so many components over `n_bytes` bytes.
fn with_components<T>(
    n: usize,
    n_bytes: usize,
    use_them: impl FnOnce(&[ScreenedComponent]) -> T,
) -> T {
    let stride = n_bytes.div_ceil(2);
    let (log_odds, never) = (log_odds(n, stride), never(n, stride));
    let components: Vec<ScreenedComponent> = log_odds
        .chunks(stride)
        .zip(&never)
        .map(|(log_odds, never)| ScreenedComponent { log_odds, never: never.as_deref() })
        .collect();
    use_them(&components)
}

/// Envelopes of several components, of none, and of one with features that are never one.
pub(super) fn envelopes(platform: Platform, bits: &mut Vec<u64>) {
    let cases = [(5, 1, 0), (5, 7, 2), (5, 16, 16), (0, 2, 0), (1, 3, 0)];
    for (n_components, n_bytes, first) in cases {
        let mut envelope = vec![[Envelope::NONE; 2]; n_bytes];
        with_components(n_components, first + n_bytes, |components| {
            components.iter().for_each(|c| platform.widen_envelope(&mut envelope, *c, first));
        });
        for Envelope { upper_bound, lower_bound } in envelope.as_flattened() {
            bits.extend(upper_bound.iter().chain(lower_bound).map(|sum| u64::from(sum.to_bits())));
        }
    }
}

pub(super) fn filled_cells<C: Cell<N>, const N: usize>(platform: Platform, bits: &mut Vec<u64>) {
    let sum = |i: usize| if i % 7 == 3 { LOG_ODDS_OF_ZERO } else { 20.0 + 20.0 * noise(i) as f32 };
    let patterns = |g: usize| std::array::from_fn(|p| sum(g * 16 + p));
    for n in [0, 1, 3, N - 1, N] {
        for units in [64.0, 8.0, 1.0] {
            let envelope =
                std::array::from_fn(|g| Envelope { upper_bound: patterns(g), ..Envelope::NONE });
            for index in 0..4 {
                let mut cells = [C::ZERO; 32];
                with_components(n, 4, |c| {
                    platform.fill_cells(&mut cells, c, index, &envelope, units)
                });
                bits.extend(bits_of_cells(&cells));
            }
        }
    }
}

/// Totals of the last chunks of three, for some of the rows: from small to saturated, one table and
/// two at once, from what is there and from the beginning.
pub(super) fn screened_marks<C: Cell<N>, const N: usize>(platform: Platform, bits: &mut Vec<u64>) {
    for (block, d) in blocks() {
        for (tile, scale) in (0..tile_count(d)).zip([20.0, 400.0, 9000.0]) {
            let positions: Vec<u32> = (0..37).filter(|p| p % 5 != 2).collect();
            let tables = [0, 1].map(|i| self::tile::<C, N>(i * 1000, scale));
            let tables: Vec<&Tile<C>> = tables.iter().map(|table| &**table).collect();
            let beginning = marks::<N>(2, 300.0);
            for n_tables in 1..=2 {
                for first in [None, Some(&beginning[..])] {
                    let mut totals = marks::<N>(positions.len() * N_CHUNKS, 100.0);
                    let (tables, offset) = (&tables[..n_tables], N_CHUNKS - n_tables);
                    let chunks = Chunks { totals: &mut totals, stride: N_CHUNKS, offset, first };
                    platform.screen_rows(tables, &block, tile, &positions, chunks);
                    bits.extend(bits_of_marks(&totals));
                }
            }
        }
    }
}

pub(super) fn candidates<const N: usize>(platform: Platform, bits: &mut Vec<u64>) {
    for n_components in [1, N - 3, N, N + 1, 2 * N - 1] {
        let stride = n_components.div_ceil(N);
        for scale in [10.0, 1500.0, 16_000.0] {
            let mut totals = marks::<N>(24 * stride, scale);
            totals[..stride].fill(Marks([SATURATED; N]));
            totals[stride..2 * stride].fill(Marks([0; N]));
            for row in totals.chunks_mut(stride) {
                (n_components..stride * N).for_each(|k| row[k / N].0[k % N] = SATURATED);
            }
            let reach: Vec<i16> = (0..24).map(|i| [0, 1, 700, 1600, i16::MAX][i % 5]).collect();
            let mut found = Candidates::default();
            let positions: Vec<u32> = (0..24).map(|row| row * 3).collect();
            platform.select(&totals, n_components, &positions, &reach, &mut found);
            bits.extend(bits_of_found(&found));
        }
    }
}

fn bits_of_found(found: &Candidates) -> Vec<u64> {
    let Candidates { single, two_way, multi_way, n_saturated, .. } = found;
    let mut bits: Vec<u64> = single.slack.iter().map(|slack| *slack as u64).collect();
    let numbers = [&single.positions, &single.components, &two_way.positions];
    bits.extend(numbers.into_iter().flatten().map(|number| u64::from(*number)));
    bits.extend(two_way.components.as_flattened().iter().map(|k| u64::from(*k)));
    bits.extend(multi_way.components().iter().map(|k| u64::from(*k)));
    bits.extend(multi_way.rows().flat_map(|(row, range)| [u64::from(row), range.end as u64]));
    bits.extend(two_way.values.iter().chain(multi_way.values()).map(|value| value.to_bits()));
    bits.push(*n_saturated as u64);
    bits
}
