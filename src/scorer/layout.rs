//! What the kernels see of a data set: rows of columns, most of which are its features.
//!
//! A score is a bias and a sum over the ones of a row. So whatever ones in further columns can say
//! needs no other kernels:
//!
//! - **Missing entries** (full-information likelihood; Little & Rubin, *Statistical Analysis with
//!   Missing Data*, 2002). The bias counts every feature as a zero, `log(1 - mu)`. A column that is
//!   one where the feature is missing takes that back: `-log(1 - mu)`. Only features that are
//!   missing somewhere have such a column, so complete data pays nothing.
//! - **Known labels.** Each label has a column that is one where the row is known to have it.
//!   Components of another label have a mean of 0 there. So a row of known label belongs to the
//!   components of its label alone.

use crate::bits::{BitMatrix, COLUMN_ROWS, fill_rows, row_bytes};
use crate::kernels;
use std::ops::Range;

/// What a one in a column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// This feature is one.
    One(usize),
    /// This feature is missing.
    Missing(usize),
    /// The row is known to have this label.
    Label(u32),
}

/// Labels that are known beforehand: rows of a label belong to its components alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KnownLabels<'a> {
    /// The label of each row (N), `None` where it is not known; or empty.
    pub of_row: &'a [Option<u32>],
    /// The label of each component (K); or empty. One without a label takes no labelled row.
    pub of_component: &'a [Option<u32>],
}

/// The columns of a data set over D features.
#[derive(Debug, Clone)]
pub struct Layout {
    n_features: usize,
    /// `None`: each feature at its place, and nothing else.
    columns: Option<Vec<Column>>,
    /// For each of `columns` its feature; 0 if it has none.
    features: Vec<u32>,
    /// The label of each component, where labels are known.
    label_of: Vec<Option<u32>>,
}

impl Layout {
    /// Each feature at its place, and nothing else.
    pub fn plain(n_features: usize) -> Self {
        Self { n_features, columns: None, features: Vec::new(), label_of: Vec::new() }
    }

    /// A column for every feature, every feature that is missing in `data`, and every known label.
    pub fn new(data: &BitMatrix, known: KnownLabels) -> Self {
        let sums = data.missing().map(BitMatrix::column_sums).unwrap_or_default();
        let missing = (0..sums.len()).filter(|&d| sums[d] > 0).map(Column::Missing);
        let labels = known.of_row.iter().chain(known.of_component).flatten();
        let n_labels = labels.max().map_or(0, |most| most + 1);
        let label_of = if n_labels > 0 { known.of_component.to_vec() } else { Vec::new() };
        let ones = (0..data.n_features()).map(Column::One);
        let columns: Vec<Column> =
            ones.chain(missing).chain((0..n_labels).map(Column::Label)).collect();
        let n_features = data.n_features();
        let layout = Self { label_of, ..Self::plain(n_features) };
        if columns.len() > n_features { layout.with_columns(columns) } else { layout }
    }

    /// Columns in another order: column `j` becomes what column `order[j]` is here.
    pub fn in_order(self, order: &[usize]) -> Self {
        let columns: Vec<Column> = self.columns().collect();
        self.with_columns(order.iter().map(|&j| columns[j]).collect())
    }

    fn with_columns(self, columns: Vec<Column>) -> Self {
        let feature = |column: &Column| match *column {
            Column::One(d) | Column::Missing(d) => d as u32,
            Column::Label(_) => 0,
        };
        let features = columns.iter().map(feature).collect();
        Self { columns: Some(columns), features, ..self }
    }

    /// The number of features, D.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The number of columns.
    pub fn n_columns(&self) -> usize {
        self.columns.as_ref().map_or(self.n_features, Vec::len)
    }

