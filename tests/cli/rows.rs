//! Data as it comes: missing values, weights, labels of some rows; and `bmm complete`.

use super::*;
use common::program::grey_png;

/// Answers of two kinds of people to six questions; what `cell` gives stands in the place of a 0 or 1.
fn table(n: usize, head: &str, cell: impl Fn(usize, usize, u8) -> String) -> String {
    let line = |i: usize| {
        let answer = |d: usize| {
            u8::from((d < 3) == i.is_multiple_of(2)) ^ u8::from((i * 5 + d * 3).is_multiple_of(11))
        };
        let cells: Vec<String> = (0..6).map(|d| cell(i, d, answer(d))).collect();
        cells.join(",") + "\n"
    };
    format!("{head}\n") + &(0..n).map(line).collect::<String>()
}

const HEAD: &str = "a,b,c,d,e,f";

fn is_hidden(i: usize, d: usize) -> bool {
    (i * 7 + d * 13).is_multiple_of(5)
}

#[test]
fn blank_cells_are_missing_and_said_to_be() {
    let sandbox = Sandbox::new();
    let holey = |gap: &str| {
        table(60, HEAD, |i, d, v| if is_hidden(i, d) { gap.into() } else { v.to_string() })
    };
    sandbox.write("blank.csv", holey(""));
    sandbox.write("na.csv", holey("NA"));
    let run = sandbox.done("train --k 2 --data blank.csv --out blank");
    assert!(run.err.contains("20.0 % missing"), "{}", run.err);
    sandbox.done("train --k 2 --data na.csv --out na");
    assert_eq!(sandbox.read("blank/model.bmm"), sandbox.read("na/model.bmm"));
    let table = sandbox.done("assign blank.csv --model blank --format csv --proba");
    let lines = String::from_utf8(table.out).unwrap();
    assert_eq!(lines.lines().count(), 61);
}

#[test]
fn a_row_of_which_nothing_is_known_keeps_its_place_with_the_prior() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "data.csv",
        table(60, HEAD, |i, _, v| if i == 7 { String::new() } else { v.to_string() }),
    );
    sandbox.done("train --k 2 --data data.csv --out run");
    let out = sandbox.done("assign data.csv --model run --format jsonl --proba").out;
    let rows: Vec<Value> = out
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect();
    assert_eq!(rows.len(), 60);
    let weights = model(&sandbox, "run").mixture.weights().to_vec();
    for (k, weight) in weights.iter().enumerate() {
        assert!((rows[7][format!("p{k}")].as_f64().unwrap() - weight).abs() < 1e-9, "{}", rows[7]);
    }
    assert!(rows[7]["log_likelihood"].as_f64().unwrap().abs() < 1e-9);
}

#[test]
fn complete_fills_in_probabilities_or_draws_and_leaves_the_rest() {
    let sandbox = Sandbox::new();
    sandbox.write("full.csv", table(60, HEAD, |_, _, v| v.to_string()));
    sandbox.write(
        "holey.csv",
        table(60, HEAD, |i, d, v| if is_hidden(i, d) { "NA".into() } else { v.to_string() }),
    );
    sandbox.done("train --k 2 --data full.csv --out run");
    for (flags, is_draw) in [("", false), ("--draw 3", true)] {
        let out = sandbox.done(&format!("complete holey.csv --model run {flags}")).out;
        let text = String::from_utf8(out).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(HEAD));
        let full = String::from_utf8(sandbox.read("full.csv")).unwrap();
        let (mut n_right, mut n_hidden) = (0, 0);
        for (i, (line, truth)) in lines.zip(full.lines().skip(1)).enumerate() {
            for (d, (cell, truth)) in line.split(',').zip(truth.split(',')).enumerate() {
                let (value, truth): (f64, f64) = (cell.parse().unwrap(), truth.parse().unwrap());
                if is_hidden(i, d) {
                    assert!(is_draw == (value == 0.0 || value == 1.0) || !is_draw, "{value}");
                    n_right += i32::from((value - truth).abs() < 0.5);
                    n_hidden += 1;
                } else {
                    assert_eq!(value, truth);
                }
            }
        }
        assert!(n_right * 10 > n_hidden * 7, "{n_right} of {n_hidden}");
    }
    let again = || sandbox.done("complete holey.csv --model run --draw 3").out;
    assert_eq!(again(), again());
    assert_ne!(again(), sandbox.done("complete holey.csv --model run --draw 4").out);
    let document = sandbox.done("complete holey.csv --model run --json").out;
    let document: Value = serde_json::from_slice(&document).unwrap();
    assert_keys(&document, "model data n_samples n_features n_missing seed output rows");
    assert_eq!(document["n_missing"], 72);
}

