//! Equal rows made one: a short questionnaire has few patterns, however many people answer.
//!
//! EM over distinct rows with weights is EM over all rows, to rounding. Distinct rows are sorted,
//! so the fit depends neither on the order of the rows nor on whether a row came twice or once with
//! twice the weight.
//!
//! Wide rows are hardly ever equal, and the sparse step takes no weights. So wide rows with small
//! whole weights are repeated instead.

use super::Rows;
use crate::bits::WIDE_FROM;
use crate::parallel;

/// The largest mean weight of wide rows that are repeated.
const MAX_REPEATS: usize = 8;

/// The rows that a fit works on in the place of `rows`. None has a weight of 0.
///
/// Of fewer than 64 features, equal rows become one, with the sum of their weights. Wider rows with
/// small whole weights are repeated, and then have no weights.
pub fn condensed<'a>(rows: &'a Rows) -> Rows<'a> {
    if rows.data.n_features() < WIDE_FROM {
        return distinct(rows);
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

/// Equal rows: what they have in common, the place of the first one, and the sum of their weights.
struct Kind {
    /// The bits of the row, those that are missing, and the label. Kinds are sorted by it.
    key: (u64, u64, Option<u32>),
    first: usize,
    weight: f64,
}

/// Rows that are sorted together, unless there are more kinds already.
const ROWS_PER_SORT: usize = 1 << 18;

fn distinct(rows: &Rows) -> Rows<'static> {
    let kind = |i: usize| {
        let missing = rows.data.missing().map_or(0, |missing| word(&missing.row(i)));
        let key = (word(&rows.data.row(i)), missing, rows.labels.get(i).copied().flatten());
        Kind { key, first: i, weight: rows.weight(i) }
    };
    let (mut kinds, mut next, n) = (Vec::new(), 0, rows.data.n_samples());
    while next < n {
        let end = n.min(next + ROWS_PER_SORT.max(kinds.len()));
        kinds.extend((next..end).map(kind));
        kinds = united(kinds);
        next = end;
    }
    kinds.retain(|kind| kind.weight > 0.0);
    let firsts: Vec<usize> = kinds.iter().map(|kind| kind.first).collect();
    let weights = kinds.iter().map(|kind| kind.weight).collect();
    Rows { weights: Some(weights), ..rows.select(&firsts) }
}

/// Up to eight bytes as one number, the first byte the highest.
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_be_bytes(word)
}

/// The kinds sorted, and equal ones united.
fn united(mut kinds: Vec<Kind>) -> Vec<Kind> {
    // The sort finds parts that are sorted and merges them.
    let mut share = kinds.len().div_ceil(parallel::n_threads()).max(1);
    while share < 2 * kinds.len() {
        parallel::for_each(kinds.chunks_mut(share), |kinds| kinds.sort_by_key(|kind| kind.key));
        share *= 2;
    }
    kinds.dedup_by(|next, kind| {
        let is_same = next.key == kind.key;
        kind.weight += if is_same { next.weight } else { 0.0 };
        is_same
    });
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    fn three_kinds(n: usize) -> BitMatrix {
        BitMatrix::from_fn(n, 9, |i, d| d % 3 == i % 3)
    }

    #[test]
    fn equal_rows_become_one_with_their_weight_and_rows_without_weight_none() {
        let data = three_kinds(10);
        let weights: Vec<f64> = (0..10).map(f64::from).collect();
        let one_kind: Vec<f64> = (0..10).map(|i| f64::from(u8::from(i % 3 == 1))).collect();
        let rows = Rows::new(&data);
        let sorted = |rows: &Rows| {
            let mut sums = distinct(rows).weights.unwrap().into_owned();
            sums.sort_unstable_by(f64::total_cmp);
            sums
        };
        assert_eq!(sorted(&rows), [3.0, 3.0, 4.0]);
        assert_eq!(sorted(&rows.borrowed().weighted(&weights)), [12.0, 15.0, 18.0]);
        assert_eq!(sorted(&rows.weighted(&one_kind)), [3.0]);
    }

    #[test]
    fn neither_order_nor_repetition_matters() {
        let data = three_kinds(9);
        let found = |rows: &[usize]| distinct(&Rows::new(&data.select(rows))).data.into_owned();
        let whole = found(&[0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(found(&[8, 3, 1, 4, 0, 2, 7, 6, 5]), whole);
        assert_eq!(found(&[2, 1, 0]), whole);
    }

    #[test]
    fn labels_and_what_is_missing_tell_rows_apart() {
        let data = BitMatrix::zeros(4, 9);
        let labels = [Some(0), None, Some(1), Some(0)];
        let known =
            crate::scorer::KnownLabels { of_row: &labels, of_component: &[Some(0), Some(1)] };
        assert_eq!(distinct(&Rows::new(&data).labelled(known)).data.n_samples(), 3);
        let missing = BitMatrix::from_fn(4, 9, |i, d| i == d);
        let holey = data.with_missing(&missing).unwrap();
        assert_eq!(distinct(&Rows::new(&holey)).data.n_samples(), 4);
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
