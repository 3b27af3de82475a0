//! Pictures of clusters: a PNG of one mean, a captioned contact sheet of many, and text for a
//! terminal; for tables a heat map and bars with the names of the items; and a line plot.
//! Everything here turns numbers into bytes or a `String`; nothing prints or opens a path. Ink is
//! white on black, as in MNIST; captions stand on white.

mod bars;
mod canvas;
mod caption;
mod heat_map;
mod plot;
mod png;
mod raster;
mod report;
mod sheet;
mod sheet_layout;
mod terminal;

pub use bars::bars;
pub use heat_map::{fits_heat_map, heat_map_png};
pub use plot::{Axes, Line, LinePlot};
pub use png::{grey_png, mean_png};
pub use report::{Base64Numbers, base64, from_base64, report_data, report_page};
pub use sheet::{Sheet, sheet_png};
pub use terminal::{Colours, Grid, half_blocks, shade};

use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;

/// Height and width of an image in pixels; plain rows of D features are `1 x D`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
}

/// One image with the text under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile<'a> {
    /// Ink from 0 (black) to 1 (white), row by row, `height * width` values; clamped, NaN as 0.
    pub values: &'a [f64],
    /// Lines below the image, the first emphasised; too long ones end in `..`.
    pub caption: Vec<String>,
}

/// One tile for each cluster of `mixture`, in its order, captioned with number and weight.
pub fn mean_tiles(mixture: &BernoulliMixture) -> Vec<Tile<'_>> {
    let tile = |(k, weight): (usize, &f64)| Tile {
        values: mixture.mean(k),
        caption: vec![format!("cluster {k}"), format!("weight {weight:.3}")],
    };
    mixture.weights().iter().enumerate().map(tile).collect()
}

/// The most pixels of any picture made here: 256 MiB, far beyond what a viewer shows at once.
const MAX_PIXELS: usize = 1 << 28;

/// The number of pixels of a picture, if it is neither empty nor unreasonably large.
fn checked_pixels(width: usize, height: usize) -> Result<usize> {
    match width.checked_mul(height) {
        Some(pixels) if (1..=MAX_PIXELS).contains(&pixels) => Ok(pixels),
        _ => {
            let allowed = format!("at least 1 x 1 and at most {MAX_PIXELS} pixels");
            Err(Error::parameter("picture", format!("{height} x {width}"), allowed))
        }
    }
}

fn caption_lines(tiles: &[Tile]) -> usize {
    tiles.iter().map(|tile| tile.caption.len()).max().unwrap_or(0)
}

fn require_tiles(tiles: &[Tile]) -> Result<()> {
    if tiles.is_empty() {
        return Err(Error::parameter("the number of images to draw", 0, "at least 1"));
    }
    Ok(())
}
