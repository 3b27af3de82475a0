//! Rows that are no answers, headers of words, and text in another encoding.

use super::decisions::{asked, of_bits, table, trained};
use super::*;

/// Counted patterns of three items, and what stands below them.
fn counted(below: &str) -> String {
    let line = |row: usize| {
        let bits: Vec<String> = (0..3).map(|d| (row >> d & 1).to_string()).collect();
        format!("{},{}\n", bits.join(","), [40, 3, 5, 7, 6, 4, 8, 50][row])
    };
    format!("a,b,c,weight\n{}{below}", (0..8).map(line).collect::<String>())
}

/// Sweeps over the table, with the figures of each K.
fn swept(text: &str, words: &str) -> Vec<Value> {
    let sandbox = Sandbox::new();
    sandbox.write("t.csv", text);
    let sweep = format!("sweep --data t.csv --k 1,2 --n-init 9 --json --out run {words}");
    sandbox.done(&sweep).json()["fits"].as_array().unwrap().clone()
}

#[test]
fn a_row_without_answers_changes_no_criterion_and_is_not_held_out() {
    let blank = counted(",,,30\n");
    for words in ["", "--folds 4 --seed 1"] {
        let [with, without] = [&blank, &counted("")].map(|text| swept(text, words));
        for (with, without) in with.iter().zip(&without) {
            for figure in ["log_likelihood", "aic", "bic", "icl", "held_out"] {
                let [a, b] = [with, without].map(|fit| fit[figure].as_f64());
                let is_near = match (a, b) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-9 * b.abs(),
                    _ => a == b,
                };
                assert!(is_near, "{words} {figure}: {a:?}, not {b:?}");
            }
        }
    }
}

#[test]
fn a_last_row_that_weighs_as_much_as_the_others_is_their_sum() {
    asked(counted(",,,123\n"), "line 10, the last one, begins with \"123\"", &["delete the line"]);
}

#[test]
fn words_that_occur_below_are_no_header() {
    // The first row holds a rare answer of the third column.
    let rare = table(|i, d, bit| {
        let is_yes = if d == 2 { i == 0 } else { bit };
        if is_yes { "yes".into() } else { "no".into() }
    });
    let rows = rare.split_once('\n').unwrap().1;
    let (_, found) = trained(&Sandbox::new(), rows, "");
    assert_eq!(found["n_samples"], 40);
}

#[test]
fn text_that_is_not_utf_8_keeps_names_and_words_apart() {
    let sandbox = Sandbox::new();
    let bytes = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
    let names = |text: String| text.replacen("a,b,c,d", "\u{fc},\u{e4},c,d", 1);
    let text = names(of_bits("n\u{e3}o", "sim"));
    let (run, latin) = trained(&sandbox, bytes(&text), "");
    assert!(
        run.err.contains("not UTF-8") && run.err.contains("save the table as UTF-8"),
        "{run:?}"
    );
    let (run, utf8) = trained(&sandbox, &text, "");
    assert!(!run.err.contains("UTF-8"), "{run:?}");
    assert_eq!(latin["score"], utf8["score"]);
    // Columns are matched by names of one letter each.
    let swapped = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        [cells[1], cells[0], cells[2], cells[3]].join(",") + "\n"
    };
    sandbox.write("swapped.csv", bytes(&text.lines().map(swapped).collect::<String>()));
    let score = |file: &str| sandbox.done(&format!("eval {file} --model run --json")).json();
    assert_eq!(score("swapped.csv")["score"], score("t.csv")["score"]);
    // Words of letters beyond Latin-1 stay two words: two bytes each, in GBK.
    let gbk = |yes: bool| if yes { &b"\xca\xc7"[..] } else { &b"\xb7\xf1"[..] };
    let mut rows = b"a,b\n".to_vec();
    for i in 0..40 {
        rows.extend([gbk(i % 2 == 0), b",", gbk(i % 3 == 0), b"\n"].concat());
    }
    assert_eq!(trained(&sandbox, rows, "").1["n_features"], 2);
}

