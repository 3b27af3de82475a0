//! What a mixture says of rows, found once for all that are equal.

use super::rows::{Kinds, Rows, standing_for};
use crate::error::Result;
use crate::mixture::{Assignment, BernoulliMixture};

/// An assignment for each of N rows. Equal rows of fewer than 64 features share one.
#[derive(Debug)]
pub(crate) struct Assignments {
    /// Of each kind of rows, or of each row where there are no kinds.
    each: Vec<Assignment>,
    kinds: Option<Kinds>,
}

impl Assignments {
    /// What `mixture` says of `rows`, with the labels that are known.
    ///
    /// # Errors
    /// [`Error::Features`](crate::error::Error::Features) if the rows do not have D features.
    pub(crate) fn new(mixture: &BernoulliMixture, rows: &Rows) -> Result<Self> {
        let kinds = Kinds::of(rows);
        let few = standing_for(kinds.as_ref(), rows);
        let each = mixture.assign_known(&few.data, few.known())?;
        Ok(Self { each, kinds })
    }

    /// From an assignment for `each` of the rows that stand for all: one for each of `kinds`.
    pub(super) fn of_kinds(each: Vec<Assignment>, kinds: Option<Kinds>) -> Self {
        Self { each, kinds }
    }

    /// The rows that stand for all `rows`, each with its weight, and the assignment of each.
    pub(crate) fn of_few<'a>(&'a self, rows: &'a Rows) -> (Rows<'a>, &'a [Assignment]) {
        (standing_for(self.kinds.as_ref(), rows), &self.each)
    }

    /// The assignment of row `i`. Panics if there are no more than `i` rows.
    pub(crate) fn of_row(&self, i: usize) -> &Assignment {
        match &self.kinds {
            Some(kinds) => &self.each[kinds.of_row()[i] as usize],
            None => &self.each[i],
        }
    }

    /// The assignments of all rows, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Assignment> {
        let n = self.kinds.as_ref().map_or(self.each.len(), |kinds| kinds.of_row().len());
        (0..n).map(|i| self.of_row(i))
    }

    /// The number of rows of each of `n_components` components, whatever they weigh.
    pub(crate) fn sizes(&self, n_components: usize) -> Vec<u64> {
        let mut sizes = vec![0; n_components];
        for (at, row) in self.each.iter().enumerate() {
            let n_rows = self.kinds.as_ref().map_or(1, |kinds| kinds.n_rows()[at]);
            sizes[row.component] += u64::from(n_rows);
        }
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    #[test]
    fn every_row_has_the_assignment_that_it_would_have_alone() {
        for d in [9, 80] {
            let data = BitMatrix::from_fn(40, d, |i, f| (i % 4 * 7 + f * 3) % 5 < 2);
            let data = data.with_missing(&BitMatrix::from_fn(40, d, |i, f| f == 0 && i % 5 == 0));
            let (data, mean) = (data.unwrap(), |i: usize| 0.1 + (i * 7 % 9) as f64 / 11.0);
            let means: Vec<f64> = (0..2 * d).map(mean).collect();
            let mixture = BernoulliMixture::new([0.4, 0.6], means).unwrap();
            let rows = Rows::new(&data);
            let (found, alone) =
                (Assignments::new(&mixture, &rows).unwrap(), mixture.assign(&data).unwrap());
            assert!(found.iter().eq(&alone), "{d} features");
            assert!((0..40).all(|i| *found.of_row(i) == alone[i]));
            let n_first = alone.iter().filter(|row| row.component == 0).count() as u64;
            assert_eq!(found.sizes(2), [n_first, 40 - n_first]);
            let (few, each) = found.of_few(&rows);
            assert_eq!((few.data.n_samples(), few.total_weight()), (each.len(), 40.0));
            assert_eq!(each.len() < 40, d < 64);
        }
    }
}
