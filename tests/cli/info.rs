//! `bmm info`: what models and sources tell of themselves.

use super::*;

#[test]
fn a_model_tells_its_size_its_weights_and_its_origin() {
    let sandbox = Sandbox::with_run();
    for subject in ["run", "run/model.bmm"] {
        let info = sandbox.done(&format!("info {subject} --json")).json();
        assert_keys(&info, "model n_components n_features height width binarize weights");
        assert_keys(&info["provenance"], "program_version data_sha256 seed n_init init alpha tol");
        assert_keys(&info["fit"], "log_likelihood n_iter stop best_start starts");
    }
}

#[test]
fn a_model_keeps_its_trust_line_and_its_diagnoses() {
    let sandbox = Sandbox::with_run();
    let run = sandbox.done("train --k 3 --data data.idx --out other --json").json();
    let text = sandbox.done("info other").text();
    let of_train = sandbox.done("train --k 3 --data data.idx --out other --force").text();
    let trust = of_train.lines().find(|line| line.starts_with("trust")).unwrap();
    let line = trust.trim_start_matches("trust").trim();
    assert!(text.contains(line), "{line}\n{text}");
    let info = sandbox.done("info other --json").json();
    assert_eq!(info["trust"]["findings"], run["diagnoses"]);
    assert_eq!(info["trust"]["gradient_residual"], run["gradient_residual"]);
    // Two kinds of images cannot fill three clusters.
    let code = info["trust"]["findings"][0]["code"].as_str().unwrap();
    assert!(text.lines().any(|l| l.starts_with("diagnosis") && l.contains(code)), "{text}");
}

#[test]
fn a_source_tells_its_size_its_ink_and_its_labels() {
    let sandbox = Sandbox::new();
    write_splits(&sandbox, "set");
    let info = sandbox.done("info set:test --json").json();
    assert_keys(&info, "data kind n_samples height width binarize ones share_of_ones data_sha256");
    assert_eq!((&info["n_samples"], &info["labels"]["1"]), (&20.into(), &10.into()));
}

#[test]
fn the_fingerprint_of_the_data_is_the_one_in_the_model() {
    let sandbox = Sandbox::with_run();
    let data = sandbox.done("info data.idx --json").json();
    let model = sandbox.done("info run --json").json();
    assert_eq!(data["data_sha256"], model["provenance"]["data_sha256"]);
}

/// Answers of two kinds of people to five questions, and a run on them.
fn answers() -> Sandbox {
    let sandbox = Sandbox::new();
    let answer = |i: usize, d: usize| u8::from(i.is_multiple_of(2) != ((i * 7 + d * 5) % 11 < 2));
    let row = |i| (0..5).map(|d| answer(i, d).to_string()).collect::<Vec<_>>().join(",");
    sandbox.write("answers.csv", (0..200).map(row).collect::<Vec<_>>().join("\n"));
    sandbox.done("train --quiet --k 2 --data answers.csv --out run");
    sandbox
}

#[test]
fn standard_errors_come_by_information_and_by_bootstrap() {
    let sandbox = answers();
    for (words, method) in [("", "observed information"), (" --bootstrap 20", "bootstrap")] {
        let words = format!("info run answers.csv --errors{words}");
        let errors = sandbox.done(&format!("{words} --json")).json()["standard_errors"].clone();
        assert_keys(&errors, "method data trained_on_it n_refits n_converged n_without");
        assert_eq!((&errors["method"], &errors["trained_on_it"]), (&method.into(), &true.into()));
        assert_eq!(errors["means"].as_array().unwrap().len(), 2);
        let weight = errors["weights"][0].as_f64().unwrap();
        assert!((0.02..0.06).contains(&weight), "{errors}");
        let other = errors["weights"][1].as_f64().unwrap();
        assert!((weight - other).abs() < 1e-12, "{errors}");
        let text = sandbox.done(&words).text();
        assert!(text.contains("Estimates (standard errors)") && text.contains("mean of item 4"));
    }
    let plain = sandbox.done("info run --json").json();
    assert!(!keys(&plain).contains("standard_errors"));
}

#[test]
fn a_seed_makes_the_bootstrap_repeatable_at_any_number_of_threads() {
    let sandbox = answers();
    let run = |more: &str| {
        sandbox.done(&format!("info run answers.csv --errors --bootstrap 20 --json {more}")).out
    };
    assert_eq!(run("--threads 1"), run("--seed 0 --threads 3"));
    assert_ne!(run(""), run("--seed 1"));
}

#[test]
fn errors_on_other_data_than_the_training_data_come_with_a_note() {
    let sandbox = answers();
    let text = String::from_utf8(sandbox.read("answers.csv")).unwrap();
    sandbox.write("most.csv", text.lines().take(190).collect::<Vec<_>>().join("\n"));
    let run = sandbox.done("info run most.csv --errors --bootstrap 5 --json");
    assert!(run.err.contains("trained on other data"), "{run:?}");
    assert_eq!(run.json()["standard_errors"]["trained_on_it"], false);
}

#[test]
fn a_model_fitted_to_labels_has_the_errors_of_labelled_rows() {
    let sandbox = answers();
    let label = |i: usize| format!("{}\n", i % 2);
    sandbox.write("labels.txt", (0..200).map(label).collect::<String>());
    let words = "train --components-per-label 1 --data answers.csv --labels labels.txt --out own";
    sandbox.done(words);
    let errors = sandbox.done("info own answers.csv --errors --labels labels.txt --json").json();
    // Half of the rows each, and nothing to guess.
    let weight = errors["standard_errors"]["weights"][0].as_f64().unwrap();
    assert!((weight - (0.25_f64 / 200.0).sqrt()).abs() < 1e-9, "{weight}");
    let words = "info own answers.csv --errors";
    sandbox.refuses(1, words.split_whitespace(), &["labels"]);
}
