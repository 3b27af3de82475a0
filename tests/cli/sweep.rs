//! `bmm sweep`: the table, the files, the document, what is held out, what is kept, and the
//! bootstrap.

use super::*;
use bmm::BitMatrix;
use bmm::bench::em::hold_out;

/// Three clusters, with a bit in eleven flipped.
fn bit(i: usize, d: usize) -> bool {
    (d / 2 == i % 3) != (i * 7 + d * 5).is_multiple_of(11)
}

/// A table of 120 rows and 6 items.
fn write_table(sandbox: &Sandbox) {
    let cell = |i: usize, d: usize| u8::from(bit(i, d)).to_string();
    let line = |i: usize| (0..6).map(|d| cell(i, d)).collect::<Vec<_>>().join(",");
    sandbox.write("rows.csv", (0..120).map(|i| line(i) + "\n").collect::<String>());
}

const SWEEP: &str = "sweep --data rows.csv --n-init 5 --quiet --json";

fn numbers(values: &Value) -> Vec<u64> {
    values.as_array().unwrap().iter().map(|fit| fit["k"].as_u64().unwrap()).collect()
}

/// The smallest K among those whose criterion is the least, or greatest, within 1e-4.
fn best(run: &Value, criterion: &str, sign: f64) -> Value {
    let fits = run["fits"].as_array().unwrap().iter().filter(|fit| fit["converged"] == true);
    let cost = |fit: &Value| sign * fit[criterion].as_f64().unwrap_or(f64::INFINITY);
    let least = fits.clone().map(cost).fold(f64::INFINITY, f64::min);
    fits.clone().find(|fit| cost(fit) <= least + 1e-4).unwrap()["k"].clone()
}

#[test]
fn a_sweep_writes_the_run_of_the_model_that_bic_picks_and_its_table_and_chart() {
    let sandbox = Sandbox::new();
    write_table(&sandbox);
    let run = sandbox.done(&format!("{SWEEP} --k 2..5")).json();
    assert_eq!(numbers(&run["fits"]), [1, 2, 3, 4, 5]);
    assert_keys(
        &run,
        "model data n_samples n_features seed n_init init alpha tol max_iter fits picks criterion chosen blrt
         interrupted seconds model_sha256 held_out_by",
    );
    assert_keys(
        &run["fits"][0],
        "k log_likelihood n_parameters aic bic icl entropy held_out n_iter converged stop found_by",
    );
    assert_eq!((&run["criterion"], &run["chosen"]), (&"bic".into(), &3.into()));
    for criterion in ["aic", "bic", "icl"] {
        assert_eq!(run["picks"][criterion], best(&run, criterion, 1.0));
    }
    assert_eq!(run["model"], "models/rows-k3");
    assert_eq!(model(&sandbox, "models/rows-k3").mixture.n_components(), 3);
    let kept = sandbox.json("models/rows-k3/run.json");
    assert_eq!(kept["bic"], run["fits"][2]["bic"]);
    assert_eq!(kept["model_sha256"], run["model_sha256"]);
    let csv = String::from_utf8(sandbox.read("models/rows-k3/sweep.csv")).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("k,log_likelihood,n_parameters,aic,bic,icl,entropy,held_out"));
    assert_eq!(lines.len(), 6);
    let svg = String::from_utf8(sandbox.read("models/rows-k3/sweep.svg")).unwrap();
    for label in ["K, the number of clusters", "nats per row", "BIC: K = 3"] {
        assert!(svg.contains(label), "{label} is not in {svg}");
    }
    image::load_from_memory(&sandbox.read("models/rows-k3/sweep.png")).unwrap();
    // Its folder is a run folder, which may be replaced.
    sandbox.done(&format!("{SWEEP} --k 2 --out models/rows-k3 --force"));
}

