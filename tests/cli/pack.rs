//! `bmm pack`: what is packed is what it was packed from.

use super::*;

/// Grey images with labels, packed as `rows.bits`.
fn packed() -> Sandbox {
    let sandbox = Sandbox::new();
    write_splits(&sandbox, "mini");
    sandbox.done("pack mini --binarize threshold:99 --output rows.bits");
    sandbox
}

#[test]
fn a_fit_to_packed_rows_is_the_fit_to_the_images() {
    let sandbox = packed();
    sandbox.done("train --quiet --k 2 --data mini --binarize threshold:99 --out images");
    sandbox.done("train --quiet --k 2 --data rows.bits --out packed");
    let (images, packed) = (model(&sandbox, "images"), model(&sandbox, "packed"));
    assert_eq!(images.mixture, packed.mixture);
    assert_eq!((images.labels, images.binarize), (packed.labels, packed.binarize));
    let info = |run: &str| sandbox.done(&format!("info {run} --json")).json();
    let sha = |run: &str| info(run)["provenance"]["data_sha256"].as_str().unwrap().to_owned();
    assert_eq!(sha("images"), sha("packed"));
    let from_pipe = sandbox.shell("cat rows.bits | $BMM train --quiet --k 2 --data - --out piped");
    assert_eq!(from_pipe.code, Some(0), "{}", from_pipe.err);
    assert_eq!(model(&sandbox, "piped").mixture, model(&sandbox, "packed").mixture);
}

#[test]
fn every_command_reads_packed_rows() {
    let sandbox = packed();
    sandbox.done("train --quiet --k 2 --data rows.bits --out run");
    let assigned =
        |source: &str| sandbox.done(&format!("assign --model run --format csv {source}"));
    let column = |run: Run| -> Vec<String> {
        run.text().lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
    };
    assert_eq!(column(assigned("rows.bits")), column(assigned("mini")));
    let told = |command: &str, source: &str| -> String {
        let text = sandbox.done(&command.replace("SRC", source)).text();
        text.lines().filter(|line| !line.starts_with("data ")).collect::<Vec<_>>().join("\n")
    };
    for command in ["eval SRC --model run", "complete SRC --model run --mask mini"] {
        assert_eq!(told(command, "rows.bits"), told(command, "mini"), "{command}");
    }
    sandbox.done("sweep --k 2 --data rows.bits --n-init 1 --out swept");
    assert_eq!(model(&sandbox, "swept").binarize.to_string(), "threshold:99");
}

#[test]
fn packed_rows_beside_grey_ones_keep_their_ink() {
    let sandbox = packed();
    sandbox.done("train --quiet --k 2 --data rows.bits --out run");
    let both = sandbox.done("assign --model run --format csv rows.bits mini");
    let clusters = |from: &str| -> Vec<String> {
        let text = both.text();
        let rows = text.lines().filter(|line| line.starts_with(from));
        rows.map(|line| line.split(',').nth(2).unwrap().to_owned()).collect()
    };
    assert_eq!(clusters("rows.bits").len(), 40);
    assert_eq!(clusters("rows.bits"), clusters("mini"));
}

#[test]
fn tables_keep_names_gaps_and_weights() {
    let sandbox = Sandbox::new();
    sandbox.write("answers.csv", "a,b,c,weight\n1,0,1,2\n0,NA,1,1\n1,1,0,0.5\n0,0,0,1\n");
    sandbox.done("pack answers.csv");
    let info = |source: &str| -> Value {
        serde_json::from_slice(&sandbox.done(&format!("info {source} --json")).out).unwrap()
    };
    let (table, bits) = (info("answers.csv"), info("answers.bits"));
    for fact in ["n_samples", "missing", "total_weight", "ones", "data_sha256", "binarize"] {
        assert_eq!(table[fact], bits[fact], "{fact}");
    }
    assert_eq!(bits["kind"], "packed bits");
    sandbox.done("train --quiet --k 2 --data answers.csv --out a");
    sandbox.done("train --quiet --k 2 --data answers.bits --out b");
    assert_eq!(model(&sandbox, "a").mixture, model(&sandbox, "b").mixture);
}

