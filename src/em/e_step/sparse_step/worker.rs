//! One thread's share of a run: block after block, from a mixture to what changes in the sums.

use super::contributions::{Contributions, Room, SEVERAL, Shares, Split};
use super::ledger::Ledger;
use super::moved::Moved;
use super::soften::{soften, spread, subtract_best};
use super::sums::Sums;
use crate::kernels::{
    self, Candidates, Cell, MultiWayRows, RowBlock, entropy_nats, entropy_units, reach,
};
use crate::scorer::{Scorer, Screen, ScreenScratch};

/// What one thread needs.
pub(super) struct Worker<const N: usize> {
    totals: ScreenScratch<N>,
    positions: Vec<u32>,
    candidates: Candidates,
    exponentials: Vec<f64>,
    normalisers: Vec<f64>,
    shares: Vec<i32>,
    multi_way: MultiWayRows<i32>,
    ledger: Ledger,
}

impl<const N: usize> Worker<N> {
    pub(super) fn new(scorer: &Scorer) -> Self {
        Self {
            totals: ScreenScratch::default(),
            positions: Vec::new(),
            candidates: Candidates::default(),
            exponentials: Vec::new(),
            normalisers: Vec::new(),
            shares: Vec::new(),
            multi_way: MultiWayRows::default(),
            ledger: Ledger::new(scorer.n_components(), scorer.n_columns()),
        }
    }

    /// Brings the contributions of one block up to date and adds what changes.
    pub(super) fn run<C: Cell<N>>(
        &mut self,
        screen: &Screen<C, N>,
        scorer: &Scorer,
        moved: &Moved,
        block: &RowBlock,
        contributions: &mut Contributions,
        sums: &Sums,
    ) {
        match contributions.generation == moved.generation {
            true => self.look_at_doubtful(contributions, moved),
            false => self.look_at_all(block),
        }
        self.screen(screen, scorer, block);
        let reach = reach(scorer.n_columns());
        self.score(scorer, block, reach);
        contributions.entropy = self.soften(scorer.weights(), reach);
        contributions.splits.resize(block.len(), Split::NONE);
        contributions.until.resize(block.len(), f64::NEG_INFINITY);
        contributions.generation = moved.generation;
        self.update_soles(contributions, screen.nats(1), moved);
        self.update_duos(contributions);
        self.update_crowd(contributions);
        self.ledger.settle(block, sums);
        std::mem::swap(&mut self.multi_way, &mut contributions.multi_way);
        contributions.multi_way.shrink();
    }

    /// Adds all that is not in the sums yet.
    pub(super) fn close(&mut self, sums: &Sums) {
        self.ledger.close(sums);
    }

    pub(super) fn look_at_all(&mut self, block: &RowBlock) {
        self.positions.clear();
        self.positions.extend(0..block.len() as u32);
    }

    /// Lists the rows with several components, and those whose one component may have come within reach of another.
    fn look_at_doubtful(&mut self, old: &Contributions, moved: &Moved) {
        self.positions.resize(old.splits.len(), 0);
        let (positions, mut n) = (&mut self.positions[..], 0);
        let rows = old.splits.iter().zip(&old.until);
        for ((split, &until), position) in rows.zip(0..) {
            // Written always and kept only if it counts: no branch to be predicted wrongly.
            positions[n] = position;
            n += usize::from(moved.lead_loss(split.components[0]) >= until);
        }
        self.positions.truncate(n);
    }

    /// Rows of the last block that were looked at.
    #[cfg(test)]
    pub(super) fn n_looked_at(&self) -> usize {
        self.positions.len()
    }

