//! Laws of reading NumPy arrays.

use super::*;
use crate::data::read::stream;
use crate::npy::header;

/// A number as a `.npy` file holds it.
trait Element: Copy {
    const DTYPE: &str;
    fn bytes(self) -> Vec<u8>;
}

macro_rules! elements {
    ($($type:ty, $dtype:literal;)*) => {
        $(impl Element for $type {
            const DTYPE: &str = $dtype;
            fn bytes(self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }
        })*
    };
}

elements! {
    u8, "|u1"; i8, "|i1"; u16, "<u2"; i16, "<i2"; u32, "<u4"; i32, "<i4";
    u64, "<u8"; i64, "<i8"; f32, "<f4"; f64, "<f8";
}

impl Element for bool {
    const DTYPE: &str = "|b1";
    fn bytes(self) -> Vec<u8> {
        vec![self.into()]
    }
}

/// In which order a file holds its elements.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    C,
    Fortran,
}

fn file<T: Element>(shape: &[u64], order: Order, values: impl IntoIterator<Item = T>) -> Vec<u8> {
    let mut bytes = header(T::DTYPE, shape);
    if order == Order::Fortran {
        let text = String::from_utf8_lossy(&bytes[10..]).replace("False", "True");
        bytes.splice(10.., text.into_bytes());
        bytes.insert(bytes.len() - 1, b' ');
    }
    bytes.extend(values.into_iter().flat_map(Element::bytes));
    bytes
}

fn raw(header: &str, body: &[u8]) -> Vec<u8> {
    let len = header.len() as u16;
    [b"\x93NUMPY\x01\0", &len.to_le_bytes()[..], header.as_bytes(), body].concat()
}

fn read_bytes(bytes: &[u8]) -> Result<Pixels, DataProblem> {
    stream::tests::read_bytes(bytes, read)
}

#[test]
fn every_element_type_gives_the_same_rows() {
    let (shape, order) = (&[2, 3], Order::C);
    let expected = Pixels::new(2, 1, 3, vec![0, 1, 2, 3, 200, 255]).unwrap();
    let ints = [0u8, 1, 2, 3, 200, 255];
    let files = [
        file(shape, order, ints),
        file(shape, order, ints.map(u16::from)),
        file(shape, order, ints.map(i16::from)),
        file(shape, order, ints.map(u32::from)),
        file(shape, order, ints.map(i32::from)),
        file(shape, order, ints.map(u64::from)),
        file(shape, order, ints.map(i64::from)),
        file(shape, order, ints.map(f32::from)),
        file(shape, order, ints.map(f64::from)),
    ];
    for bytes in files {
        assert_eq!(read_bytes(&bytes).unwrap(), expected);
        assert_eq!(read_bytes(&stream::tests::gzip(&bytes)).unwrap(), expected);
    }
}

#[test]
fn booleans_and_signed_bytes_stay_zero_and_one_and_fractions_are_scaled() {
    let fractions = file(&[1, 3], Order::C, [0.0f32, 0.5, 1.0]);
    assert_eq!(read_bytes(&fractions).unwrap().values(), [0, 128, 255]);
    let bools = file(&[1, 2], Order::C, [false, true]);
    assert_eq!(read_bytes(&bools).unwrap().values(), [0, 1]);
    assert_eq!(read_bytes(&file(&[1, 2], Order::C, [0i8, 1])).unwrap().values(), [0, 1]);
}

#[test]
fn three_dimensions_are_images() {
    let pixels = read_bytes(&file(&[2, 2, 3], Order::C, 0u8..12)).unwrap();
    assert_eq!((pixels.n_images(), pixels.height(), pixels.width()), (2, 2, 3));
    assert_eq!(pixels.image(1), [6, 7, 8, 9, 10, 11]);
}

