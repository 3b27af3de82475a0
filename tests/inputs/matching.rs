//! Tables for a model: columns are matched by their names, and values are the model's.

use super::*;

/// Answers of 40 people to four questions, with the columns in the order of `names`.
fn answers(names: &[&str], cell: impl Fn(bool) -> &'static str) -> String {
    let known = ["fever", "cough", "rash", "ache"];
    let answer = |i: usize, name: &&str| match known.iter().position(|known| known == name) {
        Some(d) => cell(((d < 2) == i.is_multiple_of(2)) != (i * 5 + d * 3).is_multiple_of(11)),
        None => ["x", "y", "z"][i % 3],
    };
    let row = |i: usize| names.iter().map(|name| answer(i, name)).collect::<Vec<_>>().join(",");
    names.join(",") + "\n" + &(0..40).map(|i| row(i) + "\n").collect::<String>()
}

fn digits(bit: bool) -> &'static str {
    if bit { "1" } else { "0" }
}

fn one_two(bit: bool) -> &'static str {
    if bit { "2" } else { "1" }
}

const NAMES: [&str; 4] = ["fever", "cough", "rash", "ache"];
const TURNED: [&str; 5] = ["cough", "ache", "other", "fever", "rash"];

/// What `assign` says of a table, without the name of the file.
fn assigned(sandbox: &Sandbox, file: &str, model: &str) -> Vec<String> {
    let words = format!("assign {file} --model {model} --format csv --proba --quiet");
    let text = sandbox.done(&words).text();
    text.lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
}

#[test]
fn another_order_gives_the_same_answers() {
    let sandbox = Sandbox::new();
    for (name, cell) in [("digits", digits as fn(bool) -> &'static str), ("words", one_two)] {
        sandbox.write("rows.csv", answers(&NAMES, cell));
        sandbox.write("turned.csv", answers(&TURNED, cell));
        sandbox.done(&format!("train --k 2 --data rows.csv --out {name}"));
        let expected = assigned(&sandbox, "rows.csv", name);
        assert_eq!(assigned(&sandbox, "turned.csv", name), expected, "{name}");
        let run = sandbox.done(&format!("eval turned.csv --model {name} --json"));
        assert!(
            run.err.contains("left out, as the model does not know them: other"),
            "{}",
            run.err
        );
        let own = sandbox.done(&format!("eval rows.csv --model {name} --json")).json();
        assert_eq!(run.json()["log_likelihood"], own["log_likelihood"], "{name}");
        // Completed rows have the order of the model, too.
        let completed = sandbox.done(&format!("complete turned.csv --model {name} --quiet")).text();
        assert_eq!(completed.lines().next(), Some("fever,cough,rash,ache"));
        // Packed rows know their names and values.
        sandbox.done("pack turned.csv --drop other --output turned.bits --force");
        assert_eq!(assigned(&sandbox, "turned.bits", name), expected, "{name}");
        // So does a fit that starts from the model.
        let words = format!("train --from {name} --data turned.csv --out again --force --json");
        let again = sandbox.done(&words).json();
        let gain = number(&again, "log_likelihood") - number(&own, "log_likelihood");
        assert!((0.0..1e-6).contains(&(gain + 1e-9)), "{name}: {gain}");
        let words = format!("info {name} turned.csv --errors --json");
        assert_eq!(sandbox.done(&words).json()["standard_errors"]["trained_on_it"], true);
    }
}

#[test]
fn models_of_the_same_items_in_another_order_are_compared_by_name() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", answers(&NAMES, digits));
    sandbox.write("turned.csv", answers(&["ache", "rash", "fever", "cough"], digits));
    sandbox.write("other.csv", answers(&NAMES, digits).replace("ache", "thirst"));
    for name in ["rows", "turned", "other"] {
        sandbox.done(&format!("train --k 2 --data {name}.csv --out {name}"));
    }
    let found = sandbox.done("compare rows turned turned.csv --json").json();
    assert!(number(&found, "distance") < 1e-6 && number(&found, "ari") > 0.999, "{found}");
    sandbox.refuses(1, ["compare", "rows", "other"], &["B is a model of other items", "ache"]);
}

