//! What can be wrong with a table: its text, its columns, and the values of its items.

use crate::wording::plain;

/// What is wrong with a table. Columns are named by their heading, or by their number from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // variants say what their fields are
pub enum TableProblem {
    /// A row that is longer than a row may be: the line that it begins in, from 1.
    #[error("line {line} is longer than {limit}")]
    LongRow { line: u64, limit: &'static str },
    /// A row of more cells than a table may have columns.
    #[error("line {line} has more than {limit} cells")]
    ManyCells { line: u64, limit: usize },
    /// A quoted cell without an end: the line that its row begins in.
    #[error("line {line} opens a quote that is never closed")]
    OpenQuote { line: u64 },
    /// A column that was asked for and is not there; and those that are.
    #[error("has no column {name}")]
    NoColumn { name: String, columns: Vec<String> },
    /// A heading that stands for several columns, where it has to stand for one.
    #[error("has several columns {name}")]
    Repeated { name: String },
    /// A name of several items of a model, where columns have to be matched by name.
    #[error("cannot be matched by name: the model has several items {name}")]
    RepeatedItem { name: String },
    /// A column that was asked for in two roles.
    #[error("column {name} cannot be two things: {roles}")]
    TwoRoles { name: String, roles: &'static str },
    /// A table of which no column is an item.
    #[error("has no column that is an item")]
    NoItems,
    /// An item with values that are no zeros and ones, nor two of any kind: the first few of them.
    #[error("column {column} holds {}, not two values", listed(values, *n_values))]
    Values {
        column: String,
        values: Vec<String>,
        n_values: usize,
        /// Values that may stand for missing ones.
        odd: Vec<String>,
        /// Whether they may name the rows: whole numbers that nearly all differ.
        may_name_rows: bool,
        /// Whether most other columns hold two values.
        among_pairs: bool,
        /// A threshold that parts them, and the numbers of most other columns.
        cut: Option<u8>,
    },
    /// A column that a threshold would cut may name the rows.
    #[error("column {column} holds whole numbers that nearly all differ, as row numbers do")]
    RowNumbers { column: String },
    /// An item of one word, written in several ways.
    #[error("column {column} holds {}, which differ in case or blanks only", words.join(" and "))]
    OneWord { column: String, words: Vec<String> },
    /// Columns of two words among items of other values; and the words of the first.
    #[error("{} the words {}, unlike most columns", holds(columns), words.join(" and "))]
    Words { columns: Vec<String>, words: [String; 2] },
    /// Items of one value and blanks, which may be zeros or missing values.
    #[error("{} {value} and blanks only", holds(columns))]
    OneValueAndBlanks { columns: Vec<String>, value: String },
    /// Numbers that all lie between 0 and 1, some of them fractions, for a threshold from 1 on.
    #[error("holds shares between 0 and 1, and a threshold is a whole number from 1 on")]
    Shares,
    /// A second line of headings: which, and the line of the first one.
    #[error("line {line} holds words alone, like a second header")]
    SecondHeader { line: u64, above: u64 },
    /// A header below other rows.
    #[error("line {line} holds words alone, like a header")]
    LateHeader { line: u64 },
    /// A column with decimal commas and points.
    #[error("column {column} holds both {comma} and {point}: is the point one of decimals?")]
    MixedDecimals { column: String, comma: String, point: String },
    /// A column without a name where others have one.
    #[error("column {column} has no name")]
    Nameless { column: String },
    /// A line that is the same as the header, and how many more there are.
    #[error("line {line} repeats the header{}", and_more(*more))]
    RepeatedHeader { line: u64, more: usize },
    /// A last row that alone holds other values than the rows above it: its line.
    #[error("line {line}, the last one, holds other values than all lines above")]
    BareTotals { line: u64 },
    /// A last row that sums up the others: its line, and the cell that says so.
    #[error("line {line}, the last one, begins with {cell:?}")]
    Totals { line: u64, cell: String },
    /// A column that may say how many each row stands for, or be an item.
    #[error(
        "column {column} holds numbers up to {}: weights of rows, or something else?",
        plain(*largest)
    )]
    RowsOrWeights { column: String, largest: f64 },
    /// Items of a model that the table does not have.
    #[error("lacks {}, which the model needs", named(items))]
    MissingItems { items: Vec<String>, columns: Vec<String> },
    /// A value that a model does not know.
    #[error(
        "line {line}, column {column}: the value is {value}, but the model knows {zero} and {one}"
    )]
    UnknownValue {
        line: u64,
        column: String,
        value: String,
        zero: String,
        one: String,
        /// All values that may stand for missing ones, with those that were named before.
        codes: Box<[String]>,
    },
    /// A column of two values of which a model knows others.
    #[error(
        "column {column} holds {}, but the model's values are {}",
        found.join(" and "),
        model.join(" and ")
    )]
    OtherCoding { column: String, found: [String; 2], model: [String; 2] },
    /// Items of a model and of packed rows that were made of other values.
    #[error("column {column} was made of {found}, but the model's of {expected}")]
    OtherValues { column: String, found: String, expected: String },
}

/// `1, 2, 3 and 5 more values`.
fn listed(values: &[String], n_values: usize) -> String {
    match n_values.saturating_sub(values.len()) {
        0 => values.join(", "),
        more => format!("{} and {more} more values", values.join(", ")),
    }
}

fn and_more(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => ", as one more line does".into(),
        more => format!(", as {more} more lines do"),
    }
}

/// `column a holds`, `columns a, b hold`.
fn holds(columns: &[String]) -> String {
    let verb = if columns.len() == 1 { "holds" } else { "hold" };
    let few = crate::wording::some(columns, 6);
    format!("column{} {few} {verb}", if columns.len() == 1 { "" } else { "s" })
}

/// `column a`, `columns a, b`.
fn named(names: &[String]) -> String {
    format!("column{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "))
}
