//! How often each feature is one, and how often it is observed.

use super::Rows;
use crate::parallel;

/// Rows that one thread counts before it takes the next ones.
const ROWS_PER_PIECE: usize = 1 << 14;

/// For every feature (D) two weights: of the rows where it is one, and where it is observed.
pub(crate) fn weighted_counts(rows: &Rows) -> (Vec<f64>, Vec<f64>) {
    let data = &rows.data;
    if rows.weights.is_none() {
        let n = data.n_samples();
        let of_part = |first: usize| data.column_sums_of(first..n.min(first + ROWS_PER_PIECE));
        let mut ones = vec![0; data.n_features()];
        for sums in parallel::map((0..n).step_by(ROWS_PER_PIECE), of_part) {
            ones.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
        }
        let real = |counts: Vec<u64>| counts.into_iter().map(|count| count as f64).collect();
        return (real(ones), real(data.observed_counts()));
    }
    let mut ones = vec![0.0; data.n_features()];
    let mut observed = vec![rows.total_weight(); data.n_features()];
    for i in 0..data.n_samples() {
        data.ones(i).for_each(|d| ones[d] += rows.weight(i));
        if let Some(missing) = data.missing() {
            missing.ones(i).for_each(|d| observed[d] -= rows.weight(i));
        }
    }
    (ones, observed)
}
