//! Grey images of one size: what readers produce and binarisation rules consume.

use crate::bits::BitMatrix;
use crate::error::{Error, Result};
use std::sync::OnceLock;

/// `n_images` grey images of `height` x `width`, each value 0 (no ink) to 255 (full ink), or 0 and
/// 1 for binary data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    n_images: usize,
    height: usize,
    width: usize,
    values: Values,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    Grey {
        values: Vec<u8>,
        /// Ones where a value is missing; a 0 stands there.
        missing: Option<BitMatrix>,
    },
    /// Bits, as packed files hold them.
    Packed {
        bits: BitMatrix,
        /// The bits as values 0 and 1, made at the first use. Most callers use the bits alone.
        unpacked: OnceLock<Vec<u8>>,
    },
}

impl Values {
    fn packed(bits: BitMatrix) -> Self {
        Self::Packed { bits, unpacked: OnceLock::new() }
    }

    fn into_grey(self) -> (Vec<u8>, Option<BitMatrix>) {
        match self {
            Self::Grey { values, missing } => (values, missing),
            Self::Packed { bits, .. } => (unpacked(&bits, 1), bits.missing().cloned()),
        }
    }
}

fn unpacked(bits: &BitMatrix, ink: u8) -> Vec<u8> {
    let (n, d) = (bits.n_samples(), bits.n_features());
    let mut values = vec![0; n * d];
    for i in 0..n {
        bits.ones(i).for_each(|feature| values[i * d + feature] = ink);
    }
    values
}

impl Pixels {
    /// Images from their values, image after image, each row by row.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `height` or `width` is 0, or the length is not `n_images * height *
    /// width`.
    pub fn new(n_images: usize, height: usize, width: usize, values: Vec<u8>) -> Result<Self> {
        let expected = height.checked_mul(width).and_then(|area| area.checked_mul(n_images));
        if height == 0 || width == 0 || expected != Some(values.len()) {
            let allowed = format!("{n_images} images of {height}x{width} pixels, at least 1x1");
            return Err(Error::parameter("pixels", format!("{} values", values.len()), allowed));
        }
        let values = Values::Grey { values, missing: None };
        Ok(Self { n_images, height, width, values })
    }

    /// Images that are binary already, the rows of `bits`, kept as they are.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `height` or `width` is 0, or their product is not the number of
    /// features.
    pub(crate) fn packed(bits: BitMatrix, height: usize, width: usize) -> Result<Self> {
        let (n_images, d) = (bits.n_samples(), bits.n_features());
        if d == 0 || height.checked_mul(width) != Some(d) {
            let allowed = format!("HxW with a product of {d}, at least 1x1");
            return Err(Error::parameter("packed pixels", format!("{height}x{width}"), allowed));
        }
        Ok(Self { n_images, height, width, values: Values::packed(bits) })
    }

    /// Images of `height` x `width` from the rows of `bits`: 255 for a one, 0 for a zero.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `height` or `width` is 0, or their product is not the number of
    /// features.
    #[doc(hidden)]
    pub fn from_bits(bits: &BitMatrix, height: usize, width: usize) -> Result<Self> {
        Self::new(bits.n_samples(), height, width, unpacked(bits, u8::MAX))
    }

    /// The images as bits, if they are binary already.
    pub fn bits(&self) -> Option<&BitMatrix> {
        match &self.values {
            Values::Packed { bits, .. } => Some(bits),
            Values::Grey { .. } => None,
        }
    }

    /// The bits of packed images, without a copy.
    ///
    /// # Errors
    /// The images, if they are grey.
    pub(crate) fn into_bits(self) -> Result<BitMatrix, Self> {
        match self.values {
            Values::Packed { bits, .. } => Ok(bits),
            Values::Grey { .. } => Err(self),
        }
    }

