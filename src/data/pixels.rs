//! Grey images of one size, the common form that every reader produces and every binarisation rule consumes.

use crate::bits::BitMatrix;
use crate::error::{Error, Result};

/// `n_images` grey images of `height` x `width`, each value 0 (no ink) to 255 (full ink), or 0 and 1 for binary data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    n_images: usize,
    height: usize,
    width: usize,
    values: Vec<u8>,
    /// Ones where a value is missing; a 0 stands there.
    missing: Option<BitMatrix>,
}

impl Pixels {
    /// Images from their values, image after image, each row by row.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `height` or `width` is 0, or the length is not `n_images * height * width`.
    pub fn new(n_images: usize, height: usize, width: usize, values: Vec<u8>) -> Result<Self> {
        let expected = height.checked_mul(width).and_then(|area| area.checked_mul(n_images));
        if height == 0 || width == 0 || expected != Some(values.len()) {
            return Err(Error::Parameter {
                name: "pixels",
                value: format!("{} values", values.len()),
                allowed: format!("{n_images} images of {height}x{width} pixels, at least 1x1"),
            });
        }
        Ok(Self { n_images, height, width, values, missing: None })
    }

    /// Images of `height` x `width` from the rows of `bits`: 255 for a one, 0 for a zero.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `height` or `width` is 0, or their product is not the number of features.
    pub fn from_bits(bits: &BitMatrix, height: usize, width: usize) -> Result<Self> {
        let (n, d) = (bits.n_samples(), bits.n_features());
        let mut values = vec![0; n * d];
        for i in 0..n {
            bits.ones(i).for_each(|feature| values[i * d + feature] = u8::MAX);
        }
        Self::new(n, height, width, values)
    }

    /// The same images with the values missing that stand at `places` (image * `n_features` + feature).
    pub(super) fn without(self, places: &[usize]) -> Result<Self> {
        let d = self.n_features();
        let mut missing = BitMatrix::zeros(self.n_images, d);
        places.iter().for_each(|place| missing.set(place / d, place % d));
        self.with_missing(&missing)
    }

    /// The same images with those values missing, besides others that were, where `missing` (N x D) has ones.
    ///
    /// # Errors
    /// [`Error::Parameter`] if it is of another shape.
    pub fn with_missing(mut self, missing: &BitMatrix) -> Result<Self> {
        let mut mask = BitMatrix::zeros(self.n_images, self.n_features()).with_missing(missing)?;
        if let Some(before) = &self.missing {
            mask = mask.with_missing(before)?;
        }
        self.missing = mask.missing().cloned();
        let d = self.n_features();
        for (i, image) in self.values.chunks_exact_mut(d).enumerate() {
            missing.ones(i).for_each(|feature| image[feature] = 0);
        }
        Ok(self)
    }

    /// Ones where a value is missing (N x D); `None` if none is.
    pub fn missing(&self) -> Option<&BitMatrix> {
        self.missing.as_ref()
    }

    /// The number of images, N; 0 only after [`Pixels::truncate`] or if made so.
    pub fn n_images(&self) -> usize {
        self.n_images
    }

    /// The height of each image in pixels, at least 1.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The width of each image in pixels, at least 1.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of pixels of an image, D = height x width.
    pub fn n_features(&self) -> usize {
        self.height * self.width
    }

    /// The values of image `i` (length `n_features`), row by row.
    ///
    /// # Panics
    /// If `i` is not below `n_images`.
    pub fn image(&self, i: usize) -> &[u8] {
        let n_features = self.n_features();
        &self.values[i * n_features..(i + 1) * n_features]
    }

    /// All values, image after image.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// Whether every value is 0 or 1, so that nothing is left to binarise.
    pub fn is_binary(&self) -> bool {
        // Chunks without an early exit inside vectorise; the exit between them spares grey data the full pass.
        self.values.chunks(4096).all(|chunk| chunk.iter().fold(0, |all, &v| all | v) <= 1)
    }

    /// Keeps the first `n` images only.
    pub fn truncate(&mut self, n: usize) {
        self.n_images = self.n_images.min(n);
        self.values.truncate(self.n_images * self.n_features());
        if let Some(missing) = &mut self.missing {
            missing.truncate(n);
        }
    }

