//! A colour and a shape for each line: colour-blind readers and grey prints tell them apart.

use plotters::element::Polygon;
use plotters::style::RGBColor;

/// Five colours of Okabe and Ito ("Color Universal Design", 2008), safe for the colour-blind.
const COLOURS: [RGBColor; 5] = [
    RGBColor(213, 94, 0),  // vermilion
    RGBColor(230, 159, 0), // orange
    RGBColor(0, 158, 115), // bluish green
    RGBColor(0, 114, 178), // blue
    RGBColor(0, 0, 0),     // black
];

/// Square, diamond, triangle up, triangle down, octagon: corners in pixels from the middle.
const SHAPES: [&[(i32, i32)]; 5] = [
    &[(-7, -7), (7, -7), (7, 7), (-7, 7)],
    &[(0, -10), (10, 0), (0, 10), (-10, 0)],
    &[(0, -10), (10, 8), (-10, 8)],
    &[(0, 10), (10, -8), (-10, -8)],
    &[(-3, -8), (3, -8), (8, -3), (8, 3), (3, 8), (-3, 8), (-8, 3), (-8, -3)],
];

/// The colour of line `i`; the sixth line has the first colour again.
pub(super) fn colour(i: usize) -> RGBColor {
    COLOURS[i % COLOURS.len()]
}

/// The mark of line `i`, enlarged by `scale`, as `plotters` draws it around a point.
pub(super) fn mark(i: usize, scale: u32) -> Polygon<(i32, i32)> {
    let scale = scale as i32;
    let corners = SHAPES[i % SHAPES.len()].iter().map(|(x, y)| (x * scale, y * scale));
    Polygon::new(corners.collect::<Vec<_>>(), colour(i))
}
