//! MNIST through the `mnist` crate, which panics on a bad file and can hand back wrong images for a cut one: so it is
//! only ever shown a folder whose four files have been seen to be exactly what it expects.

use super::labels::Labels;
use super::pixels::Pixels;
use super::source::Split;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Height and width of every image.
const SIDE: u32 = 28;

/// The four files, with the number of items and whether they are images.
const FILES: [(&str, u32, bool); 4] = [
    ("train-images-idx3-ubyte", 60_000, true),
    ("train-labels-idx1-ubyte", 60_000, false),
    ("t10k-images-idx3-ubyte", 10_000, true),
    ("t10k-labels-idx1-ubyte", 10_000, false),
];

/// One split of MNIST, or `None` if the folder does not hold the four raw files of standard size.
///
/// The crate reads all four files whatever is asked for, and twice over while it does: some 50 MB above the images
/// handed back.
pub(super) fn load(folder: &Path, split: Split) -> Option<(Pixels, Labels)> {
    // The crate takes its folder as text; another reader can do without.
    let text = folder.to_str()?;
    if !FILES.iter().all(|&(name, n, is_images)| is_standard(&folder.join(name), n, is_images)) {
        return None;
    }
    let all = mnist::MnistBuilder::new().base_path(text).label_format_digit().finalize();
    let (mut images, labels) = match split {
        Split::Train => (all.trn_img, all.trn_lbl),
        Split::Test => (all.tst_img, all.tst_lbl),
    };
    // The crate appends the test images to the training images and leaves the room it took.
    images.shrink_to_fit();
    let pixels = Pixels::new(labels.len(), SIDE as usize, SIDE as usize, images).ok()?;
    Some((pixels, Labels::from_codes(&labels)))
}

/// Whether a file has the header and the length that `n` items must have.
fn is_standard(path: &Path, n: u32, is_images: bool) -> bool {
    let header: Vec<u32> = if is_images { vec![0x803, n, SIDE, SIDE] } else { vec![0x801, n] };
    let body = if is_images { n * SIDE * SIDE } else { n };
    let expected: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
    let len = expected.len() as u64 + u64::from(body);
    let is_file = path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() == len);
    is_file && first_bytes(path, expected.len()).is_some_and(|found| found == expected)
}

fn first_bytes(path: &Path, n: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; n];
    File::open(path).ok()?.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of four files with the right headers and lengths; the bodies are holes that take no disk.
    fn standard_folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, n, is_images) in FILES {
            let dims = if is_images { vec![n, SIDE, SIDE] } else { vec![n] };
            let header = crate::data::idx::tests::idx(&dims, &[]);
            let len = header.len() as u64 + dims.iter().map(|&dim| u64::from(dim)).product::<u64>();
            std::fs::write(folder.path().join(name), &header).unwrap();
            resize(&folder.path().join(name), len);
        }
        folder
    }

    fn resize(path: &Path, len: u64) {
        File::options().write(true).open(path).unwrap().set_len(len).unwrap();
    }

    fn is_taken(folder: &Path) -> bool {
        FILES.iter().all(|&(name, n, is_images)| is_standard(&folder.join(name), n, is_images))
    }

    #[test]
    fn a_folder_of_standard_size_is_taken_and_split() {
        let folder = standard_folder();
        assert!(is_taken(folder.path()));
        let (pixels, labels) = load(folder.path(), Split::Test).unwrap();
        assert_eq!((pixels.n_images(), labels.len()), (10_000, 10_000));
        assert_eq!((pixels.height(), pixels.width()), (28, 28));
    }

    #[test]
    fn any_file_that_differs_keeps_the_crate_away() {
        for (name, ..) in FILES {
            let folder = standard_folder();
            let path = folder.path().join(name);
            let len = path.metadata().unwrap().len();
            resize(&path, len - 1);
            assert!(load(folder.path(), Split::Train).is_none(), "{name} cut short");
            resize(&path, len + 1);
            assert!(load(folder.path(), Split::Train).is_none(), "{name} too long");
            std::fs::remove_file(&path).unwrap();
            assert!(load(folder.path(), Split::Train).is_none(), "{name} missing");
        }
    }

    #[test]
    fn a_right_length_with_a_wrong_header_keeps_the_crate_away() {
        let folder = standard_folder();
        let path = folder.path().join(FILES[0].0);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[7] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(load(folder.path(), Split::Train).is_none());
    }
}
