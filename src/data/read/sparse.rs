//! Sparse matrices: the places of ones, as several formats list them, become rows of bits.

use super::stream::zeros;
use crate::bits::row_bytes;
use crate::data::dataset::{Dataset, Part, SourceKind};
use crate::data::pixels::Pixels;
use crate::error::{DataProblem, Error};
use crate::{bits::BitMatrix, record::Binarize};

/// Rows of so many bytes in all are made however few ones they have, 32 MiB.
const FREE: u64 = 32 << 20;
/// Beyond them, so many bytes for each one: a row of 100,000 items with 50 of them is still made.
const MAX_BYTES_EACH: u64 = 1 << 10;

/// Ones of a matrix, read so far.
pub(crate) struct Ones {
    n_rows: u64,
    n_columns: u64,
    /// Row and column of each, counted from 0.
    places: Vec<(u32, u32)>,
}

impl Ones {
    /// None yet, in a matrix of that shape. Errors: [`DataProblem::Empty`] without rows or columns,
    /// [`DataProblem::TooLarge`] for more than 2^32 of them.
    pub(crate) fn new(n_rows: u64, n_columns: u64) -> Result<Self, DataProblem> {
        if n_rows == 0 || n_columns == 0 {
            return Err(DataProblem::Empty);
        }
        if n_rows.max(n_columns) > u64::from(u32::MAX) {
            let what = format!("it is of {n_rows} x {n_columns}");
            return Err(DataProblem::TooLarge { what, limit: "2^32 rows and columns" });
        }
        Ok(Self { n_rows, n_columns, places: Vec::new() })
    }

    /// An entry at a place counted from 0: 1, or a 0 that is written out. Errors:
    /// [`DataProblem::NotBinary`] for another value; the place as text if it lies outside.
    pub(crate) fn push(&mut self, row: u64, column: u64, value: f64) -> Result<(), DataProblem> {
        if row >= self.n_rows || column >= self.n_columns {
            let what = format!("row {row}, column {column} (counted from 0) lies outside of it");
            return Err(DataProblem::Sparse(what));
        }
        if value == 1.0 {
            self.places.push((row as u32, column as u32));
        } else if value != 0.0 {
            let place = format!("row {row}, column {column} (counted from 0)");
            return Err(DataProblem::NotBinary { place, value });
        }
        Ok(())
    }

    /// The rows, of height 1. Errors: [`DataProblem::TooLarge`] if they would take much more than
    /// their ones do; [`DataProblem::Sparse`] if a place came twice.
    fn into_bits(self) -> Result<BitMatrix, DataProblem> {
        let (n, d) = (self.n_rows as usize, self.n_columns as usize);
        let bytes = self.n_rows * row_bytes(d) as u64;
        let allowed = FREE.max(MAX_BYTES_EACH * self.places.len() as u64);
        let packed = if bytes > allowed { None } else { zeros(bytes) };
        let packed = packed.ok_or_else(|| DataProblem::TooLarge {
            what: format!("{n} rows of {d} with {} ones take {bytes} bytes", self.places.len()),
            limit: "32 MiB, or 1 KiB for each one,",
        })?;
        let said = |error: Error| DataProblem::Sparse(error.to_string());
        let mut bits = BitMatrix::from_packed(n, d, packed).map_err(said)?;
        for (row, column) in self.places {
            let (row, column) = (row as usize, column as usize);
            if bits.get(row, column) {
                let what = format!("row {row}, column {column} (counted from 0) comes twice");
                return Err(DataProblem::Sparse(what));
            }
            bits.set(row, column);
        }
        Ok(bits)
    }

    /// The data set of `source`, whose bits need no rule.
    pub(crate) fn into_dataset(self, source: &str) -> Result<Dataset, Error> {
        let bits = self.into_bits().map_err(|problem| Error::data(source, problem))?;
        let (n, d) = (bits.n_samples(), bits.n_features());
        let part = Part { packed_by: Some(Binarize::None), ..Part::new(source.to_owned(), 0, n) };
        let pixels = Pixels::packed(bits, 1, d)?;
        Dataset::from_parts(vec![part], SourceKind::Sparse, pixels, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_are_set_and_written_zeros_are_not() {
        let mut ones = Ones::new(2, 9).unwrap();
        for (row, column, value) in [(1, 8, 1.0), (0, 0, 1.0), (0, 3, 0.0)] {
            ones.push(row, column, value).unwrap();
        }
        let bits = ones.into_bits().unwrap();
        assert!(bits.get(0, 0) && bits.get(1, 8) && bits.count_ones() == 2);
    }

    #[test]
    fn other_values_places_outside_and_places_given_twice_are_refused() {
        let mut ones = Ones::new(2, 3).unwrap();
        assert!(matches!(ones.push(0, 0, 2.0), Err(DataProblem::NotBinary { .. })));
        assert!(matches!(ones.push(0, 0, f64::NAN), Err(DataProblem::NotBinary { .. })));
        assert!(matches!(ones.push(2, 0, 1.0), Err(DataProblem::Sparse(_))));
        assert!(matches!(ones.push(0, 3, 1.0), Err(DataProblem::Sparse(_))));
        ones.push(1, 1, 1.0).unwrap();
        ones.push(1, 1, 1.0).unwrap();
        assert!(matches!(ones.into_bits(), Err(DataProblem::Sparse(_))));
        assert_eq!(Ones::new(0, 3).err(), Some(DataProblem::Empty));
    }

    #[test]
    fn a_shape_that_promises_much_is_refused_before_it_takes_memory() {
        for (n_rows, n_columns) in [(u64::from(u32::MAX), 1), (1 << 20, 1 << 20), (1, 1 << 32)] {
            let ones = Ones::new(n_rows, n_columns);
            let bits = ones.and_then(Ones::into_bits).map(|_| ());
            assert!(matches!(bits, Err(DataProblem::TooLarge { .. })), "{bits:?}");
        }
    }
}
