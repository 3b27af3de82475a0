//! What was decided while a table was read, where the table did not say it.

use crate::wording::{brief, counted, some, trimmed};
use std::collections::BTreeMap;
use std::fmt;

/// Something to be said of how a table was read. It reads on after "note: ".
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Remark {
    /// The roles of the columns.
    Roles {
        /// The number of items.
        n_items: usize,
        /// Columns that are nothing.
        left_out: Vec<String>,
        /// The column that names the rows; empty if it has no name itself.
        id: Option<String>,
        /// The column of weights.
        weights: Option<String>,
        /// The column of labels.
        labels: Option<String>,
    },
    /// A first line of numbers that are the names of the columns: the first few.
    NumericHeader(Vec<String>),
    /// A first line of numbers that are read as a row, and might be names of columns.
    NumericRow(Vec<String>),
    /// Two values that are read as zero and one, and the items that hold them.
    Recoded {
        /// The value read as 0.
        zero: String,
        /// The value read as 1.
        one: String,
        /// The items, by name or number.
        items: Vec<String>,
    },
    /// Columns that hold one value each, which is neither 0 nor 1: they are left out. Their names,
    /// each with its value.
    OneValue(Vec<[String; 2]>),
    /// A column headed like weights that holds zeros and ones: an item.
    WeightIsItem(String),
    /// Lines that begin with `#` between the rows, which are left out.
    Comments(usize),
    /// Blank rows at the end, which are left out.
    BlankRows(usize),
    /// Weights that are no counts, scaled to a mean of 1; the sum that they had.
    ScaledWeights {
        /// Their sum before.
        sum: f64,
        /// The number of rows that weigh anything: their sum now.
        n_rows: usize,
    },
    /// Columns of the table that the model does not know, which are left out.
    NotInModel(Vec<String>),
    /// Only the table, or only the model, has names: columns are matched by their place.
    ByPosition {
        /// Whether it is the table that has names.
        table_has_names: bool,
    },
    /// Numbers from 0 to 1 for a model that was made by a threshold above them: all are read as 0.
    BelowThreshold {
        /// Least value that is read as 1.
        threshold: u8,
        /// Whether they lie between 0 and 1.
        are_shares: bool,
    },
    /// All values are at least the threshold of the model.
    AboveThreshold(u8),
    /// A column of an array whose values nearly all differ, unlike those of the others.
    RowNumbers(String),
    /// An array of zeros and ones for a model that was made at half of the grey scale: they stay.
    KeptBits(u8),
    /// Text that is not UTF-8.
    NotUtf8,
    /// Numbers that count as such and may stand for missing answers: each with its items.
    MayBeMissing(Vec<(i32, Vec<String>)>),
    /// Words that differ in upper and lower case or in blanks only, and are read as one value.
    SameWords {
        /// Words of the first such item.
        words: Vec<String>,
        /// The items.
        items: Vec<String>,
    },
    /// Items that hold one value and blanks only, in a table whose blanks are missing values.
    OneValueAndBlanks(Vec<String>),
    /// The names of the columns, from a comment above the first row.
    CommentHeader(Vec<String>),
    /// Items that differ from row to row, and no longer do by the threshold.
    CutAway {
        /// The threshold.
        threshold: u8,
        /// The items.
        items: Vec<String>,
    },
}

impl Remark {
    /// That codes may stand for missing answers, if there are any: those of each item.
    pub(crate) fn of_codes(suspects: &[Vec<i32>], name: impl Fn(usize) -> String) -> Option<Self> {
        let mut codes: BTreeMap<i32, Vec<String>> = BTreeMap::new();
        for (item, code) in
            suspects.iter().enumerate().flat_map(|(d, of)| of.iter().map(move |code| (d, code)))
        {
            codes.entry(*code).or_default().push(name(item));
        }
        (!codes.is_empty()).then(|| Self::MayBeMissing(codes.into_iter().collect()))
    }

    /// Says of a column of labels that it is left out, as other labels take its place.
    pub(crate) fn leave_out_labels(&mut self) {
        if let Self::Roles { left_out, labels, .. } = self {
            left_out.extend(labels.take());
        }
    }

