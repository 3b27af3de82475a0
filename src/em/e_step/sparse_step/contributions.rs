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
    /// No shares: those of a row before its first step. [`Contributions::multi_way`] never has a
    /// row at this place, and a row that is missing there has no share.
    pub(super) const NONE: Self = Self::multi_way(u32::MAX);

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