#[test]
fn fortran_order_gives_the_same_images() {
    let (n, h, w) = (2u8, 3u8, 4u8);
    let value = |i: u8, y: u8, x: u8| i * 100 + y * 10 + x;
    let mut c = Vec::new();
    (0..n).for_each(|i| (0..h).for_each(|y| (0..w).for_each(|x| c.push(value(i, y, x)))));
    let mut f = Vec::new();
    (0..w).for_each(|x| (0..h).for_each(|y| (0..n).for_each(|i| f.push(value(i, y, x)))));
    let expected = read_bytes(&file(&[2, 3, 4], Order::C, c)).unwrap();
    assert_eq!(read_bytes(&file(&[2, 3, 4], Order::Fortran, f)).unwrap(), expected);
}

#[test]
fn a_value_out_of_range_is_named_with_its_place() {
    for (order, row, column) in [(Order::C, 1, 1), (Order::Fortran, 0, 2)] {
        let bytes = file(&[2, 3], order, [0, 1, 0, 0, -7, 0]);
        assert_eq!(read_bytes(&bytes), Err(DataProblem::Value { row, column, value: -7.0 }));
    }
}

#[test]
fn nan_is_missing_where_it_stands() {
    for (order, row, column) in [(Order::C, 1, 1), (Order::Fortran, 0, 2)] {
        let bytes = file(&[2, 3], order, [0.0, 1.0, 0.0, 1.0, f64::NAN, 1.0]);
        let pixels = read_bytes(&bytes).unwrap();
        let missing = pixels.missing().unwrap();
        assert!(missing.get(row, column) && missing.count_ones() == 1);
        assert_eq!(pixels.image(row)[column], 0);
    }
}

#[test]
fn a_length_other_than_promised_is_an_error() {
    for mut bytes in [file(&[2, 3], Order::C, 0u8..6), file(&[2, 3], Order::C, 0..6)] {
        bytes.push(0);
        assert!(matches!(read_bytes(&bytes), Err(DataProblem::TooLong { .. })));
        bytes.truncate(bytes.len() - 2);
        let (found, expected) = (bytes.len() as u64, bytes.len() as u64 + 1);
        assert_eq!(read_bytes(&bytes), Err(DataProblem::Truncated { expected, found }));
        let packed = stream::tests::gzip(&bytes);
        assert!(matches!(read_bytes(&packed), Err(DataProblem::Truncated { .. })));
    }
}

#[test]
fn shapes_that_are_no_rows_are_refused() {
    let header =
        |shape: &str| format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
    let shape = |text: &str| read_bytes(&raw(&header(text), &[]));
    assert_eq!(shape("(5,)"), Err(DataProblem::NpyShape { shape: "5".into() }));
    assert_eq!(shape("(2, 0)"), Err(DataProblem::NpyShape { shape: "2, 0".into() }));
    assert_eq!(shape("(0, 3)"), Err(DataProblem::Empty));
    assert!(matches!(shape("(4294967296, 784)"), Err(DataProblem::Truncated { .. })));
    assert!(matches!(shape("(9999999999, 9999999999)"), Err(DataProblem::NpyShape { .. })));
    assert!(matches!(shape("(-1, 3)"), Err(DataProblem::NpyHeader { .. })));
}

#[test]
fn hostile_headers_are_refused_at_once() {
    let nested = "{'descr': ".to_owned() + &"[".repeat(2000) + &"]".repeat(2000);
    let braces = "{".repeat(3000);
    for header in [nested.as_str(), &braces, "", "{}", "{'shape': (1, 1)}", "\u{e9}(1){"] {
        let problem = read_bytes(&raw(header, &[0]));
        assert!(matches!(problem, Err(DataProblem::NpyHeader { .. })), "{problem:?}");
    }
    assert!(read_bytes(b"\x93NUMPY\x02\0\xff\xff\xff\xff{").is_err());
    assert!(read_bytes(b"\x93NUMPY").is_err());
}

#[test]
fn element_types_that_are_no_numbers_are_named() {
    let text = "{'descr': '<U3', 'fortran_order': False, 'shape': (1, 1), }\n";
    let problem = read_bytes(&raw(text, &[0; 12]));
    assert_eq!(problem, Err(DataProblem::NpyType { dtype: "<U3".into() }));
}
