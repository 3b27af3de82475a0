//! A folder of scans: frames around the paper, several sizes, faint ink, and what a run says of them.
#![cfg(feature = "cli")]

mod common;

use common::program::{Run, Sandbox, grey_png, idx, npy};
use serde_json::Value;

/// What is drawn in a scan, of which the other kind is an upright bar.
const IS_LYING: [bool; 12] =
    [true, false, false, true, true, false, true, false, true, false, false, true];

/// A scan of `height` x `width` pixels: a dark bar on bright paper, in a dark frame of `margin`.
fn scan(i: usize, (height, width): (u32, u32), margin: u32, ink: u8) -> Vec<u8> {
    let (long, thick) = (height.min(width) * 6 / 10, 2 + i as u32 % 3 + height / 20);
    let (tall, wide) = if IS_LYING[i] { (thick, long) } else { (long, thick) };
    let is_in = |at: u32, size: u32, side: u32| (side - size) / 2 <= at && at < (side + size) / 2;
    grey_png(width, height, |x, y| {
        let is_paper =
            (margin..height - margin).contains(&y) && (margin..width - margin).contains(&x);
        match is_paper {
            false => 12,
            true if is_in(y, tall, height) && is_in(x, wide, width) => ink,
            true => 236,
        }
    })
}

/// A folder of twelve scans, of a size and a margin for each.
fn folder(sandbox: &Sandbox, name: &str, shape: impl Fn(usize) -> ((u32, u32), u32), ink: u8) {
    for i in 0..IS_LYING.len() {
        let (size, margin) = shape(i);
        sandbox.write(format!("{name}/{i:02}.png"), scan(i, size, margin, ink));
    }
}

/// Whether the clusters that `bmm assign` gives are the two kinds.
fn are_kinds(run: &Run) -> bool {
    let clusters: Vec<String> =
        run.text().lines().skip(1).map(|line| line.split(',').nth(2).unwrap().into()).collect();
    let agree = |first: &str| clusters.iter().zip(IS_LYING).all(|(c, is)| (c == first) == is);
    clusters.len() == IS_LYING.len() && (agree("0") || agree("1"))
}

fn assign(sandbox: &Sandbox, words: &str) -> Run {
    sandbox.done(&format!("assign --format csv {words}"))
}

fn warnings(document: &Value) -> Vec<String> {
    let texts = document["warnings"].as_array().map_or(&[][..], Vec::as_slice);
    texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_frame_around_the_paper_is_left_out_where_ink_is_cut_out() {
    let sandbox = Sandbox::new();
    // Margins of two to five pixels: clusters by frame would be four.
    folder(&sandbox, "framed", |i| ((60, 60), 2 + i as u32 * 5 % 4), 40);
    let run = sandbox.done("train --k 2 --n-init 5 --shape 28x28 --data framed --out run");
    assert!(run.err.contains("12 pictures cut out, centred and scaled to 28 x 28"), "{run:?}");
    assert!(run.err.contains("the frame around the paper left out of 12 pictures"), "{run:?}");
    assert!(are_kinds(&assign(&sandbox, "--model run framed")));
    // Of the size of the model, too, in a frame and without.
    folder(&sandbox, "small", |_| ((28, 28), 2), 40);
    folder(&sandbox, "plain", |_| ((28, 28), 0), 40);
    for name in ["small", "plain"] {
        let run = assign(&sandbox, &format!("--model run {name}"));
        assert!(run.err.contains("12 pictures cut out"), "{name}: {run:?}");
        assert!(are_kinds(&run), "{name}: {run:?}");
    }
    let run = sandbox.done("train --k 2 --n-init 5 --shape 28x28 --data small --out small-run");
    assert!(run.err.contains("12 pictures cut out"), "{run:?}");
}

#[test]
fn scans_in_a_frame_are_dark_on_bright_and_the_frame_is_told_of() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "framed", |_| ((40, 30), 3), 40);
    let facts = sandbox.done("info framed --json").json();
    let said = warnings(&facts);
    assert_eq!((&facts["inverted"], said.len()), (&true.into(), 2), "{said:?}");
    let frames = "12 pictures (framed/00.png, for one) with what looks like paper in a frame";
    assert!(said[0].contains(frames) && said[0].contains("--shape 28x28"), "{said:?}");
    assert!(said[1].contains("dark on bright: grey values are inverted"), "{said:?}");
    // The way out works.
    let packed = sandbox.done("pack framed --json --shape 28x28 --output framed.bits").json();
    assert!(warnings(&packed).is_empty(), "{packed}");
    let facts = sandbox.done("info framed.bits --json").json();
    assert!(facts["share_of_ones"].as_f64() < Some(0.4), "{facts}");
    // Where the user says what is ink, a note says whether the frame is.
    for (invert, ink) in [("yes", "the frame is ink"), ("no", "the paper is ink")] {
        let facts = sandbox.done(&format!("info framed --json --invert {invert}")).json();
        assert_eq!(facts["inverted"], invert == "yes", "{facts}");
        assert!(warnings(&facts).is_empty() && facts["notes"][0].as_str().unwrap().ends_with(ink));
    }
    folder(&sandbox, "plain", |_| ((40, 30), 0), 40);
    let said = warnings(&sandbox.done("info plain --json").json());
    assert_eq!(said.len(), 1, "{said:?}");
}