#[test]
fn the_document_says_what_was_written() {
    let sandbox = packed();
    let run = sandbox.done("pack mini:test --json");
    let document: Value = serde_json::from_slice(&run.out).unwrap();
    assert_keys(&document, "data n_samples n_features binarize data_sha256 output bytes");
    assert_eq!(
        (&document["output"], &document["n_samples"]),
        (&"mini-test.bits".into(), &20.into())
    );
    assert_eq!(document["bytes"], sandbox.read("mini-test.bits").len());
}

#[test]
fn a_model_of_another_rule_refuses_packed_rows() {
    let sandbox = packed();
    sandbox.done("train --quiet --k 2 --data mini --binarize threshold:50 --out run");
    let parts = ["rows.bits", "was packed by threshold:99", "by threshold:50"];
    sandbox.refuses(1, ["assign", "rows.bits", "--model", "run"], &parts);
    sandbox.refuses(1, ["eval", "rows.bits", "--model", "run"], &parts);
    // Also amid others.
    sandbox.refuses(1, ["assign", "mini", "rows.bits", "--model", "run"], &parts);
    sandbox.refuses(1, ["pack", "mini", "--output", "rows.npy"], &["--output", ".bits"]);
}

#[test]
fn the_demo_stays_synthetic() {
    let sandbox = Sandbox::new();
    sandbox.done("pack demo --limit 50");
    let info = sandbox.done("info demo.bits --json");
    let info: Value = serde_json::from_slice(&info.out).unwrap();
    assert_eq!((&info["synthetic"], &info["binarize"]), (&true.into(), &"threshold:128".into()));
}

#[test]
fn the_packed_demo_beside_grey_images_keeps_its_ink() {
    let sandbox = Sandbox::new();
    sandbox.done("pack demo --limit 20");
    sandbox.done("sample -n 5 --model mnist-k100 --output drawn.idx");
    let assigned = |sources: &str| -> Vec<String> {
        let run = sandbox.done(&format!("assign --model mnist-k100 --format csv {sources}"));
        let text = run.text();
        text.lines().filter(|line| line.starts_with("demo")).map(str::to_owned).collect()
    };
    assert_eq!(assigned("demo.bits drawn.idx"), assigned("demo.bits"));
}

#[test]
fn another_rule_than_the_one_packed_by_is_refused() {
    let sandbox = packed();
    sandbox.done("train --quiet --k 1 --data rows.bits --binarize threshold:99 --out same");
    let words = "train --k 1 --data rows.bits --binarize otsu";
    let parts = ["--binarize is otsu", "rows.bits was packed by threshold:99"];
    sandbox.refuses(1, words.split(' '), &parts);
    sandbox.refuses(1, ["pack", "mini", "--output", "rows.bits"], &["rows.bits", "exists"]);
    sandbox.done("pack mini --output rows.bits --force");
}

#[test]
fn a_damaged_packed_file_is_called_that() {
    let sandbox = packed();
    let whole = sandbox.read("rows.bits");
    let mut bent = whole.clone();
    bent[200] ^= 1;
    sandbox.write("bent.bits", bent);
    sandbox.refuses(1, ["info", "bent.bits"], &["bent.bits", "damaged packed file", "checksum"]);
    sandbox.write("cut.bits", &whole[..whole.len() - 40]);
    sandbox.refuses(1, ["info", "cut.bits"], &["cut.bits", "cut short"]);
    sandbox.refuses(1, ["view", "--model", "rows.bits"], &["rows.bits", "packed data file"]);
    let mut newer = whole;
    newer[8] = 9;
    sandbox.write("newer.bits", newer);
    sandbox.refuses(1, ["info", "newer.bits"], &["format 9"]);
}
