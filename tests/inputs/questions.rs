//! Questions about codes, rows and columns whose ways out lead to the right answer.

use super::decisions::{asked, of_bits, refused, table, trained};
use super::*;
use common::program::npy;

/// The table of two values where two cells of each column hold the codes 8 and 9.
fn with_codes(zero: &'static str, one: &'static str) -> String {
    table(move |i, d, bit| match i {
        _ if i == 3 + d => "8".into(),
        _ if i == 20 + d => "9".into(),
        _ => [zero, one][usize::from(bit)].into(),
    })
}

#[test]
fn codes_of_surveys_are_named_together() {
    let missing = "if 8,9 stand for missing, give --missing 8,9;";
    asked(with_codes("1", "2"), "column a holds 1, 2, 8, 9", &[missing, "threshold:2 "]);
    asked(with_codes("0", "1"), "column a holds 0, 1, 8, 9", &[missing, "else leave it out"]);
    let (_, found) = trained(&Sandbox::new(), with_codes("1", "2"), "--missing 8,9");
    let (_, blank) = trained(&Sandbox::new(), with_codes("1", "2").replace(['8', '9'], ""), "");
    assert_eq!(found["log_likelihood"], blank["log_likelihood"]);
    for answer in ["0", "1", "2"] {
        let text = table(|_, d, bit| match (d, answer) {
            (3, _) => if bit { "8" } else { answer }.into(),
            (_, "2") => (1 + usize::from(bit)).to_string(),
            _ => usize::from(bit).to_string(),
        });
        asked(text, &format!("column d holds {answer}, 8,"), &["--missing 8;", "--drop d"]);
    }
    let minus = table(|i, d, bit| match i {
        9 => "-1".into(),
        _ => (1 + (i + d) % 4 + usize::from(bit)).to_string(),
    });
    asked(&minus, "column a holds -1, 1, 2, 3, 4, 5", &["--missing -1;", "threshold:3 "]);
}

#[test]
fn codes_are_warned_of_in_tables_and_arrays_and_scales_are_not() {
    let sandbox = Sandbox::new();
    // 40 rows of answers from 1 to `most`, and a code in every tenth.
    let answer = |at: usize, most: usize, code: Option<u8>| match code {
        Some(code) if at % 40 < 4 => code,
        _ => (1 + (at / 4 * 11 + at % 4 * 3) % most) as u8,
    };
    for (most, code, is_warned) in [
        (5, Some(9), true),
        (5, Some(8), true),
        (5, Some(99), true),
        (9, None, false),
        (7, None, false),
        (12, None, false),
    ] {
        let bytes: Vec<u8> = (0..160).map(|at| answer(at, most, code)).collect();
        sandbox.write("a.npy", npy("|u1", "(40, 4)", &bytes));
        let words = "train --k 2 --data a.npy --out run --force --binarize threshold:4 --json";
        let array = sandbox.done(words).json();
        let text = table(|i, d, _| bytes[4 * i + d].to_string());
        let (_, of_table) = trained(&sandbox, text, "--binarize threshold:4");
        for (document, names) in [(&array, "1, 2, 3, 4"), (&of_table, "a, b, c, d")] {
            let warnings = document["warnings"].to_string();
            let code = code.unwrap_or_default();
            let said = format!("{code} in {names}; if they are, give --missing {code}");
            assert_eq!(warnings.contains(&said), is_warned, "{most} {code}: {warnings}");
            assert_eq!(warnings.contains("codes for missing"), is_warned, "{most}: {warnings}");
        }
    }
    sandbox.write("a.npy", npy("|u1", "(2, 2)", &[1, 2, 2, 1]));
    let words = ["train", "--k", "2", "--data", "a.npy"];
    refused(&sandbox, &words, "holds the values 1, 2, not 0 and 1", &["threshold:2:"]);
}

