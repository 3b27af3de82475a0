//! Equal rows found: a short questionnaire has few patterns, however many people answer.
//!
//! Pieces of the rows are sorted in parallel, and what was found in them is merged. Kinds are
//! sorted, so neither threads nor the order of the rows decide which kinds there are and how they
//! are numbered.

use super::Rows;
use crate::bits::WIDE_FROM;
use crate::parallel;
use std::borrow::Cow;

/// The distinct rows among some: the kinds of rows.
#[derive(Debug)]
pub(crate) struct Kinds {
    /// A row of each kind, with the sum of the weights of all of that kind; it may be 0.
    rows: Rows<'static>,
    /// The kind of each row (N values).
    of_row: Vec<u32>,
    /// The number of rows of each kind.
    n_rows: Vec<u32>,
}

/// The bits of a row, those that are missing, and the label: 0 for none. Kinds are sorted by it.
type Key = [u64; 3];

/// A kind that was met in a piece of the rows.
struct Met {
    key: Key,
    piece: u32,
    /// Its place among the kinds of that piece.
    place: u32,
    /// A row of that kind.
    row: u32,
    n_rows: u32,
}

/// Rows that one thread looks through before it takes the next ones.
const ROWS_PER_PIECE: usize = 1 << 16;

impl Kinds {
    /// The kinds among rows of fewer than 64 features. `None` for wider rows, of which hardly any
    /// two are equal, and for 2^32 rows and more.
    pub(crate) fn of(rows: &Rows) -> Option<Self> {
        let n = rows.data.n_samples();
        if rows.data.n_features() >= WIDE_FROM || u32::try_from(n).is_err() {
            return None;
        }
        let mut of_row = vec![0; n];
        let pieces = of_row.chunks_mut(ROWS_PER_PIECE).enumerate();
        let found = parallel::map(pieces, |(piece, of_row)| met(rows, of_row, piece));
        let mut numbers: Vec<_> = found.iter().map(|kinds| vec![0; kinds.len()]).collect();
        let mut all: Vec<Met> = found.into_iter().flatten().collect();
        // The sort finds pieces that are sorted and merges them.
        all.sort_by_key(|met| met.key);
        let (mut some, mut n_rows) = (Vec::new(), Vec::new());
        for alike in all.chunk_by(|a, b| a.key == b.key) {
            let number = some.len() as u32;
            let places = alike.iter().map(|met| (met.piece as usize, met.place as usize));
            places.for_each(|(piece, place)| numbers[piece][place] = number);
            some.push(alike[0].row as usize);
            n_rows.push(alike.iter().map(|met| met.n_rows).sum());
        }
        drop(all);
        let pieces = of_row.chunks_mut(ROWS_PER_PIECE).zip(&numbers);
        parallel::for_each(pieces, |(of_row, numbers)| {
            of_row.iter_mut().for_each(|kind| *kind = numbers[*kind as usize]);
        });
        let rows = Rows { weights: Some(weights(rows, &of_row, &n_rows)), ..rows.select(&some) };
        Some(Self { rows, of_row, n_rows })
    }

    /// A row of each kind, with the sum of the weights of all of that kind; it may be 0.
    pub(crate) fn rows(&self) -> Rows<'_> {
        self.rows.borrowed()
    }

    /// The kind of each row (N values).
    pub(crate) fn of_row(&self) -> &[u32] {
        &self.of_row
    }

    /// The number of rows of each kind.
    pub(crate) fn n_rows(&self) -> &[u32] {
        &self.n_rows
    }

    /// The kinds that weigh something.
    pub(super) fn into_weighing(self) -> Rows<'static> {
        let weighs: Vec<usize> =
            (0..self.n_rows.len()).filter(|&kind| self.rows.weight(kind) > 0.0).collect();
        if weighs.len() == self.n_rows.len() { self.rows } else { self.rows.select(&weighs) }
    }
}

/// The rows that stand for all `rows`: their `kinds`, if they were found.
pub(crate) fn standing_for<'a>(kinds: Option<&'a Kinds>, rows: &'a Rows) -> Rows<'a> {
    kinds.map_or_else(|| rows.borrowed(), Kinds::rows)
}

/// As [`standing_for`], where it does not matter which rows are of which kind.
pub(crate) fn gathered<'a>(rows: &'a Rows) -> Rows<'a> {
    Kinds::of(rows).map_or_else(|| rows.borrowed(), |kinds| kinds.rows)
}

