//! A photo of something drawn becomes an image like those of MNIST. Its ink is cut out, bright on
//! black, its longer side 20 of 28 pixels, its centre of mass in the middle.
//!
//! The steps, and what they are for:
//!
//! 1. large photos are averaged down, which costs nothing that 28 pixels could show and takes most
//!    of the noise;
//! 2. the paper is found as a plane of grey, so that light from one side is no ink ([`paper`]);
//! 3. ink is what is darker than the paper, or brighter, whichever there is more of;
//! 4. a margin around the paper is dropped ([`frame`]);
//! 5. a mean over 3 x 3 pixels, then the cut of Otsu's method, at which an edge of ink is half ink;
//! 6. specks are dropped ([`specks`]), the rest is cut out, scaled by area and put in its place.
//!
//! Size and place are those of MNIST. The box of the ink is scaled to 20 x 20. Its centre of mass
//! lies in the pixel below and to the right of the middle. Source: LeCun et al. 1998,
//! *Proceedings of the IEEE* 86, section III.A.

mod field;
pub(super) mod frame;
pub(super) mod ground;
mod paper;
mod specks;

use super::{binarize::otsu, pixels::Pixels};
use crate::error::Result;
use field::Field;
use frame::Frame;

/// Photos are averaged down to this many pixels a side.
const MAX_SIDE: usize = 128;
/// Ink differs from paper by at least so many grey levels of 256, at its strongest.
const MIN_CONTRAST: f64 = 16.0;
/// Ink inside of a frame differs by at least so many: what is fainter may be noise, and the frame
/// what is drawn.
const LEAST_INSIDE: f64 = 32.0;
/// The longer side of the ink, in parts of the shorter side of the image.
const SIDE: f64 = 20.0 / 28.0;

/// One picture, grey 0 (black) to 255 (white).
pub(super) struct Picture {
    /// One image.
    pub(super) pixels: Pixels,
    /// Whether it is a shape of one colour on nothing: then bright is ink, whatever the colour.
    pub(super) is_shape: bool,
    /// What was made of it.
    pub(super) made: Made,
}

/// What was made of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Nothing: it is as it was.
    AsItWas,
    /// Its ink was cut out, bright on black, and put in the middle.
    CutOut(Frame),
    /// It was scaled as a whole.
    Scaled,
}

impl Picture {
    /// This picture at that `size`. Errors: [`crate::error::Error::Parameter`] for an empty size.
    pub(super) fn fitted(self, size: Option<PictureSize>) -> Result<Self> {
        let Some(size) = size.filter(|size| !size.fits(&self)) else { return Ok(self) };
        let (values, width) = (self.pixels.values(), self.pixels.width());
        let new_size = (size.height, size.width);
        let (values, made) = if size.fitting == Fitting::Scaled {
            (Field::resized(values, width, new_size).grey(), Made::Scaled)
        } else {
            let (values, frame) = prepared(values, width, new_size);
            (values, Made::CutOut(frame))
        };
        let pixels = Pixels::new(1, size.height, size.width, values)?;
        Ok(Self { pixels, made, ..self })
    }
}

/// What pictures are made into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PictureSize {
    /// In pixels.
    pub(crate) height: usize,
    /// In pixels.
    pub(crate) width: usize,
    pub(crate) fitting: Fitting,
}

/// Which pictures are made into images of a size, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fitting {
    /// Those of another size are cut out.
    OthersCutOut,
    /// All are cut out.
    AllCutOut,
    /// Those are cut out that are not like the images of a model with such a ground: of another
    /// size, with the other ground, or in a frame.
    ForGround { is_bright: bool },
    /// Those of another size are scaled as they are, each side by a factor of its own.
    Scaled,
}

impl PictureSize {
    /// Pictures of another size are cut out, centred and scaled.
    pub(crate) fn for_photos(height: usize, width: usize) -> Self {
        Self { height, width, fitting: Fitting::OthersCutOut }
    }

