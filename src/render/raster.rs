//! A grey image in memory, made larger by copying pixels and smaller by averaging them.

use super::{Shape, checked_pixels};
use crate::error::{Error, Result};
use image::GrayImage;

/// A grey image, row by row, every value in [0, 1].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raster {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f64>,
}

impl Raster {
    /// The image of `values` (`shape.height * shape.width`), clamped to [0, 1], NaN as 0.
    pub fn new(values: &[f64], shape: Shape) -> Result<Self> {
        let Shape { height, width } = shape;
        if checked_pixels(width, height)? != values.len() {
            let allowed = format!("a shape of {} pixels", values.len());
            return Err(Error::parameter(
                "the image shape",
                format!("{height} x {width}"),
                allowed,
            ));
        }
        // `clamp` would keep NaN.
        let ink = |v: &f64| if v.is_nan() { 0.0 } else { v.clamp(0.0, 1.0) };
        let values = values.iter().map(ink).collect();
        Ok(Self { width, height, values })
    }

    /// The value at column `x` and row `y`.
    pub fn value(&self, x: usize, y: usize) -> f64 {
        self.values[y * self.width + x]
    }

    pub fn to_image(&self) -> GrayImage {
        let levels = self.values.iter().map(|ink| grey(*ink)).collect();
        GrayImage::from_vec(self.width as u32, self.height as u32, levels).expect("all its pixels")
    }

    /// This image at `width` x `height`: an axis grows by copies or shrinks by area averages.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        self.transposed().with_width(height).transposed().with_width(width)
    }

    fn with_width(&self, width: usize) -> Self {
        if width == self.width {
            return self.clone();
        }
        let mut values = Vec::with_capacity(width * self.height);
        // The places are the same in every row, and divisions are slow.
        let nearest: Vec<usize> = (0..width).map(|x| x * self.width / width).collect();
        for row in self.values.chunks_exact(self.width) {
            if width > self.width {
                values.extend(nearest.iter().map(|&x| row[x]));
            } else {
                values.extend((0..width).map(|x| area_mean(row, x, width)));
            }
        }
        Self { width, height: self.height, values }
    }

    fn transposed(&self) -> Self {
        let mut values = Vec::with_capacity(self.values.len());
        for x in 0..self.width {
            values.extend((0..self.height).map(|y| self.value(x, y)));
        }
        Self { width: self.height, height: self.width, values }
    }
}

/// The mean of the part of `row` that pixel `x` of a row of only `width` pixels covers.
fn area_mean(row: &[f64], x: usize, width: usize) -> f64 {
    // A source pixel is `width` long, a target pixel `row.len()`, so overlaps are exact.
    let length = row.len();
    let (start, end) = (x * length, (x + 1) * length);
    let covered = start / width..end.div_ceil(width);
    let overlap = |i: usize| ((i + 1) * width).min(end) - (i * width).max(start);
    covered.map(|i| row[i] * overlap(i) as f64).sum::<f64>() / length as f64
}

/// The grey level, 0 (black) to 255 (white), of an amount of ink in [0, 1]; halves are rounded up.
pub(super) fn grey(ink: f64) -> u8 {
    (ink * 255.0 + 0.5) as u8
}

/// The size, as (width, height), at which an image of `shape` fills a square of `side` pixels. It
/// is a whole multiple of the image, or smaller if the image is too large. Very long images become
/// bars: their short side is at least an eighth of the long one, or 32 pixels.
pub(super) fn size_within(shape: Shape, side: usize) -> (usize, usize) {
    let long = shape.height.max(shape.width).max(1);
    let scaled = |n: usize| match side / long {
        0 => (n * side + long / 2) / long,
        factor => n * factor,
    };
    let (width, height) = (scaled(shape.width), scaled(shape.height));
    let thinnest = (width.max(height) / 8).clamp(1, 32);
    (bar(width, shape.width, thinnest), bar(height, shape.height, thinnest))
}

/// `size`, or if that is below `thinnest` the multiple of `pixels` next above `thinnest`.
fn bar(size: usize, pixels: usize, thinnest: usize) -> usize {
    if size >= thinnest {
        size
    } else if pixels < thinnest {
        thinnest.next_multiple_of(pixels.max(1))
    } else {
        thinnest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_within_a_square() {
        let size = |height, width, side| size_within(Shape { height, width }, side);
        assert_eq!(size(28, 28, 280), (280, 280));
        assert_eq!(size(28, 28, 288), (280, 280));
        assert_eq!(size(1, 4, 280), (280, 70));
        assert_eq!(size(1, 7, 280), (280, 40));
        assert_eq!(size(1, 784, 784), (784, 32));
        assert_eq!(size(1, 784, 280), (280, 32));
        assert_eq!(size(3, 300, 300), (300, 33));
        assert_eq!(size(300, 200, 150), (100, 150));
        assert_eq!(size(784, 1, 280), (32, 280));
    }

    #[test]
    fn values_are_clamped() {
        let shape = Shape { height: 1, width: 4 };
        let raster = Raster::new(&[-1.0, f64::NAN, 2.0, 0.5], shape).unwrap();
        assert_eq!(raster.values, [0.0, 0.0, 1.0, 0.5]);
        assert!(Raster::new(&[0.0; 3], shape).is_err());
        assert!(Raster::new(&[], Shape { height: 0, width: 4 }).is_err());
        assert!(Raster::new(&[], Shape { height: usize::MAX, width: 4 }).is_err());
    }

    #[test]
    fn averages_by_hand() {
        let shape = Shape { height: 1, width: 3 };
        let raster = Raster::new(&[0.0, 0.5, 1.0], shape).unwrap();
        let half = raster.resized(2, 1).values;
        assert!((half[0] - 0.5 / 3.0).abs() < 1e-15 && (half[1] - 2.5 / 3.0).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn shrinking_keeps_the_mean(
            values in prop::collection::vec(0.0..=1.0, 12 * 9), w in 1_usize..=12, h in 1_usize..=9,
        ) {
            let raster = Raster::new(&values, Shape { height: 9, width: 12 }).unwrap();
            let small = raster.resized(w, h);
            let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
            prop_assert!((mean(&small.values) - mean(&values)).abs() < 1e-12);
        }

        #[test]
        fn enlarging_copies_pixels(
            values in prop::collection::vec(0.0..=1.0, 6), sx in 1_usize..5, sy in 1_usize..5,
        ) {
            let raster = Raster::new(&values, Shape { height: 2, width: 3 }).unwrap();
            let large = raster.resized(3 * sx, 2 * sy);
            for y in 0..2 * sy {
                for x in 0..3 * sx {
                    prop_assert_eq!(large.value(x, y), raster.value(x / sx, y / sy));
                }
            }
        }
    }
}
