//! The ladder as a plot: seconds of one E-step against the number of images.

use super::engine;
use super::ladder::N_WAYS;
use super::report::Results;
use crate::render::{Axes, Line, LinePlot};

/// The legend, in the order of `ladder::KEYS`.
const NAMES: [&str; N_WAYS] = [
    "scalar loops",
    "vector over features",
    "matrix-vector",
    "matrix-matrix",
    "bmm (look-up tables)",
];

/// The words and points of the plot.
pub(super) struct Figure {
    title: String,
    subtitle: String,
    x_label: String,
    points: [Vec<(f64, f64)>; N_WAYS],
}

/// The plot of `results`.
pub(super) fn plot(results: &Results) -> Figure {
    let ladder = &results.ladder;
    let points =
        |way: usize| ladder.rungs.iter().map(|rung| (rung.n as f64, rung.seconds[way])).collect();
    let kernel = if results.is_of_one_thread() {
        format!("{}; all on one thread", engine::kernel_of_one_thread())
    } else {
        engine::kernel()
    };
    let synthetic = if results.synthetic { ", synthetic digits" } else { "" };
    Figure {
        title: format!("Five ways to the same E-step, K = {}", ladder.n_components),
        subtitle: format!(
            "{}{synthetic}, {} {}s; {kernel}",
            results.name, results.n_features, results.words.feature
        ),
        x_label: format!("{}s", results.words.sample),
        points: std::array::from_fn(points),
    }
}

impl Figure {
    /// As it is drawn.
    pub(super) fn as_plot(&self) -> LinePlot<'_> {
        let lines = NAMES.iter().zip(&self.points);
        LinePlot {
            title: &self.title,
            subtitle: &self.subtitle,
            x_label: &self.x_label,
            y_label: "seconds per E-step",
            axes: Axes::Logarithmic,
            lines: lines
                .map(|(name, points)| Line { name, points: points.clone(), ringed: None })
                .collect(),
        }
    }
}
