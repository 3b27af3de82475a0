//! Models that are damaged, of another kind or of another size.

use super::*;

#[test]
fn an_image_of_another_size_than_the_models_is_refused() {
    let sandbox = Sandbox::with_run();
    sandbox.write("big.png", png(5, 4));
    sandbox.write("big.idx", idx(&[1, 5, 4], [0; 20]));
    sandbox.write("row.csv", "0,1,0\n");
    for (file, size) in [("big.png", "4 x 5"), ("big.idx", "5 x 4"), ("row.csv", "rows of 3")] {
        for command in ["assign", "eval"] {
            refuses(&sandbox, &format!("{command} {file} --model run"), &[file, size, "4 x 4"]);
        }
    }
}

#[test]
fn a_model_of_another_size_is_no_start() {
    let sandbox = Sandbox::with_run();
    sandbox.write("data.csv", "0,1,0\n1,0,0\n1,1,0\n");
    let parts = ["data.csv", "rows of 3", "4 x 4"];
    refuses(&sandbox, "train --from run --data data.csv --out new", &parts);
    let parts = ["--k is 3", "must be 2"];
    refuses(&sandbox, "train --from run --data data.idx --k 3 --out new", &parts);
}

/// Every command that reads a model, reading `bent.bmm`.
fn refuses_model(sandbox: &Sandbox, parts: &[&str]) {
    let parts = &[&["bent.bmm"], parts].concat();
    for words in [
        "assign data.idx --model bent.bmm",
        "eval data.idx --model bent.bmm",
        "compare run bent.bmm data.idx",
        "compare bent.bmm run data.idx",
        "view --model bent.bmm",
        "sample --model bent.bmm --output sheet.png",
        "export --model bent.bmm --output model.json",
        "train --data data.idx --k 2 --from bent.bmm --out new",
    ] {
        refuses(sandbox, words, parts);
    }
}

#[test]
fn a_truncated_model_is_refused_at_each_length() {
    let sandbox = Sandbox::with_run();
    let model = sandbox.read("run/model.bmm");
    for length in 0..model.len() {
        assert!(model_file::decode(&model[..length]).is_err(), "{length} bytes were accepted");
    }
    for length in [9, 51, 52, model.len() - 1] {
        sandbox.write("bent.bmm", &model[..length]);
        refuses_model(&sandbox, &["cut short", &length.to_string()]);
    }
    sandbox.write("bent.bmm", [&model[..], b"x"].concat());
    refuses_model(&sandbox, &["damaged"]);
}

#[test]
fn a_model_with_any_one_bit_flipped_is_refused() {
    let sandbox = Sandbox::with_run();
    let mut model = sandbox.read("run/model.bmm");
    for bit in 0..8 * model.len() {
        model[bit / 8] ^= 1 << (bit % 8);
        assert!(model_file::decode(&model).is_err(), "bit {bit} may flip");
        model[bit / 8] ^= 1 << (bit % 8);
    }
    for byte in [3, 8, 13, 30, 60, model.len() / 2, model.len() - 1] {
        model[byte] ^= 16;
        sandbox.write("bent.bmm", &model);
        refuses_model(&sandbox, &[]);
        model[byte] ^= 16;
    }
}

#[test]
fn a_model_of_a_newer_format_is_called_newer_not_damaged() {
    let sandbox = Sandbox::with_run();
    let mut model = sandbox.read("run/model.bmm");
    let newer = model_file::FORMAT_VERSION + 1;
    seal_as(&mut model, newer);
    assert!(matches!(model_file::decode(&model), Err(ModelProblem::NewerFormat { .. })));
    sandbox.write("bent.bmm", model);
    refuses_model(&sandbox, &[&format!("version {newer}"), "newer"]);
}

/// Gives the file another format version, and a checksum that fits.
fn seal_as(model: &mut [u8], version: u32) {
    model[8..12].copy_from_slice(&version.to_le_bytes());
    let sum = Sha256::new().chain_update(&model[..20]).chain_update(&model[52..]).finalize();
    model[20..52].copy_from_slice(&sum);
}

