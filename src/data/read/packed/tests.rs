//! What is written is read, and nothing else is: the same whether rows are read or mapped.

use super::*;
use crate::data::read::stream::tests::gzip;
use crate::digest::sha256;

fn read_bytes(bytes: &[u8]) -> Result<Dataset> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let [read, mapped] = [false, true].map(|maps| {
        let set = read_or_map("rows.bits".into(), Stream::open(file.path())?, maps)?;
        assert_eq!(set.pixels.bits().is_some_and(BitMatrix::is_mapped), maps && is_raw(bytes));
        Ok(set)
    });
    assert_eq!(read.as_ref().ok(), mapped.as_ref().ok());
    let text = |result: &Result<Dataset>| result.as_ref().err().map(Error::to_string);
    assert_eq!(text(&read), text(&mapped));
    mapped
}

fn is_raw(bytes: &[u8]) -> bool {
    bytes.starts_with(&PACKED)
}

fn write(packed: Packed) -> Result<Vec<u8>> {
    let (file, mut bytes) = (PackedFile::new(packed)?, Vec::new());
    file.write(&mut bytes).unwrap();
    assert_eq!(file.len(), bytes.len() as u64);
    Ok(bytes)
}

/// Five rows of 3 x 3 bits with all that a file may hold.
fn everything() -> (BitMatrix, Labels, Vec<f64>, Vec<Item>) {
    let bits = BitMatrix::from_fn(5, 9, |i, d| (i + d).is_multiple_of(2));
    let holes = BitMatrix::from_fn(5, 9, |i, d| i == d);
    let labels = Labels::from_names(["b", "", "a", "b", ""]);
    let item = |d: usize| Item {
        name: format!("größe {d}"),
        categories: if d == 4 { vec!["no".into(), "yes".into()] } else { Vec::new() },
    };
    let items = (0..9).map(item).collect();
    (bits.with_missing(&holes).unwrap(), labels, vec![1.0, 0.5, 0.0, 3.0, 1e-300], items)
}

fn file() -> Vec<u8> {
    let (bits, labels, weights, items) = everything();
    let (labels, weights, items) = (Some(&labels), Some(&*weights), &*items);
    let (height, width, rule) = (3, 3, Binarize::Threshold(77));
    let (inverted, scaled, synthetic) = (true, true, false);
    let packed = Packed {
        bits: &bits,
        height,
        width,
        rule,
        labels,
        weights,
        items,
        inverted,
        scaled,
        synthetic,
    };
    write(packed).unwrap()
}

fn plain(bits: &BitMatrix) -> Packed<'_> {
    let (height, width, rule) = (1, bits.n_features(), Binarize::None);
    let (labels, weights, items, synthetic) = (None, None, &[][..], true);
    Packed {
        bits,
        height,
        width,
        rule,
        labels,
        weights,
        items,
        inverted: false,
        scaled: false,
        synthetic,
    }
}

fn bare(bits: &BitMatrix) -> Vec<u8> {
    write(plain(bits)).unwrap()
}

/// `file` with a checksum that fits again.
fn sealed(mut file: Vec<u8>) -> Vec<u8> {
    file.truncate(file.len() - CHECKSUM);
    let checksum = sha256(&[&file]);
    file.extend(checksum);
    file
}

#[test]
fn what_is_written_is_read() {
    let (bits, labels, weights, items) = everything();
    for bytes in [file(), gzip(&file())] {
        let set = read_bytes(&bytes).unwrap();
        assert_eq!((set.pixels.height(), set.pixels.width()), (3, 3));
        assert_eq!(set.pixels.bits(), Some(&bits));
        assert_eq!((set.labels.as_ref(), set.weights.as_ref()), (Some(&labels), Some(&weights)));
        assert_eq!((&set.items, set.kind), (&items, SourceKind::Packed));
        assert_eq!(set.packed_by(), Some(Binarize::Threshold(77)));
        assert!(set.parts[0].is_inverted && set.parts[0].made == Made::Scaled);
    }
    let bits = BitMatrix::from_fn(3, 17, |i, d| d % (i + 2) == 0);
    let set = read_bytes(&bare(&bits)).unwrap();
    assert_eq!(set.pixels.into_bits().unwrap(), bits);
    assert_eq!((set.labels, set.weights, set.items.len()), (None, None, 0));
    assert_eq!(set.kind, SourceKind::Synthetic);
}

#[test]
fn rows_begin_where_the_page_says() {
    let bits = BitMatrix::from_fn(2, 9, |i, d| i == 1 || d == 8);
    let file = bare(&bits);
    let header = u32::from_le_bytes(*file[12..].first_chunk().unwrap()) as usize;
    assert_eq!((&file[..8], (16 + header) % 64), (&b"\x89BIT\r\n\x1a\n"[..], 0));
    assert_eq!(file[16 + header..][..4], [0, 1, 255, 1]);
    assert_eq!(file.len(), 16 + header + 4 + 32);
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let file = file();
    for place in 0..file.len() {
        let mut bad = file.clone();
        bad[place] ^= 1 << (place % 8);
        assert!(read_bytes(&bad).is_err(), "{place}");
        assert!(read_bytes(&file[..place]).is_err(), "{place}");
    }
    assert!(read_bytes(&[&file[..], b"x"].concat()).is_err());
}

