//! Label files: IDX, `.npy`, or text with one whole number a line.

use super::stream::{Bounded, Stop, Stream, each_line};
use super::{idx, npy};
use crate::data::labels::{LabelBuilder, Labels, class_of};
use crate::error::{DataProblem, Result};
use crate::file_kind::FileKind;
use std::borrow::Cow;
use std::path::Path;

/// The most bytes of text in a gzip file, 16 MiB: with a few bytes each, millions of labels.
const MAX_UNPACKED: u64 = 16 << 20;
/// What stands where a label is not known, in upper or lower case.
const UNKNOWN: [&str; 10] = ["", "na", "nan", "n/a", "#n/a", ".", "?", "null", "none", "unknown"];

/// The labels in a file, raw or by gzip. IDX has a byte a label, or is that of QMNIST. A NumPy
/// array (n) has whole numbers, and NaN where a label is not known. Text has one whole number a
/// line, also written as `5.0`. A blank line, `NA` or another usual word is a row whose label is
/// not known. The first line is a header if it is neither and does not begin like a number. Errors:
/// [`crate::error::Error::Io`], or [`crate::error::Error::Data`] for images in place of labels,
/// damage, a line that is neither unknown nor a whole number or of more than 64 KiB, or no label at
/// all.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Labels> {
    read(Stream::open(path.as_ref())?)
}

fn read(input: Stream) -> Result<Labels> {
    match input.kind() {
        FileKind::Idx => idx::read_labels(input),
        FileKind::Npy => npy::read_labels(input),
        FileKind::Text => read_text(input),
        FileKind::Empty => Err(input.wrong(DataProblem::NoLabels)),
        FileKind::Picture(_) => Err(input.wrong(DataProblem::ImagesNotLabels)),
        _ => Err(input.unusable()),
    }
}

fn read_text(mut input: Stream) -> Result<Labels> {
    let mut lines = Lines::default();
    let limit = if input.is_gzip() { MAX_UNPACKED } else { u64::MAX };
    let words = ("16 MiB of labels packed like that", "the text in");
    each_line(Bounded::new(input.reader(), limit, words), |line| lines.line(line))
        .and_then(|()| lines.finish().map_err(Stop::Problem))
        .map_err(|stop| input.stopped(stop))
}

/// The lines of a text so far.
#[derive(Default)]
struct Lines {
    n: u64,
    heading: Option<String>,
    labels: LabelBuilder,
}

impl Lines {
    fn line(&mut self, bytes: &[u8]) -> Result<(), DataProblem> {
        self.n += 1;
        if bytes.trim_ascii().is_empty() {
            self.labels.push(""); // soon told, since there may be millions
            return Ok(());
        }
        let text = String::from_utf8_lossy(bytes);
        let text = unquoted(text.trim_start_matches('\u{feff}').trim());
        if let Some(name) = whole_number(text) {
            self.labels.push(&name);
        } else if UNKNOWN.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            self.labels.push("");
        } else if self.n == 1 && is_heading(text) {
            self.heading = Some(text.to_owned());
        } else {
            return Err(wrong_line(self.n, text));
        }
        Ok(())
    }

    fn finish(self) -> Result<Labels, DataProblem> {
        let labels = self.labels.finish();
        match self.heading {
            Some(heading) if labels.is_empty() => Err(wrong_line(1, &heading)),
            _ if labels.names().is_empty() => Err(DataProblem::NoLabels),
            _ => Ok(labels),
        }
    }
}

fn is_heading(text: &str) -> bool {
    !text.contains([',', ';', '\t'])
        && !text.starts_with(|c: char| c.is_numeric() || "+-.".contains(c))
}

fn wrong_line(line: u64, text: &str) -> DataProblem {
    DataProblem::LabelLine { line, text: text.chars().take(30).collect() }
}

/// The name of the class that a whole number stands for: the number, without a fraction of zeros.
fn whole_number(text: &str) -> Option<Cow<'_, str>> {
    if text.parse::<i64>().is_ok() {
        return Some(text.into());
    }
    class_of(text.parse().ok()?).map(|class| class.to_string().into())
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
            ("unknown\n3\n?\n#N/A\nnull", &["", "3", "", "", ""]),
            ("5.0\n-1.0\n5\n", &["5", "-1", "5"]),
            ("5.000000000000000000e+00\n1.000000000000000000e+01\nnan", &["5", "10", ""]),
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
            ("0.5\n1\n", 1, "0.5"),
            ("1e300\n1\n", 1, "1e300"),
        ] {
            assert_eq!(read(file), Err(DataProblem::LabelLine { line, text: text.into() }));
        }
    }

    #[test]
    fn numpy_arrays_of_whole_numbers_are_labels() {
        let file = |values: &[f64]| {
            let values = values.iter().flat_map(|value| value.to_le_bytes());
            [crate::npy::header("<f8", &[values.clone().count() as u64 / 8]), values.collect()]
                .concat()
        };
        assert_eq!(read(file(&[5.0, f64::NAN, -4.0])).unwrap(), ["5", "", "-4"]);
        let place = "row 1 (counted from 0)".into();
        assert_eq!(read(file(&[5.0, 0.5])), Err(DataProblem::NoLabel { place, value: 0.5 }));
        assert_eq!(read(file(&[f64::NAN])), Err(DataProblem::NoLabels));
        let images = crate::npy::header("|u1", &[1, 2, 2]);
        assert_eq!(read([&images[..], &[0; 4]].concat()), Err(DataProblem::ImagesNotLabels));
    }

    #[test]
    fn a_line_without_an_end_is_refused() {
        for byte in *b"0 \"x\0" {
            let problem = read(gzip(&[&b"1\n"[..], &vec![byte; 1 << 20]].concat()));
            assert!(problem.is_err(), "{problem:?}");
        }
        let long = read([&b"1\n"[..], &vec![b' '; 1 << 17]].concat()).unwrap_err().to_string();
        assert!(long.contains("64 KiB a line"), "{long}");
    }

    #[test]
    fn what_is_no_label_file_is_refused() {
        assert_eq!(read(idx(&[1, 1, 1], &[0])), Err(DataProblem::ImagesNotLabels));
        assert_eq!(read("<html>"), Err(DataProblem::WebPage));
        assert_eq!(read(""), Err(DataProblem::NoLabels));
        assert!(read_labels("no/such/file").is_err());
    }
}
