//! Commands, flags and values that there are not.

use super::*;

#[test]
fn no_command_and_unknown_commands() {
    refuses_usage("", &["no command"]);
    refuses_usage("--quiet", &["no command"]);
    refuses_usage("trian", &["trian"]);
    refuses_usage("cluster data.idx", &["cluster"]);
}

#[test]
fn unknown_flags_come_with_the_nearest_known_one() {
    for (words, known) in [("train --kk 2", "'--k'"), ("trian", "'train'")] {
        let run = Sandbox::new().words(words);
        run.assert_failure(2, &[]);
        let hint = run.err.lines().last().unwrap();
        assert!(hint.contains("similar") && hint.contains(known), "{run:?}");
    }
    refuses_usage("eval --proba data.idx", &["--proba"]);
}

#[test]
fn missing_things_are_named() {
    refuses_usage("train --k", &["--k", "value"]);
    refuses_usage("assign", &["SRC"]);
    refuses_usage("info", &["MODEL|SRC"]);
    refuses_usage("info run --errors", &["SRC"]);
    refuses_usage("info run data.idx --bootstrap 9", &["--errors"]);
    refuses_usage("compare run", &["<B>"]);
    refuses_usage("export", &["--output"]);
    refuses_usage("import a.json", &["--out"]);
    let empty = ["train", "--data", ""];
    Sandbox::new().refuses(2, empty, &["--data", "value"]);
}

#[test]
fn values_that_cannot_be_read_are_named_with_what_can() {
    for (words, parts) in [
        ("train --k ten", ["--k is 'ten'", "whole number"]),
        ("train --k -1", ["--k is '-1'", "not negative"]),
        ("train --k 2.5", ["--k is '2.5'", "whole number"]),
        ("train --seed 99999999999999999999", ["--seed", "smaller"]),
        ("train --alpha much", ["--alpha is 'much'", "a number"]),
        ("train --tol 1e", ["--tol is '1e'", "a number"]),
        ("train --n-init 0", ["--n-init is '0'", "auto or a whole number from 1"]),
        ("train --n-init many", ["--n-init is 'many'", "auto or a whole number from 1"]),
        ("train --n-init 100001", ["--n-init is '100001'", "1 to 100000"]),
        ("train --init kmeans", ["--init is 'kmeans'", "random-rows"]),
        ("train --binarize fuzzy", ["--binarize is 'fuzzy'", "threshold:T, otsu"]),
        ("train --binarize threshold:0", ["--binarize is 'threshold:0'", "1 to 255"]),
        ("train --binarize threshold:256", ["--binarize is 'threshold:256'", "1 to 255"]),
        ("train --limit 0", ["--limit is '0'", "from 1"]),
        ("train --max-iter 0", ["--max-iter is '0'", "from 1"]),
        ("train --shape 28", ["--shape is '28'", "28x28"]),
        ("train --shape 4294967298x2", ["--shape is '4294967298x2'", "28x28"]),
        ("train --shape 0x784", ["--shape is '0x784'", "28x28"]),
        ("view --as gif", ["--as is 'gif'", "blocks, shade, png, html"]),
        ("view --columns 0", ["--columns is '0'", "from 1"]),
        ("assign data.idx --format xml", ["--format is 'xml'", "table, csv, jsonl"]),
        ("assign data.idx --top x", ["--top is 'x'", "whole number"]),
        ("sample -n lots", ["-n is 'lots'", "whole number"]),
        ("info demo --threads 9999999", ["--threads is '9999999'", "0 to 1024"]),
        ("info demo --threads -1", ["--threads is '-1'", "0 to 1024"]),
        ("info demo --color red", ["--color is 'red'", "auto, always, never"]),
    ] {
        refuses_usage(words, &parts);
    }
}

#[test]
fn flags_that_exclude_each_other_are_both_named() {
    refuses_usage("train --from m --init random-rows", &["--from", "--init"]);
    refuses_usage("info demo --quiet --verbose", &["--quiet", "--verbose"]);
    refuses_usage("assign data.idx --json --format csv", &["--json", "--format"]);
}
