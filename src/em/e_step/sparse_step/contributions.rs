//! What the rows of a block contribute to the sums, and how that differs from one run to the next.

use crate::kernels::{MultiWayRows, ONE};

/// A row's responsibility 1, split between two components.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    /// Ascending; twice the same one if it has all, and [`SEVERAL`] and a row of [`Contributions::multi_way`] if it was a crowd
    /// that had to be scored, mostly of more than two.
    pub(super) components: [u32; 2],
    /// The share of the second one.
    pub(super) second: i32,
}

/// In the place of a component: see [`Split`].
pub(super) const SEVERAL: u32 = u32::MAX;

impl Split {
    /// Of a row that contributes nothing yet.
    pub(super) const NONE: Self = Self { components: [SEVERAL, u32::MAX], second: 0 };

    /// All to component `k`.
    pub(super) fn whole(k: u32) -> Self {
        Self { components: [k, k], second: 0 }
    }

    /// `second` to the second of two components, the rest to the first.
    #[inline(always)]
    pub(super) fn between(components: [u32; 2], second: i32) -> Self {
        let [first, last] = components;
        let only = if second == 0 { first } else { last };
        let is_whole = second == 0 || second == ONE;
        Self {
            components: if is_whole { [only, only] } else { components },
            second: if is_whole { 0 } else { second },
        }
    }

    fn is_whole(self) -> bool {
        self.components[0] == self.components[1]
    }

    /// What the second of `two` components has, if nobody else has anything.
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

    /// Two components and what the second one gains at the expense of the first from `old` to `new`, if that is all.
    #[inline(always)]
    pub(super) fn gain(old: Self, new: Self) -> Option<([u32; 2], i32)> {
        if old.components[0] == SEVERAL || new.components[0] == SEVERAL {
            return None;
        }
        let two = if new.is_whole() { old.components } else { new.components };
        Some((two, new.second_of(two)? - old.second_of(two)?))
    }
}

/// What the rows of a block contribute.
#[derive(Default)]
pub(super) struct Contributions {
    /// For each position; before the first step, none.
    pub(super) splits: Vec<Split>,
    /// For each position, what its one component may have lost (see [`Moved`](super::moved::Moved)) before another comes
    /// within reach.
    pub(super) until: Vec<f64>,
    /// When `until` was written.
    pub(super) generation: u32,
    /// The responsibilities of rows that more than two components share, components ascending.
    pub(super) multi_way: MultiWayRows<i32>,
    /// The sum over rows of `-sum_k r_ik log r_ik`, in nats, or -inf if a row is impossible.
    pub(super) entropy: f64,
}

/// Components and responsibilities of a row.
pub(super) struct Shares<'a> {
    components: &'a [u32],
    resp: &'a [i32],
}

/// Room for the shares of a split.
#[derive(Default)]
pub(super) struct Room([u32; 2], [i32; 2]);

impl<'a> Shares<'a> {
    /// Those of `split`, whose crowd is `multi_way`.
    pub(super) fn of(split: Split, multi_way: &'a MultiWayRows<i32>, room: &'a mut Room) -> Self {
        if split.components[0] == SEVERAL {
            let (_, components, resp) =
                multi_way.row(split.components[1] as usize).unwrap_or((0, &[], &[]));
            return Self { components, resp };
        }
        *room = Room(split.components, [ONE - split.second, split.second]);
        let n = if split.is_whole() { 1 } else { 2 };
        Self { components: &room.0[..n], resp: &room.1[..n] }
    }

