//! What a user can get wrong: each mistake gets one `error:` line and one `hint:` line, its exit code, and costs nothing
//! that was there before. And what looks wrong but is not.

mod common;

use bmm::error::ModelProblem;
use bmm::model_file;
use common::program::{BMM, Run, Sandbox, gzip, idx, png, two_kinds};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::process::Stdio;

/// A sandbox with `bytes` in the file `name`, on which training must fail saying `parts`.
fn refuses_data(name: &str, bytes: impl AsRef<[u8]>, parts: &[&str]) {
    let sandbox = Sandbox::new();
    sandbox.write(name, bytes);
    for command in ["train --k 1 --data", "info"] {
        let args = command.split(' ').chain([name]);
        sandbox.refuses(1, args, &[&[name], parts].concat());
    }
}

fn refuses(sandbox: &Sandbox, words: &str, parts: &[&str]) {
    sandbox.refuses(1, words.split(' '), parts);
}

fn refuses_usage(words: &str, parts: &[&str]) {
    let sandbox = Sandbox::new();
    sandbox.write("data.idx", two_kinds(4));
    sandbox.refuses(2, words.split_whitespace(), parts);
}

mod data {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_is_named() {
        let sandbox = Sandbox::with_run();
        for words in [
            "train --data no/such",
            "assign --model run no/such",
            "eval --model run no/such",
            "info no/such",
            "info no/such:test",
            "import no/such.json --out new",
            "view --model no/such",
            "train --data data.idx --k 2 --from no/such",
            "train --data data.idx --k 2 --labels no/such",
        ] {
            refuses(&sandbox, words, &["no/such", "no such file"]);
        }
    }

    #[test]
    fn an_empty_folder_holds_no_images() {
        let sandbox = Sandbox::new();
        std::fs::create_dir(sandbox.path("empty")).unwrap();
        refuses(&sandbox, "train --data empty", &["empty", "no images", "no files"]);
        sandbox.write("empty/notes.txt", "nothing to see");
        refuses(&sandbox, "train --data empty", &["empty", "no images", "notes.txt"]);
    }

    #[test]
    fn an_empty_file_holds_no_images() {
        refuses_data("empty.idx", "", &["holds no images"]);
        refuses_data("none.idx", idx(&[0, 4, 4], []), &["holds no images"]);
        refuses_data("flat.idx", idx(&[4, 0, 4], []), &["holds no images"]);
    }

    #[test]
    fn k_must_lie_between_one_and_the_number_of_rows() {
        let sandbox = Sandbox::new();
        sandbox.write("data.idx", two_kinds(4));
        refuses(&sandbox, "train --data data.idx --k 0", &["--k is 0", "from 1 to 4"]);
        refuses(&sandbox, "train --data data.idx --k 5", &["--k is 5", "from 1 to 4"]);
        refuses(&sandbox, "train --data data.idx --k 4 --limit 3", &["--k is 4", "from 1 to 3"]);
    }

    #[test]
    fn an_idx_file_has_the_length_that_its_header_promises() {
        let file = two_kinds(4);
        let cut = &file[..file.len() - 1];
        let long = [&file[..], b"x"].concat();
        refuses_data("cut.idx", cut, &["cut short", "promises 80", "holds 79"]);
        refuses_data("cut.gz", gzip(cut), &["cut short", "promises 80", "holds 79"]);
        refuses_data("head.idx", &file[..9], &["cut short", "holds 9"]);
        refuses_data("long.idx", &long, &["too long", "promises 80"]);
        refuses_data("long.gz", gzip(&long), &["too long", "promises 80"]);
    }

    #[test]
    fn labels_are_no_images_and_images_no_labels() {
        refuses_data("labels.idx", idx(&[4], [1, 2, 3, 4]), &["holds labels, not images"]);
        let sandbox = Sandbox::new();
        sandbox.write("data.idx", two_kinds(4));
        let parts = ["data.idx", "holds images, not labels"];
        refuses(&sandbox, "train --data data.idx --k 2 --labels data.idx", &parts);
    }

