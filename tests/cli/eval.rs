//! `bmm eval`: scores with labels and without.

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
