//! A white page of grey pixels with images, frames and text. The only home of the caption font.

use super::raster::Raster;
use super::{caption, checked_pixels};
use crate::error::Result;
use image::{GrayImage, Luma, imageops};
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

const PAPER: u8 = 255;

pub(super) struct Canvas(pub GrayImage);

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

    /// The same in another grey.
    pub fn with_ink(self, ink: u8) -> Self {
        Self { ink, ..self }
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
        checked_pixels(width, height)?;
        Ok(Self(uniform(width, height, PAPER)))
    }

    /// Draws `raster`, its upper left corner at (`x`, `y`), cut off at the end of the page.
    pub fn image(&mut self, (x, y): (usize, usize), raster: &Raster) {
        imageops::replace(&mut self.0, &raster.to_image(), x as i64, y as i64);
    }

    /// Fills a rectangle with one `level`.
    pub fn fill(&mut self, (x, y): (usize, usize), (width, height): (usize, usize), level: u8) {
        imageops::replace(&mut self.0, &uniform(width, height, level), x as i64, y as i64);
    }

    /// Writes one line with its upper left corner at (`x`, `y`), cut to `width` pixels.
    pub fn text(&mut self, (x, y): (usize, usize), text: &str, style: Style, width: usize) {
        let text = caption::fitted(text, style.columns(width));
        for (column, row, part) in inked(&text, style) {
            let (x, y) = ((x + column) as u32, (y + row) as u32);
            if let Some(Luma([pixel])) = self.0.get_pixel_mut_checked(x, y) {
                let [old, new, part] = [*pixel, style.ink, part].map(u32::from);
                *pixel = ((old * (255 - part) + new * part + 127) / 255) as u8;
            }
        }
    }
}

fn uniform(width: usize, height: usize, level: u8) -> GrayImage {
    GrayImage::from_pixel(width as u32, height as u32, Luma([level]))
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
