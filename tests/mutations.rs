//! Every reader against a million broken files: whatever comes, it is read or refused with a message, and nothing panics.

mod common;

use bmm::bench::data::{Packed, PackedFile, read_labels, write_idx, write_npy};
use bmm::bench::model_file::{self, exchange};
use bmm::{Binarize, BitMatrix, Labels, Model, Pixels, Source, load};
use common::program::{grey_png, gzip, idx, npy, two_kinds, zip};
use rand_distr::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Broken files of all kinds together; fewer where the compiler does not optimise.
const CASES: usize = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 };

/// A way to read, and a file that can be read so.
struct Kind {
    name: &'static str,
    valid: Vec<u8>,
    read: fn(&Path, &[u8]) -> bmm::Result<()>,
}

fn data(path: &Path, _: &[u8]) -> bmm::Result<()> {
    let set = load(&Source::new(path).with_size(5, 4))?;
    Binarize::Otsu.apply(&set.pixels).map(drop)
}

fn labels(path: &Path, _: &[u8]) -> bmm::Result<()> {
    read_labels(path).map(drop)
}

fn model(path: &Path, bytes: &[u8]) -> bmm::Result<()> {
    let wrong = |problem| bmm::Error::model(path, problem);
    model_file::decode(bytes).map(drop).map_err(wrong)?;
    Model::read(path).map(drop)
}

fn import(format: exchange::Format, path: &Path, bytes: &[u8]) -> bmm::Result<()> {
    let wrong = |problem| bmm::Error::model(path, problem);
    exchange::import(bytes, format, None).map(drop).map_err(wrong)
}

fn a_model() -> Model {
    let mean = |k: usize| (0..6).map(|d| 0.1 + 0.1 * (d + k) as f64).collect::<Vec<_>>();
    let json = serde_json::json!({
        "weights": [0.75, 0.25],
        "means": [mean(0), mean(1)],
        "labels": {"names": ["a", "b"], "counts": [1, 2, 3, 4]},
    });
    exchange::import(json.to_string().as_bytes(), exchange::Format::Json, Some((2, 3))).unwrap()
}

