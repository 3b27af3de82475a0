//! The criteria against K as a plot, all in one unit: nats per sample, less being better.

use super::criteria::{Criterion, Row};
use super::report::Report;
use crate::error::Result;
use crate::render::{Axes, Line, LinePlot};

/// The plot of `report`, as SVG and as PNG.
pub(super) fn draw(report: &Report) -> Result<(String, Vec<u8>)> {
    let (total_weight, sample) = (report.total_weight, report.words.sample);
    let curve = |(criterion, best): (Criterion, Option<usize>)| {
        let points = report.rows.iter().map(|row| point(row, criterion, total_weight));
        let best_k = best.map(|i| format!(": K = {}", report.rows[i].k));
        (format!("{criterion}{}", best_k.unwrap_or_default()), points.collect::<Vec<_>>(), best)
    };
    let curves: Vec<_> = report.picks().map(curve).collect();
    let lines = curves.iter().map(|(name, points, best)| {
        let ringed = best.map(|i| points[i]);
        Line { name, points: points.clone(), ringed }
    });
    let held_out = if curves.len() > 3 { ", and held-out nats" } else { "" };
    let subtitle = format!(
        "AIC, BIC and ICL over 2 N{held_out}; N = {total_weight} {sample}s; rings: the best K of \
         each"
    );
    let plot = LinePlot {
        title: &format!("How many clusters? {}", report.name),
        subtitle: &subtitle,
        x_label: "K, the number of clusters",
        y_label: &format!("nats per {sample}, less is better"),
        axes: Axes::Linear,
        lines: lines.collect(),
    };
    Ok((plot.svg()?, plot.png()?))
}

/// A criterion in nats per sample. AIC, BIC and ICL are -2 log L and a penalty, hence over 2 N;
/// held-out rows have -log p(x).
fn point(row: &Row, criterion: Criterion, total_weight: f64) -> (f64, f64) {
    let value = row.value(criterion).unwrap_or(f64::NAN);
    let divisor = if criterion == Criterion::HeldOut { -1.0 } else { 2.0 * total_weight };
    (row.k as f64, value / divisor)
}
