//! What each column of a table is: an item, the name of the row, its weight, its label, or nothing.
//!
//! What the user says comes first, then what the model knows as its items. Else a column headed
//! `label`, `labels` or `class` is the label. One headed `weight` or `weights` is the weight. It is
//! an item if it holds zeros and ones, and asked about if its numbers may be measured ones.
//!
//! The first column names the rows if it has no heading beside others that have one, or if it holds
//! more than two words. So it does if it is headed `id` and all its cells differ.

use super::value::Value;
use super::{Table, found};
use crate::data::columns::{Columns, listed};
use crate::data::remark::Remark;
use crate::error::{DataProblem, TableProblem};
use crate::record::Item;
use std::collections::{BTreeMap, HashSet};

const LABELS: [&str; 3] = ["label", "labels", "class"];
const WEIGHTS: [&str; 2] = ["weight", "weights"];
/// Headings of columns that may count rows.
const COUNTS: [&str; 6] = ["freq", "frequency", "count", "counts", "n", "wt"];

/// The columns of each role.
#[derive(Debug, Default)]
pub(super) struct Roles {
    /// In the order of the features.
    pub(super) items: Vec<usize>,
    pub(super) id: Option<usize>,
    pub(super) weights: Option<usize>,
    pub(super) labels: Option<usize>,
    pub(super) remarks: Vec<Remark>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Free,
    Item,
    Id,
    Weight,
    Label,
    Dropped,
    /// A column without name and cells: the trace of a separator at the end of a line.
    Nothing,
}

/// Gives every column of `table` its role. Errors: [`TableProblem`].
pub(super) fn assign(table: &Table, asked: &Columns) -> Result<Roles, DataProblem> {
    let mut roles = vec![Role::Free; table.n_columns()];
    let mut remarks = Vec::new();
    give_asked(table, asked, &mut roles)?;
    let model = asked.model.as_ref().map_or(&[][..], |model| &model.items);
    let by_name = table.names.is_some() && Item::are_named(model);
    let known = if by_name { match_items(table, model, &mut roles)? } else { Vec::new() };
    give_found(table, &mut roles, &mut remarks)?;
    if asked.items.is_none() {
        remarks.extend(refuse_counts(table, &roles)?);
    }
    if asked.items.is_none() && !by_name {
        refuse_nameless(table, &roles)?;
    }
    let is_free = |column: &usize| [Role::Free, Role::Item].contains(&roles[*column]);
    let items = match &asked.items {
        _ if by_name => known,
        Some(names) => {
            named(table, names).iter().map(|name| table.find(name)).collect::<Result<_, _>>()?
        }
        None => (0..roles.len()).filter(is_free).collect(),
    };
    if items.is_empty() {
        return Err(TableProblem::NoItems.into());
    }
    let only = |role: Role| roles.iter().position(|given| *given == role);
    let (id, weights, labels) = (only(Role::Id), only(Role::Weight), only(Role::Label));
    let others = |role: Role| -> Vec<String> {
        let is_other = |column: &usize| roles[*column] == role && !items.contains(column);
        (0..roles.len()).filter(is_other).map(|column| table.name(column)).collect()
    };
    let (mut left_out, mut not_known) = (others(Role::Dropped), others(Role::Free));
    not_known.extend(others(Role::Item));
    match by_name {
        true if !not_known.is_empty() => remarks.push(Remark::NotInModel(not_known)),
        true => {}
        false => left_out.extend(not_known),
    }
    if !left_out.is_empty() || id.or(weights).or(labels).is_some() {
        let name = |column: Option<usize>| column.map(|column| table.name(column));
        remarks.push(Remark::Roles {
            n_items: items.len(),
            left_out,
            id: id.map(|id| match id {
                0 => table.heading(id).to_owned(),
                _ => table.name(id),
            }),
            weights: name(weights),
            labels: name(labels),
        });
    }
    Ok(Roles { items, id, weights, labels, remarks })
}

/// The roles that the user gave.
fn give_asked(table: &Table, asked: &Columns, roles: &mut [Role]) -> Result<(), DataProblem> {
    let one = |name: &Option<String>, role: Role| name.clone().map(|name| (name, role));
    let many = |names: &[String], role: Role| -> Vec<_> {
        named(table, names).into_iter().map(|name| (name, role)).collect()
    };
    let mut wishes = many(&asked.drop, Role::Dropped);
    wishes.extend(one(&asked.id, Role::Id));
    wishes.extend(one(&asked.weights, Role::Weight));
    wishes.extend(one(&asked.labels, Role::Label));
    wishes.extend(many(asked.items.as_deref().unwrap_or_default(), Role::Item));
    for (name, role) in wishes {
        let given = &mut roles[table.find(&name)?];
        if *given != Role::Free {
            let roles = "it was asked for twice";
            return Err(TableProblem::TwoRoles { name, roles }.into());
        }
        *given = role;
    }
    Ok(())
}

