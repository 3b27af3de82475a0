//! IDX files, the format of MNIST: two zero bytes, the element type, the number of dimensions, each
//! dimension as u32 big-endian, then the elements. A header is checked against the length of the
//! file before anything is allocated.

use super::stream::Stream;
use crate::data::{labels::Labels, pixels::Pixels};
use crate::error::{DataProblem, Result};

/// The element type of unsigned bytes, the only one of images.
const UNSIGNED_BYTE: u8 = 0x08;
/// The element type of numbers of four bytes.
const INT: u8 = 0x0c;

/// The images of an IDX file (n, height, width), or the rows of one (n, d) as images of height 1.
///
/// # Errors
/// [`DataProblem`]: labels in place of images, another type, no images, a length other than the
/// header promises.
pub(crate) fn read_images(mut input: Stream) -> Result<Pixels> {
    let dims = header(&mut input, UNSIGNED_BYTE)?;
    let (n, height, width) = match dims[..] {
        [n, height, width] => (n, height, width),
        [n, width] => (n, 1, width),
        [_] => return Err(input.wrong(DataProblem::LabelsNotImages)),
        _ => return Err(input.wrong(idx_type(UNSIGNED_BYTE, dims.len()))),
    };
    if n == 0 || height == 0 || width == 0 {
        return Err(input.wrong(DataProblem::Empty));
    }
    let values = elements(&mut input, &dims, 1)?;
    Pixels::new(n as usize, height as usize, width as usize, values)
}

/// The labels of an IDX file: (n), a byte each, or (n, 8) of QMNIST.
///
/// # Errors
/// [`DataProblem`]: images in place of labels, another type, no labels, a length other than the
/// header promises.
pub(crate) fn read_labels(mut input: Stream) -> Result<Labels> {
    if let [_, _, INT, 2, ..] = input.head() {
        return read_qmnist(input);
    }
    let dims = header(&mut input, UNSIGNED_BYTE)?;
    match dims[..] {
        [0] => Err(input.wrong(DataProblem::NoLabels)),
        [_] => Ok(Labels::from_codes(&elements(&mut input, &dims, 1)?)),
        [_, _, _] => Err(input.wrong(DataProblem::ImagesNotLabels)),
        _ => Err(input.wrong(idx_type(UNSIGNED_BYTE, dims.len()))),
    }
}

/// QMNIST's labels: eight numbers a row, of which the first is the class. Source: its
/// documentation, Yadav and Bottou 2019.
fn read_qmnist(mut input: Stream) -> Result<Labels> {
    let dims = header(&mut input, INT)?;
    match dims[..] {
        [0, 8] => Err(input.wrong(DataProblem::NoLabels)),
        [_, 8] => {
            let bytes = elements(&mut input, &dims, 4)?;
            let (numbers, _) = bytes.as_chunks::<4>();
            let classes = numbers.iter().step_by(8).map(|class| i32::from_be_bytes(*class));
            Ok(Labels::from_names(classes.map(|class| class.to_string())))
        }
        _ => Err(input.wrong(idx_type(INT, dims.len()))),
    }
}

fn idx_type(code: u8, dims: usize) -> DataProblem {
    DataProblem::IdxType { code, dims: dims as u8 }
}

/// The dimensions of a file of elements of type `expected`.
fn header(input: &mut Stream, expected: u8) -> Result<Vec<u32>> {
    let [0, 0, code, dims, ..] = *input.head() else {
        return Err(input.wrong(DataProblem::UnknownKind("no IDX file".into())));
    };
    let dims = usize::from(dims);
    if code != expected {
        return Err(input.wrong(idx_type(code, dims)));
    }
    let mut bytes = Vec::new();
    input.append_exactly(&mut bytes, 4 + 4 * dims as u64)?;
    let (words, _) = bytes.as_chunks::<4>();
    Ok(words.iter().skip(1).map(|word| u32::from_be_bytes(*word)).collect())
}

