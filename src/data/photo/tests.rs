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

fn differing(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).filter(|(a, b)| (**a >= 128) != (**b >= 128)).count()
}

#[test]
fn place_size_and_polarity_do_not_matter() {
    let here = prepared(&letter(200, (60.0, 70.0), 90.0, 220, 40), 200, (28, 28));
    // A bar of 20 x 4 and a foot of 4 x 10.
    assert!((100..140).contains(&here.iter().filter(|v| **v >= 128).count()));
    for photo in [
        letter(200, (70.0, 120.0), 60.0, 220, 40),
        letter(200, (60.0, 70.0), 90.0, 30, 200),
        letter(200, (20.0, 20.0), 80.0, 140, 90),
    ] {
        let there = prepared(&photo, 200, (28, 28));
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
    let [a, b] = [plain, lit].map(|photo| prepared(&photo, side, (28, 28)));
    assert!(differing(&a, &b) <= 12, "{}", differing(&a, &b));
}

#[test]
fn the_box_is_20_wide_and_the_centre_of_mass_in_the_middle() {
    let image = prepared(&letter(300, (60.0, 120.0), 140.0, 230, 10), 300, (28, 28));
    let field = Field::new(28, image.iter().map(|&v| f64::from(v)).collect());
    let (y, x) = field.centre_of_mass();
    assert!((14.0..=15.0).contains(&y) && (14.0..=15.0).contains(&x), "{y} {x}");
    let rows = image.chunks(28).filter(|row| row.iter().any(|v| *v > 0)).count();
    assert_eq!(rows, 20);
}

#[test]
fn a_photo_without_ink_is_black() {
    for photo in [vec![0; 40 * 40], vec![255; 40 * 40], vec![120; 40 * 40]] {
        assert_eq!(prepared(&photo, 40, (28, 28)), vec![0; 784]);
    }
    assert_eq!(prepared(&[7], 1, (28, 28)), vec![0; 784]);
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
        let image = prepared(&values[..whole], width, (height, image_width));
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
