//! One thread's part of a step: block after block, from a mixture to the changes of the sums.

use super::contributions::{Contributions, Pair, RowResponsibilities, RowShares};
use super::pending::PendingChanges;
use super::softmax::{push_weights, softmax, subtract_best};
use super::sums::Sums;
use super::total_drift::TotalDrift;
use crate::kernels::{
    self, Candidates, Cell, MultiWayRows, RowBlock, entropy_nats, entropy_units, reach,
};
use crate::scorer::{Scorer, Screen, ScreenScratch};

/// The buffers of one thread.
pub(super) struct Worker<const N: usize> {
    scratch: ScreenScratch<N>,
    /// The rows of the block that are screened.
    positions: Vec<u32>,
    candidates: Candidates,
    exponentials: Vec<f64>,
    normalisers: Vec<f64>,
    /// Of two-way rows, the responsibility of the second component.
    second_shares: Vec<i32>,
    /// The responsibilities of multi-way rows.
    multi_way: MultiWayRows<i32>,
    pending: PendingChanges,
}

impl<const N: usize> Worker<N> {
    pub(super) fn new(scorer: &Scorer) -> Self {
        Self {
            scratch: ScreenScratch::default(),
            positions: Vec::new(),
            candidates: Candidates::default(),
            exponentials: Vec::new(),
            normalisers: Vec::new(),
            second_shares: Vec::new(),
            multi_way: MultiWayRows::default(),
            pending: PendingChanges::new(scorer.n_components(), scorer.n_columns()),
        }
    }

    /// Brings the contributions of one block up to date and adds what changes.
    pub(super) fn run<C: Cell<N>>(
        &mut self,
        screen: &Screen<C, N>,
        scorer: &Scorer,
        drift: &TotalDrift,
        block: &RowBlock,
        contributions: &mut Contributions,
        sums: &Sums,
    ) {
        if contributions.generation == drift.generation {
            self.select_doubtful(contributions, drift);
        } else {
            self.select_all(block);
        }
        self.screen(screen, scorer, block);
        let reach = reach(scorer.n_columns());
        self.score(scorer, block, reach);
        contributions.entropy = self.softmax(scorer.weights(), reach);
        contributions.shares.resize(block.n_rows(), RowShares::NONE);
        contributions.screen_at.resize(block.n_rows(), f64::NEG_INFINITY);
        contributions.generation = drift.generation;
        self.update_single(contributions, screen.nats(1), drift);
        self.update_two_way(contributions);
        self.update_multi_way(contributions);
        self.pending.add_block(block, sums);
        std::mem::swap(&mut self.multi_way, &mut contributions.multi_way);
        contributions.multi_way.shrink();
    }

    /// Adds all pending changes to the sums.
    pub(super) fn flush(&mut self, sums: &Sums) {
        self.pending.flush_all(sums);
    }

    /// Has all rows screened.
    pub(super) fn select_all(&mut self, block: &RowBlock) {
        self.positions.clear();
        self.positions.extend(0..block.n_rows() as u32);
    }

    /// Has those rows screened that have several components, or one that another may have reached.
    fn select_doubtful(&mut self, old: &Contributions, drift: &TotalDrift) {
        self.positions.resize(old.shares.len(), 0);
        let (positions, mut n) = (&mut self.positions[..], 0);
        let rows = old.shares.iter().zip(&old.screen_at);
        for ((shares, &screen_at), position) in rows.zip(0..) {
            // Without a branch, which would often be predicted wrongly: always written, kept if it
            // counts.
            positions[n] = position;
            n += usize::from(drift.lead_loss(shares.first_component()) >= screen_at);
        }
        self.positions.truncate(n);
    }

    /// Rows of the last block that were screened.
    #[cfg(test)]
    pub(super) fn n_screened(&self) -> usize {
        self.positions.len()
    }

    /// Finds the candidates of the selected rows.
    pub(super) fn screen<C: Cell<N>>(
        &mut self,
        screen: &Screen<C, N>,
        scorer: &Scorer,
        block: &RowBlock,
    ) -> &Candidates {
        let Self { scratch, positions, candidates, .. } = self;
        candidates.clear();
        if scorer.n_components() > 1 {
            screen.find(scorer, block, positions, scratch, candidates);
        } else if scorer.has_boundary() {
            // The only component may still rule a row out.
            for &position in &*positions {
                candidates.multi_way.push(0, 0.0);
                candidates.multi_way.end_row(position);
            }
        } else {
            candidates.single.positions.clone_from(positions);
            candidates.single.components.resize(positions.len(), 0);
            candidates.single.slack.resize(positions.len(), 0);
        }
        candidates
    }