/// The bytes after the header: exactly as many elements of `size` bytes as `dims` promises.
fn elements(input: &mut Stream, dims: &[u32], size: u64) -> Result<Vec<u8>> {
    let total = dims.iter().try_fold(size, |product, &dim| product.checked_mul(dim.into()));
    match total {
        Some(total) => input.body(4 + 4 * dims.len() as u64, total),
        None => {
            let dims: Vec<String> = dims.iter().map(u32::to_string).collect();
            Err(input.too_large(format!("it promises {} bytes", dims.join(" x "))))
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::data::read::stream::tests::{gzip, read_bytes};

    pub(crate) fn idx(dims: &[u32], elements: &[u8]) -> Vec<u8> {
        let mut file = vec![0, 0, 8, dims.len() as u8];
        dims.iter().for_each(|dim| file.extend(dim.to_be_bytes()));
        file.extend(elements);
        file
    }

    fn images(bytes: &[u8]) -> Result<Pixels, DataProblem> {
        read_bytes(bytes, read_images)
    }

    fn two_images() -> Vec<u8> {
        idx(&[2, 2, 3], &[0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 255])
    }

    #[test]
    fn raw_and_gzip_give_the_same_images() {
        let raw = images(&two_images()).unwrap();
        assert_eq!((raw.n_images(), raw.height(), raw.width()), (2, 2, 3));
        assert_eq!(raw.image(1), [60, 70, 80, 90, 100, 255]);
        assert_eq!(images(&gzip(&two_images())).unwrap(), raw);
    }

    #[test]
    fn a_body_longer_than_every_buffer_arrives_whole() {
        let elements: Vec<u8> = (0..5_000_000u32).map(|i| (i % 251) as u8).collect();
        let file = idx(&[5, 1000, 1000], &elements);
        assert_eq!(images(&gzip(&file)).unwrap().values(), elements);
        assert_eq!(images(&file).unwrap().values(), elements);
    }

    #[test]
    fn joined_gzip_members_are_read_as_one_file() {
        let file = two_images();
        let joined = [gzip(&file[..20]), gzip(&file[20..])].concat();
        assert_eq!(images(&joined).unwrap(), images(&two_images()).unwrap());
    }

    #[test]
    fn rows_become_images_of_height_one() {
        let rows = images(&idx(&[2, 3], &[1, 2, 3, 4, 5, 6])).unwrap();
        assert_eq!((rows.n_images(), rows.height(), rows.width()), (2, 1, 3));
    }

    #[test]
    fn every_truncation_is_an_error() {
        let whole = two_images();
        for len in 4..whole.len() {
            let cut = images(&whole[..len]);
            let expected = if len < 16 { 16 } else { whole.len() as u64 };
            let found = len as u64;
            assert_eq!(cut, Err(DataProblem::Truncated { expected, found }));
            let cut = images(&gzip(&whole[..len]));
            assert!(matches!(cut, Err(DataProblem::Truncated { .. })), "gzip {len}: {cut:?}");
        }
        let packed = gzip(&whole);
        for len in 4..packed.len() {
            let cut = images(&packed[..len]);
            assert!(matches!(cut, Err(DataProblem::DamagedGzip(_))), "{len}: {cut:?}");
        }
    }

    #[test]
    fn other_types_and_dimensions_are_named() {
        let mut floats = two_images();
        floats[2] = 0x0d;
        assert_eq!(images(&floats), Err(DataProblem::IdxType { code: 0x0d, dims: 3 }));
        let four = idx(&[1, 1, 1, 1], &[0]);
        assert_eq!(images(&four), Err(DataProblem::IdxType { code: 8, dims: 4 }));
    }

    #[test]
    fn the_labels_of_qmnist_are_its_first_column() {
        let rows = [[7i32, 0, 0, 1, 2, 3, 4, 5], [2, 9, 9, 9, 9, 9, 9, 9]];
        let numbers: Vec<u8> = rows.iter().flatten().flat_map(|n| n.to_be_bytes()).collect();
        let mut file = idx(&[2, 8], &numbers);
        file[2] = INT;
        let labels = read_bytes(&file, read_labels).unwrap();
        assert_eq!(labels.iter().collect::<Vec<_>>(), ["7", "2"]);
        let cut = read_bytes(&file[..file.len() - 1], read_labels);
        assert!(matches!(cut, Err(DataProblem::Truncated { .. })));
        file[11] = 4; // two rows of four numbers
        let problem = read_bytes(&file, read_labels);
        assert_eq!(problem, Err(DataProblem::IdxType { code: INT, dims: 2 }));
    }
}
