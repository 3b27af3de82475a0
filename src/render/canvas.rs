//! A white page of grey pixels with images, frames and text. The only home of the caption font.

use super::raster::{Raster, grey};
use super::{caption, checked_pixels};
use crate::error::Result;
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

/// The page, 0 (black) to 255 (white).
pub(super) const PAPER: u8 = 255;

pub(super) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    size: RasterHeight,
    weight: FontWeight,
    ink: u8,
}

impl Style {
    pub const TITLE: Self = Self { size: RasterHeight::Size24, weight: FontWeight::Bold, ink: 20 };
    pub const SMALL: Self = Self::regular(RasterHeight::Size16);
    pub const LARGE: Self = Self::regular(RasterHeight::Size20);

    const fn regular(size: RasterHeight) -> Self {
        Self { size, weight: FontWeight::Regular, ink: 90 }
    }

    /// The same size, bold and darker.
    pub fn emphasised(self) -> Self {
        Self { weight: FontWeight::Bold, ink: 20, ..self }
    }

    /// The pixels from one line to the next.
    pub fn line_height(self) -> usize {
        self.size.val() + 2
    }

    /// The pixels that `columns` characters take.
    pub fn width(self, columns: usize) -> usize {
        get_raster_width(self.weight, self.size) * columns
    }

    /// The characters that fit into `width` pixels.
    pub fn columns(self, width: usize) -> usize {
        width / self.width(1)
    }
}

impl Canvas {
    /// An empty page of `width` x `height` pixels.
    pub fn new(width: usize, height: usize) -> Result<Self> {
        let pixels = vec![PAPER; checked_pixels(width, height)?];
        Ok(Self { width, height, pixels })
    }

    /// Draws `raster`, its upper left corner at (`x`, `y`), cut off at the end of the page.
    pub fn image(&mut self, x: usize, y: usize, raster: &Raster) {
        for (row, values) in raster.values.chunks_exact(raster.width).enumerate() {
            let pixels = self.run(x, y + row, values.len());
            pixels.iter_mut().zip(values).for_each(|(pixel, &ink)| *pixel = grey(ink));
        }
    }

    /// Fills a rectangle with one `level`.
    pub fn fill(&mut self, (x, y): (usize, usize), (width, height): (usize, usize), level: u8) {
        for row in y..y + height {
            self.run(x, row, width).fill(level);
        }
    }

    /// Writes one line with its upper left corner at (`x`, `y`), cut to `width` pixels.
    pub fn text(&mut self, (x, y): (usize, usize), text: &str, style: Style, width: usize) {
        let text = caption::fitted(text, style.columns(width));
        for (column, row, part) in inked(&text, style) {
            self.blend(x + column, y + row, style.ink, part);
        }
    }

    /// The pixels of row `y` from column `x` on: `width` of them, or as many as the page has.
    fn run(&mut self, x: usize, y: usize, width: usize) -> &mut [u8] {
        if y >= self.height {
            return &mut [];
        }
        let [start, end] = [x, x + width].map(|column| y * self.width + column.min(self.width));
        &mut self.pixels[start..end]
    }

    /// Mixes `level` into one pixel; `part` of 255 is `level` alone, 0 leaves the pixel as it is.
    fn blend(&mut self, x: usize, y: usize, level: u8, part: u8) {
        if x >= self.width || y >= self.height {
            return;
        }
        let pixel = &mut self.pixels[y * self.width + x];
        let (old, new, part) = (u32::from(*pixel), u32::from(level), u32::from(part));
        *pixel = ((old * (255 - part) + new * part + 127) / 255) as u8;
    }
}

/// The pixels of one line of text, each by its column, its row, and how much of it is ink, 0 to
/// 255. A character that the font lacks becomes `?`.
pub(super) fn inked(text: &str, style: Style) -> impl Iterator<Item = (usize, usize, u8)> {
    let raster = move |c| get_raster(c, style.weight, style.size);
    text.chars().enumerate().flat_map(move |(i, c)| {
        let glyph = raster(c).or_else(|| raster('?'));
        let parts = |(row, parts): (usize, &[u8])| -> Vec<_> {
            let left = style.width(i);
            parts.iter().enumerate().map(|(column, &part)| (left + column, row, part)).collect()
        };
        glyph.iter().flat_map(|glyph| glyph.rows().enumerate()).flat_map(parts).collect::<Vec<_>>()
    })
}
