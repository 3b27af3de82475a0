//! The layout of a contact sheet: columns, sizes of tiles, gaps and the height of the text.

use super::{Shape, Tile, caption_lines};
use super::{canvas::Style, caption, raster::size_within};

/// The greatest width of all tiles of a row together, margins excluded, in pixels.
pub(super) const MAX_CONTENT: usize = 1528;
/// The white border around everything.
pub(super) const MARGIN: usize = 36;
/// The longer side of a tile, unless the image itself is larger.
const MAX_TILE: usize = 288;
const MIN_COLUMN_WIDTH: usize = 16;
/// Tiles at least this wide have room for the larger text.
const MIN_FOR_LARGE_TEXT: usize = 200;
/// Captions longer than this are cut rather than allowed to push the columns apart.
const MAX_CAPTION: usize = 20;
pub(super) const CAPTION_GAP: usize = 6;

/// The plan of the grid of tiles; all lengths in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Tiles side by side.
    pub columns: usize,
    /// The size of every tile as (width, height).
    pub tile: (usize, usize),
    /// The size of a tile with its caption.
    pub cell: (usize, usize),
    /// Between two cells, across and down.
    pub gap: (usize, usize),
    /// The look of captions.
    pub caption: Style,
}

impl Layout {
    /// A plan for `tiles` of one `shape`, in the columns wished for or, if `None`, as look well.
    pub fn new(tiles: &[Tile], shape: Shape, columns: Option<usize>) -> Self {
        let longest =
            tiles.iter().flat_map(|tile| &tile.caption).map(|line| caption::columns(line));
        let longest = longest.max().unwrap_or(0);
        let lines = caption_lines(tiles);
        let columns = match columns {
            Some(wish) => wish.min(most_columns(MIN_COLUMN_WIDTH, lines)),
            None => pleasing_columns(tiles.len(), shape, lines)
                .min(most_columns(Style::SMALL.width(longest.min(MAX_CAPTION)), lines)),
        };
        Self::with_columns(columns.clamp(1, tiles.len().max(1)), shape, longest, lines)
    }

    /// A plan for a known number of columns; captions have `lines` of at most `longest` characters.
    fn with_columns(columns: usize, shape: Shape, longest: usize, lines: usize) -> Self {
        let across = gap(columns, lines);
        let room = (MAX_CONTENT - (columns - 1) * across) / columns;
        let tile = size_within(shape, room.min(largest_side(shape)));
        let large = room.min(tile.0.max(tile.1)) >= MIN_FOR_LARGE_TEXT;
        let caption = if large { Style::LARGE } else { Style::SMALL };
        let cell_width = tile.0.max(caption.width(longest).min(room));
        let (text_height, down) = match lines {
            0 => (0, across),
            lines => (CAPTION_GAP + lines * caption.line_height(), across + 8),
        };
        let cell = (cell_width, tile.1 + text_height);
        Self { columns, tile, cell, gap: (across, down), caption }
    }

    /// The size of the whole grid of `n` tiles as (width, height).
    pub fn grid(&self, n: usize) -> (usize, usize) {
        let rows = n.div_ceil(self.columns);
        let length = |n: usize, cell: usize, gap: usize| n * (cell + gap) - gap;
        (length(self.columns, self.cell.0, self.gap.0), length(rows, self.cell.1, self.gap.1))
    }

    /// The upper left corner of the cell of tile `i`, relative to the grid.
    pub fn corner(&self, i: usize) -> (usize, usize) {
        let (column, row) = (i % self.columns, i / self.columns);
        (column * (self.cell.0 + self.gap.0), row * (self.cell.1 + self.gap.1))
    }
}

/// Gaps between tiles: wide for few large ones, narrow for many; captions never touch.
fn gap(columns: usize, caption_lines: usize) -> usize {
    match columns {
        ..=6 => 24,
        7..=12 => 12,
        _ if caption_lines > 0 => 12,
        _ => 6,
    }
}

fn largest_side(shape: Shape) -> usize {
    MAX_TILE.max(shape.width).max(shape.height)
}

fn most_columns(width: usize, caption_lines: usize) -> usize {
    let width = width.max(MIN_COLUMN_WIDTH);
    let length = |columns| columns * width + (columns - 1) * gap(columns, caption_lines);
    (1..=MAX_CONTENT / width).rev().find(|&c| length(c) <= MAX_CONTENT).unwrap_or(1)
}

/// A roughly square grid, at least five columns wide, its last row as full as possible.
fn pleasing_columns(n: usize, shape: Shape, caption_lines: usize) -> usize {
    let (width, height) = size_within(shape, largest_side(shape).min(MAX_CONTENT));
    let height = height + caption_lines * Style::LARGE.line_height();
    let columns = if width > 3 * height {
        // Long bars: so many columns that the grid, not the count, is square.
        (n * height / width).isqrt().max(1)
    } else {
        ceil_sqrt(n).max(n.min(5))
    };
    full_rows(n, columns).unwrap_or_else(|| n.div_ceil(n.div_ceil(columns.max(1)).max(1)))
}

/// The columns, from `columns` to a third more, that leave no gap in the last of several rows.
fn full_rows(n: usize, columns: usize) -> Option<usize> {
    (columns..=columns * 4 / 3).find(|&c| c < n && n.is_multiple_of(c))
}

fn ceil_sqrt(n: usize) -> usize {
    let root = n.isqrt();
    root + usize::from(root * root < n)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGIT: Shape = Shape { height: 28, width: 28 };

    fn layout(n: usize, shape: Shape, line: &str) -> Layout {
        let caption = if line.is_empty() { vec![] } else { vec![line.to_string(); 4] };
        Layout::new(&vec![Tile { values: &[], caption }; n], shape, None)
    }

    #[test]
    fn columns_for_many_counts() {
        let columns =
            [1, 2, 3, 5, 6, 8, 10, 12, 20, 100, 200].map(|n| layout(n, DIGIT, "").columns);
        assert_eq!(columns, [1, 2, 3, 5, 3, 4, 5, 6, 5, 10, 20]);
        assert_eq!(layout(1000, DIGIT, "").columns, 40);
    }

    #[test]
    fn digits_keep_whole_scales() {
        for (n, side) in [(1, 280), (10, 280), (100, 140), (1000, 28)] {
            assert_eq!(layout(n, DIGIT, "").tile, (side, side));
        }
    }

    #[test]
    fn no_grid_is_too_wide() {
        let shapes = [(28, 28), (1, 4), (1, 784), (784, 1), (300, 200), (1, 100_000), (1, 1)];
        for (height, width) in shapes {
            for n in [1, 2, 3, 7, 10, 100, 1000] {
                for caption in ["", "3", "label 7 (93 %)", "a label as long as this one is"] {
                    let layout = layout(n, Shape { height, width }, caption);
                    assert!(layout.grid(n).0 <= MAX_CONTENT, "{n} {height}x{width} {layout:?}");
                    assert!(layout.tile.0 >= 1 && layout.tile.1 >= 1);
                }
            }
        }
    }

    #[test]
    fn a_wish_for_columns_is_granted_within_reason() {
        let tiles = vec![Tile { values: &[], caption: vec![] }; 10];
        let columns = |wish| Layout::new(&tiles, DIGIT, Some(wish)).columns;
        assert_eq!([0, 2, 10, 5000].map(columns), [1, 2, 10, 10]);
    }
}