#[test]
fn what_a_model_does_not_know_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", answers(&NAMES, one_two));
    sandbox.done("train --k 2 --data rows.csv --out run");
    sandbox.write("fewer.csv", answers(&["fever", "rash"], one_two));
    sandbox.refuses(1, ["assign", "fewer.csv", "--model", "run"], &["lacks columns cough, ache"]);
    sandbox.write("bits.csv", answers(&NAMES, digits));
    let parts = ["column fever holds 0 and 1, but the model's values are 1 and 2"];
    sandbox.refuses(1, ["assign", "bits.csv", "--model", "run"], &parts);
    sandbox.write("three.csv", "fever,cough,rash,ache\n1,2,1,1\n1,2,1,3\n");
    let parts = ["line 3, column ache", "the value is 3"];
    sandbox.refuses(1, ["assign", "three.csv", "--model", "run"], &parts);
    // One value alone is still the model's.
    sandbox.write("one.csv", "fever,cough,rash,ache\n2,2,1,1\n");
    let row = &assigned(&sandbox, "one.csv", "run")[1];
    let same = answers(&NAMES, one_two).lines().position(|line| line == "2,2,1,1").unwrap();
    let all = assigned(&sandbox, "rows.csv", "run");
    assert_eq!(row.split_once(','), Some(("0", all[same].split_once(',').unwrap().1)));
}

#[test]
fn names_on_one_side_only_are_matched_by_place_and_said_to_be() {
    let sandbox = Sandbox::new();
    let named = answers(&NAMES, digits);
    let plain = named.split_once('\n').unwrap().1;
    sandbox.write("named.csv", &named);
    sandbox.write("plain.csv", plain);
    sandbox.done("train --k 2 --data named.csv --out named");
    sandbox.done("train --k 2 --data plain.csv --out plain");
    for (file, model, said) in [
        ("plain.csv", "named", "the table has no names: columns are matched by their place"),
        ("named.csv", "plain", "the model has no names: columns are matched by their place"),
    ] {
        let run = sandbox.done(&format!("assign {file} --model {model}"));
        assert!(run.err.contains(said), "{}", run.err);
    }
    assert_eq!(assigned(&sandbox, "plain.csv", "named"), assigned(&sandbox, "named.csv", "named"));
    sandbox.write("wide.csv", "0,1,1\n");
    sandbox.refuses(1, ["assign", "wide.csv", "--model", "named"], &["rows of 3", "rows of 4"]);
}

#[test]
fn the_shared_tables_are_matched_by_name() {
    let (Some(rows), Some(reordered)) = (input("B2-train.csv"), input("B2-reordered.csv")) else {
        return;
    };
    let sandbox = Sandbox::new();
    let words = ["train", "--k", "2", "--quiet", "--out", "run", "--data", &rows];
    assert_eq!(sandbox.bmm(words).code, Some(0));
    let expected = assigned(&sandbox, &rows, "run");
    assert_eq!(assigned(&sandbox, &reordered, "run"), expected);
    // A column of blanks is a column of which nothing is known, in any place.
    let text = std::fs::read_to_string(&rows).unwrap();
    let blank = |line: &str| format!(",{}\n", line.split_once(',').unwrap().1);
    let lines = text.lines().skip(1).map(blank).collect::<String>();
    sandbox.write("gap.csv", format!("{}\n{lines}", text.lines().next().unwrap()));
    let gap = input("B2-reordered-gap.csv").unwrap();
    assert_eq!(assigned(&sandbox, &gap, "run"), assigned(&sandbox, "gap.csv", "run"));
    let renamed = input("B2-renamed.csv").unwrap();
    sandbox.refuses(1, ["assign", &renamed, "--model", "run"], &["lacks column fever"]);
    let Some(path) = input("reference01.csv") else { return };
    let words = ["train", "--k", "2", "--quiet", "--out", "ref", "--data", &path];
    assert_eq!(sandbox.bmm(words).code, Some(0));
    let reordered = input("reordered.csv").unwrap();
    assert_eq!(assigned(&sandbox, &reordered, "ref"), assigned(&sandbox, &path, "ref"));
}