/// The names that the user wrote: each a heading with all its commas, or a list.
fn named(table: &Table, written: &[String]) -> Vec<String> {
    let names = |text: &String| match text.trim() {
        name if (0..table.n_columns()).any(|column| table.name(column) == name) => {
            vec![name.to_owned()]
        }
        list => listed(list),
    };
    written.iter().flat_map(names).collect()
}

/// The columns of a model's items, by their names.
fn match_items(
    table: &Table,
    model: &[Item],
    roles: &mut [Role],
) -> Result<Vec<usize>, DataProblem> {
    // Where all names are the same in the same order, a name may occur twice.
    let names: Vec<String> = (0..roles.len()).map(|column| table.name(column)).collect();
    let are_same = names.len() == model.len() && names.iter().zip(model).all(|(a, b)| *a == b.name);
    let places: BTreeMap<&str, usize> =
        names.iter().enumerate().rev().map(|(column, name)| (&**name, column)).collect();
    // What the user named, if anything, and nothing else.
    let wanted = if roles.contains(&Role::Item) { Role::Item } else { Role::Free };
    let is_there = |column: &usize| roles[*column] == wanted;
    let mut missing = Vec::new();
    let mut items = Vec::new();
    for (place, item) in model.iter().enumerate() {
        let found = if are_same { Some(place) } else { places.get(&*item.name).copied() };
        match found.filter(&is_there) {
            Some(column) => items.push(column),
            None => missing.push(item.name.clone()),
        }
    }
    if !missing.is_empty() {
        let is_left = |(column, _): &(usize, String)| is_there(column);
        let columns = names.into_iter().enumerate().filter(is_left).map(|(_, name)| name);
        let columns = columns.collect();
        return Err(TableProblem::MissingItems { items: missing, columns }.into());
    }
    let is_known = |name: &String| model.iter().any(|item| item.name == *name);
    if !are_same && let Some(name) = table.repeated().into_iter().find(is_known) {
        return Err(TableProblem::Repeated { name }.into());
    }
    let is_again = |i: &usize| items[..*i].contains(&items[*i]);
    if let Some(again) = (0..items.len()).find(is_again) {
        return Err(TableProblem::RepeatedItem { name: model[again].name.clone() }.into());
    }
    items.iter().for_each(|column| roles[*column] = Role::Item);
    Ok(items)
}

/// The roles that headings and cells tell. Errors: [`TableProblem::RowsOrWeights`].
fn give_found(
    table: &Table,
    roles: &mut [Role],
    remarks: &mut Vec<Remark>,
) -> Result<(), DataProblem> {
    for column in 0..roles.len() {
        let is_nameless = table.heading(column).is_empty();
        let may_be_nothing = table.names.is_some() || column + 1 == roles.len();
        let is_blank = || table.cells.column(column).all(str::is_empty);
        if roles.len() > 1
            && roles[column] == Role::Free
            && is_nameless
            && may_be_nothing
            && is_blank()
        {
            roles[column] = Role::Nothing;
        }
    }
    // At least one column is an item.
    let is_spare = |roles: &[Role], column: usize| {
        let is_item = |role: &Role| [Role::Free, Role::Item].contains(role);
        roles[column] == Role::Free && roles.iter().filter(|role| is_item(role)).count() > 1
    };
    if is_spare(roles, 0) && !roles.contains(&Role::Id) && names_rows(table) {
        roles[0] = Role::Id;
    }
    for (role, headings) in [(Role::Label, &LABELS[..]), (Role::Weight, &WEIGHTS)] {
        if roles.contains(&role) {
            continue;
        }
        let is_headed = |column: &usize| table.is_headed(*column, headings);
        for column in (0..roles.len()).filter(is_headed) {
            if !is_spare(roles, column) {
                continue;
            }
            if role == Role::Weight && is_binary(table, column) {
                remarks.push(Remark::WeightIsItem(table.name(column)));
                continue;
            }
            if role == Role::Weight {
                refuse_measured(table, column)?;
            }
            roles[column] = role;
            break;
        }
    }
    Ok(())
}

/// Asks about a column without a name in a table whose others have one: it may name the rows.
/// Errors: [`TableProblem::Nameless`].
fn refuse_nameless(table: &Table, roles: &[Role]) -> Result<(), DataProblem> {
    let is_it = |column: &usize| roles[*column] == Role::Free && table.heading(*column).is_empty();
    match (0..roles.len()).find(is_it).filter(|_| table.names.is_some() && roles.len() > 1) {
        Some(column) => {
            let nameless = TableProblem::Nameless { column: table.name(column) };
            Err(table.second_header().unwrap_or(nameless).into())
        }
        None => Ok(()),
    }
}

