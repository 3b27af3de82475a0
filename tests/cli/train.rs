//! `bmm train`: the run folder, the document, seeds, warm starts, defaults and Ctrl-C.

use super::*;
use std::io::Read;

const KEYS: &str =
    "model data n_samples left_out n_features n_components seed n_init accelerate best_found diagnoses
    gradient_residual n_iter converged stop
    log_likelihood score bic aic icl weights seconds model_sha256 synthetic";

#[test]
fn a_run_folder_holds_the_model_the_pictures_the_history_and_the_results() {
    let sandbox = Sandbox::with_run();
    let files = sandbox
        .tree()
        .into_keys()
        .map(|path| path.strip_prefix(sandbox.path("")).unwrap().to_string_lossy().into_owned());
    let wanted = "data.idx run run/history.csv run/means run/means/00.png run/means/01.png
        run/means.png run/model.bmm run/report.html run/run.json";
    assert_eq!(
        files.collect::<BTreeSet<_>>(),
        wanted.split_whitespace().map(String::from).collect()
    );
    for picture in ["run/means.png", "run/means/00.png", "run/means/01.png"] {
        image::load_from_memory(&sandbox.read(picture)).unwrap();
    }
}

#[test]
fn json_is_one_document_with_the_promised_keys_and_the_same_as_run_json_but_for_seconds() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(40));
    let mut run = sandbox.done("train --k 2 --data data.idx --json").json();
    assert_keys(&run, KEYS);
    assert!(!keys(&run).contains("accuracy"), "{run}");
    let mut kept = sandbox.json("models/data-k2/run.json");
    let [told, known] = [&mut run, &mut kept].map(|document| document["seconds"].take());
    assert_eq!(run, kept);
    // The clock goes on while the folder is written: `run.json` knows only what is over.
    let seconds = |part: &str| told[part].as_f64().unwrap();
    assert!(seconds("total") >= seconds("load") + seconds("fit") + seconds("write"), "{told}");
    assert_eq!(known, serde_json::json!({ "load": told["load"], "fit": told["fit"] }));
    assert_eq!((&run["n_samples"], &run["n_features"]), (&40.into(), &16.into()));
    let score = run["log_likelihood"].as_f64().unwrap() / 40.0;
    assert!((score - run["score"].as_f64().unwrap()).abs() < 1e-9, "{run}");
    let sha256 = Digest::of_bytes(&sandbox.read("models/data-k2/model.bmm")).to_string();
    assert_eq!(run["model_sha256"], sha256.as_str());
}

#[test]
fn labels_and_a_test_split_add_their_scores() {
    let sandbox = Sandbox::new();
    write_splits(&sandbox, "set");
    let run = sandbox.done("train --k 2 --data set --json").json();
    assert_keys(&run, "accuracy purity nmi ari");
    assert_keys(&run["held_out"], "n_samples score bits_per_pixel accuracy");
    assert_eq!((&run["accuracy"], &run["held_out"]["n_samples"]), (&1.0.into(), &20.into()));
    let text = sandbox.done("train --k 2 --data set").text();
    for part in ["majority label", "trust", "held out", "written   models/set-k2-2"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn diagnoses_are_told_after_the_trust_line_and_in_the_document() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(40));
    let run = sandbox.done("train --k 3 --data data.idx --max-iter 1 --json").json();
    let found = run["diagnoses"].as_array().unwrap();
    let first = &found[0];
    assert_keys(first, "code message advice");
    assert_eq!(first["code"], "max-iter");
    assert!(run["gradient_residual"].as_f64() > Some(0.0));
    let text = sandbox.done("train --k 3 --data data.idx --max-iter 1").text();
    let lines: Vec<_> = text.lines().skip_while(|line| !line.starts_with("trust")).collect();
    assert!(lines[1].starts_with("diagnosis max-iter: "), "{text}");
    assert!(lines[1].ends_with(first["advice"].as_str().unwrap()), "{text}");
    let told = lines.iter().filter(|line| line.starts_with("diagnosis")).count();
    assert_eq!(told, found.len());
}

