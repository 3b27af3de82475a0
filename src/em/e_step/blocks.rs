//! The rows of a data set in blocks, as lists of their non-zero groups of features.
//!
//! Lists take two to six times the memory of packed rows. If the rows are mapped (a
//! [`BitMatrix`] over a file), there may be too many for that. Then the lists of the first blocks
//! are kept, as far as the given memory goes, and the other blocks are listed anew in every step.
//! Which blocks are kept changes no result.

use crate::bits::BitMatrix;
use crate::em::rows::Rows;
use crate::kernels::{Columns, RowBlock};
use crate::parallel;
use crate::scorer::Layout;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Blocks of rows, in their order.
pub(crate) struct Blocks {
    n_samples: usize,
    /// Rows in each but the last.
    size: usize,
    /// The first blocks: those that are kept.
    kept: Vec<RowBlock>,
    /// What the other blocks are listed from, if there are any.
    source: Option<Source>,
    /// Memory for blocks that are not kept, packed rows and their lists: one for each thread.
    buffers: Mutex<Vec<(Vec<u8>, RowBlock)>>,
}

/// Mapped rows, and the columns that they are listed in.
struct Source {
    data: BitMatrix,
    labels: Vec<Option<u32>>,
    layout: Layout,
}

impl Blocks {
    /// Lists `rows`, `size` in each block. If they are mapped, lists of at most `memory` bytes
    /// are kept, otherwise all.
    pub(crate) fn new(rows: &Rows, layout: &Layout, size: usize, memory: usize) -> Self {
        let n_samples = rows.data.n_samples();
        let (kept, buffers) = (Vec::new(), Mutex::default());
        let mut blocks = Self { n_samples, size, kept, source: None, buffers };
        // The blocks of a batch are listed side by side, and then their memory is counted.
        let (mut memory_left, batch) = if rows.data.is_mapped() {
            (memory, parallel::n_threads())
        } else {
            (usize::MAX, blocks.len().max(1))
        };
        let list = |packed: &mut Vec<u8>, i| {
            let (range, buffer) = (blocks.rows(i), std::mem::take(packed));
            let part = layout.part(&rows.data, &rows.labels, range.clone(), buffer);
            let block = RowBlock::by_length(&part, range.start);
            *packed = part.into_packed();
            block
        };
        let batches = (0..blocks.len()).step_by(batch).map(|i| i..blocks.len().min(i + batch));
        let lists = batches.flat_map(|batch| parallel::map_with(batch, Vec::new, list));
        let kept = lists.map_while(|block| {
            // The dense step lists columns besides.
            let of_columns = Columns::n_bytes(&block, layout.n_columns());
            memory_left = memory_left.checked_sub(block.n_bytes() + of_columns)?;
            Some(block)
        });
        blocks.kept = kept.collect();
        if blocks.kept.len() < blocks.len() {
            let (data, labels) = (BitMatrix::clone(&rows.data), rows.labels.to_vec());
            blocks.source = Some(Source { data, labels, layout: layout.clone() });
        }
        blocks
    }

    /// The number of rows.
    pub(crate) fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// The number of blocks.
    pub(crate) fn len(&self) -> usize {
        self.n_samples.div_ceil(self.size)
    }

    /// The number of blocks that are kept: the first ones.
    pub(crate) fn n_kept(&self) -> usize {
        self.kept.len()
    }

    pub(crate) fn rows(&self, i: usize) -> Range<usize> {
        i * self.size..self.n_samples.min((i + 1) * self.size)
    }

