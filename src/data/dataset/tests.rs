//! Laws of data sets: joining, truncating, naming, hiding.

use super::*;

fn set(source: &str, values: &[u8]) -> Dataset {
    let pixels = Pixels::new(values.len(), 1, 1, values.to_vec()).unwrap();
    let labels = Labels::from_codes(values);
    Dataset::new(source.into(), SourceKind::Table, pixels, Some(labels)).unwrap()
}

#[test]
fn every_image_is_named_by_its_source_and_its_place_in_it() {
    let all = Dataset::concat(vec![set("a", &[5, 6]), set("b", &[7]), set("c", &[8, 9])]).unwrap();
    let origins: Vec<_> = (0..5).map(|i| all.origin(i)).collect();
    assert_eq!(origins, [("a", 0), ("a", 1), ("b", 0), ("c", 0), ("c", 1)]);
    assert_eq!(all.pixels.values(), [5, 6, 7, 8, 9]);
    let labels = all.labels.unwrap();
    assert!((0..5).all(|i| labels.name_of(i) == (i + 5).to_string()));
}

#[test]
fn labels_stay_only_if_all_sets_have_them() {
    let mut bare = set("b", &[7]);
    bare.labels = None;
    bare.kind = SourceKind::Npy;
    let all = Dataset::concat(vec![set("a", &[5]), bare]).unwrap();
    assert_eq!((all.labels, all.kind), (None, SourceKind::Mixed));
}

#[test]
fn sets_of_different_sizes_are_refused_with_both_names() {
    let mut wide = set("wide", &[1, 2]);
    wide.pixels = Pixels::new(1, 1, 2, vec![1, 2]).unwrap();
    let error = Dataset::concat(vec![set("a", &[5]), wide]).unwrap_err().to_string();
    assert!(["wide", "1x2", "a is 1x1"].iter().all(|fact| error.contains(fact)), "{error}");
    assert!(Dataset::concat(vec![]).is_err());
}

#[test]
fn truncating_keeps_images_labels_and_parts_in_step() {
    let mut all = Dataset::concat(vec![set("a", &[5, 6]), set("b", &[7, 8])]).unwrap();
    all.truncate(3);
    assert_eq!((all.pixels.n_images(), all.labels.as_ref().unwrap().len()), (3, 3));
    assert_eq!(all.parts.iter().map(|part| part.n_images).collect::<Vec<_>>(), [2, 1]);
    all.truncate(2);
    assert_eq!(all.parts.len(), 1);
    all.truncate(9);
    assert_eq!(all.parts.iter().map(|part| part.n_images).sum::<usize>(), 2);
}

#[test]
fn a_mask_hides_pixels_of_one_image_or_of_all() {
    let hidden = |mask: &[u8]| {
        let mut all = set("a", &[5, 6, 7]);
        all.pixels.reshape(1, 1).unwrap();
        let mask = Pixels::new(mask.len(), 1, 1, mask.to_vec()).unwrap();
        all.hide(&mask, "mask.png").map(|()| all)
    };
    assert_eq!(hidden(&[1]).unwrap().pixels.values(), [0, 0, 0]);
    let some = hidden(&[0, 255, 127]).unwrap();
    assert_eq!(some.pixels.values(), [5, 0, 7]);
    assert_eq!(some.pixels.missing().unwrap().count_ones(), 1);
    assert!(some.check_columns().is_ok());
    let error = hidden(&[1, 1, 1]).unwrap().check_columns().unwrap_err().to_string();
    assert_eq!(error, "a: column 1 is missing in every row");
    let error = hidden(&[0, 1]).unwrap_err().to_string();
    assert!(error.contains("mask.png") && error.contains("2 images of 1x1"), "{error}");
}

#[test]
fn weights_go_with_their_images() {
    let mut heavy = set("b", &[7]);
    heavy.weights = Some(vec![2.5]);
    let mut all = Dataset::concat(vec![set("a", &[5, 6]), heavy, set("c", &[8])]).unwrap();
    assert_eq!(all.weights, Some(vec![1.0, 1.0, 2.5, 1.0]));
    all.truncate(3);
    assert_eq!(all.weights, Some(vec![1.0, 1.0, 2.5]));
}

#[test]
fn labels_from_another_file_must_match_the_number_of_images() {
    let mut data = set("a", &[5, 6]);
    data.set_labels(Labels::from_names(["x", "y"]), "labels.txt").unwrap();
    assert_eq!(data.labels.as_ref().unwrap().name_of(1), "y");
    let error = data.set_labels(Labels::from_names(["x"]), "labels.txt").unwrap_err();
    assert_eq!(error.to_string(), "labels.txt: holds 1 label for 2 images");
}
