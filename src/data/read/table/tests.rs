//! Laws of reading tables.

use super::*;
use crate::data::read::stream::tests::read_bytes;

/// Grey values show what every cell was read as.
fn grey() -> Columns {
    Columns { values: Values::Grey, ..Columns::default() }
}

fn read_as(text: &str, asked: &Columns) -> Result<Content, DataProblem> {
    read_bytes(text, |input| read(input, asked))
}

fn read_text(text: &str) -> Result<(Pixels, Option<Labels>), DataProblem> {
    read_content(text).map(|content| (content.pixels, content.labels))
}

fn read_content(text: &str) -> Result<Content, DataProblem> {
    read_as(text, &grey())
}

fn rows(text: &str) -> Vec<Vec<u8>> {
    let (pixels, labels) = read_text(text).unwrap_or_else(|e| panic!("{text:?}: {e}"));
    assert!(labels.is_none() && pixels.height() == 1);
    (0..pixels.n_images()).map(|i| pixels.image(i).to_vec()).collect()
}

#[test]
fn every_common_form_of_a_table_gives_the_same_rows() {
    let expected = vec![vec![0, 1, 255], vec![7, 0, 12]];
    for text in [
        "0,1,255\n7,0,12\n",
        "0,1,255\n7,0,12",
        "a,b,c\r\n0,1,255\r\n7,0,12\r\n",
        "\u{feff}a;b;c\n0;1;255\n7;0;12\n",
        "0\t1\t255\n7\t0\t12\n",
        "0 1 255\n7 0 12\n",
        "  a   b c\n  0 1   255 \n\n 7 0 12\n",
        "# made by hand\n0, 1, 255\n\n7, 0, 12\n\n",
        "# made by hand\n0 1 255\n# more\n7 0 12\n",
        "\"a, x\",\"b\",\"c\"\n\"0\",\"1\",\"255\"\n7,0,12\n",
        "0.0,1.0,2.55e2\n7,0,12.000\n",
    ] {
        assert_eq!(rows(text), expected, "{text:?}");
    }
}

#[test]
fn one_column_is_a_table_and_words_and_fractions_are_numbers() {
    assert_eq!(rows("x\n1\n0\n"), [[1], [0]]);
    assert_eq!(rows("1\n0\n"), [[1], [0]]);
    assert_eq!(rows("a,b\nTrue,FALSE\n"), [[1, 0]]);
    assert_eq!(rows("0,1\n0.5,1\n"), [[0, 255], [128, 255]]);
}

#[test]
fn a_column_headed_label_gives_the_labels() {
    let (pixels, labels) = read_text("label,p0,p1\nseven,0,255\n3,9,8\n").unwrap();
    assert_eq!(pixels.values(), [0, 255, 9, 8]);
    assert_eq!(labels.unwrap().iter().collect::<Vec<_>>(), ["seven", "3"]);
    let (pixels, labels) = read_text("p0,p1,Class\n0,255,1\n").unwrap();
    assert_eq!((pixels.values(), labels.unwrap().name_of(0)), (&[0u8, 255][..], "1"));
}