#[test]
fn pictures_of_the_size_asked_for_are_cut_out_as_those_beside_them() {
    let sandbox = Sandbox::new();
    let size = |i: usize| if i < 5 { (28, 28) } else { (40, 50 + i as u32) };
    folder(&sandbox, "mixed", |i| (size(i), 0), 40);
    for words in [
        "train --k 2 --n-init 5 --out run --data mixed",
        "sweep --k 2 --n-init 2 --out swept --data mixed",
        "pack --output mixed.bits mixed",
    ] {
        let run = sandbox.done(&format!("{words} --shape 28x28"));
        assert!(run.err.contains("12 pictures cut out, centred and scaled"), "{words}: {run:?}");
        let run = sandbox.words(&format!("{words} --resize 28x28 --force"));
        assert!(run.err.contains("7 pictures scaled to 28 x 28"), "{words}: {run:?}");
    }
    sandbox.done("train --k 2 --n-init 5 --out run --data mixed --shape 28x28 --force");
    assert!(are_kinds(&assign(&sandbox, "--model run mixed")));
    let notes = sandbox.json("run/run.json")["notes"].to_string();
    assert!(notes.contains("12 pictures cut out"), "{notes}");
}

#[test]
fn a_model_keeps_that_its_pictures_were_scaled() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "scans", |_| ((56, 56), 0), 40);
    folder(&sandbox, "new", |_| ((70, 70), 0), 40);
    // Some pixels are the same in all scans of a kind: a prior keeps other scans possible.
    let train = "train --k 2 --alpha 2 --n-init 5 --resize 28x28 --data scans --out run";
    let run = sandbox.done(train);
    assert!(run.err.contains("12 pictures scaled to 28 x 28, nothing cut out"), "{run:?}");
    let asked = assign(&sandbox, "--model run --resize 28x28 new");
    let known = assign(&sandbox, "--model run new");
    assert_eq!(asked.text(), known.text());
    assert!(
        known.err.contains("12 pictures scaled to 28 x 28, as those of the model"),
        "{known:?}"
    );
    assert!(are_kinds(&known));
    assert!(
        String::from_utf8(sandbox.read("run/report.html")).unwrap().contains(r#""scaled":true"#)
    );
    // It goes through the open formats that keep how pictures are read, and through packed rows.
    for file in ["means.json", "means.safetensors"] {
        sandbox.done(&format!("export --model run --output {file}"));
        sandbox.done(&format!("import {file} --out again --force"));
        // Typicality is what they do not keep.
        let lines = known
            .text()
            .lines()
            .map(|line| line.rsplit_once(',').unwrap().0.to_owned())
            .collect::<Vec<_>>();
        assert_eq!(
            assign(&sandbox, "--model again new").text().lines().collect::<Vec<_>>(),
            lines,
            "{file}"
        );
    }
    let run = sandbox.done("export --model run --output means.csv");
    assert!(run.err.contains("does not hold that pictures are scaled"), "{run:?}");
    sandbox.done("pack --resize 28x28 --output scans.bits scans");
    sandbox.done("train --k 2 --alpha 2 --n-init 5 --data scans.bits --out packed");
    assert!(sandbox.read("run/model.bmm") == sandbox.read("packed/model.bmm"));
    assert_eq!(sandbox.done("info run --json").json()["scaled"], true);
    // A fit that begins from it scales, too; other data are read as ever.
    let run = sandbox.done("train --from run --data new --out further");
    assert!(run.err.contains("12 pictures scaled"), "{run:?}");
    assert_eq!(assign(&sandbox, "--model further new").text().lines().count(), 13);
    sandbox.write("one.idx", idx(&[1, 28, 28], [0; 784]));
    sandbox.done("assign --model run one.idx");
    sandbox.done("train --k 2 --alpha 2 --n-init 5 --shape 28x28 --data scans --out cut");
    assert_eq!(sandbox.done("info cut --json").json()["scaled"], Value::Null);
    assert!(assign(&sandbox, "--model cut new").err.contains("12 pictures cut out"));
}

