//! Labels from a file of their own, as `--labels FILE` names it: IDX, or text with one label a line.

use super::idx;
use super::input::Input;
use super::labels::Labels;
use super::sniff::{self, Content};
use crate::error::{DataProblem, Result};
use std::io::BufRead;
use std::path::Path;

/// The labels in a file: IDX (raw or gzip) with one byte a label, or text with one label a line. The first line is a
/// header if it is no whole number and all lines after it are.
///
/// # Errors
/// [`crate::error::Error::Io`], or [`crate::error::Error::Data`] for images in place of labels, damage, a line of
/// several columns, a blank line between labels, or no label at all.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Labels> {
    let input = Input::open(path.as_ref())?;
    match sniff::content(input.head()) {
        Content::Idx => Ok(Labels::from_codes(&idx::read_labels(input)?)),
        Content::Text => read_lines(input),
        Content::Nothing => Err(input.wrong(DataProblem::NoLabels)),
        Content::Picture => Err(input.wrong(DataProblem::ImagesNotLabels)),
        other => Err(input.wrong(sniff::problem(other))),
    }
}

fn read_lines(mut input: Input) -> Result<Labels> {
    let lines: std::io::Result<Vec<Vec<u8>>> = input.reader().split(b'\n').collect();
    let lines = lines.map_err(|e| input.failed(e))?;
    let labels = parse(&lines).map_err(|problem| input.wrong(problem))?;
    let is_whole = |name: &String| name.parse::<i64>().is_ok();
    let rows = match labels.split_first() {
        Some((first, rest))
            if !rest.is_empty() && !is_whole(first) && rest.iter().all(is_whole) =>
        {
            rest
        }
        _ => &labels[..],
    };
    if rows.is_empty() {
        return Err(input.wrong(DataProblem::NoLabels));
    }
    Ok(Labels::from_names(rows))
}

/// The label of each line; blank lines may only follow the last one, as they would shift those below.
fn parse(lines: &[Vec<u8>]) -> Result<Vec<String>, DataProblem> {
    let mut labels = Vec::new();
    let mut blank = None;
    for (line, bytes) in (1..).zip(lines) {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            blank.get_or_insert(line);
            continue;
        }
        if let Some(line) = blank {
            return Err(DataProblem::LabelLine { line, what: "nothing".into() });
        }
        labels.push(label(text, line)?);
    }
    Ok(labels)
}

fn label(text: &str, line: u64) -> Result<String, DataProblem> {
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    if let Some(inner) = quoted.filter(|inner| !inner.contains('"')) {
        return Ok(inner.to_owned());
    }
    if text.contains([',', ';', '\t']) {
        return Err(DataProblem::LabelLine { line, what: "several columns".into() });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::idx::tests::idx;
    use crate::data::input::tests::gzip;
    use crate::error::Error;

    fn read(bytes: impl AsRef<[u8]>) -> Result<Vec<String>, DataProblem> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        match read_labels(file.path()) {
            Ok(labels) => Ok(labels.iter().map(str::to_owned).collect()),
            Err(Error::Data { problem, .. }) => Err(problem),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn idx_and_text_give_the_same_labels() {
        let file = idx(&[3], &[5, 0, 4]);
        for bytes in
            [file.clone(), gzip(&file), b"5\n0\n4".into(), gzip(b"digit\r\n5\r\n0\r\n4\r\n\n")]
        {
            assert_eq!(read(bytes).unwrap(), ["5", "0", "4"]);
        }
    }

    #[test]
    fn a_first_line_is_a_header_only_above_whole_numbers() {
        assert_eq!(read("label\n1\n2\n").unwrap(), ["1", "2"]);
        assert_eq!(read("cat\ndog\n").unwrap(), ["cat", "dog"]);
        assert_eq!(read("cat\n").unwrap(), ["cat"]);
    }

    #[test]
    fn quotes_and_the_byte_order_mark_are_no_part_of_a_label() {
        assert_eq!(read("\u{feff}\"a, b\"\n\"c\"\n").unwrap(), ["a, b", "c"]);
    }

    #[test]
    fn lines_that_are_not_one_label_are_named() {
        for (text, line, what) in
            [("id,label\n1,2\n", 1, "several columns"), ("1\n\n2\n", 2, "nothing")]
        {
            assert_eq!(read(text), Err(DataProblem::LabelLine { line, what: what.into() }));
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
