//! Laws of reading NumPy archives.

use super::*;
use crate::data::dataset::SourceKind;
use crate::data::read::stream::tests::{gzip, read_bytes};
use crate::npy::header;
use flate2::{Compression, Crc, write::DeflateEncoder};
use std::io::Write;

/// A member as it is kept: its name, method, content, and the length that it claims.
struct Packed {
    name: &'static str,
    method: u16,
    bytes: Vec<u8>,
    crc: u32,
    len: u32,
}

fn stored(name: &'static str, content: &[u8]) -> Packed {
    let mut crc = Crc::new();
    crc.update(content);
    Packed { name, method: 0, bytes: content.into(), crc: crc.sum(), len: content.len() as u32 }
}

fn deflated(name: &'static str, content: &[u8]) -> Packed {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    Packed { method: 8, bytes: encoder.finish().unwrap(), ..stored(name, content) }
}

/// A zip file with these members.
fn zip(members: &[Packed]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for Packed { name, method, bytes, crc, len } in members {
        let at = file.len() as u32;
        let sizes = [crc.to_le_bytes(), (bytes.len() as u32).to_le_bytes(), len.to_le_bytes()];
        let common = [&[20, 0, 0, 0][..], &method.to_le_bytes(), &[0; 4], &sizes.concat()].concat();
        let names = [(name.len() as u16).to_le_bytes(), [0; 2]].concat();
        file.extend([b"PK\x03\x04", &common[..], &names, name.as_bytes(), bytes].concat());
        let rest = [&names[..], &[0; 10], &at.to_le_bytes(), name.as_bytes()].concat();
        directory.extend([b"PK\x01\x02", &[20, 0][..], &common, &rest].concat());
    }
    let n = (members.len() as u16).to_le_bytes();
    let place = [directory.len() as u32, file.len() as u32].map(u32::to_le_bytes).concat();
    [&file[..], &directory, b"PK\x05\x06", &[0; 4], &n, &n, &place, &[0; 2]].concat()
}

fn array(dtype: &str, shape: &[u64], elements: &[u8]) -> Vec<u8> {
    [&header(dtype, shape), elements].concat()
}

fn read_zip(bytes: &[u8]) -> Result<Dataset, DataProblem> {
    read_bytes(bytes, |input| read("a.npz".into(), input, &[]))
}

fn values(members: &[Packed]) -> Result<Vec<u8>, DataProblem> {
    read_zip(&zip(members)).map(|set| set.pixels.values().to_vec())
}

#[test]
fn one_array_is_read_however_it_is_kept() {
    let content = array("|u1", &[2, 3], &[0, 1, 1, 1, 0, 0]);
    for packed in [stored("x.npy", &content), deflated("x.npy", &content)] {
        let file = zip(&[packed, stored("about.txt", b"no array")]);
        for bytes in [file.clone(), gzip(&file)] {
            let set = read_zip(&bytes).unwrap();
            assert_eq!(set.pixels.values(), [0, 1, 1, 1, 0, 0]);
            assert_eq!((set.pixels.n_images(), set.kind), (2, SourceKind::Npy));
        }
    }
}

#[test]
fn several_arrays_are_named() {
    let content = array("|u1", &[1, 1], &[0]);
    let problem = values(&[stored("x.npy", &content), stored("y.npy", &content)]);
    assert_eq!(problem, Err(DataProblem::NpzArrays("x, y".into())));
    assert_eq!(values(&[stored("x", &content)]), Err(DataProblem::Empty));
}

/// The matrix 1 0 0 / 0 0 0 / 0 1 1, by rows or by columns.
fn sparse(format: &str) -> Vec<Packed> {
    let (indices, indptr) = match format {
        "csc" => ([0, 2, 2], [0, 1, 2, 3]),
        _ => ([0, 1, 2], [0, 1, 1, 3]),
    };
    let ints = |numbers: &[i32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<_>>();
    vec![
        stored("indices.npy", &array("<i4", &[3], &ints(&indices))),
        stored("indptr.npy", &array("<i4", &[4], &ints(&indptr))),
        stored("format.npy", &array("|S3", &[], format.as_bytes())),
        stored("shape.npy", &array("<i4", &[2], &ints(&[3, 3]))),
        deflated("data.npy", &array("<f8", &[3], &1f64.to_le_bytes().repeat(3))),
    ]
}

#[test]
fn sparse_matrices_become_rows() {
    for format in ["csr", "csc"] {
        assert_eq!(values(&sparse(format)).unwrap(), [1, 0, 0, 0, 0, 0, 0, 1, 1], "{format}");
    }
    // What SciPy's arrays have besides.
    let mut array_not_matrix = sparse("csr");
    array_not_matrix.push(stored("_is_array.npy", &array("|b1", &[], &[1])));
    assert_eq!(values(&array_not_matrix), values(&sparse("csr")));
    let problem = values(&sparse("bsr")).unwrap_err().to_string();
    assert!(problem.contains("kept as bsr"), "{problem}");
    for (name, dtype, shape, elements) in [
        ("data.npy", "|u1", 3, &[1u8, 2, 1][..]),
        ("data.npy", "|u1", 2, &[1, 1]),
        ("data.npy", "|u1", 4, &[1; 4]),
        ("indices.npy", "|i1", 3, &[0, 0xff, 0]),
        ("indices.npy", "|u1", 3, &[0, 3, 0]),
        ("indices.npy", "|u1", 3, &[0, 1, 1]),
        ("indptr.npy", "|u1", 4, &[0, 1, 0, 3]),
        ("indptr.npy", "|u1", 4, &[0, 1, 1, 2]),
        ("indptr.npy", "|u1", 3, &[0, 1, 3]),
        ("shape.npy", "|u1", 1, &[3]),
        ("shape.npy", "|u1", 2, &[3, 0]),
    ] {
        let mut members = sparse("csr");
        members.retain(|member| member.name != name);
        members.push(stored(name, &array(dtype, &[shape], elements)));
        assert!(values(&members).is_err(), "{name} {elements:?}");
    }
}

#[test]
fn lengths_and_checksums_are_held_to() {
    let content = array("|u1", &[2, 3], &[0, 1, 1, 1, 0, 0]);
    for (len, crc) in [(1, 0), (-1, 0), (0, 1)] {
        for mut packed in [stored("x.npy", &content), deflated("x.npy", &content)] {
            packed.len = packed.len.wrapping_add_signed(len);
            packed.crc ^= crc;
            assert!(values(&[packed]).is_err(), "{len} {crc}");
        }
    }
    let whole = zip(&[deflated("x.npy", &content)]);
    for len in 4..whole.len() {
        assert!(read_zip(&whole[..len]).is_err(), "{len}");
    }
    let mut other = stored("x.npy", &content);
    other.method = 93;
    let problem = values(&[other]).unwrap_err().to_string();
    assert!(problem.contains("method 93"), "{problem}");
}

#[test]
fn a_member_that_claims_much_is_refused_unread() {
    let mut packed = deflated("x.npy", &array("|u1", &[1 << 30, 1], &[0; 100]));
    packed.len = 1 << 30;
    let problem = values(&[packed]).unwrap_err().to_string();
    assert!(problem.contains("256 times"), "{problem}");
}