/// What is filled in and what is drawn can be given back to the model, in the values it knows.
#[test]
fn items_of_other_values_are_written_in_their_own() {
    let sandbox = Sandbox::new();
    let own = |_: usize, d: usize, v: u8| match d {
        0 | 1 => ["no", "yes"][usize::from(v)].into(),
        2 => (v + 1).to_string(),
        _ => v.to_string(),
    };
    sandbox.write("full.csv", table(60, HEAD, own));
    let holey = |i, d, v| if is_hidden(i, d) { String::new() } else { own(i, d, v) };
    sandbox.write("holey.csv", table(60, HEAD, holey));
    sandbox.done("train --k 2 --data full.csv --out run");
    sandbox.done("complete holey.csv --model run --output likely.csv");
    sandbox.done("complete holey.csv --model run --draw 1 --output drawn.csv");
    sandbox.done("sample --model run -n 60 --output sample.csv");
    let cells = |file: &str| -> Vec<Vec<String>> {
        let text = String::from_utf8(sandbox.read(file)).unwrap();
        let lines = text.lines().map(|line| line.split(',').map(String::from).collect());
        lines.collect()
    };
    let full = cells("full.csv");
    for file in ["likely.csv", "drawn.csv"] {
        for (i, (row, truth)) in cells(file).iter().zip(&full).enumerate() {
            for (d, (cell, truth)) in row.iter().zip(truth).enumerate() {
                assert!(
                    cell == truth || i > 0 && is_hidden(i - 1, d),
                    "{file}: {cell}, not {truth}"
                );
                let number = |cell: &str| cell.parse().is_ok_and(|v: f64| (1.0..=2.0).contains(&v));
                match (i, d) {
                    (1.., 0 | 1) => assert!(["no", "yes"].contains(&&**cell), "{file}: {cell}"),
                    (1.., 2) => assert!(number(cell), "{file}: {cell}"),
                    _ => {}
                }
            }
        }
    }
    for file in ["drawn.csv", "sample.csv"] {
        let eval = sandbox.done(&format!("eval {file} --model run --json")).json();
        assert_eq!(eval["n_samples"], 60, "{file}");
        assert!(eval["score"].as_f64().unwrap() < 0.0, "{eval}");
    }
    for command in ["complete holey.csv --output a.npy", "sample --output a.idx"] {
        let run = || sandbox.words(&format!("{command} --model run"));
        sandbox.refused(1, run, &["made of no and yes", ".csv"]);
    }
    let shown = sandbox.done("sample -n 1 --model run --json").json();
    assert!(["no", "yes"].contains(&shown["images"][0][0].as_str().unwrap()), "{shown}");
}

#[test]
fn a_mask_hides_pixels_and_complete_paints_them_in() {
    let sandbox = Sandbox::with_run();
    // The left half of a 4 x 4 image.
    sandbox.write("mask.png", grey_png(4, 4, |x, _| if x < 2 { 255 } else { 0 }));
    let run = sandbox.done("complete data.idx --mask mask.png --model run --output sheet.png");
    assert!(run.err.contains("50.0 % missing"), "{}", run.err);
    for file in ["all.npy", "all.idx.gz", "all.csv"] {
        sandbox.done(&format!("complete data.idx --mask mask.png --model run --output {file}"));
        sandbox.done(&format!("info {file}"));
    }
    let score = |mask: &str| {
        let out = sandbox.done(&format!("eval data.idx --model run --json {mask}")).out;
        serde_json::from_slice::<Value>(&out).unwrap()["score"].as_f64().unwrap()
    };
    assert!(score("--mask mask.png") > score(""));
}

