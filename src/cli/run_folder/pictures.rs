//! Pictures of a model's clusters: captions, the contact sheet, and the terminal.

use crate::bits::BitMatrix;
use crate::cli::input::{Words, demo};
use crate::cli::results::{clusters, items};
use crate::cli::terminal::Console;
use crate::error::Result;
use crate::model_file::Model;
use crate::render::{self, Colours, Grid, Shape, Sheet, Tile};

/// How to draw in a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Blocks,
    Shade,
}

impl Style {
    pub(crate) fn suited(console: &Console) -> Self {
        if console.colours().is_some() { Self::Blocks } else { Self::Shade }
    }
}

pub(crate) fn shape(model: &Model) -> Shape {
    Shape { height: model.height as usize, width: model.width as usize }
}

/// The rows of `bits` as numbers, one row after another; NaN where one is missing.
pub(crate) fn numbers(bits: &BitMatrix) -> Vec<f64> {
    let d = bits.n_features();
    let mut values = vec![0.0; bits.n_samples() * d];
    for (i, row) in values.chunks_mut(d.max(1)).enumerate() {
        bits.ones(i).for_each(|feature| row[feature] = 1.0);
        let missing = bits.missing().into_iter().flat_map(|missing| missing.ones(i));
        missing.for_each(|feature| row[feature] = f64::NAN);
    }
    values
}

/// The means of the clusters `shown`, captioned with their sizes and labels. `sizes` are the images
/// in each cluster. A model with labels knows them itself.
pub(crate) fn tiles<'a>(model: &'a Model, sizes: Option<&[u64]>, shown: &[usize]) -> Vec<Tile<'a>> {
    let mut tiles = render::mean_tiles(&model.mixture);
    let sample = Words::for_height(model.height as usize).sample;
    for (k, tile) in tiles.iter_mut().enumerate() {
        let known = model.labels.as_ref().map(|table| clusters::size(table, k));
        let size = sizes.map(|sizes| sizes[k]).or(known);
        tile.caption.extend(size.map(|size| format!("{size} {sample}s")));
        let label = clusters::majority(model.labels.as_ref(), k);
        tile.caption.extend(label.map(|label| format!("label {label}")));
    }
    shown.iter().map(|&k| tiles[k].clone()).collect()
}

pub(crate) fn sheet(
    model: &Model,
    sizes: Option<&[u64]>,
    shown: &[usize],
    columns: Option<usize>,
) -> Result<Vec<u8>> {
    let n_components = model.mixture.n_components();
    let title = match shown {
        [k] if n_components > 1 => format!("Mean of cluster {k} of {n_components}"),
        _ => format!("Means of {n_components} clusters"),
    };
    let foot =
        if model.is_synthetic() { format!("From {}", demo::SYNTHETIC) } else { String::new() };
    let sheet = Sheet { title: &title, foot: &foot, columns };
    png(model, &tiles(model, sizes, shown), &sheet)
}

/// Rows and means of `model` as a PNG: a heat map of the items of a table, unless there are very
/// many, and a contact sheet of images.
pub(crate) fn png(model: &Model, tiles: &[Tile], sheet: &Sheet) -> Result<Vec<u8>> {
    match items::names(model) {
        Some(names) if render::fits_heat_map(tiles, &names, sheet) => {
            render::heat_map_png(tiles, &names, sheet)
        }
        _ => render::sheet_png(tiles, shape(model), sheet),
    }
}

/// Pairs of clusters of two models of one shape, with the items of `model`, as a PNG. A blank tile
/// stands for no partner.
pub(crate) fn matched_sheet(
    pairs: impl Iterator<Item = (Option<usize>, Option<usize>)>,
    a: &[Tile],
    b: &[Tile],
    model: &Model,
) -> Result<Vec<u8>> {
    let blank = vec![f64::NAN; model.mixture.n_features()];
    let none = Tile { values: &blank, caption: vec!["none".into()] };
    let mut tiles = Vec::new();
    for (in_a, in_b) in pairs {
        for (name, k, means) in [("A", in_a, a), ("B", in_b, b)] {
            tiles.push(named(k.map_or(&none, |k| &means[k]), name));
        }
    }
    // An even number keeps pairs together; the sheet is not much higher than wide.
    let columns = 2 * ((tiles.len() as f64 / 4.0).sqrt().ceil() as usize).clamp(1, 4);
    let title = "Matched clusters of A and B";
    png(model, &tiles, &Sheet { title, foot: "", columns: Some(columns) })
}

/// The tile with the model's name before its first line.
fn named<'a>(tile: &Tile<'a>, name: &str) -> Tile<'a> {
    let mut tile = tile.clone();
    match tile.caption.first_mut() {
        Some(first) => *first = format!("{name}: {first}"),
        None => tile.caption.push(name.into()),
    }
    tile
}

/// Width of a small mean, in characters.
const SMALL_WIDTH: usize = 14;
/// Characters between two small means.
const GAP: usize = 2;
/// More small means than this would push everything else off the screen.
const MAX_SMALL_MEANS: usize = 24;

/// The means, small and side by side. Nothing where they are many or there is no colour.
pub(crate) fn small_means(model: &Model, console: &Console) -> Result<String> {
    let k = model.mixture.n_components();
    if console.colours().is_none()
        || !console.is_terminal()
        || model.height == 1
        || k > MAX_SMALL_MEANS
    {
        return Ok(String::new());
    }
    let caption = |k: usize| {
        let label = model.labels.as_ref().and_then(|table| table.majority(k));
        vec![label.map_or_else(|| k.to_string(), |(name, _)| format!("{k}: {name}"))]
    };
    let tile = |k: usize| Tile { values: model.mixture.mean(k), caption: caption(k) };
    let tiles: Vec<Tile> = (0..k).map(tile).collect();
    let columns = (console.width() + GAP) / (SMALL_WIDTH + GAP);
    text(&tiles, model, Some(columns.max(1)), Style::Blocks, console)
}

/// More items than this are shown as an image: bars would run off every screen.
const MAX_BARS: usize = 100;

/// Rows and means of `model` for a terminal: bars with names for the items of a table, unless there
/// are very many, and images.
pub(crate) fn text(
    tiles: &[Tile],
    model: &Model,
    columns: Option<usize>,
    style: Style,
    console: &Console,
) -> Result<String> {
    if let Some(names) = items::names(model).filter(|names| names.len() <= MAX_BARS) {
        return render::bars(tiles, &names, console.width(), style == Style::Shade);
    }
    images(tiles, shape(model), columns, style, console)
}

/// Images of one `shape` for a terminal.
pub(crate) fn images(
    tiles: &[Tile],
    shape: Shape,
    columns: Option<usize>,
    style: Style,
    console: &Console,
) -> Result<String> {
    let grid = Grid { width: console.width(), columns };
    match style {
        Style::Shade => render::shade(tiles, shape, grid),
        Style::Blocks => {
            let colours = console.colours().unwrap_or(Colours::Ansi256);
            render::half_blocks(tiles, shape, grid, colours)
        }
    }
}
