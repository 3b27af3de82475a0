//! Connected parts of the ink: specks are told from strokes by their size, a frame by its place.

use super::ground::edge;

/// A part smaller than this share of the largest one is a speck.
const SPECK: f64 = 0.05;

/// Marks the ink pixels whose part is no speck; diagonal neighbours are connected.
pub(super) fn without(is_ink: &[bool], width: usize) -> Vec<bool> {
    let mut part_of = vec![None; is_ink.len()];
    let mut sizes = Vec::new();
    for start in 0..is_ink.len() {
        if is_ink[start] && part_of[start].is_none() {
            sizes.push(fill(is_ink, width, start, sizes.len(), &mut part_of));
        }
    }
    let least = SPECK * sizes.iter().copied().max().unwrap_or(0) as f64;
    part_of.into_iter().map(|part| part.is_some_and(|p: usize| sizes[p] as f64 >= least)).collect()
}

/// Gives the part around `start` its number, and returns its size.
fn fill(
    is_ink: &[bool],
    width: usize,
    start: usize,
    part: usize,
    part_of: &mut [Option<usize>],
) -> usize {
    let (mut waiting, mut size) = (vec![start], 0);
    part_of[start] = Some(part);
    while let Some(pixel) = waiting.pop() {
        size += 1;
        for next in around(pixel, width, is_ink.len()) {
            if is_ink[next] && part_of[next].is_none() {
                part_of[next] = Some(part);
                waiting.push(next);
            }
        }
    }
    size
}

/// Marks the ink pixels whose part reaches the edge of the image.
pub(super) fn at_edge(is_ink: &[bool], width: usize) -> Vec<bool> {
    let mut part_of = vec![None; is_ink.len()];
    let places: Vec<usize> = (0..is_ink.len()).collect();
    for &start in edge(&places, width) {
        if is_ink[start] && part_of[start].is_none() {
            fill(is_ink, width, start, 0, &mut part_of);
        }
    }
    part_of.iter().map(Option::is_some).collect()
}

pub(super) fn grown(kept: &[bool], width: usize) -> Vec<bool> {
    (0..kept.len()).map(|i| around(i, width, kept.len()).any(|near| kept[near])).collect()
}

/// A pixel and its up to eight neighbours among `n` pixels.
fn around(pixel: usize, width: usize, n: usize) -> impl Iterator<Item = usize> {
    let (y, x, height) = (pixel / width, pixel % width, n / width);
    let rows = y.saturating_sub(1)..(y + 2).min(height);
    let columns = x.saturating_sub(1)..(x + 2).min(width);
    rows.flat_map(move |y| columns.clone().map(move |x| y * width + x))
}
