//! `bmm export` and `bmm import`: there and back to the bit.

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
        assert_keys(&imported, "model n_components n_features height width weights_summed_to");
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

#[test]
fn rounded_weights_are_rescaled_and_that_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("a.csv", "weight,a\n0.333,0\n0.333,0.5\n0.333,1\n");
    let run = sandbox.done("import a.csv --out run");
    assert!(run.err.contains("the weights sum to 0.999000"), "{run:?}");
    let weights = model(&sandbox, "run").mixture.weights().to_vec();
    assert!(weights.iter().all(|weight| (weight - 1.0 / 3.0).abs() < 1e-15), "{weights:?}");
    sandbox.write("b.csv", "weight,a\n0.5,0\n0.5,0.5\n");
    assert!(!sandbox.done("import b.csv --out exact").err.contains("sum"));
}

#[test]
fn a_rule_that_a_format_lacks_is_said_and_can_be_given_back() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(40));
    sandbox.done("train --quiet --k 2 --data data.idx --binarize threshold:50 --out run");
    for (ending, is_lost) in [("npy", true), ("csv", true), ("json", false)] {
        let file = format!("a.{ending}");
        let run = sandbox.done(&format!("export --model run --output {file}"));
        assert_eq!(run.err.contains("the rule that makes bits"), is_lost, "{run:?}");
        let flag = if is_lost { "--binarize threshold:50" } else { "" };
        sandbox.done(&format!("import {file} --out {ending} {flag}"));
        let info = sandbox.done(&format!("info {ending} --json")).json();
        assert_eq!(info["binarize"], "threshold:50", "{ending}");
    }
    let words = "import a.npy --binarize otsu --out new".split(' ');
    sandbox.refuses(1, words, &["--binarize", "threshold:T"]);
}