#[test]
fn labels_from_a_file_are_cut_with_the_images() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(4));
    sandbox.write("labels.txt", "7\n12\n7\n12\n");
    let train = "train --k 2 --data data.idx --labels labels.txt --limit 3 --json";
    let run = sandbox.done(train).json();
    assert_eq!((&run["n_samples"], &run["accuracy"]), (&3.into(), &1.0.into()));
}

#[test]
fn the_history_begins_before_the_first_iteration_and_never_falls() {
    let sandbox = Sandbox::with_run();
    let text = String::from_utf8(sandbox.read("run/history.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("iteration,objective,gain"));
    let objective: Vec<f64> =
        lines.map(|line| line.split(',').nth(1).unwrap().parse().unwrap()).collect();
    assert_eq!(
        objective.len() as u64,
        sandbox.json("run/run.json")["n_iter"].as_u64().unwrap() + 1
    );
    assert!(objective.windows(2).all(|pair| pair[1] >= pair[0] - 1e-9), "{objective:?}");
}

#[test]
fn folders_that_were_not_named_are_numbered() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(10));
    for folder in ["models/data-k2", "models/data-k2-2", "models/data-k2-3"] {
        let run = sandbox.done("train --k 2 --data data.idx --json").json();
        assert_eq!(run["model"], folder);
    }
}

#[test]
fn runs_at_the_same_time_all_keep_their_fits() {
    let sandbox = Sandbox::new();
    let train =
        ["train", "--data", "demo", "--limit", "200", "--k", "2", "--n-init", "1", "--quiet"];
    let start = |_| {
        let mut command = std::process::Command::new(BMM);
        command.args(train).current_dir(sandbox.path("")).stdout(std::process::Stdio::null());
        command.spawn().unwrap()
    };
    let children: Vec<_> = (0..6).map(start).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let runs = std::fs::read_dir(sandbox.path("models")).unwrap();
    assert_eq!(
        runs.filter(|run| run.as_ref().unwrap().path().join("model.bmm").exists()).count(),
        6
    );
}

#[test]
fn the_built_in_model_needs_no_file_and_is_the_one_described() {
    let sandbox = Sandbox::new();
    let info = sandbox.done("info mnist-k100 --json").json();
    assert_eq!((&info["n_components"], &info["width"]), (&100.into(), &28.into()));
    let eval = sandbox.done("eval demo:test --model mnist-k100 --json").json();
    assert_eq!(eval["n_samples"], 2000);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut shipped = Vec::new();
    let packed = std::fs::File::open(root.join("mnist-k100.bmm.gz")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut shipped).unwrap();
    let digest = Digest::of_bytes(&shipped).to_string();
    assert!(std::fs::read_to_string(root.join("README.md")).unwrap().contains(&digest));
}

#[test]
fn force_replaces_all_of_a_run() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(10));
    sandbox.done("train --k 3 --data data.idx --out run");
    sandbox.done("train --k 1 --data data.idx --out run --force");
    assert_eq!(model(&sandbox, "run").mixture.n_components(), 1);
    assert!(!sandbox.path("run/means/01.png").exists());
}

#[test]
fn strict_tells_a_fit_that_did_not_converge_by_its_exit_code() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(10));
    let train = "train --k 2 --data data.idx --n-init 1 --tol 0 --max-iter 2 --json";
    assert_eq!(sandbox.done(train).json()["stop"], "max-iter");
    let strict = sandbox.words(&format!("{train} --strict"));
    assert_eq!((strict.code, &strict.json()["converged"]), (Some(3), &false.into()));
    sandbox.done("train --k 2 --data data.idx --strict");
}