    /// Scores the rows with several candidates, in nats.
    ///
    /// Two-way rows get the lead of the second component over the first. Multi-way rows get for
    /// each component how far it is behind the best: -inf beyond `reach`, all NaN if every
    /// component rules the row out.
    fn score(&mut self, scorer: &Scorer, block: &RowBlock, reach: f64) {
        let Candidates { two_way, multi_way, .. } = &mut self.candidates;
        if scorer.has_boundary() {
            // A lead cannot say that a row is impossible: those rows are scored as multi-way.
            for (position, components, _) in two_way.iter() {
                components.into_iter().for_each(|k| multi_way.push(k, 0.0));
                multi_way.end_row(position);
            }
            two_way.clear();
        }
        scorer.score_multi_way(block, multi_way);
        multi_way.for_each_row(|scores| subtract_best(scores, reach));
        if !scorer.has_boundary() {
            // The number of candidates beyond reach depends on the units of screening. The result
            // must not: a row with two candidates within reach is a two-way row.
            multi_way.take_rows(|position, components, behind| {
                let mut within = components.iter().zip(behind).filter(|(_, b)| **b >= -reach);
                match (within.next(), within.next(), within.next()) {
                    (Some((&a, _)), Some((&b, _)), None) => {
                        two_way.push(position, [a, b], 0.0);
                        true
                    }
                    _ => false,
                }
            });
        }
        scorer.score_two_way(block, two_way);
    }

    /// From scores to responsibilities in fixed point. Returns their entropy in nats, or -inf if a
    /// row is impossible.
    fn softmax(&mut self, weights: &[f64], reach: f64) -> f64 {
        let Self { candidates: Candidates { two_way, multi_way: candidates, .. }, .. } = self;
        self.second_shares.resize(two_way.n_rows(), 0);
        let mut entropy = kernels::softmax_two_way(&two_way.values, reach, &mut self.second_shares);
        self.exponentials.clear();
        self.exponentials.extend_from_slice(candidates.values());
        kernels::exp_all(&mut self.exponentials);
        self.multi_way.clear();
        self.normalisers.clear();
        let mut is_possible = true;
        for (position, range) in candidates.rows() {
            let components = &candidates.components()[range.clone()];
            let behind = &candidates.values()[range.clone()];
            if behind[0].is_nan() {
                is_possible = false;
                push_weights(weights, &mut self.multi_way);
            } else {
                let exponentials = &self.exponentials[range];
                let (normaliser, expected) =
                    softmax(components, behind, exponentials, &mut self.multi_way);
                self.normalisers.push(normaliser);
                entropy -= entropy_units(expected);
            }
            self.multi_way.end_row(position);
        }
        kernels::ln_all(&mut self.normalisers);
        entropy += self.normalisers.iter().map(|log| entropy_units(*log)).sum::<i64>();
        if is_possible { entropy_nats(entropy) } else { f64::NEG_INFINITY }
    }

    /// Updates the rows with one component, and the lead loss at which they are screened again.
    fn update_single(&mut self, rows: &mut Contributions, nats_per_unit: f64, drift: &TotalDrift) {
        let single = &self.candidates.single;
        let single = single.positions.iter().zip(&single.components).zip(&single.slack);
        for ((&position, &k), &slack) in single {
            let lead_loss = drift.lead_loss(k);
            rows.screen_at[position as usize] = lead_loss + f64::from(slack) * nats_per_unit;
            update(rows, &self.multi_way, &mut self.pending, position, RowShares::whole(k));
        }
    }

    fn update_two_way(&mut self, rows: &mut Contributions) {
        for ((position, components, _), &share) in
            self.candidates.two_way.iter().zip(&self.second_shares)
        {
            rows.screen_at[position as usize] = f64::NEG_INFINITY;
            let new = RowShares::two_way(components, share);
            update(rows, &self.multi_way, &mut self.pending, position, new);
        }
    }

    fn update_multi_way(&mut self, rows: &mut Contributions) {
        for (i, (position, range)) in self.multi_way.rows().enumerate() {
            rows.screen_at[position as usize] = f64::NEG_INFINITY;
            let new = match self.multi_way.components()[range] {
                [alone] => RowShares::whole(alone),
                _ => RowShares::multi_way(i as u32),
            };
            update(rows, &self.multi_way, &mut self.pending, position, new);
        }
    }
}

/// Adds to `pending` how the row at `position` changes to `new`, which may refer to `multi_way`.
#[inline(always)]
fn update(
    rows: &mut Contributions,
    multi_way: &MultiWayRows<i32>,
    pending: &mut PendingChanges,
    position: u32,
    new: RowShares,
) {
    let old = rows.shares[position as usize];
    if old == new && old.multi_way_row().is_none() {
        return;
    }
    rows.shares[position as usize] = new;
    match RowShares::transfer(old, new) {
        Some((_, 0)) => {}
        Some((components, gain)) => pending.transfer(position, components, gain),
        None => redistribute(old, &rows.multi_way, new, multi_way, pending, position),
    }
}

/// [`update`] where more than two components take part.
#[inline(never)]
fn redistribute(
    old: RowShares,
    old_rows: &MultiWayRows<i32>,
    new: RowShares,
    new_rows: &MultiWayRows<i32>,
    pending: &mut PendingChanges,
    position: u32,
) {
    let (mut old_pair, mut new_pair) = (Pair::default(), Pair::default());
    let old = RowResponsibilities::new(old, old_rows, &mut old_pair);
    let new = RowResponsibilities::new(new, new_rows, &mut new_pair);
    RowResponsibilities::changes(&old, &new, &mut |k, by| pending.change(k, by));
    pending.end_row(position);
}