#[test]
fn the_text_names_what_each_criterion_picks_and_what_is_kept() {
    let sandbox = Sandbox::new();
    write_table(&sandbox);
    let text = sandbox.done("sweep --data rows.csv --k 2,3 --n-init 5").text();
    for part in [
        "log-likelihood",
        "found by",
        "best (*)  AIC K = 3, BIC K = 3",
        "kept      K = 3, by BIC",
        "trust",
        "written",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.contains("larger ones may be better") && !text.contains("held"), "{text}");
}

#[test]
fn the_default_goes_as_far_as_the_data() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "0,1\n1,1\n0,0\n".repeat(9));
    let run = sandbox.done(SWEEP).json();
    assert_eq!(numbers(&run["fits"]), [1, 2, 3]);
}

#[test]
fn a_test_split_a_share_or_folds_are_held_out_and_decide() {
    let sandbox = Sandbox::new();
    write_table(&sandbox);
    write_splits(&sandbox, "set");
    for (words, how, n) in [
        ("--data rows.csv --holdout 0.25", "30 of 120 rows", 90),
        ("--data rows.csv --folds 4", "4 folds", 120),
        ("--data set", "test split, 20 rows", 40),
    ] {
        let sweep =
            format!("sweep {words} --k 2..4 --n-init 2 --alpha 0.1 --seed 3 --quiet --json");
        let run = sandbox.done(&sweep).json();
        assert!(run["held_out_by"].as_str().unwrap().contains(how), "{run}");
        assert_eq!((&run["criterion"], &run["n_samples"]), (&"held_out".into(), &n.into()));
        assert_eq!(run["chosen"], best(&run, "held_out", -1.0));
        let fits = run["fits"].as_array().unwrap();
        assert!(fits.iter().all(|fit| fit["held_out_standard_error"].as_f64().unwrap() > 0.0));
        let kept = sandbox.json(format!("{}/run.json", run["model"].as_str().unwrap()));
        assert_eq!(kept["n_samples"], n);
    }
}

#[test]
fn held_out_scores_are_of_the_rows_that_no_fit_saw() {
    let sandbox = Sandbox::new();
    write_table(&sandbox);
    let run = sandbox.done(&format!("{SWEEP} --k 2..4 --holdout 0.25 --alpha 0.1 --seed 3")).json();
    let mixture = model(&sandbox, run["model"].as_str().unwrap()).mixture;
    let [trained_on, held_out] = hold_out(120, 0.25, 3).unwrap().map(|rows| {
        let rows = BitMatrix::from_fn(rows.len(), 6, |i, d| bit(rows[i], d));
        mixture.score(&rows).unwrap()
    });
    let fit = &run["fits"][run["chosen"].as_u64().unwrap() as usize - 1];
    let told = fit["held_out"].as_f64().unwrap();
    assert!(
        (told - held_out).abs() < 1e-12,
        "{told} is not the score {held_out} of the held-out rows"
    );
    assert!((told - trained_on).abs() > 1e-3, "both parts score {told}: no test");
    // What is kept was fitted to the other rows alone.
    let log_likelihood = fit["log_likelihood"].as_f64().unwrap();
    assert!((log_likelihood / 90.0 - trained_on).abs() < 1e-12);
}

