//! What a file may cost: hostile files of all formats end with one error line, within limits of time and memory.
#![cfg(all(unix, feature = "cli"))]

mod common;

use bmm::Model;
use bmm::bench::data::{Packed, PackedFile};
use bmm::bench::model_file::{self, exchange};
use bmm::{Binarize, BitMatrix};
use common::program::{self, Sandbox, grey_png, idx, png, zip};
use flate2::{Compression, Crc, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::io::Write;

/// The limits of a run: seconds of its own computing, kilobytes that it may write to, and kilobytes of addresses. The system ends
/// what exceeds them. Each file takes well below a second; a limit is no measure of speed, and leaves room for slow machines. What
/// other programs take does not count.
const LIMITS: &str = "ulimit -t 10; ulimit -d 300000; ulimit -v 600000";

/// A line of shell that runs the program within the limits. Each thread takes memory for its stack.
fn limited(words: &str) -> String {
    format!("{LIMITS}; exec \"$BMM\" --threads 2 {words}")
}

/// Runs the program on what must be refused, within the limits.
fn refuses(sandbox: &Sandbox, words: &str, parts: &[&str]) {
    sandbox.refused(1, || sandbox.shell(&limited(words)), parts);
}

fn refuses_data(name: &str, bytes: impl AsRef<[u8]>, parts: &[&str]) {
    let sandbox = Sandbox::new();
    sandbox.write(name, bytes);
    refuses(&sandbox, &format!("info {name}"), &[&[name], parts].concat());
}

fn best_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A gzip file of about a megabyte: `start`, then a gigabyte of one pattern.
fn bomb(start: &[u8], pattern: &[u8]) -> Vec<u8> {
    let member = best_gzip(&pattern.repeat((16 << 20) / pattern.len()));
    [best_gzip(start), member.repeat(64)].concat()
}

fn npy(dtype: &str, shape: &str) -> Vec<u8> {
    program::npy(dtype, shape, &[])
}

#[test]
fn labels_without_an_end() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", idx(&[2, 1, 2], [0, 255, 255, 0]));
    let words = "train --k 1 --data data.idx --out new --labels";
    for (name, pattern) in
        [("digits", "0"), ("spaces", " "), ("quotes", "\""), ("rows", "0\n"), ("blanks", "\n")]
    {
        sandbox.write(name, bomb(b"1\n", pattern.as_bytes()));
        refuses(&sandbox, &format!("{words} {name}"), &[name, "too large"]);
    }
    sandbox.write("bytes", bomb(&idx(&[1 << 30], []), &[0]));
    refuses(&sandbox, &format!("{words} bytes"), &["bytes", "256 times"]);
    sandbox.write("array", bomb(&npy("<f8", "(134217728,)"), &[0]));
    refuses(&sandbox, &format!("{words} array"), &["array", "256 times"]);
}

#[test]
fn idx_files() {
    refuses_data("a.gz", bomb(&idx(&[1 << 20, 32, 32], []), &[0]), &["256 times"]);
    refuses_data("a.idx", idx(&[u32::MAX, u32::MAX, 9], [0; 9]), &["bytes"]);
    refuses_data("a.gz", best_gzip(&idx(&[1 << 20, 64, 64], [0; 9])), &["cut short"]);
    refuses_data("a.gz", best_gzip(&idx(&[u32::MAX, 28, 28], [])), &["too large"]);
}

#[test]
fn numpy_files() {
    for (dtype, pattern) in
        [("|u1", &b"\0"[..]), ("<f8", b"\0"), ("<f2", b"\0\x7e"), ("|b1", b"\x01")]
    {
        let shape = if dtype == "<f8" { "(131072, 1024)" } else { "(524288, 1024)" };
        refuses_data("a.npy", bomb(&npy(dtype, shape), pattern), &["256 times"]);
        refuses_data("b.npy", npy(dtype, "(4294967296, 784)"), &["cut short"]);
        refuses_data("c.npy", best_gzip(&npy(dtype, "(4294967296, 784)")), &["too large"]);
    }
    let member = [npy("|u1", "(131072, 1024)"), vec![0; 128 << 20]].concat();
    refuses_data("a.npz", zip(&[("a.npy", &member, member.len() as u32)]), &["256 times"]);
    refuses_data("b.npz", zip(&[("a.npy", &member, 256)]), &["longer than it says"]);
}

