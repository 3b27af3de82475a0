//! Some features of packed rows, moved together.

use super::columns::word_at;
use super::{BitMatrix, Storage, row_bytes};

/// Bits that are moved at once: with up to seven bits of offset they lie in one word.
const STEP: usize = 56;

/// Which features of a row are kept, ascending, as runs of neighbours.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    n_before: usize,
    n_features: usize,
    /// The first feature of each run, and how many there are.
    runs: Vec<(usize, usize)>,
}

impl Selection {
    /// `features`, ascending, of rows of `n_before` features.
    fn new(n_before: usize, features: &[usize]) -> Self {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for &feature in features {
            assert!(feature < n_before, "feature {feature} of {n_before}");
            match runs.last_mut() {
                Some((first, len)) if *first + *len == feature => *len += 1,
                _ => runs.push((feature, 1)),
            }
        }
        Self { n_before, n_features: features.len(), runs }
    }

    /// The number of features of the rows that it selects from.
    pub(super) fn n_before(&self) -> usize {
        self.n_before
    }

    fn features(&self) -> impl Iterator<Item = usize> + '_ {
        self.runs.iter().flat_map(|&(first, len)| first..first + len)
    }

    /// The features that `next` selects among those of this selection.
    pub(super) fn then(&self, next: &Self) -> Self {
        let features: Vec<usize> = self.features().collect();
        let some: Vec<usize> = next.features().map(|d| features[d]).collect();
        Self::new(self.n_before, &some)
    }

    /// The packed features of a packed `row`.
    pub(super) fn of_row(&self, row: &[u8]) -> Vec<u8> {
        let mut kept = vec![0; row_bytes(self.n_features)];
        self.fill(row, &mut kept);
        kept
    }

    /// Sets the features of `row` in `kept`, which holds zeros.
    fn fill(&self, row: &[u8], kept: &mut [u8]) {
        let mut to = 0;
        for &(first, len) in &self.runs {
            for from in (first..first + len).step_by(STEP) {
                let n = STEP.min(first + len - from);
                let bits =
                    word_at(row, from / 8) >> (from % 8) & (u64::MAX >> (u64::BITS as usize - n));
                set_bits(&mut kept[to / 8..], to % 8, bits);
                to += n;
            }
        }
    }
}

/// Sets `bits`, at most 56 of them, from bit `offset` of the first byte on.
fn set_bits(bytes: &mut [u8], offset: usize, bits: u64) {
    let word = (bits << offset).to_le_bytes();
    bytes.iter_mut().zip(word).for_each(|(byte, more)| *byte |= more);
}

impl BitMatrix {
    /// The matrix of these features alone, which ascend. Rows are copied, but for mapped ones.
    ///
    /// # Panics
    /// If there is no such feature.
    pub(crate) fn with_features(&self, features: &[usize]) -> Self {
        let selection = Selection::new(self.n_features, features);
        let missing = self.missing.as_ref().map(|missing| missing.with_features(features));
        let missing = missing.filter(|missing| missing.count_ones() > 0).map(Box::new);
        let rows = match &self.rows {
            Storage::Mapped(view) => Storage::Mapped(view.with_features(&selection).into()),
            Storage::Own(bytes) => {
                let (before, after) = (row_bytes(self.n_features), row_bytes(features.len()));
                let mut kept = vec![0; self.n_samples * after];
                let rows =
                    bytes.chunks_exact(before.max(1)).zip(kept.chunks_exact_mut(after.max(1)));
                rows.for_each(|(row, kept)| selection.fill(row, kept));
                Storage::Own(kept)
            }
        };
        Self { n_features: features.len(), rows, missing, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::mapped;
    use super::*;

    fn holey(n: usize, d: usize) -> BitMatrix {
        let missing = BitMatrix::from_fn(n, d, |i, f| (i * 5 + f * 3) % 11 == 0);
        BitMatrix::from_fn(n, d, |i, f| (i * 31 + f * 17) % 7 < 3).with_missing(&missing).unwrap()
    }

    #[test]
    fn selected_features_are_those_of_the_rows_wherever_these_lie() {
        for (d, step) in [(1, 1), (9, 2), (64, 1), (130, 3), (784, 1), (784, 5), (200, 7)] {
            let matrix = holey(5, d);
            // Runs of all lengths, and single features.
            let some: Vec<usize> = (0..d).filter(|f| f % step == 0 || f % 13 > 4).collect();
            let kept =
                |(i, f): (usize, usize)| (matrix.get(i, some[f]), matrix.is_missing(i, some[f]));
            let missing = BitMatrix::from_fn(5, some.len(), |i, f| kept((i, f)).1);
            let expected = BitMatrix::from_fn(5, some.len(), |i, f| kept((i, f)).0);
            let expected = expected.with_missing(&missing).unwrap();
            assert_eq!(matrix.with_features(&some), expected, "{d} by {step}");
            assert_eq!(mapped(&matrix).with_features(&some), expected, "{d} by {step}");
        }
    }

    #[test]
    fn selecting_twice_and_swapping_before_or_after_are_selecting_and_swapping_once() {
        let matrix = holey(9, 100);
        let there = mapped(&matrix);
        let first: Vec<usize> = (0..100).filter(|f| f % 3 > 0).collect();
        let second: Vec<usize> = (0..first.len()).filter(|f| f % 5 > 1).collect();
        let both: Vec<usize> = second.iter().map(|&f| first[f]).collect();
        let swapped: Vec<bool> = (0..100).map(|f| f % 4 == 1).collect();
        let of_both: Vec<bool> = both.iter().map(|&f| swapped[f]).collect();
        let expected = matrix.with_features(&both).with_swapped(&of_both);
        assert_eq!(
            there.with_features(&first).with_features(&second).with_swapped(&of_both),
            expected
        );
        assert_eq!(
            there.with_swapped(&swapped).with_features(&first).with_features(&second),
            expected
        );
        assert_eq!(
            there.with_features(&both).with_swapped(&of_both).select(&[4, 2]),
            expected.select(&[4, 2])
        );
    }
}
