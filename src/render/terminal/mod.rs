//! The means as text for a terminal: coloured half blocks, or plain ASCII shades where colour or
//! Unicode is unwanted. A character is about twice as high as wide, so it shows two pixels, one
//! above the other, and squares look square.

use super::caption;
use super::raster::{Raster, grey};
use super::{Shape, Tile, caption_lines, checked_pixels, require_tiles};
use crate::error::Result;
use std::fmt::Write;

/// The room for the images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Characters in a line, from 1 to 65535; values outside count as the nearest.
    pub width: usize,
    /// Images side by side, if there is room; `None` takes as many as fit at full size.
    pub columns: Option<usize>,
}

/// The colours a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// 24 bits a colour: all 256 greys.
    Rgb,
    /// The fixed palette of 256 colours: 26 greys.
    Ansi256,
}

/// Characters from no ink to full ink.
const RAMP: [char; 10] = [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];
/// The most characters in a line that a terminal can report (16 bits).
const MAX_WIDTH: usize = 65_535;
/// Columns between two images.
const GAP: usize = 2;
/// Images with a shorter long side are enlarged to about this, in pixels.
const LEGIBLE: usize = 24;
const RESET: &str = "\x1b[0m";

/// `tiles` (all of one `shape`) as coloured half blocks, two pixels a character, in rows side by
/// side with their captions below. Images wider than their place are averaged down, tiny ones
/// enlarged. No line is wider than the grid, every line that sets a colour resets it, and every
/// line ends in a line feed. Errors: [`Error::Parameter`](crate::error::Error::Parameter) if there
/// are no tiles or a tile does not have the shape's size.
pub fn half_blocks(tiles: &[Tile], shape: Shape, grid: Grid, colours: Colours) -> Result<String> {
    draw(tiles, shape, grid, |raster, row, line| blocks_row(raster, row, line, colours))
}

/// `tiles` (all of one `shape`) in plain ASCII from blank (no ink) to `@`, in rows side by side
/// with their captions below. Sizes are those of [`half_blocks`]; there are no escapes and no
/// spaces at the end of a line. Errors: those of [`half_blocks`].
pub fn shade(tiles: &[Tile], shape: Shape, grid: Grid) -> Result<String> {
    draw(tiles, shape, grid, shade_row)
}

/// Sizes in characters across, pixels down.
struct Plan {
    columns: usize,
    tile: (usize, usize),
    cell: usize,
}

impl Plan {
    fn new(tiles: &[Tile], shape: Shape, grid: Grid) -> Self {
        let width = grid.width.clamp(1, MAX_WIDTH);
        let most = (width + GAP) / (1 + GAP);
        let wish = grid.columns.map(|c| c.clamp(1, most.max(1)));
        let room = wish.map_or(width, |c| (width + GAP) / c - GAP);
        let tile = size_in(shape, room);
        let longest = tiles.iter().flat_map(|t| &t.caption).map(|line| caption::columns(line));
        let cell = tile.0.max(longest.max().unwrap_or(0).min(room));
        let columns = wish.unwrap_or((width + GAP) / (cell + GAP));
        Self { columns: columns.clamp(1, tiles.len()), tile, cell }
    }
}

/// The size, as (width, height), of an image of `shape` in a place `room` wide.
fn size_in(shape: Shape, room: usize) -> (usize, usize) {
    let Shape { height, width } = shape;
    let (width, height) = if width > room {
        (room, (height * room + width / 2) / width)
    } else {
        let factor = (LEGIBLE / height.max(width)).min(room / width).max(1);
        (width * factor, height * factor)
    };
    // A single pixel row fills its characters.
    (width, height.max(2))
}

