//! The packed bit matrix: one bit a feature, rows padded to whole bytes.
//!
//! Feature `d` of a row is bit `d % 8` (least significant first) of byte `d / 8`, so 784 pixels
//! take 98 bytes. Padding bits are always zero; every constructor keeps or checks that.
//!
//! Entries may be missing ([`BitMatrix::with_missing`]): then the matrix carries a second one that
//! says which. Their bits are zero, whatever stood there before.
//!
//! A matrix owns its rows, or they are mapped ([`BitMatrix::mapped`]), as from a file larger than
//! memory. Swapping and selecting then only change how each row is looked up. Only
//! [`BitMatrix::set`], `followed_by` and new missing entries copy them.

mod columns;
mod missing;
mod selected;
mod storage;
#[cfg(test)]
mod tests;

pub(crate) use columns::{ROWS as COLUMN_ROWS, fill_rows};
pub use storage::SharedBytes;
#[cfg(test)]
pub(crate) use tests::mapped;

use crate::error::{Error, Result};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use storage::{Storage, View};

/// Rows of at least so many features are wide, as images are. Narrower ones are answers.
///
/// Wide rows are hardly ever alike and belong to few components: fits then list rows and screen
/// components. Narrow rows are made distinct, scored by all components, and fitted to the maximum
/// of the likelihood unless told otherwise.
pub const WIDE_FROM: usize = 64;

/// A binary data matrix of shape (`n_samples`, `n_features`), packed.
#[derive(Debug, Clone)]
pub struct BitMatrix {
    n_samples: usize,
    n_features: usize,
    rows: Storage,
    /// Ones where entries are missing; `None` if none is.
    missing: Option<Box<BitMatrix>>,
}

pub(crate) const fn row_bytes(n_features: usize) -> usize {
    n_features.div_ceil(8)
}

/// Each byte with its bits spread over the bytes of a word, the lowest bit in the lowest byte.
static SPREAD: [u64; 256] = {
    let mut spread = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            spread[byte] |= (byte as u64 >> bit & 1) << (8 * bit);
            bit += 1;
        }
        byte += 1;
    }
    spread
};

const fn last_byte_mask(n_features: usize) -> u8 {
    match n_features % 8 {
        0 => 0xff,
        used => (1 << used) - 1,
    }
}

impl BitMatrix {
    /// A matrix of zeros.
    pub fn zeros(n_samples: usize, n_features: usize) -> Self {
        Self::owning(n_samples, n_features, vec![0; n_samples * row_bytes(n_features)])
    }

    fn owning(n_samples: usize, n_features: usize, bytes: Vec<u8>) -> Self {
        Self { n_samples, n_features, rows: Storage::Own(bytes), missing: None }
    }

    /// A matrix from rows that are already packed.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the length does not fit the shape or a padding bit is set.
    pub fn from_packed(n_samples: usize, n_features: usize, bytes: Vec<u8>) -> Result<Self> {
        check_packed(n_samples, n_features, &bytes)?;
        Ok(Self::owning(n_samples, n_features, bytes))
    }

    /// A matrix whose packed rows stay in `bytes`, from `offset` on. The bytes must never change.
    ///
    /// # Errors
    /// As [`Self::from_packed`]; there may be more bytes behind the rows.
    pub(crate) fn mapped(
        n_samples: usize,
        n_features: usize,
        bytes: SharedBytes,
        offset: usize,
    ) -> Result<Self> {
        let end = n_samples.checked_mul(row_bytes(n_features)).and_then(|n| n.checked_add(offset));
        let all = (*bytes).as_ref();
        let rows = end
            .and_then(|end| all.get(offset..end))
            .ok_or_else(|| wrong_length(all.len().saturating_sub(offset), n_samples, n_features))?;
        check_packed(n_samples, n_features, rows)?;
        let rows = Storage::Mapped(View::new(bytes, offset).into());
        Ok(Self { n_samples, n_features, rows, missing: None })
    }

    /// Whether the rows are mapped ([`Self::mapped`]): then a clone copies none of them.
    pub(crate) fn is_mapped(&self) -> bool {
        matches!(self.rows, Storage::Mapped(_))
    }

    /// A matrix of shape (`n_samples`, `n_features`) whose bit at (i, d) is `bit(i, d)`.
    pub fn from_fn(
        n_samples: usize,
        n_features: usize,
        mut bit: impl FnMut(usize, usize) -> bool,
    ) -> Self {
        let mut matrix = Self::zeros(n_samples, n_features);
        for i in 0..n_samples {
            for d in 0..n_features {
                if bit(i, d) {
                    matrix.set(i, d);
                }
            }
        }
        matrix
    }