    #[test]
    fn labels_and_images_in_a_folder_agree_in_number() {
        let sandbox = Sandbox::new();
        sandbox.write("set/train-images-idx3-ubyte", two_kinds(4));
        sandbox.write("set/train-labels-idx1-ubyte", idx(&[3], [0, 1, 0]));
        refuses(&sandbox, "train --k 2 --data set", &["train-labels", "3 labels for 4 images"]);
    }

    #[test]
    fn a_label_file_of_another_length_is_refused() {
        let sandbox = Sandbox::with_run();
        sandbox.write("labels.txt", "a\nb\na\n");
        for words in [
            "train --data data.idx --k 2 --labels labels.txt",
            "train --data data.idx --k 2 --limit 3 --labels labels.txt",
            "eval data.idx --model run --labels labels.txt",
        ] {
            refuses(&sandbox, words, &["labels.txt", "3 labels for 40 images"]);
        }
    }

    #[test]
    fn an_empty_label_file_holds_no_labels() {
        let sandbox = Sandbox::new();
        sandbox.write("data.idx", two_kinds(4));
        sandbox.write("labels.idx", idx(&[0], []));
        sandbox.write("labels.txt", "");
        for file in ["labels.idx", "labels.txt"] {
            let words = format!("train --k 1 --data data.idx --labels {file}");
            refuses(&sandbox, &words, &[file, "holds no labels"]);
        }
    }

    #[test]
    fn a_damaged_test_split_is_found_before_the_fit() {
        let sandbox = Sandbox::new();
        sandbox.write("set/train-images-idx3-ubyte", two_kinds(4));
        sandbox.write("set/t10k-images-idx3-ubyte", &two_kinds(4)[..50]);
        refuses(&sandbox, "train --k 2 --data set", &["t10k-images", "cut short"]);
    }

    #[test]
    fn a_split_that_is_not_there_is_refused() {
        let sandbox = Sandbox::new();
        sandbox.write("set/train-images-idx3-ubyte", two_kinds(4));
        sandbox.write("data.idx", two_kinds(4));
        refuses(&sandbox, "info set:test", &["set", "no test split"]);
        refuses(&sandbox, "info data.idx:test", &["data.idx", "no splits"]);
    }

    #[test]
    fn a_web_page_is_not_taken_for_data_in_any_wrapping() {
        let page = b"<!DOCTYPE html><html><body>404</body></html>";
        refuses_data("train-images-idx3-ubyte.gz", page, &["is a web page"]);
        refuses_data("packed.gz", gzip(page), &["is a web page"]);
        let sandbox = Sandbox::new();
        sandbox.write("set/train-images-idx3-ubyte.gz", page);
        refuses(&sandbox, "train --data set", &["train-images-idx3-ubyte.gz", "is a web page"]);
    }

    #[test]
    fn a_damaged_gzip_is_called_that() {
        let whole = gzip(&two_kinds(4));
        let mut bent = whole.clone();
        let checksum = bent.len() - 6;
        bent[checksum] ^= 1;
        refuses_data("cut.gz", &whole[..whole.len() - 9], &["damaged gzip"]);
        refuses_data("head.gz", &whole[..5], &["damaged gzip"]);
        refuses_data("bent.gz", bent, &["damaged gzip"]);
    }