fn picture(format: image::ImageFormat) -> Vec<u8> {
    let png = grey_png(9, 7, |x, y| (x * 25 + y * 10) as u8);
    let mut file = std::io::Cursor::new(Vec::new());
    let mut picture = image::load_from_memory(&png).unwrap();
    if format == image::ImageFormat::Gif {
        picture = picture.into_rgba8().into(); // its writer knows no grey
    }
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// Three rows of three as SciPy saves them.
fn sparse() -> Vec<u8> {
    let arrays = [
        ("indices.npy", npy("|u1", "(3,)", &[0, 1, 2])),
        ("indptr.npy", npy("|u1", "(4,)", &[0, 1, 1, 3])),
        ("format.npy", npy("|S3", "()", b"csr")),
        ("shape.npy", npy("|u1", "(2,)", &[3, 3])),
        ("data.npy", npy("|u1", "(3,)", &[1, 1, 1])),
    ];
    zip(&arrays.each_ref().map(|(name, bytes)| (*name, &bytes[..], bytes.len() as u32)))
}

fn packed() -> Vec<u8> {
    let bits = BitMatrix::from_fn(3, 6, |i, d| i == d);
    let labels = Labels::from_names(["a", "", "b"]);
    let packed = Packed {
        bits: &bits,
        height: 2,
        width: 3,
        rule: Binarize::Otsu,
        labels: Some(&labels),
        weights: Some(&[1.0, 0.0, 2.5]),
        items: &[],
        inverted: false,
        scaled: false,
        synthetic: false,
    };
    let mut bytes = Vec::new();
    PackedFile::new(packed).unwrap().write(&mut bytes).unwrap();
    bytes
}

/// A packed file is nearly always refused by its checksum, so this one gets a new one: what it says is to be looked at, too.
fn sealed(path: &Path, bytes: &[u8]) -> bmm::Result<()> {
    let content = &bytes[..bytes.len().saturating_sub(32)];
    std::fs::write(path, [content, &Sha256::digest(content)].concat()).unwrap();
    data(path, &[])
}

/// The same for a model: length and checksum in its first 52 bytes fit what follows.
fn sealed_model(_: &Path, bytes: &[u8]) -> bmm::Result<()> {
    let Some((head, payload)) = bytes.split_at_checked(52) else { return Ok(()) };
    let covered = [&head[..12], &(payload.len() as u64).to_le_bytes()].concat();
    let checksum = Sha256::new().chain_update(&covered).chain_update(payload).finalize();
    let file = [&covered[..], &checksum, payload].concat();
    model_file::decode(&file).map(drop).map_err(|problem| bmm::Error::model("model", problem))
}

fn kinds() -> Vec<Kind> {
    let images = Pixels::from_bits(&BitMatrix::from_fn(3, 6, |i, d| i == d), 2, 3).unwrap();
    let exported = |format| exchange::export(&a_model(), format).unwrap();
    let table = b"a,b,label,weight\r\n1,0,3,1\r\n0,NA,\"4\",2.5\r\n1,1,3,0\r\n".to_vec();
    let matrix = b"%%MatrixMarket matrix coordinate integer general\n% two\n2 3 2\n1 1 1\n2 3 1\n";
    let values = b"%%MatrixMarket matrix array real general\n2 2\n1\n0\n0.0\n1e0\n";
    let (matrix, values) = (matrix.to_vec(), values.to_vec());
    let array = npy("|u1", "(2, 3)", &[0, 1, 1, 1, 0, 0]);
    let mut qmnist = idx(&[2, 8], [0, 0, 0, 5].repeat(16));
    qmnist[2] = 0x0c;
    let of = |name, valid, read| Kind { name, valid, read };
    vec![
        of("IDX", two_kinds(3), data),
        of("IDX by gzip", write_idx(&images, true).unwrap(), data),
        of("npy", write_npy(&images), data),
        of(
            "half-precision npy",
            npy("<f2", "(1, 1, 2, 2)", &[0, 0x3c, 0, 0, 0, 0x38, 0, 0x7e]),
            data,
        ),
        of("npz", zip(&[("x.npy", &array, array.len() as u32)]), data),
        of("sparse npz", sparse(), data),
        of("Matrix Market", matrix, data),
        of("Matrix Market array", values, data),
        of("CSV", table, data),
        of("grey CSV", b"0.5;0;1\n0.25;1;0\n".to_vec(), data),
        of("PNG", picture(image::ImageFormat::Png), data),
        of("JPEG", picture(image::ImageFormat::Jpeg), data),
        of("BMP", picture(image::ImageFormat::Bmp), data),
        of("PNM", picture(image::ImageFormat::Pnm), data),
        of("GIF", picture(image::ImageFormat::Gif), data),
        of("WebP", picture(image::ImageFormat::WebP), data),
        of("packed", packed(), data),
        of("packed, sealed", packed(), sealed),
        of("labels", b"3\n\n4\r\n3\n".to_vec(), labels),
        of("IDX labels", gzip(&idx(&[4], [1, 2, 3, 4])), labels),
        of("QMNIST labels", qmnist, labels),
        of("npy labels", npy("<f4", "(2,)", &[0, 0, 0, 0x40, 0, 0, 0xc0, 0x7f]), labels),
        of("model", model_file::encode(&a_model()).unwrap(), model),
        of("model, sealed", model_file::encode(&a_model()).unwrap(), sealed_model),
        of("JSON", exported(exchange::Format::Json), |p, b| import(exchange::Format::Json, p, b)),
        of("CSV model", exported(exchange::Format::Csv), |p, b| {
            import(exchange::Format::Csv, p, b)
        }),
        of("npy model", exported(exchange::Format::Npy), |p, b| {
            import(exchange::Format::Npy, p, b)
        }),
        of("safetensors", exported(exchange::Format::Safetensors), |p, b| {
            import(exchange::Format::Safetensors, p, b)
        }),
    ]
}

/// A number below `n`, at least 1.
fn below(rng: &mut Xoshiro256PlusPlus, n: usize) -> usize {
    Uniform::new(0, n.max(1)).unwrap().sample(rng)
}

/// One to four changes: a bit, a byte, a number of four bytes, a piece taken out, put in twice, or cut off.
fn mutated(valid: &[u8], rng: &mut Xoshiro256PlusPlus) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    for _ in 0..=below(rng, 4) {
        if bytes.is_empty() {
            break;
        }
        let place = below(rng, bytes.len());
        let end = (place + 1 + below(rng, 8)).min(bytes.len());
        match below(rng, 7) {
            0 => bytes[place] ^= 1 << below(rng, 8),
            1 => bytes[place] = rng.next_u64() as u8,
            2 => bytes[place..end].fill([0x00, 0xff, 0x7f, b'9'][below(rng, 4)]),
            3 => drop(bytes.drain(place..end)),
            4 => {
                let piece = bytes[place..end].to_vec();
                bytes.splice(place..place, piece);
            }
            5 => bytes.truncate(place),
            _ => {
                let odd = [&b"NaN"[..], b"-1", b"1e999", b"\"", b",", b"\n", b"\xef\xbb\xbf", b"{"];
                bytes.splice(place..place, odd[below(rng, 8)].iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn every_valid_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for Kind { name, valid, read } in &kinds() {
        let path = folder.path().join("file");
        std::fs::write(&path, valid).unwrap();
        read(&path, valid).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[test]
fn no_broken_file_ends_in_a_panic() {
    let kinds = kinds();
    let each = CASES / kinds.len();
    let (refused, n) = std::thread::scope(|scope| {
        let threads: Vec<_> = [0, 1]
            .map(|half| {
                let kinds = &kinds;
                scope.spawn(move || {
                    let mine = kinds.iter().enumerate().filter(|(i, _)| i % 2 == half);
                    mine.map(|(i, kind)| refusals(kind, i as u64, each)).sum::<usize>()
                })
            })
            .into_iter()
            .collect();
        let refused: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        (refused, each * kinds.len())
    });
    println!("{n} broken files, {refused} refused");
    assert!(refused > n / 2, "{refused} of {n}: are they broken at all?");
}

/// How many of `n` broken files of a kind are refused, each with one line and a hint.
fn refusals(kind: &Kind, seed: u64, n: usize) -> usize {
    // In memory where that is possible: a disk would take most of the time.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let path = folder.path().join("file");
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut refused = 0;
    for case in 0..n {
        let bytes = mutated(&kind.valid, &mut rng);
        std::fs::write(&path, &bytes).unwrap();
        let read = std::panic::catch_unwind(|| (kind.read)(&path, &bytes));
        let read = read.unwrap_or_else(|_| panic!("{} panics, case {case}: {bytes:?}", kind.name));
        if let Err(error) = read {
            assert!(!error.to_string().is_empty());
            refused += 1;
        }
    }
    refused
}