    pub(crate) fn with<T>(&self, i: usize, work: impl FnOnce(&RowBlock) -> T) -> T {
        if let Some(block) = self.kept.get(i) {
            return work(block);
        }
        let Some(Source { data, labels, layout }) = &self.source else {
            unreachable!("blocks that are not kept have a source");
        };
        let buffers = || self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let (packed, mut block) = { buffers().pop() }.unwrap_or_default();
        let part = layout.part(data, labels, self.rows(i), packed);
        block.list_by_length(&part, self.rows(i).start);
        let result = work(&block);
        buffers().push((part.into_packed(), block));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::mapped;
    use crate::em::model_choice::sweep::sweep;
    use crate::em::uncertainty::bootstrap::bootstrap;
    use crate::em::{Fit, FitParams, NInit, Silent, cross_validate, fit, fit_by_label, folds};
    use crate::scorer::KnownLabels;

    /// Two kinds of rows and some noise, a third of the features mostly one.
    fn data(n: usize, d: usize) -> BitMatrix {
        let noise = |i: usize, f: usize| (i * 7919 + f * 104_729) % 1009 < 150 + i % 90;
        BitMatrix::from_fn(n, d, |i, f| {
            noise(i, f) != (f % 3 == 0) && (f % 2 == i % 2 || noise(f, i))
        })
    }

    /// All that a fit says, with every digit.
    fn said(fit: &Fit) -> String {
        format!("{fit:?}")
    }

    fn params(n_components: usize, memory: usize) -> FitParams {
        let n_init = NInit::Exactly(2);
        FitParams { n_components, n_init, max_iter: 15, memory, ..FitParams::default() }
    }

    #[test]
    fn a_fit_does_not_hang_on_where_its_rows_lie() {
        let n = 70 * 1024;
        let weights: Vec<f64> = (0..n).map(|i| (i % 5) as f64 / 3.0).collect();
        let labels: Vec<_> = (0..n).map(|i| (i % 3 == 0).then_some((i % 2) as u32)).collect();
        let known = KnownLabels { of_row: &labels, of_component: &[Some(0), Some(1), None] };
        let holes = |d| BitMatrix::from_fn(n, d, |i, f| (i + f) % 50 == 0 && f < 40);
        for (d, is_holey, is_weighted, is_labelled) in [
            (80, false, false, false),
            (80, true, false, true),
            (64, false, true, false),
            (20, true, true, false),
        ] {
            let own = data(n, d);
            let own = if is_holey { own.with_missing(&holes(d)).unwrap() } else { own };
            let there = mapped(&own);
            let fitted = |data, memory| {
                let rows = Rows::new(data);
                let rows = if is_weighted { rows.weighted(&weights) } else { rows };
                let rows = if is_labelled { rows.labelled(known) } else { rows };
                said(&fit(rows, &params(3, memory)).unwrap())
            };
            let expected = fitted(&own, 0);
            for memory in [0, 10 << 20, usize::MAX] {
                assert!(fitted(&there, memory) == expected, "{d} features, {memory} bytes");
            }
        }
    }

    #[test]
    fn lists_are_kept_as_long_as_there_is_room() {
        let own = data(100 * 64, 80);
        let there = mapped(&own);
        let n_kept = |data: &BitMatrix, memory| {
            let blocks = Blocks::new(&Rows::new(data), &Layout::plain(80), 64, memory);
            assert_eq!(blocks.len(), 100);
            let rows: usize = (0..100).map(|i| blocks.with(i, RowBlock::n_rows)).sum();
            assert_eq!((rows, blocks.n_samples()), (6400, 6400));
            assert_eq!(blocks.with(99, |block| block.row(0) / 64), 99);
            blocks.n_kept()
        };
        assert_eq!((n_kept(&own, 0), n_kept(&there, 0)), (100, 0));
        assert_eq!(n_kept(&there, usize::MAX), 100);
        let of_one =
            Blocks::new(&Rows::new(&own), &Layout::plain(80), 64, 0).with(0, RowBlock::n_bytes);
        assert!((1..20).contains(&n_kept(&there, 10 * of_one)));
    }

    #[test]
    fn many_fits_go_the_same_way() {
        let (n, d) = (3000, 70);
        let own = data(n, d);
        let labels: Vec<_> = (0..n as u32).map(|i| Some(i % 2)).collect();
        let (params, ks) = (params(2, 0), [2, 3]);
        let outcomes = |data: &BitMatrix| {
            let found = sweep(data, &ks, &params, &mut Silent).unwrap();
            let swept = found.fits.iter().map(|swept| said(&swept.fit));
            let folds = folds(n, 3, 0).unwrap();
            let held_out = cross_validate(data, &ks, &params, &folds, &mut Silent).unwrap();
            let known = KnownLabels { of_row: &labels, of_component: &[] };
            let rows = Rows::new(data).labelled(known);
            let by_label = said(&fit_by_label(&rows, 2, &params, &mut Silent).unwrap());
            let mixture = &found.fits[1].fit.mixture;
            let errors = bootstrap(mixture, data, &params, 3).unwrap();
            let others = [format!("{held_out:?}"), by_label, format!("{errors:?}")];
            swept.chain(others).collect::<Vec<_>>()
        };
        assert!(outcomes(&own) == outcomes(&mapped(&own)));
    }
}