#[test]
fn otsu_takes_no_shares_and_draws_take_no_small_counts_in_silence() {
    let shares = table(|i, _, bit| format!("0.{}", 10 + 50 * usize::from(bit) + i));
    let sandbox = Sandbox::new();
    sandbox.write("t.csv", shares);
    let words = ["train", "--k", "2", "--data", "t.csv", "--binarize", "otsu"];
    decisions::refused(&sandbox, &words, "holds shares between 0 and 1", &["df >= 0.5"]);
    let counts = table(|i, _, bit| (3 * usize::from(bit) + i % 3).to_string());
    let (run, _) = trained(&sandbox, &counts, "--binarize bernoulli:1");
    assert!(run.err.contains("no value is above 5"), "{run:?}");
    let (run, _) = trained(&sandbox, &counts, "--binarize otsu");
    assert!(run.err.contains("threshold:"), "{run:?}");
    // What a threshold says of numbers, one that is found says too.
    let grade = |i: usize, d: usize, bit| match (i + d) % 9 {
        0 => "99".into(),
        _ => (1 + 3 * usize::from(bit) + (i + d) % 2).to_string(),
    };
    let (run, _) = trained(&sandbox, table(grade), "--binarize otsu");
    assert!(run.err.contains("perhaps codes for missing: 99"), "{run:?}");
    let aged = table(|i, d, bit| match d {
        0 => (20 + i % 30).to_string(),
        _ => (1 + usize::from(bit)).to_string(),
    });
    let (run, _) = trained(&sandbox, aged, "--binarize otsu");
    assert!(run.err.contains("all rows are the same in a, b, c, d"), "{run:?}");
}

#[test]
fn a_threshold_takes_no_row_numbers_for_an_item() {
    let sandbox = Sandbox::new();
    let numbered = |i: usize, d: usize, bit| match d {
        1 => (i + 1).to_string(),
        _ => (1 + 3 * usize::from(bit) + (i + d) % 2).to_string(),
    };
    sandbox.write("t.csv", table(numbered));
    for rule in ["threshold:3", "otsu"] {
        let words = ["train", "--k", "2", "--data", "t.csv", "--binarize", rule];
        let said = "column b holds whole numbers that nearly all differ";
        decisions::refused(&sandbox, &words, said, &["--id b", "--columns"]);
    }
    let (_, found) = trained(&sandbox, table(numbered), "--binarize threshold:3 --id b");
    assert_eq!(found["n_features"], 3);
    let chosen = "--binarize threshold:3 --columns a,b,c,d";
    assert_eq!(trained(&sandbox, table(numbered), chosen).1["n_features"], 4);
}

#[test]
fn rows_on_one_side_of_a_models_threshold_are_told_of() {
    let sandbox = Sandbox::new();
    let grade = |i: usize, d: usize, bit| (1 + 3 * usize::from(bit) + (i + d) % 2).to_string();
    sandbox.write("t.csv", table(grade));
    sandbox.done("train --quiet --k 2 --data t.csv --binarize threshold:3 --out run");
    sandbox.write("low.csv", table(|i, d, _| ((i + d) % 3).to_string()));
    sandbox.write("high.csv", table(|i, d, _| (3 + (i + d) % 3).to_string()));
    let said = |file: &str| sandbox.done(&format!("assign {file} --model run")).err;
    assert!(said("low.csv").contains("all are read as 0"), "{}", said("low.csv"));
    assert!(said("high.csv").contains("all are read as 1"), "{}", said("high.csv"));
    assert!(!said("t.csv").contains("all are read as"), "{}", said("t.csv"));
}

#[test]
fn codes_for_missing_are_no_weights() {
    let with_n = table(|i, d, bit| match d {
        3 if i == 7 => "9".into(),
        _ => u8::from(bit).to_string(),
    })
    .replacen("c,d", "c,n", 1);
    let sandbox = Sandbox::new();
    let (_, found) = trained(&sandbox, &with_n, "--missing 9");
    assert_eq!(found["n_features"], 4);
    sandbox.write("t.csv", with_n);
    let words = "train --k 2 --data t.csv --weights n --missing 9";
    let words: Vec<&str> = words.split_whitespace().collect();
    decisions::refused(&sandbox, &words, "line 9", &[]);
}

