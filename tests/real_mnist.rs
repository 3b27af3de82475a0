//! MNIST itself: raw, packed, and read by the `mnist` crate it is the same to the bit, and as published.

mod common;

use bmm::bench::data::has_test_split;
use bmm::{Binarize, Dataset, Labels, Source, Split, load, load_with_test};
use mnist::{Mnist, MnistBuilder};
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

/// Whether `data` has these images of 28 x 28 and these digits as labels.
fn holds(data: &Dataset, images: &[u8], digits: &[u8]) -> bool {
    let size = (data.pixels.height(), data.pixels.width());
    let labels = data.labels == Some(Labels::from_codes(digits));
    size == (28, 28) && data.pixels.values() == images && labels
}

#[test]
fn raw_and_packed_files_hold_what_the_mnist_crate_reads() {
    let Some(packed) = common::shared("data/mnist") else { return };
    let folder = tempfile::tempdir().unwrap();
    unpack(&packed, folder.path());
    let path = folder.path().to_str().unwrap();
    let Mnist { trn_img, trn_lbl, tst_img, tst_lbl, .. } =
        MnistBuilder::new().base_path(path).label_format_digit().finalize();
    for source in [Source::new(folder.path()), Source::new(&packed)] {
        assert!(has_test_split(&source));
        let (train, test) = load_with_test(&source).unwrap();
        assert!(holds(&train, &trn_img, &trn_lbl));
        assert!(holds(&test.unwrap(), &tst_img, &tst_lbl));
        // One split alone is read without that crate.
        assert!(holds(&load(&source).unwrap(), &trn_img, &trn_lbl));
        let test = load(&source.with_split(Split::Test)).unwrap();
        assert!(holds(&test, &tst_img, &tst_lbl));
    }
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

/// The best optimum that is known, whatever the seed: 0 and one whose single starts like the second-best one.
#[test]
fn the_default_fit_of_ten_clusters_finds_the_best_optimum() {
    let Some(packed) = common::shared("data/mnist") else { return };
    let bits = common::bits(&packed, Binarize::default());
    for seed in [0, 6] {
        let params = bmm::FitParams::default().seed(seed);
        let report = bmm::fit(&bits, &params).unwrap().report;
        let score = report.log_likelihood / bits.n_samples() as f64;
        assert!(score >= -164.77, "seed {seed}: {score}");
        assert!(report.n_best() >= 2, "seed {seed}: not confirmed");
        assert_eq!(report.diagnoses, []);
    }
}