    /// 2^32 - 1, the most that the header can say, of one byte each: 4 GiB, which as gzip no file length gives away.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_header_that_promises_four_thousand_million_images_takes_no_memory() {
        let sandbox = Sandbox::new();
        sandbox.write("raw.idx", idx(&[u32::MAX, 1, 1], [1, 2, 3]));
        sandbox.write("packed.gz", gzip(&idx(&[u32::MAX, 1, 1], [1, 2, 3])));
        sandbox.write("huge.gz", gzip(&idx(&[u32::MAX, u32::MAX, u32::MAX], [1, 2, 3])));
        sandbox.write("labels.gz", gzip(&idx(&[u32::MAX], [1, 2, 3])));
        sandbox.write("data.idx", two_kinds(4));
        let run = |args: &str| {
            let line = format!("ulimit -v 500000; exec \"$BMM\" --threads 1 train --k 1 {args}");
            sandbox.shell(&line)
        };
        for (args, parts) in [
            ("--data raw.idx", ["raw.idx", "cut short"]),
            ("--data packed.gz", ["packed.gz", "cut short"]),
            ("--data huge.gz", ["huge.gz", "too large"]),
            ("--data data.idx --labels labels.gz", ["labels.gz", "cut short"]),
        ] {
            sandbox.refused(1, || run(args), &parts);
        }
    }

    #[test]
    fn pictures_of_mixed_sizes_are_refused_by_name_and_size() {
        let sandbox = Sandbox::new();
        sandbox.write("album/a.png", png(4, 4));
        sandbox.write("album/b.png", png(5, 4));
        refuses(&sandbox, "train --k 1 --data album", &["b.png", "4x5", "a.png", "4x4"]);
    }

    #[test]
    fn pictures_that_cannot_be_decoded_are_named() {
        let whole = png(9, 9);
        refuses_data("cut.png", &whole[..40], &["picture that cannot be read"]);
        refuses_data("bent.png", b"\x89PNG\r\n\x1a\nand then nonsense", &["cannot be read"]);
        refuses_data("empty.png", "", &["holds no images"]);
        let sandbox = Sandbox::new();
        sandbox.write("album/a.png", &whole);
        sandbox.write("album/b.png", "not a picture");
        refuses(&sandbox, "train --k 1 --data album", &["album/b.png"]);
    }

    #[test]
    fn tables_say_which_line_is_wrong() {
        refuses_data("word.csv", "0,1\n1,x\n", &["line 2", "column 2", "\"x\""]);
        refuses_data("short.csv", "0,1\n1\n", &["line 2", "1 cells"]);
        refuses_data("range.csv", "0,1\n1,300\n", &["line 2", "300"]);
        refuses_data("rows.json", "[[0, 1]]", &["JSON"]);
    }

    #[test]
    fn a_shape_must_fit_the_rows() {
        let sandbox = Sandbox::new();
        sandbox.write("data.csv", "0,1,1,0\n1,0,0,1\n");
        for (data, area) in [("data.csv", "4"), ("demo", "784")] {
            let words = format!("train --k 1 --data {data} --shape 3x5");
            refuses(&sandbox, &words, &["--shape is 3x5", area]);
        }
    }

    #[test]
    fn binarize_none_is_for_zeros_and_ones() {
        let sandbox = Sandbox::new();
        sandbox.write("data.idx", two_kinds(4));
        refuses(&sandbox, "train --k 1 --data data.idx --binarize none", &["--binarize", "255"]);
    }

    #[test]
    fn alpha_and_tol_are_finite_and_not_negative() {
        let sandbox = Sandbox::new();
        sandbox.write("data.idx", two_kinds(4));
        for flag in ["--alpha", "--tol"] {
            for value in ["-1", "NaN", "inf", "-inf"] {
                let args = ["train", "--k", "1", "--data", "data.idx"];
                let named = format!("{flag}={value}");
                sandbox.refuses(1, args.into_iter().chain([&*named]), &[flag, value]);
            }
        }
        refuses(&sandbox, "train --k 1 --data data.idx --alpha -1", &["--alpha is -1"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_not_utf8_is_a_name_like_any_other() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"d\xffta.csv");
        let sandbox = Sandbox::new();
        sandbox.write(name, "0,1\n1,x\n");
        let args = ["train", "--k", "1", "--data"].map(std::ffi::OsStr::new);
        sandbox.refuses(1, args.into_iter().chain([name]), &["d\u{fffd}ta.csv", "line 2"]);
        sandbox.write(name, "0,1\n1,0\n");
        let run = sandbox.bmm(args.into_iter().chain([name]));
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(sandbox.path("models/d-ta-k1/model.bmm").exists());
    }

    #[test]
    fn codes_that_steer_a_terminal_do_not_reach_it() {
        let run = Sandbox::new().bmm(["info", "no\u{1b}[31m\nsuch"]);
        run.assert_failure(1, &["no [31m such"]);
    }
}

mod models {
    use super::*;

