//! Labels, weights, masks and gaps that make no sense: named, and nothing written.

use super::*;
use common::program::grey_png;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_run();
    sandbox.write("good.txt", "3\n4\n".repeat(20));
    sandbox
}

#[test]
fn labels_are_one_whole_number_or_nothing_for_each_row() {
    let sandbox = sandbox();
    for (text, parts) in [
        ("3\n".repeat(39), &["labels.txt", "39 labels for 40 images"][..]),
        ("3\n".repeat(41), &["41 labels for 40 images"]),
        ("3\ncat\n".repeat(20), &["line 2", "cat", "neither blank nor a whole number"]),
        ("3\n1.5\n".repeat(20), &["line 2", "1.5"]),
        ("\n".repeat(40), &["holds no labels"]),
    ] {
        sandbox.write("labels.txt", text);
        let words = "train --k 2 --data data.idx --labels labels.txt --out new";
        refuses(&sandbox, words, parts);
    }
}

#[test]
fn clusters_of_labels_need_labels_and_rows() {
    let sandbox = sandbox();
    for (flags, parts) in [
        ("--components-per-label 2", &["--components-per-label", "no labels"][..]),
        ("--labels good.txt --components-per-label 21", &["at most 20, the rows of label 3"]),
        ("--labels good.txt --components-per-label 2 --k 5", &["--k is 5", "4"]),
    ] {
        refuses(&sandbox, &format!("train --data data.idx --out new {flags}"), parts);
    }
    sandbox.write("some.txt", format!("3\n4\n5\n{}", "\n".repeat(37)));
    let words = "train --data data.idx --labels some.txt --components-per-label 1 --k 2 --out new";
    refuses(&sandbox, words, &["--k is 2", "every label"]);
}

#[test]
fn a_column_of_which_nothing_is_known_is_named() {
    let sandbox = sandbox();
    sandbox.write("gap.csv", "first,second,third\n1,NA,0\n0,,1\n1,,1\n");
    refuses(
        &sandbox,
        "train --k 2 --data gap.csv --out new",
        &["gap.csv", "column second", "every row"],
    );
    sandbox.write("bare.csv", "1,NA,0\n0,,1\n1,,1\n");
    refuses(&sandbox, "train --k 2 --data bare.csv --out new", &["column 2", "every row"]);
}

#[test]
fn weights_are_finite_not_negative_and_not_all_zero() {
    let sandbox = sandbox();
    for (weight, parts) in [
        ("-1", &["line 3", "-1", "not negative"][..]),
        ("inf", &["line 3", "inf"]),
        ("", &["line 3"]),
    ] {
        sandbox.write("heavy.csv", format!("a,b,weight\n1,0,1\n0,1,{weight}\n"));
        refuses(&sandbox, "train --k 1 --data heavy.csv --out new", parts);
    }
    sandbox.write("heavy.csv", "a,b,weight\n1,0,0\n0,1,0\n");
    refuses(&sandbox, "train --k 1 --data heavy.csv --out new", &["no row whose weight is not 0"]);
}

#[test]
fn a_mask_has_the_size_of_the_images() {
    let sandbox = sandbox();
    sandbox.write("mask.png", grey_png(5, 4, |_, _| 0));
    for command in
        ["train --k 2 --data", "eval --model run", "assign --model run", "complete --model run"]
    {
        refuses(&sandbox, &format!("{command} data.idx --mask mask.png"), &["mask.png", "4x4"]);
    }
    refuses(&sandbox, "complete data.idx --model run --mask no/such", &["no/such"]);
    sandbox.write("all.png", grey_png(4, 4, |_, _| 255));
    let parts = ["--mask is all.png", "every pixel"];
    refuses(&sandbox, "train --k 2 --data data.idx --mask all.png", &parts);
    sandbox.write("none.png", grey_png(4, 4, |_, _| 0));
    let words = "complete data.idx --model run --mask none.png --output out.txt";
    refuses(&sandbox, words, &["out.txt", ".csv"]);
}