/// Lays out `tiles`, each line of each image written by `write_row`.
fn draw(
    tiles: &[Tile],
    shape: Shape,
    grid: Grid,
    write_row: impl Fn(&Raster, usize, &mut String),
) -> Result<String> {
    require_tiles(tiles)?;
    checked_pixels(shape.width, shape.height)?;
    let plan = Plan::new(tiles, shape, grid);
    let mut text = String::new();
    for (i, band) in tiles.chunks(plan.columns).enumerate() {
        if i > 0 {
            text.push('\n');
        }
        let raster = |t: &Tile| Ok(Raster::new(t.values, shape)?.resized(plan.tile.0, plan.tile.1));
        let rasters: Vec<Raster> = band.iter().map(raster).collect::<Result<_>>()?;
        for row in 0..plan.tile.1.div_ceil(2) {
            let image = |raster: &Raster| {
                let mut cell = String::new();
                write_row(raster, row, &mut cell);
                (cell, plan.tile.0)
            };
            push_line(&mut text, plan.cell, rasters.iter().map(image));
        }
        push_captions(&mut text, &plan, band);
    }
    Ok(text)
}

fn push_captions(text: &mut String, plan: &Plan, band: &[Tile]) {
    for line in 0..caption_lines(band) {
        let cell = |tile: &Tile| {
            let caption = tile.caption.get(line).map_or("", String::as_str);
            let caption = caption::fitted(caption, plan.cell);
            let columns = caption::columns(&caption);
            (caption, columns)
        };
        push_line(text, plan.cell, band.iter().map(cell));
    }
}

/// Appends one line of cells, each with the columns it takes, without spaces at its end.
fn push_line(text: &mut String, width: usize, cells: impl Iterator<Item = (String, usize)>) {
    let mut padding = 0;
    let start = text.len();
    for (cell, columns) in cells {
        text.extend(std::iter::repeat_n(' ', padding));
        text.push_str(&cell);
        padding = width + GAP - columns;
    }
    let end = text[start..].trim_end_matches(' ').len();
    text.truncate(start + end);
    text.push('\n');
}

/// One line of an image in shades: each character the mean of its two pixels.
fn shade_row(raster: &Raster, row: usize, line: &mut String) {
    for x in 0..raster.width {
        let upper = raster.value(x, 2 * row);
        let ink = lower(raster, x, row).map_or(upper, |lower| (upper + lower) / 2.0);
        let step = (ink * (RAMP.len() - 1) as f64).round() as usize;
        line.push(RAMP[step.min(RAMP.len() - 1)]);
    }
}

/// One line of an image in half blocks; a colour is set only where it changes.
fn blocks_row(raster: &Raster, row: usize, line: &mut String, colours: Colours) {
    let mut current = (None, None);
    for x in 0..raster.width {
        let wanted = (Some(grey(raster.value(x, 2 * row))), lower(raster, x, row).map(grey));
        if wanted.0 != current.0 {
            push_colour(line, 38, wanted.0, colours);
        }
        if wanted.1 != current.1 {
            push_colour(line, 48, wanted.1, colours);
        }
        current = wanted;
        line.push('\u{2580}');
    }
    line.push_str(RESET);
}

/// The pixel in the lower half of a character, none below an odd number of rows.
fn lower(raster: &Raster, x: usize, row: usize) -> Option<f64> {
    (2 * row + 1 < raster.height).then(|| raster.value(x, 2 * row + 1))
}

/// Sets foreground (`plane` 38) or background (48) to a grey: ECMA-48, ISO 8613-6.
fn push_colour(line: &mut String, plane: u8, level: Option<u8>, colours: Colours) {
    let Some(g) = level else { return };
    // Writing to a String cannot fail.
    let _ = match colours {
        Colours::Rgb => write!(line, "\x1b[{plane};2;{g};{g};{g}m"),
        Colours::Ansi256 => write!(line, "\x1b[{plane};5;{}m", palette_index(g)),
    };
}

/// The entry of the 256-colour palette nearest to a grey: 8, 18, .. 238 from 232, black, white.
fn palette_index(level: u8) -> u8 {
    match level {
        0..4 => 16,
        247.. => 231,
        _ => 232 + (level.saturating_sub(3) / 10).min(23),
    }
}

#[cfg(test)]
mod tests;
