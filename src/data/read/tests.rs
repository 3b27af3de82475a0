//! Laws of loading that no single reader can state: folders, splits, recognition, several sources.

use super::*;
use crate::data::{Columns, Fitting, Frame, Made, PictureSize, Values};
use crate::data::{
    read::idx::tests::idx,
    read::pictures::tests::{png, shape},
    read::stream::tests::gzip,
};
use crate::error::{DataProblem, Error};
use std::path::{Path, PathBuf};

fn folder(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn load_path(path: impl AsRef<Path>) -> Result<Dataset> {
    load(&Source::new(path.as_ref()))
}

fn problem<T: std::fmt::Debug>(result: Result<T>) -> DataProblem {
    stream::tests::problem(result.unwrap_err())
}

fn images(values: &[u8]) -> Vec<u8> {
    idx(&[values.len() as u32 / 2, 1, 2], values)
}

fn small_mnist() -> tempfile::TempDir {
    folder(&[
        ("train-images-idx3-ubyte.gz", gzip(&images(&[1, 2, 3, 4, 5, 6]))),
        ("train-labels-idx1-ubyte.gz", gzip(&idx(&[3], &[7, 0, 7]))),
        ("t10k-images-idx3-ubyte", images(&[8, 9])),
        ("t10k-labels-idx1-ubyte", idx(&[1], &[3])),
        ("README.md", b"MNIST".to_vec()),
        (".DS_Store", vec![0; 9]),
    ])
}

#[test]
fn a_folder_gives_training_images_and_on_request_test_images() {
    let folder = small_mnist();
    let train = load_path(&folder).unwrap();
    assert_eq!((train.kind, train.pixels.values()), (SourceKind::Idx, &[1u8, 2, 3, 4, 5, 6][..]));
    assert_eq!(train.labels.unwrap().iter().collect::<Vec<_>>(), ["7", "0", "7"]);
    let source = Source::parse(format!("{}:test", folder.path().display()));
    let test = load(&source).unwrap();
    assert_eq!(test.pixels.values(), [8, 9]);
    assert_eq!(test.labels.as_ref().unwrap().name_of(0), "3");
    assert!(test.origin(0).0.ends_with(":test"));
}

#[test]
fn held_out_images_are_announced_only_beside_training_images() {
    let folder = small_mnist();
    let source = Source::new(folder.path());
    assert!(has_test_split(&source));
    assert!(!has_test_split(&source.clone().with_split(Split::Test)));
    std::fs::remove_file(folder.path().join("t10k-images-idx3-ubyte")).unwrap();
    assert!(!has_test_split(&source));
    let missing = problem(load(&source.with_split(Split::Test)));
    assert!(matches!(missing, DataProblem::NoSplit { split: "test", .. }));
    assert!(!has_test_split(&Source::new("no/such/folder")));
}

#[test]
fn the_held_out_images_come_along_and_their_damage_is_not_passed_over() {
    let folder = small_mnist();
    let source = Source::new(folder.path());
    let test = source.clone().with_split(Split::Test);
    let (train, held_out) = load_with_test(&source).unwrap();
    assert_eq!((&train, held_out.as_ref()), (&load(&source).unwrap(), load(&test).ok().as_ref()));
    assert_eq!(load_with_test(&test).unwrap(), (load(&test).unwrap(), None));
    std::fs::write(folder.path().join("t10k-images-idx3-ubyte"), images(&[8, 9, 9])).unwrap();
    assert!(load_with_test(&source).is_err());
}

#[test]
fn of_a_raw_and_a_packed_file_the_raw_one_is_read() {
    let folder = folder(&[
        ("train-images-idx3-ubyte", images(&[1, 2])),
        ("train-images-idx3-ubyte.gz", gzip(&images(&[3, 4]))),
    ]);
    let data = load_path(&folder).unwrap();
    assert_eq!((data.pixels.values(), data.labels), (&[1u8, 2][..], None));
}

#[test]
fn several_data_sets_in_a_folder_are_listed() {
    let folder = folder(&[
        ("emnist-letters-train-images-idx3-ubyte", images(&[1, 2])),
        ("train-images-idx3-ubyte", images(&[1, 2])),
    ]);
    let names = "mnist, emnist-letters".into();
    assert_eq!(problem(load_path(&folder)), DataProblem::SeveralDataSets(names));
    assert!(!has_test_split(&Source::new(folder.path())));
}

#[test]
fn swapped_and_replaced_files_are_named() {
    let swapped = folder(&[("train-images-idx3-ubyte", idx(&[2], &[1, 2]))]);
    assert_eq!(problem(load_path(&swapped)), DataProblem::LabelsNotImages);
    let swapped = folder(&[
        ("train-images-idx3-ubyte", images(&[1, 2])),
        ("train-labels-idx1-ubyte", images(&[1, 2])),
    ]);
    assert_eq!(problem(load_path(&swapped)), DataProblem::ImagesNotLabels);
    let page = folder(&[("train-images-idx3-ubyte.gz", b"<!DOCTYPE html><p>404".to_vec())]);
    let error = load_path(&page).unwrap_err();
    assert!(error.to_string().contains("train-images-idx3-ubyte.gz: is a web page"), "{error}");
    let only_labels = folder(&[("train-labels-idx1-ubyte", idx(&[2], &[1, 2]))]);
    assert!(matches!(problem(load_path(&only_labels)), DataProblem::NoSplit { .. }));
}

#[test]
fn content_and_not_the_name_decides() {
    let folder = folder(&[
        ("a.csv", png(2, &[0, 255])),
        ("b.png", b"0,1\n".to_vec()),
        ("c.txt", gzip(&images(&[0, 255]))),
        ("d.gz", images(&[0, 255])),
        ("e", gzip(b"x;y\n0;1\n")),
    ]);
    use SourceKind::*;
    for (name, kind) in
        [("a.csv", Pictures), ("b.png", Table), ("c.txt", Idx), ("d.gz", Idx), ("e", Table)]
    {
        let data = load_path(folder.path().join(name)).unwrap();
        let ink = if kind == Table { 1 } else { 255 };
        assert_eq!((data.kind, data.pixels.values()), (kind, &[0u8, ink][..]), "{name}");
    }
}

#[test]
fn sub_folders_of_pictures_are_labels_and_files_come_sorted() {
    let folder = folder(&[
        ("dog/2", png(2, &[20, 21])),
        ("dog/1.png", png(2, &[10, 11])),
        ("cat/9.jpg", png(2, &[90, 91])),
        ("cat/.hidden.png", png(1, &[0])),
        ("cat/README.txt", b"cats".to_vec()),
    ]);
    let data = load_path(&folder).unwrap();
    assert_eq!(data.pixels.values(), [90, 91, 10, 11, 20, 21]);
    let labels = data.labels.as_ref().unwrap();
    assert_eq!(labels.iter().collect::<Vec<_>>(), ["cat", "dog", "dog"]);
    assert!(data.origin(2).0.ends_with("2") && data.origin(2).1 == 0);
}

#[test]
fn pictures_beside_sub_folders_have_no_label_and_take_none_from_others() {
    let folder = folder(&[("stray.png", png(1, &[1])), ("cat/a.png", png(1, &[2]))]);
    let data = load_path(&folder).unwrap();
    assert_eq!(data.pixels.values(), [1, 2]);
    assert_eq!(data.labels.unwrap().of_row(), [None, Some(0)]);
    std::fs::remove_dir_all(folder.path().join("cat")).unwrap();
    assert_eq!(load_path(&folder).unwrap().labels, None);
}

#[test]
fn folders_below_sub_folders_are_told_of() {
    let folder = folder(&[("train/cat/a.png", png(1, &[1]))]);
    let nothing = problem(load_path(&folder)).to_string();
    assert!(nothing.contains("but not in theirs, such as") && nothing.contains("cat"), "{nothing}");
    std::fs::create_dir(folder.path().join("train/dog")).unwrap();
    let around = folder.path().join("train").display().to_string();
    assert_eq!(problem(load_path(&folder)), DataProblem::PicturesBelow(around));
    std::fs::remove_dir(folder.path().join("train/dog")).unwrap();
    std::fs::write(folder.path().join("train/b.png"), png(1, &[2])).unwrap();
    let data = load_path(&folder).unwrap();
    assert_eq!(data.pixels.values(), [2]);
    assert_eq!(data.passed_over, [folder.path().join("train/cat")]);
}

/// Whether each picture was cut out.
fn cut_out(data: &Dataset) -> Vec<bool> {
    data.parts.iter().map(|part| matches!(part.made, Made::CutOut(_))).collect()
}

#[test]
fn pictures_of_another_size_than_asked_for_are_cut_out_and_all_beside_them() {
    let folder = folder(&[("a.png", png(2, &[0, 255])), ("b.png", png(2, &[255, 0]))]);
    let as_they_are = load(&Source::new(folder.path()).with_size(1, 2)).unwrap();
    assert_eq!(
        (cut_out(&as_they_are), as_they_are.pixels.values()),
        (vec![false; 2], &[0, 255, 255, 0][..])
    );
    std::fs::write(folder.path().join("c.png"), png(1, &[9, 9, 255])).unwrap();
    let data = load(&Source::new(folder.path()).with_size(1, 2)).unwrap();
    assert_eq!((data.pixels.n_features(), cut_out(&data)), (2, vec![true; 3]));
    let alone = load(&Source::new(folder.path().join("c.png")).with_size(1, 2)).unwrap();
    assert_eq!(cut_out(&alone), [true]);
    // For a model, those of its size are like its images.
    let size = PictureSize {
        fitting: Fitting::ForGround { is_bright: false },
        ..PictureSize::for_photos(1, 2)
    };
    let data = load(&Source::new(folder.path()).with_pictures(size)).unwrap();
    assert_eq!(cut_out(&data), [false, false, true]);
}

#[test]
fn pictures_are_scaled_as_a_whole_if_asked() {
    let folder = folder(&[("a.png", png(2, &[0, 255])), ("b.png", png(4, &[10, 20, 30, 50]))]);
    let size = PictureSize { fitting: Fitting::Scaled, ..PictureSize::for_photos(1, 2) };
    let data = load(&Source::new(folder.path()).with_pictures(size)).unwrap();
    assert_eq!(data.pixels.values(), [0, 255, 15, 40]);
    assert_eq!(
        data.parts.iter().map(|part| part.made).collect::<Vec<_>>(),
        [Made::AsItWas, Made::Scaled]
    );
}

/// A picture of 8 x 8 pixels with a bar of two columns in the middle.
fn bar(ground: u8, ink: u8) -> Vec<u8> {
    let pixel = |i: usize| if (3..5).contains(&(i % 8)) { ink } else { ground };
    png(8, &(0..64).map(pixel).collect::<Vec<_>>())
}

#[test]
fn pictures_of_the_size_of_a_model_with_the_other_ground_are_prepared() {
    let folder = folder(&[("a.png", bar(255, 0)), ("b.png", bar(0, 255))]);
    for (fitting, expected) in [
        (Fitting::OthersCutOut, [false; 2]),
        (Fitting::AllCutOut, [true; 2]),
        (Fitting::ForGround { is_bright: false }, [true, false]),
        (Fitting::ForGround { is_bright: true }, [false, true]),
    ] {
        let size = PictureSize { fitting, ..PictureSize::for_photos(8, 8) };
        let data = load(&Source::new(folder.path()).with_pictures(size)).unwrap();
        assert_eq!(cut_out(&data), expected, "{fitting:?}");
        for (i, _) in cut_out(&data).iter().enumerate().filter(|(_, is_cut_out)| **is_cut_out) {
            assert_eq!(data.pixels.image(i)[0], 0, "on black");
        }
    }
}

#[test]
fn pictures_are_inverted_together_if_most_are_dark_on_bright() {
    let three = [("a.png", bar(250, 0)), ("b.png", bar(255, 9)), ("c.png", bar(200, 0))];
    let folder = folder(&three);
    std::fs::write(folder.path().join("d.png"), bar(0, 255)).unwrap();
    let mut data = load_path(&folder).unwrap();
    assert_eq!(data.with_other_ground(true), [3]);
    assert!(data.is_dark_on_bright() && data.invert());
    assert_eq!([0, 1, 2, 3].map(|i| data.pixels.image(i)[0]), [5, 0, 55, 255]);
    assert_eq!(data.pixels.image(1)[3], 246);
    std::fs::write(folder.path().join("c.png"), bar(0, 255)).unwrap();
    let half = load_path(&folder).unwrap();
    assert!(!half.is_dark_on_bright());
    assert_eq!(half.with_other_ground(false), [0, 1]);
}

/// A scan of 20 x 20 pixels: bright paper with a dark bar, in a dark frame.
fn scan() -> Vec<u8> {
    let is_inside = |at: usize| (2..18).contains(&at);
    let is_bar = |y: usize, x: usize| (6..14).contains(&y) && (8..12).contains(&x);
    let grey = |y: usize, x: usize| {
        if is_inside(y) && is_inside(x) && !is_bar(y, x) { 230 } else { 20 }
    };
    png(20, &(0..400).map(|i| grey(i / 20, i % 20)).collect::<Vec<_>>())
}

#[test]
fn scans_in_a_frame_are_dark_on_bright_and_cut_out_if_a_size_is_asked_for() {
    let folder = folder(&[("a.png", scan()), ("b.png", scan())]);
    let data = load_path(&folder).unwrap();
    assert!(data.is_dark_on_bright());
    assert_eq!((data.framed(), data.with_other_ground(true)), (vec![(0, true), (1, true)], vec![]));
    for (side, source) in [(20, folder.path().to_path_buf()), (28, folder.path().join("a.png"))] {
        let data = load(&Source::new(source).with_size(side, side)).unwrap();
        let all = vec![Made::CutOut(Frame::LeftOut); data.parts.len()];
        assert_eq!(data.parts.iter().map(|part| part.made).collect::<Vec<_>>(), all);
        let image = data.pixels.image(0);
        assert_eq!((image[0], image[side * side / 2 + side / 2]), (0, 255));
    }
}

#[test]
fn shapes_on_nothing_are_never_inverted_nor_cut_out() {
    let bright: Vec<u8> = (0..64).map(|i| if i == 27 { 0 } else { 255 }).collect();
    let folder = folder(&[("a.png", bar(255, 0)), ("b.png", shape(8, &bright))]);
    let mut data = load_path(&folder).unwrap();
    assert!(data.is_dark_on_bright() && data.invert());
    assert_eq!([0, 1].map(|i| data.pixels.image(i)[0]), [0, 255]);
    let fitting = Fitting::ForGround { is_bright: false };
    let size = PictureSize { fitting, ..PictureSize::for_photos(8, 8) };
    let data = load(&Source::new(folder.path()).with_pictures(size)).unwrap();
    assert_eq!(data.pixels.image(1), bright);
    assert_eq!(cut_out(&data), [true, false]);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_takes_nothing_from_others() {
    let folder = folder(&[("a.png", png(1, &[1]))]);
    std::os::unix::fs::symlink("gone", folder.path().join("b.png")).unwrap();
    let data = load_path(&folder).unwrap();
    let left_out: Vec<_> = data.unreadable.iter().map(|(path, _)| path.clone()).collect();
    assert_eq!((data.pixels.n_images(), left_out), (1, vec![folder.path().join("b.png")]));
}

#[test]
fn the_folder_of_a_run_is_no_folder_of_pictures() {
    let run = [("run/model.bmm", vec![]), ("run/means.png", png(1, &[1])), ("a.png", png(1, &[2]))];
    let folder = folder(&run);
    let run = folder.path().join("run");
    assert_eq!(problem(load_path(&run)), DataProblem::RunFolder);
    // Amid pictures it is passed over.
    let data = load_path(&folder).unwrap();
    assert_eq!((data.pixels.values(), data.passed_over), (&[2][..], vec![run]));
}

#[test]
fn a_folder_with_a_data_set_in_its_sub_folder_says_where_it_is() {
    let folder = folder(&[("mnist/train-images-idx3-ubyte", images(&[1, 2]))]);
    let nothing = problem(load_path(&folder)).to_string();
    assert!(nothing.contains("the IDX files are in") && nothing.contains("mnist"), "{nothing}");
}

#[test]
fn a_split_of_what_has_none_is_refused() {
    let folder = folder(&[("a.png", png(1, &[0]))]);
    for path in [folder.path().to_path_buf(), folder.path().join("a.png")] {
        let source = Source::new(path).with_split(Split::Test);
        assert_eq!(problem(load(&source)), DataProblem::NotSplit { split: "test" });
    }
}

/// A source whose tables hold grey values.
fn grey(path: PathBuf) -> Source {
    let columns = Columns { values: Values::Grey, ..Columns::default() };
    Source::new(path).with_columns(columns)
}

#[test]
fn several_sources_are_joined_in_their_order() {
    let folder = folder(&[("b.csv", b"5,6\n7,8\n".to_vec()), ("a.idx", images(&[1, 2]))]);
    let sources = ["b.csv", "a.idx"].map(|name| grey(folder.path().join(name)));
    let data = load_all(&sources).unwrap();
    assert_eq!((data.pixels.values(), data.kind), (&[5u8, 6, 7, 8, 1, 2][..], SourceKind::Mixed));
    assert_eq!((data.origin(1).1, data.origin(2).1), (1, 0));
    assert!(load_all(&[]).is_err());
    // If none can be read, the first is complained of, as it would be alone.
    let missing = ["one", "two"].map(|name| Source::new(folder.path().join(name)));
    let error = load_all(&missing).unwrap_err();
    assert!(matches!(&error, Error::Io { path, .. } if path.ends_with("one")), "{error}");
}

#[test]
fn the_table_with_a_column_on_another_scale_is_the_one_that_is_named() {
    let tables = [("one.csv", b"2,9,1,0,1\n".to_vec()), ("two.csv", b"20,0,0,1,0\n".to_vec())];
    let folder = folder(&tables);
    let sources = ["one.csv", "two.csv"].map(|name| grey(folder.path().join(name)));
    let error = load_all(&sources).unwrap().check_scale().unwrap_err();
    assert!(error.to_string().contains("two.csv: column 1 holds values up to 20"), "{error}");
}
