//! A photo of something drawn becomes an image like those of MNIST: ink bright on black, cut out,
//! its longer side 20 of 28 pixels, its centre of mass in the middle.
//!
//! The steps, and what they are for:
//!
//! 1. large photos are averaged down, which costs nothing that 28 pixels could show and takes most
//!    of the noise;
//! 2. the paper is found as a plane of grey, so that light from one side is no ink ([`paper`]);
//! 3. ink is what is darker than the paper, or brighter, whichever there is more of;
//! 4. a mean over 3 x 3 pixels, then the cut of Otsu's method, at which an edge of ink is half ink;
//! 5. specks are dropped ([`specks`]), the rest is cut out, scaled by area and put in its place.
//!
//! Size and place are those of MNIST: the box of the ink is scaled to 20 x 20, and its centre of
//! mass lies in the pixel below and to the right of the middle. Source: LeCun et al. 1998,
//! *Proceedings of the IEEE* 86, section III.A.

mod field;
pub(super) mod ground;
mod paper;
mod specks;

use super::{binarize::otsu, pixels::Pixels};
use crate::error::Result;
use field::Field;

/// Photos are averaged down to this many pixels a side.
const MAX_SIDE: usize = 128;
/// Ink differs from paper by at least so many grey levels of 256, at its strongest.
const MIN_CONTRAST: f64 = 16.0;
/// The longer side of the ink, in parts of the shorter side of the image.
const SIDE: f64 = 20.0 / 28.0;

/// One picture, grey 0 (black) to 255 (white).
pub(super) struct Picture {
    /// One image.
    pub(super) pixels: Pixels,
    /// Whether it is a shape of one colour on nothing: then bright is ink, whatever the colour.
    pub(super) is_shape: bool,
    /// Whether its ink was cut out, bright on black.
    pub(super) is_prepared: bool,
}

impl Picture {
    /// This picture at that `size`. Errors: [`crate::error::Error::Parameter`] for an empty size.
    pub(super) fn fitted(self, size: Option<PictureSize>) -> Result<Self> {
        let Some(size) = size.filter(|size| !size.fits(&self)) else { return Ok(self) };
        let (values, width) = (self.pixels.values(), self.pixels.width());
        let new_size = (size.height, size.width);
        let is_prepared = !size.is_scaled;
        let values = if is_prepared {
            prepared(values, width, new_size)
        } else {
            Field::resized(values, width, new_size).grey()
        };
        let pixels = Pixels::new(1, size.height, size.width, values)?;
        Ok(Self { pixels, is_prepared, ..self })
    }
}

/// What pictures are made into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PictureSize {
    /// In pixels.
    pub(crate) height: usize,
    /// In pixels.
    pub(crate) width: usize,
    /// Whether the images of a model have bright ground. Pictures of just that size with the other
    /// ground are prepared, too. `None` keeps all of that size.
    pub(crate) has_bright_ground: Option<bool>,
    /// Whether pictures are scaled as they are, each side by a factor of its own; nothing is cut
    /// out.
    pub(crate) is_scaled: bool,
}

impl PictureSize {
    /// Pictures of another size are cut out, centred and scaled.
    pub(crate) fn for_photos(height: usize, width: usize) -> Self {
        Self { height, width, has_bright_ground: None, is_scaled: false }
    }

    fn fits(&self, Picture { pixels, is_shape, .. }: &Picture) -> bool {
        let is_other =
            |is_bright: bool| ground::is_plainly(!is_bright, pixels.values(), pixels.width());
        (self.height, self.width) == (pixels.height(), pixels.width())
            && (*is_shape || !self.has_bright_ground.is_some_and(is_other))
    }
}

/// Makes an image of `height` x `width` (grey, 0 to 255) from a photo: `values` row by row,
/// `photo_width` in a row. A photo without ink gives a black image. Panics if `values` are not
/// whole rows of a photo.
fn prepared(values: &[u8], photo_width: usize, (height, width): (usize, usize)) -> Vec<u8> {
    let image = cut_out(&ink(&shrunk(values, photo_width))).map(|ink| placed(&ink, height, width));
    image.map_or_else(|| vec![0; height * width], |image| image.grey())
}

fn shrunk(values: &[u8], width: usize) -> Field {
    let longest = width.max(values.len() / width);
    if longest <= MAX_SIDE {
        return Field::new(width, values.iter().map(|&v| f64::from(v)).collect());
    }
    Field::scaled_from(values, width, MAX_SIDE as f64 / longest as f64)
}

/// Smoothed distance of every pixel from the paper, towards dark or towards bright.
fn ink(photo: &Field) -> Field {
    let paper::Residuals { values, scale } = paper::residuals(photo);
    let ink_energy = |is_ink: &dyn Fn(f64) -> bool| -> f64 {
        values.iter().filter(|r| is_ink(**r)).map(|r| r * r).sum()
    };
    let limit = paper::OUTLIER * scale;
    let is_dark = ink_energy(&|r| r < -limit) >= ink_energy(&|r| r > limit);
    let sign = if is_dark { -1.0 } else { 1.0 };
    let values = values.iter().map(|r| (sign * r).max(0.0)).collect();
    Field::new(photo.width(), values).smoothed()
}

/// The ink alone, 128 where an edge of it runs and 255 inside; `None` where there is none.
fn cut_out(ink: &Field) -> Option<Field> {
    let top = ink.values().iter().copied().fold(0.0, f64::max);
    if top < MIN_CONTRAST {
        return None;
    }
    let levels: Vec<f64> = ink.values().iter().map(|v| v / top * 255.0).collect();
    let mut histogram = [0; 256];
    levels.iter().for_each(|&level| histogram[level as usize] += 1);
    let cut = f64::from(otsu(&histogram));
    let is_ink: Vec<bool> = levels.iter().map(|&level| level >= cut).collect();
    let kept = specks::without(&is_ink, ink.width());
    // The soft edge of what is kept is one pixel wide after the smoothing.
    let around = specks::grown(&kept, ink.width());
    let value = |(&level, &is_kept): (&f64, &bool)| {
        if is_kept { (level * 128.0 / cut).min(255.0) } else { 0.0 }
    };
    let values = levels.iter().zip(&around).map(value).collect();
    Some(Field::new(ink.width(), values).cropped(&kept))
}

/// The ink at its size and place in an image of `height` x `width`.
fn placed(ink: &Field, height: usize, width: usize) -> Field {
    let side = (SIDE * height.min(width) as f64 + 0.5).floor();
    let ink = ink.scaled(side / ink.height().max(ink.width()) as f64);
    let (y, x) = ink.centre_of_mass();
    let offset = |size: usize, centre: f64| (size as f64 / 2.0 - centre).ceil() as isize;
    ink.pasted((height, width), (offset(height, y), offset(width, x)))
}

#[cfg(test)]
mod tests;
