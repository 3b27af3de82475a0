//! The memory that a fit takes as a process: the packed data and at most 64 MB, for a thousand
//! components on two threads; of data that stays on disk and of short rows some bytes a row. What is
//! written of many rows takes some 30 MB, however many they are.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use bmm::bench::data::{self, Packed, PackedFile};
use bmm::{Binarize, BitMatrix, Pixels};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const N: usize = 60_000;
const D: usize = 784;

/// 64 MB, in kilobytes as the system counts them.
const ALLOWED_KB: u64 = 64 << 10;

/// The size of MNIST. Both halves of a row are of some kinds, in more combinations than there are components: no fit of
/// them ends soon.
fn combinations() -> BitMatrix {
    let hash = |a: usize, b: usize| {
        let mixed = (a as u64 * 1_000_003 + b as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ mixed >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40
    };
    // Ink in a quarter of the groups of four pixels, as much as in digits.
    let is_ink = |kind: usize, d: usize| hash(kind, d / 4) % 4 == 0 && hash(kind + 7, d) % 5 < 4;
    let kind = |i: usize, d: usize| if d < D / 2 { i % 211 } else { 1000 + i / 211 % 97 };
    BitMatrix::from_fn(N, D, |i, d| is_ink(kind(i, d), d) && hash(i + 99_991, d) % 3 > 0)
}

fn write_images(path: &Path) {
    let data = combinations();
    let values = (0..N).flat_map(|i| (0..D).map(move |d| (i, d)));
    let values = values.map(|(i, d)| u8::from(data.get(i, d)) * 255).collect();
    let pixels = Pixels::new(N, 28, 28, values).unwrap();
    fs::write(path, data::write_idx(&pixels, false).unwrap()).unwrap();
}

/// Runs `bmm train` with one start on two threads in `folder`; returns the most memory that it had, in kilobytes, and what it says.
fn train(folder: &Path, args: &[&str], stdin: Stdio) -> (u64, Value) {
    let peak = peak_kb(folder, &[&["train", "--n-init", "1", "--json"], args].concat(), stdin);
    (peak, serde_json::from_slice(&fs::read(folder.join(OUT)).unwrap()).unwrap())
}

/// What the program prints, in its folder.
const OUT: &str = "out";

/// Runs `bmm` on two threads in `folder`; returns the most memory that it had, in kilobytes.
fn peak_kb(folder: &Path, args: &[&str], stdin: Stdio) -> u64 {
    let mut program = Command::new(env!("CARGO_BIN_EXE_bmm"))
        .args(args)
        .args(["--threads", "2", "--quiet"])
        .current_dir(folder)
        .stdin(stdin)
        .stdout(fs::File::create(folder.join(OUT)).unwrap())
        .spawn()
        .unwrap();
    let mut peak = 0;
    while program.try_wait().unwrap().is_none() {
        // The most is reached in every iteration, or part of the rows, and each takes long beside this.
        peak = peak.max(memory_kb(program.id()).unwrap_or(0));
        thread::sleep(Duration::from_millis(1));
    }
    assert!(program.wait().unwrap().success(), "{args:?}");
    peak
}

/// The memory that a process has now, in kilobytes, without the pages of its program file; `None` when it has ended.
fn memory_kb(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
fn a_fit_of_a_thousand_components_takes_64_mb_beside_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images-idx3-ubyte");
    write_images(&images);
    let packed_kb = (N * D.div_ceil(8) / 1024) as u64;
    let args = ["--k", "1000", "--max-iter", "40", "--data", "images-idx3-ubyte"];
    let (peak, document) = train(folder.path(), &args, Stdio::null());
    assert!(document["starts"][0]["n_leaps"].as_u64() > Some(0), "no leap, which takes most");
    println!("{peak} kB, of these {packed_kb} kB packed data");
    assert!(peak > packed_kb && peak <= packed_kb + ALLOWED_KB, "{peak} kB");
}

/// A table of many rows and few patterns. Of every row are kept: two bytes for each cell while it
/// is read, its bits, and the number of its pattern.
#[test]
fn many_short_rows_take_some_bytes_each() {
    const N: usize = 1_000_000;
    let (folder, data) = (tempfile::tempdir().unwrap(), large(N, 8));
    let mut text = String::from("a,b,c,d,e,f,g,h\n");
    for i in 0..N {
        let cells = (0..8).map(|d| if data.get(i, d) { "1" } else { "0" });
        text += &(cells.collect::<Vec<_>>().join(",") + "\n");
    }
    fs::write(folder.path().join("rows.csv"), text).unwrap();
    let (peak, _) = train(folder.path(), &["--k", "3", "--data", "rows.csv"], Stdio::null());
    println!("{peak} kB for {N} rows of 8 answers");
    assert!(peak <= (24 << 10) + 24 * N as u64 / 1024, "{peak} kB");
}

/// Rows of three kinds with some noise, the first kind with more ones than zeros in all features, so that some have to be turned.
fn large(n: usize, row_bytes: usize) -> BitMatrix {
    let mut state = 1_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut bytes = Vec::with_capacity(n * row_bytes);
    for i in 0..n {
        for word in 0..row_bytes / 8 {
            let noise = random() & random() & random();
            let is_mostly_one = [true, word % 2 == 0, word % 3 == 0][i % 3];
            bytes.extend((if is_mostly_one { !noise } else { noise }).to_le_bytes());
        }
    }
    BitMatrix::from_packed(n, 8 * row_bytes, bytes).unwrap()
}

fn write_packed(path: &Path, bits: &BitMatrix, height: usize, width: usize) {
    let (rule, items, synthetic) = (Binarize::None, &[][..], false);
    let (labels, weights, inverted, scaled) = (None, None, false, false);
    let packed =
        Packed { bits, height, width, rule, inverted, scaled, labels, weights, items, synthetic };
    PackedFile::new(packed).unwrap().write(&mut fs::File::create(path).unwrap()).unwrap();
}

/// 280 MB on disk. In memory every row has its part in the sums, later a component and a score. From standard input the same file is
/// read.
#[test]
fn rows_that_stay_on_disk_take_some_bytes_each_and_give_the_same_model() {
    const N: usize = 2_500_000;
    let (height, width) = (28, 32);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.bits");
    write_packed(&path, &large(N, height * width / 8), height, width);
    let args =
        |data, out| ["--k", "3", "--max-iter", "4", "--memory", "0", "--data", data, "--out", out];
    let (peak, there) = train(folder.path(), &args("rows.bits", "there"), Stdio::null());
    let file = fs::File::open(&path).unwrap();
    let (read, own) = train(folder.path(), &args("-", "own"), file.into());
    let data_kb = fs::metadata(&path).unwrap().len() / 1024;
    println!(
        "{data_kb} kB of data: {peak} kB where they stay on disk, {read} kB where they are read"
    );
    assert_eq!(there["model_sha256"], own["model_sha256"]);
    let of_rows = 64 * N as u64 / 1024;
    assert!(read > data_kb && peak <= ALLOWED_KB + of_rows, "{peak} kB and {read} kB");
}

/// 32 MB, in kilobytes, for the parts that are held at a time and their text.
const ALLOWED_FOR_PARTS_KB: u64 = 32 << 10;

/// Rows take 8 bytes, and as many for what is missing. What is written of them takes from 64 bytes to 1 kB a row, so it would be seen
/// if all of it were held.
#[test]
fn what_is_written_of_many_rows_is_not_held() {
    const N: usize = 400_000;
    let folder = tempfile::tempdir().unwrap();
    let rows = large(N, 8);
    write_packed(&folder.path().join("few.bits"), &rows.select(&[0, 1, 2, 3, 4, 5]), 8, 8);
    let holes = BitMatrix::from_fn(N, 64, |i, d| (i + d) % 16 == 0);
    let rows = rows.with_missing(&holes).unwrap();
    write_packed(&folder.path().join("rows.bits"), &rows, 8, 8);
    train(folder.path(), &["--k", "3", "--data", "few.bits", "--out", "run"], Stdio::null());
    let rows_kb = (2 * 8 * N / 1024) as u64;
    for (args, kb_written) in [
        ("assign rows.bits --json", 60_000),
        ("assign rows.bits", 20_000),
        ("assign rows.bits --format csv --proba", 30_000),
        ("assign rows.bits --format jsonl --output a.jsonl", 0),
        ("complete rows.bits", 50_000),
        ("complete rows.bits --output a.npy", 0),
        ("sample -n 400000 --output a.csv", 0),
        ("sample -n 400000 --json", 150_000),
    ] {
        let words: Vec<&str> = args.split(' ').chain(["--model", "run"]).collect();
        let peak = peak_kb(folder.path(), &words, Stdio::null());
        let written = fs::metadata(folder.path().join(OUT)).unwrap().len() / 1024;
        println!("{args}: {peak} kB, {rows_kb} kB of them rows; {written} kB printed");
        assert!(
            peak <= rows_kb + ALLOWED_FOR_PARTS_KB && written >= kb_written,
            "{args}: {peak} kB"
        );
    }
}
