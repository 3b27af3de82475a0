//! Pictures that are dark on bright, and images whose grey values are to be inverted.

use super::{Dataset, Part, SourceKind};
use crate::data::photo::{Made, frame, ground};

impl Dataset {
    /// Whether these are pictures with dark ink on bright ground: the edge of most is bright, and
    /// so are most pixels. Bright paper inside of a frame counts as bright ground. Of pictures
    /// whose ink is known to be bright nothing is asked.
    pub(crate) fn is_dark_on_bright(&self) -> bool {
        if self.kind != SourceKind::Pictures {
            return false;
        }
        let width = self.pixels.width();
        let images = || self.with_unknown_ink().map(|i| self.pixels.image(i));
        let (framed, others): (Vec<&[u8]>, Vec<&[u8]>) =
            images().partition(|image| frame::is_around(true, image, width));
        let n_bright = others.iter().filter(|image| ground::is_bright(image, width)).count();
        let n_pixels = others.len() * self.pixels.n_features();
        let most_are_bright = 2 * ground::n_bright(others.iter().copied().flatten()) > n_pixels;
        2 * (n_bright + framed.len()) > images().count() && (most_are_bright || others.is_empty())
    }

    /// The pictures that show paper inside of a frame, whose ink is not known to be bright.
    pub(crate) fn framed(&self) -> Vec<usize> {
        let width = self.pixels.width();
        let pictures = self.with_unknown_ink().filter(|_| self.kind == SourceKind::Pictures);
        pictures.filter(|i| frame::is_around_any(self.pixels.image(*i), width)).collect()
    }

    /// The pictures whose ground is plainly bright although that of the set is not, or dark
    /// although that of the set is bright.
    pub(crate) fn with_other_ground(&self, is_bright: bool) -> Vec<usize> {
        let width = self.pixels.width();
        let is_other = |i: &usize| {
            let image = self.pixels.image(*i);
            ground::is_plainly(!is_bright, image, width) && !frame::is_around_any(image, width)
        };
        let pictures = self.with_unknown_ink().filter(|_| self.kind == SourceKind::Pictures);
        pictures.filter(is_other).collect()
    }

    /// Inverts the grey values of all images but those whose ink is known to be bright. Returns
    /// whether there were some.
    pub(crate) fn invert(&mut self) -> bool {
        let mut is_chosen = vec![false; self.pixels.n_images()];
        self.with_unknown_ink().for_each(|i| is_chosen[i] = true);
        self.pixels.invert(|i| is_chosen[i]);
        self.is_grey = true;
        is_chosen.contains(&true)
    }

    /// The images that were neither cut out, bright on black, nor shapes on nothing.
    fn with_unknown_ink(&self) -> impl Iterator<Item = usize> {
        let rows = |part: &Part| part.first..part.first + part.n_images;
        let is_unknown = |part: &&Part| !matches!(part.made, Made::CutOut(_)) && !part.is_shape;
        self.parts.iter().filter(is_unknown).flat_map(rows)
    }
}
