//! Pictures that are dark on bright, and images whose grey values are to be inverted.

use super::{Dataset, Part, SourceKind};
use crate::data::photo::ground;

impl Dataset {
    /// Whether these are pictures with dark ink on bright ground: the edge of most is bright, and
    /// so are most pixels. Of pictures whose ink is known to be bright nothing is asked.
    pub(crate) fn is_dark_on_bright(&self) -> bool {
        if self.kind != SourceKind::Pictures {
            return false;
        }
        let width = self.pixels.width();
        let images = || self.with_unknown_ink().map(|i| self.pixels.image(i));
        let n = images().count();
        let n_bright = images().filter(|image| ground::is_bright(image, width)).count();
        let n_pixels = n * self.pixels.n_features();
        2 * n_bright > n && 2 * ground::n_bright(images().flatten()) > n_pixels
    }

    /// The pictures whose ground is plainly bright although that of the set is not, or dark
    /// although that of the set is bright.
    pub(crate) fn with_other_ground(&self, is_bright: bool) -> Vec<usize> {
        let width = self.pixels.width();
        let is_other = |i: &usize| ground::is_plainly(!is_bright, self.pixels.image(*i), width);
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
        let is_unknown = |part: &&Part| !part.is_prepared && !part.is_shape;
        self.parts.iter().filter(is_unknown).flat_map(rows)
    }
}
