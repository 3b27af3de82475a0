//! What a user can get wrong: each mistake gets one `error:` line and one `hint:` line, its exit code, and costs nothing
//! that was there before. And what looks wrong but is not.

#[path = "../common/mod.rs"]
mod common;
mod data;
mod models;
mod no_error;
mod outputs;
mod rows;
mod streams;
mod sweep;
mod usage;

use bmm::ModelProblem;
use bmm::bench::model_file;
use common::program::{self, BMM, Run, Sandbox, gzip, idx, png, two_kinds};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::process::Stdio;

/// A sandbox with `bytes` in the file `name`, on which training must fail saying `parts`.
fn refuses_data(name: &str, bytes: impl AsRef<[u8]>, parts: &[&str]) {
    let sandbox = Sandbox::new();
    sandbox.write(name, bytes);
    for command in ["train --k 1 --data", "info"] {
        let args = command.split(' ').chain([name]);
        sandbox.refuses(1, args, &[&[name], parts].concat());
    }
}

fn refuses(sandbox: &Sandbox, words: &str, parts: &[&str]) {
    sandbox.refuses(1, words.split(' '), parts);
}

fn refuses_usage(words: &str, parts: &[&str]) {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(4));
    sandbox.refuses(2, words.split_whitespace(), parts);
}
