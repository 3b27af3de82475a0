//! Whether ink is darker or brighter than the ground it stands on.

/// The least grey value that is bright.
const BRIGHT: u8 = 128;
/// The smallest height and width, in pixels, of images that have a ground.
const MIN_SIDE: usize = 8;

/// Whether more than half of the pixels at the edge are bright. An image of less than 8 pixels a
/// side has no ground, bright or dark.
pub(in crate::data) fn is_bright(image: &[u8], width: usize) -> bool {
    let edge = || edge(image, width);
    is_large(image, width) && 2 * n_bright(edge()) > edge().count()
}

/// Whether most pixels at the edge, and most of all pixels, are bright; or dark, as asked. A blank
/// image is neither: nothing on it tells ground from ink.
pub(in crate::data) fn is_plainly(is_bright: bool, image: &[u8], width: usize) -> bool {
    let is_so = |n_bright: usize, n: usize| {
        if is_bright { 2 * n_bright > n } else { 2 * n_bright < n }
    };
    let n = n_bright(image.iter());
    is_large(image, width)
        && (1..image.len()).contains(&n)
        && is_so(n, image.len())
        && is_so(n_bright(edge(image, width)), edge(image, width).count())
}

pub(in crate::data) fn n_bright<'a>(values: impl Iterator<Item = &'a u8>) -> usize {
    values.filter(|value| is_bright_value(**value)).count()
}

pub(super) fn is_bright_value(value: u8) -> bool {
    value >= BRIGHT
}

/// Whether an image is large enough to have a ground.
pub(super) fn is_large<T>(image: &[T], width: usize) -> bool {
    width.min(image.len() / width) >= MIN_SIDE
}

/// The pixels at the edge.
pub(super) fn edge<T>(image: &[T], width: usize) -> impl Iterator<Item = &T> {
    let below = image.len() - width;
    let is_edge = move |i: usize| i < width || i >= below || [0, width - 1].contains(&(i % width));
    image.iter().enumerate().filter(move |(i, _)| is_edge(*i)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 8 x 8 pixels with a bar of two columns in the middle.
    fn bar(ground: u8, ink: u8) -> Vec<u8> {
        (0..64).map(|i| if (3..5).contains(&(i % 8)) { ink } else { ground }).collect()
    }

    #[test]
    fn the_edge_and_most_of_the_image_tell_the_ground() {
        let (dark, bright) = (bar(255, 0), bar(0, 255));
        assert!(is_bright(&dark, 8) && !is_bright(&bright, 8));
        assert!(is_plainly(true, &dark, 8) && !is_plainly(true, &bright, 8));
        assert!(is_plainly(false, &bright, 8) && !is_plainly(false, &dark, 8));
        assert!(!is_bright(&[255; 49], 7), "too small to have a ground");
    }

    #[test]
    fn a_blank_image_has_no_ground() {
        for grey in [0, 255] {
            assert!(!is_plainly(true, &[grey; 64], 8) && !is_plainly(false, &[grey; 64], 8));
        }
    }

    #[test]
    fn a_bright_frame_around_a_large_dark_shape_is_not_plain() {
        let inside = |i: usize| (1..7).contains(&(i % 8)) && (1..7).contains(&(i / 8));
        let frame: Vec<u8> = (0..64).map(|i| if inside(i) { 0 } else { 255 }).collect();
        assert!(is_bright(&frame, 8));
        assert!(!is_plainly(true, &frame, 8) && !is_plainly(false, &frame, 8));
    }
}
