//! The files that people really have, other than text tables: each is read as it was meant, or refused with what to do.

mod common;

use bmm::bench::data::read_labels;
use bmm::{Pixels, Source, load};
use common::program::{Run, Sandbox, idx, two_kinds};
use common::shared;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn input(name: &str) -> Option<PathBuf> {
    shared(&format!("cases/inputs/{name}"))
}

fn info(path: &Path) -> Value {
    let run = Sandbox::new().bmm(["info".as_ref(), path.as_os_str(), "--json".as_ref()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    run.json()
}

fn refused(path: &Path) -> Run {
    let run = Sandbox::new().bmm(["info".as_ref(), path.as_os_str()]);
    run.assert_failure(1, &[]);
    run
}

/// Refused with `error` in the error line and `hint` in the hint.
fn says(path: &Path, error: &str, hint: &str) {
    let run = refused(path);
    let lines: Vec<&str> = run.err.lines().collect();
    let [.., said, advice] = lines[..] else { panic!("{run:?}") };
    assert!(said.contains(error) && advice.contains(hint), "{said}\n{advice}");
}

fn shape(facts: &Value) -> [u64; 3] {
    ["n_samples", "height", "width"].map(|name| facts[name].as_u64().unwrap())
}

fn pixels(path: &Path) -> Pixels {
    load(&Source::new(path)).unwrap().pixels
}

#[test]
fn idx_of_zeros_and_ones_is_bits() {
    let Some(path) = input("bits01-idx3-ubyte") else { return };
    let facts = info(&path);
    assert_eq!((shape(&facts), &facts["binarize"]), ([60, 28, 28], &"none".into()));
    assert!(facts["ones"].as_u64() > Some(1000), "{facts}");
}

#[test]
fn a_test_split_that_happens_to_be_zeros_and_ones_is_read_by_the_rule_of_training() {
    let sandbox = Sandbox::new();
    let ones = idx(&[4, 4, 4], [0, 1].repeat(32));
    sandbox.write("grey/train-images-idx3-ubyte", two_kinds(40));
    sandbox.write("grey/t10k-images-idx3-ubyte", &ones);
    sandbox.done("train --quiet --k 2 --data grey --out run");
    assert_eq!(sandbox.done("info run --json").json()["binarize"], "threshold:128");
    assert_eq!(sandbox.done("info grey:test --json").json()["ones"], 0);
    // On their own, and where training is of bits too, they are bits.
    sandbox.write("alone.idx", &ones);
    sandbox.write("bits/train-images-idx3-ubyte", &ones);
    sandbox.write("bits/t10k-images-idx3-ubyte", &ones);
    for source in ["alone.idx", "bits:test", "bits"] {
        let facts = sandbox.done(&format!("info {source} --json")).json();
        assert_eq!((&facts["ones"], &facts["binarize"]), (&32.into(), &"none".into()), "{source}");
    }
}

#[test]
fn arrays_with_a_channel_are_images() {
    let Some(path) = input("nchw.npy") else { return };
    assert_eq!(shape(&info(&path)), [60, 28, 28]);
}

#[test]
fn the_labels_of_qmnist_are_read_with_its_images() {
    let Some(folder) = input("qmnist") else { return };
    let facts = info(&folder);
    assert_eq!(shape(&facts), [60, 28, 28]);
    let counts = facts["labels"].as_object().unwrap();
    assert_eq!(counts.values().map(|n| n.as_u64().unwrap()).sum::<u64>(), 60);
    assert!(counts.keys().all(|label| label.len() == 1), "{counts:?}");
}

#[test]
fn one_matrix_in_three_formats_has_one_digest() {
    let names = ["t.npz", "scipy_sparse.npz", "sparse.mtx"];
    let Some(paths) = names.into_iter().map(input).collect::<Option<Vec<_>>>() else { return };
    let facts: Vec<Value> = paths.iter().map(|path| info(path)).collect();
    for fact in &facts {
        assert_eq!((shape(fact), fact["ones"].as_u64()), ([60, 1, 5], Some(152)));
        assert_eq!(fact["data_sha256"], facts[0]["data_sha256"]);
    }
}

#[test]
fn files_of_statistics_programs_are_named_with_a_way_out() {
    for (name, kind, recipe) in [
        ("t.dta", "a Stata file", "pandas.read_stata('FILE', convert_categoricals=False).to_csv("),
        ("t.sav", "an SPSS file", "pandas.read_spss('FILE', convert_categoricals=False).to_csv("),
        ("t.xlsx", "an Excel workbook", "pandas.read_excel('FILE').to_csv("),
    ] {
        let Some(path) = input(name) else { return };
        says(&path, kind, recipe);
    }
}

#[test]
fn gif_pictures_are_read() {
    let Some(folder) = input("gif_only") else { return };
    assert_eq!(shape(&info(&folder)), [16, 16, 16]);
}

#[test]
fn folders_with_pictures_further_below_are_named() {
    let Some(folder) = input("nested") else { return };
    let deepest = folder.join("2024/01");
    let hint = format!("name the folder with the pictures: {}", deepest.display());
    says(&folder, "holds no images", &hint);
    assert_eq!(info(&deepest)["n_samples"], 16);
}

#[test]
fn pictures_of_several_sizes_are_to_be_given_one() {
    let Some(folder) = input("mixed_sizes") else { return };
    says(&folder, "pixels (height x width), but", "--shape 28x28");
    let sandbox = Sandbox::new();
    let words = ["train", "--k", "2", "--shape", "28x28", "--out", "new", "--data"];
    let run = sandbox.bmm(words.map(AsRef::as_ref).into_iter().chain([folder.as_os_str()]));
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn gzip_files_that_were_padded_or_joined_are_whole() {
    for (name, n) in [("B6-padded.csv.gz", 120), ("B6-padded.idx.gz", 60), ("B6-two.csv.gz", 120)] {
        let Some(path) = input(name) else { return };
        let facts = info(&path);
        println!("{name}: {facts}");
        assert_eq!(facts["n_samples"], n, "{name}");
    }
    let Some(path) = input("B6-padded-labels.txt.gz") else { return };
    assert_eq!(read_labels(path).unwrap().len(), 60);
}

#[test]
fn arrays_of_every_number_are_read_and_objects_get_a_recipe_that_keeps_them() {
    let names = ["B10-f16.npy", "B10-f32.npy", "B10-bool.npy", "B10-boolF.npy"];
    let Some(paths) = names.into_iter().map(input).collect::<Option<Vec<_>>>() else { return };
    let [half, single, bools, fortran] = [0, 1, 2, 3].map(|i| pixels(&paths[i]));
    let apart = half.values().iter().zip(single.values()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(apart <= Some(1), "{apart:?}");
    assert_eq!(bools, fortran);
    let Some(path) = input("B10-object.npy") else { return };
    says(&path, "NumPy array of type |O", ".tolist(), float)");
}

#[test]
fn labels_are_read_however_they_were_written() {
    let names = ["B11-labels.npy", "B11-float.txt", "B11-savetxt.txt", "B11-unknown-first.txt"];
    let Some(paths) = names.into_iter().map(input).collect::<Option<Vec<_>>>() else { return };
    let all: Vec<Vec<String>> = paths
        .iter()
        .map(|path| read_labels(path).unwrap().iter().map(str::to_owned).collect())
        .collect();
    assert_eq!((all[0].len(), &all[1], &all[2]), (60, &all[0], &all[0]));
    assert_eq!((all[3][0].as_str(), &all[3][1..]), ("", &all[0][1..]));
}

/// The name of the shape that each row of an assignment shows, with its cluster.
fn shapes(sandbox: &Sandbox, folder: &Path, model: &str) -> Vec<(char, String)> {
    let folder = folder.display();
    let run = sandbox.done(&format!("assign --quiet --format csv --model {model} {folder}"));
    let shape =
        |source: &str| Path::new(source).file_stem().unwrap().to_str().unwrap().chars().last();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (shape(cells[0]).unwrap(), cells[2].to_owned())
    };
    run.text().lines().skip(1).map(row).collect()
}

/// Asserts that every shape has a cluster of its own.
fn assert_apart(shapes: &[(char, String)]) {
    let pairs: BTreeSet<&(char, String)> = shapes.iter().collect();
    let names: BTreeSet<char> = shapes.iter().map(|(shape, _)| *shape).collect();
    let clusters: BTreeSet<&String> = shapes.iter().map(|(_, cluster)| cluster).collect();
    assert_eq!((pairs.len(), names.len(), clusters.len()), (4, 4, 4), "{shapes:?}");
}

fn train(sandbox: &Sandbox, folder: &Path, more: &str) -> Run {
    sandbox.done(&format!("train --k 4 --out run {more} --data {}", folder.display()))
}

#[test]
fn dark_on_bright_is_noticed_and_models_keep_it() {
    let (Some(folder), Some(photo)) = (input("black_on_white"), input("x48_black_on_white.png"))
    else {
        return;
    };
    let sandbox = Sandbox::new();
    let run = train(&sandbox, &folder, "");
    assert!(run.err.contains("dark on bright: grey values are inverted"), "{run:?}");
    let facts = sandbox.done("info run --json").json();
    assert_eq!(facts["inverted"], true);
    let means = sandbox.done("export --model run --output means.json");
    assert_eq!(means.code, Some(0));
    for mean in sandbox.json("means.json")["means"].as_array().unwrap() {
        assert!(mean[0].as_f64() < Some(0.5), "the corner is ground");
    }
    let run = sandbox.done(&format!("assign --model run {}", photo.display()));
    assert!(run.err.contains("1 picture cut out"), "{run:?}");
    assert!(info(&folder)["share_of_ones"].as_f64() < Some(0.2));
    sandbox.done(&format!("pack --output packed.bits {}", folder.display()));
    sandbox.done("train --k 4 --out packed --data packed.bits");
    assert!(sandbox.read("run/model.bmm") == sandbox.read("packed/model.bmm"));
    sandbox.refuses(2, "train --k 4 --data packed.bits --invert no".split(' '), &["--invert"]);
    let run = sandbox.done(&format!("info --invert no --json {}", folder.display()));
    assert!(run.json()["share_of_ones"].as_f64() > Some(0.8));
}

#[test]
fn a_shape_in_the_alpha_channel_is_ink() {
    let Some(folder) = input("white_on_transparent") else { return };
    let sandbox = Sandbox::new();
    train(&sandbox, &folder, "");
    assert_apart(&shapes(&sandbox, &folder, "run"));
}

#[test]
fn a_picture_of_the_size_of_the_model_with_the_other_ground_is_prepared() {
    for name in ["seven28_bw.png", "seven29_bw.png"] {
        let Some(path) = input(name) else { return };
        let words = ["assign", "--model", "mnist-k100", "--json"].map(AsRef::as_ref);
        let run = Sandbox::new().bmm(words.into_iter().chain([path.as_os_str()]));
        assert_eq!(run.json()["assignments"][0]["label"], "7", "{run:?}");
    }
}

#[test]
fn a_mask_for_all_leaves_its_pixels_out_of_the_model() {
    let (Some(folder), Some(mask)) = (input("masked"), input("mask_top.png")) else { return };
    let sandbox = Sandbox::new();
    let run = train(&sandbox, &folder, &format!("--mask {}", mask.display()));
    assert!(run.err.contains("hidden in every image"), "{run:?}");
    let facts = sandbox.done("info run --json").json();
    let n_unseen = facts["n_unseen"].as_u64().unwrap();
    assert!(n_unseen > 0 && n_unseen < 256, "{facts}");
    assert_apart(&shapes(&sandbox, &folder, "run"));
    let nats = |more: &str| {
        let words = format!("eval --json --model run {} {more}", folder.display());
        sandbox.done(&words).json()["log_likelihood"].as_f64().unwrap()
    };
    assert_eq!(nats(""), nats(&format!("--mask {}", mask.display())));
    assert!((nats("") - facts["fit"]["log_likelihood"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn pictures_of_several_sizes_are_scaled_without_cutting_out() {
    let Some(folder) = input("mixed_sizes") else { return };
    says(&folder, "pixels (height x width), but", "--resize 28x28");
    let sandbox = Sandbox::new();
    let words = format!("info --json --resize 20x24 {}", folder.display());
    let facts = sandbox.done(&words).json();
    assert_eq!(shape(&facts), [6, 20, 24]);
    let more = format!("--data {}", folder.display());
    sandbox.done(&format!("train --k 2 --resize 28x28 --out run {more}"));
    let run = sandbox.done(&format!("assign --model run --resize 28x28 {}", folder.display()));
    assert!(!run.err.contains("cut out"), "{run:?}");
}
