//! The flags about the columns of a table, and what a model demands of them.

use crate::data::{Columns, ModelRows, listed};
use crate::model_file::Model;

/// What each column of a table is. Columns are named by their headings, or by their numbers from 1.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct ColumnArgs {
    /// The columns of a table that are items, by their headings, or by their numbers from 1, as in
    /// `item 1`, where there are none [default: all without another role]
    #[arg(long = "columns", value_name = "NAMES")]
    items: Option<Vec<String>>,
    /// Columns of a table to leave out [default: none]
    #[arg(long, value_name = "NAMES")]
    drop: Vec<String>,
    /// The column of a table that names its rows [default: the first, if it has no heading, holds
    /// words, or is headed id and never repeats itself]
    #[arg(long, value_name = "NAME")]
    id: Option<String>,
    /// The column of a table that says how much each row counts [default: one headed weight]
    #[arg(long, value_name = "NAME")]
    weights: Option<String>,
    /// The column of a table that holds labels [default: one headed label or class]
    #[arg(long, value_name = "NAME")]
    labels_column: Option<String>,
    /// Values that stand for a missing one, such as 9,99 [default: none but blank, NA, NaN, N/A,
    /// #N/A, ., ?, NULL and None]
    #[arg(long, value_name = "CODES", allow_hyphen_values = true)]
    missing: Vec<String>,
}

impl ColumnArgs {
    /// What the user asks of the columns.
    pub(crate) fn columns(&self) -> Columns {
        Columns {
            items: self.items.clone(),
            drop: self.drop.clone(),
            id: self.id.clone(),
            weights: self.weights.clone(),
            labels: self.labels_column.clone(),
            missing: self.missing.iter().flat_map(|codes| listed(codes)).collect(),
            ..Columns::default()
        }
    }
}

/// The rows that `model` knows.
pub(crate) fn rows_of(model: &Model) -> ModelRows {
    ModelRows { items: model.items.clone(), size: (model.height as usize, model.width as usize) }
}
