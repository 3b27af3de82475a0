//! A mixture prepared to score the rows of a data set: all at once, or some at a time.

use super::BernoulliMixture;
use crate::bits::BitMatrix;
use crate::error::{Error, Result};
use crate::kernels::RowBlock;
use crate::parallel;
use crate::scorer::{BlockResponsibilities, DenseScorer, KnownLabels, Layout, Scorer, Tables};
use std::ops::Range;

/// A mixture and rows that it is to score.
pub(crate) struct Scoring<'a> {
    data: &'a BitMatrix,
    labels: &'a [Option<u32>],
    scorer: Scorer,
}

/// Rows that a thread scores together. Each row's result is its own.
const ROWS: usize = 512;

/// Rows whose results are collected before the next ones are scored. What `map` returns may be
/// large, and is held once.
const BATCH: usize = 1 << 17;

impl BernoulliMixture {
    /// The mixture prepared to score the rows of `data`, the labels of which may be known.
    pub(crate) fn scoring<'a>(
        &self,
        data: &'a BitMatrix,
        known: KnownLabels<'a>,
    ) -> Result<Scoring<'a>> {
        if data.n_features() != self.n_features() {
            return Err(Error::Features { data: data.n_features(), model: self.n_features() });
        }
        let scorer = self.scorer_for(Layout::new(data, known));
        Ok(Scoring { data, labels: known.of_row, scorer })
    }
}

impl Scoring<'_> {
    /// Calls `map` for each of `rows`, as [`BernoulliMixture::map_rows`] does. The results do not
    /// depend on which rows are asked for together.
    pub(crate) fn map<T: Send>(
        &self,
        rows: Range<usize>,
        map: impl Fn(usize, f64, &mut dyn Iterator<Item = f64>) -> T + Sync,
    ) -> Vec<T> {
        let (layout, n_components) = (self.scorer.layout(), self.scorer.n_components());
        let scorer = DenseScorer::new(&self.scorer);
        let block = |(room, tables, resp): &mut (Vec<u8>, Tables, BlockResponsibilities), first| {
            let rows = first..rows.end.min(first + ROWS);
            let part = layout.part(self.data, self.labels, rows, std::mem::take(room));
            let block = RowBlock::new(&part, first);
            *room = part.into_packed();
            scorer.responsibilities(&block, tables, resp);
            let of_rows = block.rows().zip(resp.log_prob()).enumerate();
            let mapped = of_rows.map(|(position, (i, log_prob))| {
                map(i, *log_prob, &mut resp.row(position, n_components))
            });
            mapped.collect::<Vec<_>>()
        };
        let mut all = Vec::with_capacity(rows.len());
        for first in rows.clone().step_by(BATCH) {
            let blocks = (first..rows.end.min(first + BATCH)).step_by(ROWS);
            all.extend(parallel::map_with(blocks, Default::default, block).into_iter().flatten());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_scored_the_same_whichever_are_asked_for_together() {
        let (n, d) = (3000, 70);
        // Some features are missing in the last rows alone.
        let holes = BitMatrix::from_fn(n, d, |i, f| (i + f) % 9 == 0 && (f < 40 || i > 2000));
        let data = BitMatrix::from_fn(n, d, |i, f| (i * 31 + f * 17) % 7 < 3);
        let data = data.with_missing(&holes).unwrap();
        let labels: Vec<_> = (0..n as u32).map(|i| (i % 4 == 0).then_some(i % 2)).collect();
        let known = KnownLabels { of_row: &labels, of_component: &[Some(0), Some(1), None] };
        let mean = |i: usize| 0.1 + ((i % d * 7 + i / d * 5) % 9) as f64 / 11.0;
        let means: Vec<f64> = (0..3 * d).map(mean).collect();
        let mixture = BernoulliMixture::new([0.5, 0.3, 0.2], means).unwrap();
        let scoring = mixture.scoring(&data, known).unwrap();
        let bits = |i, log_prob: f64, resp: &mut dyn Iterator<Item = f64>| {
            (i, log_prob.to_bits(), resp.map(f64::to_bits).collect::<Vec<_>>())
        };
        let scored = |rows| scoring.map(rows, bits);
        let all = scored(0..n);
        assert!(all.iter().map(|(i, ..)| *i).eq(0..n));
        let parts: Vec<_> = [0..1, 1..700, 700..2999, 2999..n].map(scored).concat();
        assert_eq!(parts, all);
        assert!(scored(5..5).is_empty());
        assert!(mixture.scoring(&BitMatrix::zeros(1, 3), KnownLabels::default()).is_err());
    }
}
