//! What is asked of the columns of a table: by a user, and by a model that is to see its rows.

use crate::record::Item;

/// How a table is to be read. Columns are named by their headings, or by their numbers from 1 in a
/// table without a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// The items, in this order, and no others; `None`: every column without another role. Each is
    /// a name, or a list of names between commas.
    pub items: Option<Vec<String>>,
    /// Columns to leave out, each a name or a list of names.
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

/// The parts of a list between commas, without blanks around them. A part in double quotes may hold
/// commas.
pub(crate) fn listed(text: &str) -> Vec<String> {
    let (mut parts, mut is_quoted) = (vec![String::new()], false);
    for c in text.chars() {
        let part = parts.last().map_or("", |part| part.trim_start());
        match c {
            '"' if is_quoted || part.is_empty() => is_quoted = !is_quoted,
            ',' if !is_quoted => parts.push(String::new()),
            c => parts.iter_mut().next_back().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn commas_part_a_list_unless_they_are_quoted() {
        assert_eq!(listed("a, b,c"), ["a", "b", "c"]);
        assert_eq!(listed("\"a, b\", c"), ["a, b", "c"]);
        assert_eq!(listed("6\" pipe,x"), ["6\" pipe", "x"]);
        assert_eq!((listed(""), listed("9,")), (vec![String::new()], vec!["9".into(), "".into()]));
    }
}