#[test]
fn weighted_rows_are_the_rows_repeated() {
    let sandbox = Sandbox::new();
    let line = |i: usize, text: &str| text.lines().nth(i + 1).unwrap().to_owned() + "\n";
    let plain = table(30, HEAD, |_, _, v| v.to_string());
    let repeated: String = (0..30).map(|i| line(i, &plain).repeat(i % 4)).collect();
    let weighted: String =
        (0..30).map(|i| format!("{},{}\n", line(i, &plain).trim(), i % 4)).collect();
    sandbox.write("repeated.csv", format!("{HEAD}\n{repeated}"));
    sandbox.write("weighted.csv", format!("{HEAD},weight\n{weighted}"));
    let document = |name: &str| -> Value {
        let words = format!("train --k 2 --data {name}.csv --out {name} --json");
        serde_json::from_slice(&sandbox.done(&words).out).unwrap()
    };
    let (a, b) = (document("weighted"), document("repeated"));
    for key in ["log_likelihood", "bic", "aic", "icl", "score", "total_weight"] {
        let [a, b] = [&a, &b].map(|document| document[key].as_f64().unwrap());
        assert!((a - b).abs() <= 1e-9 * b.abs(), "{key}: {a} and {b}");
    }
    assert_eq!(a["best_found"], b["best_found"]);
    let [a, b] = ["weighted", "repeated"].map(|run| model(&sandbox, run).mixture);
    assert!(crate::common::max_difference(a.means(), b.means()) < 1e-9);
}

/// Images of two kinds, their labels, and a file that knows every fourth.
fn labelled(sandbox: &Sandbox) {
    sandbox.write("data.idx", two_kinds(40));
    let label = |i: usize| (3 + i % 2).to_string() + "\n";
    sandbox.write("all.txt", (0..40).map(label).collect::<String>());
    let known = |i: usize| if i.is_multiple_of(5) { label(i) } else { "\n".into() };
    sandbox.write("some.txt", (0..40).map(known).collect::<String>());
}

#[test]
fn labels_of_some_rows_name_the_clusters_of_all() {
    let sandbox = Sandbox::new();
    labelled(&sandbox);
    for flags in ["--components-per-label 1", "--components-per-label 1 --k 3"] {
        let words =
            format!("train --data data.idx --labels some.txt {flags} --out run --force --json");
        let document: Value = serde_json::from_slice(&sandbox.done(&words).out).unwrap();
        assert_eq!(document["accuracy"], 1.0, "{flags}");
        let model = model(&sandbox, "run");
        let table = model.labels.unwrap();
        let labels: BTreeSet<&str> =
            (0..2).filter_map(|k| table.majority(k)).map(|m| m.0).collect();
        assert_eq!(labels, BTreeSet::from(["3", "4"]), "{flags}");
    }
}

#[test]
fn all_labels_give_one_mixture_each() {
    let sandbox = Sandbox::new();
    labelled(&sandbox);
    let words = "train --data data.idx --labels all.txt --components-per-label 2 --out run";
    let run = sandbox.done(words);
    let text = String::from_utf8(run.out).unwrap();
    assert!(text.contains("2 labels, each with clusters of its own"), "{text}");
    let model = model(&sandbox, "run");
    assert_eq!(model.mixture.n_components(), 4);
    let table = model.labels.unwrap();
    assert!((0..4).filter_map(|k| table.majority(k)).all(|(_, share)| share == 1.0));
    // Without the flag, labels only judge, also if some are blank.
    let weights_by = |labels: &str| {
        let words = format!("train --data data.idx --labels {labels} --k 3 --out judged --force");
        let run = sandbox.done(&words);
        assert_eq!(run.err.contains("labels only judge"), labels == "some.txt", "{run:?}");
        super::model(&sandbox, "judged").mixture
    };
    assert_eq!(weights_by("all.txt"), weights_by("some.txt"));
}

#[test]
fn clusters_fitted_to_labels_are_judged_without_them() {
    let sandbox = Sandbox::new();
    // Labels that have nothing to do with the images: who is told them knows all, who is not knows nothing.
    sandbox.write("data.idx", two_kinds(40));
    sandbox.write("all.txt", (0..40).map(|i| format!("{}\n", i / 16 % 2)).collect::<String>());
    let words = "train --data data.idx --labels all.txt --components-per-label 1 --out run";
    let document = sandbox.done(&format!("{words} --json")).json();
    assert_eq!(document["uses_labels"], true);
    assert!(document["accuracy"].as_f64().unwrap() < 0.7, "{}", document["accuracy"]);
    let text = sandbox.done(&format!("{words} --force")).text();
    assert!(text.contains("scored with its label, and judged without it"), "{text}");
}