    /// Calls `push` with every component of either row and the difference of its responsibilities.
    pub(super) fn merge(old: &Self, new: &Self, push: &mut impl FnMut(u32, i32)) {
        // Behind the end of a row stands what is above every component.
        let (mut i, mut j) = (0, 0);
        let component = |of: &Self, i: usize| of.components.get(i).copied().unwrap_or(SEVERAL);
        loop {
            let (before, after) = (component(old, i), component(new, j));
            let k = before.min(after);
            if k == SEVERAL {
                return;
            }
            let was = if before == k { old.resp[i] } else { 0 };
            let is = if after == k { new.resp[j] } else { 0 };
            (i, j) = (i + usize::from(before == k), j + usize::from(after == k));
            push(k, is - was);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const K: usize = 5;

    /// Responsibilities of all components.
    fn dense(split: Split, multi_way: &MultiWayRows<i32>) -> [i32; K] {
        let mut room = Room::default();
        let shares = Shares::of(split, multi_way, &mut room);
        let mut all = [0; K];
        shares.components.iter().zip(shares.resp).for_each(|(&k, &resp)| all[k as usize] = resp);
        all
    }

    /// Nothing yet, one component, any two with any shares.
    fn splits() -> Vec<Split> {
        let n = K as u32;
        let mut splits = vec![Split::NONE];
        splits.extend((0..n).map(Split::whole));
        let two = (0..n).flat_map(|a| (a + 1..n).map(move |b| [a, b]));
        let shares = [0, 1, 1000, ONE / 2, ONE - 1, ONE];
        splits.extend(two.flat_map(|two| shares.map(|second| Split::between(two, second))));
        splits
    }

    /// Any three components or more, as a crowd behind another row; shares sum to one.
    fn crowds() -> Vec<MultiWayRows<i32>> {
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

    /// All kinds of rows, each with the crowd that it may be in.
    fn all() -> Vec<(Split, MultiWayRows<i32>)> {
        let in_crowd = Split { components: [SEVERAL, 1], second: 0 };
        let splits = splits().into_iter().map(|split| (split, MultiWayRows::default()));
        splits.chain(crowds().into_iter().map(|multi_way| (in_crowd, multi_way))).collect()
    }

    #[test]
    fn a_split_hands_out_one_or_nothing() {
        for (split, multi_way) in all() {
            let sum: i32 = dense(split, &multi_way).iter().sum();
            assert_eq!(sum, if split == Split::NONE { 0 } else { ONE }, "{split:?}");
        }
        for a in 0..4 {
            let two = [a, a + 1];
            assert_eq!(Split::between(two, 0), Split::whole(a));
            assert_eq!(Split::between(two, ONE), Split::whole(a + 1));
            let most = dense(Split::between(two, ONE - 1), &MultiWayRows::default());
            assert_eq!(most[a as usize..][..2], [1, ONE - 1]);
        }
    }

    #[test]
    fn merging_turns_the_old_responsibilities_into_the_new_ones() {
        for (old, old_crowd) in all() {
            for (new, new_crowd) in all() {
                let (mut old_room, mut new_room) = (Room::default(), Room::default());
                let before = Shares::of(old, &old_crowd, &mut old_room);
                let after = Shares::of(new, &new_crowd, &mut new_room);
                let (mut sums, mut last) = (dense(old, &old_crowd), None);
                Shares::merge(&before, &after, &mut |k, change| {
                    assert!(last < Some(k), "components must ascend");
                    last = Some(k);
                    sums[k as usize] += change;
                });
                assert_eq!(sums, dense(new, &new_crowd), "from {old:?} to {new:?}");
            }
        }
    }

    /// Whether two components explain the change, at least one of them before or after with a part only.
    fn is_between_two(old: Split, new: Split) -> bool {
        let is_crowd_or_none = [old, new].map(|split| split.components[0] == SEVERAL);
        let mut all = [old.components, new.components].concat();
        all.sort_unstable();
        all.dedup();
        is_crowd_or_none == [false; 2]
            && all.len() <= 2
            && (old == new || !(old.is_whole() && new.is_whole()))
    }

    #[test]
    fn what_one_gains_and_another_loses_is_told_if_that_is_all() {
        for (old, old_crowd) in all() {
            for (new, new_crowd) in all() {
                let gain = Split::gain(old, new);
                assert_eq!(gain.is_some(), is_between_two(old, new), "from {old:?} to {new:?}");
                if let Some(([loser, winner], gain)) = gain {
                    assert!(loser < winner || gain == 0, "from {old:?} to {new:?}");
                    let mut sums = dense(old, &old_crowd);
                    sums[loser as usize] -= gain;
                    sums[winner as usize] += gain;
                    assert_eq!(sums, dense(new, &new_crowd), "from {old:?} to {new:?}");
                }
            }
        }
    }
}
