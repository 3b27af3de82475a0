//! A picture of a table's clusters: a row for each item, a column for each cluster, and in each
//! cell the probability of a one, the darker the higher. Where it is not known the cell is blank.

use super::canvas::{Canvas, Style};
use super::png::grey_picture;
use super::sheet::{Block, SECTION_GAP, TEXT_WIDTH, text_width};
use super::sheet_layout::{CAPTION_GAP, MARGIN, MAX_CONTENT};
use super::{Sheet, Tile, caption, caption_lines, require_tiles};
use crate::error::{Error, Result};

/// Names and captions longer than this, in characters, are cut.
const MAX_NAME: usize = 32;
const MAX_CAPTION: usize = 20;
/// The most items that one looks through.
const MAX_ITEMS: usize = 100;
/// The most rows of all bands together: the picture grows with them.
const MAX_ROWS: usize = 2000;
/// Between names and cells, between captions, and between bands, in pixels.
const NAME_GAP: usize = 12;
const PAD: usize = 16;
const BAND_GAP: usize = 28;
const CELL_HEIGHT: usize = 26;
const LINE: u8 = 200;
const STYLE: Style = Style::SMALL;

/// Where names, captions and cells stand; lengths in pixels.
struct Plan {
    n_items: usize,
    /// Tiles side by side in a band.
    columns: usize,
    n_bands: usize,
    name_width: usize,
    cell_width: usize,
    captions_height: usize,
}

impl Plan {
    /// The plan of a picture, if it stays one that can be looked through.
    fn new(tiles: &[Tile], names: &[String], columns: Option<usize>) -> Option<Self> {
        let longest = |texts: &mut dyn Iterator<Item = &String>, most: usize| {
            STYLE.width(texts.map(|text| caption::columns(text)).max().unwrap_or(0).min(most))
        };
        let name_width = longest(&mut names.iter(), MAX_NAME);
        let captions = longest(&mut tiles.iter().flat_map(|tile| &tile.caption), MAX_CAPTION);
        let cell_width = captions.max(STYLE.width(4)) + PAD;
        let most = (MAX_CONTENT - name_width - NAME_GAP) / cell_width;
        let columns = columns.unwrap_or(tiles.len()).min(most).clamp(1, tiles.len().max(1));
        let (n_items, n_bands) = (names.len(), tiles.len().div_ceil(columns));
        let captions_height = caption_lines(tiles) * STYLE.line_height() + CAPTION_GAP;
        let fits = n_items <= MAX_ITEMS && n_items * n_bands <= MAX_ROWS;
        let plan = Self { n_items, columns, n_bands, name_width, cell_width, captions_height };
        fits.then_some(plan)
    }

    fn left(&self) -> usize {
        MARGIN + self.name_width + NAME_GAP
    }

    fn width(&self) -> usize {
        self.name_width + NAME_GAP + self.columns * self.cell_width
    }

    fn band_height(&self) -> usize {
        self.captions_height + self.n_items * CELL_HEIGHT
    }

    fn height(&self) -> usize {
        self.n_bands * (self.band_height() + BAND_GAP) - BAND_GAP
    }

    fn top_of_band(&self, band: usize) -> usize {
        band * (self.band_height() + BAND_GAP)
    }

    fn draw_names(&self, canvas: &mut Canvas, names: &[String], top: usize) {
        for (d, name) in names.iter().enumerate() {
            let y = top + self.captions_height + d * CELL_HEIGHT + (CELL_HEIGHT - 16) / 2;
            canvas.text((MARGIN, y), name, STYLE.with_ink(20), self.name_width);
        }
    }

    /// Draws caption and cells of the tile in `column` of a band.
    fn draw_tile(&self, canvas: &mut Canvas, tile: &Tile, (column, top): (usize, usize)) {
        let x = self.left() + column * self.cell_width;
        for (i, line) in tile.caption.iter().enumerate() {
            let style = if i == 0 { STYLE.emphasised() } else { STYLE };
            let room = self.cell_width - PAD / 2;
            canvas.text((x + PAD / 4, top + i * STYLE.line_height()), line, style, room);
        }
        for (d, value) in tile.values.iter().enumerate() {
            let y = top + self.captions_height + d * CELL_HEIGHT;
            self.draw_cell(canvas, (x, y), *value);
        }
    }

    fn draw_cell(&self, canvas: &mut Canvas, (x, y): (usize, usize), value: f64) {
        canvas.fill((x, y), (self.cell_width + 1, CELL_HEIGHT + 1), LINE);
        // NaN, a value that is not known, is as white as 0.
        let level = 255 - (value.clamp(0.0, 1.0) * 215.0).round() as u8;
        canvas.fill((x + 1, y + 1), (self.cell_width - 1, CELL_HEIGHT - 1), level);
        if value.is_nan() {
            return;
        }
        let style = STYLE.with_ink(if level > 150 { 20 } else { 255 });
        let indent = (self.cell_width - STYLE.width(4)) / 2;
        let at = (x + indent, y + (CELL_HEIGHT - 16) / 2);
        canvas.text(at, &format!("{value:.2}"), style, STYLE.width(4));
    }
}

