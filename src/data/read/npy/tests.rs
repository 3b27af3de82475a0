//! Laws of reading NumPy arrays.

use super::*;
use crate::data::read::stream;
use crate::npy::header;

/// A file of numbers of 8 bytes, or of bytes if `dtype` is of one; the first index fastest if so.
fn file(dtype: &str, shape: &[u64], is_fortran: bool, values: &[f64]) -> Vec<u8> {
    let mut bytes = header(dtype, shape);
    if is_fortran {
        let text = String::from_utf8_lossy(&bytes[10..]).replace("False", "True ");
        bytes.splice(10.., text.into_bytes());
    }
    for value in values {
        if dtype == "<f8" {
            bytes.extend(value.to_le_bytes());
        } else {
            bytes.push(*value as u8);
        }
    }
    bytes
}

fn raw(header: &str, body: &[u8]) -> Vec<u8> {
    let len = header.len() as u16;
    [b"\x93NUMPY\x01\0", &len.to_le_bytes()[..], header.as_bytes(), body].concat()
}

fn read_bytes(bytes: &[u8]) -> Result<Pixels, DataProblem> {
    stream::tests::read_bytes(bytes, |input| Ok(read(String::new(), input, &[])?.pixels))
}

#[test]
fn bytes_and_other_numbers_give_the_same_rows() {
    let expected = Pixels::new(2, 1, 3, vec![0, 1, 2, 3, 100, 127]).unwrap();
    for dtype in ["|u1", "|i1", "<f8"] {
        let bytes = file(dtype, &[2, 3], false, &[0.0, 1.0, 2.0, 3.0, 100.0, 127.0]);
        assert_eq!(read_bytes(&bytes).unwrap(), expected, "{dtype}");
        assert_eq!(read_bytes(&stream::tests::gzip(&bytes)).unwrap(), expected, "{dtype}");
    }
}

#[test]
fn booleans_stay_zero_and_one_and_fractions_are_scaled() {
    let fractions = file("<f8", &[1, 3], false, &[0.0, 0.5, 1.0]);
    assert_eq!(read_bytes(&fractions).unwrap().values(), [0, 128, 255]);
    let bools = file("|b1", &[1, 3], false, &[0.0, 1.0, 7.0]);
    assert_eq!(read_bytes(&bools).unwrap().values(), [0, 1, 1]);
}

#[test]
fn three_dimensions_are_images_in_either_order() {
    let (n, height, width) = (2, 3, 4);
    let value = |i: usize, y: usize, x: usize| (i * 100 + y * 10 + x) as f64;
    let last_fastest: Vec<f64> =
        (0..24).map(|at| value(at / 12, at / width % height, at % width)).collect();
    let first_fastest: Vec<f64> =
        (0..24).map(|at| value(at % n, at / n % height, at / 6)).collect();
    for dtype in ["|u1", "<f8"] {
        let pixels = read_bytes(&file(dtype, &[2, 3, 4], false, &last_fastest)).unwrap();
        assert_eq!((pixels.n_images(), pixels.height(), pixels.width()), (2, 3, 4));
        assert_eq!(pixels.image(1)[..5], [100, 101, 102, 103, 110]);
        let turned = file(dtype, &[2, 3, 4], true, &first_fastest);
        assert_eq!(read_bytes(&turned).unwrap(), pixels, "{dtype}");
    }
}

#[test]
fn a_value_out_of_range_is_named_and_nan_is_missing_where_it_stands() {
    for (is_fortran, row, column) in [(false, 1, 1), (true, 0, 2)] {
        let file = |value| file("<f8", &[2, 3], is_fortran, &[0.0, 1.0, 0.0, 1.0, value, 1.0]);
        let place = format!("row {row}, column {column} (counted from 0)");
        let problem = DataProblem::OutOfRange { place, value: -7.0 };
        assert_eq!(read_bytes(&file(-7.0)), Err(problem));
        let pixels = read_bytes(&file(f64::NAN)).unwrap();
        let missing = pixels.missing().unwrap();
        assert!(missing.get(row, column) && missing.count_ones() == 1);
        assert_eq!(pixels.image(row)[column], 0);
    }
}

