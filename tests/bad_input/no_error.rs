//! Data that looks wrong but is not: a valid model comes out, and every command works on it.

use super::*;

/// Data that looks wrong but is not, as IDX images of 3 x 3.
fn odd_data() -> Vec<(&'static str, Vec<u8>)> {
    let images = |n: u32, pixel: fn(u32, u32) -> u8| {
        let body: Vec<u8> = (0..n).flat_map(|i| (0..9).map(move |d| pixel(i, d))).collect();
        idx(&[n, 3, 3], body)
    };
    vec![
        ("blank", images(6, |_, _| 0)),
        ("full", images(6, |_, _| 255)),
        ("constant", images(6, |i, d| if d == 4 || d % 5 < i % 3 { 200 } else { 0 })),
        ("duplicates", images(6, |_, d| if d % 2 == 0 { 255 } else { 0 })),
        ("single", images(1, |_, d| if d % 2 == 0 { 255 } else { 0 })),
        ("column", idx(&[6, 1, 1], [0, 255, 255, 0, 0, 255])),
        ("point", idx(&[1, 1, 1], [255])),
        ("table", b"0\n1\n1\n0\n0\n1\n".to_vec()),
    ]
}

/// Nothing is null but what was not asked for or does not exist, and every number is finite, as JSON demands.
fn check_numbers(name: &str, value: &Value) {
    match value {
        Value::Null => {
            let may_be_null = ["held_out", "second_best", "moved_from", "n_sampled", "classifier"];
            assert!(may_be_null.contains(&name), "{name} is null")
        }
        Value::Array(items) => items.iter().for_each(|item| check_numbers(name, item)),
        Value::Object(fields) => fields.iter().for_each(|(name, v)| check_numbers(name, v)),
        _ => {}
    }
}

fn check_model(sandbox: &Sandbox, run: &str) {
    let model = model_file::Model::read(sandbox.path(run).join("model.bmm")).unwrap();
    assert!((model.mixture.weights().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(model.mixture.weights().iter().all(|weight| (0.0..=1.0).contains(weight)));
    assert!(model.mixture.means().iter().all(|mean| (0.0..=1.0).contains(mean)));
}

/// Every command works on the run, and no number of theirs is out of its range.
fn check_commands(sandbox: &Sandbox, data: &str, run: &str) {
    let eval = sandbox.done(&format!("eval {data} --model {run} --json --quiet")).json();
    assert!(eval["score"].as_f64().unwrap() <= 0.0, "{eval}");
    let assigned = sandbox.done(&format!("assign {data} --model {run} --json --quiet")).json();
    for row in assigned["assignments"].as_array().unwrap() {
        let probability = row["probability"].as_f64().unwrap();
        assert!(probability > 0.0 && probability <= 1.0 + 1e-12, "{row}");
        assert!(row["log_likelihood"].as_f64().unwrap() <= 1e-12, "{row}");
    }
    for command in ["view", "sample"] {
        let shown = sandbox.done(&format!("{command} --model {run} --quiet")).text();
        assert!(!shown.is_empty() && !shown.contains("NaN"), "{shown}");
    }
    let info = sandbox.done(&format!("info {run}")).text();
    assert!(!info.contains("NaN") && !info.contains("inf\n"), "{info}");
}

#[test]
fn odd_data_gives_a_valid_model_with_which_every_command_works() {
    let sandbox = Sandbox::new();
    for (data, bytes) in odd_data() {
        let ks: &[_] = if data == "single" || data == "point" { &[1] } else { &[1, 2, 6] };
        sandbox.write(data, bytes);
        for alpha in ["0", "0.1"] {
            for k in ks {
                let run = format!("runs/{data}-{k}-{alpha}");
                let train = format!("train --data {data} --k {k} --alpha {alpha} --n-init 2");
                let done = sandbox.done(&format!("{train} --quiet --out {run} --force")).text();
                assert!(!done.contains("NaN") && !done.contains("-0.0000"), "{done}");
                check_numbers("", &sandbox.json(format!("{run}/run.json")));
                check_model(&sandbox, &run);
                check_commands(&sandbox, data, &run);
            }
        }
    }
}

#[test]
fn every_start_copes_with_blank_images() {
    let sandbox = Sandbox::new();
    sandbox.write("blank", idx(&[5, 2, 2], [0; 20]));
    for init in ["random-rows", "random-means", "random-resp", "kmeans++"] {
        let train = "train --data blank --k 3 --alpha 0 --quiet --json --force --init";
        let run = sandbox.done(&format!("{train} {init} --out {init}")).json();
        check_numbers("", &run);
        assert!(run["score"].as_f64().unwrap().abs() < 1e-9, "{run}");
    }
}

#[test]
fn an_image_that_the_model_rules_out_is_impossible_not_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("a.json", r#"{"weights": [0.5, 0.5], "means": [[0, 1], [0, 0.5]]}"#);
    sandbox.write("rows.csv", "0,1\n1,1\n");
    sandbox.done("import a.json --out run");
    let run = sandbox.done("assign rows.csv --model run --format csv --proba --quiet").text();
    let last: Vec<&str> = run.lines().last().unwrap().split(',').collect();
    assert_eq!(last[4], "-inf", "{run}");
    let total: f64 = last[5..].iter().map(|p| p.parse::<f64>().unwrap()).sum();
    assert!((total - 1.0).abs() < 1e-12, "{run}");
    sandbox.done("eval rows.csv --model run");
}
