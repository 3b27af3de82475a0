//! What the command line promises: files, streams, keys, columns and exit codes of every command.

mod assign;
mod bench;
#[path = "../common/mod.rs"]
mod common;
mod compare;
mod eval;
mod exchange;
mod help;
mod info;
mod items;
mod large;
mod pack;
mod rows;
mod sample;
mod sweep;
mod train;
mod view;

use bmm::Model;
use bmm::bench::model_file::Digest;
use common::program::{BMM, Run, Sandbox, grey_png, gzip, idx, png, two_kinds};
use serde_json::Value;
use std::collections::BTreeSet;

/// The names in a JSON object.
fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Demands that `value` has each of `wanted`, names parted by blanks.
fn assert_keys(value: &Value, wanted: &str) {
    let missing: Vec<_> = wanted.split_whitespace().filter(|w| !keys(value).contains(w)).collect();
    assert!(missing.is_empty(), "{missing:?} missing in {value:#}");
}

fn model(sandbox: &Sandbox, run: &str) -> Model {
    Model::read(sandbox.path(run).join("model.bmm")).unwrap()
}

/// A folder with both splits of a tiny MNIST, labels included.
fn write_splits(sandbox: &Sandbox, folder: &str) {
    let labels: Vec<u8> = (0..40).map(|i| i % 2).collect();
    for (split, n) in [("train", 40), ("t10k", 20)] {
        sandbox.write(format!("{folder}/{split}-images-idx3-ubyte"), two_kinds(n));
        let labels = idx(&[n], &labels[..n as usize]);
        sandbox.write(format!("{folder}/{split}-labels-idx1-ubyte.gz"), gzip(&labels));
    }
}