    /// The number of rows, N.
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// The number of columns, D.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The packed bytes of row `i`.
    pub fn row(&self, i: usize) -> Cow<'_, [u8]> {
        let missing = match (&self.rows, &self.missing) {
            // In rows of its own, a matrix has zeros there.
            (Storage::Mapped(_), Some(missing)) => Some(missing.row(i)),
            _ => None,
        };
        self.rows.row(i, self.n_features, missing.as_deref())
    }

    /// All packed bytes, row after row: in one piece if they lie together, else one for each row.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        let together = match &self.rows {
            Storage::Own(bytes) => Some(&bytes[..]),
            Storage::Mapped(_) if self.missing.is_some() => None,
            Storage::Mapped(view) => view.together(self.n_samples, row_bytes(self.n_features)),
        };
        let n = if together.is_some() { 1 } else { self.n_samples };
        (0..n).map(move |i| together.map_or_else(|| self.row(i), Cow::Borrowed))
    }

    /// The packed bytes of all rows, in memory of their own.
    pub(crate) fn into_packed(mut self) -> Vec<u8> {
        std::mem::take(self.own())
    }

    /// The packed bytes, which from now on are the matrix's own.
    fn own(&mut self) -> &mut Vec<u8> {
        if self.is_mapped() {
            self.rows = Storage::Own(self.pieces().collect::<Vec<_>>().concat());
        }
        match &mut self.rows {
            Storage::Own(bytes) => bytes,
            Storage::Mapped(_) => unreachable!("they have just been made its own"),
        }
    }

    /// The bit at (i, d).
    ///
    /// # Panics
    /// If the place is outside of the matrix, as [`Self::set`] and [`Self::row`].
    pub fn get(&self, i: usize, d: usize) -> bool {
        assert!(d < self.n_features, "column {d} of {}", self.n_features);
        self.row(i)[d / 8] >> (d % 8) & 1 == 1
    }

    /// Sets the bit at (i, d), which must not be missing.
    pub fn set(&mut self, i: usize, d: usize) {
        assert!(d < self.n_features, "column {d} of {}", self.n_features);
        let stride = row_bytes(self.n_features);
        self.own()[i * stride + d / 8] |= 1 << (d % 8);
    }

    /// The rows at `rows`, in that order. They are copied, but for many mapped rows.
    pub fn select(&self, rows: &[usize]) -> Self {
        let missing = self.missing.as_ref().map(|missing| Box::new(missing.select(rows)));
        match &self.rows {
            Storage::Mapped(view) if is_left_there(rows.len(), row_bytes(self.n_features)) => {
                let rows_there = Storage::Mapped(view.select(rows).into());
                Self { n_samples: rows.len(), rows: rows_there, missing, ..*self }
            }
            _ => {
                let mut bytes = Vec::with_capacity(rows.len() * row_bytes(self.n_features));
                rows.iter().for_each(|&i| bytes.extend_from_slice(&self.row(i)));
                Self { missing, ..Self::owning(rows.len(), self.n_features, bytes) }
            }
        }
    }

    /// The rows of a range, copied into the memory of `room`, which loses its content.
    pub(crate) fn part(&self, rows: Range<usize>, room: Vec<u8>) -> Self {
        let of_missing = |missing: &Self| Box::new(missing.part(rows.clone(), Vec::new()));
        let missing = self.missing.as_deref().map(of_missing);
        let mut copied = room;
        copied.clear();
        rows.clone().for_each(|i| copied.extend_from_slice(&self.row(i)));
        Self { missing, ..Self::owning(rows.len(), self.n_features, copied) }
    }

    /// These rows, followed by those of `more`, of as many features.
    pub(crate) fn followed_by(mut self, more: &Self) -> Self {
        assert_eq!(self.n_features, more.n_features, "rows of other features");
        let none = |matrix: &Self| Self::zeros(matrix.n_samples, matrix.n_features);
        if self.missing.is_some() || more.missing.is_some() {
            let before = self.missing.take().map_or_else(|| none(&self), |missing| *missing);
            let behind = more.missing.clone().map_or_else(|| none(more), |missing| *missing);
            self.missing = Some(Box::new(before.followed_by(&behind)));
        }
        let bytes = self.own();
        more.pieces().for_each(|piece| bytes.extend_from_slice(&piece));
        self.n_samples += more.n_samples;
        self
    }

    /// The number of distinct rows, or `at_most` if there are more.
    pub(crate) fn n_distinct_up_to(&self, at_most: usize) -> usize {
        let mut seen = HashSet::new();
        for i in 0..self.n_samples {
            seen.insert((self.row(i), self.missing().map(|missing| missing.row(i))));
            if seen.len() >= at_most {
                break;
            }
        }
        seen.len()
    }

    /// Keeps the first `n_samples` rows only.
    #[doc(hidden)]
    pub fn truncate(&mut self, n_samples: usize) {
        self.n_samples = self.n_samples.min(n_samples);
        if let Storage::Own(bytes) = &mut self.rows {
            bytes.truncate(self.n_samples * row_bytes(self.n_features));
        }
        if let Some(missing) = &mut self.missing {
            missing.truncate(n_samples);
            self.missing.take_if(|missing| missing.count_ones() == 0);
        }
    }

    /// The features of row `i` that are one, ascending.
    pub fn ones(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        let row = self.row(i);
        (0..row.len().div_ceil(8)).flat_map(move |word| {
            let mut bits = columns::word_at(&row, word * 8);
            std::iter::from_fn(move || {
                let next = (bits != 0).then(|| word * 64 + bits.trailing_zeros() as usize);
                bits &= bits.wrapping_sub(1);
                next
            })
        })
    }

    /// The number of ones in every column (`n_features` counts).
    pub fn column_sums(&self) -> Vec<u64> {
        self.column_sums_of(0..self.n_samples)
    }

    /// The number of ones in every column, over some rows (`n_features` counts).
    pub(crate) fn column_sums_of(&self, rows: Range<usize>) -> Vec<u64> {
        let stride = row_bytes(self.n_features);
        let mut sums = vec![0; stride * 8];
        // A word holds eight counts of one byte each, so no more rows are counted at once.
        let mut counts = vec![0_u64; stride];
        const ROWS_PER_BYTE: usize = u8::MAX as usize;
        for first in rows.clone().step_by(ROWS_PER_BYTE) {
            counts.fill(0);
            for i in first..rows.end.min(first + ROWS_PER_BYTE) {
                let bytes = self.row(i);
                let both = counts.iter_mut().zip(&*bytes);
                both.for_each(|(count, &byte)| *count += SPREAD[byte as usize]);
            }
            let bytes = counts.iter().flat_map(|count| count.to_le_bytes());
            sums.iter_mut().zip(bytes).for_each(|(sum, count)| *sum += u64::from(count));
        }
        sums.truncate(self.n_features);
        sums
    }

    /// These rows with ones and zeros swapped in the columns where `swapped` (`n_features` values)
    /// is true. Missing entries stay missing.
    ///
    /// # Panics
    /// If `swapped` is shorter than a row.
    #[doc(hidden)]
    pub fn with_swapped(&self, swapped: &[bool]) -> Self {
        let mask = Self::from_fn(1, self.n_features, |_, d| swapped[d]);
        let mask = mask.row(0);
        let mut turned = self.clone();
        match &mut turned.rows {
            Storage::Mapped(view) => **view = view.with_swapped(&mask),
            Storage::Own(bytes) => {
                for row in bytes.chunks_exact_mut(mask.len().max(1)) {
                    row.iter_mut().zip(&*mask).for_each(|(byte, mask)| *byte ^= mask);
                }
                turned.clear_missing();
            }
        }
        turned
    }

    /// The number of ones in the matrix.
    pub fn count_ones(&self) -> u64 {
        self.pieces().map(|piece| count_ones(&piece)).sum()
    }

    /// The number of ones in row `i`.
    pub fn n_ones(&self, i: usize) -> usize {
        count_ones(&self.row(i)) as usize
    }

    /// Whether nothing of row `i` is missing.
    pub(crate) fn is_complete(&self, i: usize) -> bool {
        self.missing().is_none_or(|missing| missing.n_ones(i) == 0)
    }
}

