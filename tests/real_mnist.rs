//! MNIST itself: both readers agree to the bit, and the images are the ones that were published.

mod common;

use bmm::data::{Binarize, Dataset, Source, SourceKind, Split, has_test_split, load};
use sha2::{Digest, Sha256};
use std::path::Path;

const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// Decompresses the four files of `from` into `to`.
fn unpack(from: &Path, to: &Path) {
    for name in FILES {
        let packed = std::fs::File::open(from.join(format!("{name}.gz"))).unwrap();
        let mut raw = std::fs::File::create(to.join(name)).unwrap();
        std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut raw).unwrap();
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn same_data(a: &Dataset, b: &Dataset) -> bool {
    a.pixels == b.pixels && a.labels == b.labels
}

#[test]
fn the_mnist_crate_and_the_idx_reader_agree_to_the_bit() {
    let Some(packed) = common::shared("data/mnist") else { return };
    let folder = tempfile::tempdir().unwrap();
    unpack(&packed, folder.path());
    for split in [Split::Train, Split::Test] {
        let by_crate = load(&Source::new(folder.path()).with_split(split)).unwrap();
        let by_reader = load(&Source::new(&packed).with_split(split)).unwrap();
        assert_eq!((by_crate.kind, by_reader.kind), (SourceKind::Mnist, SourceKind::Idx));
        assert!(same_data(&by_crate, &by_reader), "{split:?}");
    }
    assert!(has_test_split(&Source::new(folder.path())));
}

#[test]
fn a_cut_training_file_is_an_error_and_never_wrong_images() {
    let Some(packed) = common::shared("data/mnist") else { return };
    let folder = tempfile::tempdir().unwrap();
    unpack(&packed, folder.path());
    let path = folder.path().join(FILES[0]);
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_len(40_000_000).unwrap();
    let error = load(&Source::new(folder.path())).unwrap_err().to_string();
    assert!(error.contains("47040016") && error.contains("40000000"), "{error}");
}

#[test]
fn images_labels_and_ink_are_the_published_ones() {
    let Some(packed) = common::shared("data/mnist") else { return };
    let data = load(&Source::new(packed)).unwrap();
    let pixels = &data.pixels;
    assert_eq!((pixels.n_images(), pixels.height(), pixels.width()), (60_000, 28, 28));
    let mut file = [0x803u32, 60_000, 28, 28].map(u32::to_be_bytes).concat();
    file.extend(pixels.values());
    let digest = "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db";
    assert_eq!(sha256(&file), digest);
    let labels = data.labels.as_ref().unwrap();
    assert_eq!(labels.names().len(), 10);
    assert_eq!((0..5).map(|i| labels.name_of(i)).collect::<String>(), "50419");
    let bits = Binarize::default().apply(pixels).unwrap();
    assert_eq!(bits.count_ones(), 6_221_431);
    let inked: std::collections::BTreeSet<_> =
        (0..bits.n_samples()).flat_map(|i| bits.ones(i)).collect();
    assert_eq!(inked.len(), 676);
}

#[test]
fn the_default_fit_of_ten_clusters_finds_a_good_optimum() {
    let Some(packed) = common::shared("data/mnist") else { return };
    let bits = common::bits(&packed, Binarize::default());
    let fitted = bmm::fit(&bits, &bmm::FitParams::default(), &mut bmm::Silent).unwrap();
    let score = fitted.report.log_likelihood / bits.n_samples() as f64;
    assert!(score >= -164.90, "{score}");
}
