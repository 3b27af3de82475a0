//! The text of a table: without a byte order mark, and as UTF-8 where it was UTF-16.

use super::records::LONGEST;
use crate::data::read::stream::Stream;
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// The byte order mark that some programs put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Bytes of the beginning that are read at first. It doubles until it holds two lines.
const FIRST: usize = 4096;

/// How UTF-16 is written: with a mark before it or without, and in which order.
#[derive(Clone, Copy)]
struct Encoding {
    mark: usize,
    is_big: bool,
}

/// Whether a file that begins with `head` is text in UTF-16.
pub(crate) fn is_utf16(head: &[u8]) -> bool {
    utf16(head).is_some()
}

/// By the byte order mark. Without one, most characters of a table have a zero for one byte.
fn utf16(head: &[u8]) -> Option<Encoding> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = head {
        return Some(Encoding { mark: 2, is_big: head[0] == 0xfe });
    }
    let (pairs, _) = head[..head.len().min(FIRST)].as_chunks::<2>();
    let is_printed = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let is_text = |is_big: bool| {
        let zero_and_byte = |pair: &[u8; 2]| if is_big { *pair } else { [pair[1], pair[0]] };
        let halves = || pairs.iter().map(zero_and_byte);
        let n_plain = halves().filter(|[zero, byte]| *zero == 0 && is_printed(*byte)).count();
        let is_odd = halves().any(|[zero, byte]| zero == 0 && byte < b'\t');
        pairs.len() >= 4 && !is_odd && 4 * n_plain >= 3 * pairs.len()
    };
    [false, true].into_iter().find(|big| is_text(*big)).map(|is_big| Encoding { mark: 0, is_big })
}

/// A text, and what its first two lines say of it.
pub(super) struct Text<'a> {
    pub(super) reader: Box<dyn BufRead + 'a>,
    /// What ends a line: a carriage return only where no line feed is.
    pub(super) line_end: u8,
    /// The separator of the first lines; `None` for spaces, however many.
    pub(super) separator: Option<u8>,
    /// The lines before the table that are no part of it.
    pub(super) n_before: u64,
    /// Whether the first line begins and ends with a quote, and the second one has none.
    pub(super) is_only_first_quoted: bool,
}

impl<'a> Text<'a> {
    /// The text of `input`, decoded.
    pub(super) fn of(input: &'a mut Stream) -> io::Result<Self> {
        let encoding = utf16(input.head());
        let utf8_mark = if input.head().starts_with(BOM) { BOM.len() } else { 0 };
        let reader = input.reader();
        reader.read_exact(&mut [0; 4][..encoding.map_or(utf8_mark, |encoding| encoding.mark)])?;
        match encoding {
            Some(Encoding { is_big, .. }) => Self::new(BufReader::new(Utf16::new(reader, is_big))),
            None => Self::new(reader),
        }
    }

    fn new(mut reader: impl BufRead + 'a) -> io::Result<Self> {
        let mut head = Vec::new();
        loop {
            let room = head.len().max(FIRST);
            let n = reader.by_ref().take(room as u64).read_to_end(&mut head)?;
            if n < room || lines(&head).count() > 3 || head.len() > LONGEST {
                let (named, length) = named_separator(&head);
                head.drain(..length);
                return Ok(Self {
                    separator: named.or_else(|| separator(&head)),
                    n_before: u64::from(named.is_some()),
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

/// The separator that a first line `sep=;` names, as Excel reads and writes it; and the length of
/// the line.
fn named_separator(head: &[u8]) -> (Option<u8>, usize) {
    let Some(end) = head.iter().position(|b| matches!(b, b'\n' | b'\r')) else { return (None, 0) };
    let line = head[..end].trim_ascii_start();
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let line = line.strip_suffix(b"\"").unwrap_or(line);
    let is_named = line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep="));
    match line.get(4..).unwrap_or_default() {
        &[separator] if is_named && !separator.is_ascii_alphanumeric() => {
            (Some(separator), end + if head[end..].starts_with(b"\r\n") { 2 } else { 1 })
        }
        _ => (None, 0),
    }
}

/// The separator that occurs in the first line, outside of quotes. Of several the one that occurs
/// as often in the next lines, or once more or less.
fn separator(head: &[u8]) -> Option<u8> {
    let mut lines = lines(head).take(3).map(bare);
    let first = lines.next().unwrap_or_default();
    let below: Vec<Vec<u8>> = lines.collect();
    let count = |line: &[u8], separator: u8| line.iter().filter(|b| **b == separator).count();
    let is_there = |separator: &u8| first.contains(separator);
    let found: Vec<u8> = [b';', b'\t', b',', b'|'].into_iter().filter(is_there).collect();
    let agrees = |separator: u8, by: usize| {
        let n = count(&first, separator);
        !below.is_empty() && below.iter().all(|line| count(line, separator).abs_diff(n) <= by)
    };
    // A separator that no line below has is a character of a heading.
    let is_used = |separator: u8| below.iter().any(|line| line.contains(&separator));
    let agreeing =
        |by| found.iter().copied().find(|&separator| is_used(separator) && agrees(separator, by));
    let found = agreeing(0).or_else(|| agreeing(1)).or(found.first().copied());
    found.or(if first.trim_ascii().contains(&b' ') { None } else { Some(b',') })
}

/// What a line holds outside of quotes.
fn bare(line: &[u8]) -> Vec<u8> {
    let mut quoted = false;
    let is_bare = |b: &&u8| {
        quoted ^= **b == b'"';
        !quoted
    };
    line.iter().filter(is_bare).copied().collect()
}

fn is_only_first_quoted(head: &[u8]) -> bool {
    let mut lines = lines(head).map(<[u8]>::trim_ascii);
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or(b"\""));
    first.starts_with(b"\"") && first.ends_with(b"\"") && !second.contains(&b'"')
}

/// The lines that hold something and are no comment. They are not trimmed: a line may begin or end
/// with tabs, that is with blank cells. A line end in quotes ends no line, if each quote is closed.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_there = |line: &&[u8]| {
        let text = line.trim_ascii();
        !text.is_empty() && !text.starts_with(b"#")
    };
    let are_closed = text.iter().filter(|b| **b == b'"').count().is_multiple_of(2);
    let mut is_quoted = false;
    let is_end = move |b: &u8| {
        is_quoted ^= are_closed && *b == b'"';
        !is_quoted && matches!(b, b'\n' | b'\r')
    };
    text.split(is_end).filter(is_there)
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
