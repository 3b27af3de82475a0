//! The probabilities of named items as bars of text, one cluster below another.

use super::{Tile, caption, require_tiles};
use crate::error::Result;
use std::fmt::Write;

/// The most characters of a name, and of a bar.
const MAX_NAME: usize = 32;
const MAX_BAR: usize = 40;
/// Between name, bar and number, and the number itself.
const GAP: usize = 2;
const NUMBER: usize = 4;

/// A block of lines for each of `tiles`, whose values are those of the items `names`: the caption,
/// then name, bar and value of each item, `-` for NaN. No line is wider than `width` characters if
/// there is room for a name and a number at all. `is_ascii` draws without block characters. Errors:
/// [`Error::Parameter`](crate::error::Error::Parameter) if there are no tiles.
pub fn bars(tiles: &[Tile], names: &[String], width: usize, is_ascii: bool) -> Result<String> {
    require_tiles(tiles)?;
    let longest = names.iter().map(|name| caption::columns(name)).max().unwrap_or(0);
    let longest = longest.min(MAX_NAME).min((width / 2).max(1));
    let room = width.saturating_sub(longest + 2 * GAP + NUMBER).clamp(1, MAX_BAR);
    let inks = if is_ascii { ["#", "."] } else { ["\u{2588}", "\u{2591}"] };
    let mut text = String::new();
    for (i, tile) in tiles.iter().enumerate() {
        text.push_str(if i > 0 { "\n" } else { "" });
        text.push_str(&caption::fitted(&tile.caption.join(", "), width));
        text.push('\n');
        for (name, value) in names.iter().zip(tile.values) {
            let name = caption::fitted(name, longest);
            let pad = longest - caption::columns(&name) + GAP;
            let full = (value.clamp(0.0, 1.0) * room as f64).round() as usize;
            let number = if value.is_nan() { "-".into() } else { format!("{value:.2}") };
            let bar = inks[0].repeat(full) + &inks[1].repeat(room - full);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name}{:pad$}{bar}{:GAP$}{number}", "", "");
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_values_and_names_are_cut() {
        let names = ["a".to_owned(), "a rather long name".into(), "b".into()];
        let tile =
            Tile { values: &[0.5, 1.0, f64::NAN], caption: vec!["cluster 0".into(), "big".into()] };
        let text = bars(&[tile.clone(), tile], &names, 24, true).unwrap();
        let block = "cluster 0, big\na             ##..  0.50\na rather l..  ####  1.00\nb             ....  -\n";
        assert_eq!(text, format!("{block}\n{block}"));
        assert!(bars(&[], &names, 24, true).is_err());
    }

    #[test]
    fn no_width_is_too_small() {
        let tile = Tile { values: &[0.25], caption: vec!["cluster 0".into()] };
        for width in 0..40 {
            assert!(bars(std::slice::from_ref(&tile), &["item".into()], width, false).is_ok());
        }
    }
}