#[test]
fn no_accelerate_is_plain_em_and_the_document_tells_leaps_from_plain_iterations() {
    let sandbox = Sandbox::new();
    let train =
        "train --data demo --limit 500 --k 5 --n-init 1 --tol 0 --max-iter 60 --quiet --json";
    let run = |flags: &str| sandbox.done(&format!("{train} {flags}")).json();
    let count = |run: &Value, name: &str| run["starts"][0][name].as_u64().unwrap();
    let (fast, plain) = (run("--out fast"), run("--no-accelerate --out plain"));
    assert_eq!((&fast["accelerate"], &plain["accelerate"]), (&true.into(), &false.into()));
    assert!(count(&fast, "n_leaps") > 0 && count(&plain, "n_leaps") == 0);
    for run in [&fast, &plain] {
        assert_eq!(count(run, "n_iter") + count(run, "n_rejected"), 60);
    }
    assert_eq!(count(&plain, "n_rejected"), 0);
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let sandbox = Sandbox::new();
    let bytes = |out: &str, extra: &str| {
        // Large enough for single precision and ten blocks of rows.
        let train = "train --data demo --k 3 --n-init 2 --max-iter 5 --quiet";
        sandbox.done(&format!("{train} --out {out} {extra}"));
        sandbox.read(format!("{out}/model.bmm"))
    };
    let first = bytes("a", "--threads 1");
    for (out, extra) in [("b", "--threads 1"), ("c", "--threads 2"), ("d", "--threads 5")] {
        assert!(first == bytes(out, extra), "{extra}");
    }
    assert!(first != bytes("e", "--seed 1"), "the seed changes nothing");
}

#[test]
fn a_warm_start_goes_on_from_where_the_model_was() {
    let sandbox = Sandbox::new();
    let train = "train --data demo --limit 300 --alpha 0 --tol 0 --quiet --json";
    let cold = sandbox.done(&format!("{train} --k 4 --n-init 1 --max-iter 3 --out cold")).json();
    let warm = sandbox.done(&format!("{train} --from cold --max-iter 3 --out warm")).json();
    let score = |run: &Value| run["score"].as_f64().unwrap();
    assert!(score(&warm) >= score(&cold) - 1e-9, "{} {}", score(&warm), score(&cold));
    let from = format!("from {}", cold["model_sha256"].as_str().unwrap());
    assert_eq!((&warm["n_components"], &warm["init"]), (&4.into(), &from.into()));
}

#[test]
fn a_warm_start_keeps_the_rule_of_its_model() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(10));
    sandbox.done("train --k 2 --data data.idx --binarize threshold:7 --out cold");
    sandbox.done("train --from cold --data data.idx --out warm");
    assert_eq!(model(&sandbox, "warm").binarize.to_string(), "threshold:7");
}

#[test]
fn the_default_data_are_mnist_where_they_are_and_else_the_demo_with_a_notice() {
    let sandbox = Sandbox::new();
    let train = "train --k 1 --n-init 1 --limit 20 --max-iter 2";
    let run = sandbox.done(train);
    assert_eq!(run.err.lines().filter(|line| line.starts_with("note:")).count(), 2, "{run:?}");
    assert!(run.text().contains("synthetic"), "{run:?}");
    write_splits(&sandbox, "elsewhere/mnist");
    let mut command = sandbox.command(BMM);
    command.args(train.split(' ')).env("BMM_DATA", "elsewhere");
    let run = Run::of(command.output().unwrap());
    assert!(run.text().contains("models/mnist-k1\n") && !run.err.contains("note:"), "{run:?}");
    write_splits(&sandbox, "data/mnist");
    assert!(sandbox.done(train).text().contains("models/mnist-k1-2"));
}

#[test]
fn every_output_made_from_the_demo_says_that_it_is_synthetic() {
    let sandbox = Sandbox::new();
    let train = "train --data demo --k 2 --n-init 1 --max-iter 3 --limit 50 --out run";
    assert!(sandbox.done(train).text().contains("synthetic digits"));
    assert_eq!(sandbox.json("run/run.json")["synthetic"], true);
    for words in ["eval demo:test --model run", "info run", "info demo"] {
        assert!(sandbox.done(words).text().contains("synthetic"), "{words}");
    }
    for words in ["view --model run", "sample --model run -n 1"] {
        let run = sandbox.done(words);
        assert!(run.err.contains("synthetic digits"), "{words}: {}", run.err);
    }
    for words in ["eval demo:test --model run", "info demo", "view --model run"] {
        let run = sandbox.done(&format!("{words} --json")).json();
        assert_eq!(run["synthetic"], true, "{words}");
    }
}

