//! The E-step for rows that clearly belong to few components: only the pairs that matter are scored and added up.
//!
//! **Fixed point.** Responsibilities are whole multiples of 2^-32, and those of a row sum to exactly 1. Sums of them are
//! sums of integers, exact in every order. So the statistics are kept from one step to the next and only *changes* of
//! responsibilities are added to them (the incremental statistics of Neal & Hinton, *A view of the EM algorithm*, 1998,
//! here without a drift that would ask for a refresh); rows are handed to threads as these come free, and every result has
//! the same bits as one from scratch.
//!
//! **What is left out.** A component whose score is more than [`REACH`] below the best has a responsibility
//! below 2^-33, which is zero in these numbers. [`Screen`] names the components that may be closer; these are scored in f64.
//!
//! **The log-likelihood** of all rows is, with `s_ik` the weighted log-probability and `r_ik` the responsibility,
//! `sum_ik r_ik s_ik - sum_ik r_ik log r_ik` (ibid., eq. 7). The first sum follows from the statistics, and a row that
//! belongs to one component adds nothing to the second. So a row whose one component is known costs nothing at all.

use super::stats::SufficientStats;
use crate::bits::{BitMatrix, row_bytes};
use crate::kernels::{self, Candidates, Octet, Pairs, RowBlock, SEVERAL};
use crate::scorer::{Scorer, Screen, Totals};
use rayon::prelude::*;
use std::slice;
use std::sync::{Mutex, PoisonError};

/// The responsibility 1.
const ONE: i64 = 1 << 32;

/// Responsibilities below this are 0.
pub(super) const SMALLEST: f64 = 0.5 / ONE as f64;

/// Nats behind the best component beyond which a responsibility is below half of 2^-32, and so 0: `33 ln 2`.
const REACH: f64 = 22.873_856_958_594_61;

/// Sparse E-steps of one number of components, whatever the width of their screen.
pub(super) trait SparseStep: Send {
    /// Takes over the mixture of the next run. Returns how many pairs of a row of `sample` and a component matter.
    fn prepare(&mut self, scorer: &Scorer, data: &BitMatrix, sample: &RowBlock) -> usize;

    /// The statistics of all rows under the mixture that was prepared.
    fn run(&mut self, scorer: &Scorer, data: &BitMatrix, blocks: &[RowBlock]) -> SufficientStats;
}

/// Sparse E-steps for K components over D features, with a screen of fitting width.
pub(super) fn for_components(n_components: usize, n_features: usize) -> Box<dyn SparseStep> {
    match n_components {
        0..=16 => Box::new(Steps::<16>::new(n_components, n_features)),
        17..=32 => Box::new(Steps::<32>::new(n_components, n_features)),
        _ => Box::new(Steps::<64>::new(n_components, n_features)),
    }
}

struct Steps<const N: usize> {
    screen: Screen<N>,
    workers: Vec<Worker<N>>,
    /// What the rows of each block contribute to the sums below.
    contributions: Vec<Contributions>,
    sums: Sums,
}

/// Sums of responsibilities over rows, as multiples of 2^-32.
struct Sums {
    /// Sum of each component's responsibility.
    resp: Vec<i64>,
    /// Component after component, one octet for each byte of a packed row: sums of responsibility times feature.
    weighted: Vec<Octet<i64>>,
}

/// What the rows of a block contribute: the responsibility 1 to one component, or several responsibilities.
#[derive(Default)]
struct Contributions {
    /// For each position its one component, or [`SEVERAL`].
    sole: Vec<u32>,
    /// The responsibilities of the other rows, components ascending; before the first step, none.
    shared: Pairs<i64>,
    /// The sum over rows of `-sum_k r_ik log r_ik`, or -inf if a row is impossible.
    entropy: f64,
}

/// What one thread needs.
struct Worker<const N: usize> {
    totals: Totals<N>,
    positions: Vec<u32>,
    candidates: Candidates,
    lanes: Vec<Octet<f64>>,
    exponentials: Vec<f64>,
    new: Contributions,
    changes: Pairs<i64>,
    sums: Sums,
}

impl<const N: usize> Steps<N> {
    fn new(n_components: usize, n_features: usize) -> Self {
        Self {
            screen: Screen::new(n_components, n_features, REACH),
            workers: Vec::new(),
            contributions: Vec::new(),
            sums: Sums::zeros(n_components, n_features),
        }
    }
}

