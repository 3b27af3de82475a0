//! Text made safe to show: no control characters, and no longer than its place. Labels come from
//! folder names and label files, so they may hold anything, terminal escapes included.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The end of a text that was cut; ASCII, so that every font and terminal has it.
const CUT: &str = "..";

/// `text` in `width` columns: control characters become `?`, invisible ones go, `..` ends a cut.
pub(super) fn fitted(text: &str, width: usize) -> String {
    let visible = visible(text);
    if columns(&visible) <= width {
        return visible;
    }
    let mut room = width.saturating_sub(CUT.len());
    let fits = |c: &char| {
        let left = room.checked_sub(c.width().unwrap_or(0));
        room = left.unwrap_or(0);
        left.is_some()
    };
    let start: String = visible.chars().take_while(fits).collect();
    start.trim_end().to_string() + &CUT[..width.min(CUT.len())]
}

/// The columns that `text` takes once it is [`fitted`].
pub(super) fn columns(text: &str) -> usize {
    visible(text).width()
}

/// `text` broken at spaces into lines of at most `width` columns; a word longer than that is cut.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(&visible(word));
            }
            _ => lines.push(fitted(word, width)),
        }
    }
    lines
}

fn visible(text: &str) -> String {
    let safe = text.chars().map(|c| if c.width().is_none() { '?' } else { c });
    safe.filter(|c| c.width() != Some(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unsafe_text() {
        assert_eq!(fitted("cluster 3", 9), "cluster 3");
        assert_eq!(fitted("cluster 3", 8), "cluste..");
        assert_eq!(fitted("cluster 3", 1), ".");
        assert_eq!(fitted("cluster 3", 0), "");
        assert_eq!(fitted("a\x1b[31m\nb\u{202e}", 20), "a?[31m?b");
        assert_eq!(fitted("\u{6570}\u{5b57}\u{6570}", 5), "\u{6570}..");
        assert_eq!(columns("\u{6570}\u{5b57}"), 4);
    }

    #[test]
    fn text_is_wrapped_at_spaces() {
        assert_eq!(wrapped("ten clusters of MNIST", 12), ["ten clusters", "of MNIST"]);
        assert_eq!(wrapped("extraordinary", 6), ["extr.."]);
        assert!(wrapped("  ", 6).is_empty());
    }
}
