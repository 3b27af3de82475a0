//! The criteria against K as a plot, all in one unit: nats per sample, less being better.

use super::criteria::{Criterion, Row};
use super::report::Report;
use crate::render::{Axes, Line, LinePlot};

/// The words and points of the plot.
pub(super) struct Figure {
    title: String,
    subtitle: String,
    y_label: String,
    curves: Vec<Curve>,
}

struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
    best: Option<(f64, f64)>,
}

/// The plot of `report`.
pub(super) fn plot(report: &Report) -> Figure {
    let total_weight = report.data.total_weight;
    let curve = |(criterion, best): (Criterion, Option<usize>)| {
        let all = report.rows.iter();
        let points: Vec<_> = all.map(|row| point(row, criterion, total_weight)).collect();
        let best_k = best.map(|i| format!(": K = {}", report.rows[i].k));
        Curve {
            name: format!("{criterion}{}", best_k.unwrap_or_default()),
            best: best.map(|i| points[i]),
            points,
        }
    };
    let sample = report.words.sample;
    let curves: Vec<Curve> = report.picks().map(curve).collect();
    let held_out = if curves.len() > 3 { ", and held-out nats" } else { "" };
    Figure {
        title: format!("How many clusters? {}", report.name),
        subtitle: format!(
            "AIC, BIC and ICL over 2 N{held_out}; N = {total_weight} {sample}s; \
             rings: the best K of each"
        ),
        y_label: format!("nats per {sample}, less is better"),
        curves,
    }
}

/// A criterion in nats per sample. AIC, BIC and ICL are -2 log L and a penalty, hence over 2 N;
/// held-out rows have -log p(x).
fn point(row: &Row, criterion: Criterion, total_weight: f64) -> (f64, f64) {
    let value = row.value(criterion).unwrap_or(f64::NAN);
    let nats = match criterion {
        Criterion::HeldOut => -value,
        _ => value / (2.0 * total_weight),
    };
    (row.k as f64, nats)
}

impl Curve {
    fn line(&self) -> Line<'_> {
        Line { name: &self.name, points: self.points.clone(), ringed: self.best }
    }
}

impl Figure {
    pub(super) fn as_plot(&self) -> LinePlot<'_> {
        LinePlot {
            title: &self.title,
            subtitle: &self.subtitle,
            x_label: "K, the number of clusters",
            y_label: &self.y_label,
            axes: Axes::Linear,
            lines: self.curves.iter().map(Curve::line).collect(),
        }
    }
}
