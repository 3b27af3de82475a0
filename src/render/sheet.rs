//! The contact sheet: all clusters in one captioned picture, made to be put into a paper as it is.

use super::canvas::{Canvas, Style};
use super::sheet_layout::{CAPTION_GAP, Layout, MARGIN};
use super::{Shape, Tile, require_tiles};
use super::{caption, png::grey_picture, raster::Raster};
use crate::error::Result;

/// What a contact sheet says around its tiles, and how it lays them out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sheet<'a> {
    /// Above the tiles, broken into lines where needed; none if empty.
    pub title: &'a str,
    /// Below the tiles, smaller; none if empty.
    pub foot: &'a str,
    /// Tiles side by side, at most as many as there is room for; `None` chooses.
    pub columns: Option<usize>,
}

const FRAME: u8 = 128;
/// The greys of lines between the features of a single row.
const DARK_LINE: u8 = 56;
const LIGHT_LINE: u8 = 160;
/// Features narrower than this, in pixels, have no lines between them.
const MIN_SEPARATED: usize = 12;
/// From the title to the tiles and from the tiles to the foot, in pixels.
pub(super) const SECTION_GAP: usize = 24;
/// The greatest width of a sheet that its text alone can cause, in pixels.
pub(super) const TEXT_WIDTH: usize = 560;

/// A grey PNG of `tiles` (all of one `shape`) in a grid, at most 1600 pixels wide. Images are
/// enlarged by whole numbers, or averaged where there is no room; white ink on black tiles on a
/// white page. Errors: [`Error::Parameter`](crate::error::Error::Parameter) if there are no tiles,
/// a tile does not have the shape's size, or the sheet would be larger than 2^28 pixels.
pub fn sheet_png(tiles: &[Tile], shape: Shape, sheet: &Sheet) -> Result<Vec<u8>> {
    require_tiles(tiles)?;
    super::checked_pixels(shape.width, shape.height)?;
    let layout = Layout::new(tiles, shape, sheet.columns);
    let (grid_width, grid_height) = layout.grid(tiles.len());
    let width = grid_width.max(text_width(sheet).min(TEXT_WIDTH));
    let title = Block::new(sheet.title, Style::TITLE, width);
    let foot = Block::new(sheet.foot, Style::SMALL, width);

    let top = MARGIN + title.height_with_gap();
    let foot_gap = foot.height_with_gap();
    let mut canvas = Canvas::new(width + 2 * MARGIN, top + grid_height + foot_gap + MARGIN)?;
    title.draw(&mut canvas, MARGIN, width);
    for (i, tile) in tiles.iter().enumerate() {
        let (x, y) = layout.corner(i);
        draw_tile(&mut canvas, (MARGIN + x, top + y), tile, shape, &layout)?;
    }
    foot.draw(&mut canvas, top + grid_height + SECTION_GAP, width);
    grey_picture(&canvas.0)
}

/// The pixels that title and foot take in one line each.
pub(super) fn text_width(sheet: &Sheet) -> usize {
    let width = |text, style: Style| style.width(caption::columns(text));
    width(sheet.title, Style::TITLE).max(width(sheet.foot, Style::SMALL))
}

pub(super) struct Block {
    lines: Vec<String>,
    style: Style,
}

impl Block {
    pub(super) fn new(text: &str, style: Style, width: usize) -> Self {
        Self { lines: caption::wrapped(text, style.columns(width)), style }
    }

    /// The height of the text and the space between it and the tiles, 0 without text.
    pub(super) fn height_with_gap(&self) -> usize {
        match self.lines.len() {
            0 => 0,
            lines => lines * self.style.line_height() + SECTION_GAP,
        }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, top: usize, width: usize) {
        for (i, line) in self.lines.iter().enumerate() {
            let y = top + i * self.style.line_height();
            canvas.text((MARGIN, y), line, self.style, width);
        }
    }
}

/// Draws image, frame and caption of one tile, its upper left corner at `at`.
fn draw_tile(
    canvas: &mut Canvas,
    at: (usize, usize),
    tile: &Tile,
    shape: Shape,
    layout: &Layout,
) -> Result<()> {
    let ((x, y), (width, height)) = (at, layout.tile);
    // A frame one pixel wide, else white ink at the edge would run into the page.
    canvas.fill((x - 1, y - 1), (width + 2, height + 2), FRAME);
    let raster = Raster::new(tile.values, shape)?;
    canvas.image(at, &raster.resized(width, height));
    draw_separators(canvas, at, &raster, layout.tile);
    for (i, line) in tile.caption.iter().enumerate() {
        let style = if i == 0 { layout.caption.emphasised() } else { layout.caption };
        let y = y + height + CAPTION_GAP + i * style.line_height();
        canvas.text((x, y), line, style, layout.cell.0);
    }
    Ok(())
}