#[test]
fn a_file_that_lies_under_a_sound_checksum_is_refused() {
    let text = String::from_utf8_lossy(&file()[16..400]).into_owned();
    let lies = [
        ("\"n_samples\":5", "\"n_samples\":0", "holds no images"),
        ("\"n_samples\":5", "\"n_samples\":9", "is cut short"),
        ("\"n_samples\":5", "\"n_samples\":4", "is too long"),
        ("\"height\":3", "\"height\":4", "number of names"),
        ("\"height\":3", "\"height\":9", "is cut short"),
        ("\"height\":3", "\"heigth\":3", "unknown field"),
        ("threshold:77", "threshold:00", "threshold:00"),
        ("\"a\",\"b\"", "\"b\",\"b\"", "not distinct"),
        ("\"labels\":[\"a\",\"b\"]", "\"labels\":[\"b\"    ]", "does not name"),
    ];
    for (honest, lie, expected) in lies {
        assert!(text.contains(honest) && honest.len() == lie.len(), "{honest} {text}");
        let at = 16 + text.find(honest).unwrap();
        let mut bad = file();
        bad[at..at + lie.len()].copy_from_slice(lie.as_bytes());
        let error = read_bytes(&sealed(bad)).unwrap_err().to_string();
        assert!(error.contains(expected), "{lie}: {error}");
    }
    let mut heavy = file();
    let weight = heavy.len() - 32 - 8;
    heavy[weight..weight + 8].copy_from_slice(&f64::NAN.to_le_bytes());
    assert!(read_bytes(&sealed(heavy)).unwrap_err().to_string().contains("weights"));
}

#[test]
fn numbers_beyond_counting_take_no_memory() {
    let json = |n: u64, height: u64, more: bool| {
        let mut json = format!(
            r#"{{"n_samples":{n},"height":{height},"width":8,"binarize":"none",
            "missing":{more},"labels":null,"weights":{more},"names":[],"synthetic":false}}"#
        );
        while !(16 + json.len()).is_multiple_of(64) {
            json.push(' ');
        }
        let len = (json.len() as u32).to_le_bytes();
        sealed([&PACKED[..], &VERSION.to_le_bytes(), &len, json.as_bytes(), &[0; 32]].concat())
    };
    for (n, height) in [(u64::MAX, 1), (1, u64::MAX), (u64::MAX / 9, u64::MAX / 9), (1 << 62, 8)] {
        assert!(read_bytes(&json(n, height, true)).is_err(), "{n} {height}");
    }
    // All but the header can be counted.
    assert!(read_bytes(&json((u64::MAX - 39) / 8, 8, false)).is_err());
}

#[test]
fn a_later_format_is_called_newer() {
    let mut file = file();
    file[8] = 2;
    let error = read_bytes(&file).unwrap_err().to_string();
    assert!(error.contains("format 2"), "{error}");
}

#[test]
fn what_does_not_belong_together_is_not_written() {
    let (bits, labels, weights, items) = everything();
    let (labels, weights) = (Some(&labels), Some(&*weights));
    let sound = Packed { height: 3, width: 3, labels, weights, items: &items, ..plain(&bits) };
    assert!(write(sound).is_ok());
    assert!(write(Packed { height: 2, ..sound }).is_err());
    assert!(write(Packed { weights: weights.map(|weights| &weights[1..]), ..sound }).is_err());
    assert!(write(Packed { items: &items[1..], ..sound }).is_err());
    let few = Labels::from_names(["a"]);
    assert!(write(Packed { labels: Some(&few), ..sound }).is_err());
}

#[test]
fn a_mask_that_hides_nothing_is_none() {
    let bits = BitMatrix::from_fn(3, 8, |i, d| i == d);
    let text = |file: &[u8]| String::from_utf8_lossy(&file[16..]).into_owned();
    let sound = bare(&bits);
    // With a blank for the letter that `true` lacks.
    let header = text(&sound).replace(r#""missing":false"#, r#""missing":true "#);
    let at = header.find('}').unwrap() + 1;
    let rows = sound.len() - CHECKSUM - 3;
    let file =
        [&sound[..16], &header.as_bytes()[..at], &sound[16 + at..rows + 3], &[0; 3 + CHECKSUM]];
    let set = read_bytes(&sealed(file.concat())).unwrap();
    assert_eq!(set.pixels.bits(), Some(&bits));
    assert!(set.pixels.missing().is_none());
}
