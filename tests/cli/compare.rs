//! `bmm compare`: matching, agreement, and the picture.

use super::*;

/// Two clusters, and three: one more than belongs together.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_run();
    sandbox.done("train --quiet --k 3 --n-init 1 --data data.idx --out three");
    sandbox
}

#[test]
fn a_model_is_like_itself() {
    let sandbox = Sandbox::with_run();
    let same = sandbox.done("compare run run/model.bmm data.idx --json").json();
    assert_keys(&same, "a b matched unmatched_a unmatched_b distance data n_samples");
    assert_keys(&same, "log_likelihood_a log_likelihood_b");
    let wanted = [("distance", 0.0), ("ari", 1.0), ("nmi", 1.0), ("difference", 0.0)];
    for (name, value) in wanted.into_iter().chain([("difference_standard_error", 0.0)]) {
        assert_eq!(same[name], value, "{name}");
    }
    for (k, pair) in same["matched"].as_array().unwrap().iter().enumerate() {
        assert_eq!((&pair["a"], &pair["b"], &pair["shared"]), (&k.into(), &k.into(), &20.into()));
    }
}

#[test]
fn clusters_in_another_order_are_found_again() {
    let sandbox = Sandbox::new();
    let means = ["[0.9, 0.8, 0.1, 0.1]", "[0.1, 0.2, 0.9, 0.7]", "[0.5, 0.5, 0.5, 0.5]"];
    for (file, order) in [("a", [0, 1, 2]), ("b", [2, 0, 1])] {
        let means = order.map(|k| means[k]).join(", ");
        let weights = "[0.4, 0.3, 0.3]";
        sandbox.write(
            format!("{file}.json"),
            format!("{{\"weights\": {weights}, \"means\": [{means}]}}"),
        );
        sandbox.done(&format!("import {file}.json --out {file}"));
    }
    sandbox.write("rows.csv", "1,1,0,0\n0,0,1,1\n0,1,1,0\n1,0,1,1\n");
    let found = sandbox.done("compare a b rows.csv --json").json();
    let to: Vec<&Value> = found["matched"].as_array().unwrap().iter().map(|p| &p["b"]).collect();
    assert_eq!(to, [1, 2, 0]);
    assert_eq!(found["distance"], 0.0);
}

#[test]
fn clusters_left_over_are_named_on_either_side() {
    let sandbox = sandbox();
    let more = sandbox.done("compare run three data.idx --json").json();
    let less = sandbox.done("compare three run data.idx --json").json();
    assert_eq!(more["unmatched_b"].as_array().unwrap().len(), 1);
    assert_eq!(more["unmatched_a"].as_array().unwrap().len(), 0);
    assert_eq!((&more["unmatched_b"], &more["ari"]), (&less["unmatched_a"], &less["ari"]));
    let [a, b] = [&more, &less].map(|found| found["difference"].as_f64().unwrap());
    assert_eq!(a, -b);
    let gain =
        more["log_likelihood_b"].as_f64().unwrap() - more["log_likelihood_a"].as_f64().unwrap();
    assert!((gain / 40.0 + a).abs() < 1e-12, "{more}");
    let text = sandbox.done("compare run three data.idx").text();
    for part in ["ARI", "NMI", "A over B", "standard error", "shared images", "distance"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn without_a_source_that_fits_the_means_alone_are_compared() {
    let sandbox = sandbox();
    let run = sandbox.done("compare run three --json");
    assert!(run.err.contains("only the means are compared"), "{run:?}");
    let found = run.json();
    assert!(!keys(&found).contains("ari"), "{found}");
    assert!(found["matched"][0]["shared"].is_null());
}

#[test]
fn the_matched_means_can_be_drawn() {
    let sandbox = sandbox();
    let run = sandbox.done("compare run three data.idx --output deep/matched.png");
    assert!(run.err.contains("written   deep/matched.png"), "{run:?}");
    let picture = image::load_from_memory(&sandbox.read("deep/matched.png")).unwrap();
    assert!(picture.width() > 200 && picture.height() > 200);
}

#[test]
fn an_image_that_one_model_rules_out_leaves_the_difference_unknown() {
    let sandbox = Sandbox::new();
    sandbox.write("a.json", r#"{"weights": [1], "means": [[0, 0.5]]}"#);
    sandbox.write("b.json", r#"{"weights": [1], "means": [[0.5, 0.5]]}"#);
    sandbox.done("import a.json --out a");
    sandbox.done("import b.json --out b");
    sandbox.write("rows.csv", "1,0\n0,1\n0,0\n");
    let found = sandbox.done("compare a b rows.csv --json").json();
    assert!(found["difference"].is_null() && found["log_likelihood_a"].is_null(), "{found}");
    assert!(sandbox.done("compare a b rows.csv").text().contains("unknown"));
}

#[test]
fn tables_without_a_source_are_not_said_to_use_the_demo() {
    let sandbox = Sandbox::new();
    sandbox.write("a.json", r#"{"weights": [1], "means": [[0.25, 0.5]]}"#);
    sandbox.done("import a.json --out a");
    let run = sandbox.done("compare a a");
    assert!(
        run.err.contains("only the means are compared") && !run.err.contains("demo"),
        "{run:?}"
    );
}

#[test]
fn items_that_only_one_model_names_are_compared_by_their_place_which_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "0,1\n1,0\n1,1\n");
    sandbox.write("named.csv", "tea,milk\n0,1\n1,0\n1,1\n");
    for name in ["rows", "named"] {
        sandbox.done(&format!("train --data {name}.csv --k 1 --out {name} --quiet"));
    }
    let err = |words: &str| sandbox.done(words).err;
    let note = "has no names: items are matched by their place";
    assert!(err("compare named rows").contains(&format!("B {note}")));
    assert!(err("compare rows named").contains(&format!("A {note}")));
    assert!(!err("compare named named").contains(note) && !err("compare rows rows").contains(note));
    assert!(sandbox.done("info rows").text().contains("item 1"));
    assert!(!sandbox.done("info rows").text().contains("item 0"));
}