#[test]
fn a_label_whose_rows_weigh_nothing_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "a,b,weight\n1,0,1\n0,1,1\n1,1,0\n0,0,1\n");
    sandbox.write("labels.txt", "0\n0\n7\n0\n");
    let words = "train --data rows.csv --weights weight --labels labels.txt --components-per-label 1 --out run";
    sandbox.refuses(1, words.split_whitespace(), &["components-per-label", "label 7"]);
}

#[test]
fn where_all_is_missing_nothing_is_needed_to_tell_it() {
    let sandbox = Sandbox::with_run();
    sandbox.write("mask.idx", idx(&[1, 4, 4], [255; 16]));
    let document = sandbox.done("eval data.idx --model run --mask mask.idx --json").json();
    assert_eq!(document["bits_per_pixel"], 0.0);
}

#[test]
fn a_sweep_says_that_labels_with_blanks_judge() {
    let sandbox = Sandbox::new();
    labelled(&sandbox);
    let run = sandbox.done("sweep --k 2 --data data.idx --labels some.txt --out run");
    assert!(run.err.contains("only judge"), "{run:?}");
}

#[test]
fn a_label_with_fewer_rows_than_clusters_begins_on_others_too() {
    let sandbox = Sandbox::new();
    // Wide enough for the kernels of wide rows, and three kinds, of which labels know two.
    let pixel = |i: u32, d: u32| if d / 22 == i % 3 || d == i * 7 % 64 { 255 } else { 0 };
    let body: Vec<u8> = (0..30).flat_map(|i| (0..64).map(move |d| pixel(i, d))).collect();
    sandbox.write("wide.idx", idx(&[30, 8, 8], body));
    sandbox.write("one.txt", format!("5\n6\n{}", "\n".repeat(28)));
    for init in ["random-rows", "random-means", "random-resp", "kmeans++"] {
        let words = format!(
            "train --data wide.idx --labels one.txt --components-per-label 2 --init {init} --out run --force --json"
        );
        assert_eq!(sandbox.done(&words).json()["n_components"], 4, "{init}");
    }
}

#[test]
fn clusters_need_rows_that_weigh_anything() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "a,b,weight\n1,0,1\n0,1,0\n1,1,0\n0,0,0\n");
    let words = "train --data rows.csv --weights weight --k 3 --out run";
    sandbox.refuses(1, words.split_whitespace(), &["--k is 3", "1, the number of rows that weigh"]);
}

#[test]
fn a_mask_is_for_all_images_also_where_a_limit_takes_some() {
    let sandbox = Sandbox::with_run();
    sandbox.write("mask.idx", idx(&[10, 4, 4], [0; 160]));
    let words = "train --data data.idx --limit 10 --mask mask.idx --k 2 --out new";
    sandbox.refuses(1, words.split_whitespace(), &["mask.idx", "10 images"]);
}

#[test]
fn each_label_tells_how_far_its_own_fit_can_be_trusted() {
    let sandbox = Sandbox::new();
    labelled(&sandbox);
    let words = "train --data data.idx --labels all.txt --components-per-label 2 --out run --json";
    let run = sandbox.done(words).json();
    let of_labels = run["by_label"].as_array().unwrap();
    let names: Vec<&str> = of_labels.iter().map(|of| of["label"].as_str().unwrap()).collect();
    assert_eq!(names, ["3", "4"]);
    assert!(of_labels.iter().all(|of| of["n_starts"].as_u64().unwrap() > 1));
}

#[test]
fn counts_of_labels_are_in_the_unit_of_fractional_weights() {
    let sandbox = Sandbox::new();
    let row = |i: usize| format!("{},{},{}\n", i % 2, 1 - i % 2, if i < 20 { 0.5 } else { 1.5 });
    let rows: String = (0..40).map(row).collect();
    sandbox.write("rows.csv", format!("a,b,weight\n{rows}"));
    sandbox.write("all.txt", (0..40).map(|i| format!("{}\n", i % 2)).collect::<String>());
    sandbox.done("train --k 2 --data rows.csv --labels all.txt --out run");
    let info = sandbox.done("info run --json").json();
    assert_eq!(info["cluster_sizes"], serde_json::json!([20, 20]));
}
