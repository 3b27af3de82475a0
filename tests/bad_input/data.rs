//! Sources that cannot be read, or do not fit the flags.

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
    refuses_data("narrow.idx", idx(&[4, 4, 0], []), &["holds no images"]);
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
fn a_web_address_is_to_be_downloaded_first() {
    let run = Sandbox::new().words("train --k 2 --data https://host/digits.npy");
    run.assert_failure(1, &["https://host/digits.npy"]);
    assert!(run.err.contains("`curl -LO 'https://host/digits.npy'`"), "{}", run.err);
}

#[test]
fn images_for_a_model_of_rows_are_refused_by_what_is_wrong_with_them() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "0,1,1,0\n1,0,0,1\n".repeat(9));
    sandbox.write("grey.csv", "0,200,90,0\n");
    sandbox.write("wide.csv", "0,200,90\n");
    sandbox.done("train --k 1 --data rows.csv --out run");
    let parts = ["grey.csv", "line 1", "column 2", "the value is 200", "knows 0 and 1"];
    refuses(&sandbox, "assign grey.csv --model run", &parts);
    refuses(&sandbox, "assign rows.csv grey.csv --model run", &parts);
    sandbox.write("grey.idx", idx(&[1, 1, 4], [0, 200, 90, 0]));
    let parts = ["grey.idx", "holds grey values", "rows of 0 and 1"];
    refuses(&sandbox, "assign grey.idx --model run", &parts);
    refuses(&sandbox, "assign wide.csv --model run", &["wide.csv", "rows of 3", "rows of 4"]);
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
    sandbox.write("labels.txt", "1\n2\n1\n");
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
    sandbox.write("album/b.png", "not a picture");
    refuses(&sandbox, "train --k 1 --data album", &["album/b.png"]);
}

/// The lines of this kind that a command told.
fn told(run: &Run, kind: &str) -> Vec<String> {
    run.err.lines().filter(|line| line.starts_with(kind)).map(str::to_owned).collect()
}