#[test]
fn sparse_matrices() {
    let heading = "%%MatrixMarket matrix coordinate pattern general\n";
    refuses_data("a.mtx", format!("{heading}4000000000 4000000000 1\n1 1\n"), &["too large"]);
    refuses_data("b.mtx", bomb(heading.as_bytes(), b" "), &["64 KiB a line"]);
    refuses_data("c.mtx", bomb(heading.as_bytes(), b"\n"), &["256 times"]);
    let array = "%%MatrixMarket matrix array integer general\n60000 60000\n";
    refuses_data("d.mtx", bomb(array.as_bytes(), b"1\n"), &["256 times"]);
}

/// A GIF file of two colours: the width and height of its screen, and those of its first picture.
fn gif(screen: [u16; 2], first: [u16; 2]) -> Vec<u8> {
    let [screen, first] = [screen, first].map(|sides| sides.map(u16::to_le_bytes).concat());
    let colours = b"\x80\0\0\0\0\0\xff\xff\xff";
    [&b"GIF89a"[..], &screen, colours, b",\0\0\0\0", &first, b"\0\x02\x02\x4c\x01\0;"].concat()
}

fn webp(chunks: &[u8]) -> Vec<u8> {
    let len = (4 + chunks.len() as u32).to_le_bytes();
    [&b"RIFF"[..], &len, b"WEBP", chunks].concat()
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&name[..], &(content.len() as u32).to_le_bytes(), content].concat()
}

/// The chunk of a WebP picture without loss, of `side` x `side` pixels, of which next to nothing is there.
fn lossless(side: u32) -> Vec<u8> {
    let sides = ((side - 1) | ((side - 1) << 14)).to_le_bytes();
    chunk(b"VP8L", &[&[0x2f], &sides[..], &[0; 21]].concat())
}

#[test]
fn pictures_and_masks() {
    let blank = grey_png(16_000, 4_000, |_, _| 0);
    refuses_data("blank.png", &blank, &["4000", "16000", "too large"]);
    let mut claims = png(5, 4);
    claims[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let checksum = {
        let mut crc = Crc::new();
        crc.update(&claims[12..29]);
        crc.sum().to_be_bytes()
    };
    claims[29..33].copy_from_slice(&checksum);
    refuses_data("claims.png", &claims, &["60000x60000"]);
    refuses_data("claims.gif", gif([65_535; 2], [65_535; 2]), &["65535x65535", "too large"]);
    refuses_data("screen.gif", gif([7000; 2], [1; 2]), &["7000x7000", "256 times"]);
    refuses_data("first.gif", gif([16; 2], [65_535; 2]), &["Memory limit exceeded"]);
    refuses_data("claims.pgm", "P5\n60000 60000\n255\n", &["60000x60000"]);
    refuses_data("claims.webp", webp(&lossless(12_000)), &["12000x12000", "too large"]);
    refuses_data("small.webp", webp(&lossless(7000)), &["7000x7000", "256 times"]);
    let canvas = [&[0; 4], &59_999u32.to_le_bytes()[..3], &59_999u32.to_le_bytes()[..3]].concat();
    let canvas = webp(&[chunk(b"VP8X", &canvas), lossless(16)].concat());
    refuses_data("canvas.webp", canvas, &["60000x60000", "too large"]);
    let frame = [&b"\x10\0\0\x9d\x01\x2a\xff\x3f\xff\x3f"[..], &[0; 20]].concat();
    refuses_data("lossy.webp", webp(&chunk(b"VP8 ", &frame)), &["16383x16383", "too large"]);
    let header = [&b"BM"[..], &[0; 8], &[54, 0, 0, 0, 40, 0, 0, 0]].concat();
    let sizes = [&50_000u32.to_le_bytes()[..], &50_000u32.to_le_bytes(), &[1, 0, 24, 0]].concat();
    refuses_data("claims.bmp", [&header[..], &sizes, &[0; 24]].concat(), &["claims.bmp"]);
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", idx(&[2, 1, 2], [0, 255, 255, 0]));
    sandbox.write("mask.png", &blank);
    let words = "train --k 1 --data data.idx --mask mask.png --out new";
    refuses(&sandbox, words, &["mask.png", "too large"]);
}

#[test]
fn packed_rows() {
    let bits = BitMatrix::from_fn(3, 6, |i, d| i == d);
    let packed = Packed {
        bits: &bits,
        height: 2,
        width: 3,
        rule: Binarize::Otsu,
        labels: None,
        weights: None,
        items: &[],
        inverted: false,
        scaled: false,
        synthetic: false,
    };
    let mut file = Vec::new();
    PackedFile::new(packed).unwrap().write(&mut file).unwrap();
    let text = String::from_utf8_lossy(&file).into_owned();
    let at = text
        .find("\"n_samples\":3,")
        .map(|_| file.windows(14).position(|w| w == b"\"n_samples\":3,"));
    let at = at.flatten().unwrap();
    // Blanks at the end of the header make room for a larger number.
    let mut claims = file.clone();
    claims.splice(at..at + 14, *b"\"n_samples\":300000000000,");
    let end = claims.windows(12).position(|window| window == [b' '; 12]).unwrap();
    claims.drain(end..end + 11);
    refuses_data("claims.bits", &claims, &["claims.bits"]);
    refuses_data("claims.bits.gz", best_gzip(&claims), &["claims.bits.gz"]);
    let long = [&file[..12], &(256u32 << 20).to_le_bytes()].concat();
    refuses_data("long.bits", &long, &["cut short"]);
    refuses_data("long.bits", bomb(&long, b"\"\","), &["damaged"]);
}

fn a_model() -> Model {
    let json = br#"{"weights": [0.75, 0.25], "means": [[0.5, 0.25], [0.125, 0.5]],
        "labels": {"names": ["a", "b"], "counts": [1, 2, 3, 4]}}"#;
    exchange::import(json, exchange::Format::Json, None).unwrap()
}

