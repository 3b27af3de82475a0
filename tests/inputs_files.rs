//! The files that people really have, other than text tables: each is read as it was meant, or refused with what to do.

mod common;

use bmm::bench::data::read_labels;
use bmm::{Pixels, Source, load};
use common::program::{Run, Sandbox, idx, two_kinds};
use common::shared;
use serde_json::Value;
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

/// The digest of what is read from the white drawings on black.
fn digest_of_the_drawings() -> Option<Value> {
    Some(info(&input("gif_only")?)["data_sha256"].clone())
}

fn train(sandbox: &Sandbox, k: usize, folder: &Path, more: &str) -> Run {
    let folder = folder.display();
    sandbox.done(&format!("train --k {k} --n-init 2 --out run {more} --data {folder}"))
}

/// The clusters of the rows of `folder`.
fn clusters(sandbox: &Sandbox, folder: &Path, model: &str) -> Vec<String> {
    let words = format!("assign --quiet --format csv --model {model} {}", folder.display());
    let cell = |line: &str| line.split(',').nth(2).unwrap().to_owned();
    sandbox.done(&words).text().lines().skip(1).map(cell).collect()
}

#[test]
fn pictures_dark_on_bright_are_those_bright_on_dark() {
    let (Some(drawings), Some(folder)) = (digest_of_the_drawings(), input("black_on_white")) else {
        return;
    };
    let facts = info(&folder);
    assert_eq!((&facts["data_sha256"], &facts["inverted"]), (&drawings, &Value::Bool(true)));
    let warning = facts["warnings"][0].as_str().unwrap();
    assert!(warning.contains("dark on bright: grey values are inverted"), "{warning}");
    let run = Sandbox::new().done(&format!("info --invert no --json {}", folder.display()));
    assert!(run.json()["share_of_ones"].as_f64() > Some(0.9), "{run:?}");
    let run = Sandbox::new().done(&format!("info --invert yes --json {}", folder.display()));
    assert_eq!(
        (&run.json()["data_sha256"], &run.json()["warnings"]),
        (&drawings, &serde_json::json!([]))
    );
}

