//! Pictures of an assignment: images beside means, and the pixels that decided.

use crate::cli::input::Input;
use crate::cli::run_folder::pictures::{self, Style};
use crate::cli::terminal::{Console, counted};
use crate::error::{Error, Result};
use crate::model_file::Model;
use crate::render::{self, Sheet, Tile};

const MAX_DRAWN: usize = 40;
const TILES: usize = 5;

pub(crate) struct Assigned {
    pub(crate) row: usize,
    pub(crate) clusters: Vec<(usize, f64)>,
}

/// The most probable clusters of the first rows: at least one, and a second if there is one.
pub(crate) fn assigned(model: &Model, input: &Input) -> Result<Vec<Assigned>> {
    let n = input.bits.n_samples().min(MAX_DRAWN);
    let first = input.bits.select(&(0..n).collect::<Vec<_>>());
    model.mixture.map_rows(&first, |row, _, resp| {
        let mut clusters: Vec<(usize, f64)> = resp.enumerate().collect();
        clusters.sort_by(|a, b| b.1.total_cmp(&a.1));
        clusters.truncate(2);
        Assigned { row, clusters }
    })
}

/// The images as the model sees them, each beside the mean of its cluster, as text.
pub(crate) fn shown(
    model: &Model,
    input: &Input,
    assigned: &[Assigned],
    console: &Console,
) -> Result<String> {
    let (images, d) = images(input, assigned);
    let tiles: Vec<Tile> = assigned
        .iter()
        .flat_map(|Assigned { row, clusters }| {
            let image = &images[row * d..(row + 1) * d];
            let seen = Tile { values: image, caption: vec![name(input, *row)] };
            [seen, mean(model, clusters[0])]
        })
        .collect();
    let style = if console.colours().is_some() { Style::Blocks } else { Style::Shade };
    let text = pictures::text(&tiles, pictures::shape(model), Some(2), style, console)?;
    let more = input.bits.n_samples() - assigned.len();
    let rest =
        if more > 0 { format!("... and {} more\n", counted(more, "image")) } else { String::new() };
    Ok(text + &rest)
}

/// A PNG with five tiles for each image. They are the image, the means of its cluster and of the
/// runner-up, and the pixels that spoke for the one and for the other. A pixel that weighs much is
/// bright. Fails for a model of one cluster, which leaves nothing to decide.
pub(crate) fn sheet(model: &Model, input: &Input, assigned: &[Assigned]) -> Result<Vec<u8>> {
    if model.mixture.n_components() < 2 {
        let allowed = "left out: there is no other to decide against";
        return Err(Error::parameter("--explain", "asked of one cluster", allowed));
    }
    let (images, d) = images(input, assigned);
    let evidence: Vec<[Vec<f64>; 2]> = assigned.iter().map(|a| sides(model, input, a)).collect();
    let mut tiles = Vec::with_capacity(TILES * assigned.len());
    for (Assigned { row, clusters }, [for_first, for_second]) in assigned.iter().zip(&evidence) {
        let (first, second) = (clusters[0], clusters[1]);
        let spoke = |values, (k, _): (usize, f64)| Tile {
            values,
            caption: vec![format!("for cluster {k}")],
        };
        let image = &images[row * d..(row + 1) * d];
        tiles.push(Tile { values: image, caption: vec![name(input, *row)] });
        tiles.extend([mean(model, first), mean(model, second)]);
        tiles.extend([spoke(&for_first[..], first), spoke(&for_second[..], second)]);
    }
    let title = "Which pixels decided, for the cluster chosen and for the runner-up";
    let foot = "Bright: weighs much, by log p(pixel | one cluster) - log p(pixel | the other). \
                Ink may speak, and its absence";
    let sheet = Sheet { title, foot, columns: Some(TILES) };
    render::sheet_png(&tiles, pictures::shape(model), &sheet)
}

/// The pixels of the drawn rows, one row after another, and the length of a row.
fn images(input: &Input, assigned: &[Assigned]) -> (Vec<f64>, usize) {
    let drawn: Vec<usize> = assigned.iter().map(|assigned| assigned.row).collect();
    (pictures::numbers(&input.bits.select(&drawn)), input.bits.n_features())
}

/// The evidence for the first cluster and for the second. 1 is the heaviest pixel of both.
fn sides(model: &Model, input: &Input, Assigned { row, clusters }: &Assigned) -> [Vec<f64>; 2] {
    let evidence = model.mixture.evidence(&input.bits, *row, clusters[0].0, clusters[1].0);
    let finite = evidence.iter().filter(|nats| nats.is_finite());
    let top = finite.fold(f64::MIN_POSITIVE, |top, nats| top.max(nats.abs()));
    // What is infinite is drawn as bright as the heaviest.
    [1.0, -1.0]
        .map(|sign| evidence.iter().map(|nats| (sign * nats / top).clamp(0.0, 1.0)).collect())
}

fn mean(model: &Model, (k, probability): (usize, f64)) -> Tile<'_> {
    let values = model.mixture.mean(k);
    Tile { values, caption: vec![format!("cluster {k}"), format!("probability {probability:.4}")] }
}

/// The file of a row without its folders, and the row's place in it if it holds several.
fn name(input: &Input, row: usize) -> String {
    let (source, index) = input.origin(row);
    let file = source.rsplit(['/', '\\']).next().unwrap_or(source);
    let is_alone = input.parts.iter().any(|part| part.first == row && part.n_images == 1);
    if is_alone { file.to_owned() } else { format!("{file} {index}") }
}