#[test]
fn the_page_shows_what_was_warned_of() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "scans", |_| ((30, 30), 0), 40);
    sandbox.done("train --k 2 --n-init 5 --data scans --out run");
    let page = String::from_utf8(sandbox.read("run/report.html")).unwrap();
    let said = r#""warnings":["dark on bright: grey values are inverted; --invert no keeps them"]"#;
    assert!(page.contains(said));
    sandbox.done("train --k 2 --n-init 5 --data scans --invert yes --out silent");
    let page = String::from_utf8(sandbox.read("silent/report.html")).unwrap();
    assert!(page.contains(r#""warnings":[]"#));
}

#[test]
fn faint_ink_is_told_of_and_found_by_otsu() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "pencil", |_| ((30, 30), 0), 180);
    let run = sandbox.words("train --k 2 --data pencil --out run");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.err.contains("no bit is 1") && run.err.contains("--binarize otsu"), "{run:?}");
    sandbox.done("train --k 2 --n-init 5 --data pencil --binarize otsu --out run");
    assert!(are_kinds(&assign(&sandbox, "--model run pencil")));
    // The rule of a model is another matter.
    folder(&sandbox, "ink", |_| ((30, 30), 0), 40);
    sandbox.done("train --k 2 --n-init 5 --data ink --out inked");
    let run = assign(&sandbox, "--model inked pencil");
    assert!(run.err.contains("12 images (pencil/00.png, for one) with next to no ink"), "{run:?}");
    assert!(run.err.contains("lost by the rule of the model"), "{run:?}");
    // Next to no ink is as little as none.
    for (i, ink) in [(0, 40), (3, 180), (5, 180)] {
        sandbox.write(format!("ink/{i:02}.png"), scan(i, (30, 30), 0, ink));
    }
    let said = warnings(&sandbox.done("info ink --json").json());
    assert!(said[1].contains("2 images (ink/03.png, for one) with next to no ink"), "{said:?}");
    let (_, rule) = said[1].split_once("--binarize ").unwrap();
    let facts = sandbox.done(&format!("pack ink --json --binarize {rule} --output a.bits")).json();
    assert_eq!(warnings(&facts).len(), 1, "{facts}");
    sandbox.done("info a.bits");
}