#[test]
fn a_threshold_on_an_array_says_what_it_says_of_a_table() {
    let sandbox = Sandbox::new();
    let array = |cell: fn(usize, usize) -> usize| {
        let cells = (0..160).map(|at| cell(at / 4, at % 4) as u8);
        npy("|u1", "(40, 4)", &cells.collect::<Vec<u8>>())
    };
    let grade = |i: usize, d: usize| 1 + (i * 11 + d * 3) % 5;
    sandbox.write("grades.npy", array(grade));
    let numbers: fn(usize, usize) -> usize =
        |i, d| if d == 0 { i + 1 } else { 1 + (i * 11 + d * 3) % 5 };
    sandbox.write("numbers.npy", array(numbers));
    sandbox.write("low.npy", array(|i, d| (i + d) % 3));
    sandbox.write("high.npy", array(|i, d| 3 + (i + d) % 3));
    let train = |words: &str| sandbox.done(&format!("train --k 2 --force --out run {words}")).err;
    let said = train("--data numbers.npy --binarize threshold:3");
    assert!(said.contains("column 1 counts as an item, but its numbers nearly all"), "{said}");
    let said = train("--data numbers.npy --binarize threshold:20");
    assert!(said.contains("by the threshold 20 all rows are the same in 2, 3, 4"), "{said}");
    let said = train("--data grades.npy --binarize threshold:3");
    assert!(!said.contains("nearly all") && !said.contains("all rows are"), "{said}");
    for (file, told) in [("low", "are read as 0"), ("high", "are read as 1"), ("grades", "")] {
        let said = sandbox.done(&format!("assign {file}.npy --model run")).err;
        assert_eq!(said.contains("all are read as"), !told.is_empty(), "{said}");
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn thresholds_are_offered_at_the_median_in_the_unit_of_the_flag() {
    let sandbox = Sandbox::new();
    let asked = |file: &str, bytes: Vec<u8>, said: &str, hint: &str| {
        sandbox.write(file, bytes);
        let run = sandbox.words(&format!("train --k 2 --data {file}"));
        assert!(run.err.contains(said) && run.err.contains(hint), "{run:?}");
        run.err
    };
    // Eleven scores, of which 40 is the median: few are small, many lie close together.
    let scores = [1, 2, 3, 30, 40, 40, 40, 41, 60, 90, 100];
    let score = |at: usize| scores[(at / 4 * 3 + at % 4 * 5) % 11];
    let text = table(|i, d, _| score(4 * i + d).to_string()).into_bytes();
    asked("t.csv", text, "holds 1, 2, 40, 41, 90, 100", "threshold:40,");
    let bytes: Vec<u8> = (0..176).map(|at| score(at) as u8).collect();
    let array = npy("|u1", "(44, 4)", &bytes);
    asked("t.npy", array, "the values 1, 2, 40, 41, 90, 100", "threshold:40:");
    // A threshold between ages makes one value of all answers.
    let aged = |i: usize, d: usize, bit| if d == 0 { 20 + i % 30 } else { 1 + usize::from(bit) };
    let text = table(|i, d, bit| (aged(i, d, bit) + i % 2 * d.min(1)).to_string()).into_bytes();
    let said = asked("age.csv", text, "column a holds 20, 21,", "--drop a");
    assert!(!said.contains("--binarize"), "{said}");
    let fractions = (0..160).flat_map(|at| (score(at) as f32 / 100.0).to_le_bytes());
    let array = npy("<f4", "(40, 4)", &fractions.collect::<Vec<u8>>());
    asked("f.npy", array, "holds fractions between 0 and 1", "threshold:128: 0.5 or more");
    let huge = table(|i, d, bit| match d {
        3 => ["1e300", "7"][i % 2].into(),
        _ => u8::from(bit).to_string(),
    });
    asked("huge.csv", huge.replacen("c,d", "c,n", 1).into_bytes(), "up to 1e300:", "--weights n");
}

#[test]
fn codes_of_all_columns_are_named_at_once() {
    let sandbox = Sandbox::new();
    trained(&sandbox, of_bits("0", "1"), "");
    sandbox.write("codes.csv", with_codes("0", "1"));
    for given in ["--missing=", "--missing=8", "--missing=-"] {
        let way_out = match given {
            "--missing=8" => "--missing 8,9 ",
            "--missing=-" => "--missing -,8,9 ",
            _ => "8,9 ",
        };
        let words = ["assign", "codes.csv", "--model", "run", given];
        refused(&sandbox, &words, "but the model knows 0 and 1", &[way_out]);
    }
    sandbox.done("assign codes.csv --model run --missing 8,9");
    let words = table(|i, d, bit| match (i, d) {
        (1, 2) => "-".into(),
        (2, 1) => "k.A.".into(),
        (3, 1) => "K.A.".into(),
        _ => usize::from(bit).to_string(),
    });
    asked(&words, "is not a number", &["--missing -,K.A.,k.A. "]);
    let (_, found) = trained(&sandbox, &words, "--missing -,K.A.,k.A.");
    assert_eq!(found["n_samples"], 40);
}

#[test]
fn rows_that_are_none_are_named() {
    let bits = of_bits("0", "1");
    let total = "the last line may sum up the others: delete it";
    let error = "line 42, the last one, holds other values";
    asked(format!("{bits}22,18,20,21\n"), error, &[total]);
    for word in ["Mean", "Anzahl", "Durchschnitt", "Moyenne", "Prozent", "Average"] {
        let text = format!("{bits}{word},0.5,0.4,0.6\n");
        asked(text, &format!("line 42, the last one, begins with {word:?}"), &["delete the line"]);
    }
    let two = format!("{bits}Summe,20,20,20\nMean,0.5,0.5,0.5\n");
    asked(two, "line 43, the last one", &["delete the line"]);
    // A last row of codes is none of totals.
    asked(format!("{bits}9,9,9,9\n"), "column a holds 0, 1, 9", &["--missing 9;"]);
    asked(format!("{bits}{bits}"), "line 42 repeats the header", &["delete line 42"]);
    let sandbox = Sandbox::new();
    trained(&sandbox, &bits, "");
    sandbox.write("twice.csv", format!("a,b,c,d\n{bits}"));
    for given in ["a", "a,b,c,d"] {
        let words = ["assign", "twice.csv", "--model", "run", "--missing", given];
        refused(&sandbox, &words, "line 2 repeats the header", &["delete line 2"]);
    }
    asked(format!("Umfrage 2024,,,\n\n{bits}"), "line 3 holds words alone", &["line 3, or line 1"]);
}

#[test]
fn columns_that_are_no_items_are_offered_their_role() {
    let first = |name: &str, cell: fn(usize) -> String| {
        table(|i, d, bit| if d == 0 { cell(i) } else { u8::from(bit).to_string() })
            .replacen('a', name, 1)
    };
    let sandbox = Sandbox::new();
    let shares = first("share", |i| format!("0.0{}", 1 + i % 4));
    let weights = first("wgt", |i| format!("{}.3", i % 3));
    for (name, text) in [("share", shares), ("wgt", weights)] {
        let way_out = format!("hint: give --weights {name} ");
        asked(&text, &format!("column {name} holds"), &[&way_out, "--drop"]);
        let (_, found) = trained(&sandbox, &text, &format!("--weights {name}"));
        assert_eq!(found["n_features"], 3);
    }
    // Names of rows, whatever the other columns hold.
    let numbered = table(|i, d, bit| match d {
        0 => (1000 + i - i / 39).to_string(),
        _ => (1 + usize::from(bit) + i % 3).to_string(),
    });
    asked(&numbered, "column a holds 1000", &["hint: say --id a ", "--drop a"]);
    let ids = first("id", |i| (i / 2).to_string());
    asked(&ids, "column id holds 0", &["hint: say --id id "]);
}

#[test]
fn separators_in_headings_part_no_columns() {
    let sandbox = Sandbox::new();
    let bits = of_bits("0", "1");
    let (_, plain) = trained(&sandbox, &bits, "");
    for heading in ["b;well", "b\twell", "b|well"] {
        let (_, found) = trained(&sandbox, bits.replacen('b', heading, 1), "");
        assert_eq!(found["log_likelihood"], plain["log_likelihood"], "{heading}");
    }
    let tabs = bits.replacen(",b", ",b, or; other", 1).replace(',', "\t").replacen("b\t", "b,", 1);
    let (_, found) = trained(&sandbox, tabs, "");
    assert_eq!(found["log_likelihood"], plain["log_likelihood"]);
    sandbox.write("q.csv", bits.replacen('a', "\"a, daily\"", 1));
    for (drop, n) in [("a, daily", 3), ("\"a, daily\",b", 2), ("b, c", 2)] {
        let words = ["train", "--k", "2", "--data", "q.csv", "--out", "q", "--force", "--json"];
        let run = sandbox.bmm(words.into_iter().chain(["--drop", drop]));
        assert_eq!((run.code, &run.json()["n_features"]), (Some(0), &n.into()), "{}", run.err);
    }
}

#[test]
fn answers_in_other_words_are_answers() {
    let sandbox = Sandbox::new();
    let (_, bits) = trained(&sandbox, of_bits("0", "1"), "");
    for [zero, one] in [
        ["Unchecked", "Checked"],
        ["Not selected", "Selected"],
        ["nein", "ja"],
        ["non", "oui"],
        ["disagree", "agree"],
        ["incorrect", "correct"],
        ["failed", "passed"],
        ["no", "si"],
        ["nej", "ja"],
        ["nee", "ja"],
    ] {
        // In one column among numbers, the affirmative word is a one and nothing is asked.
        let text = table(|_, d, bit| match d {
            3 => [zero, one][usize::from(bit)].into(),
            _ => u8::from(bit).to_string(),
        });
        let (_, found) = trained(&sandbox, &text, "");
        assert_eq!(found["log_likelihood"], bits["log_likelihood"], "{one}");
        assert_eq!(found["items"][3]["values"], serde_json::json!([zero, one]), "{found}");
    }
}

#[test]
fn row_names_have_a_heading_of_their_own() {
    let sandbox = Sandbox::new();
    let named = |heading: &str| {
        let mut rows = (0..).map(|i| format!("r{i},"));
        let text = of_bits("0", "1").replacen('a', heading, 1);
        let lines = text.lines().skip(1).map(|line| rows.next().unwrap() + line + "\n");
        format!(",{}\n", text.lines().next().unwrap()) + &lines.collect::<String>()
    };
    for (heading, head) in [("a", "id,a,b"), ("id", "row,id,b")] {
        trained(&sandbox, named(heading), "");
        let text = sandbox.done("complete t.csv --model run --quiet").text();
        assert!(text.starts_with(head), "{text}");
    }
    // Two columns without a heading: each goes by its number.
    let rows = (0..40).map(|i| format!("0,{i},{},{}\n", i % 2, i / 2 % 2)).collect::<String>();
    let text = format!(",,a,b\n{rows}");
    asked(&text, "column 2 has no name", &["--id 2", "--drop 2"]);
    let (run, _) = trained(&sandbox, text, "--id 2 --drop 1");
    assert!(run.err.contains("2 items; left out: 1; row names: 2\n"), "{run:?}");
}

#[test]
fn a_column_of_labels_makes_way_for_a_file_of_labels() {
    let sandbox = Sandbox::new();
    let labelled = of_bits("0", "1").replacen('d', "label", 1);
    let (run, _) = trained(&sandbox, &labelled, "");
    assert!(run.err.contains("3 items; labels: label"), "{run:?}");
    sandbox.write("labels.txt", "4\n7\n4\n9\n".repeat(10));
    let (run, found) = trained(&sandbox, &labelled, "--labels labels.txt");
    assert!(run.err.contains("3 items; left out: label\n"), "{run:?}");
    assert!(found["data"].to_string().contains("3 labels"), "{found}");
}
