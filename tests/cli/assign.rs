//! `bmm assign`: columns and rows in every format, and where they go.

use super::*;

const COLUMNS: [&str; 6] =
    ["source", "index", "cluster", "probability", "log_likelihood", "typicality"];

#[test]
fn csv_has_the_promised_columns_and_a_row_for_each_image() {
    let sandbox = Sandbox::with_run();
    let text = sandbox.done("assign data.idx --model run --format csv").text();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(rows.headers().unwrap(), &COLUMNS[..]);
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 40);
    for (i, row) in rows.iter().enumerate() {
        assert_eq!((&row[0], &row[1]), ("data.idx", &*i.to_string()));
        assert_eq!(row[2], rows[i % 2][2], "images of a kind share a cluster");
    }
}

#[test]
fn json_lines_hold_the_same_as_csv() {
    let sandbox = Sandbox::with_run();
    let text = sandbox.done("assign data.idx --model run --format jsonl").text();
    let csv = sandbox.done("assign data.idx --model run --format csv").text();
    assert_eq!(text.lines().count(), 40);
    for (line, row) in text.lines().zip(csv.lines().skip(1)) {
        let object: Value = serde_json::from_str(line).unwrap();
        let cells = COLUMNS.map(|name| object[name].to_string().trim_matches('"').to_owned());
        assert_eq!(cells.join(","), row);
    }
}

#[test]
fn the_table_has_the_same_head() {
    let sandbox = Sandbox::with_run();
    let text = sandbox.done("assign data.idx --model run").text();
    let head: Vec<&str> = text.lines().next().unwrap().split_whitespace().collect();
    assert_eq!((head, text.lines().count()), (COLUMNS.to_vec(), 41));
}

#[test]
fn proba_adds_a_column_for_each_cluster_and_top_the_next_best() {
    let sandbox = Sandbox::with_run();
    let words = "assign data.idx --model run --format csv --proba --top 2";
    let text = sandbox.done(words).text();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let wanted = ["cluster_2", "probability_2", "p0", "p1"];
    assert_eq!(rows.headers().unwrap().iter().skip(6).collect::<Vec<_>>(), wanted);
    for row in rows.records().map(Result::unwrap) {
        let number = |i: usize| row[i].parse::<f64>().unwrap();
        assert!((number(8) + number(9) - 1.0).abs() < 1e-12, "{row:?}");
        assert_eq!(number(3), number(8 + number(2) as usize), "{row:?}");
        assert_eq!(number(7), number(8 + number(6) as usize), "{row:?}");
        assert!(number(3) >= number(7), "{row:?}");
    }
}

#[test]
fn a_model_with_labels_names_the_label_of_the_cluster() {
    let sandbox = Sandbox::new();
    write_splits(&sandbox, "set");
    sandbox.done("train --k 2 --data set --out run");
    let text = sandbox.done("assign set:test --model run --format csv").text();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<&str> = rows.headers().unwrap().iter().skip(6).collect();
    assert_eq!(head, ["cluster_label", "label", "label_probability"]);
    for (i, row) in rows.records().map(Result::unwrap).enumerate() {
        assert_eq!((&row[6], &row[7]), (&*(i % 2).to_string(), &*(i % 2).to_string()));
        // Twenty images of the label and none of the other, and one more that is half of each.
        let probability: f64 = row[8].parse().unwrap();
        assert!((probability - 20.5 / 21.0).abs() < 1e-6, "{row:?}");
    }
    let json = sandbox.done("assign set:test --model run --format jsonl").text();
    let first: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(first["label"], "0");
}

#[test]
fn junk_is_sure_of_its_cluster_and_not_typical_of_it() {
    let sandbox = Sandbox::with_run();
    let junk: Vec<u8> = (0..32).map(|i: u32| if i < 16 { 0 } else { 255 }).collect();
    sandbox.write("junk.idx", idx(&[2, 4, 4], &junk));
    let json = sandbox.done("assign junk.idx data.idx --model run --format jsonl").text();
    let typicality = |line: &str| -> f64 {
        let object: Value = serde_json::from_str(line).unwrap();
        object["typicality"].as_f64().unwrap()
    };
    let found: Vec<f64> = json.lines().map(typicality).collect();
    assert_eq!(found[..2], [0.0, 0.0], "a blank image and one that is all ink");
    assert!(found[2..].iter().all(|t| *t > 0.0), "{found:?}");
}