    /// Finds the candidates of the rows that are looked at.
    pub(super) fn screen<C: Cell<N>>(
        &mut self,
        screen: &Screen<C, N>,
        scorer: &Scorer,
        block: &RowBlock,
    ) -> &Candidates {
        let Self { totals, positions, candidates, .. } = self;
        candidates.clear();
        if scorer.n_components() > 1 {
            screen.find(scorer, block, positions, totals, candidates);
        } else if scorer.has_boundary() {
            // The only component may still be impossible.
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

    /// Scores the rows that have several candidates: for two, by how many nats the second one is ahead; for more, nats behind
    /// the best of each row, -inf beyond reach; all NaN if none is possible.
    fn score(&mut self, scorer: &Scorer, block: &RowBlock, reach: f64) {
        let Candidates { two_way, multi_way, .. } = &mut self.candidates;
        if scorer.has_boundary() {
            // Where rows can be impossible, two are a crowd.
            for (position, components, _) in two_way.iter() {
                components.into_iter().for_each(|k| multi_way.push(k, 0.0));
                multi_way.end_row(position);
            }
            two_way.clear();
        }
        scorer.score_multi_way(block, multi_way);
        multi_way.for_each_row(|scores| subtract_best(scores, reach));
        if !scorer.has_boundary() {
            // How many candidates a row has beyond reach is chance: what it gets must not depend on that.
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

    /// From scores to responsibilities, in fixed point; returns their entropy in nats.
    fn soften(&mut self, weights: &[f64], reach: f64) -> f64 {
        let Self { candidates: Candidates { two_way, multi_way: candidates, .. }, .. } = self;
        self.shares.resize(two_way.len(), 0);
        let mut entropy = kernels::softmax_two_way(&two_way.values, reach, &mut self.shares);
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
                spread(weights, &mut self.multi_way);
            } else {
                let exponentials = &self.exponentials[range];
                let (normaliser, expected) =
                    soften(components, behind, exponentials, &mut self.multi_way);
                self.normalisers.push(normaliser);
                entropy -= entropy_units(expected);
            }
            self.multi_way.end_row(position);
        }
        kernels::ln_all(&mut self.normalisers);
        entropy += self.normalisers.iter().map(|log| entropy_units(*log)).sum::<i64>();
        if is_possible { entropy_nats(entropy) } else { f64::NEG_INFINITY }
    }

    /// Rows with one component: what changes, and how long they need no new look.
    fn update_soles(&mut self, rows: &mut Contributions, nats_per_unit: f64, moved: &Moved) {
        let single = &self.candidates.single;
        let single = single.positions.iter().zip(&single.components).zip(&single.slack);
        for ((&position, &k), &slack) in single {
            rows.until[position as usize] = moved.lead_loss(k) + f64::from(slack) * nats_per_unit;
            update(rows, &self.multi_way, &mut self.ledger, position, Split::whole(k));
        }
    }

    fn update_duos(&mut self, rows: &mut Contributions) {
        for ((position, components, _), &share) in self.candidates.two_way.iter().zip(&self.shares)
        {
            rows.until[position as usize] = f64::NEG_INFINITY;
            let new = Split::between(components, share);
            update(rows, &self.multi_way, &mut self.ledger, position, new);
        }
    }

    fn update_crowd(&mut self, rows: &mut Contributions) {
        for (i, (position, range)) in self.multi_way.rows().enumerate() {
            rows.until[position as usize] = f64::NEG_INFINITY;
            let new = match self.multi_way.components()[range] {
                [alone] => Split::whole(alone),
                _ => Split { components: [SEVERAL, i as u32], second: 0 },
            };
            update(rows, &self.multi_way, &mut self.ledger, position, new);
        }
    }
}

/// Puts down in `ledger` how the row at `position` changes to `new`, whose crowd is `multi_way`.
#[inline(always)]
fn update(
    rows: &mut Contributions,
    multi_way: &MultiWayRows<i32>,
    ledger: &mut Ledger,
    position: u32,
    new: Split,
) {
    let old = rows.splits[position as usize];
    if old == new && old.components[0] != SEVERAL {
        return;
    }
    rows.splits[position as usize] = new;
    match Split::gain(old, new) {
        Some((_, 0)) => {}
        Some((components, gain)) => ledger.shift(position, components, gain),
        None => redistribute(old, &rows.multi_way, new, multi_way, ledger, position),
    }
}

/// [`update`] for rows that more than two components have to do with.
#[inline(never)]
fn redistribute(
    old: Split,
    old_crowd: &MultiWayRows<i32>,
    new: Split,
    new_crowd: &MultiWayRows<i32>,
    ledger: &mut Ledger,
    position: u32,
) {
    let (mut old_room, mut new_room) = (Room::default(), Room::default());
    let old = Shares::of(old, old_crowd, &mut old_room);
    let new = Shares::of(new, new_crowd, &mut new_room);
    Shares::merge(&old, &new, &mut |k, by| ledger.change(k, by));
    ledger.end_row(position);
}