#[test]
fn a_picture_that_cannot_be_read_amid_others_is_named_and_the_rest_goes_on() {
    let sandbox = Sandbox::new();
    for name in ["a", "c", "d"] {
        sandbox.write(format!("album/x/{name}.png"), png(4, 4));
    }
    sandbox.write("album/x/b.png", &png(4, 4)[..30]);
    sandbox.write("album/x/e.jpg", "<!doctype html>");
    let run = sandbox.words("train --quiet --k 1 --data album --out run --force");
    assert_eq!(run.code, Some(1), "{}", run.err);
    let errors = told(&run, "error: ");
    assert!(errors[0].contains("b.png: is a picture that cannot be read"), "{errors:?}");
    assert!(errors[1].contains("e.jpg: is a web page"), "{errors:?}");
    assert_eq!((errors.len(), told(&run, "hint: ").len()), (2, 2), "{}", run.err);
    let record = sandbox.json("run/run.json");
    assert_eq!(
        (&record["n_samples"], &record["left_out"][1]["reason"]),
        (&3.into(), &"is a web page, not data".into())
    );
    assert!(record["left_out"][0]["file"].as_str().unwrap().ends_with("b.png"), "{record}");
    for sources in ["album", "album/x/a.png album/x/b.png album/x/c.png album/x/d.png"] {
        let run = sandbox.words(&format!("assign --model run --format csv {sources}"));
        assert_eq!((run.code, run.text().lines().count()), (Some(1), 4), "{}", run.err);
        assert!(told(&run, "error: ")[0].contains("b.png"), "{}", run.err);
    }
    refuses(&sandbox, "assign --model run album/x/b.png", &["b.png"]);
    // Whatever is wrong with one of several is its own affair.
    for (name, bytes) in [("empty.png", &b""[..]), ("photo.heic", b"\0\0\0\x24ftypheic\0\0")] {
        sandbox.write(name, bytes);
    }
    for other in ["empty.png", "photo.heic", "no/such.png"] {
        let words = format!("assign --model run --format csv {other} album/x/a.png");
        let run = sandbox.words(&words);
        assert_eq!((run.code, run.text().lines().count()), (Some(1), 2), "{}", run.err);
        assert!(told(&run, "error: ")[0].contains(other), "{}", run.err);
    }
    let run = sandbox.words("assign --model run https://example.org/a.png album/x/a.png");
    assert!(told(&run, "hint: ")[0].contains("curl -LO"), "{}", run.err);
    // These say in their documents, too, what they left out.
    for words in [
        "eval album --model run",
        "pack album --output album.bits",
        "sweep --k 1 --data album --out sweep --force",
    ] {
        let run = sandbox.words(&format!("{words} --json --quiet"));
        let document: Value = serde_json::from_slice(&run.out).unwrap();
        let names = document["left_out"].as_array().unwrap().iter().map(|l| l["file"].as_str());
        let names: Vec<_> = names.map(Option::unwrap).collect();
        assert_eq!(run.code, Some(1), "{}", run.err);
        assert!(names[0].ends_with("b.png") && names[1].ends_with("e.jpg"), "{words}: {names:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_no_misspelling() {
    let sandbox = Sandbox::new();
    sandbox.write("photo.png", b"");
    std::os::unix::fs::symlink("gone", sandbox.path("photos.png")).unwrap();
    for (sources, is_near) in [("photos.png", false), ("photo-.png", true)] {
        for more in ["", " demo"] {
            let run = sandbox.words(&format!("assign --model mnist-k100 {sources}{more}"));
            let hints = told(&run, "hint: ");
            assert_eq!(hints[0].contains("did you mean"), is_near, "{}", run.err);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_amid_pictures_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    sandbox.write("album/x/a.png", png(4, 4));
    sandbox.write("album/y/b.png", png(4, 4));
    let locked = sandbox.path("album/y");
    let allow = |mode| std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(mode));
    allow(0o000).unwrap();
    let is_obeyed = std::fs::read_dir(&locked).is_err(); // not for the superuser
    let run = sandbox.words("info album");
    allow(0o755).unwrap();
    let (code, n_errors) = if is_obeyed { (1, 1) } else { (0, 0) };
    assert_eq!(
        (run.code, run.err.matches("error: ").count()),
        (Some(code), n_errors),
        "{}",
        run.err
    );
    assert_eq!(run.err.contains("album/y: "), is_obeyed, "{}", run.err);
}

#[test]
fn a_picture_of_a_foreign_kind_amid_others_is_not_passed_over() {
    let sandbox = Sandbox::new();
    sandbox.write("album/a.png", png(4, 4));
    sandbox.write("album/b.heic", b"\0\0\0\x24ftypheic\0\0");
    sandbox.write("album/notes.txt", "nothing to see");
    let run = sandbox.words("info album");
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.err.contains("b.heic") && run.err.contains("heif-convert"), "{}", run.err);
    assert!(!run.err.contains("notes.txt"), "{}", run.err);
}

#[test]
fn a_table_of_answers_with_a_column_of_numbers_is_refused() {
    let rows = |id: fn(usize) -> usize| -> String {
        (0..200).map(|i| format!("{},{},{}\n", id(i), i % 2, i / 2 % 2)).collect()
    };
    let ages = format!("age,a,b\n{}", rows(|i| 20 + i % 50));
    refuses_data("ages.csv", ages, &["column age", "20, 21, 45, 46, 68, 69", "44 more values"]);
    refuses_data("ages.csv", rows(|i| 20 + i % 50), &["column 1", "69"]);
    let sandbox = Sandbox::new();
    sandbox.write("ids.csv", format!("id,a,b\n{}", rows(|i| i)));
    let run = sandbox.done("train --k 1 --data ids.csv --out ids");
    assert!(run.err.contains("2 items; row names: id"), "{}", run.err);
    sandbox.write("ages.csv", rows(|i| 20 + i % 50));
    let run = sandbox.done("train --quiet --k 1 --data ages.csv --binarize threshold:40 --out run");
    assert!(run.err.contains("by the threshold 40 all rows are the same in 2, 3"), "{}", run.err);
}

#[test]
fn formats_that_are_not_read_get_a_recipe() {
    let sandbox = Sandbox::new();
    let zip = |name: &str| {
        let head = [&b"PK\x03\x04"[..], &[0; 22], &[name.len() as u8, 0, 0, 0]].concat();
        [&head[..], name.as_bytes(), &[0; 9]].concat()
    };
    let array = program::npy("|u1", "(1, 1)", &[1]);
    let arrays =
        program::zip(&["x.npy", "y.npy"].map(|name| (name, &array[..], array.len() as u32)));
    for (bytes, name, recipe) in [
        (arrays, "several arrays: x, y", "numpy.load('FILE')['NAME']"),
        (b"\x72\x02\x01\0\x05\0".to_vec(), "a Stata file", "read_stata('FILE'"),
        (b"$FL2@(#) SPSS\0".to_vec(), "an SPSS file", "read_spss('FILE'"),
        (zip("xl/workbook.xml"), "an Excel workbook", "read_excel('FILE'"),
        (zip("pictures/a.png"), "a zip archive", "unpack it"),
        (b"PAR1\x15\x04\x15\0".to_vec(), "a Parquet file", "read_parquet('FILE').to_csv"),
        (b"\0\0\0\x24ftypheic\0\0\0\0".to_vec(), "a HEIC picture", "heif-convert"),
        (b"\x89HDF\r\n\x1a\n".to_vec(), "an HDF5 file", "h5py"),
        (b"{\"rows\": [[0, 1]]}".to_vec(), "JSON", "read_json"),
    ] {
        sandbox.write("rows", bytes);
        let run = sandbox.words("train --k 2 --data rows");
        run.assert_failure(1, &["rows", name]);
        assert!(
            run.err.lines().any(|l| l.starts_with("hint: ") && l.contains(recipe)),
            "{}",
            run.err
        );
    }
}

#[test]
fn tables_say_which_line_is_wrong() {
    refuses_data("word.csv", "0,1\n1,x\n", &["line 2", "column 2", "\"x\""]);
    refuses_data("short.csv", "0,1\n1\n", &["line 2", "1 cells"]);
    let sandbox = Sandbox::new();
    sandbox.write("range.csv", "0,1\n1,300\n");
    refuses(&sandbox, "train --k 1 --data range.csv --shape 1x2", &["range.csv", "line 2", "300"]);
    refuses_data("rows.json", "[[0, 1]]", &["JSON"]);
}

#[test]
fn a_shape_must_fit_the_rows_and_images_have_their_own() {
    let sandbox = Sandbox::new();
    sandbox.write("data.csv", "0,1,1,0\n1,0,0,1\n");
    for (data, area) in [("data.csv", "4"), ("demo", "images of 28 x 28")] {
        let words = format!("train --k 1 --data {data} --shape 3x5");
        refuses(&sandbox, &words, &["--shape is 3x5", area]);
    }
}

#[test]
fn a_model_with_a_rule_that_nobody_knows_is_not_imported() {
    let sandbox = Sandbox::new();
    let model = r#"{"weights": [1], "means": [[0.5, 0.5]], "binarize": "fuzzy"}"#;
    sandbox.write("m.json", model);
    refuses(&sandbox, "import m.json --out m", &["m.json", "fuzzy"]);
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