impl<const N: usize> SparseStep for Steps<N> {
    fn prepare(&mut self, scorer: &Scorer, data: &BitMatrix, sample: &RowBlock) -> usize {
        self.workers.resize_with(self.workers.len().max(1), || Worker::new(scorer));
        let worker = &mut self.workers[0];
        loop {
            self.screen.refill(scorer);
            worker.screen(&self.screen, scorer, data, sample);
            // Rows too far behind the envelope cost K pairs each: beyond a pair for four rows, units are too fine.
            if worker.candidates.n_lost * scorer.n_components() * 4 <= sample.len()
                || !self.screen.coarsen()
            {
                return worker.n_pairs(scorer, data, sample);
            }
        }
    }

    fn run(&mut self, scorer: &Scorer, data: &BitMatrix, blocks: &[RowBlock]) -> SufficientStats {
        let n_workers = rayon::current_num_threads().min(blocks.len()).max(1);
        self.workers.resize_with(n_workers, || Worker::new(scorer));
        self.contributions.resize_with(blocks.len(), Contributions::default);
        let queue = Mutex::new(blocks.iter().zip(&mut self.contributions));
        let screen = &self.screen;
        let work = |worker: &mut Worker<N>| {
            while let Some((block, contributions)) = next(&queue) {
                worker.run(screen, scorer, data, block, contributions);
            }
        };
        match &mut self.workers[..] {
            [worker] => work(worker),
            workers => workers.par_iter_mut().for_each(work),
        }
        self.collect(scorer, data.n_samples())
    }
}

/// The next block that nobody works on.
fn next<'a>(
    queue: &Mutex<std::iter::Zip<slice::Iter<'a, RowBlock>, slice::IterMut<'a, Contributions>>>,
) -> Option<(&'a RowBlock, &'a mut Contributions)> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).next()
}

impl<const N: usize> Steps<N> {
    /// Adds the workers' changes to the sums, component by component, and reads the statistics off them.
    fn collect(&mut self, scorer: &Scorer, n_samples: usize) -> SufficientStats {
        let (n_components, n_features) = (scorer.n_components(), scorer.n_features());
        let mut stats = SufficientStats::zeros(n_components, n_features);
        let mut changes: Vec<Vec<Change>> = (0..n_components).map(|_| Vec::new()).collect();
        for worker in &mut self.workers {
            let of_components = worker.sums.of_components(n_features);
            changes.iter_mut().zip(of_components).for_each(|(list, change)| list.push(change));
        }
        let expected: Vec<f64> = (self.sums.of_components(n_features), changes)
            .into_par_iter()
            .zip((
                stats.resp_sums.par_iter_mut(),
                stats.weighted_sums.par_chunks_exact_mut(n_features),
            ))
            .enumerate()
            .map(|(k, ((mut sum, changes), (resp_sum, weighted_sums)))| {
                changes.into_iter().for_each(|change| sum.absorb(change));
                *resp_sum = real(*sum.resp);
                let flat = sum.weighted.iter().flat_map(|octet| octet.0);
                weighted_sums.iter_mut().zip(flat).for_each(|(real_sum, s)| *real_sum = real(s));
                expected_log_prob(scorer, k, *resp_sum, sum.weighted)
            })
            .collect();
        let entropy: f64 = self.contributions.iter().map(|block| block.entropy).sum();
        stats.n_samples = n_samples;
        stats.log_likelihood = expected.iter().sum::<f64>() + entropy;
        stats
    }
}

/// A sum in fixed point as a number.
fn real(sum: i64) -> f64 {
    sum as f64 / ONE as f64
}

/// The sum over rows of `r_ik s_ik` for one component, from its statistics.
fn expected_log_prob(scorer: &Scorer, k: usize, resp_sum: f64, weighted: &[Octet<i64>]) -> f64 {
    // The bias of a component without weight is -inf, and it takes part in nothing.
    if resp_sum == 0.0 {
        return 0.0;
    }
    let mut lanes = Octet::<f64>::default();
    for (&log_odds, &sum) in scorer.log_odds(k).iter().zip(weighted) {
        lanes.add(&log_odds.zip(sum, |o, s| o * real(s)));
    }
    resp_sum * scorer.bias(k) + lanes.reduce(|a, b| a + b)
}

/// One component's part of [`Sums`].
struct Change<'a> {
    resp: &'a mut i64,
    weighted: &'a mut [Octet<i64>],
}

impl Change<'_> {
    /// Adds `other` and leaves it empty.
    fn absorb(&mut self, other: Self) {
        *self.resp += std::mem::take(other.resp);
        for (sum, change) in self.weighted.iter_mut().zip(other.weighted) {
            sum.add(&std::mem::take(change));
        }
    }
}

