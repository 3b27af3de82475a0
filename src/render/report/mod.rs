//! `report.html`: one self-contained file; it makes no network request. The page is written by
//! hand, as `report/page.html`, its style and its scripts; the numbers come as a JSON document
//! inside it. A content-security policy in the file names the digests of that style and that
//! script, so that nothing else can run in it.

use crate::digest::sha256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::io::{self, Write};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// In the order in which they build on each other.
const SCRIPTS: [&str; 10] = [
    include_str!("numbers.js"),
    include_str!("prepare.js"),
    include_str!("dom.js"),
    include_str!("pictures.js"),
    include_str!("view.js"),
    include_str!("clusters.js"),
    include_str!("panel.js"),
    include_str!("result.js"),
    include_str!("pad.js"),
    include_str!("main.js"),
];

/// The page with this title, about the numbers that `write` writes as one JSON document. The
/// numbers are written straight into the page: those of a thousand clusters are too large to hold
/// twice. Errors: what `write` returns.
pub fn report_page(
    title: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let script = SCRIPTS.concat();
    let policy = format!(
        "default-src 'none'; img-src data: blob:; style-src '{}'; script-src '{}'; \
         base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(&script)
    );
    let (before, behind) = PAGE.split_once("{{DATA}}").unwrap_or((PAGE, ""));
    // The title comes last: nothing in it is a place to fill.
    let filled = |part: &str| {
        let part = part.replace("{{CSP}}", &policy).replace("{{STYLE}}", STYLE);
        part.replace("{{SCRIPT}}", &script).replace("{{TITLE}}", &escaped(title))
    };
    let mut page = filled(before).into_bytes();
    write(&mut InScript(&mut page))?;
    page.extend_from_slice(filled(behind).as_bytes());
    Ok(page)
}

/// Writes JSON into a script. Each `<` becomes `\u003c`, so that no text can hold `</script`, which
/// would end it. In JSON `<` occurs inside strings only.
struct InScript<'a>(&'a mut Vec<u8>);

impl Write for InScript<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (place, piece) in bytes.split(|byte| *byte == b'<').enumerate() {
            if place > 0 {
                self.0.extend_from_slice(b"\\u003c");
            }
            self.0.extend_from_slice(piece);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The JSON document in a page; `None` if there is none.
pub fn report_data(page: &str) -> Option<&str> {
    let (_, behind) = page.split_once("<script type=\"application/json\" id=\"report\">")?;
    Some(behind.split_once("</script>")?.0)
}

/// The bytes that [`base64()`] wrote; `None` for what it did not.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Bytes as a page reads them.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Base64 of little-endian doubles, written piece by piece to save memory.
pub struct Base64Numbers<'a>(pub &'a [f64]);

/// Doubles in a piece: a multiple of three, so that base64 needs no padding between pieces.
const PIECE: usize = 3 * 64;

impl fmt::Display for Base64Numbers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chunks(PIECE).try_for_each(|some| {
            let bytes: Vec<u8> = some.iter().flat_map(|number| number.to_le_bytes()).collect();
            f.write_str(&base64(&bytes))
        })
    }
}

/// The name of `text` in a content-security policy.
fn digest(text: &str) -> String {
    format!("sha256-{}", base64(&sha256(&[text.as_bytes()])))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(title: &str, json: &str) -> String {
        let page = report_page(title, |out| out.write_all(json.as_bytes())).unwrap();
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn no_text_can_leave_its_place() {
        let page = page("a<b>&\"c", r#"{"title": "</script><script>alert(1)</script>"}"#);
        assert!(page.contains("a&lt;b&gt;&amp;&quot;c"));
        assert!(!page.contains("<script>alert"));
        let placeholder = ["{{TITLE}}", "{{CSP}}", "{{STYLE}}", "{{DATA}}", "{{SCRIPT}}"];
        assert!(placeholder.iter().all(|name| !page.contains(name)));
        for title in placeholder {
            assert!(self::page(title, "{}").contains(&format!("<title>{title}")), "{title}");
        }
    }

    #[test]
    fn the_policy_names_the_style_and_the_script_that_are_there() {
        let page = page("t", "{}");
        let part_of = |open: &str, close: &str| {
            let start = page.find(open).unwrap() + open.len();
            let end = start + page[start..].find(close).unwrap();
            page[start..end].to_owned()
        };
        for part in [part_of("<style>", "</style>"), part_of("<script>", "</script>")] {
            assert!(page.contains(&digest(&part)), "{}", &part[..40]);
        }
    }

    #[test]
    fn numbers_are_little_endian_doubles() {
        assert_eq!(Base64Numbers(&[1.0]).to_string(), "AAAAAAAA8D8=");
        assert_eq!(from_base64("AAAAAAAA8D8="), Some(1.0_f64.to_le_bytes().to_vec()));
        assert_eq!(from_base64("?"), None);
    }

    #[test]
    fn the_document_of_a_page_is_found_again() {
        let page = page("t", r#"{"a": "<b>"}"#);
        assert_eq!(report_data(&page), Some(r#"{"a": "\u003cb>"}"#));
        assert_eq!(report_data("<html>"), None);
    }
}
