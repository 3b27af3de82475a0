//! Tables as people have them: the right answer, or an error that says what to do.

mod common;

#[path = "inputs/decisions.rs"]
mod decisions;
#[path = "inputs/dialects.rs"]
mod dialects;
#[path = "inputs/matching.rs"]
mod matching;
#[path = "inputs/odd_rows.rs"]
mod odd_rows;
#[path = "inputs/questions.rs"]
mod questions;

use common::program::{Run, Sandbox};
use common::shared;
use serde_json::Value;

/// The path of one of the shared inputs; `None` without the data.
fn input(name: &str) -> Option<String> {
    shared(&format!("cases/inputs/{name}")).map(|path| path.display().to_string())
}

/// `bmm train` on one of the shared inputs, with its document.
fn train(name: &str, words: &str) -> Option<(Run, Value)> {
    let path = input(name)?;
    let sandbox = Sandbox::new();
    let words = format!("train --n-init 20 --json --out run {words} --data");
    let run = sandbox.bmm(words.split_whitespace().chain([path.as_str()]));
    assert_eq!(run.code, Some(0), "{name}: {}", run.err);
    let document = run.json();
    Some((run, document))
}

fn number(document: &Value, key: &str) -> f64 {
    document[key].as_f64().unwrap_or_else(|| panic!("{key} of {document}"))
}

