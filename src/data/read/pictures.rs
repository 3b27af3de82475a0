//! PNG, JPEG, BMP, PNM, GIF and WebP pictures as grey values: the home of the `image` crate for
//! reading.

use super::alpha::{Seen, Transparency};
use super::stream::{Stream, check_ratio};
use crate::data::photo::{Made, Picture};
use crate::data::pixels::Pixels;
use crate::error::{DataProblem, Result};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits};
use std::io::Cursor;

/// The most pixels that a picture may have, 64 megapixels.
const MAX_PIXELS: u64 = 64 << 20;
/// The most pixels of a side, which keeps what is made of a photo small.
const MAX_SIDE: u32 = 65_535;
/// The most bytes of a picture's file.
const MAX_FILE: u64 = 256 << 20;
/// The most bytes of a decoded picture: 64 megapixels of three bytes.
const MAX_BYTES: u64 = 192 << 20;
/// Rows that become grey together.
const STRIP: u32 = 64;

/// One picture; for transparent parts see [`Seen`]. Of a film the first picture. Errors:
/// [`DataProblem::Picture`] if it cannot be decoded, [`DataProblem::TooLarge`] above 64 megapixels
/// or 192 MiB, and for a size that its file belies.
pub(crate) fn read(mut input: Stream) -> Result<Picture> {
    let bytes = whole(&mut input)?;
    let (grey, is_shape, orientation) = decode(bytes).map_err(|problem| input.wrong(problem))?;
    let mut grey = DynamicImage::ImageLuma8(grey);
    grey.apply_orientation(orientation);
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    if width == 0 || height == 0 {
        return Err(input.wrong(DataProblem::Empty));
    }
    let pixels = Pixels::new(1, height, width, grey.into_luma8().into_raw())?;
    Ok(Picture { pixels, is_shape, made: Made::AsItWas })
}

/// The height and width of a picture, of which nothing is decoded.
pub(crate) fn size(mut input: Stream) -> Result<(usize, usize)> {
    let bytes = whole(&mut input)?;
    let decoder = decoder(bytes).map_err(|problem| input.wrong(problem))?;
    let (width, height) = decoder.dimensions();
    Ok((height as usize, width as usize))
}

fn whole(input: &mut Stream) -> Result<Vec<u8>> {
    input.whole(MAX_FILE, "256 MB a picture")
}

fn damaged(error: impl std::fmt::Display) -> DataProblem {
    DataProblem::Picture(error.to_string())
}

fn decoder(bytes: Vec<u8>) -> Result<impl ImageDecoder, DataProblem> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(damaged)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    reader.into_decoder().map_err(damaged)
}

/// The picture in grey, whether it is a shape on nothing, and which side is up.
fn decode(bytes: Vec<u8>) -> Result<(GrayImage, bool, Orientation), DataProblem> {
    let n_bytes = bytes.len() as u64;
    let mut decoder = decoder(bytes)?;
    check_size(&decoder, n_bytes)?;
    let orientation = decoder.orientation().map_err(damaged)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let seen = picture.color().has_alpha().then(|| seen(&picture));
    Ok((grey(picture, seen), seen == Some(Seen::Shape), orientation))
}

/// Refuses a size before anything of that size is allocated.
fn check_size(decoder: &impl ImageDecoder, n_bytes: u64) -> Result<(), DataProblem> {
    let (width, height) = decoder.dimensions();
    let what = format!("it is {height}x{width} pixels (height x width)");
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_BYTES {
        let limit = "64 megapixels and 192 MiB a picture";
        return Err(DataProblem::TooLarge { what, limit });
    }
    if width.max(height) > MAX_SIDE {
        return Err(DataProblem::TooLarge { what, limit: "65,535 pixels a side" });
    }
    if check_ratio(decoder.total_bytes(), n_bytes).is_err() {
        let what = format!("{what} in {n_bytes} bytes");
        return Err(DataProblem::TooLarge { what, limit: "256 times its length or 32 MiB" });
    }
    Ok(())
}

/// The picture in grey, made strip by strip: another copy of all colours would be large.
fn grey(picture: DynamicImage, seen: Option<Seen>) -> GrayImage {
    if let DynamicImage::ImageLuma8(grey) = picture {
        return grey;
    }
    let (width, height) = (picture.width(), picture.height());
    let mut values = Vec::with_capacity(width as usize * height as usize);
    for strip in strips(&picture) {
        match seen {
            Some(seen) => {
                let strip = strip.to_luma_alpha8();
                values.extend(strip.pixels().map(|pixel| seen.value(pixel.0)));
            }
            None => values.extend(strip.into_luma8().into_raw()),
        }
    }
    GrayImage::from_raw(width, height, values).unwrap_or_default()
}

fn strips(picture: &DynamicImage) -> impl Iterator<Item = DynamicImage> {
    let (width, height) = (picture.width(), picture.height());
    let strip = move |top| picture.crop_imm(0, top, width, STRIP.min(height - top));
    (0..height).step_by(STRIP as usize).map(strip)
}

