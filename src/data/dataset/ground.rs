//! Pictures that are dark on bright, and images whose grey values are to be inverted.

use super::{Dataset, Part, SourceKind};
use crate::data::photo::ground;

impl Dataset {
    /// Whether these are pictures with dark ink on bright ground: the edge of three in four is
    /// bright, and so are most pixels. Pictures that were prepared are not asked.
    pub(crate) fn is_dark_on_bright(&self) -> bool {
        if self.kind != SourceKind::Pictures {
            return false;
        }
        let width = self.pixels.width();
        let images = || self.as_they_are().map(|i| self.pixels.image(i));
        let n = images().count();
        let n_bright = images().filter(|image| ground::is_bright(image, width)).count();
        let n_pixels = n * self.pixels.n_features();
        n > 0 && 4 * n_bright >= 3 * n && 2 * ground::n_bright(images().flatten()) > n_pixels
    }

    /// Inverts the grey values of all images but the prepared ones, which are bright on black.
    /// Returns whether there were some.
    pub(crate) fn invert(&mut self) -> bool {
        let mut is_chosen = vec![false; self.pixels.n_images()];
        self.as_they_are().for_each(|i| is_chosen[i] = true);
        self.pixels.invert(|i| is_chosen[i]);
        is_chosen.contains(&true)
    }

    /// The images that were not prepared.
    fn as_they_are(&self) -> impl Iterator<Item = usize> {
        let rows = |part: &Part| part.first..part.first + part.n_images;
        self.parts.iter().filter(|part| !part.is_prepared).flat_map(rows)
    }
}