/// Whether [`heat_map_png`] can draw these: at most 100 items, and not too many clusters.
pub fn fits_heat_map(tiles: &[Tile], names: &[String], sheet: &Sheet) -> bool {
    Plan::new(tiles, names, sheet.columns).is_some()
}

/// A grey PNG of `tiles`, whose values are those of the items `names`. Each tile is a column with
/// its caption above it, each item a named row; where there is no room for more columns, a further
/// band follows below. Errors: [`Error::Parameter`] if there are no tiles, a tile has not a value
/// for each name, or there are more than [`fits_heat_map`] allows.
pub fn heat_map_png(tiles: &[Tile], names: &[String], sheet: &Sheet) -> Result<Vec<u8>> {
    require_tiles(tiles)?;
    if let Some(tile) = tiles.iter().find(|tile| tile.values.len() != names.len()) {
        let allowed = format!("{}, one for each item", names.len());
        return Err(Error::parameter("the number of values", tile.values.len(), allowed));
    }
    let plan = Plan::new(tiles, names, sheet.columns).ok_or_else(|| {
        let allowed = format!("at most {MAX_ITEMS} items and {MAX_ROWS} rows");
        Error::parameter("the picture", format!("{} items", names.len()), allowed)
    })?;
    let width = plan.width().max(text_width(sheet).min(TEXT_WIDTH));
    let title = Block::new(sheet.title, Style::TITLE, width);
    let foot = Block::new(sheet.foot, STYLE, width);
    let top = MARGIN + title.height_with_gap();
    let bottom = top + plan.height() + foot.height_with_gap() + MARGIN;
    let mut canvas = Canvas::new(width + 2 * MARGIN, bottom)?;
    title.draw(&mut canvas, MARGIN, width);
    for (band, tiles) in tiles.chunks(plan.columns).enumerate() {
        let top = top + plan.top_of_band(band);
        plan.draw_names(&mut canvas, names, top);
        for (column, tile) in tiles.iter().enumerate() {
            plan.draw_tile(&mut canvas, tile, (column, top));
        }
    }
    foot.draw(&mut canvas, top + plan.height() + SECTION_GAP, width);
    grey_picture(&canvas.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiles(values: &[f64], n: usize) -> Vec<Tile<'_>> {
        let caption = |k| vec![format!("cluster {k}"), "weight 0.500".into()];
        (0..n).map(|k| Tile { values, caption: caption(k) }).collect()
    }

    fn size(values: &[f64], n: usize, names: &[String]) -> (u32, u32) {
        let png = heat_map_png(&tiles(values, n), names, &Sheet::default()).unwrap();
        let picture = image::load_from_memory(&png).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn clusters_are_columns_items_rows_and_many_clusters_bands() {
        let names = ["fever".to_owned(), "cough = yes".into(), "rash".into()];
        let [two, three] = [2, 3].map(|n| size(&[0.0, 0.5, 1.0], n, &names));
        assert!(two.0 < three.0 && two.1 == three.1, "{two:?} {three:?}");
        let many = size(&[0.0, 0.5, 1.0], 40, &names);
        assert!(many.0 <= 1600 && many.1 > two.1, "{many:?}");
    }

    #[test]
    fn cells_are_the_darker_the_higher() {
        let names = ["a".to_owned(), "b".into()];
        let png = heat_map_png(&tiles(&[0.0, 1.0], 1), &names, &Sheet::default()).unwrap();
        let picture = image::load_from_memory(&png).unwrap().into_luma8();
        let plan = Plan::new(&tiles(&[0.0, 1.0], 1), &names, None).unwrap();
        let level = |d: usize| {
            let y = MARGIN + plan.captions_height + d * CELL_HEIGHT + 3;
            picture.get_pixel(plan.left() as u32 + 3, y as u32).0[0]
        };
        assert_eq!([level(0), level(1)], [255, 40]);
    }

    #[test]
    fn what_cannot_be_looked_through_is_refused() {
        let names: Vec<String> = (0..101).map(|d| d.to_string()).collect();
        let values = vec![0.5; 101];
        assert!(!fits_heat_map(&tiles(&values, 1), &names, &Sheet::default()));
        assert!(heat_map_png(&tiles(&values, 1), &names, &Sheet::default()).is_err());
        assert!(heat_map_png(&[], &names[..1], &Sheet::default()).is_err());
        assert!(heat_map_png(&tiles(&values, 1), &names[..3], &Sheet::default()).is_err());
    }
}
