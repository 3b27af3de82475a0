//! `bmm sample`: images that can be read back, and that say they are no data.

use super::*;

#[test]
fn drawn_images_are_read_back_from_every_format() {
    let sandbox = Sandbox::with_run();
    for file in ["a.idx", "a.idx.gz", "a.npy"] {
        sandbox.done(&format!("sample --model run -n 30 --output {file}"));
        let info = sandbox.done(&format!("info {file} --json")).json();
        let size = ["n_samples", "height", "width"].map(|key| info[key].as_u64().unwrap());
        assert_eq!(size, [30, 4, 4], "{file}");
        let eval = sandbox.done(&format!("eval {file} --model run --json")).json();
        assert!(eval["score"].as_f64().unwrap() < 0.0, "{eval}");
    }
    assert_eq!(sandbox.read("a.idx")[..4], [0, 0, 8, 3]);
    sandbox.done("sample --model run -n 30 --output a.png");
    image::load_from_memory(&sandbox.read("a.png")).unwrap();
}

#[test]
fn the_seed_decides_and_a_cluster_is_drawn_from_alone() {
    let sandbox = Sandbox::with_run();
    let images = |args: &str| {
        sandbox.done(&format!("sample --model run -n 20 --json {args}")).json()["images"].take()
    };
    assert_eq!(images(""), images("--seed 0"));
    assert_ne!(images(""), images("--seed 1"));
    sandbox.done("sample --model run -n 50 --cluster 1 --output one.idx");
    let eval = sandbox.done("eval one.idx --model run --json").json();
    assert!(eval["cluster_sizes"][1].as_u64() >= Some(45), "{eval}");
}

#[test]
fn json_is_one_document_with_a_file_or_the_images() {
    let sandbox = Sandbox::with_run();
    let document = sandbox.done("sample --model run -n 3 --json").json();
    assert_keys(&document, "model n_samples height width cluster seed synthetic output images");
    assert_eq!(document["images"].as_array().unwrap().len(), 3);
    let document = sandbox.done("sample --model run -n 3 --json --output a.png").json();
    assert_eq!((&document["output"], &document["images"]), (&"a.png".into(), &Value::Null));
}

#[test]
fn drawn_images_are_said_to_be_drawn_and_are_digits_only_where_the_model_is_of_digits() {
    let sandbox = Sandbox::with_run();
    let run = sandbox.done("sample --model run");
    assert!(run.err.contains("drawn from the model: not real data"), "{run:?}");
    assert!(!run.err.contains("digits"), "{run:?}");
}

#[test]
fn a_name_with_a_slash_becomes_a_folder_of_pictures() {
    let sandbox = Sandbox::with_run();
    sandbox.done("sample --model run -n 12 --output drawn/");
    sandbox.done("sample --model run -n 12 --output drawn.npy");
    let info = |source: &str| sandbox.done(&format!("info {source} --json")).json();
    assert_eq!(info("drawn")["ones"], info("drawn.npy")["ones"]);
    assert_eq!(info("drawn")["n_samples"], 12);
    let picture = image::load_from_memory(&sandbox.read("drawn/drawn-011.png")).unwrap();
    assert_eq!((picture.width(), picture.height()), (4, 4));
}

#[test]
fn only_a_folder_of_such_pictures_is_replaced_and_only_by_force() {
    let sandbox = Sandbox::with_run();
    let sample = |folder| ["sample", "--model", "run", "--output", folder, "--force"];
    sandbox.done("sample --model run -n 12 --output drawn/");
    sandbox.refuses(1, &sample("drawn/")[..5], &["drawn/", "exists"]);
    sandbox.done("sample --model run -n 3 --output drawn/ --force");
    assert_eq!(std::fs::read_dir(sandbox.path("drawn")).unwrap().count(), 3);
    sandbox.write("drawn/004.png", "not one of them");
    sandbox.write("mine/001.png", "a picture of my own");
    for folder in ["drawn/", "mine/", "run/", "./"] {
        sandbox.refuses(1, sample(folder), &[folder, "exists"]);
    }
    sandbox.refuses(1, sample("drawn"), &["with a slash at the end"]);
    sandbox.refuses(1, ["sample", "--model", "run", "-n", "10001", "--output", "x/"], &["10000"]);
}

#[test]
fn what_the_model_never_saw_is_missing_in_what_it_draws() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(40));
    sandbox.write("mask.png", grey_png(4, 4, |x, _| if x == 3 { 255 } else { 0 }));
    sandbox.done("train --quiet --k 2 --data data.idx --mask mask.png --out run");
    sandbox.done("sample -n 60 --model run --output a.csv");
    let csv = String::from_utf8(sandbox.read("a.csv")).unwrap();
    for line in csv.lines().skip(1) {
        let cells = line.split(',').enumerate();
        assert!(cells.clone().all(|(d, cell)| cell.is_empty() == (d % 4 == 3)), "{line}");
    }
    let images = sandbox.done("sample -n 60 --model run --json").json()["images"].take();
    assert!(images[0][3].is_null() && images[0][2].is_u64(), "{images}");
    sandbox.done("sample -n 60 --model run --output a.idx");
    assert!(sandbox.read("a.idx")[16..].chunks(4).all(|pixels| pixels[3] == 0));
}
