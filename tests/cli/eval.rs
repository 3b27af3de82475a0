//! `bmm eval`: scores with labels and without.

use super::*;

const KEYS: &str =
    "model data synthetic n_samples left_out log_likelihood score bits_per_pixel cluster_sizes";

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
    assert_keys(&labelled["confusion"], "labels matched counts");
    assert_keys(&labelled["classifier"], "accuracy log_loss brier calibration_error n_bins");
    assert!(plain["classifier"].is_null() && plain["confusion"].is_null(), "{plain}");
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
    sandbox.write("labels.txt", "7\n12\n".repeat(20));
    let text = sandbox.done("eval data.idx --model run --labels labels.txt").text();
    let parts = ["nats per image", "bits per pixel", "accuracy 1", "purity 1", "NMI", "ARI", "12"];
    for part in parts {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

/// Forty images of two kinds, labelled by kind, so every cluster holds twenty of one label.
#[test]
fn the_classifier_goes_by_the_labels_of_the_model_and_not_by_those_of_the_data() {
    let sandbox = Sandbox::new();
    write_splits(&sandbox, "set");
    sandbox.done("train --k 2 --data set --out run");
    let right = sandbox.done("eval set --model run --json").json()["classifier"].clone();
    assert_eq!((&right["accuracy"], &right["n_unknown"]), (&1.0.into(), &0.into()));
    let loss = right["log_loss"].as_f64().unwrap();
    assert!((loss + (20.5_f64 / 21.0).ln()).abs() < 1e-6, "{right}");
    let bins = right["reliability"].as_array().unwrap();
    assert_eq!((bins.len(), &bins[0]["count"]), (1, &40.0.into()));
    // The names exchanged: the clusters are as good, the classifier is wrong about every image.
    sandbox.write("swapped.txt", "1\n0\n".repeat(20));
    let swapped = sandbox.done("eval set --model run --labels swapped.txt --json").json();
    assert_eq!(
        (&swapped["accuracy"], &swapped["classifier"]["accuracy"]),
        (&1.0.into(), &0.0.into())
    );
}

#[test]
fn labels_that_the_model_never_met_are_counted_and_never_right() {
    let sandbox = Sandbox::new();
    write_splits(&sandbox, "set");
    sandbox.done("train --k 2 --data set --out run");
    sandbox.write("new.txt", "0\n5\n".repeat(20));
    let words = "eval set --model run --labels new.txt";
    let classifier = sandbox.done(&format!("{words} --json")).json()["classifier"].clone();
    assert_eq!((&classifier["accuracy"], &classifier["n_unknown"]), (&0.5.into(), &20.into()));
    assert!(classifier["log_loss"].is_null(), "{classifier}");
    let text = sandbox.done(words).text();
    assert!(text.contains("20 with a label that the model never met"), "{text}");
}

#[test]
fn many_clusters_are_shown_by_the_label_predicted() {
    let sandbox = Sandbox::new();
    write_splits(&sandbox, "set");
    sandbox.done("train --k 21 --n-init 1 --data set --out run");
    let table = |text: &str| {
        let lines = text.lines().skip_while(|line| !line.starts_with("predicted"));
        lines.take(3).map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    };
    let rows: Vec<Vec<String>> = table(&sandbox.done("eval set --model run").text());
    assert_eq!(rows[0], ["predicted", "0", "1"]);
    let count = |row: usize| rows[row][1..].iter().map(|n| n.parse::<u64>().unwrap()).sum::<u64>();
    assert_eq!((rows[1].len(), count(1) + count(2)), (3, 40));
    let document = sandbox.done("eval set --model run --json").json();
    assert_eq!(document["confusion"]["counts"].as_array().unwrap().len(), 21);
    // Without labels of its own, the model is shown by the majority in each cluster.
    sandbox.done("export --model run --output m.csv");
    sandbox.done("import m.csv --out bare --shape 4x4");
    let text = sandbox.done("eval set --model bare").text();
    assert!(text.contains("majority of each cluster") && !text.contains("classifier"), "{text}");
    assert_eq!(table(&text).len(), 3);
}

#[test]
fn a_model_fitted_to_labels_is_judged_as_a_classifier_wherever_scores_are_shown() {
    let sandbox = Sandbox::new();
    write_splits(&sandbox, "set");
    let train = "train --data set --components-per-label 2 --n-init 1 --quiet --out run";
    let text = sandbox.done(train).text();
    assert_eq!(text.matches("classifier: accuracy ").count(), 2, "{text}");
    assert!(!text.contains("purity"), "{text}");
    let run = sandbox.json("run/run.json");
    let eval = |split: &str| sandbox.done(&format!("eval set:{split} --model run --json")).json();
    let (train, test) = (eval("train"), eval("test"));
    assert_eq!(run["classifier"], train["classifier"]);
    assert_eq!(run["held_out"]["classifier"], test["classifier"]);
    // Whose rows were scored.
    assert_eq!((&train["trained_on_it"], &test["trained_on_it"]), (&true.into(), &false.into()));
    let text = sandbox.done("eval set:train --model run").text();
    assert!(text.contains("rows           the training data of the model"), "{text}");
    assert!(text.contains("classifier     accuracy") && !text.contains("purity"), "{text}");
    let text = sandbox.done("eval set:test --model run").text();
    assert!(
        text.contains(
            "rows           not the training data of the model as a whole; some rows may be of it"
        ),
        "{text}"
    );
    // The page says the same of the held-out rows.
    let page = String::from_utf8(sandbox.read("run/report.html")).unwrap();
    let accuracy = format!("{:.4}", test["classifier"]["accuracy"].as_f64().unwrap());
    let figure = format!("{{\"name\":\"accuracy\",\"value\":\"{accuracy}\"}}");
    for part in
        [&figure[..], "\"20 held-out images\"", "\"judged\":\"classifier\"", "BIC, training"]
    {
        assert!(page.contains(part), "{part}");
    }
    // Labels that only judge leave clusters matched one to one.
    sandbox.done("train --data set --k 2 --n-init 1 --quiet --out plain");
    let plain = sandbox.json("plain/run.json");
    assert!(plain["classifier"].is_null() && plain["held_out"]["classifier"].is_null());
    let page = String::from_utf8(sandbox.read("plain/report.html")).unwrap();
    assert!(page.contains("clusters, one label each"));
}