#[test]
fn a_model_of_an_older_format_is_told_by_its_version_and_what_wrote_it() {
    let sandbox = Sandbox::with_run();
    // As versions 1 and 2 began: K, D, height, width, one weight.
    let payload: Vec<u8> = [1, 16, 4 | 4 << 32, 1, f64::to_bits(1.0)]
        .iter()
        .flat_map(|value: &u64| value.to_le_bytes())
        .collect();
    for version in [1, 2] {
        let length = (payload.len() as u64).to_le_bytes();
        let mut model = [&b"\x89BMM\r\n\x1a\n"[..], &[0; 4], &length, &[0; 32], &payload].concat();
        seal_as(&mut model, version);
        sandbox.write("bent.bmm", model);
        let told = format!("format version {version}, written by bmm 0.1.0 before its release");
        refuses_model(&sandbox, &[&told, "this bmm reads version 4"]);
        let run = sandbox.words("info bent.bmm");
        assert!(run.err.contains("hint: train the model again"), "{}", run.err);
    }
}

#[test]
fn other_files_are_called_what_they_are() {
    let sandbox = Sandbox::with_run();
    for (bytes, kind) in [
        (png(4, 4), "PNG picture"),
        (two_kinds(4), "IDX file"),
        (gzip(b"x"), "gzip"),
        (b"{\"weights\": [1]}".to_vec(), "JSON"),
        (b"some text".to_vec(), "text file"),
        (b"<html>".to_vec(), "HTML"),
        (Vec::new(), "empty file"),
    ] {
        sandbox.write("bent.bmm", bytes);
        refuses_model(&sandbox, &[kind, "not a bmm model"]);
    }
    sandbox.write("bent.bmm", gzip(b"x"));
    let run = sandbox.words("view --model bent.bmm");
    assert!(run.err.contains("hint: unpack it first"), "{}", run.err);
}

#[test]
fn a_folder_without_a_model_is_no_model() {
    let sandbox = Sandbox::with_run();
    std::fs::create_dir(sandbox.path("bent.bmm")).unwrap();
    refuses_model(&sandbox, &["folder without a model.bmm"]);
}

#[test]
fn without_any_run_there_is_no_model_to_take() {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(4));
    for words in ["assign data.idx", "eval data.idx", "view", "sample", "export --output a.csv"] {
        refuses(&sandbox, words, &["models", "no run"]);
    }
}

#[test]
fn clusters_beyond_the_models_are_refused() {
    let sandbox = Sandbox::with_run();
    for words in ["view --model run --cluster 2", "sample --model run --cluster 2"] {
        refuses(&sandbox, words, &["--cluster is 2", "from 0 to 1"]);
    }
    for top in ["0", "3"] {
        let words = format!("assign data.idx --model run --top {top}");
        refuses(&sandbox, &words, &[&format!("--top is {top}"), "from 1 to 2"]);
    }
    refuses(&sandbox, "sample --model run -n 0", &["-n is 0"]);
    let words = "sample --model run -n 99999999999999 --output a.idx";
    refuses(&sandbox, words, &["-n is 99999999999999", "from 1 to 134217728"]);
}

