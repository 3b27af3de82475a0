//! What the axes of a plot show: their ends, and which values are marked on them.

use super::{Axes, Line};
use crate::error::{Error, Result};
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use std::ops::Range;

/// One axis in the form that `plotters` asks for.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    kind: Axes,
    pub(super) ends: (f64, f64),
    pub(super) ticks: Vec<f64>,
}

/// Marked values on a logarithmic x axis differ by this factor: their numbers do not touch.
pub(super) const TICK_RATIO: f64 = 1.3;
/// A logarithmic x axis goes beyond the points by this factor.
const X_MARGIN: f64 = 1.25;

/// How far linear axes go beyond the points, as a part of the length.
const TICK_SHARE: f64 = 1.0 / 20.0;
const X_MARGIN_SHARE: f64 = 1.0 / 30.0;
/// Approximate number of marked values on a linear y axis.
const Y_TICKS: f64 = 6.0;

/// Both axes around all points that can be shown. Errors: [`Error::Parameter`] if there are none.
pub(super) fn axes_around(axes: Axes, lines: &[Line]) -> Result<[Axis; 2]> {
    let points = lines.iter().flat_map(|line| line.points.iter());
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = points.filter(|p| axes.can_show(p)).copied().unzip();
    x.sort_unstable_by(f64::total_cmp);
    y.sort_unstable_by(f64::total_cmp);
    let (Some(low), Some(high)) = (y.first().copied(), y.last().copied()) else {
        return Err(Error::parameter("the number of points to draw", 0, "at least 1"));
    };
    Ok(match axes {
        Axes::Logarithmic => logarithmic(x, low, high),
        Axes::Linear => linear(x, low, high),
    })
}

/// The whole powers of ten around all y, and a little more than all x, which ascend.
fn logarithmic(mut x: Vec<f64>, low: f64, high: f64) -> [Axis; 2] {
    let (low, high) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let powers = low..=high.max(low + 1);
    let ends = (x[0] / X_MARGIN, x[x.len() - 1] * X_MARGIN);
    x.dedup_by(|b, a| *b < *a * TICK_RATIO);
    let y_ticks: Vec<f64> = powers.map(|power| 10_f64.powi(power)).collect();
    let y_ends = (y_ticks[0], y_ticks[y_ticks.len() - 1]);
    let axis = |ends, ticks| Axis { kind: Axes::Logarithmic, ends, ticks };
    [axis(ends, x), axis(y_ends, y_ticks)]
}

/// Round numbers around all y, and a little more than all x, which ascend.
fn linear(mut x: Vec<f64>, low: f64, high: f64) -> [Axis; 2] {
    let (first, last) = (x[0], x[x.len() - 1]);
    let length = if last > first { last - first } else { 1.0 };
    let step = round_step((high - low).max(1e-6 * high.abs()).max(1e-9) / Y_TICKS);
    let multiples = (low / step).floor() as i64..=((high / step).ceil() as i64);
    let y_ticks: Vec<f64> = multiples.map(|n| n as f64 * step).collect();
    x.dedup_by(|b, a| *b < *a + length * TICK_SHARE);
    let ends = (first - length * X_MARGIN_SHARE, last + length * X_MARGIN_SHARE);
    let y_ends = (y_ticks[0] - step / 4.0, y_ticks[y_ticks.len() - 1] + step / 4.0);
    let axis = |ends, ticks| Axis { kind: Axes::Linear, ends, ticks };
    [axis(ends, x), axis(y_ends, y_ticks)]
}

impl Axis {
    pub(super) fn text(&self, value: f64) -> String {
        match self.kind {
            Axes::Logarithmic => power_text(value),
            Axes::Linear => {
                let step = self.ticks.get(1).map_or(1.0, |second| second - self.ticks[0]);
                let digits = (-step.log10() - 1e-9).ceil().clamp(0.0, 12.0) as usize;
                format!("{value:.digits$}")
            }
        }
    }

    /// Where `value` lies: 0 at the lower end, 1 at the upper one.
    fn share(&self, value: f64) -> f64 {
        let scaled = |v: f64| if self.kind == Axes::Logarithmic { v.ln() } else { v };
        let [low, high, value] = [self.ends.0, self.ends.1, value].map(scaled);
        (value - low) / (high - low)
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.share(*value) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.ends.0..self.ends.1
    }
}

impl Axes {
    pub(super) fn can_show(self, &(x, y): &(f64, f64)) -> bool {
        match self {
            Self::Logarithmic => [x, y].iter().all(|v| v.is_normal() && *v > 0.0),
            Self::Linear => x.is_finite() && y.is_finite(),
        }
    }
}

/// 1, 2 or 5 times a power of ten: the first that is not below `least`.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powi(least.log10().floor() as i32);
    let steps = [1.0, 2.0, 5.0].map(|factor| factor * power);
    steps.into_iter().find(|step| *step >= least).unwrap_or(10.0 * power)
}

/// A power of ten as people write it: plainly where it is short.
pub(super) fn power_text(value: f64) -> String {
    if (0.005..=1e4).contains(&value) { value.to_string() } else { format!("{value:e}") }
}
