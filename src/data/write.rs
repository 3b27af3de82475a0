//! Writes images and numbers as IDX (raw or gzip) and `.npy`, piece by piece.

use super::pixels::Pixels;
use crate::error::{Error, Result};
use crate::npy;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// The magic number of an IDX file of unsigned bytes in three dimensions.
const IDX_IMAGES: u32 = 0x0803;

/// A file of one array: what stands before the elements, and whether all is compressed.
#[derive(Debug)]
pub(crate) struct ArrayFile {
    start: Vec<u8>,
    gzip: bool,
}

impl ArrayFile {
    /// An IDX file of unsigned bytes of this shape: number, height and width of images. Errors:
    /// [`Error::Parameter`] for 2^32 or more of one of them.
    pub(crate) fn idx(shape: [usize; 3], gzip: bool) -> Result<Self> {
        let mut start = IDX_IMAGES.to_be_bytes().to_vec();
        for size in shape {
            let size = u32::try_from(size).map_err(|_| {
                let value = format!("{size} of them or pixels wide");
                Error::parameter("images", value, "fewer than 2^32 for an IDX file")
            })?;
            start.extend(size.to_be_bytes());
        }
        Ok(Self { start, gzip })
    }

    /// A `.npy` file of elements of `dtype`, of this shape, the last index fastest.
    pub(crate) fn npy(dtype: &str, shape: &[usize]) -> Self {
        let shape: Vec<u64> = shape.iter().map(|&size| size as u64).collect();
        Self { start: npy::header(dtype, &shape), gzip: false }
    }

    /// Writes the file to `out`; `elements` writes the bytes of the elements.
    pub(crate) fn write(
        &self,
        out: &mut dyn Write,
        elements: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.gzip {
            let packed = GzEncoder::new(out, Compression::default());
            let mut even = Even { out: packed, held: Vec::with_capacity(EVEN) };
            even.write_all(&self.start)?;
            elements(&mut even)?;
            even.pass_on()?;
            return even.out.finish().map(drop);
        }
        out.write_all(&self.start)?;
        elements(out)
    }

    fn of(&self, images: &Pixels) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.write(&mut bytes, &|out| out.write_all(images.values()))?;
        Ok(bytes)
    }
}

/// Passes bytes on in pieces of one size. What a compressor makes of bytes hangs on the pieces that
/// it gets, and those that elements come in may hang on the number of threads.
struct Even<W> {
    out: W,
    held: Vec<u8>,
}

/// The size of such a piece.
const EVEN: usize = 1 << 16;

impl<W: Write> Even<W> {
    fn pass_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }
}

impl<W: Write> Write for Even<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = bytes.len().min(EVEN - self.held.len());
        self.held.extend_from_slice(&bytes[..n]);
        if self.held.len() == EVEN {
            self.pass_on()?;
        }
        Ok(n)
    }

    /// What is held is passed on when it is enough.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `images` as an IDX file, compressed if `gzip`. Errors: [`Error::Parameter`] from 2^32 images on.
pub fn write_idx(images: &Pixels, gzip: bool) -> Result<Vec<u8>> {
    ArrayFile::idx(shape(images), gzip)?.of(images).map_err(Error::io("gzip"))
}

/// `images` as a `.npy` array of unsigned bytes, shape (n, height, width).
pub fn write_npy(images: &Pixels) -> Vec<u8> {
    [&ArrayFile::npy("|u1", &shape(images)).start, images.values()].concat()
}

fn shape(images: &Pixels) -> [usize; 3] {
    [images.n_images(), images.height(), images.width()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_compressed_file_is_the_same_whatever_pieces_it_is_written_in() {
        let n = 3 * EVEN + 17;
        let noise = |i: usize| (i.wrapping_mul(0x9e37_79b9) >> 13) as u8 & 0x3f;
        let images = Pixels::new(n, 1, 1, (0..n).map(noise).collect()).unwrap();
        let whole = write_idx(&images, true).unwrap();
        for size in [1, 1000, EVEN - 16, EVEN, 2 * EVEN] {
            let mut pieces = Vec::new();
            let elements = |out: &mut dyn Write| {
                images.values().chunks(size).try_for_each(|piece| out.write_all(piece))
            };
            ArrayFile::idx([n, 1, 1], true).unwrap().write(&mut pieces, &elements).unwrap();
            assert!(pieces == whole, "{size}");
        }
        let mut read = Vec::new();
        flate2::read::GzDecoder::new(&whole[..]).read_to_end(&mut read).unwrap();
        assert!(read == write_idx(&images, false).unwrap());
        assert!(ArrayFile::idx([1 << 32, 1, 1], false).is_err());
    }
}
