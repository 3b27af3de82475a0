//! The items of a table appear by their names, and by the value that counts as one.

use super::*;

const NAMES: [&str; 4] = ["smoker = yes", "fever", "cough", "never"];

/// Two kinds of people, by turns, and a run on them: a recoded item and one that never varies.
fn people() -> Sandbox {
    let sandbox = Sandbox::new();
    let answer = |i: usize, d: usize| i.is_multiple_of(2) != ((i * 7 + d * 5) % 11 < 2);
    let row = |i: usize| {
        let [smoker, fever, cough] = [0, 1, 2].map(|d| answer(i, d));
        let smoker = if smoker { "yes" } else { "no" };
        format!("{smoker},{},{},0\n", u8::from(fever), u8::from(cough))
    };
    let rows: String = (0..200).map(row).collect();
    sandbox.write("people.csv", format!("smoker,fever,cough,never\n{rows}"));
    sandbox.done("train --quiet --k 2 --data people.csv --out run");
    sandbox
}

/// The line of `text` that begins with `name`.
fn line<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"))
}

#[test]
fn train_and_info_print_items_by_clusters() {
    let sandbox = people();
    let mixture = model(&sandbox, "run").mixture;
    let cells = |d: usize| format!("{:.2}  {:.2}", mixture.mean(0)[d], mixture.mean(1)[d]);
    let train = sandbox.done("train --k 2 --data people.csv --out again").text();
    let info = sandbox.done("info run").text();
    for text in [&train, &info] {
        for (d, name) in NAMES.iter().enumerate() {
            assert!(line(text, name).contains(&cells(d)), "{text}");
        }
    }
    assert!(line(&train, "never").ends_with("constant 0"), "{train}");
    assert!(!line(&train, "fever").contains("constant"), "{train}");
}

#[test]
fn json_has_all_items_and_text_those_of_small_tables() {
    let sandbox = people();
    for words in ["train --k 2 --data people.csv --out again --json", "info run --json"] {
        let items = sandbox.done(words).json()["items"].clone();
        let names: Vec<_> = items.as_array().unwrap().iter().map(|item| &item["name"]).collect();
        assert_eq!(names, ["smoker", "fever", "cough", "never"]);
        assert_eq!(items[0]["values"], serde_json::json!(["no", "yes"]));
        assert_eq!(items[1].get("values"), None);
        assert_eq!(items[1]["means"].as_array().unwrap().len(), 2);
    }
    let head: Vec<String> = (0..31).map(|d| format!("q{d}")).collect();
    let row = |i: usize| (0..31).map(|d| ["0", "1"][(i + d * d) % 3 % 2]).collect::<Vec<_>>();
    let rows: Vec<String> = (0..60).map(|i| row(i).join(",")).collect();
    sandbox.write("wide.csv", format!("{}\n{}\n", head.join(","), rows.join("\n")));
    let text = sandbox.done("train --k 2 --data wide.csv --out wide").text();
    assert!(!text.contains("q30"), "{text}");
    let info = sandbox.done("info wide --json").json();
    assert_eq!(info["items"].as_array().unwrap().len(), 31);
    // Images have pixels, and no items.
    let images = Sandbox::with_run();
    assert_eq!(images.done("info run --json").json()["items"], serde_json::json!([]));
}

#[test]
fn standard_errors_and_their_failures_name_items() {
    let sandbox = people();
    let text = sandbox.done("info run people.csv --errors").text();
    for name in NAMES {
        line(&text, &format!("mean of {name}"));
    }
    sandbox.done("train --quiet --k 3 --data people.csv --out three");
    let run = sandbox.words("info three people.csv --errors");
    assert!(
        run.err.contains("singular at the mean of ") && !run.err.contains("feature"),
        "{run:?}"
    );
}

#[test]
fn bars_have_the_names_and_pictures_room_for_them() {
    let sandbox = people();
    let text = sandbox.done("view --model run").text();
    assert!(text.is_ascii(), "{text}");
    for name in NAMES {
        assert!(line(&text, name).contains(['#', '.']), "{text}");
    }
    assert!(line(&text, "never").ends_with("0.00"), "{text}");
    assert!(sandbox.done("view --model run --as blocks").text().contains('█'));
    sandbox.done("assign people.csv --model run --explain why.png --quiet");
    sandbox.done("compare run run people.csv --output both.png --quiet");
    for file in ["run/means.png", "both.png"] {
        let picture = image::load_from_memory(&sandbox.read(file)).unwrap();
        assert!(picture.width() > 300 && picture.height() > 200, "{file}");
    }
    assert!(image::load_from_memory(&sandbox.read("why.png")).is_ok());
}

#[test]
fn names_go_out_and_come_back_and_what_is_lost_is_said() {
    let sandbox = people();
    let items = |run: &str| sandbox.done(&format!("info {run} --json")).json()["items"].clone();
    for ending in ["json", "safetensors", "csv", "npy"] {
        let export = sandbox.done(&format!("export --model run --output a.{ending}"));
        let is_lossy = ["csv", "npy"].contains(&ending);
        assert_eq!(export.err.contains("does not hold"), is_lossy, "{export:?}");
        sandbox.done(&format!("import a.{ending} --out {ending} --shape 1x4"));
    }
    assert_eq!((items("json"), items("safetensors")), (items("run"), items("run")));
    let csv = String::from_utf8(sandbox.read("a.csv")).unwrap();
    assert!(csv.starts_with("weight,smoker,fever,cough,never\n"), "{csv}");
    assert_eq!((&items("csv")[0]["name"], items("csv")[0].get("values")), (&"smoker".into(), None));
    assert_eq!(items("npy")[1]["name"], "item 2");
    // An imported model reads the table as the model it came from.
    let clusters = |run: &str| {
        let document = sandbox.done(&format!("assign people.csv --model {run} --json")).json();
        let rows = document["assignments"].as_array().unwrap().clone();
        rows.iter().map(|row| row["cluster"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((clusters("json"), clusters("safetensors")), (clusters("run"), clusters("run")));
}

#[test]
fn complete_says_what_it_cannot_know_and_what_it_rewrites() {
    let sandbox = Sandbox::new();
    // Who answers a answers b too, in both clusters.
    sandbox.write("model.csv", "weight,a,b,c\n0.5,1,1,0\n0.5,0,0,1\n");
    sandbox.done("import model.csv --out run");
    sandbox.write("other.csv", "a,b,c\n1,0,\n1,1,\n");
    let run = sandbox.done("complete other.csv --model run");
    assert!(run.err.contains("1 row impossible under every cluster"), "{run:?}");
    let grade = |i: usize, d: usize| if i.is_multiple_of(2) { 1 + d % 2 } else { 4 + d % 2 };
    let row = |i: usize| (0..3).map(|d| grade(i, d).to_string()).collect::<Vec<_>>().join(",");
    let rows: String = (0..20).map(|i| row(i) + "\n").collect();
    sandbox.write("grades.csv", format!("a,b,c\n{rows},4,5\n"));
    let words = "train --quiet --k 2 --data grades.csv --binarize threshold:3 --out cut";
    sandbox.done(words);
    let run = sandbox.done("complete grades.csv --model cut");
    assert!(run.err.contains("values are written as bits, by threshold:3"), "{run:?}");
}
