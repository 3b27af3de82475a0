//! Published tables give their published figures.

mod common;

use common::program::Sandbox;
use common::shared;
use serde_json::Value;

/// The document of a command on one of the tables; `None` without the data.
fn run(table: &str, words: &str) -> Option<Value> {
    let path = shared(&format!("cases/published/P-{table}.csv"))?;
    let sandbox = Sandbox::new();
    let words = format!("{words} --json --quiet --out run --data");
    let path = path.display().to_string();
    let run = sandbox.bmm(words.split_whitespace().chain([path.as_str()]));
    assert_eq!(run.code, Some(0), "{table}: {}", run.err);
    Some(run.json())
}

#[track_caller]
fn assert_near(found: &Value, expected: f64, within: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

#[test]
fn log_likelihoods_are_the_published_ones() {
    for (table, k, expected) in [
        ("pleural", 2, -891.14280),
        ("myocardial", 2, -180.697707),
        ("lsat6", 2, -2467.405524),
        ("lsat7", 3, -2652.156090),
        ("hivtests", 2, -629.882677),
        ("genderrole", 3, -1458.784398),
    ] {
        if let Some(found) = run(table, &format!("train --k {k}")) {
            assert_near(&found["log_likelihood"], expected, 1e-5);
        }
    }
}

#[test]
fn pleural_has_its_weights_and_criteria() {
    let Some(found) = run("pleural", "train --k 2") else { return };
    assert_near(&found["aic"], 1796.2856, 1e-3);
    assert_near(&found["bic"], 1834.3213, 1e-3);
    let mut weights: Vec<f64> =
        found["weights"].as_array().unwrap().iter().map(|w| w.as_f64().unwrap()).collect();
    weights.sort_by(f64::total_cmp);
    assert!((weights[1] - 0.9455).abs() < 1e-4, "{weights:?}");
}

/// BIC for K = 1, 2, ...
fn bics(found: &Value) -> Vec<f64> {
    found["fits"].as_array().unwrap().iter().map(|fit| fit["bic"].as_f64().unwrap()).collect()
}

#[test]
fn bic_is_the_published_one_for_every_k() {
    // The published fits of the symptoms are penalised: up to .02 too high.
    for (table, ks, expected, within) in [
        ("myocardial", "1", &[524.7441][..], 1e-3),
        ("dentistry", "1..4", &[17531.13, 15021.64, 14962.89, 15000.03], 0.01),
        ("symptoms", "1..5", &[10844.187, 10123.811, 9960.839, 9910.742, 9916.665], 0.03),
    ] {
        let Some(found) = run(table, &format!("sweep --k {ks}")) else { continue };
        let bics = bics(&found);
        assert_eq!(bics.len(), expected.len(), "{table}");
        for (found, expected) in bics.iter().zip(expected) {
            assert!((found - expected).abs() <= within, "{table}: {found} is not {expected}");
        }
    }
}

#[test]
fn bic_picks_four_classes_of_pupils() {
    let Some(found) = run("pap", "sweep --k 1..6") else { return };
    let bics = bics(&found);
    let best = bics.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).unwrap();
    assert_eq!(best.0 + 1, 4, "{bics:?}");
}

#[test]
fn two_clusters_of_myocardial_infarction_are_more_than_chance() {
    let words = "sweep --k 1..2 --blrt 2 --bootstrap 99";
    let Some(found) = run("myocardial", words) else { return };
    let p = found["blrt"][0]["p_value"].as_f64().unwrap();
    assert!(p <= 0.01, "{p}");
}

#[test]
fn mccutcheon_has_its_two_classes() {
    let Some(path) = shared("cases/published/P-mccutcheon.csv") else { return };
    let sandbox = Sandbox::new();
    let path = path.display().to_string();
    sandbox.bmm(["train", "--k", "2", "--quiet", "--out", "run", "--data", &path]);
    sandbox.done("export --model run --output run.csv");
    let text = String::from_utf8(sandbox.read("run.csv")).unwrap();
    let row = |line: &str| line.split(',').map(|v| v.parse().unwrap()).collect::<Vec<f64>>();
    let mut rows: Vec<Vec<f64>> = text.lines().skip(1).map(row).collect();
    rows.sort_by(|a, b| a[3].total_cmp(&b[3]));
    // The third item tells the classes apart without an error.
    for (found, expected) in
        rows.iter().zip([[0.5, 1.0 / 3.0, 0.3, 0.0], [0.5, 2.0 / 3.0, 0.8, 1.0]])
    {
        let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3);
        assert!(near, "{found:?} is not {expected:?}");
    }
}