    /// The columns in their order.
    pub fn columns(&self) -> impl Iterator<Item = Column> + '_ {
        (0..self.n_columns()).map(|j| match &self.columns {
            Some(columns) => columns[j],
            None => Column::One(j),
        })
    }

    /// Whether the columns are the features, each at its place.
    pub fn is_plain(&self) -> bool {
        self.columns.is_none()
    }

    /// Some rows of `data` in these columns. `labels` has N values, for all rows of `data`, or is
    /// empty. The result takes the memory of `room`.
    pub fn part(
        &self,
        data: &BitMatrix,
        labels: &[Option<u32>],
        rows: Range<usize>,
        room: Vec<u8>,
    ) -> BitMatrix {
        if self.is_plain() {
            return data.part(rows, room);
        }
        let stride = row_bytes(self.n_columns());
        let mut bytes = room;
        bytes.clear();
        bytes.resize(rows.len() * stride, 0);
        let (mut ones, mut missing, mut columns) = (Vec::new(), Vec::new(), Vec::new());
        let some_rows = bytes.chunks_mut(COLUMN_ROWS * stride);
        for (packed, first) in some_rows.zip(rows.clone().step_by(COLUMN_ROWS)) {
            data.columns(first, &mut ones);
            if let Some(of_data) = data.missing() {
                of_data.columns(first, &mut missing);
            }
            columns.clear();
            columns.extend(self.columns().map(|column| match column {
                Column::One(d) => ones[d],
                Column::Missing(d) => missing[d],
                Column::Label(label) => {
                    let of_row = labels.iter().skip(first).take(COLUMN_ROWS).enumerate();
                    let with_it = of_row.filter(|(_, known)| **known == Some(label));
                    with_it.fold(0, |word, (j, _)| word | 1 << j)
                }
            }));
            columns.resize(self.n_columns().next_multiple_of(COLUMN_ROWS), 0);
            fill_rows(packed, self.n_columns(), &mut columns);
        }
        let matrix = BitMatrix::from_packed(rows.len(), self.n_columns(), bytes);
        matrix.expect("whole rows, nothing in their padding")
    }

    /// Sets `odds` to the odds of the columns under a component with these means (D). Their
    /// logarithms are the log-odds. They are 1 where a mean is on the boundary, and for labels.
    pub(super) fn fill_odds(&self, mean: &[f64], odds: &mut Vec<f64>) {
        odds.clear();
        let Some(columns) = &self.columns else {
            odds.extend_from_slice(mean);
            return kernels::odds_all(odds);
        };
        odds.extend(self.features.iter().map(|&d| mean[d as usize]));
        kernels::odds_all(odds);
        // Most layouts have the features alone, in another order.
        if columns.len() > self.n_features {
            for (odds, column) in odds.iter_mut().zip(columns) {
                match *column {
                    Column::Missing(d) if kernels::is_inside(mean[d]) => {
                        *odds = 1.0 / (1.0 - mean[d]);
                    }
                    Column::Label(_) => *odds = 1.0,
                    Column::One(_) | Column::Missing(_) => {}
                }
            }
        }
    }

    /// Whether components rule out rows for their label.
    pub(super) fn rules_out_labels(&self) -> bool {
        !self.label_of.is_empty()
    }

    /// The columns that must not be one under component `k` with these means (D).
    pub(super) fn never<'a>(
        &'a self,
        k: usize,
        mean: &'a [f64],
    ) -> impl Iterator<Item = usize> + 'a {
        let of_component = self.label_of.get(k).copied().flatten();
        let is_never = move |column: &Column| match *column {
            Column::One(d) => mean[d] == 0.0,
            Column::Missing(_) => false,
            Column::Label(label) => of_component != Some(label),
        };
        self.columns().enumerate().filter(move |(_, column)| is_never(column)).map(|(j, _)| j)
    }

    /// The columns of the features that must be one or missing, under these means (D).
    pub(super) fn always<'a>(&'a self, mean: &'a [f64]) -> impl Iterator<Item = usize> + 'a {
        let is_always = |column: &Column| match *column {
            Column::One(d) | Column::Missing(d) => mean[d] == 1.0,
            Column::Label(_) => false,
        };
        self.columns().enumerate().filter(move |(_, column)| is_always(column)).map(|(j, _)| j)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holey() -> BitMatrix {
        let missing = BitMatrix::from_fn(7, 12, |i, d| d % 3 == 1 && (i + d) % 4 == 0);
        let data = BitMatrix::from_fn(7, 12, |i, d| (i * 5 + d) % 3 == 0);
        data.with_missing(&missing).unwrap()
    }

    #[test]
    fn complete_data_without_labels_is_left_as_it_is() {
        let data = BitMatrix::zeros(3, 9);
        let known = KnownLabels { of_row: &[None; 3], of_component: &[None; 2] };
        let layout = Layout::new(&data, known);
        assert!(layout.is_plain() && layout.n_columns() == 9);
        assert_eq!(layout.part(&data, &[], 1..3, vec![7]), data.select(&[1, 2]));
    }

    #[test]
    fn columns_say_what_is_one_what_is_missing_and_which_label_is_known() {
        let data = holey();
        let labels = [None, Some(1), Some(0), None, Some(1), None, None];
        let known = KnownLabels { of_row: &labels, of_component: &[Some(0), None, Some(1)] };
        let layout = Layout::new(&data, known);
        // Of twelve features, four are missing somewhere.
        assert_eq!(layout.n_columns(), 12 + 4 + 2);
        let order: Vec<usize> = (0..18).map(|j| j * 5 % 18).collect();
        for layout in [layout.clone(), layout.in_order(&order)] {
            let matrix = layout.part(&data, &labels, 1..7, vec![7; 99]);
            for (i, label) in labels.iter().enumerate().skip(1) {
                for (j, column) in layout.columns().enumerate() {
                    let expected = match column {
                        Column::One(d) => data.get(i, d),
                        Column::Missing(d) => data.is_missing(i, d),
                        Column::Label(l) => *label == Some(l),
                    };
                    assert_eq!(matrix.get(i - 1, j), expected, "row {i}, {column:?}");
                }
            }
        }
    }
}
