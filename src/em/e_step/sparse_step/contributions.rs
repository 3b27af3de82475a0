//! What the rows of a block contribute to the sums, and how that differs from one run to the next.

use crate::kernels::{MultiWayRows, ONE};

/// How a row shares out its responsibility of 1.
///
/// Packed into 12 bytes, for there is one for each row. [`Self::is_whole`] and
/// [`Self::multi_way_row`] tell the cases apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RowShares {
    /// Of a row with one component: that one twice. Of a row with two: both, ascending. Of other
    /// rows: [`MULTI_WAY`] and the row's place in [`Contributions::multi_way`].
    components: [u32; 2],
    /// The share of the second component.
    second: i32,
}

const _: () = assert!(size_of::<RowShares>() == 12);

/// Stands in the place of the first component. No component has this number.
const MULTI_WAY: u32 = u32::MAX;

impl RowShares {
    /// No shares: those of a row before its first step. [`Contributions::multi_way`] never has a row
    /// at this place, and a row that is missing there has no share.
    pub(super) const NONE: Self = Self::multi_way(u32::MAX);

    /// All to component `k`.
    pub(super) fn whole(k: u32) -> Self {
        Self { components: [k, k], second: 0 }
    }

    /// `second` to the second of two components, the rest to the first.
    #[inline(always)]
    pub(super) fn two_way(components: [u32; 2], second: i32) -> Self {
        let [first, last] = components;
        let only = if second == 0 { first } else { last };
        let is_whole = second == 0 || second == ONE;
        Self {
            components: if is_whole { [only, only] } else { components },
            second: if is_whole { 0 } else { second },
        }
    }

    /// To the components of row `row` of [`Contributions::multi_way`].
    pub(super) const fn multi_way(row: u32) -> Self {
        Self { components: [MULTI_WAY, row], second: 0 }
    }

    /// The only component, if there is one; the first of two; above all components otherwise.
    #[inline(always)]
    pub(super) fn first_component(self) -> u32 {
        self.components[0]
    }

    /// The row's place in [`Contributions::multi_way`], if its shares stand there.
    #[inline(always)]
    pub(super) fn multi_way_row(self) -> Option<usize> {
        (self.components[0] == MULTI_WAY).then_some(self.components[1] as usize)
    }

    fn is_whole(self) -> bool {
        self.components[0] == self.components[1]
    }

    /// The share of the second of `two` components, if no other component has a share.
    #[inline(always)]
    fn second_of(self, two: [u32; 2]) -> Option<i32> {
        let [first, _] = self.components;
        let has_first = first == two[0];
        if self.components == two {
            Some(self.second)
        } else if self.is_whole() && (has_first || first == two[1]) {
            Some(if has_first { 0 } else { ONE })
        } else {
            None
        }
    }

    /// Two components and what passes from the first to the second between `old` and `new`; `None`
    /// if more components take part.
    #[inline(always)]
    pub(super) fn transfer(old: Self, new: Self) -> Option<([u32; 2], i32)> {
        if old.multi_way_row().is_some() || new.multi_way_row().is_some() {
            return None;
        }
        let two = if new.is_whole() { old.components } else { new.components };
        Some((two, new.second_of(two)? - old.second_of(two)?))
    }
}

/// What the rows of a block contribute.
#[derive(Default)]
pub(super) struct Contributions {
    /// For each position; empty before the first step.
    pub(super) shares: Vec<RowShares>,
    /// For each position: the row is screened again once the total lead loss of its one component
    /// reaches this, in nats (see [`TotalDrift`](super::total_drift::TotalDrift)).
    pub(super) screen_at: Vec<f64>,
    /// The generation in which `screen_at` was written.
    pub(super) generation: u32,
    /// The responsibilities of rows that several components share, components ascending.
    pub(super) multi_way: MultiWayRows<i32>,
    /// The sum over rows of `-sum_k r_ik log r_ik`, in nats; -inf if a row is impossible.
    pub(super) entropy: f64,
}

/// The components that have a share of a row, ascending, and their responsibilities.
pub(super) struct RowResponsibilities<'a> {
    components: &'a [u32],
    resp: &'a [i32],
}

/// Memory for the responsibilities of a row with one or two components.
#[derive(Default)]
pub(super) struct Pair([u32; 2], [i32; 2]);

impl<'a> RowResponsibilities<'a> {
    /// Reads `shares`, which may refer to a row of `multi_way`.
    pub(super) fn new(
        shares: RowShares,
        multi_way: &'a MultiWayRows<i32>,
        pair: &'a mut Pair,
    ) -> Self {
        if let Some(row) = shares.multi_way_row() {
            let (_, components, resp) = multi_way.row(row).unwrap_or((0, &[], &[]));
            return Self { components, resp };
        }
        *pair = Pair(shares.components, [ONE - shares.second, shares.second]);
        let n = if shares.is_whole() { 1 } else { 2 };
        Self { components: &pair.0[..n], resp: &pair.1[..n] }
    }