/// The kinds of a piece of the rows, sorted. Each of these rows gets the place of its kind.
fn met(rows: &Rows, of_row: &mut [u32], piece: usize) -> Vec<Met> {
    let first = piece * ROWS_PER_PIECE;
    let mut keys: Vec<(Key, u32)> =
        (first..first + of_row.len()).map(|i| (key(rows, i), i as u32)).collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    let kind = |(place, alike): (u32, &[(Key, u32)])| {
        alike.iter().for_each(|(_, i)| of_row[*i as usize - first] = place);
        let ((key, row), n_rows) = (alike[0], alike.len() as u32);
        Met { key, piece: piece as u32, place, row, n_rows }
    };
    (0..).zip(keys.chunk_by(|a, b| a.0 == b.0)).map(kind).collect()
}

fn key(rows: &Rows, i: usize) -> Key {
    let missing = rows.data.missing().map_or(0, |missing| word(&missing.row(i)));
    let label = rows.labels.get(i).copied().flatten();
    [word(&rows.data.row(i)), missing, label.map_or(0, |label| u64::from(label) + 1)]
}

/// Up to eight bytes as one number, the first byte the highest.
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_be_bytes(word)
}

/// The sum of the weights of each kind, in the order of the rows.
fn weights(rows: &Rows, of_row: &[u32], n_rows: &[u32]) -> Cow<'static, [f64]> {
    let Some(weights) = &rows.weights else {
        return n_rows.iter().map(|&n| f64::from(n)).collect();
    };
    let mut sums = vec![0.0; n_rows.len()];
    of_row.iter().enumerate().for_each(|(i, &kind)| sums[kind as usize] += weights[i]);
    sums.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;
    use crate::scorer::KnownLabels;

    fn three_kinds(n: usize) -> BitMatrix {
        BitMatrix::from_fn(n, 9, |i, d| d % 3 == i % 3)
    }

    #[test]
    fn every_row_is_of_the_kind_that_it_equals() {
        // More rows than a piece has. Of the kinds, some come late.
        let n = 3 * ROWS_PER_PIECE / 2;
        let kind = |i: usize| if i > ROWS_PER_PIECE { i % 7 } else { i % 3 };
        let data = BitMatrix::from_fn(n, 9, |i, d| kind(i) >> (d % 3) & 1 == 1);
        let missing = BitMatrix::from_fn(n, 9, |i, d| d == 8 && i % 2 == 1);
        let data = data.with_missing(&missing).unwrap();
        let weights: Vec<f64> = (0..n).map(|i| f64::from(i as u32 % 5)).collect();
        let rows = Rows::new(&data).weighted(&weights);
        let kinds = Kinds::of(&rows).unwrap();
        assert_eq!(kinds.n_rows.len(), 14);
        let (mut n_rows, mut sums) = (vec![0; 14], vec![0.0; 14]);
        for (i, &kind) in kinds.of_row().iter().enumerate() {
            assert!(key(&rows, i) == key(&kinds.rows, kind as usize), "row {i}");
            n_rows[kind as usize] += 1;
            sums[kind as usize] += weights[i];
        }
        assert_eq!(
            (kinds.n_rows(), kinds.rows().weights.unwrap().as_ref()),
            (&n_rows[..], &sums[..])
        );
        let keys: Vec<Key> = (0..14).map(|kind| key(&kinds.rows, kind)).collect();
        assert!(keys.is_sorted());
    }

    #[test]
    fn neither_order_nor_repetition_matters() {
        let data = three_kinds(9);
        let found = |rows: &[usize]| {
            let data = data.select(rows);
            Kinds::of(&Rows::new(&data)).unwrap().rows.data.into_owned()
        };
        let whole = found(&[0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(found(&[8, 3, 1, 4, 0, 2, 7, 6, 5]), whole);
        assert_eq!(found(&[2, 1, 0]), whole);
    }

    #[test]
    fn labels_and_what_is_missing_tell_rows_apart() {
        let n_kinds = |rows: Rows| Kinds::of(&rows).unwrap().n_rows.len();
        let data = BitMatrix::zeros(4, 9);
        let labels = [Some(0), None, Some(1), Some(0)];
        let known = KnownLabels { of_row: &labels, of_component: &[Some(0), Some(1)] };
        assert_eq!(n_kinds(Rows::new(&data).labelled(known)), 3);
        let missing = BitMatrix::from_fn(4, 9, |i, d| i == d);
        assert_eq!(n_kinds(Rows::new(&data.with_missing(&missing).unwrap())), 4);
    }

    #[test]
    fn wide_rows_have_no_kinds() {
        let [narrow, wide] = [63, 64].map(|d| BitMatrix::zeros(2, d));
        assert_eq!(Kinds::of(&Rows::new(&narrow)).unwrap().n_rows(), [2]);
        assert!(Kinds::of(&Rows::new(&wide)).is_none());
    }
}