#[test]
fn numbers_above_other_numbers_are_names_where_they_cannot_be_answers() {
    let grade = |i: usize, d: usize, bit| (1 + 3 * usize::from(bit) + (i + d) % 2).to_string();
    let below = table(grade).split_once('\n').unwrap().1.to_owned();
    let named = |(i, row): (usize, &str)| format!("\"{}\",{row}\n", i + 1);
    let rows: String = below.lines().enumerate().map(named).collect();
    let rule = "--binarize threshold:3";
    for (text, is_named) in [
        (format!("\"\",\"1\",\"2\",\"3\",\"4\"\n{rows}"), true),
        (format!("\"\",\"10001\",\"10002\",\"10003\",\"10004\"\n{rows}"), true),
        (format!("101,102,103,107\n{below}"), false),
    ] {
        let (_, found) = trained(&Sandbox::new(), &text, rule);
        assert_eq!((&found["n_samples"], &found["n_features"]), (&40.into(), &4.into()), "{text}");
        let notes = found["notes"].to_string();
        assert_eq!(notes.contains("row names: the first column"), is_named, "{notes}");
    }
    // One more than there are answers is a name, too; what may be an answer stays one.
    let five = |top: &str| {
        let row = |i: usize| (0..6).map(move |d: usize| (1 + (i * 7 + d * d) % 5).to_string());
        let row = |i: usize| row(i).collect::<Vec<_>>().join(",") + "\n";
        format!("{top}\n{}", (0..40).map(row).collect::<String>())
    };
    for (top, n) in [("1,2,3,4,5,6", 40), ("1,2,3,4,5,5", 41)] {
        assert_eq!(trained(&Sandbox::new(), five(top), rule).1["n_samples"], n, "{top}");
    }
    // Numbers in sequence may be both: that they are a row is said.
    for (top, is_said) in [("2,3,4,5,6,7", true), ("2,3,4,5,6,6", false)] {
        let (_, found) = trained(&Sandbox::new(), five(top), rule);
        let notes = found["notes"].to_string();
        assert_eq!(notes.contains("is read as a row: quote"), is_said, "{notes}");
    }
    // Two columns beside row names.
    let pair: String = (0..40).map(|i| format!("{i},{},{}\n", i % 2, i / 2 % 2)).collect();
    let (_, found) = trained(&Sandbox::new(), format!(",0,1\n{pair}"), "");
    assert_eq!((&found["n_samples"], &found["n_features"]), (&40.into(), &2.into()));
}

#[test]
fn lines_above_a_header_and_columns_without_names_are_asked_about() {
    let plain = of_bits("0", "1");
    let late = "line 3 holds words alone, like a header";
    asked(format!(",,,\n,,,\n{plain}"), late, &["above line 3"]);
    asked(format!("Survey 2024,,,\n,,,\n{plain}"), late, &["above line 3"]);
    asked("Survey 2024,\n,\na,b\n1,0\n0,1\n1,1\n", late, &["above line 3"]);
    // Words below numbers, or words that recur, are answers.
    asked(plain.replacen('\n', "\n1,0,1,0\ndk,ref,oth,ill\n", 1), "", &["--missing"]);
    let recurring = "\ndk,ref,oth,ill\n1,0,1,0\ndk,ref,oth,ill\n";
    asked(plain.replacen('\n', recurring, 1), "", &["--missing"]);
    let indexed = |names: &str| {
        let rows = plain.lines().skip(1).enumerate();
        let rows: String = rows.map(|(i, row)| format!("{i},{row}\n")).collect();
        format!(",q,q,q,q\n{names}\n{rows}")
    };
    let second = "line 2 holds words alone, like a second header";
    asked(indexed(",a,b,c,d"), second, &["delete line 2, or line 1"]);
    let nameless = plain.replacen("a,b", "a,", 1);
    asked(&nameless, "column 2 has no name", &["--id 2", "--drop 2"]);
    let sandbox = Sandbox::new();
    assert_eq!(trained(&sandbox, nameless, "--drop 2").1["n_features"], 3);
    // The model says which columns are items.
    assert!(sandbox.done("assign --model run t.csv").err.contains("does not know them: 2"));
}

#[test]
fn commas_and_points_of_decimals_do_not_stand_in_one_column() {
    let rows = |odd: &str| {
        let weight = |i: usize| if i == 7 { odd.to_owned() } else { "0,75".into() };
        let row = |i: usize| format!("{};{};{}\n", i % 2, i / 2 % 2, weight(i));
        format!("a;b;weight\n{}", (0..40).map(row).collect::<String>())
    };
    asked(rows("1.234"), "column weight holds both 0,75 and 1.234", &["--drop weight"]);
    let dropped = trained(&Sandbox::new(), rows("1.234"), "--drop weight").1;
    assert_eq!(dropped["n_features"], 2);
    let weight = trained(&Sandbox::new(), rows("1,25"), "").1["total_weight"].as_f64().unwrap();
    assert!((weight - 40.0).abs() < 1e-9, "{weight}");
}
