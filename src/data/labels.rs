//! Class names, and the class of each row.

use std::collections::HashMap;

/// The classes of a data set, and the class of each row where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    names: Vec<String>,
    of_row: Vec<Option<u32>>,
}

impl Labels {
    /// Labels from the class name of each row, blank where it is not known. Names are sorted: as
    /// numbers if all are whole numbers, else as text.
    pub fn from_names<S: AsRef<str>>(rows: impl IntoIterator<Item = S>) -> Self {
        let mut labels = LabelBuilder::default();
        rows.into_iter().for_each(|row| labels.push(row.as_ref()));
        labels.finish()
    }

    /// Labels from class names and the index of each row; `None` if one lies outside of them.
    pub(super) fn new(names: Vec<String>, of_row: Vec<Option<u32>>) -> Option<Self> {
        let is_named = |label: &u32| (*label as usize) < names.len();
        of_row.iter().flatten().all(is_named).then_some(Self { names, of_row })
    }

    /// Labels from the byte of each row, as in IDX files; only bytes that occur become classes.
    #[doc(hidden)]
    pub fn from_codes(codes: &[u8]) -> Self {
        let mut index = [None; 256];
        for &code in codes {
            index[usize::from(code)] = Some(0);
        }
        let mut names = Vec::new();
        for (code, slot) in index.iter_mut().enumerate().filter(|(_, slot)| slot.is_some()) {
            *slot = Some(names.len() as u32);
            names.push(code.to_string());
        }
        let of_row = codes.iter().map(|&code| index[usize::from(code)]).collect();
        Self { names, of_row }
    }

    /// The class names, sorted; classes that no row has after [`Labels::truncate`] stay.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// For each row the index of its class in [`Labels::names`], where it is known.
    pub fn of_row(&self) -> &[Option<u32>] {
        &self.of_row
    }

    /// Whether the class of every row is known.
    pub(crate) fn is_complete(&self) -> bool {
        self.of_row.iter().all(Option::is_some)
    }

    /// The class name of row `i`, blank if it is not known.
    ///
    /// # Panics
    /// If `i` is not below [`Labels::len`].
    pub fn name_of(&self, i: usize) -> &str {
        self.of_row[i].map_or("", |class| &self.names[class as usize])
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.of_row.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.of_row.is_empty()
    }

    /// Keeps the first `n` rows only, and all class names.
    #[doc(hidden)]
    pub fn truncate(&mut self, n: usize) {
        self.of_row.truncate(n);
    }

    /// These labels without unknown ones at the end, as far as they go beyond `n` rows.
    pub(super) fn without_trailing_blanks(mut self, n: usize) -> Self {
        let last_known = self.of_row.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        self.of_row.truncate(last_known.max(n));
        self
    }

    /// The labels of `rows`, in that order, with all class names.
    ///
    /// # Panics
    /// If there is no such row.
    #[doc(hidden)]
    pub fn select(&self, rows: &[usize]) -> Self {
        let of_row = rows.iter().map(|&i| self.of_row[i]).collect();
        Self { names: self.names.clone(), of_row }
    }

    /// The class name of each row in order, blank where it is not known.
    #[doc(hidden)]
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.name_of(i))
    }

    /// The rows of all `sets` one after the other, over the union of their classes.
    pub(super) fn concat(sets: &[Labels]) -> Self {
        match sets {
            [one] => one.clone(),
            _ => Self::from_names(sets.iter().flat_map(Labels::iter)),
        }
    }
}

/// Labels that come row by row: each name is kept once.
#[derive(Default)]
pub(super) struct LabelBuilder {
    index: HashMap<String, u32>,
    of_row: Vec<Option<u32>>,
}

impl LabelBuilder {
    /// The class name of the next row, blank where it is not known.
    pub(super) fn push(&mut self, name: &str) {
        let of_row = match self.index.get(name) {
            _ if name.is_empty() => None,
            Some(&index) => Some(index),
            None => {
                let index = self.index.len() as u32;
                self.index.insert(name.to_owned(), index);
                Some(index)
            }
        };
        self.of_row.push(of_row);
    }

    pub(super) fn finish(self) -> Labels {
        let Self { index, mut of_row } = self;
        let mut names: Vec<(String, u32)> = index.into_iter().collect();
        names.sort_unstable();
        let number = |name: &str| name.parse::<i64>();
        if names.iter().all(|(name, _)| number(name).is_ok()) {
            // Stable, so that "1" and "01" keep their order as text.
            names.sort_by_key(|(name, _)| number(name).unwrap_or(0));
        }
        let mut place = vec![0; names.len()];
        for ((_, index), at) in names.iter().zip(0..) {
            place[*index as usize] = at;
        }
        for label in of_row.iter_mut().flatten() {
            *label = place[*label as usize];
        }
        Labels { names: names.into_iter().map(|(name, _)| name).collect(), of_row }
    }
}

/// The class that a number stands for, if it is whole and a `f64` holds it exactly.
pub(super) fn class_of(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_numbers_and_text_as_text() {
        assert_eq!(Labels::from_names(["10", "9", "-1", "10"]).names(), ["-1", "9", "10"]);
        assert_eq!(Labels::from_names(["10", "9", "b"]).names(), ["10", "9", "b"]);
    }

    #[test]
    fn every_row_keeps_its_name() {
        let rows = ["cat", "dog", "ant", "dog"];
        let labels = Labels::from_names(rows);
        assert_eq!(labels.of_row(), [1, 2, 0, 2].map(Some));
        assert!(labels.is_complete());
        assert!(rows.iter().enumerate().all(|(i, &name)| labels.name_of(i) == name));
    }

    #[test]
    fn codes_and_their_names_give_the_same_labels() {
        let codes = [5u8, 0, 4, 255, 9, 0];
        let names = codes.iter().map(u8::to_string);
        assert_eq!(Labels::from_codes(&codes), Labels::from_names(names));
    }

    #[test]
    fn truncating_keeps_class_indices() {
        let mut labels = Labels::from_codes(&[1, 7, 3]);
        labels.truncate(2);
        assert_eq!((labels.len(), labels.name_of(1)), (2, "7"));
        labels.truncate(9);
        assert_eq!(labels.len(), 2);
        let selected = labels.select(&[1, 0, 1]);
        assert_eq!(selected.iter().collect::<Vec<_>>(), ["7", "1", "7"]);
        assert_eq!(selected.names(), labels.names());
    }

    #[test]
    fn joining_unites_the_classes_and_keeps_the_rows() {
        let sets = [Labels::from_names(["2", "10"]), Labels::from_names(["3", "2"])];
        let all = Labels::concat(&sets);
        assert_eq!(all.names(), ["2", "3", "10"]);
        assert_eq!(all.iter().collect::<Vec<_>>(), ["2", "10", "3", "2"]);
    }

    #[test]
    fn a_blank_name_is_no_class() {
        let labels = Labels::from_names(["2", "", "10", ""]);
        assert_eq!((labels.names(), labels.is_complete()), (&["2".into(), "10".into()][..], false));
        assert_eq!(labels.of_row(), [Some(0), None, Some(1), None]);
        assert_eq!((labels.name_of(1), labels.len()), ("", 4));
        assert_eq!(labels.clone().without_trailing_blanks(4).len(), 4);
        assert_eq!(labels.without_trailing_blanks(2).len(), 3);
    }
}
