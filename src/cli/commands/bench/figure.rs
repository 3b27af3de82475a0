//! The ladder as a plot: seconds of one E-step against the number of images.

use super::engine;
use super::ladder::N_WAYS;
use super::report::Results;
use crate::error::Result;
use crate::render::{Axes, Line, LinePlot};

/// The legend, in the order of `ladder::KEYS`.
const NAMES: [&str; N_WAYS] = [
    "scalar loops",
    "vector over features",
    "matrix-vector",
    "matrix-matrix",
    "bmm (look-up tables)",
];

/// The plot of `results`, as SVG and as PNG.
pub(super) fn draw(results: &Results) -> Result<(String, Vec<u8>)> {
    let ladder = &results.ladder;
    let points =
        |way: usize| ladder.rungs.iter().map(|rung| (rung.n as f64, rung.seconds[way])).collect();
    let kernel = if results.is_of_one_thread() {
        format!("{}; all on one thread", engine::kernel_of_one_thread())
    } else {
        engine::kernel()
    };
    let synthetic = if results.synthetic { ", synthetic digits" } else { "" };
    let subtitle = format!(
        "{}{synthetic}, {} {}s; {kernel}",
        results.name, results.n_features, results.words.feature
    );
    let lines = NAMES.iter().enumerate();
    let plot = LinePlot {
        title: &format!("Five ways to the same E-step, K = {}", ladder.n_components),
        subtitle: &subtitle,
        x_label: &format!("{}s", results.words.sample),
        y_label: "seconds per E-step",
        axes: Axes::Logarithmic,
        lines: lines.map(|(way, name)| Line { name, points: points(way), ringed: None }).collect(),
    };
    Ok((plot.svg()?, plot.png()?))
}
