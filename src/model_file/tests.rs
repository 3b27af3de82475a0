//! Laws of the model file as a whole: what is written is read, and nothing else is.

use proptest::prelude::*;

use super::*;
use crate::error::Error;
use crate::mixture::{Assignment, BernoulliMixture};
use crate::record::{Binarize, Diagnosis, Excess, FitSettings, InitKind, NInit, StopReason};

/// A model with every part present, small enough to try each of its bits.
pub(super) fn small_model() -> Model {
    let means = [0.1, 1.0, 0.0, 1.0 / 3.0];
    let categories = ["red", "green"].map(String::from).to_vec();
    Model {
        mixture: BernoulliMixture::new([0.75, 0.25], means).unwrap(),
        height: 1,
        width: 2,
        binarize: Binarize::Threshold(128),
        inverted: true,
        unseen: vec![1],
        items: vec![Item { name: "colour".into(), categories }, Item::binary("old".into())],
        provenance: Some(provenance()),
        report: Some(report()),
        labels: Some(LabelTable {
            names: vec!["zero".into(), "one".into()],
            counts: vec![5, 1, 0, 2],
            label_of: vec![None, Some(1)],
        }),
        trust: Some(trust()),
        typicality: Some(typicality()),
        scaled: true,
    }
}

fn provenance() -> Provenance {
    Provenance {
        program_version: "0.1.0".into(),
        data_sha256: Digest::of_bytes(b"data"),
        n_samples: 8,
        synthetic: true,
        settings: FitSettings {
            seed: 7,
            n_init: NInit::Exactly(12),
            init: InitKind::RandomMeans,
            alpha: 0.5,
            tol: 1e-6,
            max_iter: 500,
            accelerate: true,
        },
    }
}

fn report() -> FitRecord {
    let stop = StopReason::Abandoned;
    let start = StartRecord { seed_index: 3, n_iter: 2, objective: -9.5, stop };
    FitRecord {
        log_likelihood: -9.25,
        n_parameters: 5,
        n_iter: 2,
        stop: StopReason::MaxIter,
        objective_history: vec![-12.0, -9.5],
        starts: vec![start],
        best_start: 0,
    }
}

fn trust() -> Trust {
    let next = NextOptimum { start: 4, objective: -9.75, gap: 0.03125, ari: Some(0.5) };
    let whole = Confirmation { n_starts: 6, n_finished: 5, n_best: 2, runner_up: Some(next) };
    let label = Confirmation { n_starts: 1, n_finished: 1, n_best: 1, runner_up: None };
    let diagnoses = vec![
        Diagnosis::MaxIter { max_iter: 500 },
        Diagnosis::NotStationary { residual: 0.25 },
        Diagnosis::DeadComponents { components: vec![1] },
        Diagnosis::DuplicateComponents { pairs: vec![(0, 1)] },
        Diagnosis::BoundaryMeans { components: vec![1], n_means: 2 },
        Diagnosis::Saddle { rise: 0.125 },
        Diagnosis::TooManyComponents(Excess::DistinctRows { n_distinct: 1, n_components: 2 }),
        Diagnosis::TooManyComponents(Excess::Unidentified { n_parameters: 5, n_features: 2 }),
        Diagnosis::TooManyComponents(Excess::ThinComponents { components: vec![0] }),
    ];
    Trust { whole, by_label: vec![label], gradient_residual: 1e-9, diagnoses }
}

fn typicality() -> Typicality {
    let assignment = Assignment { component: 0, log_prob: -1.5, entropy: 0.25 };
    Typicality::from_members(2, std::iter::once(Member { assignment, n_ones: 1, weight: 1.0 }))
}

pub(super) fn bare_model() -> Model {
    let Model { mixture, height, width, binarize, .. } = small_model();
    Model::unchecked(mixture, (height, width), binarize)
}

#[test]
fn what_is_written_is_read_and_the_same_model_gives_the_same_bytes() {
    for model in [small_model(), bare_model()] {
        let bytes = encode(&model).unwrap();
        assert_eq!(decode(&bytes), Ok(model.clone()));
        assert_eq!(encode(&model).unwrap(), bytes);
    }
}

/// Reads the documented layout by hand, as a stranger to this crate would.
struct ByHand<'a>(&'a [u8]);

impl ByHand<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.0.split_first_chunk::<N>().unwrap();
        self.0 = rest;
        *head
    }
    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }
    fn f64(&mut self) -> f64 {
        f64::from_le_bytes(self.take())
    }
    fn text(&mut self) -> String {
        (0..self.u64()).map(|_| char::from(self.take::<1>()[0])).collect()
    }
    fn floats(&mut self) -> Vec<f64> {
        (0..self.u64()).map(|_| self.f64()).collect()
    }
}

