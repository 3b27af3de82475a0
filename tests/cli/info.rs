//! `bmm info`: what models and sources tell of themselves.

use super::*;

#[test]
fn a_model_tells_its_size_its_weights_and_its_origin() {
    let sandbox = Sandbox::with_run();
    for subject in ["run", "run/model.bmm"] {
        let info = sandbox.done(&format!("info {subject} --json")).json();
        assert_keys(&info, "model n_components n_features height width binarize weights");
        assert_keys(&info["provenance"], "program_version data_sha256 seed n_init init alpha tol");
        assert_keys(&info["fit"], "log_likelihood n_iter stop best_start starts");
    }
}

#[test]
fn a_source_tells_its_size_its_ink_and_its_labels() {
    let sandbox = Sandbox::new();
    write_splits(&sandbox, "set");
    let info = sandbox.done("info set:test --json").json();
    assert_keys(&info, "data kind n_samples height width binarize ones share_of_ones data_sha256");
    assert_eq!((&info["n_samples"], &info["labels"]["1"]), (&20.into(), &10.into()));
}

#[test]
fn the_fingerprint_of_the_data_is_the_one_in_the_model() {
    let sandbox = Sandbox::with_run();
    let data = sandbox.done("info data.idx --json").json();
    let model = sandbox.done("info run --json").json();
    assert_eq!(data["data_sha256"], model["provenance"]["data_sha256"]);
}