    /// These images without the values at `places` (image * `n_features` + feature).
    pub(super) fn without(self, places: &[usize]) -> Result<Self> {
        let d = self.n_features();
        let mut missing = BitMatrix::zeros(self.n_images, d);
        places.iter().for_each(|place| missing.set(place / d, place % d));
        self.with_missing(&missing)
    }

    /// These images with further values missing: where `missing` (N x D) has ones.
    ///
    /// # Errors
    /// [`Error::Parameter`] if it is of another shape.
    pub fn with_missing(self, missing: &BitMatrix) -> Result<Self> {
        let d = self.n_features();
        let values = match self.values {
            Values::Packed { bits, .. } => Values::packed(bits.with_missing(missing)?),
            Values::Grey { mut values, missing: before } => {
                let mut mask = BitMatrix::zeros(self.n_images, d).with_missing(missing)?;
                if let Some(before) = &before {
                    mask = mask.with_missing(before)?;
                }
                for (i, image) in values.chunks_exact_mut(d).enumerate() {
                    missing.ones(i).for_each(|feature| image[feature] = 0);
                }
                Values::Grey { values, missing: mask.missing().cloned() }
            }
        };
        Ok(Self { values, ..self })
    }

    /// Ones where a value is missing (N x D); `None` if none is.
    pub(crate) fn missing(&self) -> Option<&BitMatrix> {
        match &self.values {
            Values::Grey { missing, .. } => missing.as_ref(),
            Values::Packed { bits, .. } => bits.missing(),
        }
    }

    /// Turns binary images into grey ones: every 1 becomes 255.
    pub(super) fn fill_ink(&mut self) {
        let none = Values::packed(BitMatrix::zeros(0, self.n_features()));
        let (mut values, missing) = std::mem::replace(&mut self.values, none).into_grey();
        values.iter_mut().for_each(|value| *value = value.saturating_mul(u8::MAX));
        self.values = Values::Grey { values, missing };
    }

    /// Turns value v of the `chosen` images into 255 - v. Missing values stay 0; packed images stay
    /// as they are.
    pub(super) fn invert(&mut self, chosen: impl Fn(usize) -> bool) {
        let d = self.n_features();
        let Values::Grey { values, missing } = &mut self.values else { return };
        for (i, image) in values.chunks_exact_mut(d).enumerate().filter(|(i, _)| chosen(*i)) {
            image.iter_mut().for_each(|value| *value = u8::MAX - *value);
            let missing = missing.iter().flat_map(|missing| missing.ones(i));
            missing.for_each(|feature| image[feature] = 0);
        }
    }

    /// The number of images, N.
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
    #[doc(hidden)]
    pub fn image(&self, i: usize) -> &[u8] {
        let n_features = self.n_features();
        &self.values()[i * n_features..(i + 1) * n_features]
    }

    /// All values, image after image; packed images give 0 and 1.
    #[doc(hidden)]
    pub fn values(&self) -> &[u8] {
        match &self.values {
            Values::Grey { values, .. } => values,
            Values::Packed { bits, unpacked: values } => values.get_or_init(|| unpacked(bits, 1)),
        }
    }

    /// Whether every value is 0 or 1.
    pub(crate) fn is_binary(&self) -> bool {
        match &self.values {
            Values::Packed { .. } => true,
            // The loop over a chunk vectorises, since it has no exit. The exit between chunks
            // spares grey data the full pass.
            Values::Grey { values, .. } => {
                values.chunks(4096).all(|chunk| chunk.iter().fold(0, |all, &v| all | v) <= 1)
            }
        }
    }

    /// Keeps the first `n` images only.
    #[doc(hidden)]
    pub fn truncate(&mut self, n: usize) {
        self.n_images = self.n_images.min(n);
        let len = self.n_images * self.n_features();
        match &mut self.values {
            Values::Grey { values, missing } => {
                values.truncate(len);
                missing.iter_mut().for_each(|missing| missing.truncate(n));
            }
            Values::Packed { bits, unpacked } => {
                bits.truncate(n);
                unpacked.take();
            }
        }
    }