/// Lines between the features of a single row, or equal neighbours would look like one.
fn draw_separators(
    canvas: &mut Canvas,
    (x, y): (usize, usize),
    raster: &Raster,
    (width, height): (usize, usize),
) {
    let step = width / raster.width;
    if raster.height > 1 || step < MIN_SEPARATED {
        return;
    }
    for i in 1..raster.width {
        // Darker than light features and lighter than dark ones, or mid grey would hide the line.
        let level = if raster.value(i - 1, 0) > 0.4 { DARK_LINE } else { LIGHT_LINE };
        canvas.fill((x + i * step, y), (1, height), level);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::GrayImage;

    fn decoded(tiles: &[Tile], shape: Shape, sheet: &Sheet) -> GrayImage {
        image::load_from_memory(&sheet_png(tiles, shape, sheet).unwrap()).unwrap().into_luma8()
    }

    fn tiles(values: &[f64], n: usize, lines: usize) -> Vec<Tile<'_>> {
        let caption = |k| vec![format!("cluster {k}"); lines];
        (0..n).map(|k| Tile { values, caption: caption(k) }).collect()
    }

    fn is_drawn(picture: &GrayImage, (x, y): (usize, usize), (w, h): (usize, usize)) -> bool {
        let part = image::imageops::crop_imm(picture, x as u32, y as u32, w as u32, h as u32);
        part.to_image().pixels().any(|p| p.0[0] != 255)
    }

    #[test]
    fn sheets_have_sane_sizes_and_captions() {
        for (height, width) in [(28, 28), (1, 4), (1, 784), (300, 200), (784, 1), (1, 1)] {
            let (shape, values) = (Shape { height, width }, vec![0.5; height * width]);
            for n in [1, 2, 10, 100] {
                let tiles = tiles(&values, n, 3);
                let picture = decoded(&tiles, shape, &Sheet::default());
                let (w, h) = picture.dimensions();
                assert!((80..=1600).contains(&w) && (100..=12_000).contains(&h), "{w} x {h}");
                let layout = Layout::new(&tiles, shape, None);
                for i in 0..n {
                    let (x, y) = layout.corner(i);
                    let below = (MARGIN + x, MARGIN + y + layout.tile.1 + CAPTION_GAP);
                    let text_height = layout.cell.1 - layout.tile.1 - CAPTION_GAP;
                    assert!(is_drawn(&picture, below, (layout.cell.0, text_height)));
                }
            }
        }
    }

    #[test]
    fn pixels_are_those_of_the_tile() {
        let mut values = vec![0.0; 28 * 28];
        values[29] = 1.0;
        let shape = Shape { height: 28, width: 28 };
        let picture = decoded(&tiles(&values, 1, 0), shape, &Sheet::default());
        assert_eq!(picture.dimensions(), (280 + 72, 280 + 72));
        let level =
            |x: usize, y: usize| picture.get_pixel((MARGIN + x) as u32, (MARGIN + y) as u32).0[0];
        let levels = [(0, 0), (9, 10), (10, 10), (19, 19), (20, 19)].map(|(x, y)| level(x, y));
        assert_eq!(levels, [0, 0, 255, 255, 0]);
        assert_eq!(picture.get_pixel(0, 0).0[0], 255);
    }

    #[test]
    fn title_and_foot_are_drawn_and_wrapped() {
        let (values, shape) = (vec![0.0; 16], Shape { height: 4, width: 4 });
        let tiles = tiles(&values, 1, 0);
        let plain = decoded(&tiles, shape, &Sheet::default());
        let title = "Ten clusters of handwritten digits, a title that needs more than one line";
        let sheet = Sheet { title, foot: "synthetic demo data", columns: None };
        let full = decoded(&tiles, shape, &sheet);
        assert!(full.width() > plain.width() && full.height() > plain.height() + 80);
        assert!(is_drawn(&full, (MARGIN, MARGIN), (200, 24)));
        assert!(is_drawn(&full, (MARGIN, full.height() as usize - MARGIN - 18), (150, 18)));
    }

    #[test]
    fn wrong_input_is_refused() {
        let square = Shape { height: 2, width: 2 };
        assert!(sheet_png(&[], square, &Sheet::default()).is_err());
        assert!(sheet_png(&tiles(&[0.0; 3], 2, 1), square, &Sheet::default()).is_err());
        let nothing = Shape { height: 0, width: 0 };
        assert!(sheet_png(&tiles(&[], 2, 1), nothing, &Sheet::default()).is_err());
    }
}