#[test]
fn an_image_with_missing_pixels_has_no_typicality() {
    let sandbox = Sandbox::new();
    let row = |i: usize| if i.is_multiple_of(2) { "1,0,1,0" } else { "0,1,0,1" };
    sandbox.write("rows.csv", (0..20).map(row).collect::<Vec<_>>().join("\n"));
    sandbox.done("train --k 2 --data rows.csv --out run");
    sandbox.write("holey.csv", "1,0,1,0\n1,,1,0\n");
    let json = sandbox.done("assign holey.csv --model run --format jsonl").text();
    let rows: Vec<Value> = json.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert!(rows[0]["typicality"].is_f64() && rows[1]["typicality"].is_null());
}

#[test]
fn output_goes_to_a_file_and_force_replaces_it() {
    let sandbox = Sandbox::with_run();
    let words = "assign data.idx --model run --format csv";
    let text = sandbox.done(words).out;
    let to_file = format!("{words} --output deep/a.csv");
    assert_eq!(sandbox.done(&to_file).text(), "");
    assert_eq!(sandbox.read("deep/a.csv"), text);
    sandbox.write("deep/a.csv", "old");
    sandbox.done(&format!("{to_file} --force"));
    assert_eq!(sandbox.read("deep/a.csv"), text);
}

#[test]
fn json_is_one_document_on_standard_output_with_and_without_a_file() {
    let sandbox = Sandbox::with_run();
    let document = sandbox.done("assign data.idx --model run --json").json();
    assert_eq!(document["assignments"].as_array().unwrap().len(), 40);
    assert_keys(&document["assignments"][0], &COLUMNS.join(" "));
    let short = sandbox.done("assign data.idx --model run --json --output a.json").json();
    assert_eq!((&short["output"], &short["n_samples"]), (&"a.json".into(), &40.into()));
    assert_eq!(sandbox.json("a.json"), document);
}

#[test]
fn several_sources_keep_their_names_and_order() {
    let sandbox = Sandbox::with_run();
    sandbox.write("one.png", png(4, 4));
    sandbox.write("two.idx", two_kinds(2));
    let text = sandbox.done("assign two.idx one.png two.idx --model run --format csv").text();
    let origins: Vec<String> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').take(2).collect::<Vec<_>>().join(","))
        .collect();
    let wanted = ["two.idx,0", "two.idx,1", "one.png,0", "two.idx,0", "two.idx,1"];
    assert_eq!(origins, wanted);
}

#[test]
fn the_newest_run_is_taken_where_none_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(10));
    sandbox.done("train --k 1 --data data.idx");
    let past = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    let old = std::fs::File::options().write(true).open(sandbox.path("models/data-k1/model.bmm"));
    old.unwrap().set_modified(past).unwrap();
    sandbox.done("train --k 2 --data data.idx");
    let document = sandbox.done("assign data.idx --json").json();
    assert_eq!(document["model"], "models/data-k2/model.bmm");
}

#[test]
fn tables_of_zeros_and_ones_stay_what_they_are_whatever_the_models_rule() {
    let sandbox = Sandbox::with_run();
    let grey = "0,0,0,0,0,0,0,0,255,255,255,255,255,255,255,255\n";
    sandbox.write("grey.csv", grey);
    sandbox.write("bits.csv", grey.replace("255", "1"));
    let cluster = |file: &str| {
        let document = sandbox.done(&format!("assign {file} --model run --json")).json();
        document["assignments"][0]["log_likelihood"].clone()
    };
    assert_eq!(cluster("bits.csv"), cluster("grey.csv"));
}

#[test]
fn standard_input_is_read_where_a_dash_asks_for_it() {
    let sandbox = Sandbox::with_run();
    let run = sandbox.shell("\"$BMM\" assign - --model run --format csv --quiet < data.idx");
    assert_eq!((run.code, run.text().lines().count()), (Some(0), 41), "{run:?}");
}
