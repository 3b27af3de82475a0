//! Pictures of an assignment: images beside means, and the pixels that decided.

use crate::cli::input::{Input, Words};
use crate::cli::run_folder::pictures::{self, Style};
use crate::cli::terminal::{Console, counted};
use crate::error::{Error, Result};
use crate::model_file::Model;
use crate::render::{Sheet, Tile};

const MAX_DRAWN: usize = 40;
const TILES: usize = 5;

/// The first rows, and their most probable clusters.
pub(crate) struct Drawn<'a> {
    model: &'a Model,
    input: &'a Input,
    /// The pixels of the rows, one row after another.
    images: Vec<f64>,
    /// At least one cluster for each row, and a second if there is one.
    clusters: Vec<Vec<(usize, f64)>>,
}

impl<'a> Drawn<'a> {
    pub(crate) fn new(model: &'a Model, input: &'a Input) -> Result<Self> {
        let n = input.bits.n_samples().min(MAX_DRAWN);
        let first = input.bits.select(&(0..n).collect::<Vec<_>>());
        let clusters = model.mixture.map_rows(&first, |_, _, resp| {
            let mut clusters: Vec<(usize, f64)> = resp.enumerate().collect();
            clusters.sort_by(|a, b| b.1.total_cmp(&a.1));
            clusters.truncate(2);
            clusters
        })?;
        Ok(Self { model, input, images: pictures::numbers(&first), clusters })
    }

    /// The images as the model sees them, each beside the mean of its cluster, as text.
    pub(crate) fn text(&self, console: &Console) -> Result<String> {
        let clusters = self.clusters.iter().enumerate();
        let tiles: Vec<Tile> =
            clusters.flat_map(|(row, best)| [self.image(row), self.mean(best[0])]).collect();
        let style = Style::suited(console);
        let text = pictures::text(&tiles, self.model, Some(2), style, console)?;
        Ok(match self.input.bits.n_samples() - self.clusters.len() {
            0 => text,
            more => format!("{text}... and {} more\n", counted(more, "image")),
        })
    }

    /// A PNG with five tiles for each image. They are the image, the means of its cluster and of
    /// the runner-up, and the pixels that spoke for the one and for the other. A pixel that weighs
    /// much is bright. Fails for a model of one cluster, which leaves nothing to decide.
    pub(crate) fn sheet(&self) -> Result<Vec<u8>> {
        if self.model.mixture.n_components() < 2 {
            let allowed = "left out: there is no other to decide against";
            return Err(Error::parameter("--explain", "asked of one cluster", allowed));
        }
        let evidence: Vec<_> = (0..self.clusters.len()).map(|row| self.evidence(row)).collect();
        let mut tiles = Vec::with_capacity(TILES * evidence.len());
        for (row, [for_first, for_second]) in evidence.iter().enumerate() {
            let (first, second) = (self.clusters[row][0], self.clusters[row][1]);
            let spoke = |values, (k, _): (usize, f64)| Tile {
                values,
                caption: vec![format!("for cluster {k}")],
            };
            tiles.extend([self.image(row), self.mean(first), self.mean(second)]);
            tiles.extend([spoke(&for_first[..], first), spoke(&for_second[..], second)]);
        }
        let Words { feature, .. } = Words::for_height(self.input.height);
        let title = format!("Which {feature}s decided, for the cluster chosen and the runner-up");
        let (scale, one) = match feature {
            "pixel" => ("Bright: weighs much", "Ink"),
            _ => ("Weights from 0 to 1, the heaviest of the row", "A one"),
        };
        let foot = format!(
            "{scale}, by log p({feature} | one cluster) - log p({feature} | the other). \
             {one} may speak, and its absence"
        );
        let sheet = Sheet { title: &title, foot: &foot, columns: Some(TILES) };
        pictures::png(self.model, &tiles, &sheet)
    }

    /// The evidence for the first cluster and for the second. 1 is the heaviest pixel of both.
    fn evidence(&self, row: usize) -> [Vec<f64>; 2] {
        let [first, second] = [0, 1].map(|place| self.clusters[row][place].0);
        let evidence = self.model.mixture.evidence(&self.input.bits, row, first, second);
        let finite = evidence.iter().filter(|nats| nats.is_finite());
        let top = finite.fold(f64::MIN_POSITIVE, |top, nats| top.max(nats.abs()));
        // What is infinite is drawn as bright as the heaviest.
        [1.0, -1.0]
            .map(|sign| evidence.iter().map(|nats| (sign * nats / top).clamp(0.0, 1.0)).collect())
    }

    fn image(&self, row: usize) -> Tile<'_> {
        let d = self.input.bits.n_features();
        Tile { values: &self.images[row * d..(row + 1) * d], caption: vec![self.name(row)] }
    }

    fn mean(&self, (k, probability): (usize, f64)) -> Tile<'_> {
        let caption = vec![format!("cluster {k}"), format!("probability {probability:.4}")];
        Tile { values: self.model.mixture.mean(k), caption }
    }

    /// The file of a row without its folders, and the row's place in it if it holds several.
    fn name(&self, row: usize) -> String {
        let (source, index) = self.input.origin(row);
        let file = source.rsplit(['/', '\\']).next().unwrap_or(source);
        let mut parts = self.input.parts.iter();
        let is_alone = parts.any(|part| part.first == row && part.n_images == 1);
        if is_alone { file.to_owned() } else { format!("{file} {index}") }
    }
}