/// Asks about a column headed like weights whose numbers may be measured ones, such as kilograms:
/// large on average, none of them many times another, and no counts. Errors:
/// [`TableProblem::RowsOrWeights`].
fn refuse_measured(table: &Table, column: usize) -> Result<(), DataProblem> {
    let numbers = || table.cells.column(column).filter_map(|cell| table.known_number(cell));
    let (mut least, mut largest, mut sum, mut n) = (f64::INFINITY, 0.0_f64, 0.0, 0.0);
    let mut are_whole = true;
    for number in numbers().filter(|number| *number > 0.0) {
        (least, largest) = (least.min(number), largest.max(number));
        (sum, n) = (sum + number, n + 1.0);
        are_whole &= number.fract() == 0.0;
    }
    let are_counts = are_whole && (least <= SMALL_COUNT || have_own_patterns(table, column));
    if sum > 2.0 * n && largest < LARGEST_RATIO * least && !are_counts && n > 1.0 {
        let column = table.name(column);
        return Err(TableProblem::RowsOrWeights { column, largest }.into());
    }
    Ok(())
}

/// Counts of rows are seldom all above this.
const SMALL_COUNT: f64 = 5.0;
/// Weights of people measured differ by less than this.
const LARGEST_RATIO: f64 = 5.0;
/// Columns of more values are no items.
const MOST_VALUES: usize = 3;

/// Whether no two rows have the same items, as in a table of how often each pattern occurs.
fn have_own_patterns(table: &Table, weights: usize) -> bool {
    let cells = &table.cells;
    let is_item = |column: &usize| {
        *column != weights
            && !cells.is_text(*column)
            && cells.distinct(*column).len() <= MOST_VALUES
    };
    let items: Vec<usize> = (0..table.n_columns()).filter(is_item).collect();
    let mut met = HashSet::new();
    (0..cells.n_rows()).all(|row| {
        let codes = cells.codes(row);
        met.insert(items.iter().map(|item| codes[*item]).collect::<Vec<_>>())
    })
}

/// Whether the first column holds the names of the rows.
fn names_rows(table: &Table) -> bool {
    let others_are_named = || (1..table.n_columns()).any(|d| !table.heading(d).is_empty());
    if table.has_row_names
        || table.names.is_some() && table.heading(0).is_empty() && others_are_named()
    {
        return true;
    }
    if table.is_headed(0, &["id"]) {
        let mut met = HashSet::new();
        return table.cells.n_rows() > 1 && table.cells.column(0).all(|cell| met.insert(cell));
    }
    let mut words = HashSet::new();
    table.cells.column(0).any(|cell| {
        if let Value::Word(word) = table.reading.value(cell) {
            words.insert(table.reading.key(word));
        }
        words.len() > 2
    }) && !found::is_answered(&words)
}

/// Whether a column holds both 0 and 1 and no other number.
fn is_binary(table: &Table, column: usize) -> bool {
    if table.cells.is_text(column) {
        return false;
    }
    let texts = table.cells.distinct(column).into_iter().map(|code| table.cells.text_of(code));
    let values: HashSet<String> = texts.filter_map(|text| table.reading.canonical(text)).collect();
    values == HashSet::from(["0".into(), "1".into()])
}

/// Asks what a column of counts means, if nobody said it. One of zeros and ones is an item.
fn refuse_counts(table: &Table, roles: &[Role]) -> Result<Vec<Remark>, DataProblem> {
    let mut remarks = Vec::new();
    let is_asked =
        |column: &usize| roles[*column] == Role::Free && table.is_headed(*column, &COUNTS);
    for column in (0..roles.len()).filter(is_asked) {
        let (mut largest, mut are_bits) = (0.0_f64, true);
        let may_be_weights = table.cells.column(column).all(|cell| {
            let number = table.known_number(cell);
            largest = largest.max(number.unwrap_or(0.0));
            are_bits &= number.is_none_or(|n| n == 0.0 || n == 1.0);
            table.reading.value(cell) == Value::Missing
                || number.is_some_and(|n| n >= 0.0 && n.is_finite())
        });
        if may_be_weights && !are_bits {
            let column = table.name(column);
            return Err(TableProblem::RowsOrWeights { column, largest }.into());
        }
        if are_bits && may_be_weights && roles.len() > 1 {
            remarks.push(Remark::WeightIsItem(table.name(column)));
        }
    }
    Ok(remarks)
}
