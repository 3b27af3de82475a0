//! One thread's share of a run: block after block, from a mixture to what changes in the sums.

use super::contributions::{Contributions, merge};
use super::moved::Moved;
use super::soften::{Entropy, spread, subtract_best};
use super::sums::Sums;
use crate::bits::{BitMatrix, row_bytes};
use crate::kernels::{self, Candidates, Octet, Pairs, RowBlock, SEVERAL};
use crate::scorer::{Scorer, Screen, Totals};

/// What one thread needs.
pub(super) struct Worker<const N: usize> {
    totals: Totals<N>,
    positions: Vec<u32>,
    candidates: Candidates,
    lanes: Vec<Octet<f64>>,
    exponentials: Vec<f64>,
    new: Contributions,
    changes: Pairs<i64>,
    pub(super) sums: Sums,
}

impl<const N: usize> Worker<N> {
    pub(super) fn new(scorer: &Scorer) -> Self {
        Self {
            totals: Totals::default(),
            positions: Vec::new(),
            candidates: Candidates::default(),
            lanes: Vec::new(),
            exponentials: Vec::new(),
            new: Contributions::default(),
            changes: Pairs::default(),
            sums: Sums::zeros(scorer.n_components(), scorer.n_features()),
        }
    }

    /// Brings the contributions of one block up to date and adds what changes.
    pub(super) fn run(
        &mut self,
        screen: &Screen<N>,
        moved: &Moved,
        data: &BitMatrix,
        block: &RowBlock,
        contributions: &mut Contributions,
    ) {
        let scorer = &moved.scorer;
        match contributions.generation == moved.generation {
            true => self.look_at_doubtful(contributions, moved),
            false => self.look_at_all(block),
        }
        self.screen(screen, scorer, data, block);
        self.score(scorer, data, block);
        self.soften(contributions, scorer.weights());
        self.extend(screen, moved);
        self.compare(contributions);
        let stride = row_bytes(data.n_features());
        for tile in 0..kernels::tile_count(data.n_features()) {
            kernels::add_pairs(&mut self.sums.weighted, stride, block, tile, &self.changes);
        }
        std::mem::swap(&mut self.new, contributions);
    }

    pub(super) fn look_at_all(&mut self, block: &RowBlock) {
        self.positions.clear();
        self.positions.extend(0..block.len() as u32);
    }

    /// Lists the rows with several components, and those whose one component may have come within reach of another.
    fn look_at_doubtful(&mut self, old: &Contributions, moved: &Moved) {
        self.positions.resize(old.sole.len(), 0);
        let mut n = 0;
        for ((&sole, &until), position) in old.sole.iter().zip(&old.until).zip(0..) {
            // Written always and kept only if it counts: no branch to be predicted wrongly.
            self.positions[n] = position;
            n += usize::from(moved.lost(sole) >= until);
        }
        self.positions.truncate(n);
    }

    /// Rows of the last block that were looked at.
    #[cfg(test)]
    pub(super) fn n_looked_at(&self) -> usize {
        self.positions.len()
    }

    /// Rows of which screening has learnt nothing.
    pub(super) fn n_lost(&self) -> usize {
        self.candidates.n_lost
    }

    /// Finds the candidates of the rows that are looked at.
    pub(super) fn screen(
        &mut self,
        screen: &Screen<N>,
        scorer: &Scorer,
        data: &BitMatrix,
        block: &RowBlock,
    ) {
        let Self { totals, positions, candidates, .. } = self;
        candidates.clear();
        if scorer.n_components() > 1 {
            screen.find(scorer, data, block, positions, totals, candidates);
        } else if scorer.has_boundary() {
            // The only component may still be impossible.
            candidates.sole.resize(positions.len(), SEVERAL);
            for &position in &*positions {
                candidates.several.push(0, 0.0);
                candidates.several.end_row(position);
            }
        } else {
            candidates.sole.resize(positions.len(), 0);
        }
    }

    /// Scores the rows that have several candidates: nats behind the best of each row, -inf beyond reach; all NaN if none
    /// is possible.
    fn score(&mut self, scorer: &Scorer, data: &BitMatrix, block: &RowBlock) {
        let several = &mut self.candidates.several;
        scorer.score_pairs(data, block, several, &mut self.lanes);
        several.for_each_row(subtract_best);
    }

    /// From scores to responsibilities, in fixed point, and to their entropy.
    fn soften(&mut self, old: &Contributions, weights: &[f64]) {
        let Self { candidates, exponentials, new, positions, .. } = self;
        exponentials.clear();
        exponentials.extend_from_slice(candidates.several.values());
        kernels::exp_all(exponentials);
        new.sole.clone_from(&old.sole);
        // Rows that are not looked at are there already.
        new.sole.resize(new.sole.len().max(positions.len()), SEVERAL);
        for (&position, &sole) in positions.iter().zip(&candidates.sole) {
            new.sole[position as usize] = sole;
        }
        new.until.clone_from(&old.until);
        new.shared.clear();
        let mut entropy = Entropy::default();
        for (position, range) in candidates.several.rows() {
            let components = &candidates.several.components()[range.clone()];
            let behind = &candidates.several.values()[range.clone()];
            if behind[0].is_nan() {
                entropy.add_impossible();
                spread(weights, &mut new.shared);
            } else if let [alone] =
                entropy.add(behind, &exponentials[range], components, &mut new.shared)
            {
                new.sole[position as usize] = *alone;
                new.shared.take_back();
            }
            new.shared.end_row(position);
        }
        new.entropy = entropy.total();
    }

    /// Writes down how long the rows that were looked at and have one component need no new look.
    fn extend(&mut self, screen: &Screen<N>, moved: &Moved) {
        let Self { candidates, positions, new, .. } = self;
        new.generation = moved.generation;
        new.until.resize(new.sole.len(), f64::NEG_INFINITY);
        let nats_per_unit = screen.nats(1);
        let looked_at = positions.iter().zip(&candidates.sole).zip(&candidates.slack);
        for ((&position, &sole), &slack) in looked_at {
            // Of rows with several candidates little is known, even where only one of them mattered.
            let is_known = sole != SEVERAL;
            let until = moved.lost(sole) + f64::from(slack) * nats_per_unit;
            new.until[position as usize] = if is_known { until } else { f64::NEG_INFINITY };
        }
    }

    /// Lists how the new contributions differ from the `old` ones.
    fn compare(&mut self, old: &mut Contributions) {
        let Self { new, changes, positions, sums, .. } = self;
        changes.clear();
        old.sole.resize(new.sole.len(), SEVERAL);
        let (mut old_rows, mut new_rows) = (old.cursor(), new.cursor());
        for &position in &*positions {
            let (was, is) = (old.sole[position as usize], new.sole[position as usize]);
            if was == is && is != SEVERAL {
                continue;
            }
            let (old, new) = (old_rows.row(position), new_rows.row(position));
            if let ([a, b], [old_a, _], [c, d], [new_a, _]) = (old.0, old.1, new.0, new.1)
                && (a, b) == (c, d)
            {
                // Most rows keep their two components; what one gains the other loses.
                let gain = new_a - old_a;
                if gain != 0 {
                    changes.push_two([*a, *b], [gain, -gain]);
                    changes.end_row(position);
                    sums.resp[*a as usize] += gain;
                    sums.resp[*b as usize] -= gain;
                }
                continue;
            }
            merge(old, new, &mut |k: u32, change: i64| {
                if change != 0 {
                    changes.push(k, change);
                    sums.resp[k as usize] += change;
                }
            });
            changes.end_row(position);
        }
    }
}
