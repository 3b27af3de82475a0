//! The rows that a fit works on: equal ones made one, or each as often as it counts.
//!
//! EM over distinct rows with weights is EM over all rows, to rounding. Distinct rows are sorted,
//! so the fit depends neither on the order of the rows nor on whether a row came twice or once with
//! twice the weight.
//!
//! Wide rows are hardly ever equal, and the sparse step takes no weights. So wide rows with small
//! whole weights are repeated instead.

use super::Rows;
use super::kinds::Kinds;

/// The largest mean weight of wide rows that are repeated.
const MAX_REPEATS: usize = 8;

/// The rows that a fit works on in the place of `rows`. None has a weight of 0.
///
/// Of fewer than 64 features, equal rows become one, with the sum of their weights. Wider rows with
/// small whole weights are repeated, and then have no weights.
pub fn condensed<'a>(rows: &'a Rows) -> Rows<'a> {
    if let Some(kinds) = Kinds::of(rows) {
        return kinds.into_weighing();
    }
    match &rows.weights {
        None => rows.borrowed(),
        Some(weights) => repeated(rows, weights).unwrap_or_else(|| weighing(rows, weights)),
    }
}

/// Every row as many times as it weighs, if the weights are whole and not too large.
fn repeated(rows: &Rows, weights: &[f64]) -> Option<Rows<'static>> {
    let are_whole = weights.iter().all(|weight| weight.fract() == 0.0);
    if !are_whole || rows.total_weight() > (MAX_REPEATS * weights.len()) as f64 {
        return None;
    }
    let times = |(i, weight): (usize, &f64)| std::iter::repeat_n(i, *weight as usize);
    let all: Vec<usize> = weights.iter().enumerate().flat_map(times).collect();
    Some(Rows { weights: None, ..rows.select(&all) })
}

fn weighing<'a>(rows: &'a Rows, weights: &[f64]) -> Rows<'a> {
    let some: Vec<usize> = (0..weights.len()).filter(|&i| weights[i] > 0.0).collect();
    if some.len() == weights.len() { rows.borrowed() } else { rows.select(&some) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    #[test]
    fn equal_rows_become_one_with_their_weight_and_rows_without_weight_none() {
        let data = BitMatrix::from_fn(10, 9, |i, d| d % 3 == i % 3);
        let weights: Vec<f64> = (0..10).map(f64::from).collect();
        let one_kind: Vec<f64> = (0..10).map(|i| f64::from(u8::from(i % 3 == 1))).collect();
        let rows = Rows::new(&data);
        let sorted = |rows: &Rows| {
            let mut sums = condensed(rows).weights.unwrap().into_owned();
            sums.sort_unstable_by(f64::total_cmp);
            sums
        };
        assert_eq!(sorted(&rows), [3.0, 3.0, 4.0]);
        assert_eq!(sorted(&rows.borrowed().weighted(&weights)), [12.0, 15.0, 18.0]);
        assert_eq!(sorted(&rows.weighted(&one_kind)), [3.0]);
    }

    #[test]
    fn wide_rows_with_small_whole_weights_are_repeated() {
        let data = BitMatrix::from_fn(3, 70, |i, d| i == d);
        let condense = |weights: &[f64]| {
            let rows = Rows::new(&data).weighted(weights);
            let found = condensed(&rows);
            let mut weights = found.weights.map(|weights| weights.into_owned());
            weights.iter_mut().for_each(|weights| weights.sort_unstable_by(f64::total_cmp));
            (found.data.into_owned(), weights)
        };
        assert_eq!(condense(&[2.0, 0.0, 3.0]), (data.select(&[0, 0, 2, 2, 2]), None));
        assert_eq!(condense(&[0.5, 0.0, 1.0]).1, Some(vec![0.5, 1.0]));
        assert_eq!(condense(&[99.0, 0.0, 1.0]).1.map(|weights| weights.len()), Some(2));
        assert!(condensed(&Rows::new(&data)).weights.is_none());
    }
}