/// Two matrices are equal if their rows are, wherever these lie.
impl PartialEq for BitMatrix {
    fn eq(&self, other: &Self) -> bool {
        (self.n_samples, self.n_features) == (other.n_samples, other.n_features)
            && self.missing == other.missing
            && (0..self.n_samples).all(|i| self.row(i) == other.row(i))
    }
}

impl Eq for BitMatrix {}

/// Whether `n` selected rows of so many bytes, which are mapped, are left there. They are if
/// they take more than 16 MiB, and a row takes more than its place in a list. In tests the limits
/// are lower, so that both ways are taken.
fn is_left_there(n: usize, row_bytes: usize) -> bool {
    const COPIED: usize = if cfg!(test) { 16 } else { 1 << 24 };
    n * row_bytes > COPIED && (row_bytes > size_of::<usize>() || cfg!(test))
}

fn wrong_length(found: usize, n_samples: usize, n_features: usize) -> Error {
    let allowed = format!("{n_samples} rows of {} bytes", row_bytes(n_features));
    Error::parameter("packed bytes", format!("{found} bytes long"), allowed)
}

fn check_packed(n_samples: usize, n_features: usize, bytes: &[u8]) -> Result<()> {
    let stride = row_bytes(n_features);
    if Some(bytes.len()) != n_samples.checked_mul(stride) {
        return Err(wrong_length(bytes.len(), n_samples, n_features));
    }
    let padding = !last_byte_mask(n_features);
    let mut last_bytes = bytes.iter().skip(stride.wrapping_sub(1)).step_by(stride.max(1));
    if padding != 0 && last_bytes.any(|byte| byte & padding != 0) {
        let (found, allowed) = ("a row with padding bits set", "zero in every padding bit");
        return Err(Error::parameter("packed bytes", found, allowed));
    }
    Ok(())
}

fn count_ones(bytes: &[u8]) -> u64 {
    // Eight bytes at a time: counting bits byte by byte is slow.
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from(u64::from_le_bytes(*word).count_ones()));
    words.sum::<u64>() + rest.iter().map(|b| u64::from(b.count_ones())).sum::<u64>()
}
