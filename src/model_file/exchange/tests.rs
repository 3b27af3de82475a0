//! Laws of export and import: the same bits in all formats, and no file that is not a mixture.

use proptest::prelude::*;

use super::super::tests::small_model;
use super::*;
use crate::{mixture::BernoulliMixture, record::Binarize};

/// Numbers from all of [0, 1]: the ends, the smallest, one next to 1, and any.
fn unit() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(1.0),
        Just(f64::from_bits(1)),
        Just(1.0 - f64::EPSILON / 2.0),
        0.0..1.0f64,
        (0u64..1.0f64.to_bits()).prop_map(f64::from_bits),
    ]
}

/// Mixtures with up to 5 components and 3 x 4 pixels.
fn models() -> impl Strategy<Value = Model> {
    (1usize..=5, 1u32..=3, 1u32..=4).prop_flat_map(|(k, height, width)| {
        let d = (height * width) as usize;
        let raw = (prop::collection::vec(1e-3..1.0f64, k), prop::collection::vec(unit(), k * d));
        raw.prop_map(move |(weights, means)| model(weights, means, height, width))
    })
}

fn model(raw: Vec<f64>, means: Vec<f64>, height: u32, width: u32) -> Model {
    let mixture = BernoulliMixture::normalised(raw, means).unwrap();
    let (items, unseen, labels, trust, typicality) = (Vec::new(), Vec::new(), None, None, None);
    Model { mixture, height, width, unseen, items, labels, trust, typicality, ..small_model() }
}

fn bits(model: &Model) -> Vec<u64> {
    let mixture = &model.mixture;
    mixture.weights().iter().chain(mixture.means().iter()).map(|v| v.to_bits()).collect()
}

proptest! {
    #[test]
    fn export_then_import_gives_the_same_bits(model in models()) {
        for format in Format::ALL {
            let bytes = export(&model, format).unwrap();
            prop_assert_eq!(&bytes, &export(&model, format).unwrap());
            let shape = Some((model.height, model.width));
            let back = import(&bytes, format, shape).unwrap();
            prop_assert_eq!(bits(&back), bits(&model), "{:?}", format);
            prop_assert_eq!((back.height, back.width), (model.height, model.width));
            let carried = model.provenance.clone().filter(|_| format == Format::Json);
            prop_assert_eq!((&back.provenance, &back.report), (&carried, &None));
        }
    }

    #[test]
    fn no_bytes_make_an_import_panic(noise: Vec<u8>, at in 0usize..600, any: bool) {
        for format in Format::ALL {
            let mut bytes = export(&small_model(), format).unwrap();
            let at = at % bytes.len();
            let end = (at + noise.len()).min(bytes.len());
            bytes.splice(at..end, noise.iter().copied());
            if let Ok(model) = import(if any { &noise } else { &bytes }, format, None) {
                prop_assert_eq!(model.check(), Ok(()));
            }
        }
    }
}

#[test]
fn every_truncated_table_of_bytes_is_refused() {
    for format in [Format::Safetensors, Format::Npy, Format::Json] {
        let bytes = export(&small_model(), format).unwrap();
        let whole = bytes.trim_ascii_end().len();
        for len in 0..whole {
            assert!(import(&bytes[..len], format, None).is_err(), "{format:?} {len}");
        }
    }
}

#[test]
fn picture_shape_rule_and_labels_survive_where_the_format_has_room() {
    let model = Model { height: 2, width: 1, binarize: Binarize::Bernoulli(7), ..small_model() };
    let back = |format| import(&export(&model, format).unwrap(), format, None).unwrap();
    for format in [Format::Safetensors, Format::Json] {
        let back = back(format);
        assert_eq!((back.height, back.width, back.binarize), (2, 1, model.binarize));
    }
    assert_eq!(back(Format::Json).labels, model.labels);
    assert_eq!(back(Format::Json).items, [], "a model of images has no items");
    for format in [Format::Npy, Format::Csv] {
        let back = back(format);
        assert_eq!((back.height, back.width, back.binarize), (1, 2, Binarize::None));
        assert_eq!(back.labels, None);
    }
}