#[test]
fn quiet_leaves_standard_error_empty() {
    let sandbox = Sandbox::new();
    for words in ["train --k 1 --limit 9 --quiet", "view --quiet", "sample --quiet"] {
        assert_eq!(sandbox.done(words).err, "");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_fit_is_saved_and_says_so() {
    for (i, fit) in ["--n-init 1 --tol 0", "--n-init 100000"].into_iter().enumerate() {
        let sandbox = Sandbox::new();
        sandbox.write("data.idx", two_kinds(200));
        let args = format!("train --data data.idx --k 9 --max-iter 1000000000 {fit} --out run");
        let run = interrupted(&sandbox, &args);
        assert_eq!(run.code, Some(130), "{i}: {run:?}");
        let results = sandbox.json("run/run.json");
        assert_eq!(
            (&results["stop"], &results["converged"]),
            (&"interrupted".into(), &false.into())
        );
        assert_eq!(model(&sandbox, "run").mixture.n_components(), 9);
        assert!(run.text().contains("interrupted"), "{run:?}");
        sandbox.done("assign data.idx --model run");
    }
}

/// Runs the program and sends it Ctrl-C once it has said how it will fit, which is when it listens.
#[cfg(unix)]
pub fn interrupted(sandbox: &Sandbox, args: &str) -> Run {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let mut command = sandbox.command(BMM);
    command.args(args.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let remarks = BufReader::new(child.stderr.take().unwrap()).lines();
    let kernel = remarks.map_while(Result::ok).find(|line| line.starts_with("kernel"));
    assert!(kernel.is_some(), "the fit never began");
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-INT", &child.id().to_string()]).status().unwrap().success());
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn the_default_number_of_clusters_is_said_to_be_one() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "1,0,1\n0,1,1\n1,1,0\n");
    let run = sandbox.words("train --data rows.csv");
    run.assert_failure(1, &["--k is 10 by default, but must be from 1 to 3"]);
    assert!(run.err.contains("hint: give --k from 1 to 3, the number of rows"), "{run:?}");
    // A number that was given is no default.
    let run = sandbox.words("train --data rows.csv --k 10");
    assert!(run.err.contains("--k is 10, but must be from 1 to 3"), "{run:?}");
}

#[test]
fn advice_suits_the_fit() {
    let sandbox = Sandbox::new();
    sandbox.write("one.csv", "1,0,1\n");
    let one = sandbox.done("train --data one.csv --k 1 --out one").text();
    assert!(one.contains("give more rows") && !one.contains("smaller k"), "{one}");
    sandbox.write("data.idx", two_kinds(40));
    let endless = "train --data data.idx --k 2 --tol 0 --max-iter 3 --n-init 1 --out endless";
    let endless = sandbox.done(endless).text();
    assert!(endless.contains("stopped after 3 iterations, by tol 0"), "{endless}");
    assert!(!endless.contains("raise"), "{endless}");
}

#[test]
fn what_rounds_to_zero_has_no_sign() {
    let sandbox = Sandbox::new();
    // All but certain rows: a score of -2e-7 nats.
    sandbox.write("sure.json", r#"{"weights": [1], "means": [[0.9999999, 0.0000001]]}"#);
    sandbox.done("import sure.json --out sure");
    sandbox.write("rows.csv", "1,0\n1,0\n");
    let eval = sandbox.done("eval rows.csv --model sure").text();
    let assigned = sandbox.done("assign rows.csv --model sure").text();
    let compared = sandbox.done("compare sure sure rows.csv").text();
    for text in [eval, assigned, compared] {
        assert!(text.contains("0.0000") && !text.contains("-0.0000"), "{text}");
    }
}
