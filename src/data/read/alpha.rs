//! Pictures with transparent parts: a shape may be in the alpha channel alone.

/// Below this opacity the colour of a pixel says little: it was rounded with its opacity.
const VISIBLE: u8 = 64;
/// Colours of one grey level, within so many of 256, are one colour.
const ONE_COLOUR: u8 = 16;

/// What the pixels of a picture are like, each a grey value and its opacity.
#[derive(Debug)]
pub(super) struct Transparency {
    is_opaque: bool,
    darkest: u8,
    brightest: u8,
    /// The sum of opacities, and that of opacity times grey value.
    opacity: u64,
    weighted: u64,
}

/// How grey values come of pixels that are not opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// One colour on nothing: what is opaque is ink, 255, whatever the colour.
    Shape,
    /// Over black or over white, the one that most of the picture differs from.
    Over(u8),
}

impl Default for Transparency {
    fn default() -> Self {
        Self { is_opaque: true, darkest: u8::MAX, brightest: 0, opacity: 0, weighted: 0 }
    }
}

impl Transparency {
    pub(super) fn add(&mut self, [grey, opacity]: [u8; 2]) {
        self.is_opaque &= opacity == u8::MAX;
        self.opacity += u64::from(opacity);
        self.weighted += u64::from(opacity) * u64::from(grey);
        if opacity >= VISIBLE {
            self.darkest = self.darkest.min(grey);
            self.brightest = self.brightest.max(grey);
        }
    }

    pub(super) fn seen(&self) -> Seen {
        let is_one_colour = self.brightest.saturating_sub(self.darkest) < ONE_COLOUR;
        if !self.is_opaque && is_one_colour {
            Seen::Shape
        } else if self.weighted >= 128 * self.opacity {
            Seen::Over(0)
        } else {
            Seen::Over(u8::MAX)
        }
    }
}

impl Seen {
    /// The grey value of a pixel, rounded.
    pub(super) fn value(self, [grey, opacity]: [u8; 2]) -> u8 {
        let Self::Over(ground) = self else { return opacity };
        let (grey, opacity, ground) = (u32::from(grey), u32::from(opacity), u32::from(ground));
        ((grey * opacity + ground * (255 - opacity) + 127) / 255) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pixels: &[[u8; 2]]) -> Vec<u8> {
        let mut transparency = Transparency::default();
        pixels.iter().for_each(|pixel| transparency.add(*pixel));
        pixels.iter().map(|pixel| transparency.seen().value(*pixel)).collect()
    }

    #[test]
    fn one_colour_on_nothing_is_a_shape_whatever_the_colour() {
        for colour in [0, 100, 128, 255] {
            let pixels = [[0, 0], [colour, 128], [colour, 255], [9, 1]];
            assert_eq!(values(&pixels), [0, 128, 255, 1], "{colour}");
        }
    }

    #[test]
    fn several_colours_stand_on_what_they_differ_from() {
        assert_eq!(values(&[[0, 0], [0, 255], [60, 255], [60, 128]]), [255, 0, 60, 157]);
        assert_eq!(values(&[[0, 0], [255, 255], [200, 255], [200, 128]]), [0, 255, 200, 100]);
    }

    #[test]
    fn opaque_pixels_keep_their_values() {
        assert_eq!(values(&[[7, 255], [7, 255]]), [7, 7]);
        assert_eq!(values(&[[0, 255], [128, 255], [250, 255]]), [0, 128, 250]);
    }
}
