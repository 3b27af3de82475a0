//! One table, written as different programs write it.

use super::*;

const HEAD: [&str; 5] = ["bread", "garden", "chess", "choir", "hikes"];
const N: usize = 60;

fn bit(i: usize, d: usize) -> bool {
    ((d < 3) == i.is_multiple_of(2)) != (i * 7 + d * 5).is_multiple_of(9)
}

/// The table with `separator` between cells, and `cell` in the place of a bit.
fn written(head: &[String], separator: &str, end: &str, cell: impl Fn(bool) -> String) -> String {
    let row = |i: usize| (0..5).map(|d| cell(bit(i, d))).collect::<Vec<_>>().join(separator);
    let rows = (0..N).map(|i| row(i) + end).collect::<String>();
    head.join(separator) + end + &rows
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
}

fn dialects() -> Vec<(&'static str, Vec<u8>)> {
    let head = HEAD.map(String::from);
    let quoted = HEAD.map(|name| format!("\"{name}\""));
    let digit = |bit: bool| u8::from(bit).to_string();
    let plain = written(&head, ",", "\n", digit);
    let text = |text: String| text.into_bytes();
    vec![
        ("comma", text(plain.clone())),
        ("semicolon", text(written(&head, ";", "\n", digit))),
        ("tab", text(written(&head, "\t", "\n", digit))),
        ("spaces", text(written(&head, "  ", "\n", digit))),
        ("decimal comma", text(written(&quoted, ";", "\n", |bit| digit(bit) + ",00"))),
        ("decimal point", text(written(&head, ",", "\n", |bit| digit(bit) + ".0"))),
        ("quotes", text(written(&quoted, ",", "\r\n", |bit| format!("\"{}\"", digit(bit))))),
        ("words", text(written(&head, ",", "\n", |bit| bit.to_string().to_uppercase()))),
        ("mark", text(format!("\u{feff}{plain}"))),
        ("utf-16, little end first", utf16(&plain, u16::to_le_bytes)),
        ("utf-16, big end first", utf16(&plain, u16::to_be_bytes)),
        ("carriage return", text(written(&head, ",", "\r", digit))),
        ("both line ends", text(written(&head, ",", "\r\n", digit))),
        ("separator at the end", text(written(&head, ",", ",\n", digit))),
        ("blank rows", text(plain.clone() + "\n,,,,\n,,,,\n\n")),
        ("no line end", text(plain.trim_end().to_owned())),
        ("comment", text(format!("# made by hand\n{plain}"))),
        ("gzip", common::program::gzip(plain.as_bytes())),
    ]
}

#[test]
fn every_dialect_gives_the_same_model() {
    let sandbox = Sandbox::new();
    let mut first: Option<Value> = None;
    for (name, bytes) in dialects() {
        sandbox.write("rows", bytes);
        let words = "train --k 2 --n-init 5 --data rows --out run --force --json";
        let found = sandbox.done(words).json();
        assert_eq!(found["n_samples"], N, "{name}");
        let digest = found["model_sha256"].clone();
        assert_eq!(*first.get_or_insert(digest.clone()), digest, "{name}");
    }
}

#[test]
fn names_of_rows_change_no_answer_and_come_along() {
    let sandbox = Sandbox::new();
    let head = HEAD.map(String::from);
    let plain = written(&head, ",", "\n", |bit| u8::from(bit).to_string());
    let id = |i: usize| format!("Plot {i}");
    let with = |head: &str, separator: &str, quote: &str| {
        let lines = plain.lines().skip(1).enumerate();
        let rows = lines.map(|(i, line)| {
            format!("{quote}{}{quote}{separator}{}\n", id(i), line.replace(',', separator))
        });
        format!("{head}{}\n{}", HEAD.join(separator), rows.collect::<String>())
    };
    sandbox.write("plain.csv", &plain);
    sandbox.done("train --k 2 --n-init 5 --data plain.csv --out plain");
    for (name, text) in [
        ("unnamed.csv", with(",", ",", "")),
        ("named.csv", with("site,", ",", "")),
        ("r.txt", with("", " ", "\"")),
    ] {
        sandbox.write(name, text);
        sandbox.done(&format!("train --k 2 --n-init 5 --data {name} --out run --force"));
        assert_eq!(sandbox.read("run/model.bmm"), sandbox.read("plain/model.bmm"), "{name}");
        let csv = sandbox.done(&format!("assign {name} --model run --format csv --quiet")).text();
        let lines: Vec<&str> = csv.lines().collect();
        assert!(lines[0].starts_with("source,index,id,cluster,"), "{csv}");
        assert!(lines[8].contains(",7,Plot 7,"), "{csv}");
        let jsonl = sandbox.done(&format!("assign {name} --model run --format jsonl --quiet"));
        let last: Value = serde_json::from_str(jsonl.text().lines().last().unwrap()).unwrap();
        assert_eq!(last["id"], id(N - 1));
        let completed = sandbox.done(&format!("complete {name} --model run --quiet")).text();
        assert!(completed.starts_with("id,bread,garden"), "{completed}");
        assert!(completed.lines().nth(1).unwrap().starts_with("Plot 0,"), "{completed}");
        let page = String::from_utf8(sandbox.read("run/report.html")).unwrap();
        assert!(page.contains("\"name\":\"Plot "), "{name}");
    }
}