#[test]
fn names_of_items_survive_where_the_format_has_room() {
    let back =
        |model: &Model, format| import(&export(model, format).unwrap(), format, None).unwrap();
    let named = small_model();
    for format in [Format::Safetensors, Format::Json] {
        assert_eq!(back(&named, format).items, named.items);
    }
    assert_eq!(back(&named, Format::Npy).items, []);
    let names = back(&named, Format::Csv).items.into_iter().map(|item| item.name);
    assert!(names.eq(["colour", "old"].map(String::from)), "CSV has names, and no values");
    // Four named items are no picture of 2 x 2.
    let csv = b"weight,a,\"b, c\",,p3\n1,0,1,0.5,0.5\n";
    let model = import(csv, Format::Csv, None).unwrap();
    assert_eq!((model.height, model.width), (1, 4));
    assert!(model.items.iter().map(|item| &*item.name).eq(["a", "b, c", "", "p3"]));
    assert_eq!(back(&model, Format::Csv), model);
    let broken =
        br#"{"weights": [1], "means": [[0.5]], "items": [{"name": "a", "categories": ["x"]}]}"#;
    assert!(import(broken, Format::Json, Some((1, 1))).is_err());
}

#[test]
fn without_a_shape_a_square_number_of_features_is_a_square_picture() {
    assert_eq!(likely_shape(784), Some((28, 28)));
    assert_eq!(likely_shape(783), Some((1, 783)));
    let asked = import(b"weight,a,b\n1,0,1\n", Format::Csv, Some((2, 1))).unwrap();
    assert_eq!((asked.height, asked.width), (2, 1));
    assert!(import(b"weight,a,b\n1,0,1\n", Format::Csv, Some((2, 2))).is_err());
}

#[test]
fn the_documented_json_and_csv_by_hand_are_read() {
    let json = br#"{"weights": [0.25, 75e-2], "means": [[0, 1], [0.5, 1e-3]], "other": [1]}"#;
    let csv = b"\xef\xbb\xbfweight, p0, p1\r\n0.25, 0, 1\r\n0.75, 0.5, 0.001\r\n";
    let (json, csv) = (import(json, Format::Json, None), import(csv, Format::Csv, None));
    assert_eq!(json.as_ref().unwrap().mixture.means(), [0.0, 1.0, 0.5, 1e-3]);
    assert_eq!(json, csv);
}

#[test]
fn what_is_no_mixture_or_of_another_layout_is_refused_with_the_reason() {
    for (format, text, what) in [
        (Format::Csv, "weight,p0,p1\n1,0,NaN\n", "NaN"),
        (Format::Csv, "p0,p1\n0,1\n", "\"weight\""),
        (Format::Csv, "weight,p0\n1,x\n", "line 2 has \"x\""),
        (Format::Csv, "weight,p0\n1,0,0\n", "3 fields"),
        (Format::Csv, "weight\n1\n", "no feature"),
        (Format::Csv, "", "\"weight\""),
        (Format::Json, r#"{"weights": [1], "means": [[1e400]]}"#, "out of range"),
        (Format::Json, r#"{"weights": [1], "means": [[-0.5]]}"#, "-0.5"),
        (Format::Json, r#"{"weights": [1], "means": [["x"]]}"#, "string \"x\""),
        (Format::Json, r#"{"weights": [1], "means": [[null]]}"#, "null"),
        (Format::Json, r#"{"weights": [0.5, 0.5], "means": [[1], [1, 0]]}"#, "1 and 2"),
        (Format::Json, "{\n\"weights\": [1,]}", "line 2"),
    ] {
        let message = import(text.as_bytes(), format, None).unwrap_err().to_string();
        assert!(message.contains(what), "{message}");
    }
}

#[test]
fn rounded_weights_are_divided_by_their_sum_and_wrong_ones_refused() {
    let import = |weights: [&str; 3]| {
        let lines = weights.map(|weight| format!("{weight},0.5\n")).concat();
        import_with_sum(format!("weight,p0\n{lines}").as_bytes(), Format::Csv, None)
    };
    let (model, sum) = import(["0.333", "0.333", "0.333"]).unwrap();
    assert_eq!(model.mixture.weights(), [0.333 / sum; 3]);
    assert!((sum - 0.999).abs() < 1e-12);
    assert!((model.mixture.weights().iter().sum::<f64>() - 1.0).abs() < 1e-15);
    let (exact, sum) = import(["0.25", "0.25", "0.5"]).unwrap();
    assert_eq!((exact.mixture.weights(), sum), (&[0.25, 0.25, 0.5][..], 1.0));
    for wrong in [["0.33", "0.33", "0.33"], ["0.335", "0.335", "0.335"], ["1.001", "0", "-0.001"]] {
        assert!(import(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn the_format_follows_the_ending_in_either_case() {
    for format in Format::ALL {
        let name = format!("some.dir/m.{}", format.extension());
        assert_eq!(Format::from_path(&name).unwrap(), format);
        assert_eq!(Format::from_path(name.to_uppercase()).unwrap(), format);
    }
    for name in ["model", "model.bmm", ".json", "model.json.gz"] {
        let message = Format::from_path(name).unwrap_err().to_string();
        assert!(message.contains(".safetensors, .npy, .csv, .json"), "{message}");
    }
}
