//! Sparse matrices as `scipy.sparse.save_npz` leaves them, by rows (csr) or by columns (csc): the
//! arrays `data`, `indices` and `indptr`, with `shape` and `format`.
//!
//! The entries of line i, a row of csr or a column of csc, are those from `indptr[i]` to before
//! `indptr[i + 1]`; `indices` holds the other coordinate.

use super::super::npy;
use super::super::sparse::Ones;
use super::Arrays;
use crate::error::{DataProblem, Error, Result};

/// The arrays that a sparse matrix of every format has.
const ARRAYS: [&str; 3] = ["data", "format", "shape"];

pub(super) fn is_sparse(names: &[String]) -> bool {
    ARRAYS.iter().all(|array| names.iter().any(|name| name == array))
}

/// The ones of a matrix of 0 and 1. Errors: [`DataProblem::Sparse`] if the arrays contradict each
/// other or are of another format, [`DataProblem::NotBinary`], those of the arrays.
pub(super) fn read(arrays: &Arrays) -> Result<Ones> {
    let wrong = |what: &str| Error::data(&arrays.path, DataProblem::Sparse(what.into()));
    let by_rows = match npy::read_text(arrays.open("format")?)?.as_str() {
        "csr" => true,
        "csc" => false,
        other => return Err(wrong(&format!("it is kept as {other}, not csr or csc"))),
    };
    let [n_rows, n_columns] = numbers(arrays, "shape")?[..] else {
        return Err(wrong("it has not two dimensions"));
    };
    let n_lines = if by_rows { n_rows } else { n_columns };
    let mut ones =
        Ones::new(n_rows.into(), n_columns.into()).map_err(|p| Error::data(&arrays.path, p))?;
    let (starts, indices) = (numbers(arrays, "indptr")?, numbers(arrays, "indices")?);
    let is_sound = starts.is_sorted()
        && starts.first() == Some(&0)
        && starts.last().map(|end| *end as usize) == Some(indices.len())
        && starts.len() == 1 + n_lines as usize;
    if !is_sound {
        return Err(wrong("its indptr does not fit shape and indices"));
    }
    let mut line = 0usize;
    let n = npy::for_each(arrays.open("data")?, |i, value| {
        // There is a line that ends behind each index.
        while starts.get(line + 1).is_some_and(|end| u64::from(*end) <= i) {
            line += 1;
        }
        let Some(&other) = indices.get(i as usize) else {
            return Err(DataProblem::Sparse("it has more data than indices".into()));
        };
        let (line, other) = (line as u64, u64::from(other));
        let (row, column) = if by_rows { (line, other) } else { (other, line) };
        ones.push(row, column, value)
    })?;
    if n != indices.len() as u64 {
        return Err(wrong("it has fewer data than indices"));
    }
    Ok(ones)
}

/// The whole numbers of an array of one dimension.
fn numbers(arrays: &Arrays, name: &str) -> Result<Vec<u32>> {
    let mut numbers = Vec::new();
    npy::for_each(arrays.open(name)?, |_, value| {
        let whole = value as u32;
        if f64::from(whole) != value {
            return Err(DataProblem::Sparse(format!("its {name} holds {value}")));
        }
        numbers.push(whole);
        Ok(())
    })?;
    Ok(numbers)
}