    #[test]
    fn an_image_of_another_size_than_the_models_is_refused() {
        let sandbox = Sandbox::with_run();
        sandbox.write("big.png", png(5, 4));
        sandbox.write("big.idx", idx(&[1, 5, 4], [0; 20]));
        sandbox.write("row.csv", "0,1,0\n");
        for (file, size) in [("big.png", "4 x 5"), ("big.idx", "5 x 4"), ("row.csv", "1 x 3")] {
            for command in ["assign", "eval"] {
                refuses(&sandbox, &format!("{command} {file} --model run"), &[file, size, "4 x 4"]);
            }
        }
    }

    #[test]
    fn a_model_of_another_size_is_no_start() {
        let sandbox = Sandbox::with_run();
        sandbox.write("data.csv", "0,1,0\n1,0,0\n1,1,0\n");
        let parts = ["3 features", "16"];
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
        model[8..12].copy_from_slice(&(model_file::FORMAT_VERSION + 1).to_le_bytes());
        let sum = Sha256::new().chain_update(&model[..20]).chain_update(&model[52..]).finalize();
        model[20..52].copy_from_slice(&sum);
        assert!(matches!(model_file::decode(&model), Err(ModelProblem::NewerFormat { .. })));
        sandbox.write("bent.bmm", model);
        refuses_model(&sandbox, &["version 2", "newer"]);
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
        for words in ["assign data.idx", "eval data.idx", "view", "sample", "export --output a.csv"]
        {
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
}

mod outputs {
    use super::*;

    const TRAIN: &str = "train --k 2 --data data.idx --out";

    #[test]
    fn a_run_that_exists_is_kept_without_force() {
        let sandbox = Sandbox::with_run();
        refuses(&sandbox, &format!("{TRAIN} run"), &["run", "already exists"]);
        sandbox.write("a.json", r#"{"weights": [1], "means": [[0.1]]}"#);
        refuses(&sandbox, "import a.json --out run", &["run", "already exists"]);
    }

    #[test]
    fn a_folder_that_is_no_run_is_kept_even_with_force() {
        let sandbox = Sandbox::with_run();
        sandbox.write("mine/thesis.tex", "years of work");
        sandbox.write("run/notes.txt", "mine too");
        for folder in ["mine", "run", ".", "data.idx"] {
            refuses(&sandbox, &format!("{TRAIN} {folder} --force"), &[folder, "already exists"]);
        }
    }

    #[test]
    fn a_file_that_exists_is_kept_without_force() {
        let sandbox = Sandbox::with_run();
        for name in ["a.json", "a.txt", "a.png", "a.csv"] {
            sandbox.write(name, "precious");
        }
        for words in [
            "export --model run --output a.json",
            "view --model run --output a.txt",
            "view --model run --output a.png",
            "sample --model run --output a.png",
            "assign data.idx --model run --output a.csv",
        ] {
            let name = words.rsplit(' ').next().unwrap();
            refuses(&sandbox, words, &[name, "already exists"]);
        }
    }

    #[test]
    fn a_place_below_a_file_cannot_be_written() {
        let sandbox = Sandbox::with_run();
        let parts = ["data.idx/new", "not a directory"];
        refuses(&sandbox, &format!("{TRAIN} data.idx/new"), &parts);
        refuses(&sandbox, "export --model run --output data.idx/new.csv", &["data.idx/new.csv"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_place_that_the_system_keeps_to_itself_cannot_be_written() {
        let sandbox = Sandbox::with_run();
        for place in ["/proc/new", "/sys/new"] {
            refuses(&sandbox, &format!("{TRAIN} {place}"), &[place]);
            refuses(&sandbox, &format!("export --model run --output {place}.csv"), &[place]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_without_permission_cannot_be_written() {
        use std::os::unix::fs::PermissionsExt;
        let sandbox = Sandbox::with_run();
        let locked = sandbox.path("locked");
        std::fs::create_dir(&locked).unwrap();
        std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o555)).unwrap();
        if std::fs::write(locked.join("probe"), "").is_ok() {
            eprintln!("skipped: permission bits do not bind this user");
            return;
        }
        let parts = ["locked/new", "permission denied"];
        refuses(&sandbox, &format!("{TRAIN} locked/new"), &parts);
        refuses(&sandbox, "export --model run --output locked/new.csv", &["permission denied"]);
    }

    /// Runs the program where no file may grow beyond 8 blocks of 512 or 1024 bytes.
    fn with_little_room(sandbox: &Sandbox, args: &str) -> Run {
        sandbox.shell(&format!("trap '' XFSZ; ulimit -f 8; exec \"$BMM\" {args}"))
    }

    #[cfg(unix)]
    #[test]
    fn a_full_disk_leaves_nothing_new_and_loses_nothing_old() {
        let sandbox = Sandbox::with_run();
        for out in ["new", "deep/er/new", "run --force"] {
            let run = || with_little_room(&sandbox, &format!("{TRAIN} {out}"));
            sandbox.refused(1, run, &["too large"]);
        }
        sandbox.done("assign data.idx --model run --quiet");
    }

    #[cfg(unix)]
    #[test]
    fn a_full_disk_keeps_the_file_that_was_to_be_replaced() {
        let sandbox = Sandbox::with_run();
        sandbox.write("a.idx", "precious");
        let args = "sample --model run -n 2000 --output a.idx --force";
        sandbox.refused(1, || with_little_room(&sandbox, args), &["a.idx", "too large"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_an_error() {
        let sandbox = Sandbox::with_run();
        let words = "assign data.idx --model run --output /dev/full";
        refuses(&sandbox, words, &["/dev/full", "no space left"]);
        let line = "exec \"$BMM\" assign data.idx --model run > /dev/full";
        sandbox.refused(1, || sandbox.shell(line), &["standard output", "no space left"]);
    }
}

mod usage {
    use super::*;

    #[test]
    fn no_command_and_unknown_commands() {
        refuses_usage("", &["no command"]);
        refuses_usage("--quiet", &["no command"]);
        refuses_usage("trian", &["trian"]);
        refuses_usage("cluster data.idx", &["cluster"]);
    }

    #[test]
    fn unknown_flags_come_with_the_nearest_known_one() {
        for (words, known) in [("train --kk 2", "'--k'"), ("trian", "'train'")] {
            let run = Sandbox::new().words(words);
            run.assert_failure(2, &[]);
            let hint = run.err.lines().last().unwrap();
            assert!(hint.contains("similar") && hint.contains(known), "{run:?}");
        }
        refuses_usage("eval --proba data.idx", &["--proba"]);
    }

    #[test]
    fn missing_things_are_named() {
        refuses_usage("train --k", &["--k", "value"]);
        refuses_usage("assign", &["SRC"]);
        refuses_usage("info", &["MODEL|SRC"]);
        refuses_usage("export", &["--output"]);
        refuses_usage("import a.json", &["--out"]);
        let empty = ["train", "--data", ""];
        Sandbox::new().refuses(2, empty, &["--data", "value"]);
    }

    #[test]
    fn values_that_cannot_be_read_are_named_with_what_can() {
        for (words, parts) in [
            ("train --k ten", ["--k is 'ten'", "whole number"]),
            ("train --k -1", ["--k is '-1'", "not negative"]),
            ("train --k 2.5", ["--k is '2.5'", "whole number"]),
            ("train --seed 99999999999999999999", ["--seed", "smaller"]),
            ("train --alpha much", ["--alpha is 'much'", "a number"]),
            ("train --tol 1e", ["--tol is '1e'", "a number"]),
            ("train --n-init 0", ["--n-init is '0'", "auto or a whole number from 1"]),
            ("train --n-init many", ["--n-init is 'many'", "auto or a whole number from 1"]),
            ("train --n-init 100001", ["--n-init is '100001'", "1 to 100000"]),
            ("train --init kmeans", ["--init is 'kmeans'", "random-rows"]),
            ("train --binarize fuzzy", ["--binarize is 'fuzzy'", "threshold:T, otsu"]),
            ("train --binarize threshold:0", ["--binarize is 'threshold:0'", "1 to 255"]),
            ("train --binarize threshold:256", ["--binarize is 'threshold:256'", "1 to 255"]),
            ("train --limit 0", ["--limit is '0'", "from 1"]),
            ("train --max-iter 0", ["--max-iter is '0'", "from 1"]),
            ("train --shape 28", ["--shape is '28'", "28x28"]),
            ("train --shape 4294967298x2", ["--shape is '4294967298x2'", "28x28"]),
            ("train --shape 0x784", ["--shape is '0x784'", "28x28"]),
            ("view --as html", ["--as is 'html'", "blocks, shade, png"]),
            ("view --columns 0", ["--columns is '0'", "from 1"]),
            ("assign data.idx --format xml", ["--format is 'xml'", "table, csv, jsonl"]),
            ("assign data.idx --top x", ["--top is 'x'", "whole number"]),
            ("sample -n lots", ["-n is 'lots'", "whole number"]),
            ("info demo --threads 9999999", ["--threads is '9999999'", "0 to 1024"]),
            ("info demo --threads -1", ["--threads is '-1'", "0 to 1024"]),
            ("info demo --color red", ["--color is 'red'", "auto, always, never"]),
        ] {
            refuses_usage(words, &parts);
        }
    }

    #[test]
    fn flags_that_exclude_each_other_are_both_named() {
        refuses_usage("train --from m --init random-rows", &["--from", "--init"]);
        refuses_usage("info demo --quiet --verbose", &["--quiet", "--verbose"]);
        refuses_usage("assign data.idx --json --format csv", &["--json", "--format"]);
    }
}

mod streams {
    use super::*;

    #[test]
    fn standard_input_may_be_closed() {
        let sandbox = Sandbox::with_run();
        let run = sandbox.shell("exec \"$BMM\" eval data.idx --model run <&-");
        assert_eq!(run.code, Some(0), "{run:?}");
        sandbox.refused(1, || sandbox.shell("exec \"$BMM\" info - <&-"), &["-: "]);
    }

    #[test]
    fn standard_error_may_be_closed() {
        let sandbox = Sandbox::with_run();
        let run = sandbox.shell("exec \"$BMM\" view --model run 2>&-");
        assert_eq!((run.code, &*run.err), (Some(0), ""));
        let run = sandbox.shell("exec \"$BMM\" view --model no/such 2>&-");
        assert_eq!((run.code, run.out.len()), (Some(1), 0));
    }

    #[test]
    fn a_reader_that_went_away_is_no_error() {
        let sandbox = Sandbox::with_run();
        for words in [
            "--help",
            "--version",
            "train --help",
            "--quiet view --model run",
            "--quiet eval data.idx --model run --json",
            "--quiet train --k 2 --data data.idx --out new",
        ] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = sandbox.command(BMM);
            command.args(words.split(' ')).stdout(Stdio::from(writer));
            let run = Run::of(command.output().unwrap());
            assert_eq!((run.code, &*run.err), (Some(0), ""), "bmm {words}");
        }
        assert!(sandbox.path("new/model.bmm").exists());
    }
}

mod no_error {
    use super::*;

    /// Data that looks wrong but is not, as IDX images of 3 x 3.
    fn odd_data() -> Vec<(&'static str, Vec<u8>)> {
        let images = |n: u32, pixel: fn(u32, u32) -> u8| {
            let body: Vec<u8> = (0..n).flat_map(|i| (0..9).map(move |d| pixel(i, d))).collect();
            idx(&[n, 3, 3], body)
        };
        vec![
            ("blank", images(6, |_, _| 0)),
            ("full", images(6, |_, _| 255)),
            ("constant", images(6, |i, d| if d == 4 || d % 5 < i % 3 { 200 } else { 0 })),
            ("duplicates", images(6, |_, d| if d % 2 == 0 { 255 } else { 0 })),
            ("single", images(1, |_, d| if d % 2 == 0 { 255 } else { 0 })),
            ("column", idx(&[6, 1, 1], [0, 255, 255, 0, 0, 255])),
            ("point", idx(&[1, 1, 1], [255])),
            ("table", b"0\n1\n1\n0\n0\n1\n".to_vec()),
        ]
    }

    /// Nothing is null but what was not asked for, and every number is finite, as JSON demands.
    fn check_numbers(name: &str, value: &Value) {
        match value {
            Value::Null => assert_eq!(name, "held_out", "{name} is null"),
            Value::Array(items) => items.iter().for_each(|item| check_numbers(name, item)),
            Value::Object(fields) => fields.iter().for_each(|(name, v)| check_numbers(name, v)),
            _ => {}
        }
    }

    fn check_model(sandbox: &Sandbox, run: &str) {
        let model = model_file::read(sandbox.path(run).join("model.bmm")).unwrap();
        assert!((model.mixture.weights().sum() - 1.0).abs() < 1e-12);
        assert!(model.mixture.weights().iter().all(|weight| (0.0..=1.0).contains(weight)));
        assert!(model.mixture.means().iter().all(|mean| (0.0..=1.0).contains(mean)));
    }

    /// Every command works on the run, and no number of theirs is out of its range.
    fn check_commands(sandbox: &Sandbox, data: &str, run: &str) {
        let eval = sandbox.done(&format!("eval {data} --model {run} --json --quiet")).json();
        assert!(eval["score"].as_f64().unwrap() <= 0.0, "{eval}");
        let assigned = sandbox.done(&format!("assign {data} --model {run} --json --quiet")).json();
        for row in assigned["assignments"].as_array().unwrap() {
            let probability = row["probability"].as_f64().unwrap();
            assert!(probability > 0.0 && probability <= 1.0 + 1e-12, "{row}");
            assert!(row["log_likelihood"].as_f64().unwrap() <= 1e-12, "{row}");
        }
        for command in ["view", "sample"] {
            let shown = sandbox.done(&format!("{command} --model {run} --quiet")).text();
            assert!(!shown.is_empty() && !shown.contains("NaN"), "{shown}");
        }
        let info = sandbox.done(&format!("info {run}")).text();
        assert!(!info.contains("NaN") && !info.contains("inf\n"), "{info}");
    }

    #[test]
    fn odd_data_gives_a_valid_model_with_which_every_command_works() {
        let sandbox = Sandbox::new();
        for (data, bytes) in odd_data() {
            let ks: &[_] = if data == "single" || data == "point" { &[1] } else { &[1, 2, 6] };
            sandbox.write(data, bytes);
            for alpha in ["0", "0.1"] {
                for k in ks {
                    let run = format!("runs/{data}-{k}-{alpha}");
                    let train = format!("train --data {data} --k {k} --alpha {alpha} --n-init 2");
                    let done = sandbox.done(&format!("{train} --quiet --out {run}")).text();
                    assert!(!done.contains("NaN") && !done.contains("-0.0000"), "{done}");
                    check_numbers("", &sandbox.json(format!("{run}/run.json")));
                    check_model(&sandbox, &run);
                    check_commands(&sandbox, data, &run);
                }
            }
        }
    }

    #[test]
    fn every_start_copes_with_blank_images() {
        let sandbox = Sandbox::new();
        sandbox.write("blank", idx(&[5, 2, 2], [0; 20]));
        for init in ["random-rows", "random-means", "random-resp"] {
            let train = "train --data blank --k 3 --alpha 0 --quiet --json --init";
            let run = sandbox.done(&format!("{train} {init} --out {init}")).json();
            check_numbers("", &run);
            assert!(run["score"].as_f64().unwrap().abs() < 1e-9, "{run}");
        }
    }

    #[test]
    fn an_image_that_the_model_rules_out_is_impossible_not_an_error() {
        let sandbox = Sandbox::new();
        sandbox.write("a.json", r#"{"weights": [0.5, 0.5], "means": [[0, 1], [0, 0.5]]}"#);
        sandbox.write("rows.csv", "0,1\n1,1\n");
        sandbox.done("import a.json --out run");
        let run = sandbox.done("assign rows.csv --model run --format csv --proba --quiet").text();
        let last: Vec<&str> = run.lines().last().unwrap().split(',').collect();
        assert_eq!(last[4], "-inf", "{run}");
        let total: f64 = last[5..].iter().map(|p| p.parse::<f64>().unwrap()).sum();
        assert!((total - 1.0).abs() < 1e-12, "{run}");
        sandbox.done("eval rows.csv --model run");
    }
}