impl Sums {
    fn zeros(n_components: usize, n_features: usize) -> Self {
        Self {
            resp: vec![0; n_components],
            weighted: vec![Octet::default(); n_components * row_bytes(n_features)],
        }
    }

    fn of_components(&mut self, n_features: usize) -> Vec<Change<'_>> {
        let weighted = self.weighted.chunks_exact_mut(row_bytes(n_features));
        let parts = self.resp.iter_mut().zip(weighted);
        parts.map(|(resp, weighted)| Change { resp, weighted }).collect()
    }
}

impl<const N: usize> Worker<N> {
    fn new(scorer: &Scorer) -> Self {
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
    fn run(
        &mut self,
        screen: &Screen<N>,
        scorer: &Scorer,
        data: &BitMatrix,
        block: &RowBlock,
        contributions: &mut Contributions,
    ) {
        self.screen(screen, scorer, data, block);
        self.score(scorer, data, block);
        self.soften(scorer.weights());
        self.compare(contributions);
        let stride = row_bytes(data.n_features());
        for tile in 0..kernels::tile_count(data.n_features()) {
            kernels::add_pairs(&mut self.sums.weighted, stride, block, tile, &self.changes);
        }
        std::mem::swap(&mut self.new, contributions);
    }

    /// Pairs of a screened row and a component that matter.
    fn n_pairs(&mut self, scorer: &Scorer, data: &BitMatrix, block: &RowBlock) -> usize {
        self.score(scorer, data, block);
        let n_sole = self.candidates.sole.iter().filter(|k| **k != SEVERAL).count();
        let within = self.candidates.several.values().iter().filter(|behind| **behind >= -REACH);
        n_sole + within.count()
    }

    /// Finds the candidates of every row.
    fn screen(&mut self, screen: &Screen<N>, scorer: &Scorer, data: &BitMatrix, block: &RowBlock) {
        let Self { totals, positions, candidates, .. } = self;
        positions.clear();
        positions.extend(0..block.len() as u32);
        candidates.clear();
        if scorer.n_components() > 1 {
            screen.find(scorer, data, block, positions, totals, candidates);
        } else if scorer.has_boundary() {
            // The only component may still be impossible.
            candidates.sole.resize(block.len(), SEVERAL);
            for &position in &*positions {
                candidates.several.push(0, 0.0);
                candidates.several.end_row(position);
            }
        } else {
            candidates.sole.resize(block.len(), 0);
        }
    }

    /// Scores the rows that have several candidates: nats behind the best of each row, -inf beyond reach; all NaN if none
    /// is possible.
    fn score(&mut self, scorer: &Scorer, data: &BitMatrix, block: &RowBlock) {
        let several = &mut self.candidates.several;
        scorer.score_pairs(data, block, several, &mut self.lanes);
        several.for_each_row(|scores| {
            let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            for score in scores {
                let behind = *score - best;
                *score = if behind < -REACH { f64::NEG_INFINITY } else { behind };
            }
        });
    }

    /// From scores to responsibilities, in fixed point, and to their entropy.
    fn soften(&mut self, weights: &[f64]) {
        let Self { candidates, exponentials, new, .. } = self;
        exponentials.clear();
        exponentials.extend_from_slice(candidates.several.values());
        kernels::exp_all(exponentials);
        std::mem::swap(&mut new.sole, &mut candidates.sole);
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

    /// Lists how the new contributions differ from the `old` ones.
    fn compare(&mut self, old: &mut Contributions) {
        let Self { new, changes, positions, sums, .. } = self;
        changes.clear();
        old.sole.resize(new.sole.len(), SEVERAL);
        positions.clear();
        let both = old.sole.iter().zip(&new.sole).zip(0..);
        positions.extend(
            both.filter(|((old, new), _)| old != new || **new == SEVERAL)
                .map(|(_, position)| position),
        );
        let (mut old_rows, mut new_rows) = (old.cursor(), new.cursor());
        for &position in &*positions {
            let (old, new) = (old_rows.row(position), new_rows.row(position));
            let mut push = |k: u32, change: i64| {
                if change != 0 {
                    changes.push(k, change);
                    sums.resp[k as usize] += change;
                }
            };
            merge(old, new, &mut push);
            changes.end_row(position);
        }
    }
}

/// Reads the contributions of a block, position after position.
struct Cursor<'a> {
    contributions: &'a Contributions,
    row: usize,
}

impl Contributions {
    fn cursor(&self) -> Cursor<'_> {
        Cursor { contributions: self, row: 0 }
    }
}

