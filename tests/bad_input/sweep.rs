//! Sweeps that cannot be done are refused before the first fit.

use super::*;

/// Four distinct rows among forty.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "0,0,1\n1,0,0\n1,1,1\n0,1,1\n".repeat(10));
    sandbox
}

#[test]
fn lists_and_numbers_that_cannot_be_read_are_named() {
    for list in [
        "2..",
        "..5",
        "5..2",
        "0..3",
        "2,,3",
        "two",
        "2...4",
        "2..5..7",
        "1.5",
        "-3",
        "1..18446744073709551615",
        "1..1000,2000",
    ] {
        refuses_usage(&format!("sweep --k {list}"), &["--k", list, "2..20"]);
    }
    for (words, parts) in [
        ("sweep --folds 1", ["'1'", "--folds", "from 2"]),
        ("sweep --folds x", ["'x'", "--folds", "whole number"]),
        ("sweep --holdout 0", ["'0'", "--holdout", "between 0 and 1"]),
        ("sweep --holdout 1", ["'1'", "--holdout", "between 0 and 1"]),
        ("sweep --holdout -0.1", ["'-0.1'", "--holdout", "between 0 and 1"]),
        ("sweep --holdout nan", ["'nan'", "--holdout", "between 0 and 1"]),
        ("sweep --blrt 1", ["'1'", "--blrt", "from 2"]),
        ("sweep --blrt 2 --bootstrap 0", ["'0'", "--bootstrap", "from 1"]),
        ("sweep --criterion best", ["'best'", "--criterion", "aic, bic, icl, held-out"]),
    ] {
        refuses_usage(words, &parts);
    }
}

#[test]
fn flags_that_do_not_go_together() {
    refuses_usage("sweep --holdout 0.1 --folds 5", &["--holdout", "--folds"]);
    refuses_usage("sweep --bootstrap 9", &["--blrt"]);
}

#[test]
fn more_clusters_than_distinct_rows_are_refused_with_both_numbers() {
    let sandbox = sandbox();
    let k = |k: &str| format!("sweep --data rows.csv --k {k}");
    refuses(&sandbox, &k("2..5"), &["--k is 5", "at most 4", "distinct rows"]);
    refuses(&sandbox, "sweep --data rows.csv --blrt 6", &["--blrt is 6", "at most 4"]);
    sandbox.write("few.csv", "0,0\n0,1\n1,1\n");
    let folds = "sweep --data few.csv --k 3 --folds 3";
    refuses(&sandbox, folds, &["--k is 3", "at most 2", "a fold leaves"]);
}

#[test]
fn more_folds_than_rows_and_shares_that_leave_none_are_refused() {
    let sandbox = sandbox();
    let words = "sweep --data rows.csv --k 2 ";
    refuses(&sandbox, &format!("{words}--folds 41"), &["--folds is 41", "from 2 to 40"]);
    for share in ["0.001", "0.999"] {
        let parts = [&format!("--holdout is {share}"), "40 rows"];
        refuses(&sandbox, &format!("{words}--holdout {share}"), &parts);
    }
}

#[test]
fn what_could_never_be_chosen_is_refused() {
    let sandbox = sandbox();
    let words = "sweep --data rows.csv --k 2 ";
    refuses(&sandbox, &format!("{words}--tol 0"), &["--tol is 0", "above 0"]);
    let parts = ["--criterion is held-out", "unless rows are held out"];
    refuses(&sandbox, &format!("{words}--criterion held-out"), &parts);
    refuses(&sandbox, &format!("{words}--max-iter 1"), &["--max-iter is 1", "converge"]);
}

#[test]
fn a_run_that_exists_is_kept() {
    let sandbox = Sandbox::with_run();
    refuses(&sandbox, "sweep --data data.idx --k 2 --out run", &["run", "already exists"]);
}
