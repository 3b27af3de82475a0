//! The four raw files of MNIST, loaded by the `mnist` crate: both splits in one call. The crate
//! reads whole files and panics at what it does not expect. So kinds, lengths and headers are
//! checked before the call, and once more after it. A panic would take another program that cuts a
//! file off between the check and the reading. The crate cannot load one split alone; that, packed
//! files and other sizes are left to [`super::idx`], which gives the same bits.

use mnist::{Mnist, MnistBuilder};
use std::{fs::File, io::Read, path::Path};

/// Height and width of an image in pixels.
pub(crate) const SIDE: usize = 28;
/// Magic number and dimensions: training images and labels, test images and labels.
const HEADERS: [&[u32]; 4] =
    [&[0x803, 60_000, 28, 28], &[0x801, 60_000], &[0x803, 10_000, 28, 28], &[0x801, 10_000]];

pub(crate) type Images = (Vec<u8>, Vec<u8>);

/// Training and test split, from training images and labels, test images and labels in `folder`.
/// `None` if these are not four raw files of the very lengths and headers of MNIST.
pub(crate) fn load(folder: &Path, paths: [&Path; 4]) -> Option<[Images; 2]> {
    let are_raw = || paths.into_iter().zip(HEADERS).all(|(path, header)| is_raw(path, header));
    are_raw().then_some(())?;
    let names = paths.map(|path| path.file_name().and_then(|name| name.to_str()));
    let [train, train_labels, test, test_labels] = names;
    let read = MnistBuilder::new()
        .base_path(folder.to_str()?)
        .training_images_filename(train?)
        .training_labels_filename(train_labels?)
        .test_images_filename(test?)
        .test_labels_filename(test_labels?)
        .finalize();
    are_raw().then_some(())?;
    let Mnist { mut trn_img, mut trn_lbl, tst_img, tst_lbl, .. } = read;
    // The crate appends the test images and takes them off again, which leaves room for them.
    trn_img.shrink_to_fit();
    trn_lbl.shrink_to_fit();
    Some([(trn_img, trn_lbl), (tst_img, tst_lbl)])
}

/// Whether it is a plain file that begins with `header` and is as long as that says.
fn is_raw(path: &Path, header: &[u32]) -> bool {
    let expected: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
    let elements: u64 = header.iter().skip(1).map(|&dim| u64::from(dim)).product();
    let len = expected.len() as u64 + elements;
    let mut found = vec![0; expected.len()];
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() == len)
        && File::open(path).and_then(|mut file| file.read_exact(&mut found)).is_ok()
        && found == expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, SeekFrom, Write};

    /// A file with this header, as long as it says, whose last element is `last`.
    fn write(path: &Path, header: &[u32], last: u8) {
        let mut file = File::create(path).unwrap();
        header.iter().for_each(|word| file.write_all(&word.to_be_bytes()).unwrap());
        let elements: u32 = header.iter().skip(1).product();
        file.seek(SeekFrom::Current(i64::from(elements) - 1)).unwrap();
        file.write_all(&[last]).unwrap();
    }

    const NAMES: [&str; 4] = ["train-images.idx3-ubyte", "train-labels", "test-images", "t10k"];

    fn four_files() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for ((name, header), last) in NAMES.iter().zip(HEADERS).zip(1..) {
            write(&folder.path().join(name), header, last);
        }
        folder
    }

    fn load(folder: &Path) -> Option<[Images; 2]> {
        let paths = NAMES.map(|name| folder.join(name));
        super::load(folder, paths.each_ref().map(|path| path.as_path()))
    }

    #[test]
    fn the_splits_are_told_apart() {
        let folder = four_files();
        let [train, test] = load(folder.path()).unwrap();
        assert_eq!((train.0.len(), train.0.last(), train.0[0]), (47_040_000, Some(&1), 0));
        assert_eq!((train.1.len(), train.1.last()), (60_000, Some(&2)));
        assert_eq!((test.0.len(), test.0.last()), (7_840_000, Some(&3)));
        assert_eq!((test.1.len(), test.1.last()), (10_000, Some(&4)));
    }

    #[test]
    fn what_the_crate_would_panic_at_never_reaches_it() {
        let folder = four_files();
        let path = folder.path().join(NAMES[3]);
        for header in [&[0x801, 9_999][..], &[0x801, 10_001], &[0x803, 10_000], &[0x801, 60_000]] {
            write(&path, header, 4);
            assert!(load(folder.path()).is_none(), "{header:?}");
        }
        write(&path, &[0x801, 10_000], 4);
        for len in [7, 10_007, 10_009] {
            File::options().write(true).open(&path).unwrap().set_len(len).unwrap();
            assert!(load(folder.path()).is_none(), "{len}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(load(folder.path()).is_none());
    }
}