impl<'a> Cursor<'a> {
    /// Components and responsibilities of the row at `position`; positions must ascend.
    #[inline(always)]
    fn row(&mut self, position: u32) -> (&'a [u32], &'a [i64]) {
        let Contributions { sole, shared, .. } = self.contributions;
        let sole = &sole[position as usize];
        if *sole != SEVERAL {
            return (slice::from_ref(sole), &[ONE]);
        }
        match shared.row(self.row) {
            Some((at, components, resp)) if at == position => {
                self.row += 1;
                (components, resp)
            }
            _ => (&[], &[]),
        }
    }
}

/// Calls `push` with every component of either row and the difference of its responsibilities.
#[inline(always)]
fn merge(old: (&[u32], &[i64]), new: (&[u32], &[i64]), push: &mut impl FnMut(u32, i64)) {
    if old.0 == new.0 {
        new.0.iter().zip(old.1.iter().zip(new.1)).for_each(|(&k, (old, new))| push(k, new - old));
        return;
    }
    let mut before = old.0.iter().copied().zip(old.1.iter().copied()).peekable();
    for (&component, &resp) in new.0.iter().zip(new.1) {
        while let Some((gone, was)) = before.next_if(|(k, _)| *k < component) {
            push(gone, -was);
        }
        let was = before.next_if(|(k, _)| *k == component).map_or(0, |(_, was)| was);
        push(component, resp - was);
    }
    before.for_each(|(gone, was)| push(gone, -was));
}

/// The weights as responsibilities: the fallback for a row that no component explains.
fn spread(weights: &[f64], shared: &mut Pairs<i64>) {
    let first = shared.len();
    let mut rest = ONE;
    for (k, &weight) in weights.iter().enumerate() {
        let resp = ((weight * ONE as f64) as i64).min(rest);
        rest -= resp;
        if resp > 0 {
            shared.push(k as u32, resp);
        }
    }
    shared.values_mut()[first] += rest;
}

/// Sums `log z - sum_k r_k s_k` over rows, where z is the sum of `exp(s_k)` and `s_k` are nats behind the best: what
/// `-sum_k r_k log r_k` becomes when `r_k = exp(s_k) / z`.
struct Entropy {
    sum: f64,
    /// Normalisers, one logarithm for several.
    product: f64,
    n_factors: usize,
}

impl Default for Entropy {
    fn default() -> Self {
        Self { sum: 0.0, product: 1.0, n_factors: 0 }
    }
}

impl Entropy {
    /// Factors of one logarithm: each normaliser lies in [1, K], so for K up to 10^19 the product stays finite.
    const BATCH: usize = 16;

    /// Appends the responsibilities of a row to `shared` and returns the components that have one.
    #[inline(always)]
    fn add<'a>(
        &mut self,
        behind: &[f64],
        exponentials: &[f64],
        components: &[u32],
        shared: &'a mut Pairs<i64>,
    ) -> &'a [u32] {
        let normaliser: f64 = exponentials.iter().sum();
        let scale = ONE as f64 / normaliser;
        let first = shared.len();
        let (mut rest, mut best, mut expected) = (ONE, first, 0.0);
        for ((&component, &behind), &exponential) in components.iter().zip(behind).zip(exponentials)
        {
            let resp = (exponential * scale + 0.5) as i64;
            if resp > 0 {
                best = if behind == 0.0 { shared.len() } else { best };
                rest -= resp;
                expected += behind * real(resp);
                shared.push(component, resp);
            }
        }
        // What rounding left over goes to the best, which is far from 0.
        shared.values_mut()[best] += rest;
        self.sum -= expected;
        // A row whose other candidates are all beyond reach counts no more than one that had none: how many screening
        // names depends on its units, so on what was run before.
        if normaliser > 1.0 {
            self.product *= normaliser;
            self.n_factors += 1;
        }
        if self.n_factors == Self::BATCH {
            self.take_logarithm();
        }
        &shared.components()[first..]
    }

    fn add_impossible(&mut self) {
        self.sum = f64::NEG_INFINITY;
    }

    fn take_logarithm(&mut self) {
        self.sum += libm::log(self.product);
        (self.product, self.n_factors) = (1.0, 0);
    }

    fn total(mut self) -> f64 {
        self.take_logarithm();
        self.sum
    }
}

#[cfg(test)]
mod tests;