    /// Whether the result may not be what was wanted.
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::BelowThreshold { .. }
                | Self::AboveThreshold(_)
                | Self::CutAway { .. }
                | Self::RowNumbers(_)
                | Self::MayBeMissing(_)
                | Self::NotUtf8
                | Self::OneValueAndBlanks(_)
        )
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Roles { n_items, left_out, id, weights, labels } => {
                write!(f, "{}", counted(*n_items, "item"))?;
                let id = id.as_ref().map(|id| if id.is_empty() { "the first column" } else { id });
                let roles = [
                    ("left out", (!left_out.is_empty()).then(|| some(left_out, MAX_LISTED))),
                    ("row names", id.map(str::to_owned)),
                    ("weights", weights.clone()),
                    ("labels", labels.clone()),
                ];
                let mut roles = roles.into_iter().filter_map(|(role, what)| Some((role, what?)));
                roles.try_for_each(|(role, what)| write!(f, "; {role}: {what}"))
            }
            Self::NumericHeader(first) => {
                write!(
                    f,
                    "the first line, {}, is taken for the names of columns",
                    some(first, MAX_LISTED)
                )
            }
            Self::NumericRow(first) => write!(
                f,
                "the first line, {}, is read as a row: quote the numbers if they name columns",
                some(first, MAX_LISTED)
            ),
            Self::WeightIsItem(column) => {
                write!(f, "column {column} is an item, as it holds 0 and 1 alone")
            }
            Self::Comments(n) => {
                write!(f, "{} left out, as # begins a comment", counted(*n, "line"))
            }
            Self::BlankRows(n) => write!(f, "{} at the end left out", counted(*n, "blank row")),
            Self::ScaledWeights { sum, n_rows } => write!(
                f,
                "weights that are no counts (sum {}) are scaled to a mean of 1: \
                 N is {n_rows}, the number of rows",
                short(*sum)
            ),
            Self::NotInModel(columns) => {
                write!(
                    f,
                    "left out, as the model does not know them: {}",
                    some(columns, MAX_LISTED)
                )
            }
            Self::ByPosition { table_has_names: true } => {
                f.write_str("the model has no names: columns are matched by their place")
            }
            Self::ByPosition { table_has_names: false } => {
                f.write_str("the table has no names: columns are matched by their place")
            }
            Self::NotUtf8 => f.write_str(
                "text that is not UTF-8 is read as Latin-1: if names or words look wrong, save the \
                 table as UTF-8",
            ),
            Self::CommentHeader(names) => write!(
                f,
                "the comment above the first row names the columns: {}",
                some(names, MAX_LISTED)
            ),
            of_values => of_values.write_values(f),
        }
    }
}

impl Remark {
    /// What is to be said of the values of items.
    fn write_values(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recoded { zero, one, items } => {
                write!(f, "{zero} is read as 0 and {one} as 1 in {}", items_named(items))
            }
            Self::OneValue(columns) => match &columns[..] {
                [[column, value]] => {
                    write!(f, "column {column} is left out: it holds {value} in every row")
                }
                columns => {
                    let each: Vec<_> = columns.iter().map(|[c, v]| format!("{c} ({v})")).collect();
                    let n = columns.len();
                    write!(f, "{n} columns of one value are left out: {}", some(&each, MAX_LISTED))
                }
            },
            Self::KeptBits(threshold) => write!(
                f,
                "all values are 0 or 1 and stay as they are: the threshold {threshold} of the \
                 model does not cut them"
            ),
            Self::CutAway { threshold, items } => write!(
                f,
                "by the threshold {threshold} all rows are the same in {}",
                items_named(items)
            ),
            Self::BelowThreshold { threshold, are_shares } => write!(
                f,
                "all values lie {}below the threshold {threshold} of the model: all are read as 0",
                if *are_shares { "between 0 and 1, " } else { "" }
            ),
            Self::AboveThreshold(threshold) => write!(
                f,
                "no value lies below the threshold {threshold} of the model: all are read as 1"
            ),
            Self::RowNumbers(column) => write!(
                f,
                "column {column} counts as an item, but its numbers nearly all differ, as row \
                 numbers do"
            ),
            Self::MayBeMissing(codes) => {
                let one = |(code, items): &(i32, Vec<String>)| {
                    format!("{code} in {}", items_named(items))
                };
                let each: Vec<String> = codes.iter().map(one).collect();
                write!(f, "counted as numbers, but perhaps codes for missing: {}", each.join("; "))
            }
            Self::SameWords { words, items } => write!(
                f,
                "{} are read as one value in {}: case and blanks do not matter",
                some(words, MAX_LISTED),
                items_named(items)
            ),
            Self::OneValueAndBlanks(items) => write!(
                f,
                "one value and blanks only in {}: the blanks are missing values, as in other \
                 columns",
                items_named(items)
            ),
            _ => Ok(()),
        }
    }
}

/// A positive number to six places, or with an exponent if they would not show it.
fn short(number: f64) -> String {
    if !(1e-3..1e15).contains(&number) {
        return brief(number);
    }
    trimmed(&format!("{number:.6}")).to_owned()
}

/// The most names that are listed.
const MAX_LISTED: usize = 8;

fn items_named(items: &[String]) -> String {
    if items.len() > MAX_LISTED { counted(items.len(), "item") } else { items.join(", ") }
}
