//! The header of `.npy` files: as NumPy writes it, as other programs do, and damaged.

use super::*;

fn with_text(text: &str) -> Vec<u8> {
    [NPY, &[1, 0], &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat()
}

fn read(text: &str) -> Result<Header, String> {
    Header::read(&with_text(text))
}

fn parts(header: Result<Header, String>) -> (String, bool, Vec<u64>) {
    let header = header.unwrap_or_else(|reason| panic!("{reason}"));
    (header.dtype, header.is_fortran, header.shape)
}

#[test]
fn headers_are_those_of_numpy() {
    let numpy = |text: &str| with_text(&format!("{text:<117}\n"));
    for (dtype, shape, text) in [
        ("<f8", &[2, 3][..], "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"),
        ("|u1", &[5], "{'descr': '|u1', 'fortran_order': False, 'shape': (5,), }"),
        ("<f8", &[], "{'descr': '<f8', 'fortran_order': False, 'shape': (), }"),
    ] {
        assert_eq!(header(dtype, shape), numpy(text));
    }
}

#[test]
fn every_header_written_is_read_and_aligned() {
    for shape in [&[][..], &[7], &[60_000, 28, 28], &[u64::MAX; 4]] {
        let bytes = header(">i4", shape);
        let read = Header::read(&bytes);
        assert_eq!(read.as_ref().map(|header| header.len), Ok(bytes.len()));
        assert_eq!(bytes.len() % ALIGNMENT, 0);
        assert_eq!(parts(read), (">i4".into(), false, shape.to_vec()));
    }
}

#[test]
fn later_versions_have_longer_lengths() {
    let text = b"{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2, 3), }\n";
    for version in [2, 3] {
        let bytes = [NPY, &[version, 0], &(text.len() as u32).to_le_bytes(), text].concat();
        let header = Header::read(&bytes);
        assert_eq!(header.as_ref().map(|header| header.len), Ok(bytes.len()));
        assert_eq!(parts(header), ("|u1".into(), true, vec![1, 2, 3]));
    }
    assert!(Header::read(&[NPY, &[4, 0, 0, 0, 0, 0]].concat()).is_err());
}

#[test]
fn headers_of_other_writers_are_read() {
    let expected = ("<f4".to_owned(), true, vec![3, 4]);
    for text in [
        "{'shape': (3, 4), 'fortran_order': True, 'descr': '<f4'}",
        "{\"descr\":\"<f4\",\"fortran_order\":True,\"shape\":(3,4)}",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (3L, 4L), } \n",
        " { 'descr' : '<f4' , 'fortran_order' : True , 'shape' : ( 3 , 4 , ) } ",
    ] {
        assert_eq!(parts(read(text)), expected, "{text}");
    }
    let single = read("{'descr': '<u1', 'fortran_order': False, 'shape': (), }");
    assert_eq!(parts(single), ("|u1".into(), false, Vec::new()));
}

#[test]
fn elements_are_decoded_in_their_byte_order() {
    let number = |dtype: &str, bytes: &[u8]| {
        let header = Header { dtype: dtype.into(), is_fortran: false, shape: Vec::new(), len: 0 };
        let elements = header.elements().unwrap();
        assert_eq!(elements.size, bytes.len(), "{dtype}");
        elements.numbers(bytes).next().unwrap()
    };
    assert_eq!(number("|b1", &[7]), 1.0);
    assert_eq!(number("|u1", &[200]), 200.0);
    assert_eq!(number("|i1", &[0xff]), -1.0);
    assert_eq!(number("<u2", &[1, 2]), 513.0);
    assert_eq!(number(">u2", &[1, 2]), 258.0);
    assert_eq!(number("<i2", &[0xfe, 0xff]), -2.0);
    assert_eq!(number(">i4", &[0xff, 0xff, 0xff, 0xfd]), -3.0);
    assert_eq!(number("<u4", &[1, 0, 0, 0x80]), 2_147_483_649.0);
    assert_eq!(number(">i8", &[0xff; 8]), -1.0);
    assert_eq!(number("<u8", &[0, 1, 0, 0, 0, 0, 0, 0]), 256.0);
    assert_eq!(number("<f4", &0.5f32.to_le_bytes()), 0.5);
    assert_eq!(number(">f8", &0.1f64.to_be_bytes()), 0.1);
}

#[test]
fn what_is_no_plain_array_is_refused_with_the_reason() {
    let plain = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3)}";
    assert!(read(plain).is_ok());
    let many = "1, ".repeat(MAX_DIMENSIONS + 1);
    for (honest, lie, reason) in [
        ("'descr': '<f8', ", "", "missing field `descr`"),
        ("2, 3", "1, -1", "`-1`"),
        ("3)}", "3", "EOF"),
        ("'descr", "'x': 1, 'descr", "unknown field `x`"),
        ("True", "0", "expected a boolean"),
        ("True", "True False", "expected"),
        ("'<f8',", "'<f8'", "expected `,` or `}`"),
        ("(2, 3)}", "(2, 3)} {}", "trailing characters"),
        ("2, 3", &many, "more than 64 dimensions"),
    ] {
        let found = read(&plain.replace(honest, lie)).unwrap_err();
        assert!(found.contains(reason), "{lie}: {found}");
    }
    assert!(read("").is_err());
    let records = read(&plain.replace("'<f8'", "[('a', '<f4')]")).unwrap();
    assert!(records.dtype == RECORD && records.elements().is_none());
}

#[test]
fn half_precision_is_that_of_ieee_754() {
    for (bits, value) in [
        (0x0001, 2f64.powi(-24)),
        (0x03ff, 1023.0 * 2f64.powi(-24)),
        (0x0400, 2f64.powi(-14)),
        (0x3555, 0.333251953125),
        (0x3c00, 1.0),
        (0x7bff, 65504.0),
        (0x7c00, f64::INFINITY),
        (0xc000, -2.0),
        (0x8000, 0.0),
    ] {
        assert_eq!(half(bits), value, "{bits:04x}");
    }
    assert!(half(0x7c01).is_nan() && half(0xffff).is_nan());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        version in 0u8..5,
        len in 0u32..300,
        text in "[{}():,' \"LTrueFalsdcpofhé0-9<|\\[\\]]{0,120}",
    ) {
        let bytes = [NPY, &[version, 0], &len.to_le_bytes(), text.as_bytes()].concat();
        let _ = Header::read(&bytes);
        let _ = read(&text);
        let _ = read(&format!("{{'descr': '{text}', 'fortran_order': True, 'shape': ({text}), }}"));
    }
}

#[test]
fn every_cut_is_refused() {
    let whole = header("<f8", &[2, 3]);
    for len in 0..whole.len() {
        assert!(Header::read(&whole[..len]).is_err(), "{len}");
    }
}
