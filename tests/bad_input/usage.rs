//! Values that there are not, and are easily taken for others. Those that anybody would see stand in `tests/cmd/`.

use super::*;

#[test]
fn an_empty_value_is_a_missing_one() {
    let empty = ["train", "--data", ""];
    Sandbox::new().refuses(2, empty, &["--data", "value"]);
}

#[test]
fn values_that_cannot_be_read_are_named_with_what_can() {
    for (words, parts) in [
        ("train --k -1", ["--k is '-1'", "not negative"]),
        ("train --k 2.5", ["--k is '2.5'", "whole number"]),
        ("train --seed 99999999999999999999", ["--seed", "smaller"]),
        ("train --alpha much", ["--alpha is 'much'", "a number"]),
        ("train --tol 1e", ["--tol is '1e'", "a number"]),
        ("train --n-init many", ["--n-init is 'many'", "auto or a whole number from 1"]),
        ("train --n-init 100001", ["--n-init is '100001'", "1 to 100000"]),
        ("train --binarize threshold:0", ["--binarize is 'threshold:0'", "1 to 255"]),
        ("train --binarize threshold:256", ["--binarize is 'threshold:256'", "1 to 255"]),
        ("train --shape 4294967298x2", ["--shape is '4294967298x2'", "28x28"]),
        ("train --shape 0x784", ["--shape is '0x784'", "28x28"]),
        ("info demo --threads 9999999", ["--threads is '9999999'", "0 to 1024"]),
    ] {
        refuses_usage(words, &parts);
    }
}
