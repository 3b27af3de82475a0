//! Rows of items in their own values, written some at a time: memory does not grow with the rows.

use super::own_values::{self, Scale};
use crate::cli::terminal::output;
use crate::data::{ArrayFile, Texts};
use crate::model_file::Item;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use std::io::{self, Write};
use std::ops::Range;

/// Rows of expected values, each in [0, 1], or NaN where nothing is known. In JSON a list of lists,
/// in the values of the items.
pub(crate) struct OwnRows<'a> {
    n_samples: usize,
    n_features: usize,
    items: &'a [Item],
    /// The names of the rows, where they have some.
    ids: Option<&'a Texts>,
    rows: RowsFrom<'a>,
}

/// How a file holds rows.
pub(crate) enum Format {
    /// In the values of the items, with a head and the names of the rows.
    Csv,
    /// As bytes: 0 to 255, as expected values are 0 to 1.
    Grey(ArrayFile),
    /// As numbers of double precision.
    Numbers(ArrayFile),
}

/// A way to make all rows once more: what it returns is asked for the rows of each part in turn.
type RowsFrom<'a> = Box<dyn Fn() -> RowsOf<'a> + 'a>;
type RowsOf<'a> = Box<dyn FnMut(Range<usize>) -> Vec<Vec<f64>> + 'a>;

/// Values that are held at a time, of 8 bytes each, and the text that is made of them.
const VALUES: usize = 1 << 20;

/// Wide rows too are scored several at a time, as long as each is not.
const LEAST_ROWS: usize = 16;

impl<'a> OwnRows<'a> {
    /// Rows of `n_features` each. `items` are these, where they have names or values of their own.
    pub(crate) fn new(
        n_samples: usize,
        n_features: usize,
        items: &'a [Item],
        rows: RowsFrom<'a>,
    ) -> Self {
        Self { n_samples, n_features, items, ids: None, rows }
    }

    /// The same rows with names.
    pub(crate) fn named(self, ids: Option<&'a Texts>) -> Self {
        Self { ids, ..self }
    }

    /// Writes all rows.
    pub(crate) fn write(&self, format: &Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Csv => self.write_csv(out),
            Format::Grey(file) => self.write_array(file, out, |p| [(255.0 * p).round() as u8]),
            Format::Numbers(file) => self.write_array(file, out, f64::to_le_bytes),
        }
    }

    /// A line for each row, headed by the names of the columns or by their numbers. The names of
    /// the rows, if there are any, come first.
    fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let ids = self.ids;
        let headings = || own_values::headings(self.items, self.n_features);
        // No item has the heading of the row names.
        let is_free = |name: &String| headings().all(|heading| !heading.eq_ignore_ascii_case(name));
        let names = ["id".to_owned(), "row".into()].into_iter();
        let free = names.chain((1..).map(|i| format!("row_{i}"))).find(is_free);
        let head = free.filter(|_| ids.is_some()).into_iter().chain(headings());
        out.write_all(&output::csv([head])?)?;
        let scales = self.scales();
        output::write_parts(out, self.parts(), |first, rows| {
            output::csv(rows.iter().zip(first..).map(|(row, i)| {
                let id = ids.map(|ids| ids.get(i).into());
                id.into_iter().chain(row.iter().zip(&scales).map(|(p, scale)| scale.text(*p)))
            }))
        })
    }

    fn write_array<const N: usize>(
        &self,
        file: &ArrayFile,
        out: &mut dyn Write,
        element: impl Fn(f64) -> [u8; N] + Sync,
    ) -> io::Result<()> {
        file.write(out, &|out| {
            output::write_parts(out, self.parts(), |_, rows| {
                Ok(rows.iter().flatten().flat_map(|p| element(*p)).collect())
            })
        })
    }

    fn scales(&self) -> Vec<Scale<'a>> {
        (0..self.n_features).map(|d| Scale::new(self.items.get(d))).collect()
    }

    /// All rows from the first on, some at a time.
    fn parts(&self) -> impl Iterator<Item = Vec<Vec<f64>>> {
        let (n, mut rows) = (self.n_samples, (self.rows)());
        let size = (VALUES / self.n_features.max(1)).max(LEAST_ROWS);
        (0..n).step_by(size).map(move |first| rows(first..n.min(first + size)))
    }
}

impl Serialize for OwnRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.n_samples))?;
        let scales = self.scales();
        for row in self.parts().flatten() {
            list.serialize_element(&OwnRow { row: &row, scales: &scales })?;
        }
        list.end()
    }
}

struct OwnRow<'a> {
    row: &'a [f64],
    scales: &'a [Scale<'a>],
}

impl Serialize for OwnRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.row.iter().zip(self.scales).map(|(p, scale)| scale.value(*p)))
    }
}
