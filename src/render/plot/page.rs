//! A page of coloured pixels for `plotters` to draw on, with the letters of the captions.

use crate::render::canvas::{self, Style};
use image::RgbImage;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::convert::Infallible;

pub(super) struct Page<'a> {
    pub(super) picture: &'a mut RgbImage,
    /// How many pixels wide and high a pixel of a letter is.
    pub(super) scale: u32,
}

/// Titles are larger than this, in pixels of the picture; other text is not.
const MAX_TEXT_SIZE: f64 = 30.0;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Page<'_> {
    fn style(&self, size: f64) -> Style {
        if size > MAX_TEXT_SIZE * f64::from(self.scale) { Style::TITLE } else { Style::LARGE }
    }

    fn size(&self, text: &str, size: f64) -> (u32, u32) {
        let style = self.style(size);
        let (width, height) = (style.width(text.chars().count()), style.line_height());
        (width as u32 * self.scale, height as u32 * self.scale)
    }
}

impl DrawingBackend for Page<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.picture.dimensions()
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        let place = u32::try_from(x).ok().zip(u32::try_from(y).ok());
        if let Some(pixel) = place.and_then(|(x, y)| self.picture.get_pixel_mut_checked(x, y)) {
            let new = [color.rgb.0, color.rgb.1, color.rgb.2];
            for (old, new) in pixel.0.iter_mut().zip(new) {
                let mixed = f64::from(*old) * (1.0 - color.alpha) + f64::from(new) * color.alpha;
                *old = mixed.round() as u8;
            }
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let letters = self.style(style.size());
        let (width, height) = self.size(text, style.size());
        let (width, height, scale) = (width as i32, height as i32, self.scale as i32);
        let left = match style.anchor().h_pos {
            HPos::Left => 0,
            HPos::Center => -width / 2,
            HPos::Right => -width,
        };
        let top = match style.anchor().v_pos {
            VPos::Top => 0,
            VPos::Center => -height / 2,
            VPos::Bottom => -height,
        };
        let color = style.color();
        for (x, y, part) in canvas::inked(text, letters) {
            let color = BackendColor { alpha: color.alpha * f64::from(part) / 255.0, ..color };
            for (dx, dy) in (0..scale).flat_map(|dy| (0..scale).map(move |dx| (dx, dy))) {
                let place = (left + x as i32 * scale + dx, top + y as i32 * scale + dy);
                let (x, y) = style.transform().transform(place.0, place.1);
                self.draw_pixel((at.0 + x, at.1 + y), color)?;
            }
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok(self.size(text, style.size()))
    }
}
