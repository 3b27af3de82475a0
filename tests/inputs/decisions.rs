//! Cells and columns that may mean two things: read as what they are, said, or asked about.

use super::*;
use common::program::npy;

/// 40 rows of four items, after a header: `cell` writes item `d` of row `i`, given its bit.
pub(super) fn table(cell: impl Fn(usize, usize, bool) -> String) -> String {
    let bit = |i: usize, d: usize| {
        (d.is_multiple_of(2) == i.is_multiple_of(2)) != (i * 7 + d * 3).is_multiple_of(11)
    };
    let row = |i: usize| (0..4).map(|d| cell(i, d, bit(i, d))).collect::<Vec<_>>().join(",");
    "a,b,c,d\n".to_owned() + &(0..40).map(|i| row(i) + "\n").collect::<String>()
}

pub(super) fn of_bits(zero: &str, one: &str) -> String {
    table(|_, _, bit| if bit { one.into() } else { zero.into() })
}

/// The table of zeros and ones with another text in two cells.
fn with(other: &str) -> String {
    table(|i, d, bit| if i == 5 && d < 2 { other.into() } else { u8::from(bit).to_string() })
}

/// Trains on `text`, which must be done, and returns what was said and the document.
pub(super) fn trained(sandbox: &Sandbox, text: impl AsRef<[u8]>, words: &str) -> (Run, Value) {
    sandbox.write("t.csv", text);
    let run = sandbox.done(&format!("train --k 2 --data t.csv --out run --force --json {words}"));
    let document = run.json();
    (run, document)
}

/// Refuses `words`: the error, and parts of the way out.
pub(super) fn refused(sandbox: &Sandbox, words: &[&str], error: &str, hint: &[&str]) {
    let run = sandbox.bmm(words);
    run.assert_failure(1, &[error]);
    let last = run.err.lines().last().unwrap();
    assert!(hint.iter().all(|part| last.contains(part)), "{hint:?} in {last}");
}

/// Refuses to train on `text`: the error, and the words of the way out.
pub(super) fn asked(text: impl AsRef<[u8]>, error: &str, hint: &[&str]) {
    let sandbox = Sandbox::new();
    sandbox.write("t.csv", text);
    refused(&sandbox, &["train", "--k", "2", "--data", "t.csv"], error, hint);
}

#[test]
fn a_row_means_the_same_in_any_file() {
    let sandbox = Sandbox::new();
    let counts = table(|i, d, bit| (usize::from(bit) * (1 + (i + d) % 3)).to_string() + ".5");
    let (_, _) = trained(&sandbox, &counts, "--binarize threshold:1");
    let rows = |text: &str| {
        sandbox.write("part.csv", text);
        let words = "assign part.csv --model run --format csv --proba --quiet";
        let text = sandbox.done(words).text();
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let all = rows(&counts);
    let lines: Vec<&str> = counts.lines().collect();
    let answer = |line: &str| line.splitn(3, ',').nth(2).unwrap().to_owned();
    for i in 0..40 {
        let alone = rows(&format!("{}\n{}\n", lines[0], lines[i + 1]));
        assert_eq!(answer(&alone[0]), answer(&all[i]), "row {i}: {}", lines[i + 1]);
    }
    let shares = table(|i, _, bit| if bit { format!("0.{}", 6 + i % 4) } else { "0.1".into() });
    sandbox.write("t.csv", &shares);
    for threshold in ["1", "128"] {
        let rule = format!("threshold:{threshold}");
        let words = ["train", "--k", "2", "--data", "t.csv", "--binarize", &rule];
        refused(&sandbox, &words, "shares between 0 and 1", &["(df >= 0.5).astype(int)"]);
    }
    sandbox.write("part.csv", &shares);
    let run = sandbox.done("assign part.csv --model run --quiet");
    assert!(
        run.err.contains("below the threshold 1 of the model: all are read as 0"),
        "{}",
        run.err
    );
}

#[test]
fn rows_of_an_array_are_cut_by_the_model_too() {
    let sandbox = Sandbox::new();
    let bit = |i: usize, d: usize| d.is_multiple_of(2) == i.is_multiple_of(2);
    let array = |n: usize, factor: u8| {
        let cells = (0..n * 4).map(|at| u8::from(bit(at / 4, at % 4)) * factor);
        npy("|u1", &format!("({n}, 4)"), &cells.collect::<Vec<u8>>())
    };
    sandbox.write("counts.npy", array(40, 3));
    sandbox.write("ones.npy", array(4, 1));
    sandbox.done("train --k 2 --data counts.npy --binarize threshold:2 --out run");
    let run = sandbox.done("eval ones.npy --model run --quiet");
    assert!(run.err.contains("below the threshold 2 of the model"), "{}", run.err);
    sandbox.done("train --k 2 --data counts.npy --binarize threshold:3 --out grey");
    let eval = |file: &str| {
        sandbox.done(&format!("eval {file} --model grey --json")).json()["score"].clone()
    };
    assert_ne!(eval("counts.npy"), eval("ones.npy"));
}

#[test]
fn codes_among_numbers_are_warned_of() {
    let sandbox = Sandbox::new();
    let likert = |code: &'static str| {
        table(move |i, d, bit| match (i, d) {
            (7, 2) => code.into(),
            _ => (1 + 3 * usize::from(bit) + i % 2).to_string(),
        })
    };
    for code in ["-9", "99", "999", "8888"] {
        let (run, document) = trained(&sandbox, likert(code), "--binarize threshold:3 --quiet");
        let warning =
            format!("perhaps codes for missing: {code} in c; if they are, give --missing {code}");
        assert!(run.err.contains(&warning), "{}", run.err);
        assert!(document["warnings"][0].as_str().unwrap().contains(&warning), "{document}");
        sandbox.write("one.csv", format!("a,b,c,d\n1,{code},5,4\n"));
        let run = sandbox.done("assign one.csv --model run --quiet");
        assert!(run.err.contains(&format!("{code} in b")), "{}", run.err);
        let words = format!("--binarize threshold:3 --missing {code}");
        let (_, document) = trained(&sandbox, likert(code), &words);
        assert_eq!(document["warnings"], serde_json::json!([]));
    }
    let (_, document) = trained(&sandbox, likert("3"), "--binarize threshold:3");
    assert_eq!(document["warnings"], serde_json::json!([]));
}

