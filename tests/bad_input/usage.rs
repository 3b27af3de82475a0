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
        ("train --k -1", ["'-1'", "--k", "a whole number"]),
        ("train --k 2.5", ["'2.5'", "--k", "a whole number"]),
        ("train --seed 99999999999999999999", ["'99999999999999999999'", "--seed", "too large"]),
        ("train --alpha much", ["'much'", "--alpha", "must be a number"]),
        ("train --tol 1e", ["'1e'", "--tol", "must be a number"]),
        ("train --n-init many", ["'many'", "--n-init", "auto or a whole number from 1"]),
        ("train --n-init 100001", ["'100001'", "--n-init", "1 to 100000"]),
        ("train --binarize threshold:0", ["'threshold:0'", "--binarize", "1 to 255"]),
        ("train --binarize threshold:256", ["'threshold:256'", "--binarize", "1 to 255"]),
        ("train --shape 4294967298x2", ["'4294967298x2'", "--shape", "28x28"]),
        ("train --shape 0x784", ["'0x784'", "--shape", "28x28"]),
        ("info demo --threads 9999999", ["'9999999'", "--threads", "0 to 1024"]),
    ] {
        refuses_usage(words, &parts);
    }
}
