//! Binary images as files that other programs read: IDX, raw or gzip, and `.npy`. Ink is 255.

use crate::bits::BitMatrix;
use crate::error::{Error, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use npyz::WriterBuilder;
use std::io::{self, Write};

/// The magic number of an IDX file of unsigned bytes in three dimensions.
const IDX_IMAGES: u32 = 0x0803;

/// The rows of `bits` as an IDX file of `height` x `width` images, compressed if `gzip`.
///
/// # Errors
/// [`Error::Parameter`] if `height * width` is not the number of features, or there are 2^32 images or more.
pub fn write_idx(bits: &BitMatrix, height: usize, width: usize, gzip: bool) -> Result<Vec<u8>> {
    check_shape(bits, height, width)?;
    let too_large = |_| wrong("images", bits.n_samples(), "fewer than 2^32".into());
    let sizes = [bits.n_samples(), height, width].map(u32::try_from);
    let mut bytes = IDX_IMAGES.to_be_bytes().to_vec();
    for size in sizes {
        bytes.extend(size.map_err(too_large)?.to_be_bytes());
    }
    bytes.extend(grey(bits));
    if gzip { compressed(&bytes).map_err(Error::io("gzip")) } else { Ok(bytes) }
}

/// The rows of `bits` as a `.npy` array of unsigned bytes, shape (n, `height`, `width`).
///
/// # Errors
/// [`Error::Parameter`] if `height * width` is not the number of features.
pub fn write_npy(bits: &BitMatrix, height: usize, width: usize) -> Result<Vec<u8>> {
    check_shape(bits, height, width)?;
    let shape = [bits.n_samples(), height, width].map(|size| size as u64);
    let mut bytes = Vec::new();
    let write = |bytes: &mut Vec<u8>| -> io::Result<()> {
        let mut array =
            npyz::WriteOptions::new().default_dtype().shape(&shape).writer(bytes).begin_nd()?;
        array.extend(grey(bits))?;
        array.finish()
    };
    write(&mut bytes).map_err(Error::io("npy"))?;
    Ok(bytes)
}

fn check_shape(bits: &BitMatrix, height: usize, width: usize) -> Result<()> {
    if height.checked_mul(width) == Some(bits.n_features()) {
        return Ok(());
    }
    let allowed = format!("a height and width whose product is {}", bits.n_features());
    Err(wrong("shape", format!("{height}x{width}"), allowed))
}

fn wrong(name: &'static str, value: impl ToString, allowed: String) -> Error {
    Error::Parameter { name, value: value.to_string(), allowed }
}

fn grey(bits: &BitMatrix) -> impl Iterator<Item = u8> + '_ {
    let (n, d) = (bits.n_samples(), bits.n_features());
    (0..n).flat_map(move |i| (0..d).map(move |f| if bits.get(i, f) { 255 } else { 0 }))
}

fn compressed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes)?;
    gzip.finish()
}