#[test]
fn a_model_keeps_that_its_pictures_were_inverted() {
    let (Some(folder), Some(photo)) = (input("black_on_white"), input("x48_black_on_white.png"))
    else {
        return;
    };
    let sandbox = Sandbox::new();
    train(&sandbox, 4, &folder, "");
    assert_eq!(sandbox.done("info run --json").json()["inverted"], true);
    sandbox.done("export --model run --output means.json");
    sandbox.done("import means.json --out again");
    assert_eq!(sandbox.done("info again --json").json()["inverted"], true);
    let run = sandbox.done("export --model run --output means.csv");
    assert!(run.err.contains("does not hold that grey values are inverted"), "{run:?}");
    for mean in sandbox.json("means.json")["means"].as_array().unwrap() {
        assert!(mean[0].as_f64() < Some(0.5), "the corner is ground");
    }
    let page = String::from_utf8(sandbox.read("run/report.html")).unwrap();
    assert!(page.contains(r#""has_pad":true"#) && page.contains(r#""inverted":true"#));
    let run = sandbox.done(&format!("assign --model run {}", photo.display()));
    assert!(run.err.contains("1 picture cut out"), "{run:?}");
    let [first, again] = ["run", "again"].map(|model| clusters(&sandbox, &folder, model));
    assert_eq!(first, again);
    let run = sandbox.done(&format!("eval --model run {}", folder.display()));
    assert!(run.err.contains("grey values are inverted, as those of the model were"), "{run:?}");
}

#[test]
fn packed_pictures_keep_that_they_were_inverted() {
    let Some(folder) = input("black_on_white") else { return };
    let sandbox = Sandbox::new();
    train(&sandbox, 4, &folder, "");
    sandbox.done(&format!("pack --output packed.bits {}", folder.display()));
    sandbox.done("train --k 4 --n-init 2 --out packed --data packed.bits");
    assert!(sandbox.read("run/model.bmm") == sandbox.read("packed/model.bmm"));
    sandbox.refuses(1, "info packed.bits --invert no".split(' '), &["--invert", "inverted values"]);
    sandbox.done("eval --model run packed.bits");
    sandbox.done(&format!("pack --invert no --output plain.bits {}", folder.display()));
    let words = "eval --model run plain.bits".split(' ');
    sandbox.refuses(1, words, &["threshold:128 of inverted grey values"]);
}

#[test]
fn images_in_other_files_are_inverted_if_asked() {
    let sandbox = Sandbox::new();
    sandbox.write("a.idx", idx(&[3, 8, 8], [[200; 64], [200; 64], [90; 64]].concat()));
    for (invert, ones) in [("auto", 128), ("yes", 64), ("no", 128)] {
        let facts = sandbox.done(&format!("info a.idx --json --invert {invert}")).json();
        assert_eq!((&facts["ones"], &facts["inverted"]), (&ones.into(), &(invert == "yes").into()));
    }
    sandbox.write("rows.csv", b"a,b\n0,1\n1,1\n1,0\n");
    let refuse = |flag: &str, words: &[&str]| {
        sandbox.refuses(1, format!("info rows.csv {flag}").split(' '), words);
    };
    refuse("--invert yes", &["--invert", "holds bits"]);
    refuse("--resize 28x28", &["--resize", "picture files"]);
    let words = "info rows.csv --resize 5000x5000".split(' ');
    sandbox.refuses(2, words, &["--resize", "16777216 pixels"]);
}

#[test]
fn a_shape_in_the_alpha_channel_is_ink() {
    let (Some(drawings), Some(folder)) = (digest_of_the_drawings(), input("white_on_transparent"))
    else {
        return;
    };
    assert_eq!(info(&folder)["data_sha256"], drawings);
    // It is ink for a model of any ground, and so is one picture alone.
    let sandbox = Sandbox::new();
    train(&sandbox, 4, &input("black_on_white").unwrap(), "");
    let there = clusters(&sandbox, &folder, "run");
    assert_eq!(clusters(&sandbox, &input("black_on_white").unwrap(), "run"), there);
    assert_eq!(clusters(&sandbox, &folder.join("00I.png"), "run"), there[..1]);
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
    let masked = format!("--mask {}", mask.display());
    let run = train(&sandbox, 4, &folder, &masked);
    assert!(run.err.contains("64 pixels hidden or missing in every image"), "{run:?}");
    let facts = sandbox.done("info run --json").json();
    // Of 16 x 16 pixels the upper four rows are hidden; of the others 94 vary.
    assert_eq!((&facts["n_unseen"], &facts["n_parameters"]), (&64.into(), &(3 + 4 * 94).into()));
    let nats = |model: &str, more: &str| {
        let words = format!("eval --json --model {model} {} {more}", folder.display());
        sandbox.done(&words).json()["log_likelihood"].as_f64().unwrap()
    };
    let fitted = facts["fit"]["log_likelihood"].as_f64().unwrap();
    sandbox.done("export --model run --output means.json");
    sandbox.done("import means.json --out again");
    for model in ["run", "again"] {
        assert_eq!(nats(model, ""), nats(model, &masked));
        assert!((nats(model, "") - fitted).abs() < 1e-9);
    }
    let page = String::from_utf8(sandbox.read("run/report.html")).unwrap();
    assert!(page.contains(r#""unseen":[0,1,2"#));
    let words = format!("complete --output all.npy --model run {}", folder.display());
    assert!(sandbox.done(&words).err.contains("nothing is missing"));
}

#[test]
fn pictures_of_several_sizes_are_scaled_without_cutting_out() {
    let Some(folder) = input("mixed_sizes") else { return };
    says(&folder, "pixels (height x width), but", "--resize 28x28");
    let sandbox = Sandbox::new();
    let facts = sandbox.done(&format!("info --json --resize 20x24 {}", folder.display())).json();
    assert_eq!(shape(&facts), [6, 20, 24]);
    train(&sandbox, 2, &folder, "--resize 28x28");
    let run = sandbox.done(&format!("assign --model run --resize 28x28 {}", folder.display()));
    assert!(!run.err.contains("cut out"), "{run:?}");
}
