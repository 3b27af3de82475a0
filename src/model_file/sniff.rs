//! What a file that is no model looks like, so that the error can name the mistake.

use crate::error::GZIP;

/// Beginnings of files that people give by mistake, and what to call them.
const BEGINNINGS: [(&[u8], &str); 13] = [
    (b"\x89BIT", "a packed data file (.bits)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"BM", "a BMP picture"),
    (b"\x1f\x8b", GZIP),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "a PDF document"),
    (b"{", "a JSON text"),
    (b"[", "a JSON text"),
    (b"<", "an HTML or XML page"),
    (b"version https://git-lfs", "a Git LFS pointer"),
];

/// What `bytes` look like, with the article, to follow "is".
pub(super) fn looks_like(bytes: &[u8]) -> &'static str {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let known =
        BEGINNINGS.iter().find(|(start, _)| bytes.starts_with(start) || text.starts_with(start));
    match (bytes, known) {
        ([], _) => "an empty file",
        (_, Some((_, name))) => name,
        ([0, 0, 8..=14, 1..=4, ..], _) => "an IDX file (MNIST data)",
        ([_, _, _, _, _, _, _, _, b'{', ..], _) => "a safetensors file",
        _ if text.iter().take(64).all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) => {
            "a text file"
        }
        _ => "a file of another kind",
    }
}

#[cfg(test)]
mod tests {
    use super::looks_like;

    #[test]
    fn each_common_mistake_is_named() {
        assert_eq!(looks_like(b""), "an empty file");
        assert_eq!(looks_like(b"\x89PNG\r\n\x1a\n"), "a PNG picture");
        assert_eq!(looks_like(b"\x1f\x8b\x08\0"), "a gzip archive");
        assert_eq!(looks_like(b"  \n{\"a\": 1}"), "a JSON text");
        assert_eq!(looks_like(b"<!DOCTYPE html>"), "an HTML or XML page");
        assert_eq!(looks_like(b"\0\0\x08\x03\0\0\xea\x60"), "an IDX file (MNIST data)");
        assert_eq!(looks_like(b"\x40\0\0\0\0\0\0\0{\"weights\""), "a safetensors file");
        assert_eq!(looks_like(b"weight,p0,p1\n"), "a text file");
        assert_eq!(looks_like(&[7, 200, 3, 0]), "a file of another kind");
    }
}
