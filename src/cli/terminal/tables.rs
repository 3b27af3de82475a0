//! Tables and lists of facts as plain text.

use super::text::printable;
use comfy_table::{Cell, CellAlignment, Table, presets};

/// A table with a head and no lines; every column but those named in `left` is right-aligned.
pub(crate) fn table(
    head: impl IntoIterator<Item = impl Into<Cell>>,
    left: &[usize],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head);
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell, '?')));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        let is_left = left.contains(&index);
        column.set_cell_alignment(if is_left { CellAlignment::Left } else { CellAlignment::Right });
    }
    table.lines().map(|line| line.trim_end().to_string() + "\n").collect()
}

/// A line for each fact: its name in a column of `width` characters, and its value.
pub(crate) fn lines<'a>(
    width: usize,
    facts: impl IntoIterator<Item = (&'a str, String)>,
) -> String {
    facts.into_iter().map(|(name, value)| format!("{name:<width$}{value}\n")).collect()
}
