//! Pictures that are dark on bright, and images whose grey values are to be inverted.

use super::{Dataset, Part, SourceKind};
use crate::data::photo::{Made, frame, ground};
use std::ops::Range;

impl Dataset {
    /// Whether these are pictures with dark ink on bright ground: the edge of most is bright, and
    /// so are most pixels. Paper inside of a frame is ground, as if all of the picture were of its
    /// grey. Pictures whose ink is known to be bright do not count.
    pub(crate) fn is_dark_on_bright(&self) -> bool {
        let (width, n_pixels) = (self.pixels.width(), self.pixels.n_features());
        let (mut n, mut n_bright, mut n_bright_pixels) = (0, 0, 0);
        for image in self.with_unknown_ink().map(|i| self.pixels.image(i)) {
            let paper = frame::paper(image, width);
            n += 1;
            n_bright += usize::from(paper.unwrap_or_else(|| ground::is_bright(image, width)));
            n_bright_pixels += match paper {
                Some(is_bright) => usize::from(is_bright) * n_pixels,
                None => ground::n_bright(image.iter()),
            };
        }
        2 * n_bright > n && 2 * n_bright_pixels > n * n_pixels
    }

    /// The pictures that show paper inside of a frame, whose ink is not known to be bright, and
    /// whether the paper of each is bright.
    pub(crate) fn framed(&self) -> Vec<(usize, bool)> {
        let paper = |i: usize| frame::paper(self.pixels.image(i), self.pixels.width());
        self.with_unknown_ink().filter_map(|i| Some((i, paper(i)?))).collect()
    }

    /// The pictures whose ground is plainly bright although that of the set is not, or dark
    /// although that of the set is bright. The ground of a picture with a frame is the paper.
    pub(crate) fn with_other_ground(&self, is_bright: bool) -> Vec<usize> {
        let is_other = |i: &usize| {
            let (image, width) = (self.pixels.image(*i), self.pixels.width());
            match frame::paper(image, width) {
                Some(paper_is_bright) => paper_is_bright != is_bright,
                None => ground::is_plainly(!is_bright, image, width),
            }
        };
        self.with_unknown_ink().filter(is_other).collect()
    }

    /// The pictures whose ink is known to be bright: it was cut out, or is a shape on nothing.
    pub(crate) fn with_known_ink(&self) -> Vec<usize> {
        self.parts.iter().filter(|part| part.has_known_ink()).flat_map(Part::rows).collect()
    }

    /// Inverts the grey values of all images but those whose ink is known to be bright. Returns
    /// whether there were some.
    pub(crate) fn invert(&mut self) -> bool {
        let mut is_chosen = vec![true; self.pixels.n_images()];
        self.with_known_ink().into_iter().for_each(|i| is_chosen[i] = false);
        self.pixels.invert(|i| is_chosen[i]);
        self.is_grey = true;
        is_chosen.contains(&true)
    }

    /// The pictures that were neither cut out nor are shapes on nothing.
    fn with_unknown_ink(&self) -> impl Iterator<Item = usize> {
        let are_pictures = self.kind == SourceKind::Pictures;
        let parts = self.parts.iter().filter(move |part| are_pictures && !part.has_known_ink());
        parts.flat_map(Part::rows)
    }
}

impl Part {
    fn has_known_ink(&self) -> bool {
        matches!(self.made, Made::CutOut(_)) || self.is_shape
    }

    fn rows(&self) -> Range<usize> {
        self.first..self.first + self.n_images
    }
}
