//! Numbers and names in running text.

/// `1 row`, `2 rows`.
pub(crate) fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// A sum of weights, rounded to four decimal places: `12`, `0.3333`.
pub(crate) fn amount(sum: f64) -> String {
    ((sum * 1e4).round() / 1e4).to_string()
}

/// `text` without control characters: a file name must not steer the terminal.
pub(crate) fn printable(text: &str, stand_in: char) -> String {
    text.chars().map(|c| if c.is_control() { stand_in } else { c }).collect()
}
