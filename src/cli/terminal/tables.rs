//! Tables and lists of facts as plain text.

use super::text::printable;
use comfy_table::ColumnConstraint::Absolute;
use comfy_table::{Cell, CellAlignment, Table, Width, presets};

/// Spaces between columns.
const GAP: u16 = 2;

/// A table with a head and no lines; every column but those named in `left` is right-aligned.
pub(crate) fn table(
    head: impl IntoIterator<Item = impl Into<Cell>>,
    left: &[usize],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = of_rows(rows);
    table.set_header(head);
    lines_of(table, left, &[])
}

/// The characters of the widest cell of each column.
pub(crate) fn widths(
    rows: impl IntoIterator<Item = impl IntoIterator<Item = impl AsRef<str>>>,
) -> Vec<u16> {
    of_rows(rows).column_max_content_widths()
}

/// Some rows of a table in which the widest cells of the columns are of these `widths`. Its head is
/// a row, too. Aligned as [`table`] does.
pub(crate) fn part(
    widths: &[u16],
    left: &[usize],
    rows: impl IntoIterator<Item = impl IntoIterator<Item = impl AsRef<str>>>,
) -> String {
    lines_of(of_rows(rows), left, widths)
}

fn of_rows(rows: impl IntoIterator<Item = impl IntoIterator<Item = impl AsRef<str>>>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for row in rows {
        table.add_row(row.into_iter().map(|cell| printable(cell.as_ref(), '?')));
    }
    table
}

/// The lines of `table`. Its columns are as wide as they need, but for those of known `widths`.
fn lines_of(mut table: Table, left: &[usize], widths: &[u16]) -> String {
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, GAP));
        let is_left = left.contains(&index);
        column.set_cell_alignment(if is_left { CellAlignment::Left } else { CellAlignment::Right });
        if let Some(width) = widths.get(index) {
            column.set_constraint(Absolute(Width::Fixed(width.saturating_add(GAP))));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Wide characters take two places, marks above letters none.
    #[test]
    fn parts_of_a_table_are_its_lines() {
        let head = ["name", "n", ""];
        let rows = [
            ["a", "12345", ""],
            ["日本", "1", "x"],
            ["", "-0.5", "cafe\u{301}"],
            ["a name with spaces", "", "\u{7}"],
        ];
        let whole = table(head, &[0], rows.map(|row| row.map(String::from).to_vec()));
        let all = || std::iter::once(head).chain(rows);
        for cut in 1..=4 {
            let (first, second) = (all().take(cut), all().skip(cut));
            let widest = |(a, b): (u16, u16)| a.max(b);
            let of_parts = widths(first.clone()).into_iter().zip(widths(second.clone()));
            let widths: Vec<u16> = of_parts.map(widest).collect();
            assert_eq!(part(&widths, &[0], first) + &part(&widths, &[0], second), whole);
        }
        assert!(whole.ends_with(&format!("a name with spaces{}?\n", " ".repeat(12))), "{whole}");
    }
}
