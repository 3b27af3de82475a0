//! The paper that something is drawn on: a plane of grey, fitted to the pixels that are not ink.

use super::field::Field;
use nalgebra::{Matrix3, Vector3};

/// Pixels further from the plane than this many scales are no paper.
pub(super) const OUTLIER: f64 = 2.5;
/// Number of fits; each uses the pixels that the previous fit took for paper.
const ROUNDS: usize = 8;
/// The standard deviation of a normal distribution over its median absolute deviation.
const SCALE_OVER_MEDIAN: f64 = 1.4826;

pub(super) struct Residuals {
    /// Pixel minus paper.
    pub(super) values: Vec<f64>,
    /// The noise of the paper about its plane, at least one grey level.
    pub(super) scale: f64,
}

/// Residuals from a plane that least squares fit repeatedly to the pixels near it. Those of a frame
/// are no paper from the start.
pub(super) fn residuals(photo: &Field, is_frame: &[bool]) -> Residuals {
    let (height, width) = (photo.height(), photo.width());
    let place = |i: usize, n: usize| (i as f64 + 0.5) / n as f64 - 0.5;
    let pixel = |i: usize| Vector3::new(1.0, place(i % width, width), place(i / width, height));
    let mut is_paper: Vec<bool> = is_frame.iter().map(|is_frame| !is_frame).collect();
    let mut found = Residuals { values: Vec::new(), scale: 1.0 };
    for _ in 0..ROUNDS {
        let plane = plane(photo.values(), &is_paper, pixel);
        let pixels = photo.values().iter().enumerate();
        found.values = pixels.map(|(i, value)| value - plane.dot(&pixel(i))).collect();
        let outside = found.values.iter().zip(is_frame).filter(|(_, is_frame)| !**is_frame);
        found.scale = SCALE_OVER_MEDIAN * median_size(outside.map(|(r, _)| *r)) + 1.0;
        let limit = OUTLIER * found.scale;
        let residuals = found.values.iter().zip(is_frame);
        is_paper = residuals.map(|(r, is_frame)| !is_frame && r.abs() < limit).collect();
    }
    found
}

fn plane(values: &[f64], is_paper: &[bool], pixel: impl Fn(usize) -> Vector3<f64>) -> Vector3<f64> {
    // A photo one pixel wide has no slope across: a hair more on the diagonal makes that slope 0.
    let mut squares = Matrix3::identity() * 1e-9;
    let mut products = Vector3::zeros();
    for (i, value) in values.iter().enumerate().filter(|(i, _)| is_paper[*i]) {
        let pixel = pixel(i);
        squares += pixel * pixel.transpose();
        products += pixel * *value;
    }
    squares.cholesky().map_or_else(Vector3::zeros, |factor| factor.solve(&products))
}

/// The median of the absolute values, the upper one of two; 0 of none.
fn median_size(values: impl Iterator<Item = f64>) -> f64 {
    let mut sizes: Vec<f64> = values.map(f64::abs).collect();
    let middle = sizes.len() / 2;
    if sizes.is_empty() { 0.0 } else { *sizes.select_nth_unstable_by(middle, f64::total_cmp).1 }
}