    /// Takes the values as images of `height` x `width`: a table of 784 columns becomes 28x28
    /// images.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `height * width` is not `n_features`.
    pub(crate) fn reshape(&mut self, height: usize, width: usize) -> Result<()> {
        let n_features = self.n_features();
        if height.checked_mul(width) != Some(n_features) {
            let allowed = format!("HxW with a product of {n_features}, the values of a row");
            return Err(Error::parameter("shape", format!("{height}x{width}"), allowed));
        }
        (self.height, self.width) = (height, width);
        Ok(())
    }

    /// Appends the images of `more`. If they differ in size, nothing is done and the result is
    /// false. Packed images beside grey ones become values 0 and 1.
    #[must_use]
    pub(super) fn append(&mut self, more: &Pixels) -> bool {
        if (self.height, self.width) != (more.height, more.width) {
            return false;
        }
        let none = |n: usize| BitMatrix::zeros(n, more.n_features());
        let before = std::mem::replace(&mut self.values, Values::packed(none(0)));
        self.values = match (before, more.bits()) {
            (Values::Packed { bits, .. }, Some(behind)) => Values::packed(bits.followed_by(behind)),
            (before, _) => {
                let (mut values, missing) = before.into_grey();
                values.extend_from_slice(more.values());
                let missing = match (missing, more.missing()) {
                    (None, None) => None,
                    (before, behind) => {
                        let before = before.unwrap_or_else(|| none(self.n_images));
                        Some(before.followed_by(behind.unwrap_or(&none(more.n_images))))
                    }
                };
                Values::Grey { values, missing }
            }
        };
        self.n_images += more.n_images;
        true
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
    fn a_length_that_does_not_fit_the_shape_and_an_image_without_area_are_refused() {
        for (n, height, width, len) in
            [(2, 2, 2, 7), (usize::MAX, 2, 2, 0), (2, 0, 2, 0), (2, 2, 0, 0)]
        {
            assert!(Pixels::new(n, height, width, vec![0; len]).is_err());
        }
        assert!(Pixels::new(2, 2, 2, vec![0; 8]).is_ok());
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
    fn packed_images_are_those_that_their_values_would_be() {
        let bits = BitMatrix::from_fn(3, 2, |i, d| i == d);
        let holes = BitMatrix::from_fn(3, 2, |i, d| i == 2 && d == 0);
        let mut packed = Pixels::packed(bits.clone(), 2, 1).unwrap();
        let mut grey = Pixels::new(3, 2, 1, vec![1, 0, 0, 1, 0, 0]).unwrap();
        let same = |packed: &Pixels, grey: &Pixels| {
            assert_eq!((packed.values(), packed.missing()), (grey.values(), grey.missing()));
            assert_eq!((packed.n_images(), packed.height()), (grey.n_images(), grey.height()));
        };
        same(&packed, &grey);
        (packed, grey) = (packed.with_missing(&holes).unwrap(), grey.with_missing(&holes).unwrap());
        same(&packed, &grey);
        assert!(packed.append(&packed.clone()) && grey.append(&grey.clone()));
        assert_eq!(packed.bits().map(BitMatrix::n_samples), Some(6));
        same(&packed, &grey);
        packed.truncate(4);
        grey.truncate(4);
        same(&packed, &grey);
        let mut mixed = grey.clone();
        assert!(mixed.append(&packed) && packed.append(&grey));
        same(&packed, &mixed);
        mixed.fill_ink();
        assert_eq!(mixed.values()[..4], [255, 0, 0, 255]);
        assert!(Pixels::packed(bits, 1, 1).is_err());
        assert!(Pixels::packed(BitMatrix::zeros(1, 0), 0, 0).is_err());
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
        let missing = all.missing().unwrap();
        assert_eq!((missing.n_samples(), missing.count_ones()), (5, 1));
        assert_eq!(three().without(&[]).unwrap(), three());
    }
}
