//! Writes images and numbers as IDX (raw or gzip) and `.npy`.

use super::pixels::Pixels;
use crate::error::{Error, Result};
use crate::npy;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// The magic number of an IDX file of unsigned bytes in three dimensions.
const IDX_IMAGES: u32 = 0x0803;

/// `images` as an IDX file, compressed if `gzip`. Errors: [`Error::Parameter`] from 2^32 images on.
pub fn write_idx(images: &Pixels, gzip: bool) -> Result<Vec<u8>> {
    let mut bytes = IDX_IMAGES.to_be_bytes().to_vec();
    for size in shape(images) {
        let size = u32::try_from(size).map_err(|_| {
            let value = format!("{size} of them or pixels wide");
            Error::parameter("images", value, "fewer than 2^32 for an IDX file")
        })?;
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(images.values());
    if gzip { compressed(&bytes).map_err(Error::io("gzip")) } else { Ok(bytes) }
}

/// `images` as a `.npy` array of unsigned bytes, shape (n, height, width).
pub fn write_npy(images: &Pixels) -> Vec<u8> {
    [&npy::header("|u1", &shape(images)), images.values()].concat()
}

/// `values` as a `.npy` array of double precision of that shape, the last index fastest. Errors:
/// [`Error::Parameter`] if their number does not fit the shape, or it has too many dimensions.
pub fn write_npy_numbers(values: &[f64], shape: &[u64]) -> Result<Vec<u8>> {
    let count = shape.iter().try_fold(1u64, |count, &dim| count.checked_mul(dim));
    if count != Some(values.len() as u64) || shape.len() > npy::MAX_DIMENSIONS {
        let (most, n) = (npy::MAX_DIMENSIONS, values.len());
        let allowed = format!("at most {most} dimensions whose product is {n}");
        return Err(Error::parameter("shape", format!("{shape:?}"), allowed));
    }
    let mut bytes = npy::header("<f8", shape);
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    Ok(bytes)
}

fn shape(images: &Pixels) -> [u64; 3] {
    [images.n_images(), images.height(), images.width()].map(|size| size as u64)
}

fn compressed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes)?;
    gzip.finish()
}
