//! A frame: the margin that a scanner leaves around paper, or the table that a photo shows.

use super::field::Field;
use super::ground::{self, edge};
use super::{levels, specks};
use std::ops::{Range, RangeInclusive};

/// Ink that takes more than this share of the edge may be a frame: about one side.
const MARGIN: f64 = 0.2;
/// The least share of an image that paper inside of a frame takes.
const LEAST_PAPER: f64 = 0.3;
/// The most paper outside of the rectangle, as a share of what is outside.
const MOST_OUTSIDE: f64 = 0.05;
/// The least share of paper along the sides of its rectangle.
const LEAST_ALONG: f64 = 0.85;
/// Paper lies aslant by at most a pixel in so many.
const ASLANT: usize = 50;
/// The share of ink on paper: a few pixels may be noise.
const INK: RangeInclusive<f64> = 0.002..=0.5;

/// What became of the frame of a picture that was cut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// There is none.
    Absent,
    /// It was left out.
    LeftOut,
    /// Most of the edge is ink, and there is no other ink: it may be what is drawn.
    Kept,
}

/// Marks the parts of the ink that reach the edge of a photo, if that much of it is ink that they
/// may be a frame; and says how much of it is.
pub(super) fn at_edge(ink: &Field) -> Option<(Vec<bool>, f64)> {
    let width = ink.width();
    let (levels, cut) = levels(ink).filter(|_| ground::is_large(ink.values(), width))?;
    let is_ink: Vec<bool> = levels.iter().map(|&level| level >= cut).collect();
    let share = share(edge(&is_ink, width));
    // The edge of a frame is soft over two pixels at most.
    let frame = || specks::grown(&specks::at_edge(&is_ink, width), width);
    (share > MARGIN).then(|| (specks::grown(&frame(), width), share))
}

/// Whether the paper is bright, or dark, of an image that shows paper with ink on it inside of a
/// frame; `None` of any other.
pub(in crate::data) fn paper(image: &[u8], width: usize) -> Option<bool> {
    [true, false].into_iter().find(|is_bright| is_around(*is_bright, image, width))
}

/// Whether an image shows paper with ink on it inside of a frame. The paper is bright, or dark, as
/// asked, and fills a rectangle; ink and frame are not.
fn is_around(is_bright: bool, image: &[u8], width: usize) -> bool {
    let is_paper: Vec<bool> =
        image.iter().map(|&value| ground::is_bright_value(value) == is_bright).collect();
    if !ground::is_large(image, width) || share(edge(&is_paper, width)) >= 0.5 {
        return false;
    }
    let (rows, columns) = rectangle(&is_paper, width);
    let part = |rows: &Range<usize>, columns: &Range<usize>| -> Vec<bool> {
        let row = |y: usize| &is_paper[y * width..][columns.clone()];
        rows.clone().flat_map(row).copied().collect()
    };
    let inside = part(&rows, &columns);
    let n_paper = |of: &[bool]| of.iter().filter(|is_paper| **is_paper).count() as f64;
    let (n_inside, n_outside) = (inside.len() as f64, (image.len() - inside.len()) as f64);
    let inset =
        |side: &Range<usize>| side.start + side.len() / ASLANT..side.end - side.len() / ASLANT;
    let (rows, columns) = (inset(&rows), inset(&columns));
    n_inside >= LEAST_PAPER * image.len() as f64
        && n_paper(&is_paper) - n_paper(&inside) <= MOST_OUTSIDE * n_outside
        && share(edge(&part(&rows, &columns), columns.len())) >= LEAST_ALONG
        && INK.contains(&(1.0 - n_paper(&inside) / n_inside))
}

/// The rows and columns that hold at least half as much paper as the one with the most, and what
/// lies between them.
fn rectangle(is_paper: &[bool], width: usize) -> (Range<usize>, Range<usize>) {
    let mut counts = (vec![0; is_paper.len() / width], vec![0; width]);
    for i in (0..is_paper.len()).filter(|i| is_paper[*i]) {
        counts.0[i / width] += 1;
        counts.1[i % width] += 1;
    }
    let range = |counts: &[usize]| {
        let most = counts.iter().max().copied().unwrap_or(0).max(1);
        let is_in = |count: &usize| 2 * count >= most;
        let first = counts.iter().position(is_in).unwrap_or(0);
        first..counts.iter().rposition(is_in).map_or(first, |last| last + 1)
    };
    (range(&counts.0), range(&counts.1))
}

