//! Where the packed rows of a matrix lie: in memory of its own, or in a mapped file.

use super::row_bytes;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Bytes with another owner, who keeps them for as long as they are needed.
pub type SharedBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

#[derive(Debug, Clone)]
pub(super) enum Storage {
    Own(Vec<u8>),
    Mapped(Box<View>),
}

/// Rows that lie in shared bytes.
#[derive(Clone)]
pub(super) struct View {
    bytes: SharedBytes,
    /// Where the first row begins.
    offset: usize,
    /// Which rows, if not all from the first on.
    places: Option<Arc<[usize]>>,
    /// A packed row: ones where bits are swapped.
    swapped: Option<Arc<[u8]>>,
}

impl View {
    pub(super) fn new(bytes: SharedBytes, offset: usize) -> Self {
        Self { bytes, offset, places: None, swapped: None }
    }

    fn slice(&self, bytes: Range<usize>) -> &[u8] {
        &(*self.bytes).as_ref()[self.offset + bytes.start..self.offset + bytes.end]
    }

    /// The bytes of row `i` as they lie there, before any swapping.
    fn row(&self, i: usize, stride: usize) -> &[u8] {
        let place = self.places.as_ref().map_or(i, |places| places[i]);
        self.slice(place * stride..(place + 1) * stride)
    }

    /// The first `n` rows, if they lie together and no bits are swapped.
    pub(super) fn together(&self, n: usize, stride: usize) -> Option<&[u8]> {
        (self.places.is_none() && self.swapped.is_none()).then(|| self.slice(0..n * stride))
    }

    pub(super) fn select(&self, rows: &[usize]) -> Self {
        let place = |&i: &usize| self.places.as_ref().map_or(i, |places| places[i]);
        Self { places: Some(rows.iter().map(place).collect()), ..self.clone() }
    }

    /// Swaps further bits: where `mask`, a packed row, has ones.
    pub(super) fn with_swapped(&self, mask: &[u8]) -> Self {
        let mut both = mask.to_vec();
        if let Some(swapped) = &self.swapped {
            both.iter_mut().zip(&**swapped).for_each(|(byte, before)| *byte ^= before);
        }
        Self { swapped: Some(both.into()), ..self.clone() }
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("View").field("offset", &self.offset).finish_non_exhaustive()
    }
}

impl Storage {
    pub(super) fn row(&self, i: usize, n_features: usize, missing: Option<&[u8]>) -> Cow<'_, [u8]> {
        let stride = row_bytes(n_features);
        let view = match self {
            Self::Own(bytes) => return Cow::Borrowed(&bytes[i * stride..(i + 1) * stride]),
            Self::Mapped(view) => view,
        };
        let mut row = Cow::Borrowed(view.row(i, stride));
        if let Some(swapped) = &view.swapped {
            row.to_mut().iter_mut().zip(&**swapped).for_each(|(byte, swapped)| *byte ^= swapped);
        }
        if let Some(missing) = missing {
            row.to_mut().iter_mut().zip(missing).for_each(|(byte, gone)| *byte &= !gone);
        }
        row
    }
}
