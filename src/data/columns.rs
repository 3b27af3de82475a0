//! What is asked of the columns of a table: by a user, and by a model that is to see its rows.

use crate::record::Item;

/// How a table is to be read. Columns are named by their headings, or by their numbers from 1 in a
/// table without a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// The items, in this order, and no others; `None`: every column without another role.
    pub items: Option<Vec<String>>,
    /// Columns to leave out.
    pub drop: Vec<String>,
    /// The column that names the rows; `None`: the first one, where it plainly does.
    pub id: Option<String>,
    /// The column that says how much each row counts; `None`: the one headed `weight`.
    pub weights: Option<String>,
    /// The column of labels; `None`: the one headed `label` or `class`.
    pub labels: Option<String>,
    /// Cells that are missing values, beside blank ones, `NA` and their like.
    pub missing: Vec<String>,
    /// What the cells of items mean.
    pub values: Values,
    /// The model that is to see the rows.
    pub model: Option<ModelRows>,
}

/// What the cells of items mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Values {
    /// Two values for each item, one of them read as 0 and one as 1.
    #[default]
    Pairs,
    /// Numbers as they are: at least this is read as 1, less as 0.
    AtLeast(u8),
    /// Whole numbers from 0 to 255, of which a threshold is to be found.
    Whole,
    /// Grey values of images, 0 to 255, or all between 0 and 1.
    Grey,
}

/// The rows that a model knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRows {
    /// Its items, in the order of its features; empty if they have neither names nor values.
    pub items: Vec<Item>,
    /// Height and width of its images; a height of 1 for rows.
    pub size: (usize, usize),
}