fn share<'a>(marks: impl Iterator<Item = &'a bool>) -> f64 {
    let (mut n, mut n_true) = (0, 0);
    marks.for_each(|mark| {
        n += 1;
        n_true += usize::from(*mark);
    });
    n_true as f64 / f64::from(n.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 x 20 pixels: a frame of `margin` pixels, paper, and a bar on it.
    fn scan(margin: usize, paper: u8, ink: u8) -> Vec<u8> {
        let is_inside = |at: usize| (margin..20 - margin).contains(&at);
        let is_bar = |y: usize, x: usize| (7..13).contains(&y) && (9..11).contains(&x);
        let pixel = |y: usize, x: usize| {
            if is_inside(y) && is_inside(x) && !is_bar(y, x) { paper } else { ink }
        };
        (0..400).map(|i| pixel(i / 20, i % 20)).collect()
    }

    #[test]
    fn paper_inside_of_a_frame_is_told_by_its_shape() {
        for margin in 1..5 {
            let image = scan(margin, 240, 20);
            assert!(is_around(true, &image, 20) && !is_around(false, &image, 20), "{margin}");
            let image = scan(margin, 20, 240);
            assert!(is_around(false, &image, 20) && !is_around(true, &image, 20), "{margin}");
        }
        assert!(!is_around(true, &scan(0, 240, 20), 20), "no frame");
        assert!(!is_around(true, &scan(6, 240, 20), 20), "a small bright shape on dark ground");
    }

    #[test]
    fn a_small_letter_on_a_large_sheet_is_ink() {
        // A frame of 4, paper of 92 x 92, and 5 x 5 pixels of ink, or 3 x 3.
        let sheet = |ink: usize| -> Vec<u8> {
            let is_in = |at: usize, first: usize, n: usize| (first..first + n).contains(&at);
            let is_square =
                |i: usize, first, n| is_in(i / 100, first, n) && is_in(i % 100, first, n);
            let is_paper = |i: usize| is_square(i, 4, 92) && !is_square(i, 40, ink);
            (0..10_000).map(|i| if is_paper(i) { 240 } else { 20 }).collect()
        };
        assert_eq!(paper(&sheet(5), 100), Some(true));
        assert_eq!(paper(&sheet(3), 100), None, "it may be a speck");
    }

    #[test]
    fn ink_may_touch_the_frame_and_paper_lie_aslant() {
        let mut image = scan(3, 240, 20);
        (0..8).for_each(|y| image[20 * y + 10] = 20);
        assert!(is_around(true, &image, 20));
        // 120 x 120 pixels, turned by a degree and a half.
        let pixel = |i: usize| {
            let (y, x) = ((i / 120) as f64 - 60.0, (i % 120) as f64 - 60.0);
            let (v, u) = (y + 0.026 * x, x - 0.026 * y);
            let is_ink = v.abs() < 20.0 && u.abs() < 5.0;
            if v.abs().max(u.abs()) < 48.0 && !is_ink { 240 } else { 20 }
        };
        assert!(is_around(true, &(0..14_400).map(pixel).collect::<Vec<u8>>(), 120));
    }

    #[test]
    fn a_bright_shape_on_dark_ground_is_no_paper() {
        let of = |is_bright: &dyn Fn(usize, usize) -> bool| -> Vec<u8> {
            (0..400).map(|i| if is_bright(i / 20, i % 20) { 255 } else { 0 }).collect()
        };
        let square = of(&|y, x| (2..18).contains(&y) && (2..18).contains(&x));
        let size = |y: usize, x: usize| (2 * y).abs_diff(19).pow(2) + (2 * x).abs_diff(19).pow(2);
        let ring = of(&|y, x| (40..300).contains(&size(y, x)));
        for image in [square, ring, vec![0; 400], vec![255; 400]] {
            assert!(!is_around(true, &image, 20) && !is_around(false, &image, 20));
        }
    }
}
