//! Synthetic photos of digits: dark on paper, of any size, a little turned, unevenly lit, noisy.

use image::GrayImage;
use rand_distr::{Distribution, Normal, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A number between two others.
fn between(rng: &mut Xoshiro256PlusPlus, low: f64, high: f64) -> f64 {
    Uniform::new(low, high).unwrap().sample(rng)
}

/// A photo of `digit`, an image of 28 x 28 in which ink is bright: 90 to 240 pixels a side, the digit's box 35 to 75 % of the shorter one and
/// anywhere on it, turned by up to 5 degrees; pen and paper of random grey, up to a quarter more or less light at the edges, and
/// noise of 2 to 12 grey levels.
pub fn photo(digit: &[u8], rng: &mut Xoshiro256PlusPlus) -> GrayImage {
    let [height, width] = [0; 2].map(|_| between(rng, 90.0, 240.0).floor());
    let size = between(rng, 0.35, 0.75) * height.min(width);
    let angle = between(rng, -5.0, 5.0).to_radians();
    let mut centre = |side: f64| side / 2.0 + between(rng, -0.35, 0.35) * (side - size);
    let (y, x) = (centre(height), centre(width));
    let (paper, pen) = (between(rng, 170.0, 235.0), between(rng, 20.0, 80.0));
    let slope = [0; 2].map(|_| between(rng, -0.25, 0.25));
    let noise = Normal::new(0.0, between(rng, 2.0, 12.0)).unwrap();
    GrayImage::from_fn(width as u32, height as u32, |j, i| {
        let (v, u) = ((f64::from(i) - y) * 20.0 / size, (f64::from(j) - x) * 20.0 / size);
        let (sin, cos) = angle.sin_cos();
        let ink = between_pixels(digit, cos * v - sin * u + 13.5, sin * v + cos * u + 13.5) / 255.0;
        let place = [f64::from(j) / width, f64::from(i) / height];
        let light: f64 = place.iter().zip(slope).map(|(p, slope)| slope * (2.0 * p - 1.0)).sum();
        let value = (paper * (1.0 - ink) + pen * ink) * (1.0 + light) + noise.sample(rng);
        image::Luma([value.round().clamp(0.0, 255.0) as u8])
    })
}

/// The value of a 28 x 28 image at (y, x), by a line between its four neighbours; 0 beyond the edges.
fn between_pixels(image: &[u8], y: f64, x: f64) -> f64 {
    let (top, left) = (y.floor(), x.floor());
    let (down, right) = (y - top, x - left);
    let at = |i: f64, j: f64| {
        let is_inside = (0.0..28.0).contains(&i) && (0.0..28.0).contains(&j);
        if is_inside { f64::from(image[i as usize * 28 + j as usize]) } else { 0.0 }
    };
    let row = |i: f64| at(i, left) * (1.0 - right) + at(i, left + 1.0) * right;
    row(top) * (1.0 - down) + row(top + 1.0) * down
}
