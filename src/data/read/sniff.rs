//! What a file is, told from its first bytes; its name is never asked.

use super::foreign::{self, Foreign};
use super::packed;
use crate::error::DataProblem;
use crate::npy;

/// A kind of content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing at all.
    Nothing,
    /// An IDX file of any type and number of dimensions.
    Idx,
    /// A picture of a format that is read.
    Picture,
    /// A NumPy array.
    Npy,
    /// A packed file.
    Packed,
    /// Text, to be read as a table.
    Text,
    /// A web page, or the XML that object stores answer with.
    WebPage,
    /// Of a well-known format that is not read.
    Foreign(Foreign),
    /// Something else, described for the user.
    Unknown(String),
}

/// What content that begins with `head` is.
pub(crate) fn content(head: &[u8]) -> Content {
    if head.is_empty() {
        Content::Nothing
    } else if is_idx(head) {
        Content::Idx
    } else if head.starts_with(npy::MAGIC) {
        Content::Npy
    } else if head.starts_with(&packed::MAGIC) {
        Content::Packed
    } else if is_picture(head, is_text(head)) {
        Content::Picture
    } else if is_text(head) {
        text(head)
    } else {
        foreign::known(head).map_or_else(|| described(head), Content::Foreign)
    }
}

/// What is wrong with content where another kind was wanted.
pub(crate) fn problem(content: Content) -> DataProblem {
    let mut recipe = None;
    let looks_like = match content {
        Content::Nothing => return DataProblem::Empty,
        Content::WebPage => return DataProblem::WebPage,
        Content::Idx => "an IDX file".into(),
        Content::Picture => "a picture".into(),
        Content::Npy => "a NumPy array".into(),
        Content::Packed => "a packed file".into(),
        Content::Text => "plain text".into(),
        Content::Foreign(foreign) => {
            recipe = Some(foreign.recipe);
            foreign.name.into()
        }
        Content::Unknown(description) => description,
    };
    DataProblem::UnknownKind { looks_like, recipe }
}

/// Two zero bytes, an element type of the format, and a sensible number of dimensions.
fn is_idx(head: &[u8]) -> bool {
    matches!(head, [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=8, ..])
}

/// Whether content that begins with `head` is a picture of a format that is read. `is_text` says that `head` is all
/// text, for the formats whose few first letters could also begin a table.
fn is_picture(head: &[u8], is_text: bool) -> bool {
    match head {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] | [0xff, 0xd8, 0xff, ..] => true,
        [b'B', b'M', ..] => !is_text,
        [b'P', b'7', b'\n', ..] => true,
        [b'P', b'1'..=b'6', rest @ ..] => {
            let next = rest.trim_ascii_start();
            next.len() < rest.len() && matches!(next, [b'0'..=b'9' | b'#', ..])
        }
        _ => false,
    }
}

fn is_text(head: &[u8]) -> bool {
    // Control characters do not occur in text, but bytes above 127 do, in UTF-8 and in older encodings.
    let printable = |&b: &u8| b >= 0x20 && b != 0x7f || matches!(b, b'\t' | b'\n' | b'\r' | 0x0c);
    !head.starts_with(b"\xff\xfe") && !head.starts_with(b"\xfe\xff") && head.iter().all(printable)
}

fn text(head: &[u8]) -> Content {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let start: Vec<u8> = head.iter().take(512).map(u8::to_ascii_lowercase).collect();
    let markup: [&[u8]; 5] = [b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--"];
    if markup.iter().any(|tag| start.starts_with(tag)) {
        return Content::WebPage;
    }
    match start.first() {
        Some(b'{') => Content::Foreign(foreign::JSON),
        Some(b'[') if !start.get(1).is_some_and(u8::is_ascii_alphabetic) => {
            Content::Foreign(foreign::JSON)
        }
        Some(_) => Content::Text,
        None => Content::Nothing,
    }
}

/// Something that is not known even by name.
fn described(head: &[u8]) -> Content {
    let bytes: Vec<String> = head.iter().take(8).map(|b| format!("{b:02x}")).collect();
    Content::Unknown(format!("binary data that begins with {}", bytes.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_from_their_first_bytes() {
        assert_eq!(content(b""), Content::Nothing);
        assert_eq!(content(b" \n"), Content::Nothing);
        assert_eq!(content(&[0, 0, 8, 3, 0, 0]), Content::Idx);
        assert_eq!(content(b"\x93NUMPY\x01\0"), Content::Npy);
        assert_eq!(content(b"\x89PNG\r\n\x1a\n\0"), Content::Picture);
        assert_eq!(content(b"\x89BIT\r\n\x1a\n\0"), Content::Packed);
        assert_eq!(content(b"BM\x3a\0\0\0\0"), Content::Picture);
        assert_eq!(content(b"0,1,1\n"), Content::Text);
        assert_eq!(content("\u{feff}größe;1\r\n".as_bytes()), Content::Text);
    }

    #[test]
    fn a_table_that_begins_like_a_picture_is_a_table() {
        assert_eq!(content(b"BMI,AGE\n0,1\n"), Content::Text);
        assert_eq!(content(b"P1,P2,P3\n0,1,0\n"), Content::Text);
        assert_eq!(content(b"P1 P2 P3\n0 1 0\n"), Content::Text);
        assert_eq!(content(b"P1\n# made by hand\n2 2\n0 1 1 0\n"), Content::Picture);
        assert_eq!(content(b"P5 28 28 255 \x01\x02"), Content::Picture);
    }

    #[test]
    fn web_pages_are_known_in_any_dress() {
        for page in
            ["<!DOCTYPE html>", " \n<HTML>", "\u{feff}<html lang=\"en\">", "<?xml v?><Error>"]
        {
            assert_eq!(content(page.as_bytes()), Content::WebPage, "{page}");
        }
    }

    #[test]
    fn what_is_not_read_is_called_by_its_name() {
        let other = |head: &[u8]| -> String {
            match content(head) {
                Content::Foreign(foreign) => foreign.name.into(),
                Content::Unknown(text) => text,
                content => format!("{content:?}"),
            }
        };
        assert!(other(b"PK\x03\x04\x00").contains("zip"));
        assert!(other(b"RIFF\x01\0\0\0WEBPVP8").contains("WebP"));
        assert!(other(b"\xff\xfe0\0,\0").contains("UTF-16"));
        assert!(other(b"{\"a\": 1}").contains("JSON") && other(b"[[0, 1]]").contains("JSON"));
        assert_eq!(other(b"\x01\x02"), "binary data that begins with 01 02");
    }
}
