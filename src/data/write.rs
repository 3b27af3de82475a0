//! Images as files that other programs read: IDX, raw or gzip, and `.npy`.

use super::pixels::Pixels;
use crate::error::{Error, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use npyz::WriterBuilder;
use std::io::{self, Write};

/// The magic number of an IDX file of unsigned bytes in three dimensions.
const IDX_IMAGES: u32 = 0x0803;

/// `images` as an IDX file, compressed if `gzip`.
///
/// # Errors
/// [`Error::Parameter`] if there are 2^32 images or more.
pub fn write_idx(images: &Pixels, gzip: bool) -> Result<Vec<u8>> {
    let mut bytes = IDX_IMAGES.to_be_bytes().to_vec();
    for size in shape(images) {
        let size = u32::try_from(size).map_err(|_| Error::Parameter {
            name: "images",
            value: format!("{size} of them or pixels wide"),
            allowed: "fewer than 2^32 for an IDX file".into(),
        })?;
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(images.values());
    if gzip { compressed(&bytes).map_err(Error::io("gzip")) } else { Ok(bytes) }
}

/// `images` as a `.npy` array of unsigned bytes, shape (n, height, width).
///
/// # Errors
/// [`Error::Io`] should the writer of the format refuse.
pub fn write_npy(images: &Pixels) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    array(images, &mut bytes).map_err(Error::io("npy"))?;
    Ok(bytes)
}

fn array(images: &Pixels, bytes: &mut Vec<u8>) -> io::Result<()> {
    let shape = shape(images);
    let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
    let mut array = options.writer(bytes).begin_nd()?;
    array.extend(images.values().iter().copied())?;
    array.finish()
}

/// `values` as a `.npy` array of double precision of that shape.
///
/// # Errors
/// [`Error::Io`] should the writer of the format refuse, as it does if their number does not fit the shape.
pub fn write_npy_numbers(values: &[f64], shape: &[u64]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut write = || {
        let options = npyz::WriteOptions::new().default_dtype().shape(shape);
        let mut array = options.writer(&mut bytes).begin_nd()?;
        array.extend(values.iter().copied())?;
        array.finish()
    };
    write().map_err(Error::io("npy"))?;
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
