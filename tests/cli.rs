//! What the command line promises: files, streams, keys, columns and exit codes of every command.

mod common;

use bmm::model_file::{self, Model};
use common::program::{BMM, Run, Sandbox, gzip, idx, png, two_kinds};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// The names in a JSON object.
fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Demands that `value` has each of `wanted`, names parted by blanks.
fn assert_keys(value: &Value, wanted: &str) {
    let missing: Vec<_> = wanted.split_whitespace().filter(|w| !keys(value).contains(w)).collect();
    assert!(missing.is_empty(), "{missing:?} missing in {value:#}");
}

fn model(sandbox: &Sandbox, run: &str) -> Model {
    model_file::read(sandbox.path(run).join("model.bmm")).unwrap()
}

/// A folder with both splits of a tiny MNIST, labels included.
fn write_splits(sandbox: &Sandbox, folder: &str) {
    let labels: Vec<u8> = (0..40).map(|i| i % 2).collect();
    for (split, n) in [("train", 40), ("t10k", 20)] {
        sandbox.write(format!("{folder}/{split}-images-idx3-ubyte"), two_kinds(n));
        let labels = idx(&[n], &labels[..n as usize]);
        sandbox.write(format!("{folder}/{split}-labels-idx1-ubyte.gz"), gzip(&labels));
    }
}

mod train {
    use super::*;

    const KEYS: &str =
        "model data n_samples n_features n_components seed n_init best_found n_iter converged stop
        log_likelihood score bic aic icl weights seconds model_sha256 synthetic";

    #[test]
    fn a_run_folder_holds_the_model_the_pictures_the_history_and_the_results() {
        let sandbox = Sandbox::with_run();
        let files = sandbox.tree().into_keys().map(|path| {
            path.strip_prefix(sandbox.path("")).unwrap().to_string_lossy().into_owned()
        });
        let wanted = "data.idx run run/history.csv run/means run/means/00.png run/means/01.png
            run/means.png run/model.bmm run/run.json";
        assert_eq!(
            files.collect::<BTreeSet<_>>(),
            wanted.split_whitespace().map(String::from).collect()
        );
        for picture in ["run/means.png", "run/means/00.png", "run/means/01.png"] {
            image::load_from_memory(&sandbox.read(picture)).unwrap();
        }
    }

