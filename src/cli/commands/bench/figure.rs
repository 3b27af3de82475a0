//! The ladder as a plot: seconds of one E-step against the number of images.

use super::engine;
use super::ladder::WAYS;
use super::report::Results;
use crate::error::Result;
use crate::render::{Axes, Line, LinePlot};

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
    let lines = WAYS.iter().enumerate().map(|(i, way)| Line {
        name: way.name,
        points: points(i),
        ringed: None,
    });
    let plot = LinePlot {
        title: &format!("Five ways to the same E-step, K = {}", ladder.n_components),
        subtitle: &subtitle,
        x_label: &format!("{}s", results.words.sample),
        y_label: "seconds per E-step",
        axes: Axes::Logarithmic,
        lines: lines.collect(),
    };
    Ok((plot.svg()?, plot.png()?))
}
