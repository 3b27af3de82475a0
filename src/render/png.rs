//! PNG files in memory: a single mean or a finished page. The only place that encodes pictures.

use super::raster::{Raster, size_within};
use super::{Shape, checked_pixels};
use crate::error::{Error, Result};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder, RgbImage, imageops};

/// The longer side of a picture made by [`mean_png`], in pixels, unless the image itself is larger.
const LONG_SIDE: usize = 280;

/// A grey PNG of `values` (ink in 0..=1, row by row), white ink on black, each value a square of
/// `scale` x `scale` pixels. Errors: [`Error::Parameter`] if `values` does not have the shape's
/// size, `scale` is 0, or the picture would be larger than 2^28 pixels.
pub fn grey_png(values: &[f64], shape: Shape, scale: usize) -> Result<Vec<u8>> {
    let scaled = |n: usize| n.saturating_mul(scale);
    draw(values, shape, scaled(shape.width), scaled(shape.height))
}

/// A grey PNG of `values` at the whole-number scale that makes its longer side about 280 pixels, or
/// at scale 1 if it is larger than that. The short side of very long shapes, such as a row of many
/// features, is stretched so that it stays visible. Errors: those of [`grey_png`].
pub fn mean_png(values: &[f64], shape: Shape) -> Result<Vec<u8>> {
    let side = LONG_SIDE.max(shape.width).max(shape.height);
    checked_pixels(shape.width, shape.height)?;
    let (width, height) = size_within(shape, side);
    draw(values, shape, width, height)
}

fn draw(values: &[f64], shape: Shape, width: usize, height: usize) -> Result<Vec<u8>> {
    let raster = Raster::new(values, shape)?;
    checked_pixels(width, height)?;
    grey_picture(&raster.resized(width, height).to_image())
}

/// A PNG file, the same bytes on every machine.
pub(super) fn grey_picture(picture: &GrayImage) -> Result<Vec<u8>> {
    encoded(picture, picture.dimensions(), ExtendedColorType::L8)
}

/// The same for colours, shrunk by a whole `factor`.
pub(super) fn rgb_picture(large: &RgbImage, factor: u32) -> Result<Vec<u8>> {
    let small = imageops::thumbnail(large, large.width() / factor, large.height() / factor);
    encoded(&small, small.dimensions(), ExtendedColorType::Rgb8)
}

fn encoded(pixels: &[u8], (width, height): (u32, u32), kind: ExtendedColorType) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive)
        .write_image(pixels, width, height, kind)
        .map_err(|e| {
            let allowed = format!("a size that PNG can hold ({e})");
            Error::parameter("picture", format!("{height} x {width}"), allowed)
        })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(png: &[u8]) -> image::GrayImage {
        let picture = image::load_from_memory_with_format(png, image::ImageFormat::Png).unwrap();
        assert_eq!(picture.color(), image::ColorType::L8);
        picture.into_luma8()
    }

    #[test]
    fn every_value_becomes_a_square() {
        let values = [0.0, 0.5, 1.0, 0.25, 0.75, 0.1];
        let picture = decoded(&grey_png(&values, Shape { height: 2, width: 3 }, 7).unwrap());
        assert_eq!(picture.dimensions(), (21, 14));
        for (x, y, pixel) in picture.enumerate_pixels() {
            let value: f64 = values[(y / 7 * 3 + x / 7) as usize];
            assert_eq!(pixel.0[0], (value * 255.0).round() as u8);
        }
    }

    #[test]
    fn automatic_sizes() {
        let size = |height: usize, width: usize| {
            let values = vec![0.5; height * width];
            decoded(&mean_png(&values, Shape { height, width }).unwrap()).dimensions()
        };
        assert_eq!(size(28, 28), (280, 280));
        assert_eq!(size(1, 4), (280, 70));
        assert_eq!(size(1, 1), (280, 280));
        assert_eq!(size(1, 784), (784, 32));
        assert_eq!(size(300, 200), (200, 300));
    }

    #[test]
    fn wrong_input_is_refused() {
        let square = Shape { height: 2, width: 2 };
        assert!(grey_png(&[0.0; 4], square, 0).is_err());
        assert!(grey_png(&[0.0; 4], square, 1 << 20).is_err());
        assert!(grey_png(&[0.0; 3], square, 1).is_err());
        assert!(mean_png(&[], Shape { height: 0, width: 0 }).is_err());
        assert!(mean_png(&[], Shape { height: usize::MAX, width: usize::MAX }).is_err());
    }
}
