//! The items of a table's model: what they are called, and how probable a one is in each cluster.

use crate::cli::terminal::tables;
use crate::model_file::{Item, Model};
use serde_json::{Value, json};

/// The largest model whose items are all printed; JSON has those of every table.
const MAX_ITEMS: usize = 30;
const MAX_CLUSTERS: usize = 20;

/// What the features of a table's model are called; `None` for images.
pub(crate) fn names(model: &Model) -> Option<Vec<String>> {
    (model.height == 1).then(|| Item::feature_names(&model.items, model.mixture.n_features()))
}

/// The names of all items, their values where they were recoded, and their means (K each). No items
/// for images. `constant` are the values of items that do not vary, if they are known.
pub(crate) fn document(model: &Model, constant: &[Option<bool>]) -> Value {
    let Some(names) = names(model) else { return json!([]) };
    let of_feature: Vec<&Item> = model.items.iter().filter(|item| item.n_features() == 1).collect();
    let is_one_each = of_feature.len() == names.len();
    let item = |(d, name): (usize, &String)| {
        let item = of_feature.get(d).filter(|_| is_one_each);
        let own = item.map(|item| &item.name).filter(|name| !name.is_empty());
        let mut fields = json!({ "name": own.unwrap_or(name) });
        if let Some(item) = item.filter(|item| !item.categories.is_empty()) {
            fields["values"] = json!(item.categories);
        }
        if let Some(value) = constant.get(d).copied().flatten() {
            fields["constant"] = json!(u8::from(value));
        }
        fields["means"] = means(model, d).collect();
        fields
    };
    names.iter().enumerate().map(item).collect()
}

/// The probability of a one for each item (rows) in each cluster (columns). Nothing for images and
/// where there is much to print.
pub(crate) fn table(model: &Model, constant: &[Option<bool>]) -> String {
    let k = model.mixture.n_components();
    let names = names(model).filter(|names| names.len() <= MAX_ITEMS && k <= MAX_CLUSTERS);
    let Some(names) = names else { return String::new() };
    let is_marked = constant.iter().any(Option::is_some);
    let mark = |d: usize| match constant.get(d).copied().flatten() {
        Some(value) => format!("constant {}", u8::from(value)),
        None => String::new(),
    };
    let rows = names.into_iter().enumerate().map(|(d, name)| {
        let cells = means(model, d).map(|mean| format!("{mean:.2}"));
        let mark = is_marked.then(|| mark(d));
        [name].into_iter().chain(cells).chain(mark).collect()
    });
    let head = ["item".to_owned()].into_iter().chain((0..k).map(|k| k.to_string()));
    let head = head.chain(is_marked.then(String::new));
    let text = tables::table(head, &[0, k + 1], rows);
    format!("\nProbability of one by item and cluster\n{text}")
}

/// The means of feature `d` (K).
fn means(model: &Model, d: usize) -> impl Iterator<Item = f64> {
    (0..model.mixture.n_components()).map(move |k| model.mixture.mean(k)[d])
}