#[test]
fn what_is_wrong_is_named_with_line_and_column() {
    let ragged = |line, found, expected| DataProblem::Ragged { line, found, expected };
    let word = |line, column, cell: &str| {
        let codes = vec![cell.to_owned()];
        DataProblem::NotANumber { line, column, cell: cell.into(), codes }
    };
    let range = |place: &str, value| DataProblem::OutOfRange { place: place.into(), value };
    let weight = |cell: &str| DataProblem::Weight { line: 3, cell: cell.into() };
    for (text, problem) in [
        ("a,b\n0,1\n0\n", ragged(3, 1, 2)),
        ("0,1\n0,1,1\n", ragged(2, 3, 2)),
        ("0 1\n\n0 1 1\n", ragged(3, 3, 2)),
        ("a,b,c\n0,1\n", ragged(2, 2, 3)),
        ("a,b\r\n0,1\r\n0,x\r\n", word(3, 2, "x")),
        ("0,1\n0,-\n", word(2, 2, "-")),
        ("0,x\n0,1\n", word(1, 2, "x")),
        ("a,b\r\n\r\n# no\r\n\r\n0,x", word(5, 2, "x")),
        ("0,1\n\n# no\n\"x\",1\n", word(4, 1, "x")),
        ("# no\n\n0 1\nq 1\n", word(4, 1, "q")),
        ("label,b\n5,1\n5,!\n", word(3, 2, "!")),
        ("0,1\n0,256\n", range("line 2, column 2", 256.0)),
        ("0,1\n-1,0\n", range("line 2, column 1", -1.0)),
        ("a,b\n0,7\n0.5,1\n", range("line 2, column 2", 7.0)),
        ("label,a,b\n1,0.5,0\n2,9,0\n", range("line 3, column 2", 9.0)),
        ("0,inf\n", range("line 1, column 2", f64::INFINITY)),
        ("a,b,weight\n0,1,1\n1,1,-1\n", weight("-1")),
        ("a,b,weight\n0,1,1\n1,1,inf\n", weight("inf")),
        ("a,b,weight\n0,1,1\n1,1,NaN\n", weight("NaN")),
        ("a,b,weight\n0,1,1\n1,1,\n", weight("")),
        ("a,b,weight\n0,1,1\n1,1,x\n", weight("x")),
        ("a,weight\n0,0\n1,0\n", DataProblem::NoWeight),
        ("a,b\n", DataProblem::Empty),
        ("# nothing\n", DataProblem::Empty),
        ("\u{feff}a\n", DataProblem::Empty),
    ] {
        assert_eq!(read_content(text).err(), Some(problem), "{text:?}");
    }
}

#[test]
fn the_numbers_of_the_columns_are_a_header_and_not_a_row() {
    for text in ["0,1,2\n1,0,1\n0,0,1\n", "0,1\n1,0\n", "0,1,3\n1,0,1\n"] {
        assert_eq!(rows(text).len(), 2, "{text}");
    }
}

#[test]
fn blank_cells_and_na_are_missing() {
    for text in
        ["a,b,c\n1,,0\n,NA,\n0,nan,1\n", "a;b;c\n1;NA;0\nna;;\n0; ;1", "1,,0\n,NA,NaN\n0,,1\n"]
    {
        let (pixels, _) = read_text(text).unwrap();
        assert_eq!(pixels.values(), [1, 0, 0, 0, 0, 0, 0, 0, 1], "{text:?}");
        let missing = pixels.missing().unwrap();
        let places: Vec<Vec<usize>> = (0..3).map(|i| missing.ones(i).collect()).collect();
        assert_eq!(places, [vec![1], vec![0, 1, 2], vec![1]], "{text:?}");
    }
    let (pixels, _) = read_text("1 NA 0\n\n0 1 1\n").unwrap();
    assert!(pixels.missing().unwrap().get(0, 1) && pixels.n_images() == 2);
    for text in [",,\n1,0,1\n", "NA,NA,na\n1,0,1\n"] {
        let (pixels, _) = read_text(text).unwrap();
        assert_eq!(pixels.missing().unwrap().ones(0).count(), 3, "{text:?}");
        assert_eq!(pixels.image(1), [1, 0, 1], "{text:?}");
    }
    let (pixels, _) = read_text("x\n1\n\n0\n").unwrap();
    assert!(pixels.missing().is_none() && pixels.n_images() == 2);
}

