//! What the rows of a block contribute to the sums, and how that differs from one run to the next.

use super::fixed_point::ONE;
use crate::kernels::{Pairs, SEVERAL};
use std::slice;

/// What the rows of a block contribute: the responsibility 1 to one component, or several responsibilities.
#[derive(Default)]
pub(super) struct Contributions {
    /// For each position its one component, or [`SEVERAL`].
    pub(super) sole: Vec<u32>,
    /// For each position, what its one component may have lost (see [`Moved`]) before another comes within reach.
    pub(super) until: Vec<f64>,
    /// When `until` was written.
    pub(super) generation: u32,
    /// The responsibilities of the other rows, components ascending; before the first step, none.
    pub(super) shared: Pairs<i64>,
    /// The sum over rows of `-sum_k r_ik log r_ik`, or -inf if a row is impossible.
    pub(super) entropy: f64,
}

/// Reads the contributions of a block, position after position.
pub(super) struct Cursor<'a> {
    contributions: &'a Contributions,
    row: usize,
}

impl Contributions {
    pub(super) fn cursor(&self) -> Cursor<'_> {
        Cursor { contributions: self, row: 0 }
    }
}

impl<'a> Cursor<'a> {
    /// Components and responsibilities of the row at `position`; positions must ascend.
    #[inline(always)]
    pub(super) fn row(&mut self, position: u32) -> (&'a [u32], &'a [i64]) {
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
pub(super) fn merge(old: (&[u32], &[i64]), new: (&[u32], &[i64]), push: &mut impl FnMut(u32, i64)) {
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