#[test]
fn a_mask_that_hides_everything_is_refused_as_one() {
    let sandbox = Sandbox::with_run();
    sandbox.write("all.png", grey_png(4, 4, |_, _| 255));
    let words = "train --k 2 --data data.idx --mask all.png --out new".split(' ');
    sandbox.refuses(1, words, &["--mask is all.png", "every pixel is hidden", "every image"]);
    // A pixel that no image of an array shows is left out, as if a mask had hidden it.
    let value = |i: usize| if i % 16 == 5 { f32::NAN } else { [0.0, 255.0][(i / 16 + i) % 2] };
    let elements: Vec<u8> = (0..160).flat_map(|i| value(i).to_le_bytes()).collect();
    sandbox.write("a.npy", npy("<f4", "(10, 4, 4)", &elements));
    let run = sandbox.done("train --k 2 --data a.npy --out new");
    assert!(run.err.contains("1 pixel hidden or missing in every image"), "{run:?}");
    assert_eq!(sandbox.done("info new --json").json()["n_unseen"], 1);
}

#[test]
fn one_picture_of_another_kind_changes_nothing_for_framed_ones() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "framed", |_| ((40, 30), 3), 40);
    sandbox.write("framed/black.png", grey_png(30, 40, |x, y| u8::from(x == y) * 230));
    let facts = sandbox.done("info framed --json").json();
    assert_eq!(facts["inverted"], true, "{facts}");
    assert!(warnings(&facts)[2].contains("1 picture (framed/black.png, for one) on dark ground"));
    // Dark paper in a bright frame among bright paper in dark ones, and the other way round.
    let negative = |i: usize| {
        let is_inside = |at: u32, side: u32| (3..side - 3).contains(&at);
        grey_png(30, 40, |x, y| {
            let is_ink = (15..25).contains(&y) && (10..12 + i as u32 % 3).contains(&x);
            if is_inside(x, 30) && is_inside(y, 40) && !is_ink { 20 } else { 240 }
        })
    };
    sandbox.write("framed/black.png", negative(0));
    let said = warnings(&sandbox.done("info framed --json").json());
    assert!(said[0].starts_with("12 pictures (framed/00.png"), "{said:?}");
    assert!(said[2].starts_with("1 picture (framed/black.png, for one) on dark"), "{said:?}");
    (0..30).for_each(|i| sandbox.write(format!("framed/n{i}.png"), negative(i)));
    let facts = sandbox.done("info framed --json").json();
    let said = warnings(&facts);
    assert_eq!(facts["inverted"], false, "{facts}");
    assert!(said[0].starts_with("31 pictures (framed/black.png"), "{said:?}");
    assert!(said[1].starts_with("12 pictures (framed/00.png, for one) on bright"), "{said:?}");
    assert!(said[1].contains("if so, invert them first"), "{said:?}");
    assert!(warnings(&sandbox.done("info framed --json --invert no").json()).is_empty());
}

#[test]
fn a_flag_that_inverts_nothing_is_told_of_and_not_kept() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "framed", |_| ((40, 30), 3), 40);
    let train = "train --k 2 --n-init 2 --force --data framed --shape 28x28";
    sandbox.done(&format!("{train} --out plain"));
    for invert in ["yes", "no"] {
        let run = sandbox.done(&format!("{train} --invert {invert} --out run"));
        assert!(run.err.contains(&format!("--invert {invert} does nothing to 12 pictures")));
        assert_eq!(sandbox.done("info run --json").json()["inverted"], false);
        assert!(sandbox.read("run/model.bmm") == sandbox.read("plain/model.bmm"));
    }
}