/// Rows that stand for many are parted by case, not whole: every score is that of the same table
/// with a row for each case.
#[test]
fn counted_rows_are_held_out_by_case() {
    let sandbox = Sandbox::new();
    // A row and how many cases it stands for, those without any among them.
    let counts = (0..64usize).map(|row| (row, [5, 0, 1, 2][row % 4] * usize::from(row % 7 < 5)));
    let line = |row: usize| (0..6).map(|d| format!("{},", row >> d & 1)).collect::<String>();
    let counted = counts.clone().map(|(row, n)| format!("{}{n}\n", line(row)));
    let cases = counts.flat_map(|(row, n)| (0..n).map(move |_| format!("{}1\n", line(row))));
    for (file, rows) in
        [("counted.csv", counted.collect::<String>()), ("cases.csv", cases.collect())]
    {
        sandbox.write(file, format!("a,b,c,d,e,f,weight\n{rows}"));
    }
    for (how, told) in [("--holdout 0.3", "29 of 95 cases"), ("--folds 3", "3 folds of 95 cases")] {
        let sweep = |file: &str| {
            let command = format!("sweep --data {file} --k 1..3 --n-init 9 --quiet --json {how}");
            sandbox.done(&format!("{command} --seed 2 --out {file}.run --force")).json()
        };
        let [counted, cases] = ["counted.csv", "cases.csv"].map(sweep);
        assert!(counted["held_out_by"].as_str().unwrap().contains(told), "{counted}");
        for k in 0..3 {
            for figure in ["held_out", "held_out_standard_error", "log_likelihood", "bic"] {
                let [a, b] = [&counted, &cases].map(|run| run["fits"][k][figure].as_f64().unwrap());
                assert!(
                    (a - b).abs() < 1e-9 * b.abs(),
                    "{how}, {figure}: {a} of rows, {b} of cases"
                );
            }
        }
    }
}

#[test]
fn more_cases_than_can_be_parted_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("t.csv", "a,b,weight\n0,0,120000000\n0,1,1\n1,0,1\n1,1,1\n");
    for how in ["--folds 3", "--holdout 0.2"] {
        let run = || sandbox.words(&format!("sweep --data t.csv --k 1,2 --out run {how}"));
        sandbox.refused(1, run, &["120000003 in all", "at most 4,194,304 cases", "by their mean"]);
    }
    sandbox.done("sweep --data t.csv --k 1,2 --out run");
}

#[test]
fn the_criterion_asked_for_decides() {
    let sandbox = Sandbox::new();
    write_table(&sandbox);
    let sweep = format!("{SWEEP} --k 2..6 --folds 3 --alpha 0.1");
    for criterion in ["aic", "bic", "icl", "held-out"] {
        let run = sandbox.done(&format!("{sweep} --criterion {criterion}")).json();
        assert_eq!(run["chosen"], run["picks"][criterion.replace('-', "_")]);
    }
}

#[test]
fn a_fit_that_has_not_converged_never_wins_and_is_marked() {
    let sandbox = Sandbox::new();
    write_table(&sandbox);
    let sweep = "sweep --data rows.csv --k 3 --n-init 1 --max-iter 4";
    let run = sandbox.done(&format!("{sweep} --json --out a")).json();
    assert_eq!((&run["fits"][1]["converged"], &run["chosen"]), (&false.into(), &1.into()));
    assert!(run["fits"][1]["bic"].as_f64() < run["fits"][0]["bic"].as_f64());
    let text = sandbox.done(&format!("{sweep} --out b")).text();
    assert!(text.contains("not converged, so never the best: K = 3"), "{text}");
}

#[test]
fn a_bootstrap_test_is_told_with_its_p_value() {
    let sandbox = Sandbox::new();
    write_table(&sandbox);
    let blrt = "sweep --data rows.csv --n-init 5 --blrt 3 --bootstrap 19";
    let run = sandbox.done(&format!("{blrt} --json --quiet --out a")).json();
    assert_eq!(numbers(&run["fits"]), [1, 2, 3]);
    let test = &run["blrt"][0];
    assert_eq!((&test["k"], &test["n_bootstrap"]), (&3.into(), &19.into()));
    assert_eq!((&test["n_as_large"], &test["p_value"]), (&0.into(), &0.05.into()));
    let log_likelihood = |i: usize| run["fits"][i]["log_likelihood"].as_f64().unwrap();
    let statistic = 2.0 * (log_likelihood(2) - log_likelihood(1));
    assert!((test["statistic"].as_f64().unwrap() - statistic).abs() < 1e-9);
    assert_eq!(test["bootstrapped"].as_array().unwrap().len(), 19);
    let text = sandbox.done(&format!("{blrt} --out b --threads 1")).text();
    assert!(text.contains("K = 3 against 2") && text.contains("p = 0.0500"), "{text}");
}