#[test]
fn every_form_of_a_table_gives_the_score_of_the_table() {
    for (name, n, score) in [
        ("reference01.csv", 200, -2.6800),
        ("reordered.csv", 200, -2.6800),
        ("polca12.csv", 200, -2.6800),
        ("polca12_rownames200.csv", 200, -2.6800),
        ("quoted_numeric_header.csv", 200, -2.6800),
        ("item_named_weight.csv", 200, -2.6800),
        ("label_binary.csv", 200, -2.6800),
        ("label_first_binary.csv", 200, -2.6800),
        ("rownames300.csv", 300, -2.7139),
        ("rownames60.csv", 60, -2.7875),
        ("decimal_comma.csv", 60, -2.7875),
        ("trailing_blank_rows.csv", 60, -2.7875),
        ("trailing_comma.csv", 60, -2.7875),
        ("utf16.csv", 60, -2.7875),
        ("yes_no.csv", 60, -2.7875),
        ("write_table.txt", 60, -2.7875),
        ("site_names.csv", 40, -2.6876),
        ("B3-header-1to6.csv", 120, -2.8895),
        ("B3-header-201.csv", 120, -2.8895),
        ("B3-onetwo.csv", 120, -2.8895),
        ("B8-label-mid.csv", 120, -2.8895),
    ] {
        let Some((_, found)) = train(name, "--k 2") else { continue };
        assert_eq!(found["n_samples"], n, "{name}");
        assert!((number(&found, "score") - score).abs() < 5e-5, "{name}: {}", found["score"]);
        let sizes: u64 =
            found["cluster_sizes"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(sizes, n, "{name}");
    }
    let Some((_, found)) = train("reference01.csv", "--k 2") else { return };
    assert_eq!(found["cluster_sizes"], serde_json::json!([105, 95]));
}

#[test]
fn what_was_decided_is_said() {
    for (name, notes) in [
        ("polca12.csv", &["1 is read as 0 and 2 as 1 in bread, garden, chess, choir, hikes"][..]),
        ("polca12_rownames200.csv", &["row names: the first column", "1 is read as 0 and 2 as 1"]),
        ("yes_no.csv", &["No is read as 0 and Yes as 1"]),
        ("item_named_weight.csv", &["column weight is an item"]),
        ("label_binary.csv", &["5 items; labels: label"]),
        ("label_first_binary.csv", &["5 items; labels: label"]),
        ("trailing_blank_rows.csv", &["6 blank rows at the end left out"]),
        ("B3-header-201.csv", &["201, 202, 203, 204, 205, 206, is taken for the names"]),
        ("B8-label-weight.csv", &["6 items; weights: weight; labels: label"]),
        ("B8-weight-label.csv", &["6 items; weights: weight; labels: label"]),
        ("B8-weight-label-first.csv", &["6 items; weights: weight; labels: label"]),
        ("B8-label-mid.csv", &["6 items; labels: label"]),
        ("B5-sum1.csv", &["scaled to a mean of 1: N is 25"]),
    ] {
        let Some((run, _)) = train(name, "--k 2") else { continue };
        for note in notes {
            assert!(run.err.contains(note), "{name}: {note:?} is not in {}", run.err);
        }
    }
}

#[test]
fn cells_without_a_value_are_missing() {
    for (name, n, missing) in [
        ("na_slash.csv", 60, 8),
        ("na_excel.csv", 60, 19),
        ("na_sas.csv", 60, 19),
        ("na_weka.csv", 60, 13),
        ("polca12_na.csv", 200, 43),
    ] {
        let Some(path) = input(name) else { continue };
        let found = Sandbox::new().bmm(["info", &path, "--json"]).json();
        assert_eq!(
            (&found["n_samples"], &found["missing"]),
            (&n.into(), &missing.into()),
            "{name}"
        );
    }
}

#[test]
fn what_needs_a_decision_is_asked_with_the_ways_out() {
    for (name, error, hint) in [
        ("code99.csv", "column bread holds 0, 1, 99", "--missing 99"),
        ("likert.csv", "column a holds 1, 2, 3, 4, 5", "--binarize threshold:"),
        ("counts.csv", "column bread holds 0, 2, 16, 18, 36, 39", "--binarize threshold:"),
        ("counts_over127.csv", "column bread holds 0, 13,", "--binarize threshold:"),
        ("freq.csv", "column Freq holds numbers up to 45", "--weights Freq"),
        ("B9-freq.csv", "column freq holds numbers up to 170", "--drop freq"),
        ("B3-code9.csv", "column fever holds 0, 1, 9", "--missing 9"),
        ("B3-code255.csv", "column fever holds 0, 1, 255", "--missing 255"),
        ("B3-code255.npy", "holds the values 0, 1, 255", "--missing 255"),
        ("B3-id-age.csv", "column age holds 20, 21,", "--drop age"),
    ] {
        let Some(path) = input(name) else { continue };
        let run = Sandbox::new().bmm(["train", "--k", "2", "--data", &path]);
        run.assert_failure(1, &[name, error]);
        let last = run.err.lines().last().unwrap();
        assert!(last.contains(hint), "{name}: {last}");
    }
}

#[test]
fn the_ways_out_lead_out() {
    for (name, words, n) in [
        ("code99.csv", "--missing 99", 200),
        ("likert.csv", "--binarize threshold:3", 60),
        ("counts.csv", "--binarize threshold:1", 60),
        ("counts_over127.csv", "--binarize threshold:1", 60),
        ("freq.csv", "--weights Freq", 30),
        ("freq.csv", "--drop Freq", 30),
        ("freq.csv", "--columns bread,choir,hikes", 30),
        ("B9-freq.csv", "--weights freq", 16),
        ("B3-code9.csv", "--missing 9", 120),
        ("B3-code255.csv", "--missing 255", 120),
        ("B3-code255.npy", "--missing 255", 120),
        ("B3-id-age.csv", "--drop age", 120),
    ] {
        let Some((_, found)) = train(name, &format!("--k 2 {words}")) else { continue };
        assert_eq!(found["n_samples"], n, "{name} {words}");
    }
}

#[test]
fn weights_of_any_scale_give_the_same_mixture() {
    for (name, whole) in [
        ("B5-e-5.csv", "B4-zero-weights.csv"),
        ("B5-sum1.csv", "B4-zero-weights.csv"),
        ("B5-rare-sum1.csv", "B5-rare.csv"),
    ] {
        let (Some((_, a)), Some((_, b))) = (train(name, "--k 2"), train(whole, "--k 2")) else {
            continue;
        };
        assert!((number(&a, "score") - number(&b, "score")).abs() < 1e-8, "{name}");
        for k in 0..2 {
            let weight = |found: &Value| found["weights"][k].as_f64().unwrap();
            assert!((weight(&a) - weight(&b)).abs() < 1e-4, "{name}: {a}");
        }
    }
}

/// The first rows of a table are weighed as a table of these rows alone.
#[test]
fn weights_are_scaled_over_the_rows_that_are_kept() {
    let sandbox = Sandbox::new();
    let row = |i: usize| format!("{},{},{}\n", i % 2, i / 2 % 2, 0.01 + 0.03 * i as f64);
    let table = |n: usize| "a,b,weight\n".to_owned() + &(0..n).map(row).collect::<String>();
    sandbox.write("all.csv", table(40));
    sandbox.write("some.csv", table(20));
    let of = |words: &str| {
        let words = format!("train --k 2 --out run --force --quiet --json --data {words}");
        sandbox.done(&words).json()
    };
    let (limited, alone) = (of("all.csv --limit 20"), of("some.csv"));
    assert_eq!(
        (&limited["bic"], &limited["total_weight"]),
        (&alone["bic"], &alone["total_weight"])
    );
    let note = "weights that are no counts (sum 5.9) are scaled to a mean of 1: \
                N is 20, the number of rows";
    assert_eq!(limited["notes"], alone["notes"]);
    assert!(limited["notes"].as_array().unwrap().contains(&note.into()), "{limited}");
    // Packed rows hold the scaled weights, which stay to the last digit.
    sandbox.done("pack some.csv --output some.bits --quiet");
    let packed = of("some.bits");
    assert_eq!(
        (&packed["model_sha256"], &packed["notes"]),
        (&alone["model_sha256"], &serde_json::json!([]))
    );
}

#[test]
fn rows_without_an_answer_do_not_count_in_bic() {
    let (Some((run, blank)), Some((_, without))) =
        (train("B13-blank-rows.csv", "--k 2"), train("B4-zero-weights.csv", "--k 2"))
    else {
        return;
    };
    assert!(run.err.contains("1 row without any answer"), "{}", run.err);
    assert!((number(&blank, "bic") - number(&without, "bic")).abs() < 1e-6, "{blank}");
    let Some((_, full)) = train("B14-one-full-row.csv", "--k 1") else { return };
    assert!((number(&full, "log_likelihood") + 4.6821).abs() < 5e-5, "{full}");
}

#[test]
fn a_row_that_no_cluster_allows_is_said_to_be_impossible() {
    let (Some(rows), Some(new)) = (input("B12-train.csv"), input("B12-new.csv")) else { return };
    let sandbox = Sandbox::new();
    let words = ["train", "--k", "2", "--alpha", "0", "--quiet", "--out", "run", "--data", &rows];
    assert_eq!(sandbox.bmm(words).code, Some(0));
    for command in ["assign", "eval"] {
        let run = sandbox.bmm([command, &new, "--model", "run", "--json", "--quiet"]);
        assert!(run.err.contains("1 row impossible under every cluster"), "{}", run.err);
        let warning = run.json()["warnings"][0].as_str().unwrap().to_owned();
        assert!(warning.contains("impossible"), "{warning}");
    }
}

#[test]
fn rows_that_leave_nothing_to_cluster_are_refused_unless_forced() {
    let sandbox = Sandbox::new();
    for (name, rows, what) in [
        ("zeros.csv", "a,b\n0,0\n0,0\n", "no bit is 1"),
        ("ones.csv", "a,b\n1,1\n1,1\n", "every bit is 1"),
        ("equal.csv", "a,b\n1,0\n1,0\n1,0\n", "all rows are the same"),
    ] {
        sandbox.write(name, rows);
        let words = format!("train --k 1 --data {name} --out run");
        sandbox.refuses(1, words.split_whitespace(), &[name, what]);
        let run = sandbox.done(&format!("{words} --force --quiet --json"));
        assert!(run.json()["warnings"][0].as_str().unwrap().contains(what), "{}", run.text());
        assert!(sandbox.json("run/run.json")["warnings"][0].is_string());
        std::fs::remove_dir_all(sandbox.path("run")).unwrap();
    }
}

/// A file of a megabyte that unpacks to half a gigabyte without an end of a line.
#[cfg(target_os = "linux")]
#[test]
fn a_row_without_end_takes_neither_time_nor_memory() {
    let sandbox = Sandbox::new();
    for (name, filling) in [("digits", "1"), ("quotes", "\""), ("cells", "1,"), ("blanks", " 1")] {
        let text = format!("a,b\n0,1\n{}", filling.repeat((1 << 27) / filling.len()));
        sandbox.write(name, common::program::gzip(text.as_bytes()));
        let line = format!("ulimit -v 600000; exec \"$BMM\" --threads 1 train --k 1 --data {name}");
        let start = std::time::Instant::now();
        sandbox.refused(1, || sandbox.shell(&line), &[name, "line 3 is longer than 16 MiB"]);
        assert!(start.elapsed().as_secs() < 5, "{name}: {:?}", start.elapsed());
    }
    sandbox.write("open.csv", "a,b\n0,1\n\"1,0\n0,1\n");
    sandbox.refuses(1, ["info", "open.csv"], &["open.csv", "line 3", "never closed"]);
}

#[test]
fn columns_are_chosen_by_name_and_a_wrong_name_gets_the_right_one() {
    let sandbox = Sandbox::new();
    let row = |i: usize| format!("p{i},{},{},{},{}\n", i % 2, i / 2 % 2, i % 7, 20 + i);
    sandbox.write(
        "rows.csv",
        format!("who,fever,cough,n,age\n{}", (0..40).map(row).collect::<String>()),
    );
    let words = "train --k 2 --data rows.csv --drop age --weights n --out run --json";
    let run = sandbox.done(words);
    assert!(run.err.contains("2 items; left out: age; row names: who; weights: n"), "{}", run.err);
    assert_eq!(run.json()["total_weight"], 115.0);
    let run = sandbox.words("train --k 2 --data rows.csv --drop agee --out new");
    run.assert_failure(1, &["rows.csv", "has no column agee"]);
    assert!(run.err.contains("hint: did you mean age?"), "{}", run.err);
    let run = sandbox.words("info rows.csv --columns fever,nothing");
    assert!(run.err.contains("hint: its columns are who, fever, cough, n, age"), "{}", run.err);
    let words = ["info", "rows.csv", "--drop", "age", "--id", "age"];
    sandbox.refuses(1, words, &["column age cannot be two things"]);
    sandbox
        .write("rows.npy", bmm::write_npy(&bmm::Pixels::new(2, 1, 2, vec![0, 1, 1, 0]).unwrap()));
    sandbox.refuses(1, ["info", "rows.npy", "--drop", "1"], &["--drop is given for", "NumPy"]);
    // Without a header, columns are numbered from 1.
    sandbox.write("plain.csv", (0..40).map(row).collect::<String>());
    let found = sandbox.done("info plain.csv --drop 5 --weights 4 --json").json();
    assert_eq!((&found["n_features"], &found["total_weight"]), (&2.into(), &115.0.into()));
}
