//! Sums and names in running text.

/// A sum of weights, rounded to four decimal places: `12`, `0.3333`.
pub(crate) fn amount(sum: f64) -> String {
    ((sum * 1e4).round() / 1e4).to_string()
}

/// `text` without control characters: a file name must not steer the terminal.
pub(crate) fn printable(text: &str, stand_in: char) -> String {
    text.chars().map(|c| if c.is_control() { stand_in } else { c }).collect()
}
