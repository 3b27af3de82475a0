//! PNG, JPEG, BMP and PNM pictures as grey values: the home of the `image` crate for reading.

use super::stream::Stream;
use crate::data::pixels::Pixels;
use crate::error::{DataProblem, Result};
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use std::io::{Cursor, Read};

/// The most pixels that a picture may have, 64 megapixels.
const MAX_PIXELS: u64 = 64 << 20;
/// The most bytes that a picture may take, as a file or decoded.
const MAX_BYTES: u64 = 256 << 20;

/// One picture as one image, grey 0 (black) to 255 (white); transparent parts are seen over white.
/// Errors: [`DataProblem::Picture`] if it cannot be decoded, [`DataProblem::TooLarge`] above 64
/// megapixels or 256 MB.
pub(crate) fn read(mut input: Stream) -> Result<Pixels> {
    let bytes = whole(&mut input, MAX_BYTES)?;
    let picture = decode(bytes).map_err(|problem| input.wrong(problem))?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if width == 0 || height == 0 {
        return Err(input.wrong(DataProblem::Empty));
    }
    Pixels::new(1, height, width, grey(picture))
}

/// The whole file, if it has at most `limit` bytes.
fn whole(input: &mut Stream, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = input.reader().take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|e| input.failed(e))?;
    if bytes.len() as u64 > limit {
        let what = format!("it holds more than {limit} bytes");
        return Err(input.wrong(DataProblem::TooLarge { what, limit: "256 MB a picture" }));
    }
    Ok(bytes)
}

fn decode(bytes: Vec<u8>) -> Result<DynamicImage, DataProblem> {
    let damaged = |e: &dyn std::fmt::Display| DataProblem::Picture(e.to_string());
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|e| damaged(&e))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| damaged(&e))?;
    check_size(&decoder)?;
    let orientation = decoder.orientation().map_err(|e| damaged(&e))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| damaged(&e))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Refuses a size before anything of that size is allocated.
fn check_size(decoder: &impl ImageDecoder) -> Result<(), DataProblem> {
    let (width, height) = decoder.dimensions();
    let limit = "64 megapixels and 256 MB a picture";
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_BYTES {
        let what = format!("it is {height}x{width} pixels (height x width)");
        return Err(DataProblem::TooLarge { what, limit });
    }
    Ok(())
}

fn grey(picture: DynamicImage) -> Vec<u8> {
    if !picture.color().has_alpha() {
        return picture.into_luma8().into_raw();
    }
    picture.to_luma_alpha8().pixels().map(|pixel| over_white(pixel.0)).collect()
}

/// A grey value of the given opacity, laid over white and rounded.
fn over_white([grey, opacity]: [u8; 2]) -> u8 {
    let (grey, opacity) = (u32::from(grey), u32::from(opacity));
    ((grey * opacity + 255 * (255 - opacity) + 127) / 255) as u8
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{data::read::stream, file_kind::FileKind};
    use image::{GrayAlphaImage, GrayImage, ImageFormat, LumaA, RgbImage};

    pub(crate) fn grey_file(width: u32, values: &[u8], format: image::ImageFormat) -> Vec<u8> {
        let height = values.len() as u32 / width;
        let picture = GrayImage::from_raw(width, height, values.to_vec()).unwrap();
        file(&picture.into(), format)
    }

    pub(crate) fn png(width: u32, values: &[u8]) -> Vec<u8> {
        grey_file(width, values, ImageFormat::Png)
    }

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn read_bytes(bytes: &[u8]) -> Result<Pixels, DataProblem> {
        stream::tests::read_bytes(bytes, read)
    }

    #[test]
    fn more_bytes_than_the_limit_are_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), [7; 10]).unwrap();
        let whole = |limit| whole(&mut Stream::open(file.path()).unwrap(), limit);
        assert_eq!(whole(10).unwrap().len(), 10);
        assert!(whole(9).is_err());
    }

    #[test]
    fn lossless_formats_keep_every_grey_value() {
        let values = [0, 1, 127, 128, 254, 255];
        for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::Pnm] {
            let bytes = grey_file(3, &values, format);
            assert!(matches!(FileKind::from_head(&bytes), FileKind::Picture(_)), "{format:?}");
            let pixels = read_bytes(&bytes).unwrap();
            assert_eq!((pixels.height(), pixels.width()), (2, 3));
            assert_eq!(pixels.values(), values, "{format:?}");
        }
    }

    #[test]
    fn jpeg_is_read_and_colours_become_grey() {
        let white: DynamicImage = RgbImage::from_pixel(8, 8, image::Rgb([255; 3])).into();
        let bytes = file(&white, ImageFormat::Jpeg);
        assert_eq!(FileKind::from_head(&bytes).name(), "a JPEG picture");
        assert!(read_bytes(&bytes).unwrap().values().iter().all(|&v| v > 250));
    }

    #[test]
    fn transparent_parts_are_seen_over_white() {
        let picture = GrayAlphaImage::from_fn(3, 1, |x, _| LumaA([0, [0, 128, 255][x as usize]]));
        let pixels = read_bytes(&file(&picture.into(), ImageFormat::Png)).unwrap();
        assert_eq!(pixels.values(), [255, 127, 0]);
    }

    #[test]
    fn a_size_beyond_the_limit_is_refused_unread() {
        let error = read_bytes(b"P5\n60000 60000\n255\n").unwrap_err();
        assert!(error.to_string().contains("60000x60000"), "{error}");
    }
}