#[test]
fn a_length_other_than_promised_is_an_error() {
    for dtype in ["|u1", "<f8"] {
        let mut bytes = file(dtype, &[2, 3], false, &[0.0; 6]);
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
    assert_eq!(shape("(5,)"), Err(DataProblem::NpyShape("5".into())));
    assert_eq!(shape("(2, 0)"), Err(DataProblem::NpyShape("2, 0".into())));
    assert_eq!(shape("(0, 3)"), Err(DataProblem::Empty));
    assert!(matches!(shape("(4294967296, 784)"), Err(DataProblem::Truncated { .. })));
    assert!(matches!(shape("(9999999999, 9999999999)"), Err(DataProblem::NpyShape(_))));
    assert!(matches!(shape("(-1, 3)"), Err(DataProblem::NpyHeader(_))));
}

#[test]
fn hostile_headers_are_refused_at_once() {
    let nested = "{'descr': ".to_owned() + &"[".repeat(2000) + &"]".repeat(2000);
    let braces = "{".repeat(3000);
    for header in [nested.as_str(), &braces, "", "{}", "{'shape': (1, 1)}", "\u{e9}(1){"] {
        let problem = read_bytes(&raw(header, &[0]));
        assert!(matches!(problem, Err(DataProblem::NpyHeader(_))), "{problem:?}");
    }
    assert!(read_bytes(b"\x93NUMPY\x02\0\xff\xff\xff\xff{").is_err());
    assert!(read_bytes(b"\x93NUMPY").is_err());
}

#[test]
fn element_types_that_are_no_numbers_are_named() {
    let text = "{'descr': '<U3', 'fortran_order': False, 'shape': (1, 1), }\n";
    let problem = read_bytes(&raw(text, &[0; 12]));
    assert_eq!(problem, Err(DataProblem::NpyType("<U3".into())));
}

#[test]
fn axes_of_length_one_are_left_out_in_either_order() {
    let values: Vec<f64> = (0..12).map(f64::from).collect();
    let plain = read_bytes(&file("<f8", &[2, 2, 3], false, &values)).unwrap();
    let turned = read_bytes(&file("<f8", &[2, 2, 3], true, &values)).unwrap();
    for shape in [&[2, 1, 2, 3][..], &[2, 2, 3, 1], &[2, 2, 1, 3], &[2, 1, 2, 1, 3, 1]] {
        assert_eq!(read_bytes(&file("<f8", shape, false, &values)).unwrap(), plain, "{shape:?}");
        assert_eq!(read_bytes(&file("<f8", shape, true, &values)).unwrap(), turned, "{shape:?}");
    }
    let size = |shape: &[u64]| {
        let pixels = read_bytes(&file("|u1", shape, false, &[1.0; 6])).unwrap();
        [pixels.n_images(), pixels.height(), pixels.width()]
    };
    assert_eq!(size(&[2, 1, 1, 3]), [2, 1, 3]);
    assert_eq!(size(&[6, 1, 1, 1]), [6, 1, 1]);
    assert_eq!(size(&[1, 1, 2, 3]), [1, 2, 3]);
    // Channels are no images, and one image of three channels is not three.
    for shape in [&[1, 3, 2, 1, 2][..], &[1, 2, 3, 2]] {
        let problem = read_bytes(&file("|u1", shape, false, &[1.0; 12]));
        assert!(matches!(problem, Err(DataProblem::NpyShape(_))), "{problem:?}");
    }
}

#[test]
fn half_precision_is_read() {
    let bytes = |order: &str, halves: [u16; 4]| {
        let body =
            halves.map(|half| if order == "<" { half.to_le_bytes() } else { half.to_be_bytes() });
        [header(&format!("{order}f2"), &[2, 2]), body.concat()].concat()
    };
    for order in ["<", ">"] {
        let fractions = read_bytes(&bytes(order, [0, 0x3c00, 0x3800, 0x7e00])).unwrap();
        assert_eq!(fractions.values(), [0, 255, 128, 0]);
        assert!(fractions.missing().unwrap().get(1, 1));
        let whole = read_bytes(&bytes(order, [0, 0x3c00, 0x5bf8, 0x4900])).unwrap();
        assert_eq!(whole.values(), [0, 1, 255, 10]);
    }
}

#[test]
fn records_are_named_as_a_type() {
    let text = "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }\n";
    assert_eq!(read_bytes(&raw(text, &[0; 8])), Err(DataProblem::NpyType("record".into())));
}
