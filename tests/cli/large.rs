//! More rows than are held at a time: what is written is the same as of fewer, on any number of threads.

use super::*;
use std::io::Read;

/// The rows of `bmm assign` in a part, with the six columns of a model without labels.
const ASSIGNED: u32 = 44_032;
/// The rows of `bmm sample` and `bmm complete` in a part, of 16 pixels each.
const DRAWN: u32 = 65_536;

/// What `words` print, which is the same on one thread and on two.
fn printed(sandbox: &Sandbox, words: &str) -> String {
    let on = |n| sandbox.done(&format!("{words} --quiet --threads {n}")).text();
    let text = on(1);
    assert!(text == on(2), "{words}");
    text
}

/// As [`printed`], of what is written to `file`.
fn written(sandbox: &Sandbox, words: &str, file: &str) -> Vec<u8> {
    let on = |n| {
        let words = format!("{words} --quiet --force --output {file} --threads {n}");
        sandbox.done(&words);
        sandbox.read(file)
    };
    let bytes = on(1);
    assert!(bytes == on(2), "{words} {file}");
    bytes
}

#[test]
fn rows_are_assigned_the_same_before_and_after_the_end_of_a_part() {
    let sandbox = Sandbox::with_run();
    let all = ASSIGNED + 1;
    // The last image is all ink, which no cluster allows.
    let mut rows = two_kinds(all);
    let end = rows.len() - 16;
    rows[end..].fill(255);
    sandbox.write("rows.idx", &rows);
    let csv = printed(&sandbox, "assign rows.idx --model run --format csv");
    let jsonl = printed(&sandbox, "assign rows.idx --model run --format jsonl");
    assert_eq!((csv.lines().count(), jsonl.lines().count()), (all as usize + 1, all as usize));
    for n in [ASSIGNED - 1, ASSIGNED] {
        sandbox.write("rows.idx", two_kinds(n));
        let words = "assign rows.idx --model run --quiet --format";
        assert!(csv.starts_with(&sandbox.done(&format!("{words} csv")).text()), "{n}");
        assert!(jsonl.starts_with(&sandbox.done(&format!("{words} jsonl")).text()), "{n}");
    }
    sandbox.write("rows.idx", &rows);
    let json = printed(&sandbox, "assign rows.idx --model run --json");
    assert!(written(&sandbox, "assign rows.idx --model run --json", "a.json") == json.as_bytes());
    let document: Value = serde_json::from_str(&json).unwrap();
    let rows = document["assignments"].as_array().unwrap();
    assert!(jsonl.lines().eq(rows.iter().map(Value::to_string)));
    let warning = document["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("1 image"), "{warning}");
}

#[test]
fn a_table_is_aligned_from_its_first_row_to_its_last() {
    let sandbox = Sandbox::with_run();
    sandbox.write("rows.idx", two_kinds(ASSIGNED - 1));
    sandbox.write("a-longer-name.idx", two_kinds(4));
    let words = "assign rows.idx a-longer-name.idx --model run";
    let table = printed(&sandbox, words);
    let csv = printed(&sandbox, &format!("{words} --format csv"));
    let width = table.lines().next().unwrap().len();
    assert!(table.lines().all(|line| line.len() == width), "{width}");
    let rounded = |cell: &str| match cell.parse::<f64>() {
        Ok(value) if cell.contains('.') => format!("{value:.4}"),
        _ => cell.to_owned(),
    };
    for (line, row) in table.lines().zip(csv.lines()) {
        assert!(line.split_whitespace().eq(row.split(',').map(rounded)), "{line} {row}");
    }
}

#[test]
fn rows_are_drawn_the_same_before_and_after_the_end_of_a_part() {
    let sandbox = Sandbox::with_run();
    let all = DRAWN + 1;
    let words = format!("sample --model run -n {all}");
    let csv = written(&sandbox, &words, "a.csv");
    for n in [DRAWN - 1, DRAWN] {
        let fewer = written(&sandbox, &format!("sample --model run -n {n}"), "b.csv");
        assert!(csv.starts_with(&fewer), "{n}");
        assert_eq!(fewer.iter().filter(|byte| **byte == b'\n').count(), n as usize + 1);
    }
    let cells = String::from_utf8(csv).unwrap();
    let cells = cells.lines().skip(1).flat_map(|line| line.split(','));
    let bits: Vec<u8> = cells.map(|cell| cell.parse().unwrap()).collect();
    let grey: Vec<u8> = bits.iter().map(|bit| bit * 255).collect();
    let raw = written(&sandbox, &words, "a.idx");
    assert!(raw == idx(&[all, 4, 4], &grey));
    let mut unpacked = Vec::new();
    let packed = written(&sandbox, &words, "a.idx.gz");
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == raw);
    assert!(written(&sandbox, &words, "a.npy").ends_with(&grey));
    let document: Value =
        serde_json::from_str(&printed(&sandbox, &format!("{words} --json"))).unwrap();
    let rows = document["images"].as_array().unwrap();
    let drawn = rows.iter().flat_map(|row| row.as_array().unwrap());
    assert!(drawn.map(|bit| bit.as_u64().unwrap() as u8).eq(bits));
}

#[test]
fn rows_are_completed_the_same_before_and_after_the_end_of_a_part() {
    let sandbox = Sandbox::with_run();
    let all = DRAWN + 1;
    sandbox.write("rows.idx", two_kinds(all));
    let hidden: Vec<u8> = (0..16).map(|d| if d % 3 == 0 { 255 } else { 0 }).collect();
    sandbox.write("mask.idx", idx(&[1, 4, 4], &hidden));
    for how in ["", " --draw 7"] {
        let words = format!("complete rows.idx --mask mask.idx --model run{how}");
        let csv = printed(&sandbox, &words);
        assert_eq!(csv.lines().count(), all as usize + 1);
        for n in [DRAWN - 1, DRAWN] {
            let fewer = sandbox.done(&format!("{words} --quiet --limit {n}")).text();
            assert!(csv.starts_with(&fewer) && fewer.lines().count() == n as usize + 1, "{n}");
        }
        let cells = csv.lines().skip(1).flat_map(|line| line.split(','));
        let values: Vec<f64> = cells.map(|cell| cell.parse().unwrap()).collect();
        let numbers: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        assert!(written(&sandbox, &words, "a.npy").ends_with(&numbers));
        let grey: Vec<u8> = values.iter().map(|value| (255.0 * value).round() as u8).collect();
        assert!(written(&sandbox, &words, "a.idx") == idx(&[all, 4, 4], &grey));
    }
}