    fn fits(&self, Picture { pixels, is_shape, .. }: &Picture) -> bool {
        let is_of_other_ground = |is_bright: bool| {
            let (values, width) = (pixels.values(), pixels.width());
            ground::is_plainly(!is_bright, values, width) || frame::paper(values, width).is_some()
        };
        let is_kept = match self.fitting {
            Fitting::OthersCutOut | Fitting::Scaled => true,
            Fitting::AllCutOut => false,
            Fitting::ForGround { is_bright } => *is_shape || !is_of_other_ground(is_bright),
        };
        (self.height, self.width) == (pixels.height(), pixels.width()) && is_kept
    }
}

/// Makes an image of `height` x `width` (grey, 0 to 255) from a photo: `values` row by row,
/// `photo_width` in a row. A photo without ink gives a black image. Panics if `values` are not
/// whole rows of a photo.
fn prepared(
    values: &[u8],
    photo_width: usize,
    (height, width): (usize, usize),
) -> (Vec<u8>, Frame) {
    let (ink, frame) = ink_alone(&shrunk(values, photo_width));
    let image = cut_out(&ink).map(|ink| placed(&ink, height, width));
    (image.map_or_else(|| vec![0; height * width], |image| image.grey()), frame)
}

fn shrunk(values: &[u8], width: usize) -> Field {
    let longest = width.max(values.len() / width);
    if longest <= MAX_SIDE {
        return Field::new(width, values.iter().map(|&v| f64::from(v)).collect());
    }
    Field::scaled_from(values, width, MAX_SIDE as f64 / longest as f64)
}

/// The smoothed ink, and what became of a frame. It is left out if there is other ink, away from
/// the edge. The paper is then found anew: a frame moves the plane.
fn ink_alone(photo: &Field) -> (Field, Frame) {
    let whole = ink(photo, &vec![false; photo.values().len()]);
    let Some((is_frame, share)) = frame::at_edge(&whole) else {
        return (whole.smoothed(), Frame::Absent);
    };
    let inside = ink(photo, &is_frame);
    let is_away = frame::at_edge(&inside).is_none();
    let inside = inside.smoothed();
    if is_away && inside.top() >= LEAST_INSIDE {
        return (inside, Frame::LeftOut);
    }
    (whole.smoothed(), if share > 0.5 { Frame::Kept } else { Frame::Absent })
}

/// Distance of every pixel from the paper, towards dark or towards bright; 0 in a frame.
fn ink(photo: &Field, is_frame: &[bool]) -> Field {
    let paper::Residuals { mut values, scale } = paper::residuals(photo, is_frame);
    values.iter_mut().zip(is_frame).filter(|(_, is_frame)| **is_frame).for_each(|(r, _)| *r = 0.0);
    let ink_energy = |is_ink: &dyn Fn(f64) -> bool| -> f64 {
        values.iter().filter(|r| is_ink(**r)).map(|r| r * r).sum()
    };
    let limit = paper::OUTLIER * scale;
    let is_dark = ink_energy(&|r| r < -limit) >= ink_energy(&|r| r > limit);
    let sign = if is_dark { -1.0 } else { 1.0 };
    let values = values.iter().map(|r| (sign * r).max(0.0)).collect();
    Field::new(photo.width(), values)
}

/// The ink from 0 to 255, which is its most, and the level at which an edge of it runs; `None`
/// where there is none.
fn levels(ink: &Field) -> Option<(Vec<f64>, f64)> {
    let top = ink.top();
    if top < MIN_CONTRAST {
        return None;
    }
    let levels: Vec<f64> = ink.values().iter().map(|v| v / top * 255.0).collect();
    let mut histogram = [0; 256];
    levels.iter().for_each(|&level| histogram[level as usize] += 1);
    Some((levels, f64::from(otsu(&histogram))))
}

/// The ink alone, 128 where an edge of it runs and 255 inside; `None` where there is none.
fn cut_out(ink: &Field) -> Option<Field> {
    let (levels, cut) = levels(ink)?;
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
