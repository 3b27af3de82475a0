//! What a file is: by its first bytes, and for files to be written by the ending of the name. One
//! list of magic numbers for all readers and writers.

mod foreign;

#[cfg(all(test, feature = "cli"))]
pub(crate) use foreign::BEGINNINGS;
use std::path::Path;

pub(crate) const GZIP: &[u8] = b"\x1f\x8b";
pub(crate) const MODEL: [u8; 8] = *b"\x89BMM\r\n\x1a\n";
pub(crate) const NPY: &[u8] = b"\x93NUMPY";
pub(crate) const PACKED: [u8; 8] = *b"\x89BIT\r\n\x1a\n";

const HEAD: usize = 4096;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Nothing, or white space alone.
    Empty,
    /// IDX of any element type and number of dimensions.
    Idx,
    /// A picture of a format that is read, with the name of the format.
    Picture(&'static str),
    /// A NumPy array.
    Npy,
    /// A zip archive of NumPy arrays.
    Npz,
    /// A matrix in the Matrix Market format.
    MatrixMarket,
    Packed,
    /// Text, to be read as a table.
    Text,
    /// A web page, or the XML that object stores answer with.
    WebPage,
    /// A well-known format that is not read as data, with its name.
    Foreign(&'static str),
    /// Anything else.
    Unknown,
}

impl FileKind {
    /// The kind of a file that begins with `head`.
    pub(crate) fn from_head(head: &[u8]) -> Self {
        let head = head.get(..HEAD).unwrap_or(head);
        let is_text = is_text(head);
        if is_idx(head) {
            Self::Idx
        } else if head.starts_with(NPY) {
            Self::Npy
        } else if head.starts_with(&PACKED) {
            Self::Packed
        } else if let Some(name) = picture(head, is_text) {
            Self::Picture(name)
        } else if is_text {
            text(head)
        } else if foreign::first_in_zip(head).is_some_and(|name| name.ends_with(b".npy")) {
            Self::Npz
        } else {
            foreign::name(head).map_or(Self::Unknown, Self::Foreign)
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "an empty file",
            Self::Idx => "an IDX file (MNIST data)",
            Self::Npy => "a NumPy array",
            Self::Npz => "a NumPy archive (.npz)",
            Self::MatrixMarket => "a Matrix Market file",
            Self::Packed => "a packed data file (.bits)",
            Self::Text => "a text file",
            Self::WebPage => "an HTML or XML page",
            Self::Picture(name) | Self::Foreign(name) => name,
            Self::Unknown => "a file of another kind",
        }
    }
}

/// Whether the name of `path` is something and `.ending`, in upper or lower case.
pub(crate) fn has_ending(path: impl AsRef<Path>, ending: &str) -> bool {
    let name = path.as_ref().file_name().unwrap_or_default().as_encoded_bytes();
    let dot = name.len().checked_sub(ending.len() + 1);
    dot.filter(|dot| *dot > 0).is_some_and(|dot| {
        name[dot] == b'.' && name[dot + 1..].eq_ignore_ascii_case(ending.as_bytes())
    })
}

/// Two zero bytes, an element type of the format, and a sensible number of dimensions.
fn is_idx(head: &[u8]) -> bool {
    matches!(head, [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=8, ..])
}

/// The format of a picture that is read. Tables may begin alike, so `is_text` decides.
fn picture(head: &[u8], is_text: bool) -> Option<&'static str> {
    match head {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("a PNG picture"),
        [0xff, 0xd8, 0xff, ..] => Some("a JPEG picture"),
        [b'B', b'M', ..] if !is_text => Some("a BMP picture"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] if !is_text => Some("a GIF picture"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("a WebP picture"),
        [b'P', b'7', b'\n', ..] => Some("a PNM picture"),
        [b'P', b'1'..=b'6', rest @ ..] => {
            let next = rest.trim_ascii_start();
            let is_header = next.len() < rest.len() && matches!(next, [b'0'..=b'9' | b'#', ..]);
            is_header.then_some("a PNM picture")
        }
        _ => None,
    }
}

fn is_text(head: &[u8]) -> bool {
    // Text has no control characters, but bytes above 127: in UTF-8 and in older encodings.
    let printable = |&b: &u8| b >= 0x20 && b != 0x7f || matches!(b, b'\t' | b'\n' | b'\r' | 0x0c);
    !head.starts_with(b"\xff\xfe") && !head.starts_with(b"\xfe\xff") && head.iter().all(printable)
}

fn text(head: &[u8]) -> FileKind {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let start: Vec<u8> = head.iter().take(512).map(u8::to_ascii_lowercase).collect();
    let markup: [&[u8]; 5] = [b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--"];
    if markup.iter().any(|tag| start.starts_with(tag)) {
        return FileKind::WebPage;
    }
    match start.first() {
        Some(b'{') => FileKind::Foreign("a JSON text"),
        Some(b'[') if !start.get(1).is_some_and(u8::is_ascii_alphabetic) => {
            FileKind::Foreign("a JSON text")
        }
        Some(_) if start.starts_with(b"version https://git-lfs") => {
            FileKind::Foreign("a Git LFS pointer")
        }
        Some(_) if start.starts_with(b"%%matrixmarket") => FileKind::MatrixMarket,
        Some(_) => FileKind::Text,
        None => FileKind::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_from_their_first_bytes() {
        for (head, name) in [
            (&b""[..], "an empty file"),
            (b" \n", "an empty file"),
            (&[0, 0, 8, 3, 0, 0], "an IDX file (MNIST data)"),
            (b"\x93NUMPY\x01\0", "a NumPy array"),
            (b"\x89PNG\r\n\x1a\n\0", "a PNG picture"),
            (b"\x89BIT\r\n\x1a\n\0", "a packed data file (.bits)"),
            (b"BM\x3a\0\0\0\0", "a BMP picture"),
            (b"0,1,1\n", "a text file"),
            ("\u{feff}größe;1\r\n".as_bytes(), "a text file"),
            (b"weight,p0,p1\n", "a text file"),
            // Tables that begin like a picture, and pictures that begin like a table.
            (b"BMI,AGE\n0,1\n", "a text file"),
            (b"P1,P2,P3\n0,1,0\n", "a text file"),
            (b"P1 P2 P3\n0 1 0\n", "a text file"),
            (b"P1\n# made by hand\n2 2\n0 1 1 0\n", "a PNM picture"),
            (b"P5 28 28 255 \x01\x02", "a PNM picture"),
            (b"<!DOCTYPE html>", "an HTML or XML page"),
            (b" \n<HTML>", "an HTML or XML page"),
            ("\u{feff}<html lang=\"en\">".as_bytes(), "an HTML or XML page"),
            (b"<?xml v?><Error>", "an HTML or XML page"),
            (b"  \n{\"a\": 1}", "a JSON text"),
            (b"[[0, 1]]", "a JSON text"),
            (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
            (b"\x1f\x8b\x08\0", "a gzip archive"),
            (b"\x89BMM\r\n\x1a\n\x02\0", "a bmm model"),
            (b"\x40\0\0\0\0\0\0\0{\"weights\"", "a safetensors file"),
            (b"PK\x03\x04\x00", "a zip archive"),
            (b"%%MatrixMarket matrix array real general\n", "a Matrix Market file"),
            (b"RIFF\x01\0\0\0WEBPVP8", "a WebP picture"),
            (b"GIF89a\x01\0\x01\0", "a GIF picture"),
            (b"\xff\xfe0\0,\0", "text in UTF-16"),
            (&[7, 200, 3, 0], "a file of another kind"),
        ] {
            assert_eq!(FileKind::from_head(head).name(), name);
        }
    }

    #[test]
    fn endings_are_told_in_upper_and_lower_case() {
        for path in ["means.png", "some.dir/M.PNG", "a.b.png"] {
            assert!(has_ending(path, "png"), "{path}");
        }
        assert!(has_ending("x.idx.gz", "idx.gz") && has_ending("x.idx.gz", "gz"));
        for path in ["png", ".png", "apng", "a.png/b", "", "a.png.txt"] {
            assert!(!has_ending(path, "png"), "{path}");
        }
    }
}
