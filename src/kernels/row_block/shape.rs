//! The shape of a row: in which regions of its columns it has any ones.
//!
//! Columns that are one in most rows come first (`em/feature_order.rs`), and what is rare at the end, where log-odds move most from one
//! mixture to the next. So it says much of how far a row's scores can have moved whether it has anything there.

use std::ops::Range;

/// Regions of the columns.
pub const REGIONS: usize = 8;

/// Shapes that rows can have.
pub const SHAPES: usize = 1 << REGIONS;

/// The words of each region of a row of `n_words`: the first fifth, of which most rows have some, and the rest in equal parts.
pub fn regions(n_words: usize) -> [Range<usize>; REGIONS] {
    let first = n_words.div_ceil(5);
    let end = |region: usize| first + (n_words - first) * region / (REGIONS - 1);
    std::array::from_fn(|region| if region == 0 { 0..first } else { end(region - 1)..end(region) })
}

/// For each word of a row the bit of its region.
pub(super) fn bits_of_words(n_words: usize) -> Vec<u8> {
    let regions = regions(n_words).into_iter().enumerate();
    regions.flat_map(|(region, words)| words.map(move |_| 1 << region)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_in_one_region() {
        for n in 1..300 {
            let words: Vec<usize> = regions(n).into_iter().flatten().collect();
            assert!(words.into_iter().eq(0..n));
            assert!(bits_of_words(n).len() == n && bits_of_words(n).is_sorted());
        }
    }
}