#[test]
fn models_with_false_lengths() {
    let sandbox = Sandbox::new();
    let file = model_file::encode(&a_model()).unwrap();
    let lengths = |at: usize| file[at..at + 8].first_chunk().map(|n| u64::from_le_bytes(*n));
    let mut n_refused = 0;
    // Wherever a length may stand: small numbers of eight bytes.
    for at in (52..file.len() - 8).filter(|&at| lengths(at).is_some_and(|n| n < 100)) {
        for length in [1 << 27, (1 << 30) - 4096, 1 << 40, u64::MAX / 8, u64::MAX] {
            let mut payload = file[52..].to_vec();
            payload[at - 52..at - 44].copy_from_slice(&u64::to_le_bytes(length));
            let sum = Sha256::new().chain_update(&file[..20]).chain_update(&payload).finalize();
            sandbox.write("bent.bmm", [&file[..20], &sum, &payload].concat());
            let run = sandbox.shell(&limited("info bent.bmm"));
            // A number that is no length may be so large: how often a label was met.
            if run.code != Some(0) {
                run.assert_failure(1, &["bent.bmm"]);
                let said = ["laid out as by another program", "no valid model"];
                assert!(said.iter().any(|what| run.err.contains(what)), "{run:?}");
                n_refused += 1;
            }
        }
    }
    assert!(n_refused > 20, "{n_refused}");
    let mut claims = file.clone();
    claims[12..20].copy_from_slice(&((1u64 << 30) - 52).to_le_bytes());
    sandbox.write("bent.bmm", claims);
    refuses(&sandbox, "info bent.bmm", &["cut short"]);
}

#[test]
fn exchange_files_with_false_shapes() {
    let sandbox = Sandbox::new();
    let mut tensors = br#"{"weights":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"means":{"dtype":"F64","shape":[1,4611686018427387904],"data_offsets":[8,16]}}"#.to_vec();
    tensors.resize(tensors.len().next_multiple_of(8), b' ');
    let length = (tensors.len() as u64).to_le_bytes();
    for (name, bytes) in [
        ("a.npy", npy("<f8", "(4294967296, 4294967296)")),
        ("b.npy", npy("<f8", "(2, 400000000)")),
        ("a.safetensors", [&length[..], &tensors, &[0; 16]].concat()),
        ("b.safetensors", [&u64::MAX.to_le_bytes()[..], b"{}"].concat()),
        ("a.json", [br#"{"weights":"#.to_vec(), b"[".repeat(1 << 20)].concat()),
        ("a.csv", b"weight".to_vec()),
    ] {
        sandbox.write(name, bytes);
        refuses(&sandbox, &format!("import {name} --out new"), &[name]);
    }
}

/// Columns that keep their texts, and then nothing but separators.
#[test]
fn tables_of_many_texts() {
    let row = |r: usize| (0..200).map(|c| (r * 200 + c).to_string()).collect::<Vec<_>>().join(",");
    let texts: String = (0..331).map(|r| row(r) + "\n").collect();
    for cell in ["", "z", "zz"] {
        let blank = [cell; 200].join(",") + "\n";
        let text = texts.clone() + &blank.repeat((31 << 20) / blank.len() - 70);
        refuses_data("a.csv.gz", best_gzip(text.as_bytes()), &["a.csv.gz"]);
    }
}