    /// Reads the same values as images of `height` x `width`: a table of 784 columns becomes 28x28 images.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `height * width` is not `n_features`.
    pub fn reshape(&mut self, height: usize, width: usize) -> Result<()> {
        let n_features = self.n_features();
        if height.checked_mul(width) != Some(n_features) {
            return Err(Error::Parameter {
                name: "--shape",
                value: format!("{height}x{width}"),
                allowed: format!("HxW with a product of {n_features}, the values of a row"),
            });
        }
        (self.height, self.width) = (height, width);
        Ok(())
    }

    /// Appends the images of `more`; false, and nothing done, if they are of another size.
    #[must_use]
    pub(super) fn append(&mut self, more: &Pixels) -> bool {
        let fits = (self.height, self.width) == (more.height, more.width);
        if fits {
            self.values.extend_from_slice(&more.values);
            self.missing = match (&self.missing, &more.missing) {
                (None, None) => None,
                (before, behind) => {
                    let none =
                        |pixels: &Self| BitMatrix::zeros(pixels.n_images, pixels.n_features());
                    let before = before.clone().unwrap_or_else(|| none(self));
                    Some(before.followed_by(behind.as_ref().unwrap_or(&none(more))))
                }
            };
            self.n_images += more.n_images;
        }
        fits
    }

    /// The size as users read it, height x width.
    pub(super) fn size_text(&self) -> String {
        format!("{}x{}", self.height, self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Pixels {
        Pixels::new(3, 1, 2, vec![0, 1, 2, 3, 4, 5]).unwrap()
    }

    #[test]
    fn a_length_that_does_not_fit_the_shape_is_refused() {
        assert!(Pixels::new(2, 2, 2, vec![0; 7]).is_err());
        assert!(Pixels::new(2, 2, 2, vec![0; 8]).is_ok());
        assert!(Pixels::new(usize::MAX, 2, 2, vec![]).is_err());
    }

    #[test]
    fn an_image_without_area_is_refused() {
        assert!(Pixels::new(2, 0, 2, vec![]).is_err());
        assert!(Pixels::new(2, 2, 0, vec![]).is_err());
    }

    #[test]
    fn image_i_is_the_ith_run_of_values() {
        assert_eq!(three().image(0), [0, 1]);
        assert_eq!(three().image(2), [4, 5]);
    }

    #[test]
    fn truncating_keeps_the_first_images_and_never_grows() {
        let mut pixels = three();
        pixels.truncate(9);
        assert_eq!(pixels, three());
        pixels.truncate(2);
        assert_eq!((pixels.n_images(), pixels.values()), (2, &[0u8, 1, 2, 3][..]));
    }

    #[test]
    fn binary_means_no_value_above_one() {
        let mut values = vec![1; 10_000];
        assert!(Pixels::new(1, 100, 100, values.clone()).unwrap().is_binary());
        values[9_999] = 2;
        assert!(!Pixels::new(1, 100, 100, values).unwrap().is_binary());
    }

    #[test]
    fn reshaping_keeps_the_values_and_demands_the_same_area() {
        let mut pixels = three();
        pixels.reshape(2, 1).unwrap();
        assert_eq!((pixels.height(), pixels.width(), pixels.image(1)), (2, 1, &[2u8, 3][..]));
        let error = pixels.reshape(3, 1).unwrap_err().to_string();
        assert!(error.contains("3x1") && error.contains('2'), "{error}");
        assert!(pixels.reshape(usize::MAX, 2).is_err());
    }

    #[test]
    fn appending_demands_one_size() {
        let mut pixels = three();
        assert!(pixels.append(&three()));
        assert_eq!((pixels.n_images(), pixels.image(5)), (6, &[4u8, 5][..]));
        assert!(!pixels.append(&Pixels::new(1, 2, 1, vec![0, 0]).unwrap()));
        assert_eq!(pixels.n_images(), 6);
    }

    #[test]
    fn what_is_missing_goes_where_its_image_goes() {
        let holey = three().without(&[1, 4]).unwrap();
        assert_eq!(holey.values(), [0, 0, 2, 3, 0, 5]);
        let mut all = three();
        assert!(all.append(&holey) && all.append(&three()));
        let missing = all.missing().unwrap();
        assert_eq!(missing.n_samples(), 9);
        assert!(missing.get(3, 1) && missing.get(5, 0) && missing.count_ones() == 2);
        all.truncate(5);
        assert_eq!(
            (all.missing().unwrap().n_samples(), all.missing().unwrap().count_ones()),
            (5, 1)
        );
        assert_eq!(three().without(&[]).unwrap(), three());
    }
}