    /// Calls `push` with every component of either row and the change of its responsibility.
    pub(super) fn changes(old: &Self, new: &Self, push: &mut impl FnMut(u32, i32)) {
        let (mut i, mut j) = (0, 0);
        loop {
            let (before, after) = (old.components.get(i), new.components.get(j));
            let k = match (before, after) {
                (Some(&before), Some(&after)) => before.min(after),
                (Some(&k), None) | (None, Some(&k)) => k,
                (None, None) => return,
            };
            let (in_old, in_new) = (before == Some(&k), after == Some(&k));
            let was = if in_old { old.resp[i] } else { 0 };
            let is = if in_new { new.resp[j] } else { 0 };
            (i, j) = (i + usize::from(in_old), j + usize::from(in_new));
            push(k, is - was);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const K: usize = 5;

    /// Responsibilities of all components.
    fn dense(shares: RowShares, multi_way: &MultiWayRows<i32>) -> [i32; K] {
        let mut pair = Pair::default();
        let row = RowResponsibilities::new(shares, multi_way, &mut pair);
        let mut all = [0; K];
        row.components.iter().zip(row.resp).for_each(|(&k, &resp)| all[k as usize] = resp);
        all
    }

    /// Nothing yet, one component, any two with any shares.
    fn one_or_two_way() -> Vec<RowShares> {
        let n = K as u32;
        let mut all = vec![RowShares::NONE];
        all.extend((0..n).map(RowShares::whole));
        let two = (0..n).flat_map(|a| (a + 1..n).map(move |b| [a, b]));
        let shares = [0, 1, 1000, ONE / 2, ONE - 1, ONE];
        all.extend(two.flat_map(|two| shares.map(|second| RowShares::two_way(two, second))));
        all
    }

    /// Any three components or more, in a row behind another; shares sum to one.
    fn multi_way() -> Vec<MultiWayRows<i32>> {
        let multi_way = |(components, scale): (usize, i32)| {
            let mut multi_way = MultiWayRows::default();
            multi_way.push(4, ONE);
            multi_way.end_row(3);
            let mut rest = ONE;
            for k in (0..K as u32).filter(|k| components >> k & 1 == 1) {
                let is_last = components >> k == 1;
                let resp = if is_last { rest } else { scale * (k as i32 + 3) };
                rest -= resp;
                multi_way.push(k, resp);
            }
            multi_way.end_row(7);
            multi_way
        };
        let components = (0..1 << K).filter(|bits: &usize| bits.count_ones() > 2);
        components.flat_map(|bits| [(bits, 1), (bits, 200_000)]).map(multi_way).collect()
    }

    /// All kinds of rows, each with the table that it may refer to.
    fn all() -> Vec<(RowShares, MultiWayRows<i32>)> {
        let in_multi_way = RowShares::multi_way(1);
        let few = one_or_two_way().into_iter().map(|shares| (shares, MultiWayRows::default()));
        few.chain(multi_way().into_iter().map(|multi_way| (in_multi_way, multi_way))).collect()
    }

    #[test]
    fn shares_sum_to_one_or_nothing() {
        for (shares, multi_way) in all() {
            let sum: i32 = dense(shares, &multi_way).iter().sum();
            assert_eq!(sum, if shares == RowShares::NONE { 0 } else { ONE }, "{shares:?}");
        }
        for a in 0..4 {
            let two = [a, a + 1];
            assert_eq!(RowShares::two_way(two, 0), RowShares::whole(a));
            assert_eq!(RowShares::two_way(two, ONE), RowShares::whole(a + 1));
            let most = dense(RowShares::two_way(two, ONE - 1), &MultiWayRows::default());
            assert_eq!(most[a as usize..][..2], [1, ONE - 1]);
        }
    }

    /// Whether two components explain the change, at least one of which had or has only a part.
    fn is_between_two(old: RowShares, new: RowShares) -> bool {
        let is_multi_way = [old, new].map(|shares| shares.multi_way_row().is_some());
        let mut all = [old.components, new.components].concat();
        all.sort_unstable();
        all.dedup();
        is_multi_way == [false; 2]
            && all.len() <= 2
            && (old == new || !(old.is_whole() && new.is_whole()))
    }

    /// Adds to `sums` what [`RowResponsibilities::changes`] tells.
    fn add_changes(
        sums: &mut [i32; K],
        [(old, old_rows), (new, new_rows)]: [&(RowShares, MultiWayRows<i32>); 2],
    ) {
        let (mut old_pair, mut new_pair) = (Pair::default(), Pair::default());
        let before = RowResponsibilities::new(*old, old_rows, &mut old_pair);
        let after = RowResponsibilities::new(*new, new_rows, &mut new_pair);
        let mut last = None;
        RowResponsibilities::changes(&before, &after, &mut |k, change| {
            assert!(last < Some(k), "components must ascend");
            last = Some(k);
            sums[k as usize] += change;
        });
    }

    /// A transfer must be told if it is all that changes.
    #[test]
    fn changes_and_transfers_turn_the_old_responsibilities_into_the_new_ones() {
        let all = all();
        for (old, new) in all.iter().flat_map(|old| all.iter().map(move |new| (old, new))) {
            let [before, after] = [old, new].map(|(shares, rows)| dense(*shares, rows));
            let mut sums = before;
            add_changes(&mut sums, [old, new]);
            assert_eq!(sums, after, "from {old:?} to {new:?}");
            let transfer = RowShares::transfer(old.0, new.0);
            assert_eq!(transfer.is_some(), is_between_two(old.0, new.0), "from {old:?} to {new:?}");
            if let Some(([loser, winner], gain)) = transfer {
                assert!(loser < winner || gain == 0, "from {old:?} to {new:?}");
                let mut sums = before;
                sums[loser as usize] -= gain;
                sums[winner as usize] += gain;
                assert_eq!(sums, after, "from {old:?} to {new:?}");
            }
        }
    }
}
