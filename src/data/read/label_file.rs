//! Label files: IDX, or text with one whole number a line. A blank line is an unknown label.

use super::{idx, stream::Stream};
use crate::data::labels::Labels;
use crate::error::{DataProblem, Result};
use crate::file_kind::FileKind;
use std::{io::BufRead, path::Path};

/// The labels in a file: IDX (raw or gzip) with one byte a label, or text with one whole number a
/// line. A blank line, or `NA`, is a row whose label is not known. The first line is a header if it
/// is no whole number. Errors: [`crate::error::Error::Io`], or [`crate::error::Error::Data`] for
/// images in place of labels, damage, a line that is neither blank nor a whole number, or no label
/// at all.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Labels> {
    read(Stream::open(path.as_ref())?)
}

fn read(input: Stream) -> Result<Labels> {
    match input.kind() {
        FileKind::Idx => Ok(Labels::from_codes(&idx::read_labels(input)?)),
        FileKind::Text => read_lines(input),
        FileKind::Empty => Err(input.wrong(DataProblem::NoLabels)),
        FileKind::Picture(_) => Err(input.wrong(DataProblem::ImagesNotLabels)),
        _ => Err(input.unusable()),
    }
}

fn read_lines(mut input: Stream) -> Result<Labels> {
    let lines: std::io::Result<Vec<Vec<u8>>> = input.reader().split(b'\n').collect();
    let lines = lines.map_err(|e| input.failed(e))?;
    let labels = parse(&lines).map_err(|problem| input.wrong(problem))?;
    if labels.iter().all(String::is_empty) {
        return Err(input.wrong(DataProblem::NoLabels));
    }
    Ok(Labels::from_names(labels))
}

fn parse(lines: &[Vec<u8>]) -> Result<Vec<String>, DataProblem> {
    let mut labels = Vec::new();
    for (line, bytes) in (1..).zip(lines) {
        let text = String::from_utf8_lossy(bytes);
        let text = unquoted(text.trim_start_matches('\u{feff}').trim());
        let is_blank = text.is_empty() || text.eq_ignore_ascii_case("na");
        match text.parse::<i64>() {
            Ok(_) => labels.push(text.to_owned()),
            Err(_) if is_blank => labels.push(String::new()),
            Err(_) if line == 1 && lines.len() > 1 && !text.contains([',', ';', '\t']) => {}
            Err(_) => {
                let text = text.chars().take(30).collect();
                return Err(DataProblem::LabelLine { line, text });
            }
        }
    }
    Ok(labels)
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::read::{idx::tests::idx, stream::tests::gzip, stream::tests::read_bytes};

    fn read(bytes: impl AsRef<[u8]>) -> Result<Vec<String>, DataProblem> {
        read_bytes(bytes, super::read).map(|labels| labels.iter().map(str::to_owned).collect())
    }

    #[test]
    fn idx_and_text_give_the_same_labels() {
        let file = idx(&[3], &[5, 0, 4]);
        for bytes in
            [file.clone(), gzip(&file), b"5\n0\n4".into(), gzip(b"digit\r\n5\r\n0\r\n4\r\n")]
        {
            assert_eq!(read(bytes).unwrap(), ["5", "0", "4"]);
        }
    }

    #[test]
    fn a_first_line_that_is_no_number_is_a_header_and_a_blank_line_an_unknown_label() {
        for (text, labels) in [
            ("label\n1\n2\n", &["1", "2"][..]),
            ("digit\n\n2\n", &["", "2"]),
            ("\u{feff}\"7\"\n\"-1\"\n", &["7", "-1"]),
            ("1\n\n2\nNA\n", &["1", "", "2", ""]),
            ("\n\n2", &["", "", "2"]),
            ("1\n \r\n\r\n", &["1", "", ""]),
        ] {
            assert_eq!(read(text).unwrap(), labels, "{text:?}");
        }
        assert_eq!(read("\n\n"), Err(DataProblem::NoLabels));
    }

    #[test]
    fn lines_that_are_neither_blank_nor_a_whole_number_are_named() {
        for (file, line, text) in [
            ("id,label\n1,2\n", 1, "id,label"),
            ("1\ncat\n2\n", 2, "cat"),
            ("1\n1.5\n", 2, "1.5"),
            ("label\n1\n\n1,2\n", 4, "1,2"),
            ("cat\n", 1, "cat"),
        ] {
            assert_eq!(read(file), Err(DataProblem::LabelLine { line, text: text.into() }));
        }
    }

    #[test]
    fn what_is_no_label_file_is_refused() {
        assert_eq!(read(idx(&[1, 1, 1], &[0])), Err(DataProblem::ImagesNotLabels));
        assert_eq!(read("<html>"), Err(DataProblem::WebPage));
        assert_eq!(read(""), Err(DataProblem::NoLabels));
        assert!(read_labels("no/such/file").is_err());
    }
}