#[test]
fn an_import_that_is_no_mixture_is_refused() {
    let sandbox = Sandbox::new();
    for (text, parts) in [
        (r#"{"weights": [0.5, 0.6], "means": [[0.1], [0.2]]}"#, ["sum to 1.1", "mixture"]),
        (r#"{"weights": [0.5, 0.5], "means": [[0.1], [1.2]]}"#, ["mean is 1.2", "mixture"]),
        (r#"{"weights": [1], "means": [[0.1], [0.2]]}"#, ["a.json", "2 means"]),
        (r#"{"weights": [0.5, 0.5], "means": [[0.1], [0.2, 0.3]]}"#, ["differ in length", "1"]),
        (r#"{"weights": [1]}"#, ["means", "JSON"]),
        (r#"{"weights""#, ["JSON", "line 1"]),
        ("", ["JSON", "a.json"]),
    ] {
        sandbox.write("a.json", text);
        refuses(&sandbox, "import a.json --out new", &parts);
    }
    sandbox.write("a.csv", "weight,p0\n0.5,0.1\n0.4,0.2\n");
    refuses(&sandbox, "import a.csv --out new", &["a.csv", "sum to 0.9"]);
    sandbox.write("a.npy", "nonsense");
    refuses(&sandbox, "import a.npy --out new", &["a.npy"]);
    sandbox.write("a.safetensors", "nonsense");
    refuses(&sandbox, "import a.safetensors --out new", &["a.safetensors"]);
}

#[test]
fn a_shape_that_does_not_fit_the_imported_means_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("a.json", r#"{"weights": [1], "means": [[0.1, 0.2]]}"#);
    refuses(&sandbox, "import a.json --out new --shape 3x3", &["a.json", "3 x 3"]);
}

#[test]
fn an_ending_that_stands_for_no_format_is_refused() {
    let sandbox = Sandbox::with_run();
    sandbox.write("means.txt", "0.5");
    let parts = ["means.txt", ".safetensors, .npy, .csv, .json"];
    refuses(&sandbox, "export --model run --output means.txt --force", &parts);
    refuses(&sandbox, "import means.txt --out new", &parts);
    let parts = ["--output is a.gif", ".png"];
    refuses(&sandbox, "sample --model run --output a.gif", &parts);
    refuses(&sandbox, "view --model run --as png", &["--output"]);
}

#[test]
fn models_of_other_sizes_are_not_compared() {
    let sandbox = Sandbox::with_run();
    sandbox.write("a.json", r#"{"weights": [1], "means": [[0.1, 0.2]]}"#);
    sandbox.done("import a.json --out small");
    refuses(&sandbox, "compare run small data.idx", &["B is", "1 x 2", "4 x 4"]);
    refuses(&sandbox, "compare run nothing data.idx", &["nothing", "no such file"]);
    sandbox.write("row.csv", "0,1,0\n");
    refuses(&sandbox, "compare run run row.csv", &["row.csv", "rows of 3", "4 x 4"]);
    refuses(&sandbox, "compare run run data.idx --output a.gif", &["--output is a.gif", ".png"]);
    sandbox.write("a.png", "mine");
    refuses(&sandbox, "compare run run data.idx --output a.png", &["a.png", "exists"]);
}

#[test]
fn standard_errors_that_cannot_be_had_are_refused_with_the_reason() {
    let sandbox = Sandbox::with_run();
    sandbox.write("row.csv", "0,1,0\n");
    refuses(&sandbox, "info run row.csv --errors", &["row.csv", "rows of 3"]);
    refuses(&sandbox, "info data.idx data.idx --errors", &["--errors", "data.idx", "model"]);
    refuses(&sandbox, "info run data.idx --errors --bootstrap 1", &["--bootstrap is 1", "from 2"]);
    let stripes: Vec<u8> = (0..3 * 2001).map(|i| if i % 2 == 0 { 0 } else { 255 }).collect();
    sandbox.write("wide.idx", idx(&[3, 1, 2001], stripes));
    sandbox.done("train --k 1 --data wide.idx --out wide --force");
    refuses(&sandbox, "info wide wide.idx --errors", &["2001 means", "more than 2000"]);
    // Two clusters of two items have more parameters than there are patterns.
    sandbox.write("two.csv", "0,0\n0,1\n1,0\n1,1\n0,0\n1,1\n0,1\n0,0\n");
    sandbox.done("train --k 2 --data two.csv --out two");
    refuses(&sandbox, "info two two.csv --errors", &["no standard errors", "singular"]);
}

#[test]
fn standard_errors_of_what_is_not_there_are_refused_by_its_name() {
    let sandbox = Sandbox::with_run();
    for words in ["info no/such data.idx --errors", "info no/such:test data.idx --errors"] {
        refuses(&sandbox, words, &["no/such", "no such file"]);
    }
}
