//! `bmm bench`: tables, plot and document of the ladder. No test says how long anything takes.

use super::*;

/// A ladder that is done in a moment.
const SMALL: &str = "bench --data data.idx --n 10,5 --k 3 --seconds 0";
const FILES: [&str; 3] = ["ladder.svg", "ladder.png", "bench.json"];
const WAYS: &str = "scalar_loops vector_over_features matrix_vector matrix_matrix production";

/// Forty images of 4 x 4.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(40));
    sandbox
}

fn is_positive(value: &Value) -> bool {
    value.as_f64().is_some_and(|v| v > 0.0 && v.is_finite())
}

fn assert_positive(numbers: &Value, names: &str) {
    assert_keys(numbers, names);
    let numbers = numbers.as_object().unwrap();
    assert!(numbers.values().all(is_positive), "{numbers:?}");
}

#[test]
fn the_tables_and_the_files_are_all_there() {
    let sandbox = sandbox();
    let text = sandbox.done(SMALL).text();
    for part in
        ["scalar loops", "matrix-matrix", "bmm", "listing", "with sums", "Speed-up", "exponential"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.contains("dot product") && text.contains("K = 10") && text.contains("bench\n"));
    let svg = String::from_utf8(sandbox.read("bench/ladder.svg")).unwrap();
    for label in ["scalar loops", "vector over features", "matrix-vector", "matrix-matrix", "bmm"] {
        assert!(svg.contains(label), "{label} is not in {svg}");
    }
    assert!(svg.contains("seconds per E-step") && svg.contains("\nimages\n"));
    assert!(image::load_from_memory(&sandbox.read("bench/ladder.png")).unwrap().width() > 500);
    assert_eq!(sandbox.tree().len(), 1 + 1 + FILES.len(), "{:?}", sandbox.tree().keys());
}

#[test]
fn json_is_the_document_that_is_written_and_every_number_is_positive() {
    let sandbox = sandbox();
    let document = sandbox.done(&format!("{SMALL} --json --out timings")).json();
    assert_eq!(document, sandbox.json("timings/bench.json"));
    assert_keys(
        &document,
        "data synthetic n_features n_components machine seconds_per_measurement",
    );
    assert_keys(&document["machine"], "kernel instruction_set threads version");
    let rungs = document["ladder"].as_array().unwrap();
    assert_eq!(rungs.iter().map(|rung| &rung["n"]).collect::<Vec<_>>(), [5, 10]);
    for rung in rungs {
        assert_positive(&rung["seconds"], WAYS);
        assert_positive(&rung["speedup"], WAYS);
        assert!(is_positive(&rung["listing_seconds"]) && is_positive(&rung["with_sums_seconds"]));
        assert_eq!(rung["speedup"]["scalar_loops"], 1.0);
    }
    for name in ["dot_product", "exponential"] {
        let shown = &document["demonstrations"][name];
        assert_positive(&shown["seconds"], "loop vectorised");
        assert!(is_positive(&shown["speedup"]) && shown["loop"].is_string());
    }
    let iterations = document["iterations"].as_array().unwrap();
    assert_eq!(iterations.len(), 1, "forty rows have room for K = 10 alone");
    assert_positive(&iterations[0], "n k milliseconds");
}

#[test]
fn quiet_says_results_only() {
    let sandbox = sandbox();
    let run = sandbox.done(&format!("{SMALL} --quiet"));
    assert!(run.err.is_empty() && run.text().contains("Speed-up"), "{run:?}");
    let run = sandbox.done(&format!("{SMALL} --force"));
    assert!(run.err.contains("data      data (IDX)") && run.err.contains("kernel    "), "{run:?}");
}

#[test]
fn without_data_it_is_the_demo_and_every_output_says_so() {
    let sandbox = Sandbox::new();
    let run = sandbox.done("bench --n 5 --k 2 --seconds 0 --threads 1");
    assert!(run.err.contains("note: no MNIST") && run.err.contains("1 thread"), "{run:?}");
    assert!(run.text().contains("not real data"), "{}", run.text());
    assert!(String::from_utf8(sandbox.read("bench/ladder.svg")).unwrap().contains("synthetic"));
    let document = sandbox.json("bench/bench.json");
    assert_eq!(
        (&document["synthetic"], &document["machine"]["threads"]),
        (&true.into(), &1.into())
    );
}

#[test]
fn nothing_is_replaced_unless_force_is_given_and_then_only_its_own_files() {
    let sandbox = sandbox();
    for file in FILES {
        sandbox.write(format!("bench/{file}"), "mine");
        sandbox.refuses(1, SMALL.split(' '), &[file, "already exists"]);
        sandbox.done(&format!("{SMALL} --force"));
        assert_ne!(sandbox.read(format!("bench/{file}")), b"mine");
        std::fs::remove_dir_all(sandbox.path("bench")).unwrap();
    }
    sandbox.write("bench/notes.txt", "mine");
    sandbox.done(SMALL);
    assert_eq!(sandbox.read("bench/notes.txt"), b"mine");
    sandbox.refuses(1, format!("{SMALL} --out data.idx").split(' '), &["data.idx"]);
}

#[test]
fn sizes_out_of_range_are_refused_before_anything_is_timed() {
    let sandbox = sandbox();
    let refuses = |code, words: &str, parts: &[&str]| {
        sandbox.refuses(code, format!("bench --data data.idx {words}").split(' '), parts);
    };
    refuses(1, "--n 5,41", &["--n is 41", "at most 40"]);
    refuses(2, "--n 0", &["--n", "from 1 to"]);
    refuses(2, "--n 5,,7", &["--n", "from 1 to"]);
    refuses(2, "--k 0", &["--k", "from 1 to"]);
    refuses(2, "--k 1001", &["--k", "from 1 to"]);
    refuses(2, "--seconds -1", &["--seconds", "from 0 to"]);
    refuses(2, "--seconds nan", &["--seconds", "from 0 to"]);
}

#[test]
fn tables_of_any_width_and_few_rows_have_a_ladder() {
    let sandbox = Sandbox::new();
    let row = |i: usize| (0..3).map(|d| ((i + d) % 2).to_string()).collect::<Vec<_>>().join(",");
    sandbox.write("rows.csv", (0..3).map(row).collect::<Vec<_>>().join("\n"));
    let run = sandbox.done("bench --data rows.csv --k 2 --seconds 0");
    assert!(run.text().contains("rows"), "{}", run.text());
    // So wide that the plain attempts underflow, which is said.
    let row = |i: usize| (0..1200).map(|d| (d * i % 2).to_string()).collect::<Vec<_>>().join(",");
    sandbox.write("wide.csv", (0..4).map(row).collect::<Vec<_>>().join("\n"));
    let run = sandbox.done("bench --data wide.csv --k 2 --seconds 0 --out wide");
    assert!(run.text().contains("4 of 4 rows underflow"), "{}", run.text());
}
