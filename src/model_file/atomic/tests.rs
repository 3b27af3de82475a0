//! Laws of writing: whole or not at all, nothing replaced unasked, nothing left behind.

use super::*;

fn place() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// An empty folder, and the path `a` in it.
fn place_and_path() -> (TempDir, PathBuf) {
    let place = place();
    let path = place.path().join("a");
    (place, path)
}

/// Every file below `folder` with its bytes, temporary leftovers included, sorted.
fn listing(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() {
            let below = listing(&entry);
            all.push((format!("{name}/"), Vec::new()));
            all.extend(below.into_iter().map(|(n, bytes)| (format!("{name}/{n}"), bytes)));
        } else {
            all.push((name, fs::read(&entry).unwrap()));
        }
    }
    all.sort();
    all
}

fn names(folder: &Path) -> Vec<String> {
    listing(folder).into_iter().map(|(name, _)| name).collect()
}

fn run(model: &[u8]) -> Vec<(String, Vec<u8>)> {
    vec![("model.bmm".into(), model.to_vec()), ("means/00.png".into(), b"png".to_vec())]
}

/// Why what is there is never replaced; blank if it may be.
fn refused(outcome: Result<()>) -> &'static str {
    match outcome {
        Err(Error::Exists { .. }) => "",
        Err(Error::Irreplaceable { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_written_with_its_parents_and_nothing_else() {
    let place = place();
    write_file(place.path().join("a/b/x"), b"new", false).unwrap();
    assert_eq!(names(place.path()), ["a/", "a/b/", "a/b/x"]);
}

#[test]
fn without_force_a_file_in_the_way_is_left_as_it_was() {
    let place = place();
    let path = place.path().join("x");
    write_file(&path, b"old", false).unwrap();
    assert_eq!(refused(write_file(&path, b"new", false)), "");
    assert_eq!(listing(place.path()), [("x".into(), b"old".to_vec())]);
    write_file(&path, b"new", true).unwrap();
    assert_eq!(listing(place.path()), [("x".into(), b"new".to_vec())]);
}

#[test]
fn a_folder_in_the_way_of_a_file_stays_even_with_force() {
    let place = place();
    let path = place.path().join("x");
    fs::create_dir(&path).unwrap();
    assert!(write_file(&path, b"new", true).is_err());
    assert_eq!(names(place.path()), ["x/"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_the_permissions_of_the_replaced_file_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = place();
    let (path, link) = (place.path().join("x"), place.path().join("link"));
    write_file(&path, b"old", false).unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    write_file(&link, b"new", true).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_folder_is_written_with_sub_folders_and_parents_and_nothing_else() {
    let place = place();
    write_folder(place.path().join("models/a"), &run(b"m"), false).unwrap();
    let all =
        ["models/", "models/a/", "models/a/means/", "models/a/means/00.png", "models/a/model.bmm"];
    assert_eq!(names(place.path()), all);
}

#[test]
fn an_empty_folder_counts_as_none() {
    let (_place, path) = place_and_path();
    fs::create_dir(&path).unwrap();
    check_folder_target(&path, false).unwrap();
    write_folder(&path, &run(b"m"), false).unwrap();
    assert_eq!(listing(&path).last().unwrap().1, b"m");
}

#[test]
fn a_run_is_replaced_whole_but_only_with_force() {
    let (place, path) = place_and_path();
    let old = [run(b"old"), vec![("means/01.png".into(), b"stale".to_vec())]].concat();
    write_folder(&path, &old, false).unwrap();
    let before = listing(place.path());
    assert_eq!(refused(check_folder_target(&path, false)), "");
    assert_eq!(refused(write_folder(&path, &run(b"new"), false)), "");
    assert_eq!(listing(place.path()), before);
    check_folder_target(&path, true).unwrap();
    write_folder(&path, &run(b"new"), true).unwrap();
    assert_eq!(names(place.path()), ["a/", "a/means/", "a/means/00.png", "a/model.bmm"]);
    assert_eq!(fs::read(path.join("model.bmm")).unwrap(), b"new");
}

#[test]
fn a_failure_leaves_neither_the_temporary_folder_nor_the_parents() {
    let place = place();
    for bad in ["../out", "", "/out", "model.bmm", "model.bmm/x"] {
        let files = [run(b"m"), vec![(bad.into(), Vec::new())]].concat();
        assert!(write_folder(place.path().join("models/a"), &files, true).is_err(), "{bad:?}");
        assert!(names(place.path()).is_empty(), "{bad:?}");
    }
}

#[test]
fn a_failure_names_the_file_the_user_asked_for_not_the_temporary_one() {
    let place = place();
    let files = [run(b"m"), run(b"twice")].concat();
    let error = write_folder(place.path().join("a"), &files, false).unwrap_err();
    assert!(matches!(error, Error::Io { path, .. } if path == place.path().join("a/model.bmm")));
}

#[test]
fn a_folder_filled_by_another_meanwhile_is_not_replaced() {
    let (place, path) = place_and_path();
    let temporary = temporary_folder(&path).unwrap();
    write_folder(&path, &run(b"other"), false).unwrap();
    assert!(install(temporary, &path, Occupant::Nothing).is_err());
    assert_eq!(names(place.path()), ["a/", "a/means/", "a/means/00.png", "a/model.bmm"]);
    assert_eq!(fs::read(path.join("model.bmm")).unwrap(), b"other");
}

#[test]
fn exchanging_by_turns_is_exchanging() {
    for way in [exchange, exchange_by_turns] {
        let place = place();
        let (a, b) = (place.path().join("a"), place.path().join("b"));
        [&a, &b].into_iter().for_each(|folder| fs::create_dir(folder).unwrap());
        fs::write(a.join("x"), b"of a").unwrap();
        way(&a, &b).unwrap();
        assert_eq!(names(place.path()), ["a/", "b/", "b/x"]);
        assert!(way(&a, &place.path().join("none")).is_err());
        assert_eq!(names(place.path()), ["a/", "b/", "b/x"]);
        fs::remove_dir(&a).unwrap();
        assert!(way(&a, &b).is_err());
        assert_eq!(names(place.path()), ["b/", "b/x"]);
    }
}

#[test]
fn the_current_folder_and_a_mount_point_are_refused_before_training() {
    assert_eq!(refused(check_folder_target(".", true)), "is the current folder or a mount point");
    assert!(!is_pinned(place().path()));
    #[cfg(target_os = "linux")]
    assert_eq!(
        refused(check_folder_target("/proc", true)),
        "is the current folder or a mount point"
    );
}

#[test]
fn what_can_be_written_is_known_before_and_asking_leaves_nothing() {
    let place = place();
    let path = |name: &str| place.path().join(name);
    fs::write(path("old"), b"old").unwrap();
    assert_eq!(refused(check_file_target(path("old"), false)), "");
    assert!(check_file_target(path("old"), true).is_ok());
    assert!(check_file_target(path("new/deep/file"), false).is_ok());
    assert!(check_folder_target(path("models/deep/a"), false).is_ok());
    assert!(matches!(check_file_target(path("old/file"), true), Err(Error::Io { .. })));
    assert_eq!(listing(place.path()), [("old".to_string(), b"old".to_vec())]);
}