fn seen(picture: &DynamicImage) -> Seen {
    let mut transparency = Transparency::default();
    for strip in strips(picture) {
        strip.to_luma_alpha8().pixels().for_each(|pixel| transparency.add(pixel.0));
    }
    transparency.seen()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{data::read::stream, file_kind::FileKind};
    use image::{GrayAlphaImage, ImageFormat, LumaA, RgbImage};

    pub(crate) fn grey_file(width: u32, values: &[u8], format: image::ImageFormat) -> Vec<u8> {
        let height = values.len() as u32 / width;
        let picture = GrayImage::from_raw(width, height, values.to_vec()).unwrap();
        file(&picture.into(), format)
    }

    pub(crate) fn png(width: u32, values: &[u8]) -> Vec<u8> {
        grey_file(width, values, ImageFormat::Png)
    }

    /// White on nothing.
    pub(crate) fn shape(width: u32, opacities: &[u8]) -> Vec<u8> {
        let pixels = opacities.iter().flat_map(|&opacity| [255, opacity]).collect();
        let height = opacities.len() as u32 / width;
        let picture = GrayAlphaImage::from_raw(width, height, pixels).unwrap();
        file(&picture.into(), ImageFormat::Png)
    }

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn read_bytes(bytes: &[u8]) -> Result<Pixels, DataProblem> {
        stream::tests::read_bytes(bytes, read).map(|picture| picture.pixels)
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
    fn the_first_picture_of_a_gif_and_webp_without_loss_are_read() {
        use image::{Delay, Frame, RgbaImage, codecs::gif::GifEncoder};
        let frame = |grey: u8| RgbaImage::from_pixel(3, 2, image::Rgba([grey, grey, grey, 255]));
        let mut bytes = Vec::new();
        let mut film = GifEncoder::new(&mut bytes);
        for grey in [255, 0] {
            film.encode_frame(Frame::from_parts(
                frame(grey),
                0,
                0,
                Delay::from_numer_denom_ms(9, 1),
            ))
            .unwrap();
        }
        drop(film);
        assert_eq!(read_bytes(&bytes).unwrap().values(), [255; 6]);
        let webp = file(&frame(100).into(), ImageFormat::WebP);
        assert_eq!(FileKind::from_head(&webp).name(), "a WebP picture");
        let pixels = read_bytes(&webp).unwrap();
        assert_eq!((pixels.height(), pixels.width(), pixels.values()), (2, 3, &[100; 6][..]));
    }

    #[test]
    fn grey_is_the_same_strip_by_strip() {
        let colour = |x: u32, y: u32| image::Rgb([x as u8, y as u8, (x * y) as u8]);
        let picture: DynamicImage = RgbImage::from_fn(5, 2 * STRIP + 3, colour).into();
        assert_eq!(grey(picture.clone(), None), picture.into_luma8());
    }

    #[test]
    fn a_shape_in_the_alpha_channel_alone_is_ink() {
        for colour in [0, 255] {
            let pixel = |x: u32| LumaA([colour, [0, 128, 255][x as usize]]);
            let picture = GrayAlphaImage::from_fn(3, 1, |x, _| pixel(x));
            let pixels = read_bytes(&file(&picture.into(), ImageFormat::Png)).unwrap();
            assert_eq!(pixels.values(), [0, 128, 255]);
        }
    }

    #[test]
    fn a_palette_may_have_a_colour_that_is_nothing() {
        let bytes = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x03\x00\x00\x00\x01\
            \x08\x03\x00\x00\x00,>\xe4\x86\x00\x00\x00\x06PLTE\x00\x00\x00\xff\xff\xff\xa5\
            \xd9\x9f\xdd\x00\x00\x00\x01tRNS\x00@\xe6\xd8f\x00\x00\x00\x0cIDATx\x9cc``d\
            \x00\x00\x00\x06\x00\x02\x98\xd5\x99\x92\x00\x00\x00\x00IEND\xaeB`\x82";
        assert_eq!(read_bytes(bytes).unwrap().values(), [0, 255, 0]);
    }

    #[test]
    fn a_dark_picture_with_transparent_parts_is_seen_over_white() {
        let pixel = |x: u32| [LumaA([0, 0]), LumaA([0, 255]), LumaA([90, 255])][x as usize];
        let picture = GrayAlphaImage::from_fn(3, 1, |x, _| pixel(x));
        let pixels = read_bytes(&file(&picture.into(), ImageFormat::Png)).unwrap();
        assert_eq!(pixels.values(), [255, 0, 90]);
    }

    #[test]
    fn a_size_beyond_the_limit_is_refused_unread() {
        let error = read_bytes(b"P5\n60000 60000\n255\n").unwrap_err();
        assert!(error.to_string().contains("60000x60000"), "{error}");
    }
}
