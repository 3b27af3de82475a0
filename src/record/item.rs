//! An item of a table: the name of its column, and what its values mean.

use serde::{Deserialize, Serialize};

/// An item of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The name of its column; empty in a table without a header.
    pub name: String,
    /// The values that it was read from. None: zeros and ones. Two: the value read as 0, then the
    /// value read as 1; the item is one feature. Three or more: each is a feature of its own.
    pub categories: Vec<String>,
}

impl Item {
    /// An item of zeros and ones.
    pub fn binary(name: String) -> Self {
        Self { name, categories: Vec::new() }
    }

    /// How many features it has.
    pub fn n_features(&self) -> usize {
        if self.categories.len() > 2 { self.categories.len() } else { 1 }
    }

    /// The values that are read as 0 and as 1.
    pub(crate) fn values(&self) -> [&str; 2] {
        match &self.categories[..] {
            [zero, one] => [zero, one],
            _ => ["0", "1"],
        }
    }

    /// What each of `n_features` features is called, in the order of `items`: by the name of its
    /// item, or by its number from 1. The value that counts as one follows where it is not 1.
    pub(crate) fn feature_names(items: &[Self], n_features: usize) -> Vec<String> {
        let own = items.iter().flat_map(|item| match &item.categories[..] {
            [] => vec![(&*item.name, None)],
            [_, one] => vec![(&*item.name, Some(one))],
            all => all.iter().map(|one| (&*item.name, Some(one))).collect(),
        });
        let unnamed = std::iter::repeat(("", None));
        let name = |(d, (name, one)): (usize, (&str, Option<&String>))| {
            let name = if name.is_empty() { format!("item {}", d + 1) } else { name.to_owned() };
            one.map_or_else(|| name.clone(), |one| format!("{name} = {one}"))
        };
        own.chain(unnamed).take(n_features).enumerate().map(name).collect()
    }

    /// What the column of feature `d` is called: by its name, or by its number from 1.
    pub(crate) fn column_name(items: &[Self], d: usize) -> String {
        match items.get(d).map_or("", |item| &item.name) {
            "" => (d + 1).to_string(),
            name => name.to_owned(),
        }
    }

    /// Whether any of `items` has a name.
    pub(crate) fn are_named(items: &[Self]) -> bool {
        items.iter().any(|item| !item.name.is_empty())
    }
}