#[test]
fn a_column_headed_weight_gives_the_weights() {
    for text in [
        "a,b,weight\n0,1,2.5\n1,0,0\n",
        "Weight,a,b\n2.5,0,1\n0,1,0\n",
        "a,b,weight,label\n0,1,2.5,3\n1,0,0,4\n",
        "class,weights,a,b\n3,2.5,0,1\n4,0,1,0\n",
    ] {
        let content = read_content(text).unwrap();
        assert_eq!(content.weights, Some(vec![2.5, 0.0]), "{text:?}");
        assert_eq!(content.pixels.values(), [0, 1, 1, 0]);
        assert_eq!(content.items, ["a", "b"].map(|name| Item::binary(name.into())));
    }
    let inside = read_content("a,weight,c,d,e\n0,7,1,1,1\n").unwrap();
    assert_eq!((inside.weights, inside.items.len()), (Some(vec![7.0]), 4));
    assert!(read_content("weight\n1\n").unwrap().weights.is_none());
}

/// The bits of a table, with `?` for a missing one, and its items.
fn bits(text: &str) -> Result<(Vec<String>, Content), DataProblem> {
    let content = read_as(text, &Columns::default())?;
    let bits = content.pixels.bits().expect("a table holds bits");
    let cell = |i, d| match (bits.is_missing(i, d), bits.get(i, d)) {
        (true, _) => '?',
        (_, one) => {
            if one {
                '1'
            } else {
                '0'
            }
        }
    };
    let row = |i| (0..bits.n_features()).map(|d| cell(i, d)).collect();
    Ok(((0..bits.n_samples()).map(row).collect(), content))
}

#[test]
fn two_values_are_read_as_zero_and_one() {
    for (text, rows, categories) in [
        ("a,b\n0,1\n1,0\n", ["01", "10"], [vec![], vec![]]),
        ("a,b\n1,2\n2,1\n", ["01", "10"], [vec!["1", "2"], vec!["1", "2"]]),
        ("a,b\n2.0,4\n1,5\n", ["10", "01"], [vec!["1", "2"], vec!["4", "5"]]),
        ("a,b\nYes,f\nNo,t\n", ["10", "01"], [vec!["No", "Yes"], vec!["f", "t"]]),
        ("a,b\nred,TRUE\nblue,false\n", ["11", "00"], [vec!["blue", "red"], vec![]]),
        (
            "a,b\nPositive,present\nNegative,absent\n",
            ["11", "00"],
            [vec!["Negative", "Positive"], vec!["absent", "present"]],
        ),
        // One value alone: as in the other columns, and a zero or one is one.
        ("a,b\n2,2\n1,2\n", ["11", "01"], [vec!["1", "2"], vec!["1", "2"]]),
        ("a,b\n2,1\n1,1\n", ["10", "00"], [vec!["1", "2"], vec!["1", "2"]]),
        ("a,b\n0,1\n1,1\n", ["01", "11"], [vec![], vec![]]),
        ("a,b\n.,1\n1,?\n", ["?1", "1?"], [vec![], vec![]]),
    ] {
        let (found, content) = bits(text).unwrap();
        assert_eq!(found, rows, "{text:?}");
        let found: Vec<_> = content.items.iter().map(|item| item.categories.clone()).collect();
        assert_eq!(found, categories, "{text:?}");
    }
    // Values without names are kept, too.
    let (_, plain) = bits("1,2\n2,1\n1,1\n").unwrap();
    assert_eq!(plain.items[1].values(), ["1", "2"]);
    assert!(plain.items[1].name.is_empty());
    let (rows, left) = bits("a,b\n0,7\n1,7\n").unwrap();
    assert_eq!((rows, left.items.len()), (vec!["0".into(), "1".into()], 1));
}