#[test]
fn hints_suit_the_column() {
    let first = |cell: fn(usize) -> usize| {
        table(move |i, d, bit| if d == 0 { cell(i).to_string() } else { u8::from(bit).to_string() })
    };
    asked(first(|i| 1000 + i), "column a holds 1000", &["--id a", "--drop a"]);
    asked(first(|i| 20 + i % 9), "column a holds 20", &["--drop a", "--weights a"]);
    for word in ["missing", "-", "#NV", "n.v."] {
        let way_out = format!("--missing {}", if word.starts_with('#') { "'#NV'" } else { word });
        asked(with(word), &format!("\"{word}\" is not a number"), &[&way_out]);
        let (_, document) = trained(&Sandbox::new(), with(word), &format!("--missing {word}"));
        assert_eq!(document["n_samples"], 40, "{word}");
    }
    let maybe =
        table(|i, _, bit| if i == 4 { "maybe" } else { ["No", "Yes"][usize::from(bit)] }.into());
    asked(&maybe, "column a holds maybe, No, Yes", &["--missing maybe"]);
    trained(&Sandbox::new(), &maybe, "--missing maybe");
    asked(maybe.replace("maybe", "Y"), "holds No, Y, Yes", &["write every answer in one way"]);
    let signs = trained(&Sandbox::new(), of_bits("-", "+"), "").1["items"][0]["values"].clone();
    assert_eq!(signs, serde_json::json!(["-", "+"]));
    let totals = of_bits("0", "1").replace("a,b", "id,b") + "Total,20,20,20\n";
    asked(totals, "line 42, the last one, begins with \"Total\"", &["delete the line"]);
    let two = format!("What,is,your,name\n{}", of_bits("0", "1"));
    asked(two, "line 2 holds words alone, like a second header", &["delete line 2"]);
}