#[test]
fn the_documented_layout_is_the_one_written() {
    let bytes = encode(&small_model()).unwrap();
    let mut file = ByHand(&bytes);
    assert_eq!(&file.take::<8>(), b"\x89BMM\r\n\x1a\n");
    assert_eq!(file.u32(), FORMAT_VERSION);
    assert_eq!(file.u64(), bytes.len() as u64 - 52);
    file.take::<32>();
    assert_eq!(file.floats(), [0.75, 0.25]);
    assert_eq!(file.floats(), [0.1, 1.0, 0.0, 1.0 / 3.0]);
    assert_eq!((file.u32(), file.u32()), (1, 2));
    assert_eq!((file.text(), file.take::<1>()), ("threshold:128".into(), [1]));
    assert_eq!((file.u64(), file.u32()), (1, 1));
    assert_eq!((file.u64(), file.text()), (2, "colour".into()));
    assert_eq!((file.u64(), file.text(), file.text()), (2, "red".into(), "green".into()));
    assert_eq!((file.text(), file.u64()), ("old".into(), 0));
    labels_as_documented(&mut file);
    report_as_documented(&mut file);
    provenance_as_documented(&mut file);
    trust_as_documented(&mut file);
    let typicality = typicality();
    assert_eq!(file.take::<1>(), [1]);
    assert_eq!([file.floats(), file.floats()], [typicality.log_prob, typicality.ones]);
    assert_eq!(file.take::<1>(), [1], "scaled");
    assert!(file.0.is_empty());
}

fn labels_as_documented(file: &mut ByHand) {
    assert_eq!(file.take::<1>(), [1]);
    assert_eq!((file.u64(), file.text(), file.text()), (2, "zero".into(), "one".into()));
    assert_eq!(file.u64(), 4);
    assert_eq!([file.u64(), file.u64(), file.u64(), file.u64()], [5, 1, 0, 2]);
    assert_eq!((file.u64(), file.take::<1>(), file.take::<1>()), (2, [0], [1]));
    assert_eq!(file.u32(), 1);
}

fn trust_as_documented(file: &mut ByHand) {
    assert_eq!(file.take::<1>(), [1]);
    assert_eq!((file.u64(), file.u64(), file.u64(), file.take::<1>()), (6, 5, 2, [1]));
    assert_eq!((file.u64(), file.f64(), file.f64()), (4, -9.75, 0.03125));
    assert_eq!((file.take::<1>(), file.f64()), ([1], 0.5));
    assert_eq!((file.u64(), file.u64(), file.u64(), file.u64()), (1, 1, 1, 1));
    assert_eq!((file.take::<1>(), file.f64()), ([0], 1e-9));
    diagnoses_as_documented(file);
}

fn diagnoses_as_documented(file: &mut ByHand) {
    assert_eq!(file.u64(), 9);
    assert_eq!((file.u32(), file.u64()), (0, 500));
    assert_eq!((file.u32(), file.f64()), (1, 0.25));
    assert_eq!((file.u32(), file.u64(), file.u64()), (2, 1, 1));
    assert_eq!((file.u32(), file.u64(), file.u64(), file.u64()), (3, 1, 0, 1));
    assert_eq!((file.u32(), file.u64(), file.u64(), file.u64()), (4, 1, 1, 2));
    assert_eq!((file.u32(), file.f64()), (5, 0.125));
    assert_eq!((file.u32(), file.u32(), file.u64(), file.u64()), (6, 0, 1, 2));
    assert_eq!((file.u32(), file.u32(), file.u64(), file.u64()), (6, 1, 5, 2));
    assert_eq!((file.u32(), file.u32(), file.u64(), file.u64()), (6, 2, 1, 0));
}

fn report_as_documented(file: &mut ByHand) {
    assert_eq!(file.take::<1>(), [1]);
    assert_eq!((file.f64(), file.u64(), file.u64(), file.u32()), (-9.25, 5, 2, 1));
    assert_eq!(file.floats(), [-12.0, -9.5]);
    assert_eq!((file.u64(), file.u64(), file.u64(), file.f64()), (1, 3, 2, -9.5));
    assert_eq!((file.u32(), file.u64()), (3, 0));
}