#[test]
fn a_fit_from_a_model_reads_pictures_as_assign_does() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "scans", |_| ((60, 60), 0), 40);
    folder(&sandbox, "small", |_| ((28, 28), 2), 40);
    sandbox.done("train --k 2 --n-init 2 --shape 28x28 --data scans --out cut");
    for words in ["train --from cut --data small --out from", "assign --model cut small"] {
        let run = sandbox.done(words);
        assert!(run.err.contains("12 pictures cut out, centred and scaled to 28 x 28"), "{run:?}");
        assert_eq!(run.err.contains("--show shows them"), words.starts_with("assign"), "{run:?}");
    }
    // What a mask hid stays hidden.
    sandbox.write("mask.png", grey_png(28, 28, |_, y| u8::from(y < 10) * 255));
    sandbox.done("train --k 2 --n-init 2 --data small --mask mask.png --out masked");
    let run = sandbox.done("train --from masked --data small --out further");
    assert!(run.err.contains("280 pixels hidden or missing in every image"), "{run:?}");
    assert_eq!(sandbox.done("info further --json").json()["n_unseen"], 280);
    // Frames and another ground are told of.
    assert!(run.err.contains("unless the pictures of the model have such frames"), "{run:?}");
    sandbox.done("train --k 2 --n-init 2 --data scans --resize 28x28 --out bright --invert no");
    for words in ["train --from bright --data scans --out again", "assign --model bright scans"] {
        let run = sandbox.done(words);
        let said =
            "12 pictures (scans/00.png, for one) on bright ground, unlike those of the model";
        assert!(run.err.contains(said), "{run:?}");
    }
}

#[test]
fn advice_about_sizes_works_where_it_is_given() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "mixed", |i| ((40 + i as u32 % 2, 30), 0), 40);
    folder(&sandbox, "large", |_| ((100, 80), 7), 40);
    let resize = "--resize 41x30 scales all; --shape 41x30 of train, sweep and pack cuts out";
    let says = |words: &str, parts: [&str; 2]| {
        let run = sandbox.words(words);
        assert!(run.code == Some(1) && parts.iter().all(|part| run.err.contains(part)), "{run:?}");
    };
    says("info mixed", ["40x30", resize]);
    sandbox.done("info mixed --resize 41x30");
    sandbox.done("train --k 2 --n-init 2 --data large --out run");
    let hint = "train, assign and eval scale picture files by --resize 100x80";
    says("assign mixed --model run", ["of 100 x 80 pixels", hint]);
    sandbox.done("assign mixed --model run --resize 100x80");
    // Pictures that differ in ink that is too faint.
    folder(&sandbox, "faint", |_| ((40, 30), 3), 150);
    says("train --data faint", ["error: faint: leaves nothing to cluster", "or --shape 28x28"]);
    assert!(are_kinds(&{
        sandbox.done("train --k 2 --n-init 5 --data faint --shape 28x28 --out faint-run");
        assign(&sandbox, "--model faint-run faint")
    }));
    // One scan in a frame is enough: all are cut out.
    folder(&sandbox, "few", |i| ((28, 28), if i < 3 { 2 } else { 0 }), 40);
    let facts = sandbox.done("info few --json").json();
    assert!(warnings(&facts)[0].contains("by --shape 28x28"), "{facts}");
    let run = sandbox.done("pack few --shape 28x28 --output few.bits");
    assert!(run.err.contains("12 pictures cut out"), "{run:?}");
}

#[test]
fn pictures_that_were_scaled_and_cut_out_are_told_apart() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "scans", |_| ((56, 56), 0), 40);
    sandbox.done("train --k 2 --n-init 2 --resize 28x28 --invert no --data scans --out scaled");
    sandbox.done("train --k 2 --n-init 2 --shape 28x28 --data scans --out cut");
    let run = sandbox.done("compare cut scaled scans");
    assert!(run.err.contains("pictures of B were scaled as a whole, those of A were not"));
    let run = sandbox.done("compare scaled cut scans");
    assert!(run.err.contains("pictures of A were scaled as a whole, those of B were not"));
    sandbox.done("pack scans --resize 28x28 --invert no --output scaled.bits");
    let said = "scaled.bits holds pictures that were scaled as a whole";
    assert!(sandbox.done("assign --model cut scaled.bits").err.contains(said));
    assert!(!sandbox.done("assign --model scaled scaled.bits").err.contains(said));
}