#[test]
fn words_that_differ_in_case_are_one_value() {
    let sandbox = Sandbox::new();
    let (_, plain) = trained(&sandbox, of_bits("No", "Yes"), "");
    let mixed = table(|i, _, bit| {
        let words = [["No", "NO", " no"], ["Yes", "YES", "yes\u{a0}"]][usize::from(bit)];
        words[i % 3].into()
    });
    let (run, document) = trained(&sandbox, &mixed, "");
    assert_eq!(document["log_likelihood"], plain["log_likelihood"]);
    assert!(run.err.contains("are read as one value in a, b, c, d"), "{}", run.err);
    sandbox.write("upper.csv", of_bits("NO", "YES"));
    let eval = sandbox.done("eval upper.csv --model run --json").json();
    assert_eq!(eval["log_likelihood"], document["log_likelihood"]);
    let only = table(
        |i, d, bit| {
            if d == 0 { ["yes", "Yes"][i % 2].into() } else { u8::from(bit).to_string() }
        },
    );
    asked(only, "column a holds Yes and yes, which differ in case or blanks only", &["alike"]);
}

#[test]
fn blanks_beside_one_value_are_asked_about() {
    for (one, way_out) in [("1", "1"), ("x", "x")] {
        let basket = of_bits("", one);
        asked(
            &basket,
            &format!("columns a, b, c, d hold {way_out} and blanks only"),
            &["notna()", "--missing ''"],
        );
    }
    // Elsewhere blanks are missing, or the user says so.
    let sandbox = Sandbox::new();
    let one = |blank_elsewhere: bool| {
        table(move |i, d, bit| match (i % 5, d) {
            (0, 0) => String::new(),
            (_, 0) => "1".into(),
            (1, 1) if blank_elsewhere => String::new(),
            _ => u8::from(bit).to_string(),
        })
    };
    asked(one(false), "column a holds 1 and blanks only", &["--missing ''"]);
    let (run, _) = trained(&sandbox, one(true), "--quiet");
    assert!(run.err.contains("one value and blanks only in a"), "{}", run.err);
    sandbox.write("t.csv", one(false));
    let words = ["train", "--k", "2", "--data", "t.csv", "--missing", "", "--out", "said"];
    assert_eq!(sandbox.bmm(words).code, Some(0));
}

#[test]
fn codes_in_an_array_are_missing_if_asked() {
    let sandbox = Sandbox::new();
    let array = |dtype: &str, code: i64| {
        let cell = |at: usize| if at == 21 { code } else { ((at / 4 + at) % 2) as i64 };
        let bytes = (0..160)
            .map(cell)
            .flat_map(|n| if dtype == "<i8" { n.to_le_bytes().to_vec() } else { vec![n as u8] });
        npy(dtype, "(40, 4)", &bytes.collect::<Vec<u8>>())
    };
    for (dtype, code) in [("<i8", -1), ("|i1", -9), ("<i8", 999), ("<i8", 9), ("|u1", 9)] {
        sandbox.write("a.npy", array(dtype, code));
        let way_out = format!("--missing {code}");
        refused(&sandbox, &["train", "--k", "2", "--data", "a.npy"], "a.npy", &[&way_out]);
        let info = sandbox.done(&format!("info a.npy --json {way_out}")).json();
        assert_eq!(
            (&info["missing"], &info["n_samples"]),
            (&1.into(), &40.into()),
            "{dtype} {code}"
        );
    }
}

#[test]
fn tables_begin_in_many_ways() {
    let sandbox = Sandbox::new();
    let plain = of_bits("0", "1");
    let (_, expected) = trained(&sandbox, &plain, "");
    let semicolons = plain.replace(',', ";");
    let utf16 = |unit: fn(u16) -> [u8; 2]| plain.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    for (name, bytes) in [
        ("sep", format!("sep=;\r\n{semicolons}").into_bytes()),
        ("quoted sep", format!("\"sep=|\"\n{}", plain.replace(',', "|")).into_bytes()),
        ("comment", format!("# {plain}").into_bytes()),
        ("little", utf16(u16::to_le_bytes)),
        ("big", utf16(u16::to_be_bytes)),
    ] {
        let (_, found) = trained(&sandbox, bytes, "");
        for key in ["n_samples", "log_likelihood", "items"] {
            assert_eq!(found[key], expected[key], "{name}: {key}");
        }
    }
    let broken = format!("\"a\nfirst\";{}", semicolons.split_once(';').unwrap().1);
    let (_, found) = trained(&sandbox, broken, "");
    assert_eq!(found["log_likelihood"], expected["log_likelihood"]);
    // A comment with another number of cells is no header, and lines are counted from the first.
    let (_, found) =
        trained(&sandbox, format!("# made, by hand\n{}", plain.split_once('\n').unwrap().1), "");
    assert_eq!(found["n_samples"], 40);
    asked(format!("sep=;\n{semicolons}0;1;1\n"), "3 cells in line 43", &["4 cells"]);
}