#[test]
fn the_same_seed_keeps_the_same_model_on_any_number_of_threads() {
    let sandbox = Sandbox::new();
    let digest = |threads: usize| {
        let sweep = "sweep --data demo --limit 1500 --k 2,3 --n-init 2 --max-iter 30 --tol 1e-3";
        let run = sandbox
            .done(&format!("{sweep} --holdout 0.2 --quiet --json --threads {threads}"))
            .json();
        (run["model_sha256"].clone(), run["fits"].clone())
    };
    let one = digest(1);
    assert_eq!(one, digest(2));
    assert_eq!(one, digest(5));
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_keeps_the_best_so_far() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(200));
    let sweep = "sweep --data data.idx --k 2..16 --max-iter 1000000 --n-init 100000 --out run";
    let run = train::interrupted(&sandbox, sweep);
    assert_eq!(run.code, Some(130), "{run:?}");
    assert!(run.text().contains("interrupted") && run.text().contains("kept"), "{run:?}");
    assert!(sandbox.path("run/model.bmm").exists() && sandbox.path("run/sweep.csv").exists());
}

#[test]
fn what_a_neighbour_began_is_no_confirmation() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(40));
    let words = "sweep --k 2..4 --data data.idx --n-init 1 --criterion aic --out run --json";
    sandbox.done(words);
    let run: Value = serde_json::from_slice(&sandbox.read("run/run.json")).unwrap();
    let starts = run["starts"].as_array().unwrap();
    let own = starts.iter().filter(|start| start["is_warm"] == false).count();
    assert_eq!(own, 1);
    assert!(starts.len() == 1 || run["best_found"] == 1, "{run}");
}

/// Four rows of two items, all different.
const FOUR: &str = "1,0\n0,1\n1,1\n0,0\n";

#[test]
fn the_flag_that_asked_for_too_many_clusters_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", FOUR);
    let of = |words: &str, parts: &[&str]| {
        sandbox.refuses(1, format!("sweep --data rows.csv {words}").split_whitespace(), parts);
    };
    of("--blrt 7", &["--blrt is 7, but must be at most 4, the number of distinct rows"]);
    of("--k 2..9 --blrt 3", &["--k is 9"]);
    of("--k 2 --blrt 3,8", &["--blrt is 8"]);
    // Nobody asked for the usual range: it ends where a fold does.
    let folds = sandbox.done("sweep --data rows.csv --folds 2 --quiet --json").json();
    assert_eq!(numbers(&folds["fits"]), [1, 2]);
}

#[test]
fn larger_k_are_advised_only_where_they_can_be_better() {
    let sandbox = Sandbox::new();
    // Three items in two kinds; two of them leave K = 2 without identified parameters.
    let rows = |n: usize| (0..40).map(move |i| vec![(i % 2).to_string(); n].join(",") + "\n");
    sandbox.write("two.csv", rows(2).collect::<String>());
    sandbox.write("three.csv", rows(3).collect::<String>() + "0,1,1\n1,0,0\n");
    let notes =
        |words: &str| sandbox.done(&format!("sweep {words} --n-init 5 --quiet --force")).text();
    let saturated = notes("--data two.csv --k 1..2 --criterion aic --out a");
    assert!(saturated.contains("the largest K is the best one: there are no distinct rows"));
    assert!(
        saturated.contains("infinitely many mixtures fit as well: K = 2 and more"),
        "{saturated}"
    );
    let unidentified = notes("--data three.csv --k 1..2 --criterion aic --out b");
    assert!(unidentified.contains("larger ones are not identified"), "{unidentified}");
    for text in [saturated, unidentified] {
        assert!(!text.contains("may be better"), "{text}");
    }
    let fits = sandbox.done("sweep --data two.csv --n-init 5 --k 2 --quiet --json --out c").json();
    assert_eq!(fits["fits"][0]["identified"], true);
    assert_eq!(fits["fits"][1]["identified"], false);
}