#[test]
fn values_that_need_a_decision_are_named() {
    let values = |column: &str, values: &[&str], n_values, odd: &[&str], cut| {
        let may_name_rows = n_values == 100;
        let [values, odd] =
            [values, odd].map(|texts| texts.iter().map(|text| text.to_string()).collect());
        let column = column.into();
        let among_pairs = true;
        let found =
            TableProblem::Values { column, values, n_values, odd, may_name_rows, among_pairs, cut };
        DataProblem::from(found)
    };
    let text: String = (0..100).map(|i| format!("{},{i}\n", i % 2)).collect();
    for (text, problem) in [
        ("a,b\n0,1\n1,2\n0,3\n", values("b", &["1", "2", "3"], 3, &[], None)),
        ("a,b\n0,0\n1,9\n0,0\n", values("b", &["0", "9"], 2, &["9"], None)),
        ("a,b\n1,0\n-9,1\n", values("a", &["-9", "1"], 2, &["-9"], None)),
        ("a,b\n1,2\n2,9\n", values("b", &["2", "9"], 2, &["9"], None)),
        ("a,b\n1,1\n2,-1\n", values("b", &["-1", "1"], 2, &["-1"], None)),
        ("a,b\n0,low\n1,mid\n0,high\n", values("b", &["high", "low", "mid"], 3, &[], None)),
        (
            &format!("a,b\n{text}"),
            values("b", &["0", "1", "50", "51", "98", "99"], 100, &[], Some(1)),
        ),
        ("a,b\n0,0.5\n1,0.25\n1,1\n", values("b", &["0.25", "0.5", "1"], 3, &[], None)),
        (
            "a,b\n0,1\n1,oops\n",
            DataProblem::NotANumber {
                line: 3,
                column: 2,
                cell: "oops".into(),
                codes: vec!["oops".into()],
            },
        ),
        ("id,class\n1,0\n2,1\n", TableProblem::NoItems.into()),
    ] {
        match bits(text) {
            Err(found) => assert_eq!(found, problem, "{text:?}"),
            // The last column of a table is an item, whatever it is called.
            Ok((_, content)) => {
                assert_eq!((problem, content.items.len()), (TableProblem::NoItems.into(), 1))
            }
        }
    }
}

#[test]
fn numbers_are_compared_with_a_threshold_as_they_are() {
    let read_at = |text: &str, threshold| {
        let values = Values::AtLeast(threshold);
        read_as(text, &Columns { values, ..Columns::default() })
    };
    let at = |text: &str, threshold| read_at(text, threshold).unwrap().pixels.values().to_vec();
    assert_eq!(at("a,b\n0,300\n2,1\n", 2), [0, 1, 1, 0]);
    assert_eq!(at("a,b\n-5,1.5\n2,1\n", 2), [0, 0, 1, 0]);
    assert_eq!(at("a,b\n0,1\n1,0\n", 128), [0, 0, 0, 0]);
    // A row means the same whatever is below it.
    assert_eq!(at("a,b\n0.5,1\n0.4,0\n9,9\n", 1), [0, 1, 0, 0, 1, 1]);
    let shares = read_at("a,b\n0.5,1\n0.4,0\n", 128).unwrap_err();
    assert_eq!(shares, TableProblem::Shares.into());
}

/// However far the first line goes, and whatever comes before it.
#[test]
fn the_end_of_a_line_is_found_behind_long_lines_and_comments() {
    let names = (0..2000).map(|d| format!("\"item {d}\"")).collect::<Vec<_>>().join(",");
    let row = |one: usize| {
        let cell = |d: usize| if d % 3 == one { "1" } else { "0" };
        (0..2000).map(cell).collect::<Vec<_>>().join(",")
    };
    let comments = "# made by hand\n".repeat(1000);
    for (before, end) in [("", "\n"), ("", "\r"), ("", "\r\n"), (&comments[..], "\n")] {
        let text = [&names, &row(0), &row(1), ""].join(end);
        let content = read_content(&(before.to_owned() + &text)).unwrap();
        assert_eq!((content.pixels.n_images(), content.items.len()), (2, 2000), "{end:?}");
    }
}

#[test]
fn columns_of_one_value_are_told_of_together() {
    let content = read_as("a,b,c\nx,0,y\nx,1,y\n", &Columns::default()).unwrap();
    let alone = [["a", "x"], ["c", "y"]].map(|pair| pair.map(String::from));
    assert!(content.remarks.contains(&Remark::OneValue(alone.to_vec())), "{:?}", content.remarks);
    assert_eq!(
        Remark::OneValue(alone.to_vec()).to_string(),
        "2 columns of one value are left out: a (x), c (y)"
    );
}
