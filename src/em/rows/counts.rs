//! How often each feature is one, and how often it is observed.

use super::Rows;
use crate::parallel;

/// Rows that one thread counts before it takes the next ones.
const ROWS_PER_PIECE: usize = 1 << 14;

/// What rows say of each feature by itself (D values each).
pub(crate) struct Margins {
    /// The weight of the rows in which it is one.
    pub(crate) ones: Vec<f64>,
    /// The weight of the rows that observe it, never negative.
    pub(crate) observed: Vec<f64>,
    /// Whether rows that weigh something differ in it.
    varies: Vec<bool>,
}

impl Margins {
    pub(crate) fn new(rows: &Rows) -> Self {
        match &rows.weights {
            None => Self::of_counts(rows),
            Some(_) => Self::of_weights(rows),
        }
    }

    fn of_counts(rows: &Rows) -> Self {
        let (data, n) = (&rows.data, rows.data.n_samples());
        let of_part = |first: usize| data.column_sums_of(first..n.min(first + ROWS_PER_PIECE));
        let mut ones = vec![0; data.n_features()];
        for sums in parallel::map((0..n).step_by(ROWS_PER_PIECE), of_part) {
            ones.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
        }
        let observed = data.observed_counts();
        let varies = ones.iter().zip(&observed).map(|(ones, all)| (1..*all).contains(ones));
        let real = |counts: &[u64]| counts.iter().map(|count| *count as f64).collect();
        Self { ones: real(&ones), observed: real(&observed), varies: varies.collect() }
    }

    fn of_weights(rows: &Rows) -> Self {
        let data = &rows.data;
        let mut ones = vec![0.0; data.n_features()];
        let mut observed = vec![rows.total_weight(); data.n_features()];
        let (mut n, mut n_ones) = (0, vec![0_u64; data.n_features()]);
        let mut n_missing = n_ones.clone();
        for i in (0..data.n_samples()).filter(|&i| rows.weight(i) > 0.0) {
            n += 1;
            for d in data.ones(i) {
                ones[d] += rows.weight(i);
                n_ones[d] += 1;
            }
            for d in data.missing().into_iter().flat_map(|missing| missing.ones(i)) {
                observed[d] -= rows.weight(i);
                n_missing[d] += 1;
            }
        }
        // Rounding may leave a little where nothing is, or take more than there was. Counts are
        // exact: they tell what varies.
        observed.iter_mut().for_each(|observed| *observed = observed.max(0.0));
        let varies = n_ones.iter().zip(n_missing).map(|(ones, gone)| (1..n - gone).contains(ones));
        Self { varies: varies.collect(), ones, observed }
    }

    /// `(n_d + 1/2) / (n + 1)`: the rate of ones of feature `d`, strictly between 0 and 1.
    pub(crate) fn base_rate(&self, d: usize) -> f64 {
        self.rate(d, self.ones[d])
    }

    /// The rate of zeros of feature `d`, to the last digit what swapped rows have for ones.
    pub(crate) fn rate_of_zeros(&self, d: usize) -> f64 {
        self.rate(d, self.observed[d] - self.ones[d])
    }

    fn rate(&self, d: usize, count: f64) -> f64 {
        let observed = self.observed[d];
        (count.clamp(0.0, observed) + 0.5) / (observed + 1.0)
    }

    /// Whether feature `d` is one in more than half of the rows that observe it, by weight.
    pub(crate) fn is_mostly_one(&self, d: usize) -> bool {
        2.0 * self.ones[d] > self.observed[d]
    }

    /// The mean of feature `d` where it is the same in all rows: its base rate, or without a prior
    /// exactly 0 or 1.
    pub(crate) fn pinned_mean(&self, d: usize, alpha: f64) -> f64 {
        let rate = self.base_rate(d);
        // Of a feature that no row observes, neither value is known.
        if alpha > 0.0 || self.observed[d] <= 0.0 { rate } else { rate.round() }
    }

    /// `log p(x)` of the value that all rows have in feature `d`, under its pinned mean; in nats.
    pub(crate) fn pinned_log_prob(&self, d: usize, alpha: f64) -> f64 {
        let of_other = self.base_rate(d).min(self.rate_of_zeros(d));
        if alpha > 0.0 { libm::log1p(-of_other) } else { 0.0 }
    }

    /// The value of feature `d`, if all rows have the same. Zero stands for one that none observes.
    pub(super) fn constant(&self, d: usize) -> Option<bool> {
        (!self.varies[d]).then(|| self.is_mostly_one(d))
    }

    /// The features in which rows differ, ascending.
    pub(crate) fn varying(&self) -> Vec<usize> {
        (0..self.varies.len()).filter(|&d| self.varies[d]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    #[test]
    fn margins_count_by_weight_and_leave_out_what_is_missing() {
        let holes = BitMatrix::from_fn(4, 3, |i, d| i == 0 && d == 1);
        // Always one; one in the second row of those that see it; one in a row without weight.
        let data = BitMatrix::from_fn(4, 3, |i, d| d == 0 || i == d);
        let data = data.with_missing(&holes).unwrap();
        let rows = Rows::new(&data).weighted(&[0.5, 1.0, 0.0, 2.0]);
        let margins = Margins::new(&rows);
        assert_eq!(margins.ones, [3.5, 1.0, 0.0]);
        assert_eq!(margins.observed, [3.5, 3.0, 3.5]);
        assert_eq!([0, 1, 2].map(|d| margins.constant(d)), [Some(true), None, Some(false)]);
        assert_eq!((margins.base_rate(0), margins.base_rate(2)), (4.0 / 4.5, 0.5 / 4.5));
        let unweighted = Margins::new(&Rows::new(&data));
        assert_eq!(
            (unweighted.ones, unweighted.observed),
            (vec![4.0, 1.0, 1.0], vec![4.0, 3.0, 4.0])
        );
        assert_eq!(unweighted.varies, [false, true, true]);
    }
}