#[test]
fn a_measured_weight_is_no_weight_of_rows_in_silence() {
    let weighed = |name: &str, weight: fn(usize) -> String| {
        table(move |i, d, bit| if d == 3 { weight(i) } else { u8::from(bit).to_string() })
            .replace("c,d", &format!("c,{name}"))
    };
    let kilograms = |i: usize| (70 + i % 20).to_string();
    for name in ["weight", "Weights", "wt"] {
        let question = format!("column {name} holds numbers up to 89");
        let ways = [&*format!("--weights {name}"), &*format!("--drop {name}")];
        asked(weighed(name, kilograms), &question, &ways);
    }
    let sandbox = Sandbox::new();
    for weight in [
        |i: usize| format!("{}.5", i % 2),
        |i: usize| (1 + i % 7).to_string(),
        |i: usize| (i * i * 9).to_string(),
    ] {
        let (run, _) = trained(&sandbox, weighed("weight", weight), "");
        assert!(run.err.contains("weights: weight"), "{}", run.err);
    }
    let (run, _) = trained(&sandbox, weighed("n", |i| (i / 2 % 2).to_string()), "");
    assert!(run.err.contains("column n is an item"), "{}", run.err);
}

#[test]
fn another_coding_than_the_model_s_is_named() {
    let sandbox = Sandbox::new();
    let codings = [("bits", "0", "1"), ("numbers", "1", "2"), ("words", "No", "Yes")];
    for (name, zero, one) in codings {
        sandbox.write(format!("{name}.csv"), of_bits(zero, one));
        sandbox.done(&format!("train --k 2 --data {name}.csv --out {name}"));
    }
    for (data, zero, one) in codings {
        for (model, other_zero, other_one) in codings.into_iter().filter(|other| other.0 != data) {
            let file = format!("{data}.csv");
            let error = format!(
                "column a holds {zero} and {one}, but the model's values are {other_zero} and \
                 {other_one}"
            );
            for command in ["assign", "eval", "complete"] {
                refused(&sandbox, &[command, &file, "--model", model], &error, &[" as "]);
            }
            let parts = [
                &*format!("a coded {zero} and {one}"),
                &*format!("coded {other_zero} and {other_one}"),
            ];
            sandbox.refuses(1, ["compare", model, data], &parts);
        }
    }
    // One row tells it by all its columns; a code stays one.
    sandbox.write("row.csv", "a,b,c,d\n2,2,1,1\n");
    sandbox.refuses(1, ["assign", "row.csv", "--model", "bits"], &["holds 1 and 2"]);
    sandbox.write("code.csv", "a,b,c,d\n0,9,1,1\n1,0,0,1\n");
    refused(
        &sandbox,
        &["assign", "code.csv", "--model", "bits"],
        "the value is 9",
        &["--missing 9"],
    );
}

#[test]
fn words_among_numbers_are_asked_about() {
    let with_sex = table(|_, d, bit| match d {
        3 => ["F", "M"][usize::from(bit)].into(),
        _ => u8::from(bit).to_string(),
    });
    let hint = ["--drop d", "--labels-column d", "0 for F and 1 for M", "--columns"];
    asked(&with_sex, "column d holds the words F and M, unlike most columns", &hint);
    let sandbox = Sandbox::new();
    let (_, dropped) = trained(&sandbox, &with_sex, "--drop d");
    assert_eq!(dropped["n_features"], 3);
    let (run, chosen) = trained(&sandbox, &with_sex, "--columns a,b,c,d");
    assert!(run.err.contains("F is read as 0 and M as 1 in d"), "{}", run.err);
    let (_, bits) = trained(&sandbox, of_bits("0", "1"), "");
    assert_eq!(chosen["score"], bits["score"]);
    // Answers are none, nor are words where most columns hold some.
    let answers = table(|_, d, bit| match d {
        3 => ["Yes", "No"][usize::from(bit)].into(),
        _ => u8::from(bit).to_string(),
    });
    trained(&sandbox, &answers, "");
    trained(&sandbox, of_bits("left", "right"), "");
    if let Some(path) = input("text_column.csv") {
        let error = "column sex holds the words F and M";
        refused(&sandbox, &["train", "--k", "2", "--data", &path], error, &["--drop sex"]);
    }
}
