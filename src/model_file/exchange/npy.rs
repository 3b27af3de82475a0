//! npy: one `f8` array of shape (K, D + 1) with the weights in column 0. A file holds one array,
//! and means without weights are no mixture. A plain (K, D) array of means cannot pass for this
//! layout by accident: its first column would have to sum to 1 but for rounding.

use super::{Foreign, Parts, weighted_rows};
use crate::model_file::Model;
use crate::npy::{self, Header};

pub(super) fn export(model: &Model) -> Vec<u8> {
    let shape = [model.mixture.n_components() as u64, model.mixture.n_features() as u64 + 1];
    let mut bytes = npy::header("<f8", &shape);
    bytes.extend(weighted_rows(model).flatten().flat_map(f64::to_le_bytes));
    bytes
}

/// The numbers in npy `bytes`: either byte order, either order of rows and columns.
pub(super) fn import(bytes: &[u8]) -> Result<Parts, Foreign> {
    let header = Header::read(bytes)?;
    let rest = bytes.get(header.len..).unwrap_or_default();
    let elements = match header.elements() {
        Some(f8) if matches!(header.dtype.as_str(), "<f8" | ">f8") => f8,
        _ => return Err(format!("its numbers are {}, not f8", header.dtype).into()),
    };
    let n_columns = check_shape(&header, rest.len())?;
    let table = header.last_index_fastest(elements.numbers(rest).collect());
    Ok(split_rows(&table, n_columns))
}

/// The number of columns, if the `n_bytes` after the header are exactly the numbers of a table.
fn check_shape(header: &Header, n_bytes: usize) -> Result<usize, Foreign> {
    let &[n_rows, n_columns] = header.shape.as_slice() else {
        return Err(format!("its shape is {:?}, not (K, D + 1)", header.shape).into());
    };
    let announced = n_rows.checked_mul(n_columns).and_then(|n| n.checked_mul(8));
    if n_rows == 0 || n_columns < 2 || announced != Some(n_bytes as u64) {
        let shape = format!("({n_rows}, {n_columns})");
        return Err(format!("{n_bytes} bytes are no array of shape {shape} of f8").into());
    }
    // It fits: n_rows * n_columns * 8 bytes are in memory.
    Ok(n_columns as usize)
}

fn split_rows(table: &[f64], n_columns: usize) -> Parts {
    let rows = table.chunks_exact(n_columns).filter_map(<[f64]>::split_first);
    let (weights, means): (Vec<f64>, Vec<&[f64]>) = rows.unzip();
    let n_features = n_columns - 1;
    Parts { weights, means: means.concat(), n_features, ..Parts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An npy file with `header` and the values 0.25, 0.75, 0.1, 0.2 in it.
    fn file(header: &str) -> Vec<u8> {
        let len = (header.len() as u16).to_le_bytes();
        let mut bytes = [b"\x93NUMPY\x01\x00", &len[..], header.as_bytes()].concat();
        bytes.extend([0.25, 0.75, 0.1, 0.2].iter().flat_map(|v: &f64| v.to_le_bytes()));
        bytes
    }

    #[test]
    fn a_table_in_column_order_reads_as_its_transpose_in_memory() {
        let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }";
        let parts = import(&file(header)).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!((parts.weights, parts.means), (vec![0.25, 0.75], vec![0.1, 0.2]));
    }

    #[test]
    fn headers_that_promise_too_much_or_another_layout_are_refused() {
        let text = |dtype: &str, shape: &str| {
            format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}")
        };
        for (header, what) in [
            (text("<f8", "(4294967296, 4294967296)"), "no array of shape (4294967296, 4294967296)"),
            (text("<f8", "(99999999, 2)"), "no array of shape (99999999, 2)"),
            (text("<f8", "(4,)"), "its shape is [4], not (K, D + 1)"),
            (text("<f4", "(2, 2)"), "its numbers are <f4, not f8"),
            (text("<f8", "(0, 4294967296)"), "no array of shape (0, 4294967296)"),
        ] {
            let problem = import(&file(&header)).map(|_| ()).unwrap_err().to_string();
            assert!(problem.contains(what), "{problem}");
        }
    }
}
