//! The text of a table: without a byte order mark, and as UTF-8 where it was UTF-16.

use super::records::LONGEST;
use crate::data::read::stream::Stream;
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// The byte order mark that some programs put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Bytes of the beginning that are read at first. It doubles until it holds two lines.
const FIRST: usize = 4096;

/// Whether a file that begins with `head` is text in UTF-16, by its byte order mark.
pub(crate) fn is_utf16(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff")
}

/// A text, and what its first two lines say of it.
pub(super) struct Text<'a> {
    pub(super) reader: Box<dyn BufRead + 'a>,
    /// What ends a line: a carriage return only where no line feed is.
    pub(super) line_end: u8,
    /// The separator that the first line uses outside of quotes; `None` for spaces, however many.
    pub(super) separator: Option<u8>,
    /// Whether the first line begins and ends with a quote, and the second one has none.
    pub(super) is_only_first_quoted: bool,
}

impl<'a> Text<'a> {
    /// The text of `input`, decoded.
    pub(super) fn of(input: &'a mut Stream) -> io::Result<Self> {
        let is_big = input.head().starts_with(b"\xfe\xff");
        let (mark, is_utf16) = match input.head() {
            head if is_utf16(head) => (2, true),
            head if head.starts_with(BOM) => (BOM.len(), false),
            _ => (0, false),
        };
        let reader = input.reader();
        reader.read_exact(&mut [0; 4][..mark])?;
        if is_utf16 {
            Self::new(BufReader::new(Utf16::new(reader, is_big)))
        } else {
            Self::new(reader)
        }
    }

    fn new(mut reader: impl BufRead + 'a) -> io::Result<Self> {
        let mut head = Vec::new();
        loop {
            let room = head.len().max(FIRST);
            let n = reader.by_ref().take(room as u64).read_to_end(&mut head)?;
            if n < room || lines(&head).count() > 2 || head.len() > LONGEST {
                let separator = separator(lines(&head).next().unwrap_or_default());
                return Ok(Self {
                    separator,
                    line_end: line_end(&head),
                    is_only_first_quoted: is_only_first_quoted(&head),
                    reader: Box::new(Cursor::new(head).chain(reader)),
                });
            }
        }
    }
}

fn line_end(head: &[u8]) -> u8 {
    if head.contains(&b'\n') || !head.contains(&b'\r') { b'\n' } else { b'\r' }
}

fn separator(first_line: &[u8]) -> Option<u8> {
    let mut quoted = false;
    let bare = |b: &&u8| {
        quoted ^= **b == b'"';
        !quoted
    };
    let bare: Vec<u8> = first_line.iter().filter(bare).copied().collect();
    let found = [b';', b'\t', b',', b'|'].into_iter().find(|separator| bare.contains(separator));
    found.or(if bare.trim_ascii().contains(&b' ') { None } else { Some(b',') })
}

fn is_only_first_quoted(head: &[u8]) -> bool {
    let mut lines = lines(head).map(<[u8]>::trim_ascii);
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or(b"\""));
    first.starts_with(b"\"") && first.ends_with(b"\"") && !second.contains(&b'"')
}

/// The lines that hold something and are no comment. They are not trimmed: a line may begin or end
/// with tabs, that is with blank cells.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_there = |line: &&[u8]| {
        let text = line.trim_ascii();
        !text.is_empty() && !text.starts_with(b"#")
    };
    text.split(|b| matches!(b, b'\n' | b'\r')).filter(is_there)
}

/// Text in UTF-16 as UTF-8. What is no valid text becomes U+FFFD.
struct Utf16<R> {
    inner: R,
    is_big: bool,
    /// Bytes that are not decoded yet: a part of a character.
    rest: Vec<u8>,
    /// What is decoded, and how much of it has been handed out.
    decoded: Cursor<Vec<u8>>,
}

/// Bytes that are decoded together.
const PIECE: usize = 1 << 14;

impl<R: Read> Utf16<R> {
    fn new(inner: R, is_big: bool) -> Self {
        Self { inner, is_big, rest: Vec::new(), decoded: Cursor::default() }
    }

    /// Decodes the next piece; nothing at the end.
    fn refill(&mut self) -> std::io::Result<()> {
        let mut bytes = std::mem::take(&mut self.rest);
        let before = bytes.len();
        self.inner.by_ref().take(PIECE as u64).read_to_end(&mut bytes)?;
        let is_end = bytes.len() == before;
        let (pairs, _) = bytes.as_chunks::<2>();
        let unit = if self.is_big { u16::from_be_bytes } else { u16::from_le_bytes };
        let mut units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        // The second half of a pair of units may come with the next piece.
        if !is_end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        if !is_end {
            self.rest = bytes.split_off(2 * units.len());
        }
        let chars = char::decode_utf16(units);
        let text: String = chars.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.decoded = Cursor::new(text.into_bytes());
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.decoded.position() as usize == self.decoded.get_ref().len() {
            self.refill()?;
        }
        self.decoded.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_of_both_orders_is_decoded_whatever_the_pieces() {
        let text = "a\u{1f600}é;1\n".repeat(5000);
        for is_big in [true, false] {
            let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let encoded: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
            for cut in [encoded.len(), 3, 1] {
                let (a, b) = encoded.split_at(cut);
                let mut decoded = String::new();
                let mut reader = Utf16::new(a.chain(b), is_big);
                reader.read_to_string(&mut decoded).unwrap();
                assert!(decoded == text);
            }
            let mut cut = String::new();
            Utf16::new(&encoded[..encoded.len() - 1], is_big).read_to_string(&mut cut).unwrap();
            assert_eq!(cut.len(), text.len() - 1);
        }
    }
}