    #[test]
    fn json_is_one_document_with_the_promised_keys_and_the_same_as_run_json() {
        let sandbox = Sandbox::new();
        sandbox.write("data.idx", two_kinds(40));
        let run = sandbox.done("train --k 2 --data data.idx --json").json();
        assert_keys(&run, KEYS);
        assert_keys(&run["seconds"], "load fit write total");
        assert!(!keys(&run).contains("accuracy"), "{run}");
        assert_eq!(run, sandbox.json("models/data-k2/run.json"));
        assert_eq!((&run["n_samples"], &run["n_features"]), (&40.into(), &16.into()));
        let score = run["log_likelihood"].as_f64().unwrap() / 40.0;
        assert!((score - run["score"].as_f64().unwrap()).abs() < 1e-9, "{run}");
        let sha256 = model_file::sha256_hex(&sandbox.read("models/data-k2/model.bmm"));
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
    fn labels_from_a_file_are_cut_with_the_images() {
        let sandbox = Sandbox::new();
        sandbox.write("data.idx", two_kinds(4));
        sandbox.write("labels.txt", "up\ndown\nup\ndown\n");
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
    fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
        let sandbox = Sandbox::new();
        let bytes = |out: &str, extra: &str| {
            let train = "train --data demo --limit 600 --k 5 --n-init 2 --max-iter 20 --quiet";
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
        let cold =
            sandbox.done(&format!("{train} --k 4 --n-init 1 --max-iter 3 --out cold")).json();
        let warm = sandbox.done(&format!("{train} --from cold --max-iter 3 --out warm")).json();
        let score = |run: &Value| run["score"].as_f64().unwrap();
        assert!(score(&warm) >= score(&cold) - 1e-9, "{} {}", score(&warm), score(&cold));
        assert_eq!((&warm["n_components"], &warm["init"]), (&4.into(), &"from".into()));
    }

    #[test]
    fn a_warm_start_keeps_the_rule_of_its_model() {
        let sandbox = Sandbox::new();
        sandbox.write("data.idx", two_kinds(10));
        sandbox.done("train --k 2 --data data.idx --binarize threshold:7 --out cold");
        sandbox.done("train --from cold --data data.idx --out warm");
        assert_eq!(model(&sandbox, "warm").binarize, "threshold:7");
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
    fn interrupted(sandbox: &Sandbox, args: &str) -> Run {
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
}

mod assign {
    use super::*;

    const COLUMNS: [&str; 5] = ["source", "index", "cluster", "probability", "log_likelihood"];

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
        assert_eq!(rows.headers().unwrap().iter().skip(5).collect::<Vec<_>>(), wanted);
        for row in rows.records().map(Result::unwrap) {
            let number = |i: usize| row[i].parse::<f64>().unwrap();
            assert!((number(7) + number(8) - 1.0).abs() < 1e-12, "{row:?}");
            assert_eq!(number(3), number(7 + number(2) as usize), "{row:?}");
            assert_eq!(number(6), number(7 + number(5) as usize), "{row:?}");
            assert!(number(3) >= number(6), "{row:?}");
        }
    }

    #[test]
    fn a_model_with_labels_names_the_label_of_the_cluster() {
        let sandbox = Sandbox::new();
        write_splits(&sandbox, "set");
        sandbox.done("train --k 2 --data set --out run");
        let text = sandbox.done("assign set:test --model run --format csv").text();
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(&rows.headers().unwrap()[5], "cluster_label");
        for (i, row) in rows.records().map(Result::unwrap).enumerate() {
            assert_eq!(row[5], (i % 2).to_string());
        }
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
        let old =
            std::fs::File::options().write(true).open(sandbox.path("models/data-k1/model.bmm"));
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
}

mod view {
    use super::*;

    #[test]
    fn shade_is_plain_text_and_blocks_are_coloured() {
        let sandbox = Sandbox::with_run();
        let shade = sandbox.done("view --model run --as shade").text();
        assert!(shade.is_ascii() && shade.contains("cluster 0") && shade.contains("cluster 1"));
        assert_eq!(sandbox.done("view --model run").text(), shade, "no terminal, no colour");
        let blocks = sandbox.done("view --model run --as blocks").text();
        assert!(blocks.contains('\u{1b}') && blocks.contains('▀'), "{blocks}");
    }

    #[test]
    fn color_decides_and_no_color_is_respected() {
        let sandbox = Sandbox::with_run();
        let coloured = |env: &str, args: &str| {
            let line = format!("{env} exec \"$BMM\" view --model run {args}");
            sandbox.shell(&line).text().contains('\u{1b}')
        };
        assert!(coloured("", "--color always"));
        assert!(coloured("NO_COLOR=1", "--color always"), "what is asked for comes first");
        assert!(!coloured("", "--color never"));
        assert!(!coloured("", "") && !coloured("NO_COLOR=1", ""));
    }

    /// `script` gives the program a terminal; where it is missing there is nothing to see.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_terminal_has_colour_unless_no_color_is_set() {
        let sandbox = Sandbox::with_run();
        let on_terminal = |env: &str| {
            let view = format!("{env} TERM=xterm '{BMM}' view --model run");
            sandbox.shell(&format!("script -qec \"{view}\" /dev/null"))
        };
        let run = on_terminal("");
        if run.code != Some(0) {
            eprintln!("skipped: there is no `script` to make a terminal with");
            return;
        }
        assert!(run.text().contains('\u{1b}'), "{run:?}");
        assert!(!on_terminal("NO_COLOR=1").text().contains('\u{1b}'));
    }

    #[test]
    fn a_png_is_a_picture_and_one_cluster_is_smaller_than_all() {
        let sandbox = Sandbox::with_run();
        sandbox.done("view --model run --output all.png");
        sandbox.done("view --model run --cluster 1 --as png --output one");
        let picture = |name: &str| image::load_from_memory(&sandbox.read(name)).unwrap();
        assert!(picture("all.png").width() > picture("one").width());
    }

    #[test]
    fn text_can_go_to_a_file() {
        let sandbox = Sandbox::with_run();
        sandbox.done("view --model run --output a.txt");
        assert_eq!(sandbox.read("a.txt"), sandbox.done("view --model run").out);
    }

    #[test]
    fn columns_are_images_side_by_side() {
        let sandbox = Sandbox::with_run();
        let lines = |columns| {
            let words = format!("view --model run --columns {columns}");
            sandbox.done(&words).text().lines().count()
        };
        assert!(lines(1) > lines(2));
    }

    #[test]
    fn json_holds_the_means() {
        let sandbox = Sandbox::with_run();
        let document = sandbox.done("view --model run --cluster 1 --json").json();
        assert_keys(&document, "model synthetic height width output clusters");
        let [cluster] = &document["clusters"].as_array().unwrap()[..] else { panic!("{document}") };
        assert_eq!(cluster["cluster"], 1);
        assert_eq!(cluster["mean"].as_array().unwrap().len(), 16);
    }
}

mod eval {
    use super::*;

    const KEYS: &str =
        "model data synthetic n_samples log_likelihood score bits_per_pixel cluster_sizes";

    #[test]
    fn scores_come_with_labels_and_without() {
        let sandbox = Sandbox::new();
        write_splits(&sandbox, "set");
        sandbox.done("train --k 2 --data set --out run");
        let plain = sandbox.done("eval set/train-images-idx3-ubyte --model run --json").json();
        assert_keys(&plain, KEYS);
        assert!(!keys(&plain).contains("accuracy"), "{plain}");
        let labelled = sandbox.done("eval set:test --model run --json").json();
        assert_keys(&labelled, KEYS);
        assert_keys(&labelled, "accuracy purity nmi ari confusion");
        assert_keys(&labelled["confusion"], "labels counts");
        assert_eq!((&labelled["n_samples"], &labelled["accuracy"]), (&20.into(), &1.0.into()));
    }

    #[test]
    fn the_training_score_is_the_one_that_training_gave() {
        let sandbox = Sandbox::with_run();
        let eval = sandbox.done("eval data.idx --model run --json").json();
        assert_eq!(eval["score"], sandbox.json("run/run.json")["score"]);
        let nats = eval["score"].as_f64().unwrap();
        let bits = eval["bits_per_pixel"].as_f64().unwrap();
        assert!((bits + nats / (16.0 * std::f64::consts::LN_2)).abs() < 1e-12, "{eval}");
    }

    #[test]
    fn labels_from_a_file_count_too_and_the_text_says_it_all() {
        let sandbox = Sandbox::with_run();
        sandbox.write("labels.txt", "up\ndown\n".repeat(20));
        let text = sandbox.done("eval data.idx --model run --labels labels.txt").text();
        let parts =
            ["nats per image", "bits per pixel", "accuracy 1", "purity 1", "NMI", "ARI", "down"];
        for part in parts {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}

mod sample {
    use super::*;

    #[test]
    fn drawn_images_are_read_back_from_every_format() {
        let sandbox = Sandbox::with_run();
        for file in ["a.idx", "a.idx.gz", "a.npy"] {
            sandbox.done(&format!("sample --model run -n 30 --output {file}"));
            let info = sandbox.done(&format!("info {file} --json")).json();
            let size = ["n_samples", "height", "width"].map(|key| info[key].as_u64().unwrap());
            assert_eq!(size, [30, 4, 4], "{file}");
            let eval = sandbox.done(&format!("eval {file} --model run --json")).json();
            assert!(eval["score"].as_f64().unwrap() < 0.0, "{eval}");
        }
        assert_eq!(sandbox.read("a.idx")[..4], [0, 0, 8, 3]);
        sandbox.done("sample --model run -n 30 --output a.png");
        image::load_from_memory(&sandbox.read("a.png")).unwrap();
    }

    #[test]
    fn the_seed_decides_and_a_cluster_is_drawn_from_alone() {
        let sandbox = Sandbox::with_run();
        let images = |args: &str| {
            sandbox.done(&format!("sample --model run -n 20 --json {args}")).json()["images"].take()
        };
        assert_eq!(images(""), images("--seed 0"));
        assert_ne!(images(""), images("--seed 1"));
        sandbox.done("sample --model run -n 50 --cluster 1 --output one.idx");
        let eval = sandbox.done("eval one.idx --model run --json").json();
        assert!(eval["cluster_sizes"][1].as_u64() >= Some(45), "{eval}");
    }

    #[test]
    fn json_is_one_document_with_a_file_or_the_images() {
        let sandbox = Sandbox::with_run();
        let document = sandbox.done("sample --model run -n 3 --json").json();
        assert_keys(&document, "model n_samples height width cluster seed synthetic output images");
        assert_eq!(document["images"].as_array().unwrap().len(), 3);
        let document = sandbox.done("sample --model run -n 3 --json --output a.png").json();
        assert_eq!((&document["output"], &document["images"]), (&"a.png".into(), &Value::Null));
    }

    #[test]
    fn drawn_images_are_said_to_be_drawn_and_are_digits_only_where_the_model_is_of_digits() {
        let sandbox = Sandbox::with_run();
        let run = sandbox.done("sample --model run");
        assert!(run.err.contains("drawn from the model: not real data"), "{run:?}");
        assert!(!run.err.contains("digits"), "{run:?}");
    }
}

mod info {
    use super::*;

    #[test]
    fn a_model_tells_its_size_its_weights_and_its_origin() {
        let sandbox = Sandbox::with_run();
        for subject in ["run", "run/model.bmm"] {
            let info = sandbox.done(&format!("info {subject} --json")).json();
            assert_keys(&info, "model n_components n_features height width binarize weights");
            assert_keys(
                &info["provenance"],
                "program_version data_sha256 seed n_init init alpha tol",
            );
            assert_keys(&info["fit"], "log_likelihood n_iter stop best_start starts");
        }
    }

    #[test]
    fn a_source_tells_its_size_its_ink_and_its_labels() {
        let sandbox = Sandbox::new();
        write_splits(&sandbox, "set");
        let info = sandbox.done("info set:test --json").json();
        assert_keys(
            &info,
            "data kind n_samples height width binarize ones share_of_ones data_sha256",
        );
        assert_eq!((&info["n_samples"], &info["labels"]["1"]), (&20.into(), &10.into()));
    }

    #[test]
    fn the_fingerprint_of_the_data_is_the_one_in_the_model() {
        let sandbox = Sandbox::with_run();
        let data = sandbox.done("info data.idx --json").json();
        let model = sandbox.done("info run --json").json();
        assert_eq!(data["data_sha256"], model["provenance"]["data_sha256"]);
    }
}

mod exchange {
    use super::*;

    #[test]
    fn every_format_brings_back_weights_and_means_to_the_bit() {
        let sandbox = Sandbox::new();
        sandbox.done("train --data demo --k 3 --limit 40 --quiet --out run");
        let bits = |run: &str| {
            let mixture = model(&sandbox, run).mixture;
            let values = mixture.weights().iter().chain(mixture.means().iter());
            values.map(|value| value.to_bits()).collect::<Vec<_>>()
        };
        for ending in ["safetensors", "npy", "csv", "json"] {
            let file = format!("a.{ending}");
            let exported = sandbox.done(&format!("export --model run --output {file} --json"));
            assert_eq!(exported.json()["output"], file.as_str());
            let imported = sandbox.done(&format!("import {file} --out {ending} --json")).json();
            assert_keys(&imported, "model n_components n_features height width");
            assert_eq!(bits("run"), bits(ending), "{ending}");
            assert_eq!((model(&sandbox, ending).height, model(&sandbox, ending).width), (28, 28));
            sandbox.done(&format!("view --model {ending}"));
        }
    }

    #[test]
    fn an_imported_model_has_pictures_and_the_shape_asked_for() {
        let sandbox = Sandbox::new();
        sandbox.write("a.csv", "weight,a,b\n0.25,0,1\n0.75,0.5,0.5\n");
        sandbox.done("import a.csv --out run --shape 2x1");
        let model = model(&sandbox, "run");
        assert_eq!((model.height, model.width), (2, 1));
        for file in ["run/means.png", "run/means/00.png", "run/means/01.png"] {
            assert!(sandbox.path(file).exists(), "{file}");
        }
    }
}

mod help {
    use super::*;

    const COMMANDS: [&str; 8] =
        ["train", "assign", "view", "eval", "sample", "info", "export", "import"];

    /// The paragraph of each flag, from its line to the next one.
    fn flags(help: &str) -> Vec<String> {
        let mut flags: Vec<String> = Vec::new();
        for line in help.lines() {
            if line.trim_start().starts_with('-') && !line.trim_start().starts_with("- ") {
                flags.push(line.into());
            } else if let Some(last) = flags.last_mut() {
                *last += line;
            }
        }
        flags
    }

    #[test]
    fn every_flag_has_a_default_unless_it_must_be_given() {
        let sandbox = Sandbox::new();
        for command in COMMANDS {
            let help = sandbox.done(&format!("{command} --help")).text();
            let usage = help.lines().find(|line| line.starts_with("Usage:")).unwrap();
            let (_, options) = help.split_once("Options:").unwrap();
            let flags = flags(options);
            assert!(flags.len() >= 6, "{help}");
            for flag in flags {
                let name = flag.split_whitespace().next().unwrap();
                let needs_none = usage.contains(name) || name.starts_with("-h");
                assert!(needs_none || flag.contains("[default: "), "{command}: {flag}");
            }
        }
    }

    #[test]
    fn every_help_ends_with_two_examples() {
        let sandbox = Sandbox::new();
        for command in COMMANDS.into_iter().chain([""]) {
            for flag in ["--help", "-h"] {
                let help = sandbox.done(&format!("{command} {flag}")).text();
                let (_, examples) = help.split_once("Examples:\n").unwrap();
                let examples: Vec<&str> = examples.trim_end().lines().collect();
                assert_eq!(examples.len(), 2, "{command}: {examples:?}");
                let start = format!("  bmm {command}");
                assert!(examples.iter().all(|example| example.starts_with(&start)), "{examples:?}");
            }
        }
    }

    #[test]
    fn the_flags_of_the_examples_exist() {
        let sandbox = Sandbox::new();
        for command in COMMANDS {
            let help = sandbox.done(&format!("{command} --help")).text();
            let (options, examples) = help.split_once("Examples:\n").unwrap();
            for flag in examples.split_whitespace().filter(|word| word.starts_with('-')) {
                let known = options.split_whitespace().any(|word| word == flag);
                assert!(known, "{command}: {flag}");
            }
        }
    }

    #[test]
    fn version_names_the_program() {
        let text = Sandbox::new().done("--version").text();
        assert_eq!(text, format!("bmm {}\n", env!("CARGO_PKG_VERSION")));
        assert!(Path::new(BMM).exists());
    }
}