fn provenance_as_documented(file: &mut ByHand) {
    assert_eq!(file.take::<1>(), [1]);
    assert_eq!((file.text(), file.text()), ("0.1.0".into(), Digest::of_bytes(b"data").to_string()));
    assert_eq!((file.u64(), file.take::<1>(), file.u64()), (8, [1], 7));
    assert_eq!((file.text(), file.text()), ("12".into(), "random-means".into()));
    assert_eq!((file.f64(), file.f64(), file.u64()), (0.5, 1e-6, 500));
    assert_eq!(file.take::<1>(), [1]);
}

/// What is wrong with `model`. It must be refused on writing, and behind a valid checksum.
fn invalid(model: Model) -> String {
    assert!(matches!(encode(&model), Err(ModelProblem::Invalid(_))));
    let sealed = envelope::seal(&payload::encode(&model).unwrap()).unwrap();
    match decode(&sealed) {
        Err(ModelProblem::Invalid(what)) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn parts_that_do_not_fit_together_are_refused_on_writing_and_on_reading() {
    let model = small_model;
    assert!(invalid(Model { height: 3, ..model() }).contains("3 x 2"));
    assert!(invalid(Model { height: u32::MAX, width: u32::MAX, ..model() }).contains("pictures"));
    let table = LabelTable { names: vec!["a".into()], counts: vec![1, 2, 3], label_of: vec![] };
    assert!(invalid(Model { labels: Some(table), ..model() }).contains("label table"));
    for (record, what) in [
        (FitRecord { log_likelihood: f64::NAN, ..report() }, "finite"),
        (FitRecord { log_likelihood: f64::NEG_INFINITY, ..report() }, "finite"),
        (FitRecord { objective_history: vec![f64::NAN], ..report() }, "finite"),
        (FitRecord { best_start: 1, ..report() }, "best start"),
    ] {
        assert!(invalid(Model { report: Some(record), ..model() }).contains(what));
    }
    let settings = FitSettings { alpha: f64::INFINITY, ..provenance().settings };
    let provenance = Some(Provenance { settings, ..provenance() });
    assert!(invalid(Model { provenance, ..model() }).contains("alpha"));
    for unseen in [vec![2], vec![1, 0], vec![0, 0]] {
        assert!(invalid(Model { unseen, ..model() }).contains("unseen features"));
    }
    let items = vec![Item::binary("a".into())];
    assert!(invalid(Model { items, ..model() }).contains("items have 1 features"));
    for categories in [vec!["a"], vec!["a", "a"]] {
        let categories = categories.into_iter().map(String::from).collect();
        let items = vec![Item { name: "x".into(), categories }, Item::binary("y".into())];
        assert!(invalid(Model { items, ..model() }).contains("an item has one category"));
    }
    let diagnoses = vec![Diagnosis::DeadComponents { components: vec![2] }];
    let trust = Some(Trust { diagnoses, ..trust() });
    assert!(invalid(Model { trust, ..model() }).contains("diagnosis"));
}

#[test]
fn weights_and_means_behind_a_valid_checksum_still_go_through_the_checked_constructor() {
    let good = payload::encode(&small_model()).unwrap();
    for (at, value) in [(8, 0.8), (8, f64::NAN), (32, 1.5), (32, f64::NAN), (32, -0.1)] {
        let mut bad = good.clone();
        bad[at..at + 8].copy_from_slice(&f64::to_le_bytes(value));
        let problem = decode(&envelope::seal(&bad).unwrap()).unwrap_err();
        assert!(matches!(problem, ModelProblem::Invalid(_)), "{value} at {at}: {problem}");
    }
}

#[test]
fn a_model_is_written_once_and_overwritten_only_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/model.bmm");
    small_model().write(&path).unwrap();
    assert!(matches!(bare_model().write(&path), Err(Error::Exists { .. })));
    assert_eq!(Model::read(&path).unwrap(), small_model());
    bare_model().overwrite(&path).unwrap();
    assert_eq!(Model::read(&path).unwrap(), bare_model());
}

proptest! {
    #[test]
    fn no_bytes_behind_a_valid_envelope_make_it_panic(bytes: Vec<u8>, at in 0usize..300) {
        let mut mixed = payload::encode(&small_model()).unwrap();
        let at = at.min(mixed.len());
        let end = (at + bytes.len()).min(mixed.len());
        mixed.splice(at..end, bytes.iter().copied());
        for payload in [mixed, bytes] {
            if let Ok(model) = decode(&envelope::seal(&payload).unwrap()) {
                prop_assert_eq!(model.check(), Ok(()));
            }
        }
    }
}
