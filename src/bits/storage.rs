//! Where the packed rows of a matrix lie: in memory of its own, or in a mapped file.

use super::row_bytes;
use super::selected::Selection;
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
    /// Which features, if not all.
    features: Option<Arc<Selection>>,
    /// A packed row of these features: ones where bits are swapped.
    swapped: Option<Arc<[u8]>>,
}

impl View {
    pub(super) fn new(bytes: SharedBytes, offset: usize) -> Self {
        Self { bytes, offset, places: None, features: None, swapped: None }
    }

    fn slice(&self, bytes: Range<usize>) -> &[u8] {
        &(*self.bytes).as_ref()[self.offset + bytes.start..self.offset + bytes.end]
    }

    /// The bytes of the features of row `i`, before any swapping. A row takes `stride` bytes there,
    /// if all features are selected.
    fn row(&self, i: usize, stride: usize) -> Cow<'_, [u8]> {
        let place = self.places.as_ref().map_or(i, |places| places[i]);
        let there = |stride: usize| self.slice(place * stride..(place + 1) * stride);
        match &self.features {
            None => Cow::Borrowed(there(stride)),
            Some(some) => Cow::Owned(some.of_row(there(row_bytes(some.n_before())))),
        }
    }

    /// The first `n` rows, if they lie together as they are.
    pub(super) fn together(&self, n: usize, stride: usize) -> Option<&[u8]> {
        let are_as_they_lie =
            self.places.is_none() && self.features.is_none() && self.swapped.is_none();
        are_as_they_lie.then(|| self.slice(0..n * stride))
    }

    /// Selects `features` among those that are seen.
    pub(super) fn with_features(&self, features: &Selection) -> Self {
        let swapped = self.swapped.as_ref().map(|mask| features.of_row(mask).into());
        let all = match &self.features {
            None => features.clone(),
            Some(before) => before.then(features),
        };
        Self { features: Some(all.into()), swapped, ..self.clone() }
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
        let mut row = view.row(i, stride);
        if let Some(swapped) = &view.swapped {
            row.to_mut().iter_mut().zip(&**swapped).for_each(|(byte, swapped)| *byte ^= swapped);
        }
        if let Some(missing) = missing {
            row.to_mut().iter_mut().zip(missing).for_each(|(byte, gone)| *byte &= !gone);
        }
        row
    }
}
