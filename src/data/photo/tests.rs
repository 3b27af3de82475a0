//! Photos that are known to show the same thing, and any other.

use super::*;
use proptest::prelude::*;

/// The letter L, `size` high, its upper left corner at (y, x) on a photo of `side` x `side`. Its
/// centre of mass is far from where the place of an image changes by a pixel, which that of a ring
/// is not.
fn letter(side: usize, (y, x): (f64, f64), size: f64, paper: u8, pen: u8) -> Vec<u8> {
    let value = |i: usize| {
        let (dy, dx) = (((i / side) as f64 - y) / size, ((i % side) as f64 - x) / size);
        let is_upright = (0.0..1.0).contains(&dy) && (0.0..0.2).contains(&dx);
        let is_foot = (0.8..1.0).contains(&dy) && (0.0..0.7).contains(&dx);
        if is_upright || is_foot { pen } else { paper }
    };
    (0..side * side).map(value).collect()
}

/// The image of 28 x 28 pixels that a photo becomes.
fn made(photo: &[u8], width: usize) -> Vec<u8> {
    prepared(photo, width, (28, 28)).0
}

/// `photo` in a frame: `grey` within so many pixels of the left and upper, and of the right and
/// lower side.
fn framed(photo: &[u8], side: usize, grey: u8, (before, behind): (usize, usize)) -> Vec<u8> {
    let is_inside = |at: usize| (before..side - behind).contains(&at);
    let pixels = photo.iter().enumerate();
    let pixel = |(i, &v): (usize, &u8)| {
        if is_inside(i / side) && is_inside(i % side) { v } else { grey }
    };
    pixels.map(pixel).collect()
}

fn differing(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).filter(|(a, b)| (**a >= 128) != (**b >= 128)).count()
}

#[test]
fn place_size_and_polarity_do_not_matter() {
    let here = made(&letter(200, (60.0, 70.0), 90.0, 220, 40), 200);
    // A bar of 20 x 4 and a foot of 4 x 10.
    assert!((100..140).contains(&here.iter().filter(|v| **v >= 128).count()));
    for photo in [
        letter(200, (70.0, 120.0), 60.0, 220, 40),
        letter(200, (60.0, 70.0), 90.0, 30, 200),
        letter(200, (20.0, 20.0), 80.0, 140, 90),
    ] {
        let there = made(&photo, 200);
        assert!(differing(&here, &there) <= 24, "{}", differing(&here, &there));
    }
}

#[test]
fn light_from_one_side_and_specks_are_no_ink() {
    let side = 160;
    let plain = letter(side, (40.0, 50.0), 80.0, 200, 60);
    let mut lit = plain.clone();
    for (i, value) in lit.iter_mut().enumerate() {
        let light = 0.75 + 0.5 * (i % side) as f64 / side as f64;
        *value = (f64::from(*value) * light).min(255.0) as u8;
    }
    for speck in [5 * side + 5, 150 * side + 20] {
        lit[speck..speck + 2].fill(20);
    }
    let [a, b] = [plain, lit].map(|photo| made(&photo, side));
    assert!(differing(&a, &b) <= 12, "{}", differing(&a, &b));
}

#[test]
fn a_frame_is_no_ink() {
    for (paper, pen) in [(230, 40), (230, 150), (30, 220)] {
        let plain = letter(100, (30.0, 40.0), 40.0, paper, pen);
        for grey in [pen, if paper > pen { 0 } else { 255 }] {
            let margins = [(3, 3), (8, 2), (9, 0), (0, 9), (12, 9)];
            // Of a bright frame on two sides alone, which tilts the paper, nothing is promised.
            for margins in &margins[..if paper > pen { 5 } else { 2 }] {
                let (image, frame) = prepared(&framed(&plain, 100, grey, *margins), 100, (28, 28));
                assert_eq!(frame, Frame::LeftOut, "{paper} {pen} {grey} {margins:?}");
                let n = differing(&made(&plain, 100), &image);
                assert!(n <= 12, "{paper} {pen} {grey} {margins:?}: {n}");
            }
        }
    }
}

#[test]
fn ink_that_fills_the_photo_is_no_frame() {
    // The letter alone, cut out closely: both strokes lie along the edge.
    let whole = letter(100, (0.0, 0.0), 100.0, 230, 40);
    let close: Vec<u8> = whole.chunks(100).flat_map(|row| &row[..70]).copied().collect();
    let (image, frame) = prepared(&close, 70, (28, 28));
    assert_ne!(frame, Frame::LeftOut);
    let photo = shrunk(&close, 70);
    let whole = ink(&photo, &vec![false; photo.values().len()]).smoothed();
    assert_eq!(image, placed(&cut_out(&whole).unwrap(), 28, 28).grey());
    let plain = letter(100, (30.0, 40.0), 40.0, 230, 40);
    assert_eq!(prepared(&plain, 100, (28, 28)).1, Frame::Absent);
}

#[test]
fn the_box_is_20_wide_and_the_centre_of_mass_in_the_middle() {
    let image = made(&letter(300, (60.0, 120.0), 140.0, 230, 10), 300);
    let field = Field::new(28, image.iter().map(|&v| f64::from(v)).collect());
    let (y, x) = field.centre_of_mass();
    assert!((14.0..=15.0).contains(&y) && (14.0..=15.0).contains(&x), "{y} {x}");
    let rows = image.chunks(28).filter(|row| row.iter().any(|v| *v > 0)).count();
    assert_eq!(rows, 20);
}

#[test]
fn a_photo_without_ink_is_black() {
    for photo in [vec![0; 40 * 40], vec![255; 40 * 40], vec![120; 40 * 40]] {
        assert_eq!(made(&photo, 40), vec![0; 784]);
    }
    assert_eq!(made(&[7], 1), vec![0; 784]);
}

proptest! {
    #[test]
    fn any_picture_gives_an_image(
        values in prop::collection::vec(any::<u8>(), 1..400),
        width in 1_usize..20,
        (height, image_width) in (1_usize..30, 1_usize..30),
    ) {
        let whole = values.len() / width * width;
        prop_assume!(whole > 0);
        let (image, _) = prepared(&values[..whole], width, (height, image_width));
        prop_assert_eq!(image.len(), height * image_width);
    }

    #[test]
    fn scaling_keeps_the_mean(
        values in prop::collection::vec(0.0..255.0_f64, 35),
        factor in 0.1..3.0_f64,
    ) {
        let field = Field::new(7, values);
        let scaled = field.scaled(factor);
        let mean = |field: &Field| field.values().iter().sum::<f64>() / field.values().len() as f64;
        prop_assert!((mean(&field) - mean(&scaled)).abs() < 1e-9);
    }
}
